"""A changed codebook: what it leaves as it was, and what is read again. With the real reader."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from db import readings, store
from db.session import Store, open_store
from db.tables import ArticleRow, ReadingRow
from db.upsert import table_of
from framewatch.__main__ import EXPECTED, cli
from framewatch.classify import classify
from framewatch.desk import Desk, open_desk
from framewatch.settings import ROOT, Settings
from framewatch.story import Article, Page, Reading
from models.encoder import BUNDLED_FOLDER, EncoderError
from models.passages import encode_text
from models.reader import Reader
from tests.made_once import migrate

pytestmark = pytest.mark.slow
NOW = datetime(2025, 2, 5, 3, tzinfo=UTC)
TOPIC = (ROOT / "topics" / "deepseek.toml").read_text(encoding="utf-8")
TEXTS = {
    "a": "Shares of chip makers fell as investors feared that DeepSeek's cheap model would cost "
    "them billions. Ministers accused China of stealing, and Beijing hit back at the charge.",
    "b": "Regulators in Italy ordered DeepSeek to stop processing its users' data. The watchdog "
    "opened an inquiry, and other countries may ban the app from official phones.",
}


@pytest.fixture
def topics(tmp_path: Path) -> Path:
    """The topic as it is, in a folder of its own: to be changed."""
    folder = tmp_path / "topics"
    folder.mkdir()
    (folder / "deepseek.toml").write_text(TOPIC, encoding="utf-8")
    return folder


@pytest.fixture
def settings(tmp_path: Path, topics: Path) -> Settings:
    settings = Settings.from_env(
        {"FRAMEWATCH_HOME": str(tmp_path / "home"), "FRAMEWATCH_TOPICS": str(topics)}
    )
    migrate(settings.database_url)
    with opened(settings) as desk, desk.store.begin() as connection:
        for name, text in TEXTS.items():
            url = f"https://herald.example/{name}"
            page = Page(
                url=url,
                final_url=url,
                status=200,
                headers={},
                body=b"",
                fetched_at=NOW,
                warc_file="a.warc.gz",
                warc_offset=0,
            )
            article = Article(
                url=url,
                title="DeepSeek",
                text=text,
                language="en",
                host="herald",
                host_name="Herald",
                country="AU",
                published_at=NOW,
            )
            page_id = store.save_page(connection, page)
            store.save_article(connection, desk.topic("deepseek"), article, page_id, NOW)
    return settings


@contextmanager
def opened(settings: Settings) -> Iterator[Desk]:
    with open_desk(settings) as desk:
        yield desk


def read(settings: Settings, hours: int = 0, *, again: bool = False) -> dict[str, int]:
    with opened(settings) as desk:
        return classify(desk, "deepseek", NOW + timedelta(hours=hours), again=again)


def in_force(settings: Settings) -> list[Reading]:
    engine: Store = open_store(settings.database_url)
    with engine.begin() as connection:
        found = [readings.reading_in_force(connection, number) for number in (1, 2)]
    engine.dispose()
    assert None not in found
    return found


def in_order(reading: Reading) -> Reading:
    """The store keeps no order among the scores of a reading."""
    return replace(
        reading,
        frames=tuple(sorted(reading.frames, key=lambda one: one.frame)),
        targets=tuple(sorted(reading.targets, key=lambda one: one.target)),
        evidence=tuple(sorted(reading.evidence, key=lambda one: (one.kind, one.about, one.start))),
    )


def changed(topics: Path, before: str, after: str) -> None:
    path = topics / "deepseek.toml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_changed_entry_is_read_and_nothing_else(settings, topics, monkeypatch):
    """Also without looking for targets again; twice is once."""
    assert read(settings) == {"read": 2}
    before = in_force(settings)
    changed(topics, "The topic is presented as a danger", "The topic is told as a grave danger")
    looked: list[object] = []
    monkeypatch.setattr(Reader, "_score_targets", spared(looked))
    assert read(settings, 1) == {"read": 2, "in part": 2}
    assert looked == [{}, {}]
    after = in_force(settings)
    for was, now in zip(before, after, strict=True):
        assert now.reader.codebook_sha256 != was.reader.codebook_sha256
        assert now.targets == was.targets
        assert [score.frame for score in now.frames] == [score.frame for score in was.frames]
        differing = {
            new.frame for new, old in zip(now.frames, was.frames, strict=True) if new != old
        }
        assert differing == {"security_threat"}
    assert read(settings, 2) == {}


def test_reading_in_part_is_reading_whole(settings, topics):
    """What is copied is what another reading of the text would say, evidence included."""
    read(settings)
    changed(topics, "The topic is presented as a danger", "The topic is told as a grave danger")
    read(settings, 1)
    in_part = in_force(settings)
    with opened(settings) as desk:
        from models.reader import open_reader

        reader = open_reader(desk.settings.encoder, desk.topic("deepseek"))
        with desk.store.begin() as connection:
            other = replace(reader.identity, model="nobody")
            articles = [i.article for i in readings.articles_to_read(connection, "deepseek", other)]
        whole = [in_order(reading) for reading in reader.read(articles)]
    assert whole == [in_order(reading) for reading in in_part]


def test_a_removed_frame_costs_no_reading_at_all(settings, topics, monkeypatch):
    """Its scores and sentences are gone; the text is not even encoded."""
    read(settings)
    text = (topics / "deepseek.toml").read_text(encoding="utf-8")
    head, *entries = text.split("[[frames]]")
    kept = [entry for entry in entries if 'code = "hype_scepticism"' not in entry]
    assert len(kept) == len(entries) - 1
    (topics / "deepseek.toml").write_text("[[frames]]".join([head, *kept]), encoding="utf-8")
    passes: list[object] = []
    monkeypatch.setattr(
        "models.reader.encode_text",
        lambda *given: (passes.append(given), encode_text(*given))[1],
    )
    assert read(settings, 1) == {"read": 2, "in part": 2}
    assert passes == []
    for reading in in_force(settings):
        assert "hype_scepticism" not in {score.frame for score in reading.frames}
        assert len(reading.frames) == 13


def test_a_change_that_is_taken_back_is_in_force_again_when_asked(settings, topics):
    """As it was before, from what is stored, and every reading is kept. Not by itself: two machines
    whose codebooks differ would read the archive for ever.
    """
    read(settings)
    first = in_force(settings)
    changed(topics, "The topic is presented as a danger", "The topic is told as a grave danger")
    read(settings, 1)
    changed(topics, "The topic is told as a grave danger", "The topic is presented as a danger")
    assert read(settings, 2) == {}
    assert read(settings, 2, again=True) == {"read": 2, "in part": 2}
    assert read(settings, 3, again=True) == {}
    assert in_force(settings) == first
    engine = open_store(settings.database_url)
    with engine.begin() as connection:
        kept = list(connection.scalars(select(table_of(ReadingRow).c.turn)))
    engine.dispose()
    assert sorted(kept) == [0, 0, 0, 0, 1, 1]


def test_other_aliases_are_other_targets(settings, topics):
    """All of a text is read again, though a frame was changed too."""
    read(settings)
    before = in_force(settings)
    changed(topics, "The topic is presented as a danger", "The topic is told as a grave danger")
    changed(topics, 'aliases = ["Nvidia"', 'aliases = ["chip makers", "Nvidia"')
    assert read(settings, 1) == {"read": 2}
    mentioned = [{score.target for score in reading.targets} for reading in in_force(settings)]
    assert "nvidia" in mentioned[0]
    assert "nvidia" not in {score.target for score in before[0].targets}


def test_a_text_that_became_readable_is_read_whole(settings, topics):
    """Of another language when it was read first; and the other way round it says why not."""
    languages(settings, "zh", "en")
    read(settings)
    languages(settings, "en", "zh")
    changed(topics, "The topic is presented as a danger", "The topic is told as a grave danger")
    assert read(settings, 1) == {"read": 1, "unread": 1}
    one, other = in_force(settings)
    assert len(one.frames) == 14
    assert one.unread == ""
    assert (other.frames, other.unread) == ((), "language: zh")


def languages(settings: Settings, *codes: str) -> None:
    engine = open_store(settings.database_url)
    articles = table_of(ArticleRow)
    with engine.begin() as connection:
        for number, code in enumerate(codes, start=1):
            mine = articles.c.id == number
            connection.execute(update(articles).where(mine).values(language=code))
    engine.dispose()


def test_altered_weights_are_named_in_one_line(settings, tmp_path, monkeypatch):
    """The command line says which file and what to do; no traceback."""
    folder = tmp_path / "weights"
    folder.mkdir()
    for file in BUNDLED_FOLDER.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    with (folder / "encoder.onnx").open("ab") as file:
        file.write(b"!")
    monkeypatch.setenv("FRAMEWATCH_HOME", str(settings.home))
    monkeypatch.setenv("FRAMEWATCH_ENCODER", str(folder))
    found = CliRunner().invoke(cli, ["classify"])
    assert isinstance(found.exception, EncoderError)
    assert issubclass(EncoderError, EXPECTED)
    assert "encoder.onnx was altered" in str(found.exception)
    assert "restore the folder" in str(found.exception)


def spared(looked: list[object]):
    """In place of `Reader._score_targets`: notes which mentions it was asked about."""
    real = Reader._score_targets

    def scored(self, source, mentions, quotations):
        looked.append(dict(mentions))
        return real(self, source, mentions, quotations)

    return scored
