"""Headlines without an address: stored once, matched to links, and what they say we miss."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from db.session import Store
from db.signals import Missed, match_signals, missed, save_signals, title_key
from db.tables import SignalRow
from framewatch.facts import SourceBook
from framewatch.story import Outlet, Signal
from tests.coverage_store import NOW, TOPIC, link

SYDNEY = ZoneInfo("Australia/Sydney")
DAY = date(2025, 3, 11)
NOON = datetime(2025, 3, 11, 1, tzinfo=UTC)  # in Sydney
HERALD = Outlet(
    code="herald",
    name="The Example Herald",
    hosts=("herald.example",),
    country="AU",
    language="en",
    aliases=("EH",),
)
BOOK = SourceBook(outlets=(HERALD,))
TITLE = "DeepSeek opens its weights"


def signal(title: str = TITLE, host: str = "www.herald.example", **more) -> Signal:
    values = {"source": "news-search", "title": title, "host": host, "published_at": NOON}
    return Signal(**(values | more))


def save(store: Store, *signals: Signal) -> int:
    with store.begin() as connection:
        return save_signals(connection, TOPIC, signals, BOOK, SYDNEY, NOW)


def match(store: Store) -> int:
    with store.begin() as connection:
        return match_signals(connection, TOPIC)


def tally(store: Store) -> list[Missed]:
    with store.begin() as connection:
        return missed(connection, TOPIC, DAY - timedelta(days=9), DAY + timedelta(days=9))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DeepSeek’s “cheap” model", "Deepseek's cheap model"),
        ("ＤｅｅｐＳｅｅｋ   opens its weights", "DeepSeek opens its weights"),
        ("DeepSeek opens its weights - The Example Herald", "DeepSeek opens its weights"),
        ("DeepSeek opens its weights | Example Herald", "DeepSeek opens its weights"),
        ("DeepSeek opens its weights – herald.example", "DeepSeek opens its weights"),
        ("深度求索：新模型", "深度求索 新模型"),
    ],
    ids=["quotes", "width and spaces", "suffix", "without The", "host as suffix", "Chinese"],
)
def test_one_headline_written_two_ways_has_one_key(one, other):
    """Punctuation, width, spacing, case and the outlet's name say nothing."""
    names = ("Example Herald", "herald.example")
    assert title_key(one, names) == title_key(other, names) != ""


@pytest.mark.parametrize(
    "title",
    ["DeepSeek - what comes next", "DeepSeek opens its weights - Other Courier", "Example Herald"],
    ids=["a dash of its own", "another outlet", "the name alone"],
)
def test_only_the_outlets_own_name_is_taken_off(title):
    """And never the whole headline."""
    assert title_key(title, ("Example Herald",)) == "".join(filter(str.isalnum, title.casefold()))


def test_a_very_long_headline_has_a_key_that_the_store_can_hold():
    """Of 200 characters; a hostile one takes no time."""
    assert len(title_key("deep " * 10_000 + " - " * 10_000, ("x",))) == 200


def test_a_signal_is_stored_once(store):
    """However often its source repeats it; one without a letter is no headline."""
    assert save(store, signal(), signal("DeepSeek opens its weights!"), signal("…")) == 1
    assert save(store, signal()) == 0
    with store.begin() as connection:
        (row,) = connection.execute(select(SignalRow.__table__)).all()
    assert (row.outlet, row.host, row.day) == ("herald", "herald.example", DAY)


def test_a_signal_without_a_host_is_known_by_its_outlets_name(store):
    """An alias does as well; and a signal without a date is of the day it came."""
    save(store, signal(host="", host_name="EH", published_at=None))
    (line,) = tally(store)
    assert (line.outlet, line.day) == ("herald", NOW.astimezone(SYDNEY).date())


@pytest.mark.parametrize(
    ("days", "more", "matches"),
    [
        (0, {}, 1),
        (3, {}, 1),
        (-3, {}, 1),
        (4, {}, 0),
        (0, {"outlet": "courier"}, 0),
        (0, {"title": "DeepSeek closes its doors"}, 0),
        (0, {"title": "", "text": "Words."}, 0),
    ],
    ids=["same day", "later", "earlier", "too late", "outlet", "headline", "untitled"],
)
def test_a_signal_is_matched_within_its_outlet_and_three_days(store, days, more, matches):
    """By the headline, under which the link or its article is known."""
    with store.begin() as connection:
        values = {"title": f"{TITLE} - Example Herald"} | more
        link(connection, DAY + timedelta(days=days), "feed", **values)
    save(store, signal(host_name="Example Herald"))
    assert match(store) == matches
    assert match(store) == 0


def test_a_link_that_came_later_is_matched_at_the_next_look(store):
    """As after a backfill; its article's headline does where the source gave none."""
    save(store, signal("A headline", host="news.unknown.example"))
    assert match(store) == 0
    with store.begin() as connection:
        link(connection, DAY, "index", outlet="www.news.unknown.example", text="Words.")
    assert match(store) == 1


def test_of_two_links_the_one_with_an_article_is_taken(store):
    """Though the other is nearer."""
    with store.begin() as connection:
        link(connection, DAY, "feed", title=TITLE, outcome="gone")
        link(connection, DAY - timedelta(days=2), "feed", title=TITLE, text="Words.")
    save(store, signal())
    match(store)
    assert [line.held for line in tally(store)] == [1]


def test_what_we_miss_is_counted_by_outlet_and_day(store):
    """Held, known without an article, unknown; a headline of two sources counts once."""
    with store.begin() as connection:
        link(connection, DAY, "feed", title="Held", text="Words.")
        link(connection, DAY, "feed", title="Off topic", outcome="off_topic")
    save(store, signal("Held"), signal("Off topic"), signal("Never seen"))
    save(store, signal("Never seen", source="other-search", published_at=NOON + timedelta(days=1)))
    save(store, signal("Elsewhere", host="courier.example"))
    match(store)
    assert tally(store) == [
        Missed(day=DAY, outlet="courier.example", named=1, unknown=1),
        Missed(day=DAY, outlet="herald", named=3, held=1, known=1, unknown=1),
    ]
