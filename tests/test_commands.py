"""The command line of collecting: what a backfill would take, and a corpus brought in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from db.ledger import Entry, record_answer
from framewatch.__main__ import EXPECTED, cli
from framewatch.backfill import backfill
from framewatch.desk import open_desk
from framewatch.settings import Settings
from framewatch.stages import SourceFailed
from framewatch.story import Answer, SourceStatus, Window
from tests.made_once import migrate

SOURCES = """
[[outlets]]
code = "herald"
name = "Example Herald"
hosts = ["herald.example"]
country = "AU"
language = "en"

[[sources]]
name = "herald-feed"
kind = "feed"
url = "https://herald.example/feed/"

[[sources]]
name = "open-platform"
kind = "guardian"

[[sources]]
name = "hn"
kind = "hackernews"
since = 2025-02-01
"""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = Window(datetime(2025, 2, 4, tzinfo=UTC), datetime(2025, 2, 5, tzinfo=UTC))
BODY = (
    "DeepSeek said that its newest model costs far less than those of others, and that the "
    "engineers who worked on it were surprised themselves by how little it took to train it. "
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    sources = tmp_path / "sources.toml"
    sources.write_text(SOURCES, encoding="utf-8")
    monkeypatch.setenv("FRAMEWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FRAMEWATCH_SOURCES", str(sources))
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words), catch_exceptions=True)


def test_a_dry_run_says_what_a_backfill_takes_and_asks_nobody(home: Path) -> None:
    """Sockets are off in this test; the plan names what can answer, and for how much."""
    result = run("backfill", "--from", "2025-01-30", "--to", "2025-02-03", "--dry-run")
    assert result.exit_code == 0, result.output
    lines = {line.split()[0]: line.split() for line in result.output.splitlines() if line.strip()}
    assert lines["hn"][1:5] == ["3", "0", "3", "6"], "6 UTC days; 3 of them before it began"
    assert "has nothing from before 2025-02-01" in " ".join(lines["hn"])
    assert "holds the newest only" in " ".join(lines["herald-feed"])
    assert "it needs a key in FRAMEWATCH_KEY_OPEN_PLATFORM" in " ".join(lines["open-platform"])


def test_a_backfill_ends_although_another_source_waits(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not asked is not waited for: a stale entry of another source starts no loop."""
    down = Answer(source="hn", window=WINDOW, status=SourceStatus.UNAVAILABLE)
    settings = Settings.from_env()
    migrate(settings.database_url)
    with open_desk(settings) as desk:
        with desk.store.begin() as connection:
            entry = Entry(answer=down, question="q", retry_at=WINDOW.end)
            record_answer(connection, "deepseek", entry, WINDOW.end)
        rounds: list[float] = []
        only = ["seeds"]
        backfill(
            desk, "deepseek", WINDOW, lambda: NOW, only=only, patience=0.0, pause=rounds.append
        )
    assert rounds == []


def test_the_patience_of_a_backfill_ends(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stays unavailable is asked again ever later, then left, with a word on how to go on."""
    with (home / "sources.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[sources]]\nname = "lost"\nkind = "archive"\npath = "no/such/folder"\n')
    monkeypatch.setenv("FRAMEWATCH_RETRY_DELAY", "2")
    settings = Settings.from_env()
    migrate(settings.database_url)
    waited: list[float] = []

    def clock() -> datetime:
        return NOW + timedelta(seconds=sum(waited))

    with open_desk(settings) as desk, pytest.raises(SourceFailed, match="Run the same command"):
        backfill(desk, "deepseek", WINDOW, clock, only=["lost"], patience=20.0, pause=waited.append)
    assert waited == [2.0, 4.0, 8.0]


def test_a_backfill_of_a_source_that_is_none_names_the_file(home: Path) -> None:
    """An operator's typing error is one clear line."""
    result = run("backfill", "--from", "2025-02-01", "--source", "nope", "--dry-run")
    assert isinstance(result.exception, EXPECTED)
    assert "has no source 'nope'" in str(result.exception)


def test_a_kind_of_source_that_is_none_is_named_before_anything_is_asked(home: Path) -> None:
    """With the kinds there are."""
    with (home / "sources.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[sources]]\nname = "odd"\nkind = "telegraph"\n')
    result = run("backfill", "--from", "2025-02-01", "--dry-run")
    assert isinstance(result.exception, EXPECTED)
    assert "source odd: no kind 'telegraph'; known kinds: archive" in str(result.exception)


def test_a_corpus_becomes_articles(home: Path) -> None:
    """Columns as mapped; what is refused stands in the report with row and reason."""
    table = home / "corpus.csv"
    rows = [
        "link,headline,body,date",
        f'https://herald.example/a,DeepSeek one,"{BODY * 4}",2025-02-04',
        f'not an address,DeepSeek two,"{BODY * 4}",2025-02-04',
    ]
    table.write_text("\n".join(rows), encoding="utf-8")
    refused = home / "refused.csv"
    words = ("--map", "url=link", "--map", "text=body", "--refused", str(refused))
    result = run("import", str(table), *words)
    assert result.exit_code == 0, result.output
    assert "stored 1" in result.output
    assert "not an address" in refused.read_text(encoding="utf-8")
    assert run("import", str(table), *words).output.count("stored") == 0
    assert "1 articles" in run("status").output


def test_a_mapping_without_a_column_is_explained(home: Path) -> None:
    """Before anything is read."""
    table = home / "corpus.csv"
    table.write_text("link,body\n", encoding="utf-8")
    result = run("import", str(table), "--map", "url")
    assert result.exit_code == 2
    assert "say FIELD=COLUMN" in result.output
