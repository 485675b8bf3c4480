"""Feeds say how far back they reach, and a list that proves nothing is never taken for no news."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from framewatch.facts import load_topic
from framewatch.story import Answer, Outcome, Page, Rejected, Source, SourceStatus, Window
from scrapers.feed import discover, reach
from scrapers.web import PAGE, Expect

TOPIC = load_topic(Path(__file__).parent.parent / "topics" / "deepseek.toml")
NOW = datetime(2025, 2, 6, 12, tzinfo=UTC)
DAY = Window(datetime(2025, 2, 5, tzinfo=UTC), datetime(2025, 2, 6, tzinfo=UTC))
SOURCE = Source(name="herald", kind="feed", url="https://herald.example/feed/")


class OneFeed:
    """A web of one address."""

    def __init__(self, body: bytes | Rejected, read_at: datetime = NOW) -> None:
        self.body, self.read_at = body, read_at

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        if isinstance(self.body, Rejected):
            return self.body
        return Page(
            url=url, final_url=url, status=200, headers={}, body=self.body, fetched_at=self.read_at
        )


def rss(*dates: datetime | None) -> bytes:
    items = "".join(
        f"<item><title>DeepSeek {at}</title><link>https://herald.example/{at}</link>"
        + (f"<pubDate>{date:%a, %d %b %Y %H:%M:%S} GMT</pubDate>" if date else "")
        + "</item>"
        for at, date in enumerate(dates)
    )
    return f'<rss version="2.0"><channel><title>Herald</title>{items}</channel></rss>'.encode()


def ask(body: bytes | Rejected, window: Window = DAY, read_at: datetime = NOW) -> Answer:
    return discover(SOURCE, TOPIC, window, OneFeed(body, read_at))  # type: ignore[arg-type]


def hours(*ago: float) -> list[datetime]:
    return [NOW - timedelta(hours=h) for h in ago]


def test_an_answer_says_how_far_the_list_reached_and_what_body_it_had() -> None:
    """Oldest, newest, the body's hash and one request; the same body has the same hash."""
    body = rss(*hours(1, 14, 40))
    answer = ask(body)
    assert (answer.status, answer.requests) == (SourceStatus.OK, 1)
    assert [answer.newest, answer.oldest] == hours(1, 40)
    assert answer.body_sha256 == ask(body).body_sha256 != ask(rss(*hours(1))).body_sha256


def test_a_list_that_no_longer_reaches_the_window_still_says_how_far_it_reached() -> None:
    """The next reading can be joined to it all the same."""
    answer = ask(rss(*hours(1, 2)))
    assert answer.status is SourceStatus.OUT_OF_REACH
    assert (answer.newest, answer.oldest) == tuple(hours(1, 2))


@pytest.mark.parametrize(
    ("ago", "oldest"),
    [
        ((1, 2, 3), 3),
        ((3, 2, 1), 3),
        ((900, 1, 2, 3), 3),
        ((900, 800, 1, 2, 3), 3),
        ((1, 900, 2, 3), 3),
        ((2, 2, 2), 2),
        ((5,), 5),
    ],
    ids=[
        "newest first",
        "oldest first",
        "one pinned",
        "two pinned",
        "one moved up",
        "all of one time",
        "one item",
    ],
)
def test_pinned_items_do_not_stretch_the_reach(ago: tuple[float, ...], oldest: float) -> None:
    """An item older than those after it shows nothing of how far the list goes."""
    assert reach(hours(*ago)) == NOW - timedelta(hours=oldest)


@pytest.mark.parametrize(
    "body",
    [rss(), rss(None).replace(b"https://herald.example/0", b"")],
    ids=["no item", "no address"],
)
def test_a_feed_that_went_empty_is_broken_and_not_out_of_reach(body: bytes) -> None:
    """Of a young day it ought to hold something; what it says of an old one was never much."""
    assert reach([]) is None
    answer = ask(body)
    assert (answer.status, answer.oldest) == (SourceStatus.UNAVAILABLE, None)
    assert answer.body_sha256 == ""  # the list of before is what the next one is joined to
    old = Window(DAY.start - timedelta(days=30), DAY.end - timedelta(days=30))
    assert ask(body, old).status is SourceStatus.OUT_OF_REACH


def test_undated_items_count_for_the_last_days_only() -> None:
    """They are seen now: a window of the month before does not get them."""
    assert len(ask(rss(None)).links) == 1
    old = Window(DAY.start - timedelta(days=30), DAY.end - timedelta(days=30))
    assert ask(rss(None), old).status is SourceStatus.OUT_OF_REACH


def test_an_item_dated_in_the_future_is_not_the_newest() -> None:
    """A wrong clock would make a gap look closed."""
    assert ask(rss(*hours(-48, 13, 20))).newest == hours(13)[0]


def test_a_failing_feed_took_a_request_and_says_nothing_of_its_list() -> None:
    """It is asked again when the host wants it."""
    down = Rejected(url="", outcome=Outcome.UNAVAILABLE, detail="status 503", retry_after=90.0)
    answer = ask(down)
    assert (answer.status, answer.retry_after) == (SourceStatus.UNAVAILABLE, 90.0)
    assert (answer.requests, answer.oldest, answer.body_sha256) == (1, None, "")
