"""The small web of `standin`: what it says must be what the real services document."""

import gzip
import http.client
import io
import json
import re
import signal
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import md5
from html import unescape
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from standin.faults import all_faults
from standin.lists import DATED, FEEDS
from standin.making import GUARDIAN
from standin.script import Fault, Script
from standin.server import StandIn
from standin.services import NAMES
from standin.trouble import BOMB, gz_bomb, zip_bomb
from standin.world import BACKFILL, Habit, Story, World, make_world
from tests.programs import running

ROOT = Path(__file__).resolve().parent.parent
FIRST, DAYS = date(2025, 2, 1), 30
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def xml(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.body)


def get(world: World, host: str, path: str, **headers: str) -> Got:
    """One request over a connection of its own; redirects are not followed."""
    line = http.client.HTTPConnection("127.0.0.1", world.port, timeout=20)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        line.request("GET", path, headers={"Host": f"{host}.localhost:{world.port}", **names})
        answer = line.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Got(answer.status, found, answer.read())
    finally:
        line.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[StandIn]:
    """A server without faults; whoever moves its clock puts it back."""
    with StandIn(make_world(FIRST, DAYS)) as web:
        yield web


@pytest.fixture
def world(shared: StandIn) -> Iterator[World]:
    now = shared.world.now
    yield shared.world
    shared.world.now = now


def of_habit(world: World, habit: Habit) -> Story:
    return next(story for story in world.stories if story.habit is habit)


# --- the world ------------------------------------------------------------------------------------


def test_the_same_arguments_make_the_same_world() -> None:
    """And another seed another one."""
    one, same, other = (make_world(FIRST, 9, seed=seed) for seed in (3, 3, 4))
    assert (one.stories, one.listings, one.now) == (same.stories, same.listings, same.now)
    assert one.stories != other.stories


def test_texts_are_long_enough_and_unlike_each_other() -> None:
    """Only a reprint shares the runs of words of another story."""
    world = make_world(FIRST, DAYS)
    shingles = {story.slug: _shingles(story) for story in world.stories}
    for one, other in combinations(world.stories, 2):
        here, there = shingles[one.slug], shingles[other.slug]
        alike = len(here & there) / len(here | there)
        if one.slug == other.reprint_of or other.slug == one.reprint_of:
            assert alike > 0.8
        else:
            assert alike < 0.2, (one.slug, other.slug)
    words = [len(s.text.split()) for s in world.stories if s.outlet.language == "en"]
    assert 150 <= min(words) <= max(words) <= 600
    assert {story.language for story in (s.outlet for s in world.stories)} == {"en", "zh"}


def _shingles(story: Story) -> set[str]:
    if story.outlet.language == "zh":
        text = re.sub(r"\W", "", story.text)
        return {text[n : n + 5] for n in range(len(text) - 4)}
    words = re.findall(r"\w+", story.text.lower())
    return {" ".join(words[n : n + 3]) for n in range(len(words) - 2)}


def test_stories_are_about_the_topic_or_do_not_mention_it() -> None:
    """In title or teaser, and throughout the text."""
    world = make_world(FIRST, DAYS)
    for story in world.stories:
        naming = [bool(re.search("DeepSeek|深度求索", p)) for p in story.paragraphs]
        if story.on_topic:
            assert re.search("DeepSeek|深度求索", story.title + story.teaser), story.slug
            assert naming[0], story.slug
            assert sum(naming) >= 3, story.slug
        else:
            assert not any(naming), story.slug
            assert "deepseek" not in (story.title + story.slug).lower()
    assert 0.25 < sum(not s.on_topic for s in world.stories) / len(world.stories) < 0.4


def test_every_habit_and_some_reprints_occur() -> None:
    """A month has all of them; a reprint comes hours later, elsewhere, and says whence."""
    world = make_world(FIRST, DAYS)
    assert {story.habit for story in world.stories} == set(Habit)
    again = [story for story in world.stories if story.reprint_of]
    assert again
    for story in again:
        first = world.story(story.reprint_of)
        assert story.paragraphs[:-1] == first.paragraphs
        assert first.outlet.name in story.paragraphs[-1]
        assert story.outlet is not first.outlet
        assert timedelta(hours=3) <= story.published - first.published <= timedelta(hours=10)


def test_whatever_is_on_the_topic_two_services_that_reach_back_list() -> None:
    """With its name in what they say of it; what is gone, the archive and one other."""
    world = make_world(FIRST, DAYS)
    for story in world.stories:
        listed = {name for name in BACKFILL if story.slug in world.listings[name]}
        telling = {name for name in listed if story.shows_topic(name)}
        assert ("guardian" in listed) is (story.outlet.code == GUARDIAN)
        if story.habit is Habit.GONE:
            assert len(listed) == 2
            assert "wayback" in telling
        elif story.on_topic:
            assert len(telling) >= 2, story.slug


def test_expected_leaves_out_what_nobody_can_or_may_read() -> None:
    """Forbidden, endless and mistyped pages; and what is gone, for whom no archive is asked."""
    world = make_world(FIRST, DAYS)
    all_of_them = world.expected()
    habits = {story.habit for story in all_of_them}
    assert habits == set(Habit) - {Habit.DISALLOWED, Habit.TRAP, Habit.DRIP, Habit.WRONG_TYPE}
    assert all(story.on_topic for story in all_of_them)
    assert {s.slug for s in all_of_them} >= {s.slug for s in world.expected(services=["gal"])}
    assert Habit.GONE not in {s.habit for s in world.expected(services=["gal", "gkg"])}
    for story in world.expected(services=["sitemap:herald"]):
        assert "deepseek" in story.slug.split("-")
    middle = datetime(2025, 2, 15, tzinfo=UTC)
    halves = world.expected(end=middle) + world.expected(start=middle)
    assert halves == all_of_them


def test_a_service_lists_half_open_spans_and_nothing_that_it_has_not_seen() -> None:
    """By either of the two times; the clock decides."""
    world = make_world(FIRST, DAYS)
    start, end = world.stories[0].published, world.stories[-1].seen + timedelta(days=1)
    whole = world.listed("gal", start, end)
    assert {story.slug for story in whole} == world.listings["gal"]
    cut = whole[5].published
    assert whole == world.listed("gal", start, cut) + world.listed("gal", cut, end)
    assert {s.slug for s in world.listed("gal", start, end, "seen")} == world.listings["gal"]
    world.now = cut
    assert world.listed("gal", start, end) == [s for s in whole if s.seen <= cut]


# --- outlets --------------------------------------------------------------------------------------


def test_each_outlets_page_has_the_text_and_tells_its_date_in_its_own_way(world: World) -> None:
    """All paragraphs; the instant in JSON-LD, OpenGraph or a name of its own."""
    for outlet in world.outlets:
        story = next(s for s in world.stories if s.outlet is outlet and s.habit is Habit.PLAIN)
        page = get(world, outlet.code, story.path)
        assert page.status == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        for paragraph in story.paragraphs:
            assert paragraph in unescape(page.text)
        claimed = re.findall(
            r'(?:published_time" content=|pub-date" content=|datePublished": )"([^"]+)"', page.text
        )
        assert claimed
        assert {datetime.fromisoformat(stamp) for stamp in claimed} == {story.published}


def test_json_ld_comes_as_a_graph_as_a_list_of_types_and_broken(world: World) -> None:
    """The herald's, the courier's and the tribune's; the last has a raw line break in a string."""
    herald, courier, tribune = (
        _ld(world, next(s for s in world.stories if s.outlet.code == code))
        for code in ("herald", "courier", "tribune")
    )
    assert len(json.loads(herald)["@graph"]) == 3
    assert isinstance(json.loads(courier)[0]["@type"], list)
    with pytest.raises(json.JSONDecodeError, match="control character"):
        json.loads(tribune)
    assert json.loads(tribune, strict=False)["headline"]


def _ld(world: World, story: Story) -> str:
    page = get(world, story.outlet.code, story.path).text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    return found[1]


def test_a_paywalled_page_shows_a_teaser_and_says_so(world: World) -> None:
    """The string "False", as real pages write it."""
    story = of_habit(world, Habit.PAYWALLED)
    page = unescape(get(world, story.outlet.code, story.path).text)
    assert '"isAccessibleForFree": "False"' in page
    assert story.paragraphs[0] in page
    assert story.paragraphs[1] not in page


def test_an_undated_page_claims_no_date(world: World) -> None:
    """Neither in its head nor in sight nor in its outlet's feed."""
    story = of_habit(world, Habit.UNDATED)
    page = get(world, story.outlet.code, story.path).text
    assert not re.search(r"datePublished|published_time|pub-date|<time", page)


def test_habits_show_in_what_is_answered(world: World) -> None:
    """Redirects, rights, statuses and types."""
    answers = {
        habit: get(world, story.outlet.code, story.path)
        for habit in Habit
        if habit is not Habit.DRIP
        for story in [of_habit(world, habit)]
    }
    assert answers[Habit.GONE].status == 404
    assert answers[Habit.RESERVED].headers["tdm-reservation"] == "1"
    assert answers[Habit.TRAP].headers["location"].startswith("http://169.254.169.254/")
    assert answers[Habit.WRONG_TYPE].headers["content-type"] == "application/pdf"
    home = world.home(of_habit(world, Habit.BAD_CANONICAL).outlet)
    assert f'rel="canonical" href="{home}/"' in answers[Habit.BAD_CANONICAL].text
    hidden = of_habit(world, Habit.DISALLOWED)
    assert hidden.path.startswith("/private/")
    assert "Disallow: /private/" in get(world, hidden.outlet.code, "/robots.txt").text
    assert answers[Habit.DISALLOWED].status == 200


def test_a_twin_and_a_moved_story_are_listed_under_other_addresses(world: World) -> None:
    """Both lead to the canonical one."""
    twin, moved = of_habit(world, Habit.AMP_TWIN), of_habit(world, Habit.MOVED)
    assert world.address(twin, "gal") == f"{world.url(twin)}amp/"
    page = get(world, twin.outlet.code, f"{twin.path}amp/").text
    assert f'rel="canonical" href="{world.url(twin)}"' in page
    assert world.address(moved, "gal") == f"{world.home(moved.outlet)}/?p={moved.number}"
    answer = get(world, moved.outlet.code, f"/?p={moved.number}")
    assert (answer.status, answer.headers["location"]) == (301, world.url(moved))
    assert world.address(moved, "wayback") == world.url(moved)


def test_a_drip_goes_on_and_does_not_keep_the_server_from_stopping() -> None:
    """Bytes keep coming; leaving the context ends them within seconds."""
    world = make_world(FIRST, DAYS)
    story = of_habit(world, Habit.DRIP)
    with StandIn(world):
        line = http.client.HTTPConnection("127.0.0.1", world.port, timeout=20)
        line.request("GET", story.path, headers={"Host": story.outlet.host})
        answer = line.getresponse()
        for _ in range(3):
            assert answer.readline()
        started = time.monotonic()
    assert time.monotonic() - started < 30
    answer.close()
    line.close()


def test_feeds_are_well_formed_and_list_the_newest_thirty(world: World) -> None:
    """RSS with RFC 822 or Dublin Core dates, and Atom; newest first."""
    for outlet in world.outlets:
        kind, path = FEEDS[outlet.code]
        feed = get(world, outlet.code, path)
        assert feed.headers["content-type"] == f"application/{kind}+xml"
        mine = [s for s in world.stories if s.outlet is outlet and s.published <= world.now][-30:]
        titles = (
            [entry.findtext(f"{ATOM}title") for entry in feed.xml.iter(f"{ATOM}entry")]
            if kind == "atom"
            else [item.findtext("title") for item in feed.xml.iter("item")]
        )
        assert titles == [story.title for story in reversed(mine)]
        for item in feed.xml.iter("item"):
            stamp = item.findtext("pubDate")
            assert stamp is None or parsedate_to_datetime(stamp).tzinfo
    assert "utm_source" in get(world, "tribune", FEEDS["tribune"][1]).text


def test_a_feed_slides_with_the_clock(world: World) -> None:
    """Setting `now` while the server runs moves what it lists."""
    path = FEEDS["herald"][1]
    late = get(world, "herald", path).body
    mine = [story for story in world.stories if story.outlet.code == "herald"]
    world.now = mine[3].published
    early = get(world, "herald", path)
    assert early.body != late
    assert len(list(early.xml.iter("item"))) == 4
    assert get(world, "herald", mine[4].path).status == 404


def test_validators_answer_304_where_an_outlet_heeds_them(world: World) -> None:
    """Tags before dates; a weak tag compares like a strong one; the wire knows neither."""
    for code in ("herald", "courier", "tribune"):
        path = FEEDS[code][1]
        first = get(world, code, path)
        assert first.headers["etag"].startswith('W/"' if code == "courier" else '"')
        again = get(world, code, path, If_None_Match=first.headers["etag"])
        assert (again.status, again.body) == (304, b"")
        since = first.headers["last-modified"]
        assert get(world, code, path, If_Modified_Since=since).status == 304
        both = get(world, code, path, If_Modified_Since=since, If_None_Match='"other"')
        assert both.status == 200
    wire = get(world, "wire", FEEDS["wire"][1], If_None_Match="*")
    assert wire.status == 200
    assert "etag" not in wire.headers


def test_sitemaps_have_dated_parts_that_list_every_story_but_what_is_gone(world: World) -> None:
    """The index names one part a month; the herald's are packed."""
    for code, ending in DATED.items():
        parts = [loc.text or "" for loc in get(world, code, "/sitemap.xml").xml.iter(f"{MAP}loc")]
        assert len(parts) == 2
        listed = []
        for part in parts:
            assert part.endswith(ending)
            body = get(world, code, part.removeprefix(world.home(world.outlet(code)))).body
            body = gzip.decompress(body) if ending.endswith(".gz") else body
            listed += [loc.text for loc in ElementTree.fromstring(body).iter(f"{MAP}loc")]
        slugs = world.listings[f"sitemap:{code}"]
        assert listed == [world.url(story) for story in world.stories if story.slug in slugs]


def test_a_news_sitemap_has_titles_and_two_days(world: World) -> None:
    """Relative to the clock."""
    world.now = datetime(2025, 2, 14, 12, tzinfo=UTC)
    found = get(world, "herald", "/news-sitemap.xml").xml
    dates = [d.text or "" for d in found.iter(f"{NEWS}publication_date")]
    assert dates
    for stamp in dates:
        age = world.now - datetime.fromisoformat(stamp)
        assert timedelta(0) <= age <= timedelta(days=2)
    titles = {title.text for title in found.iter(f"{NEWS}title")}
    assert titles <= {story.title for story in world.stories}


def test_robots_rules_are_served_with_sitemaps_and_a_delay(world: World) -> None:
    """Each outlet's its own."""
    assert f"Sitemap: {world.home(world.outlet('herald'))}/sitemap.xml" in (
        get(world, "herald", "/robots.txt").text
    )
    assert "Crawl-delay: 0.1" in get(world, "courier", "/robots.txt").text
    assert get(world, "nobody", "/").status == 421
    assert get(world, "herald", "/2025/02/01/never-written/").status == 404
    assert FEEDS["herald"][1] in get(world, "herald", "/").text


# --- GDELT ----------------------------------------------------------------------------------------


def gal_path(moment: datetime) -> str:
    return f"/gdeltv3/gal/{moment:%Y%m%d%H%M%S}.gal.json.gz"


def test_the_article_list_stands_in_files_of_minutes(world: World) -> None:
    """Gzip, one JSON object a line; a story in the file of the minute in which it was seen."""
    for slug in sorted(world.listings["gal"]):
        story = world.story(slug)
        got = get(world, "gdelt", gal_path(story.seen))
        rows = [json.loads(line) for line in gzip.decompress(got.body).splitlines()]
        assert len(rows) > 5
        assert all({"date", "url", "domain", "title", "lang"} <= row.keys() for row in rows)
        mine = next(row for row in rows if row["url"] == world.address(story, "gal"))
        assert (mine["title"], mine["lang"]) == (story.title, story.outlet.language)
        moment = datetime.fromisoformat(mine["date"])
        assert moment in (story.published, story.seen)


def test_most_minutes_have_no_article_list_and_no_later_one_than_now(world: World) -> None:
    """About two files a quarter of an hour, in its first eight minutes."""
    start = datetime(2025, 2, 3, 10, tzinfo=UTC)
    minutes = [start + timedelta(minutes=n) for n in range(120)]
    there = [m for m in minutes if get(world, "gdelt", gal_path(m)).status == 200]
    assert 16 <= len(there) <= 20
    assert all(moment.minute % 15 < 8 for moment in there)
    world.now = there[0] - timedelta(minutes=1)
    assert get(world, "gdelt", gal_path(there[0])).status == 404


def test_the_lists_own_feed_has_the_last_quarter_of_an_hour(world: World) -> None:
    """With the time of the newest file; some items lack a title."""
    story = world.story(sorted(world.listings["gal"])[0])
    world.now = story.seen + timedelta(minutes=2)
    feed = get(world, "gdelt", "/gdeltv3/gal/feed.rss").xml
    built = parsedate_to_datetime(feed.findtext("channel/lastBuildDate") or "")
    assert story.seen <= built <= world.now
    items = {item.findtext("link"): item.findtext("title") for item in feed.iter("item")}
    assert items[world.address(story, "gal")] == story.title
    assert "" in items.values()


def test_every_graph_file_has_the_size_and_md5_that_the_master_list_gives(world: World) -> None:
    """Three lines a quarter, `size md5 address`; the last three stand in lastupdate.txt."""
    master = get(world, "gdelt", "/gdeltv2/masterfilelist.txt").text.splitlines()
    assert len(master) % 3 == 0
    assert len(master) // 3 > DAYS * 96
    assert get(world, "gdelt", "/gdeltv2/lastupdate.txt").text.splitlines() == master[-3:]
    for line in [row for row in master if row.endswith(".gkg.csv.zip")][::97]:
        size, check, address = line.split(" ")
        body = get(
            world, "gdelt", address.removeprefix(f"http://gdelt.localhost:{world.port}")
        ).body
        assert (len(body), md5(body).hexdigest()) == (int(size), check)
    tail = get(world, "gdelt", "/gdeltv2/masterfilelist.txt", Range="bytes=-300")
    assert (tail.status, tail.text) == (206, "\n".join([*master, ""])[-300:])


def test_the_graph_has_27_columns_and_twins_for_other_languages(world: World) -> None:
    """Names in column 23, the title in the extras, the translation in column 25; some break."""
    broken: list[list[str]] = []
    for slug in sorted(world.listings["gkg"]):
        story = world.story(slug)
        translated = story.outlet.language != "en"
        quarter = story.seen.replace(minute=story.seen.minute // 15 * 15)
        stem = f"{quarter:%Y%m%d%H%M%S}{'.translation' if translated else ''}.gkg.csv"
        rows = _graph(get(world, "gdelt", f"/gdeltv2/{stem}.zip").body, stem, "replace")
        broken += [row for row in rows if len(row) != 27 or "\ufffd" in row[26]]
        rows = [row for row in rows if len(row) == 27 and row[3] != "cut.example"]
        mark = "T" if translated else ""
        assert [row[0] for row in rows] == [
            f"{quarter:%Y%m%d%H%M%S}-{mark}{n}" for n in range(len(rows))
        ]
        mine = next(row for row in rows if row[4] == world.address(story, "gkg"))
        assert ("Deepseek," in mine[23]) is story.on_topic
        title = re.search("<PAGE_TITLE>(.*?)</PAGE_TITLE>", mine[26])
        assert title
        assert unescape(title[1]) == story.title
        assert mine[25].startswith("srclc:zho") is translated
        assert len(mine[15].split(",")) == 7
        assert (mine[9].count("#"), mine[10].count("#")) == (6, 8)
    assert {len(row) for row in broken} == {12, 27}


def _graph(body: bytes, stem: str, errors: str = "strict") -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.namelist() == [stem]
        return [line.split("\t") for line in archive.read(stem).decode(errors=errors).splitlines()]


# --- faults ---------------------------------------------------------------------------------------


def test_a_fault_is_met_as_often_as_scripted_and_every_request_is_counted() -> None:
    """Twice, where it matches; then the service is well again."""
    fault = Fault(service="herald", kind="down", match="/feed/", times=2)
    script = Script([fault])
    world = make_world(FIRST, 3)
    with StandIn(world, script):
        statuses = [get(world, "herald", "/feed/").status for _ in range(3)]
        other = get(world, "herald", "/").status
    assert (statuses, other) == ([503, 503, 200], 200)
    assert script.met == {fault: 2}
    assert script.asked == {"herald": 4}
    assert script.log[-2:] == [("herald", "/feed/"), ("herald", "/")]


@pytest.fixture(scope="module")
def faulty() -> Iterator[StandIn]:
    """A server whose script a test fills."""
    with StandIn(make_world(FIRST, DAYS), Script()) as web:
        yield web


def spoil(web: StandIn, service: str, kind: str, host: str, path: str) -> Got:
    """The answer under a fault; the next one must be good."""
    web.script.faults = (Fault(service=service, kind=kind),)
    web.script.met.clear()
    try:
        bad = get(web.world, host, path)
    except http.client.IncompleteRead as broken:
        bad = Got(200, {}, broken.partial)
    assert get(web.world, host, path).status == 200
    return bad


@pytest.mark.parametrize(
    ("kind", "status", "start"),
    [
        ("gap", 404, ""),
        ("forbidden_gap", 403, ""),
        ("throttled", 429, "Please limit requests to one every 5 seconds"),
        ("throttled_200", 200, "Please limit requests to one every 5 seconds"),
        ("down", 503, ""),
    ],
)
@pytest.mark.parametrize("service", ["gal", "gkg"])
def test_gdelt_refuses_as_the_real_one_does(
    faulty: StandIn, service: str, kind: str, status: int, start: str
) -> None:
    """Statuses and sentences; only a service that is down says for how long."""
    bad = spoil(faulty, service, kind, "gdelt", _path(faulty.world, service))
    assert bad.status == status
    assert bad.text.startswith(start)
    assert ("retry-after" in bad.headers) is (kind == "down")


def _path(world: World, service: str) -> str:
    if service == "gkg":
        return "/gdeltv2/20250203101500.gkg.csv.zip"
    return gal_path(world.story(sorted(world.listings["gal"])[0]).seen)


def test_gdelts_lines_break_beside_the_good_ones(faulty: StandIn) -> None:
    """One more line each that cannot be read; all others still can."""
    path = _path(faulty.world, "gal")
    good = gzip.decompress(get(faulty.world, "gdelt", path).body).splitlines()
    for kind in ("broken_line", "broken_escape"):
        bad = gzip.decompress(spoil(faulty, "gal", kind, "gdelt", path).body).splitlines()
        extra = [line for line in bad if line not in good]
        assert len(bad) == len(good) + 1
        with pytest.raises(ValueError, match=r"Unterminated|Invalid"):
            json.loads(extra[0])
    path = _path(faulty.world, "gkg")
    short = _graph(spoil(faulty, "gkg", "broken_line", "gdelt", path).body, path[9:-4])
    assert sorted({len(row) for row in short}) == [12, 27]
    with pytest.raises(UnicodeDecodeError):
        _graph(spoil(faulty, "gkg", "broken_escape", "gdelt", path).body, path[9:-4])


def test_gdelts_files_are_cut_swapped_and_blown_up(faulty: StandIn) -> None:
    """Truncated, with another MD5, and unpacking to hundreds of megabytes."""
    path = _path(faulty.world, "gkg")
    good = get(faulty.world, "gdelt", path).body
    assert good[: len(good) // 2] == spoil(faulty, "gkg", "truncated_zip", "gdelt", path).body
    assert good[: len(good) // 2] == spoil(faulty, "gkg", "hangup", "gdelt", path).body
    other = spoil(faulty, "gkg", "wrong_md5", "gdelt", path).body
    assert other != good
    assert len(_graph(other, path[9:-4])) == len(_graph(good, path[9:-4])) + 1
    with zipfile.ZipFile(io.BytesIO(spoil(faulty, "gkg", "bomb", "gdelt", path).body)) as bomb:
        assert bomb.getinfo(path[9:-4]).file_size == BOMB
        assert bomb.open(path[9:-4]).read(9) == b" " * 9
    packed = spoil(faulty, "gal", "bomb", "gdelt", _path(faulty.world, "gal")).body
    assert len(packed) < 1 << 20
    assert len(zlib.decompressobj(31).decompress(packed, 50 << 20)) == 50 << 20


def test_a_bomb_is_a_whole_archive() -> None:
    """Its checksum is right, so that only its size speaks against it."""
    engine, size = zlib.decompressobj(31), 0
    data = gz_bomb()
    while data:
        size += len(engine.decompress(data, 16 << 20))
        data = engine.unconsumed_tail
    assert engine.eof
    assert size > BOMB
    with zipfile.ZipFile(io.BytesIO(zip_bomb("a.csv"))) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize(
    ("kind", "status", "sign"),
    [
        ("down", 503, b"Unavailable"),
        ("forbidden", 403, b"Forbidden"),
        ("robots_5xx", 503, b"Error"),
        ("not_modified_lie", 304, b""),
        ("html_200", 200, b"Please wait"),
        ("doctype_bomb", 200, b"<!DOCTYPE lolz"),
        ("bozo", 200, b"<rss><channel><item>"),
        ("gz_bomb", 200, b"\x1f\x8b"),
        ("index_loop", 200, b"<sitemapindex"),
        ("hangup", 200, b"<?xml"),
        ("slow", 200, b"<?xml"),
    ],
)
def test_outlets_misbehave_as_scripted(
    faulty: StandIn, kind: str, status: int, sign: bytes
) -> None:
    """And answer well to the next request."""
    started = time.monotonic()
    bad = spoil(faulty, "courier", kind, "courier", "/sitemap.xml")
    assert bad.status == status
    assert sign in bad.body
    assert (time.monotonic() - started > 0.3) is (kind == "slow")
    if kind == "index_loop":
        own = f"{faulty.world.home(faulty.world.outlet('courier'))}/sitemap.xml"
        assert [loc.text for loc in bad.xml.iter(f"{MAP}loc")] == [own]


def test_all_faults_pass_by_when_asked_again() -> None:
    """Each one of the outlets' and of GDELT's meets a request of a backfill, and only so often."""
    world = make_world(FIRST, DAYS)
    faults = [f for f in all_faults(world) if f.service in {*FEEDS, "gal", "gkg"}]
    script = Script(faults)
    with StandIn(world, script):
        for fault in faults:
            path = _meeting(world, fault)
            host = "gdelt" if fault.service in ("gal", "gkg") else fault.service
            for _ in range(fault.times):
                try:
                    get(world, host, path)
                except http.client.IncompleteRead:
                    assert fault.kind == "hangup"
            assert get(world, host, path).status == 200, fault
    assert script.met == {fault: fault.times for fault in faults}


def _meeting(world: World, fault: Fault) -> str:
    """A path at which a backfill meets the fault."""
    if fault.service in ("gal", "gkg") and "masterfilelist" not in fault.match:
        folder, ending = {"gal": ("v3/gal", ".json.gz"), "gkg": ("v2", ".csv.zip")}[fault.service]
        return f"/gdelt{folder}/{fault.match}{ending}"
    paths = ["/robots.txt", "/sitemap.xml", *(path for _, path in FEEDS.values())]
    paths += ["/gdeltv2/masterfilelist.txt", "/sitemap-2025-02.xml.gz"]
    paths += [story.path for story in world.stories if story.outlet.code == fault.service]
    return next(path for path in paths if fault.match in path)


def test_every_service_answers_on_its_host_and_scripts_faults(shared: StandIn) -> None:
    """None fails at an address that it does not know."""
    scripted = {fault.service for fault in all_faults(shared.world)}
    for name in NAMES:
        answer = get(shared.world, name, "/nothing/here?q=x")
        assert answer.status != 421
        assert answer.status < 500
        assert "retry-after" not in answer.headers
        assert name in scripted or name == "gdelt"
    assert {"gal", "gkg"} <= scripted


def test_a_mistake_of_the_stand_in_itself_does_not_pass_unseen() -> None:
    """Asked of a world without listings, a feed cannot answer; the context says so at its end."""
    world = make_world(FIRST, 2)
    world.listings = {}
    with (
        pytest.raises(ExceptionGroup, match="the stand-in failed"),
        StandIn(world),
    ):
        assert get(world, "herald", "/feed/").status == 500


# --- the program ----------------------------------------------------------------------------------


def test_the_stand_in_knows_nothing_of_what_it_tests() -> None:
    """Importing all of it imports no module of ours."""
    ours = "framewatch scrapers db models trends dashboard samples dags scripts"
    code = (
        "import sys, standin.server, standin.faults, standin.__main__; "
        f"print(sorted(set('{ours}'.split()) & {{name.partition('.')[0] for name in sys.modules}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_command_serves_until_it_is_interrupted() -> None:
    """It names every host, says what time it is there, and stops cleanly."""
    command = [sys.executable, "-W", "error", "-m", "standin", "--port", "0", "--days", "2"]
    with running(command, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        lines: list[str] = []
        while not lines or "it is" not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr.read()
        world = make_world(FIRST, 2)
        world.port = int(lines[0].rpartition(":")[2])
        assert get(world, "herald", "/robots.txt").status == 200
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "stopped\n"
        assert process.stderr.read() == ""
    assert process.returncode == 0
    assert lines[-1].endswith("it is 2025-02-03 06:00 UTC there\n")
