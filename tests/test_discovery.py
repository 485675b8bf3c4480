"""What is asked and what is not: settled days, refusals, waits, reach, and days still moving."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from db.tables import AnswerRow, LinkRow
from db.upsert import table_of
from framewatch import stages
from framewatch.desk import Desk, open_desk
from framewatch.settings import Settings
from framewatch.story import Outcome, Page, Rejected, Window
from scrapers.web import PAGE, Expect, Question, Reply
from tests.made_once import migrate

SOURCES = """
[[outlets]]
code = "herald"
name = "Example Herald"
hosts = ["herald.example"]
country = "AU"
language = "en"

[[sources]]
name = "hn"
kind = "hackernews"
since = 2025-01-01

[[sources]]
name = "crawl"
kind = "commoncrawl-news"
prefixes = ["herald.example"]

[[sources]]
name = "open-platform"
kind = "guardian"
"""
FIRST = datetime(2025, 2, 1, tzinfo=UTC)
LATER = datetime(2025, 3, 1, tzinfo=UTC)


def days(first: int, last: int) -> Window:
    return Window(FIRST + timedelta(days=first - 1), FIRST + timedelta(days=last))


class Algolia:
    """A service with one story a day, which can be out of order on some days."""

    def __init__(self) -> None:
        self.asked: list[str] = []  # days
        self.status: dict[str, int] = {}  # of days on which something is wrong
        self.wait: float | None = None

    def ask(self, question: Question) -> Reply:
        query = parse_qs(urlsplit(question.url).query)
        if "numericFilters" not in query:  # not its interface
            self.asked.append(urlsplit(question.url).path)
            return Reply(status=404, headers={}, body=b"", at=LATER)
        filters = query["numericFilters"][0]
        second = int(filters.split("=")[1].split(",")[0])
        moment = datetime.fromtimestamp(second, UTC)
        day = f"{moment:%m-%d}"
        if "DeepSeek" in question.url:  # each alternative of the query is a request
            self.asked.append(day)
        status = self.status.get(day, 200)
        hit = {
            "title": "DeepSeek and chips",
            "url": f"https://herald.example/{day}",
            "created_at_i": second + 3600,
        }
        body = {"hits": [hit], "nbHits": 1, "nbPages": 1, "page": 0}
        return Reply(
            status=status,
            headers={},
            body=json.dumps(body).encode(),
            at=moment,
            retry_after=self.wait if status != 200 else None,
        )

    @contextmanager
    def stream(self, question: Question) -> Iterator[IO[bytes] | Rejected]:
        yield Rejected(url=question.url, outcome=Outcome.GONE, detail="")

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        return Rejected(url=url, outcome=Outcome.GONE, detail="")

    def forbidden(self, url: str) -> Rejected | None:
        return None


@pytest.fixture
def service() -> Algolia:
    return Algolia()


@pytest.fixture
def desk(tmp_path: Path, service: Algolia) -> Iterator[Desk]:
    sources = tmp_path / "sources.toml"
    sources.write_text(SOURCES, encoding="utf-8")
    home = {"FRAMEWATCH_HOME": str(tmp_path / "home"), "FRAMEWATCH_SOURCES": str(sources)}
    settings = Settings.from_env(home)
    migrate(settings.database_url)
    with open_desk(settings) as opened:
        opened.web = service
        yield opened


def ask(desk: Desk, window: Window, now: datetime = LATER) -> dict[str, int]:
    return stages.discover(desk, "deepseek", "hn", window, now)


def answers(desk: Desk) -> list[tuple[str, str]]:
    table = table_of(AnswerRow)
    with desk.store.begin() as connection:
        found = connection.execute(select(table).order_by(table.c.window_start))
        return [(f"{row.window_start:%m-%d}", row.status) for row in found]


def test_a_service_is_asked_day_by_day_and_each_day_once(desk: Desk, service: Algolia) -> None:
    """Days long over are settled with their first answer; a wider window asks the rest alone."""
    counts = ask(desk, days(3, 5))
    assert counts == {"asked": 3, "listed": 3, "on_topic": 3, "new": 3}
    assert ask(desk, days(3, 5)) == {"settled": 3}
    ask(desk, days(1, 6))
    assert service.asked == ["02-03", "02-04", "02-05", "02-01", "02-02", "02-06"]


def test_a_window_that_cuts_days_asks_for_whole_ones(desk: Desk, service: Algolia) -> None:
    """A day of Sydney lies in two UTC days: the ledger holds each of them once."""
    start = FIRST + timedelta(days=2, hours=13)
    ask(desk, Window(start, start + timedelta(days=1)))
    assert service.asked == ["02-03", "02-04"]


def test_days_still_moving_are_asked_again_by_the_next_runs(desk: Desk, service: Algolia) -> None:
    """Aggregators add to a day for two more: daily runs read a day thrice, then no more."""
    for day in range(3, 8):
        ask(desk, days(day, day), now=FIRST + timedelta(days=day, hours=1))
    times = {day: service.asked.count(day) for day in sorted(set(service.asked))}
    assert times == {"02-03": 3, "02-04": 3, "02-05": 3, "02-06": 2, "02-07": 1}
    with desk.store.begin() as connection:
        assert len(connection.execute(select(table_of(LinkRow))).all()) == 5


def test_no_transaction_is_open_while_a_source_is_asked(desk: Desk, service: Algolia) -> None:
    """An answer may take minutes: the store must not be held for it."""
    held: list[int] = []
    answered = service.ask

    def watched(question: Question) -> Reply:
        held.append(desk.store.pool.checkedout())  # type: ignore[attr-defined]
        return answered(question)

    service.ask = watched  # type: ignore[method-assign]
    for day in (3, 4, 5):
        ask(desk, days(day, day), now=FIRST + timedelta(days=day, hours=1))
    assert held
    assert set(held) == {0}


def test_a_refusal_is_never_repeated_until_the_question_changes(
    desk: Desk, service: Algolia
) -> None:
    """A wrong query is wrong tomorrow; a corrected one is another question."""
    service.status["02-03"] = 400
    for _ in range(2):
        with pytest.raises(stages.SourceFailed, match="refused: status 400") as caught:
            ask(desk, days(3, 3))
        assert not caught.value.retry
    assert service.asked == ["02-03"]
    service.status.clear()
    desk.topics["deepseek"] = replace(desk.topics["deepseek"], query="DeepSeek")
    assert ask(desk, days(3, 3))["on_topic"] == 1
    assert answers(desk) == [("02-03", "ok")]


def test_an_unavailable_source_waits_as_long_as_it_says(desk: Desk, service: Algolia) -> None:
    """Before that no request is made; after it the day is answered, and nothing is lost."""
    service.status["02-04"], service.wait = 503, 3600.0
    with pytest.raises(stages.SourceFailed, match="unavailable: status 503") as caught:
        ask(desk, days(3, 6))
    assert caught.value.retry
    others = [("02-03", "ok"), ("02-05", "ok"), ("02-06", "ok")]
    assert answers(desk) == sorted([*others, ("02-04", "unavailable")])
    service.asked.clear()
    with pytest.raises(stages.SourceFailed, match="not asked before 2025-03-01 01:00"):
        ask(desk, days(3, 6), LATER + timedelta(minutes=59))
    assert service.asked == []
    service.status.clear()
    ask(desk, days(3, 6), LATER + timedelta(minutes=61))
    assert service.asked == ["02-04"]
    assert [status for _, status in answers(desk)] == ["ok"] * 4


def test_a_day_of_outage_is_entered_and_made_up_for_by_later_runs(
    desk: Desk, service: Algolia
) -> None:
    """Every day of it has its entry, although the days before it answered; none is lost."""
    outage = {"02-05", "02-06", "02-07", "02-08"}
    for day in range(3, 14):
        down = f"02-{day:02}" in outage
        service.status = dict.fromkeys((f"02-{d:02}" for d in range(1, 15)), 503) if down else {}
        with suppress(stages.SourceFailed):
            ask(desk, days(day, day), now=FIRST + timedelta(days=day, hours=1))
        if day == 8:
            found = dict(answers(desk))
            assert {found[name] for name in outage} == {"unavailable"}
            assert {found[name] for name in ("02-03", "02-04")} == {"ok"}
    assert set(dict(answers(desk)).values()) == {"ok"}
    assert len(answers(desk)) == 11


def test_a_day_that_stays_broken_blocks_no_other(desk: Desk, service: Algolia) -> None:
    """One poisoned file is one day's trouble."""
    service.status["02-04"] = 500
    for day in range(3, 10):
        with suppress(stages.SourceFailed):
            ask(desk, days(day, day), now=FIRST + timedelta(days=day, hours=1))
    broken = [name for name, status in answers(desk) if status != "ok"]
    assert broken == ["02-04"]


def test_a_changed_question_that_fails_undoes_no_answer(desk: Desk, service: Algolia) -> None:
    """A new alias asks anew; until that is answered, the old answer stands."""
    ask(desk, days(3, 3))
    service.status["02-03"] = 503
    aliases = (*desk.topics["deepseek"].aliases, "Deepseek AI")
    desk.topics["deepseek"] = replace(desk.topics["deepseek"], aliases=aliases)
    with pytest.raises(stages.SourceFailed):
        ask(desk, days(3, 3))
    assert answers(desk) == [("02-03", "ok")]


def test_a_failure_never_undoes_an_answer(desk: Desk, service: Algolia) -> None:
    """What was once answered for a day stays answered."""
    soon = FIRST + timedelta(days=3, hours=1)
    ask(desk, days(3, 3), soon)
    service.status["02-03"] = 503
    with pytest.raises(stages.SourceFailed):
        ask(desk, days(3, 3), soon + timedelta(hours=1))
    assert answers(desk) == [("02-03", "ok")]


def test_days_before_a_source_began_cost_no_request(desk: Desk, service: Algolia) -> None:
    """They are out of its reach, which is not "no coverage"."""
    old = Window(datetime(2024, 12, 30, tzinfo=UTC), datetime(2025, 1, 2, tzinfo=UTC))
    ask(desk, old)
    assert service.asked == ["01-01"]
    assert answers(desk) == [("12-30", "out_of_reach"), ("12-31", "out_of_reach"), ("01-01", "ok")]


def test_a_source_for_days_long_past_is_left_alone_each_day(desk: Desk, service: Algolia) -> None:
    """Streaming a crawl every morning would be a burden, and find nothing yet."""
    soon = FIRST + timedelta(days=3, hours=1)
    assert stages.discover(desk, "deepseek", "crawl", days(3, 3), soon)["listed"] == 0
    assert answers(desk) == [("02-03", "out_of_reach")]
    assert service.asked == []
    with pytest.raises(stages.SourceFailed, match="2025/02 is not listed yet"):
        stages.discover(desk, "deepseek", "crawl", days(3, 3), LATER)
    assert service.asked == ["/crawl-data/CC-NEWS/2025/02/warc.paths.gz"]


def test_a_source_without_its_key_is_left_out_and_named(
    desk: Desk, service: Algolia, caplog: pytest.LogCaptureFixture
) -> None:
    """It is no failure of the day's run; the log and the status say what is missing."""
    counts = stages.discover(desk, "deepseek", "open-platform", days(3, 3), LATER)
    assert counts == {"without_key": 1}
    assert "it needs a key in FRAMEWATCH_KEY_OPEN_PLATFORM" in caplog.text
    assert "open-platform" not in [source.name for source in desk.sources("deepseek")]
    assert [source.name for source in desk.unkeyed("deepseek")] == ["open-platform"]


def test_links_are_counted_on_their_day_under_their_outlet(desk: Desk) -> None:
    """The day of the topic's zone: an hour past UTC midnight it is the same day in Sydney."""
    ask(desk, days(3, 3))
    with desk.store.begin() as connection:
        row = connection.execute(select(table_of(LinkRow))).one()
    assert (row.day.isoformat(), row.outlet) == ("2025-02-03", "herald")
