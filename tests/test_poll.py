"""Sliding lists are read as often as they change, and gaps between two readings are known."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from db.polls import Poll, polls, save_poll
from db.session import Store
from db.tables import AnswerRow
from db.upsert import table_of
from framewatch import stages
from framewatch.desk import Desk, open_desk
from framewatch.poll import (
    FIRST,
    LONGEST,
    SHORTEST,
    covered_since,
    next_poll,
    partial,
    poll,
)
from framewatch.settings import Settings
from framewatch.story import Answer, Page, Rejected, SourceStatus, Window
from scrapers.web import PAGE, Expect
from tests.made_once import migrate

NOW = datetime(2025, 2, 6, 12, tzinfo=UTC)
DAY = Window(datetime(2025, 2, 5, tzinfo=UTC), datetime(2025, 2, 6, tzinfo=UTC))
HOUR = timedelta(hours=1)


def answer(
    oldest: float | None = None,
    newest: float | None = None,
    body: str = "b",
    status: SourceStatus = SourceStatus.OK,
    retry_after: float | None = None,
) -> Answer:
    """oldest, newest: hours before NOW."""
    return Answer(
        source="herald",
        window=DAY,
        status=status,
        oldest=None if oldest is None else NOW - oldest * HOUR,
        newest=None if newest is None else NOW - newest * HOUR,
        body_sha256=body,
        retry_after=retry_after,
    )


def before(oldest: float, newest: float, asked: float, since: float, every: float = 6) -> Poll:
    """A reading some hours ago."""
    return Poll(
        source="herald",
        asked_at=NOW - asked * HOUR,
        changed_at=NOW - asked * HOUR,
        body_sha256="a",
        every=every * HOUR,
        next_at=NOW,
        oldest=NOW - oldest * HOUR,
        newest=NOW - newest * HOUR,
        covered_since=NOW - since * HOUR,
    )


DOWN = answer(body="", status=SourceStatus.UNAVAILABLE)


@pytest.mark.parametrize(
    ("previous", "now", "since"),
    [
        (None, answer(20, 1), 20),
        (before(30, 7, 6, 90), answer(20, 1), 90),
        (before(30, 7, 6, 90), answer(7, 1), 90),
        (before(30, 7, 6, 90), answer(6.9, 1), 6.9),
        (before(30, 7, 6, 20), answer(40, 1), 40),
        (before(30, 7, 6, 90), answer(None, None, "a"), 90),
        (before(30, 7, 6, 90), DOWN, 90),
        (before(30, 7, 6, 90), answer(None, None), 0),
        (before(30, 7, 6, 90), answer(400, 300, ""), 90),
        (None, DOWN, None),
    ],
    ids=[
        "the first reading",
        "lists that overlap",
        "lists that touch",
        "a gap",
        "a longer list than before",
        "the same list",
        "a failure",
        "a list without dates",
        "dated parts for an old window",
        "never read",
    ],
)
def test_readings_join_where_no_item_can_have_slid_off_between_them(
    previous: Poll | None, now: Answer, since: float | None
) -> None:
    """Otherwise what is covered begins anew with the oldest item."""
    expected = None if since is None else NOW - since * HOUR
    assert covered_since(previous, now, NOW) == expected
    assert next_poll(previous, now, NOW).covered_since == expected


def test_after_a_failure_the_next_list_is_joined_to_the_last_one_read() -> None:
    """What the list held before is remembered through it."""
    failed = next_poll(before(30, 7, 6, 90), DOWN, NOW - HOUR)
    assert covered_since(failed, answer(8, 1), NOW) == NOW - 90 * HOUR
    assert covered_since(failed, answer(5, 1), NOW) == NOW - 5 * HOUR


@pytest.mark.parametrize(
    ("since", "asked_at", "reason"),
    [
        (DAY.start, DAY.end, ""),
        (DAY.start - HOUR, NOW, ""),
        (DAY.start + HOUR, NOW, "covers it only from 2025-02-05 01:00 UTC"),
        (DAY.start, DAY.end - HOUR, "read at 2025-02-05 23:00 UTC, before its end"),
        (None, NOW, "it is not known how far back the list reaches"),
    ],
)
def test_an_answer_says_what_of_its_window_it_leaves_open(
    since: datetime | None, asked_at: datetime, reason: str
) -> None:
    """Nothing is left open only where the readings join over the whole of it."""
    assert partial(DAY, since, asked_at) == reason


@pytest.mark.parametrize(
    ("previous", "now", "every"),
    [
        (None, answer(20, 1), 6),
        (before(30, 7, 6, 90), answer(None, None, "a"), 9),
        (before(100, 7, 6, 90), answer(100, 6), 9),
        (before(30, 7, 6, 90), answer(20, 1), 6),
        (before(30, 7, 6, 90), answer(8, 0), 3),
        (before(30, 7, 6, 90), answer(5, 0), 3),
        (before(30, 7, 6, 90), DOWN, 6),
        (before(30, 7, 6, 90), answer(None, None), 6),
        (before(30, 7, 0.01, 90), answer(None, None, "a"), 6),
        (before(30, 7, 6, 90, every=20), answer(None, None, "a"), 24),
        (before(30, 7, 6, 90, every=0.2), answer(5, 0), 1 / 6),
    ],
    ids=[
        "first",
        "unchanged body",
        "nearly all known",
        "much known",
        "little known",
        "nothing known",
        "a failure",
        "no dates",
        "another window of the same poll",
        "at most a day",
        "at least ten minutes",
    ],
)
def test_the_interval_follows_the_share_of_known_items(
    previous: Poll | None, now: Answer, every: float
) -> None:
    """Half as long where most is new, half as long again where nearly nothing is."""
    assert next_poll(previous, now, NOW).every == every * HOUR


def test_an_hourly_list_settles_between_the_limits() -> None:
    """A list of 20 items, one an hour, is read before any of it slides off: no gap in a month."""
    row: Poll | None = None
    now, gaps = NOW, 0
    while now < NOW + timedelta(days=30):
        listed = Answer(
            source="herald",
            window=DAY,
            status=SourceStatus.OK,
            oldest=now - 20 * HOUR,
            newest=now,
            body_sha256=now.isoformat(),
        )
        new = next_poll(row, listed, now)
        gaps += row is not None and new.covered_since != row.covered_since
        assert SHORTEST <= new.every <= LONGEST
        row, now = new, new.next_at
    assert gaps == 0


@pytest.mark.parametrize(("jitter", "wait"), [(-1.0, 5.4), (0.0, 6.0), (1.0, 6.6)])
def test_the_next_poll_is_moved_by_a_tenth_at_most(jitter: float, wait: float) -> None:
    """So that lists do not all fall due together; the interval itself stays."""
    row = next_poll(None, answer(20, 1), NOW, jitter)
    assert (row.next_at - NOW, row.every) == (wait * HOUR, FIRST)


def test_a_failing_list_is_asked_when_it_wants_to_be_and_a_refusing_one_a_day_later() -> None:
    """Whatever its interval."""
    slow = answer(body="", status=SourceStatus.UNAVAILABLE, retry_after=50_000.0)
    assert next_poll(None, slow, NOW).next_at == NOW + timedelta(seconds=50_000)
    refused = answer(body="", status=SourceStatus.REFUSED)
    assert next_poll(None, refused, NOW).next_at == NOW + LONGEST


def test_a_row_is_read_as_it_was_written_and_never_replaced_by_an_older_one(store: Store) -> None:
    """Writing it twice changes nothing."""
    row = next_poll(before(30, 7, 6, 90), answer(20, 1), NOW)
    with store.begin() as connection:
        assert polls(connection, "deepseek", ["herald"]) == {}
        save_poll(connection, "deepseek", row)
        save_poll(connection, "deepseek", row)
        save_poll(connection, "deepseek", before(30, 7, 6, 90))
    with store.begin() as connection:
        assert polls(connection, "deepseek", ["herald", "gazette"]) == {"herald": row}


SOURCES = """
[[sources]]
name = "first-feed"
kind = "feed"
url = "https://herald.example/feed/"

[[sources]]
name = "second-map"
kind = "sitemap"
url = "https://herald.example/sitemap.xml"

[[sources]]
name = "kept"
kind = "archive"
path = "kept"
"""


class Down(RuntimeError):
    """What the stage that asks raises."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "sources.toml").write_text(SOURCES, encoding="utf-8")
    settings = Settings.from_env(
        {
            "FRAMEWATCH_HOME": str(tmp_path / "home"),
            "FRAMEWATCH_SOURCES": str(tmp_path / "sources.toml"),
        }
    )
    migrate(settings.database_url)
    with open_desk(settings) as made:
        yield made


def test_only_the_lists_that_are_due_are_asked_about_yesterday_and_today(desk: Desk) -> None:
    """Neither seeds nor archives slide; a failing list does not keep the others from theirs."""
    asked: list[tuple[str, Window]] = []

    def discover(
        _desk: Desk, _topic: str, source: str, window: Window, now: datetime
    ) -> dict[str, int]:
        asked.append((source, window))
        if source == "first-feed":
            raise Down("status 503")
        with desk.store.begin() as connection:
            row = replace(next_poll(None, answer(20, 1), now), source=source)
            save_poll(connection, "deepseek", row)
        return {"listed": 3, "new": 1}

    counts = poll(desk, "deepseek", NOW, discover, Down)
    assert counts == {"due": 2, "failed": 1, "listed": 3, "new": 1}
    both = Window(DAY.start, datetime(2025, 2, 7, tzinfo=UTC))
    assert asked == [("first-feed", both), ("second-map", both)]
    asked.clear()
    assert poll(desk, "deepseek", NOW + HOUR, discover, Down) == {"due": 1, "failed": 1}
    assert [source for source, _ in asked] == ["first-feed"]
    assert poll(desk, "deepseek", NOW + FIRST, discover, Down)["due"] == 2


class OneList:
    """A web on which every address is the same feed of an item an hour, read at some instant."""

    def __init__(self) -> None:
        self.now = NOW
        self.asked: list[str] = []

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        self.asked.append(url)
        items = "".join(
            f"<item><title>Rain</title><link>https://herald.example/{at:%d%H}</link>"
            f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            for at in (self.now - n * HOUR for n in range(80))
        )
        body = f'<rss version="2.0"><channel><title>H</title>{items}</channel></rss>'.encode()
        return Page(url=url, final_url=url, status=200, headers={}, body=body, fetched_at=self.now)


def test_a_list_is_read_once_for_both_of_its_days(desk: Desk, tmp_path: Path) -> None:
    """One request at each poll, and the ledger follows each day until two days after its end."""
    only_feed = SOURCES.split("[[sources]]")[1]
    (tmp_path / "sources.toml").write_text(f"[[sources]]{only_feed}", encoding="utf-8")
    web = OneList()
    with open_desk(desk.settings) as mine:
        mine.web = web  # type: ignore[assignment]
        for polled in range(4):
            web.now = NOW + timedelta(days=polled)
            assert stages.poll(mine, "deepseek", web.now)["due"] == 1
            assert len(web.asked) == polled + 1
        table = table_of(AnswerRow)
        with mine.store.begin() as connection:
            rows = connection.execute(select(table).order_by(table.c.window_start)).all()
    assert [f"{row.window_start:%d} {row.window_end:%d}" for row in rows] == [
        "05 07",
        "07 08",
        "08 09",
        "09 10",
    ]
    assert [row.status for row in rows] == ["empty"] * 4
    assert [bool(row.partial) for row in rows] == [False, False, False, True]
