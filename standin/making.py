"""How a world comes about: who publishes what, when, with which habit, and who lists it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from standin.prose import Piece, written
from standin.world import BACKFILL, NO_ARTICLE, Habit, Outlet, Story, World


def _outlet(code: str, name: str, country: str, language: str, time_zone: str) -> Outlet:
    return Outlet(
        code=code,
        name=name,
        host=f"{code}.localhost",
        country=country,
        language=language,
        time_zone=time_zone,
    )


OUTLETS = (
    _outlet("herald", "The Harbour Herald", "AU", "en", "Australia/Sydney"),
    _outlet("courier", "The Ferry Courier", "GB", "en", "Europe/London"),
    _outlet("wire", "Meridian Wire", "US", "en", "America/New_York"),
    _outlet("tribune", "The Lantern Tribune", "IN", "en", "Asia/Kolkata"),
    _outlet("quanbao", "泉报", "CN", "zh", "Asia/Shanghai"),
    _outlet("sentinel", "The Northern Sentinel", "GB", "en", "Europe/London"),
)
GUARDIAN = "sentinel"  # the outlet whose publisher offers an interface of the Guardian's kind
# Which outlets have a sitemap with dated parts. The others have a news sitemap, or none at all.
SITEMAPS = ("herald", "courier", "quanbao")
FEEDS = ("herald", "courier", "wire", "tribune", "quanbao", "sentinel")

# How often a service lists what it could list. Invented; low enough that services differ.
_SHARES = {
    "gal": 0.75,
    "gkg": 0.6,
    "mediacloud": 0.6,
    "hackernews": 0.15,
    "googlenews": 0.5,
    "bing": 0.25,
    "newsapi": 0.3,
    "gnews": 0.3,
    "wayback": 0.5,
    "commoncrawl-index": 0.35,
    "commoncrawl-news": 0.3,
}
# Services that read more than titles and addresses: they find what names its subject in the text.
_READERS = ("mediacloud", "gal", "gkg")
_ODD = tuple(habit for habit in Habit if habit is not Habit.PLAIN)
_ODD_EVERY = 4  # every fourth story on the topic has a habit, each in its turn
_REPRINT_EVERY = 9
_QUIET = 0.2  # of the stories on the topic: named in teaser and text, not in title and address


def made(first: date, days: int, per_day: int, seed: int) -> World:
    """See standin.world.make_world."""
    rng = Random(seed)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    plain = list(_stories(rng, start, days, per_day))
    stories = sorted([*plain, *_reprints(rng, plain)], key=lambda s: (s.published, s.slug))
    numbered = [replace(story, number=n) for n, story in enumerate(stories, 1)]
    return World(
        outlets=OUTLETS,
        stories=numbered,
        now=start + timedelta(days=days, hours=6),
        listings=_listings(rng, numbered),
    )


def _stories(rng: Random, start: datetime, days: int, per_day: int) -> Iterator[Story]:
    slugs: set[str] = set()
    odd = 0
    for number in range(days * per_day):
        # Two of three are on the topic; the outlets take turns, in an order that shifts daily.
        on_topic = number % 3 != 2
        outlet = OUTLETS[(number + number // len(OUTLETS)) % len(OUTLETS)]
        habit = Habit.PLAIN
        if on_topic and number % _ODD_EVERY == 1:
            habit = _ODD[odd % len(_ODD)]
            if outlet.code == GUARDIAN and habit in (*NO_ARTICLE, Habit.GONE):
                outlet = OUTLETS[0]  # its publisher hands out every text of the sentinel
            odd += 1
        minutes = rng.randrange(24 * 60 // per_day) + (number % per_day) * (24 * 60 // per_day)
        published = start + timedelta(days=number // per_day, minutes=minutes)
        yield _story(rng, slugs, outlet, published, on_topic, habit)


def _story(
    rng: Random,
    slugs: set[str],
    outlet: Outlet,
    published: datetime,
    on_topic: bool,
    habit: Habit,
) -> Story:
    # What archives list, or what is a teaser only, names its subject in title and address.
    quiet = habit is Habit.PLAIN and rng.random() < _QUIET
    joined = habit is Habit.PLAIN and outlet.code == "herald"
    piece, slug = _new_piece(rng, slugs, outlet.language, on_topic, quiet, joined)
    return Story(
        slug=slug,
        number=0,
        outlet=outlet,
        title=piece.title,
        teaser=piece.teaser,
        paragraphs=piece.paragraphs,
        authors=piece.authors,
        published=published,
        seen=_seen(rng, published),
        on_topic=on_topic,
        habit=habit,
        opinion=piece.opinion,
        theme=piece.theme,
    )


def _new_piece(
    rng: Random, slugs: set[str], language: str, on_topic: bool, quiet: bool, joined: bool
) -> tuple[Piece, str]:
    """A piece whose address nobody has yet; `joined` houses write "deepseeks" for DeepSeek’s."""
    while True:
        piece = written(rng, language, on_topic, quiet)
        words = piece.slug_words.lower().replace("’", "" if joined else "-")
        slug = re.sub(r"[^a-z0-9]+", "-", words).strip("-")
        if slug not in slugs:
            slugs.add(slug)
            return piece, slug


def _seen(rng: Random, published: datetime) -> datetime:
    """Minutes later for most, up to five hours for some; always in the first half of a quarter
    of an hour, since that is when GDELT puts out its lists (the SOURCES reference, section 5.2)."""
    most = 40 if rng.random() < 0.8 else 300
    seen = published + timedelta(minutes=rng.randint(3, most))
    late = seen.minute % 15 - 7
    return seen + timedelta(minutes=15 - late - rng.randrange(8) if late > 0 else 0)


def _reprints(rng: Random, stories: list[Story]) -> Iterator[Story]:
    """Some plain stories, hours later in another paper, under a note that says whence."""
    able = [s for s in stories if s.on_topic and s.habit is Habit.PLAIN and _english(s)]
    for story in able[2::_REPRINT_EVERY]:
        others = [o for o in OUTLETS if o.language == "en" and o is not story.outlet]
        others = [o for o in others if o.code != GUARDIAN]
        published = story.published + timedelta(hours=rng.randint(3, 9), minutes=rng.randrange(60))
        day = story.published.astimezone(story.outlet.zone)
        note = (
            f"This article first appeared in {story.outlet.name} on {day:%B} {day.day} {day.year}."
        )
        yield replace(
            story,
            slug=f"{story.slug}-again",
            outlet=rng.choice(others),
            paragraphs=(*story.paragraphs, note),
            published=published,
            seen=_seen(rng, published),
            reprint_of=story.slug,
        )


def _english(story: Story) -> bool:
    return story.outlet.language == "en"


def _listings(rng: Random, stories: list[Story]) -> dict[str, frozenset[str]]:
    lists: dict[str, set[str]] = {name: set() for name in (*_SHARES, "guardian")}
    for code in FEEDS:
        lists[f"feed:{code}"] = {s.slug for s in stories if s.outlet.code == code}
    for code in SITEMAPS:
        lists[f"sitemap:{code}"] = {
            s.slug for s in stories if s.outlet.code == code and s.habit is not Habit.GONE
        }
    for story in stories:
        for service in _services(rng, story):
            lists[service].add(story.slug)
    return {service: frozenset(slugs) for service, slugs in lists.items()}


def _services(rng: Random, story: Story) -> set[str]:
    """Who lists a story, besides its own outlet; on the topic, two at least that reach back."""
    chosen = {service for service, share in _SHARES.items() if rng.random() < share}
    if story.habit is Habit.GONE:
        return {"wayback", rng.choice(_READERS)}
    if story.habit in (Habit.TRAP, Habit.DRIP, Habit.WRONG_TYPE):
        # No archive could have taken them.
        chosen -= {"wayback", "commoncrawl-index", "commoncrawl-news"}
    if story.outlet.code == GUARDIAN:
        chosen.add("guardian")
    if not story.on_topic:
        return chosen
    able = {service for service in BACKFILL if story.shows_topic(service)}
    for service in rng.sample(_READERS, len(_READERS)):
        if len(chosen & able) < 2:
            chosen.add(service)
    return chosen
