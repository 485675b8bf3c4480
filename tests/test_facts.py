"""Facts in TOML: what is wrong is said with file, block and key."""

from pathlib import Path

import pytest

from framewatch.facts import FactsError, load_sources, load_topic, load_topics
from framewatch.settings import ROOT, Settings, SettingsError

FAMILIES = """
[[families]]
owner = "Example Group"
outlets = ["herald"]
source = "https://group.example/about"
"""
TOPIC = """
name = "Chips"
query = "chips"
aliases = ["chips"]
time_zone = "Europe/Berlin"
sources = ["a-*"]
"""
SOURCES = """
[[outlets]]
code = "herald"
name = "Example Herald"
hosts = ["herald.example"]
country = "AU"
language = "en"

[[sources]]
name = "a-feed"
kind = "feed"
url = "https://herald.example/feed/"
outlet = "herald"

[[sources]]
name = "b-feed"
kind = "feed"
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_facts_load() -> None:
    """Every topic and source file of the repository is well formed and finds its sources."""
    topics = load_topics(ROOT / "topics")
    assert "deepseek" in topics
    for sources in (ROOT / "scrapers" / "sources.toml", ROOT / "samples" / "sources.toml"):
        book = load_sources(sources)
        assert book.of_topic(topics["deepseek"]), sources


def test_a_topic_is_a_file_and_chooses_its_sources(tmp_path: Path) -> None:
    """Its name is the code; sources are chosen by pattern; seeds come first."""
    seeded = TOPIC + '[[seeds]]\ntitle = "One"\nurl = "https://herald.example/1"\n'
    topic = load_topic(write(tmp_path / "chips.toml", seeded))
    book = load_sources(write(tmp_path / "sources.toml", SOURCES))
    assert topic.code == "chips"
    assert [source.name for source in book.of_topic(topic)] == ["seeds", "a-feed"]


def test_an_outlet_is_known_by_its_host_and_its_subdomains(tmp_path: Path) -> None:
    """Not by a host that merely ends alike."""
    book = load_sources(write(tmp_path / "sources.toml", SOURCES))
    for host, found in {
        "herald.example": True,
        "www.Herald.example": True,
        "notherald.example": False,
        "example": False,
    }.items():
        assert (book.outlet_of_host(host) is not None) is found, host


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TOPIC + 'aliasses = ["x"]', "chips.toml: aliasses: unknown key"),
        (TOPIC + '[[targets]]\ncode = "x"\nname = "X"', "chips.toml: targets[1].aliases: "),
        (TOPIC.replace("Europe/Berlin", "Europe/Atlantis"), "time_zone: no zone 'Europe/Atlantis'"),
        (TOPIC.replace('"Chips"', "7"), "chips.toml: name: Input should be a valid string"),
        (TOPIC + 'code = "x"', "code: is taken from the file's name"),
        (TOPIC + "oops", "chips.toml: "),
        (
            TOPIC + '[[targets]]\ncode="x"\nname="X"\naliases=[]\n' * 2,
            "chips.toml: targets: 'x' stands twice",
        ),
    ],
    ids=["unknown", "missing", "zone", "type", "code", "syntax", "twice"],
)
def test_a_fault_names_file_block_and_key(tmp_path: Path, text: str, message: str) -> None:
    """A researcher who edits a topic sees what to mend."""
    with pytest.raises(FactsError) as caught:
        load_topic(write(tmp_path / "chips.toml", text))
    assert message in str(caught.value)


def test_a_source_of_an_unknown_outlet_is_a_fault(tmp_path: Path) -> None:
    """A misspelt code is not a silent nothing."""
    text = SOURCES.replace('outlet = "herald"', 'outlet = "herold"')
    with pytest.raises(FactsError, match="source 'a-feed': no outlet 'herold'"):
        load_sources(write(tmp_path / "sources.toml", text))


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"FRAMEWATCH_REPLAY": "/nowhere.warc"}, "FRAMEWATCH_REPLAY: /nowhere.warc does not exist"),
        ({"FRAMEWATCH_HOST_DELAY": "soon"}, "FRAMEWATCH_HOST_DELAY: 'soon' is not a number"),
        ({"FRAMEWATCH_HOST_DELAY": "-1"}, "FRAMEWATCH_HOST_DELAY: '-1' is negative"),
    ],
)
def test_a_bad_setting_names_its_variable(env: dict[str, str], message: str) -> None:
    """Settings are read once, and fail at once."""
    with pytest.raises(SettingsError, match=message):
        Settings.from_env(env)


def test_settings_stand_without_any_variable() -> None:
    """The embedded default: SQLite, the live web, loopback, five seconds between requests."""
    settings = Settings.from_env({})
    assert settings.database_url.startswith("sqlite:///")
    assert settings.replay is None
    assert settings.dashboard_host == "127.0.0.1"
    assert settings.host_delay == 5.0


def test_owners_are_read_from_beside_the_sources(tmp_path: Path) -> None:
    """Where one of two is not known, nothing is said of the two."""
    path = write(tmp_path / "sources.toml", SOURCES)
    assert load_sources(path).same_owner("herald", "herald") is None
    write(tmp_path / "families.toml", FAMILIES)
    book = load_sources(path)
    assert book.owner("herald") == "Example Group"
    assert book.same_owner("herald", "herald") is True
    assert book.same_owner("herald", "courier") is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (FAMILIES.replace("herald", "courier"), "family 'Example Group': no outlet 'courier'"),
        (FAMILIES * 2, "families: 'Example Group' stands twice"),
        (FAMILIES + FAMILIES.replace("Group", "Trust"), "families: 'herald' stands twice"),
        (FAMILIES.replace("source", "link"), r"families\[1\]|unknown key|\[1\]"),
        (FAMILIES.replace("families", "owners"), "owners: unknown key"),
    ],
)
def test_a_fault_in_the_families_is_named(tmp_path: Path, text: str, fault: str) -> None:
    """An owner of nothing, an outlet of two owners, a misspelt key."""
    path = write(tmp_path / "sources.toml", SOURCES)
    write(tmp_path / "families.toml", text)
    with pytest.raises(FactsError, match=fault):
        load_sources(path)


def test_the_shipped_families_are_of_shipped_outlets_and_name_their_source() -> None:
    """Real ones and those of the sample."""
    for folder in ("scrapers", "samples"):
        book = load_sources(ROOT / folder / "sources.toml")
        assert book.families
        assert all(family.source.startswith("https://") for family in book.families)


@pytest.mark.parametrize("name", ["Example Herald", "The example herald", "herald.example"])
def test_an_outlet_is_known_by_name_alias_and_host(tmp_path: Path, name: str) -> None:
    """As notes write them."""
    book = load_sources(write(tmp_path / "sources.toml", SOURCES))
    found = book.outlet_named(name)
    assert found is not None
    assert found.code == "herald"
    assert book.outlet_named("Herald Example") is None
