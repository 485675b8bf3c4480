"""The services of the stand-in answer as the SOURCES reference says the real ones do.

Read with the standard library and warcio alone, so that a mistake that our connectors share with
nobody cannot hide here.
"""

import base64
import gzip
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
import requests
from warcio.archiveiterator import ArchiveIterator

from standin.layouts import html_of
from standin.script import Fault, Script
from standin.server import StandIn
from standin.services import (
    bing,
    commoncrawl,
    gnews,
    googlenews,
    guardian,
    hackernews,
    mediacloud,
    newsapi,
    wayback,
)
from standin.services.matching import QueryError, parsed
from standin.services.urlkeys import meant, urlkey
from standin.world import Habit, Story, World, make_world

FIRST, DAYS = date(2025, 2, 1), 30
START = datetime(2025, 2, 1, tzinfo=UTC)
END = START + timedelta(days=DAYS)
DAY = timedelta(days=1)
EDITION = {"hl": "en-AU", "gl": "AU", "ceid": "AU:en"}


@pytest.fixture(scope="module")
def web():
    with StandIn(make_world(FIRST, DAYS, per_day=8)) as running:
        yield running


@pytest.fixture
def faulty(web):
    """Switches faults on for one test."""

    def switch(*faults: Fault) -> None:
        web.script.faults = faults

    web.script.met.clear()
    yield switch
    web.script.faults = ()


def get(web: StandIn, service: str, path: str, headers=None, **params) -> requests.Response:
    """One request by the Host header alone; redirects are not followed."""
    port = web.world.port
    return requests.get(
        f"http://127.0.0.1:{port}{path}",
        params=params,
        headers={"Host": f"{service}.localhost:{port}", **(headers or {})},
        allow_redirects=False,
        timeout=10,
    )


def on_topic(world: World, service: str, start: datetime = START, end: datetime = END):
    """The stories that a service must find for "deepseek"."""
    return [story for story in world.listed(service, start, end) if story.on_topic]


# --- the language of searches ----------------------------------------------------------------


def story(title: str) -> Story:
    return Story(
        slug="one",
        number=1,
        outlet=make_world(FIRST, 1).outlets[0],
        title=title,
        teaser="",
        paragraphs=(),
        authors=(),
        published=START,
        seen=START,
        on_topic=False,
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("chips deepseek", True),
        ("chips AND model", False),
        ("model OR chips", True),
        ("deepseek NOT chips", False),
        ("deepseek -model", True),
        ('"price of chips"', True),
        ('"chips price"', False),
        ("(model OR price) deepseek", True),
        ("chip", False),
        ("chip*", True),
        ("intitle:chips site:herald.localhost", True),
        ("site:wire.localhost chips", False),
        ("language:zh", False),
        ("*", True),
    ],
)
def test_a_query_finds_by_words_and_operators(query, found):
    """As the services agree on: a space means AND, and only whole words match."""
    assert parsed(query)(story("DeepSeek and the price of chips")) is found


@pytest.mark.parametrize("query", ["", "(deepseek", "deepseek)", "deepseek OR", '"deepseek', "NOT"])
def test_a_query_that_cannot_be_read_is_an_error(query):
    """Rather than a search that finds nothing."""
    with pytest.raises(QueryError):
        parsed(query)


def test_chinese_words_are_found_within_a_sentence():
    """There are no spaces to end them, and Latin names stand between them."""
    assert parsed("深度求索")(story("南京律师助理怎样使用深度求索"))
    assert parsed("deepseek")(story("上海的DeepSeek热"))


# --- Guardian --------------------------------------------------------------------------------


def guardian_search(web, **params) -> requests.Response:
    return get(web, "guardian", "/search", {"api-key": "test-key"}, **{"q": "deepseek", **params})


def test_guardian_pages_hold_every_story_once(web):
    """With totals that fit, oldest first, and nothing but strings in the fields."""
    seen = []
    for page in (1, 2, 3, 4):
        span = {"from-date": "2025-02-01", "to-date": "2025-03-02", "order-by": "oldest"}
        shown = {"show-fields": "all", "show-tags": "tone,contributor", "page-size": 8}
        answer = guardian_search(web, page=page, **span, **shown).json()["response"]
        seen += answer["results"]
        if page == answer["pages"]:
            break
    expected = on_topic(web.world, "guardian")
    assert answer["pages"] > 1
    assert answer["total"] == len(expected)
    assert [r["webUrl"] for r in seen] == [web.world.url(s) for s in expected]
    assert all(isinstance(value, str) for r in seen for value in r["fields"].values())
    assert seen[0]["fields"]["bodyText"].split() == expected[0].text.split()
    assert seen[0]["fields"]["body"].startswith("<p>")
    assert {t["id"] for r in seen for t in r["tags"] if t["type"] == "tone"} == {
        "tone/comment" if s.opinion else "tone/news" for s in expected
    }


def test_guardian_days_are_inclusive(web):
    """One day from itself to itself is that day, by publication."""
    total = 0
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        found = guardian_search(web, **{"from-date": day, "to-date": day}).json()["response"]
        assert all(r["webPublicationDate"].startswith(str(day)) for r in found["results"])
        total += found["total"]
    assert total == len(on_topic(web.world, "guardian"))


@pytest.mark.parametrize(
    ("params", "status", "message"),
    [
        ({"page": 99}, 400, "requested page is beyond the number of available pages"),
        ({"from-date": "yesterday"}, 400, "Dates must be an ISO8601 date or datetime"),
        ({"page-size": 500}, 400, "page-size must be"),
        ({"q": "(deepseek"}, 400, "parsing the query"),
    ],
)
def test_guardian_says_what_is_wrong(web, params, status, message):
    """In its own shape of errors."""
    reply = guardian_search(web, **params)
    assert reply.status_code == status
    error = reply.json()["response"]
    assert error["status"] == "error"
    assert message in error["message"]


def test_guardian_does_not_page_deep(web, monkeypatch):
    """Where there are pages, but too far behind the first."""
    monkeypatch.setattr(guardian, "DEEPEST", 4)
    assert guardian_search(web, **{"page-size": 2, "page": 2}).status_code == 200
    reply = guardian_search(web, **{"page-size": 2, "page": 3})
    assert reply.status_code == 400
    assert "does not support paging this far" in reply.text


def test_guardian_wants_its_key(web):
    """By parameter or header; the gateway's refusal has another shape."""
    assert get(web, "guardian", "/search").status_code == 401
    assert "message" in get(web, "guardian", "/search", {"api-key": "no"}).json()
    assert get(web, "guardian", "/search", **{"api-key": "test-key"}).ok


def test_guardian_hands_out_single_items_until_they_expire(web, faulty):
    """410 means that a copy must go, too."""
    one = on_topic(web.world, "guardian")[0]
    key = {"api-key": "test-key"}
    content = get(web, "guardian", one.path.rstrip("/"), key).json()["response"]["content"]
    assert content["webTitle"] == one.title
    assert get(web, "guardian", "/no/such", key).status_code == 404
    faulty(Fault(service="guardian", kind="expired"))
    reply = get(web, "guardian", one.path.rstrip("/"), key)
    assert reply.status_code == 410
    assert reply.json()["response"]["message"].endswith("expired for rights reason.")


# --- Media Cloud -----------------------------------------------------------------------------

CLOUD = {"q": "deepseek", "cs": "34412282", "start": "2025-02-01", "end": "2025-03-02"}
TOKEN = {"Authorization": "Token test-key"}


def cloud(web, view: str = "story-list", headers=TOKEN, **params) -> requests.Response:
    return get(web, "mediacloud", f"/api/search/{view}", headers, **{**CLOUD, **params})


def cloud_pages(web, **params) -> list[list[dict]]:
    pages, token = [], {}
    while True:
        answer = cloud(web, **params, **token).json()
        pages.append(answer["stories"])
        if answer["pagination_token"] is None:
            return pages
        token = {"pagination_token": answer["pagination_token"]}


def test_media_cloud_leads_from_page_to_page(web, monkeypatch):
    """By token; newest index date first, every story once."""
    monkeypatch.setattr(mediacloud, "page_cap", 10)
    pages = cloud_pages(web)
    stories = [one for page in pages for one in page]
    assert len(pages) >= 3
    assert {len(page) for page in pages[:-1]} == {10}
    expected = on_topic(web.world, "mediacloud")
    assert {s["url"] for s in stories} == {web.world.address(s, "mediacloud") for s in expected}
    assert len(stories) == len(expected)
    dates = [s["indexed_date"] for s in stories]
    assert [d[:19] for d in dates] == sorted((d[:19] for d in dates), reverse=True)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00:00", d) for d in dates)
    assert all(re.fullmatch("[0-9a-f]{64}", s["id"]) for s in stories)


def test_a_day_of_media_cloud_has_three_pages(web):
    """Even as the stand-in comes, so that whoever reads only the first is found out."""
    assert max(len(cloud_pages(web, start=d, end=d)) for d in ("2025-02-01", "2025-02-10")) >= 3


def test_media_cloud_gives_days_without_times_and_some_without(web):
    """By publication, inclusive; null where the publisher gives none."""
    stories = [one for page in cloud_pages(web, page_size=1000) for one in page]
    days = {s["publish_date"] for s in stories}
    assert None in days
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in days if day)
    one = [s for page in cloud_pages(web, start="02/03/2025", end="2025-02-03") for s in page]
    assert {s["publish_date"] for s in one} <= {"2025-02-03", None}
    assert sum(s["publish_date"] == "2025-02-03" for s in stories) == sum(
        s["publish_date"] == "2025-02-03" for s in one
    )


def test_a_token_is_good_for_its_own_question_only(web):
    """All other parameters must stay the same."""
    token = cloud(web).json()["pagination_token"]
    assert cloud(web, pagination_token=token).ok
    assert cloud(web, pagination_token=token, q="chips").status_code == 422


@pytest.mark.parametrize(
    ("params", "note"),
    [
        ({"q": None}, "Missing 'q' parameter value"),
        ({"cs": None}, "Must have at least one of 'ss' or 'cs' parameters"),
        ({"start": "2025-02-01T00:00:00"}, "Bad 'start' value: must be date (without time)"),
        ({"page_size": 1001}, "Bad 'page_size' value"),
    ],
)
def test_media_cloud_refuses_bad_input(web, params, note):
    """422, with a note; nothing about a later time."""
    reply = cloud(web, **params)
    assert reply.status_code == 422
    assert reply.json()["status"] == "error"
    assert note in reply.json()["note"]
    assert "temporary" not in reply.json()


def test_media_cloud_wants_its_token(web):
    """And refuses what is for the staff, and queries that cannot be read."""
    assert cloud(web, headers={}).status_code == 401
    assert cloud(web, headers={"Authorization": "Token no"}).json() == {"detail": "Invalid token."}
    assert cloud(web, expanded="1").status_code == 403
    assert cloud(web, q="(deepseek").status_code == 400


def test_media_cloud_counts_agree_with_its_lists(web):
    """So that shares can be normalised by all that was collected."""
    stories = [one for page in cloud_pages(web) for one in page]
    count = cloud(web, "total-count").json()["count"]
    assert count["relevant"] == len(stories) < count["total"]
    over = cloud(web, "count-over-time").json()["count_over_time"]
    assert over["total"] == len(stories)
    dated = sum(s["publish_date"] is not None for s in stories)
    assert sum(day["count"] for day in over["counts"]) == dated
    assert [day["date"] for day in over["counts"]][:2] == ["2025-02-01", "2025-02-02"]


# --- Hacker News -----------------------------------------------------------------------------


def hacker_news(web, **params) -> dict:
    asked = {"query": "deepseek", "tags": "story", "hitsPerPage": 1000, **params}
    return get(web, "hackernews", "/api/v1/search_by_date", **asked).json()


def test_hacker_news_finds_all_and_some_that_are_about_else(web):
    """Slips of the pen are forgiven; text posts have no address."""
    answer = hacker_news(web)
    urls = {hit["url"] for hit in answer["hits"] if "url" in hit}
    able = [
        s for s in on_topic(web.world, "hackernews") if "deepseek" in f"{s.title} {s.slug}".lower()
    ]
    assert {web.world.address(s, "hackernews") for s in able} < urls
    titles = [hit["title"].lower() for hit in answer["hits"]]
    assert any("deepseek" not in title for title in titles)
    assert any("url" not in hit for hit in answer["hits"])
    assert not [title for title in titles if "weather" in title]
    times = [hit["created_at_i"] for hit in answer["hits"]]
    assert times == sorted(times, reverse=True)


def test_hacker_news_counts_seconds(web):
    """The bounds of a day, half-open as they are asked for."""
    first = int((START + 2 * DAY).timestamp())
    bounds = f"created_at_i>={first},created_at_i<{first + 86400}"
    hits = hacker_news(web, numericFilters=bounds, query="")["hits"]
    assert hits
    assert all(hit["created_at"].startswith("2025-02-03T") for hit in hits)
    wrong = get(web, "hackernews", "/api/v1/search_by_date", numericFilters="created>yesterday")
    assert wrong.status_code == 400


def test_hacker_news_pages_end_at_its_cap(web, monkeypatch):
    """All are counted, but paging reaches the newest only."""
    everything = hacker_news(web)
    monkeypatch.setattr(hackernews, "hit_cap", 5)
    pages = [hacker_news(web, hitsPerPage=2, page=number) for number in range(4)]
    assert [len(page["hits"]) for page in pages] == [2, 2, 1, 0]
    assert pages[0]["nbHits"] == everything["nbHits"] > 5
    assert pages[0]["nbPages"] == 3
    assert pages[1]["hits"] == everything["hits"][2:4]


# --- Google News and Bing --------------------------------------------------------------------


def google(web, q: str, **params) -> requests.Response:
    return get(web, "googlenews", "/rss/search", q=q, **{**EDITION, **params})


def items(reply: requests.Response) -> list[ElementTree.Element]:
    return ElementTree.fromstring(reply.content).findall("./channel/item")


def test_google_headlines_carry_the_outlet_and_links_say_nothing(web):
    """Titles end in the name that `source` repeats; every second link holds no address at all."""
    found = items(google(web, "deepseek after:2025-01-31 before:2025-03-03"))
    expected = [s for s in on_topic(web.world, "googlenews") if s.outlet.language == "en"]
    titles = {f"{s.title} - {s.outlet.name}" for s in expected}
    assert {item.findtext("title") for item in found} == titles
    assert len(found) == len(expected)
    opened = 0
    for item in found:
        assert item.findtext("title").endswith(f" - {item.findtext('source')}")
        assert item.find("guid").get("isPermaLink") == "false"
        assert urlsplit(item.find("source").get("url")).hostname.endswith(".localhost")
        code = item.findtext("guid")
        data = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
        assert data.startswith(b"\x08\x13\x22")
        opened += b"http://" in data
        assert (b"http://" in data) != (b"AU_yqL" in data)
        assert code in item.findtext("link")
    assert 0 < opened < len(found)


def test_google_leaves_the_named_days_out(web):
    """Which the documentation leaves open: whoever asks wider and filters gets a day whole."""
    found = items(google(web, "deepseek after:2025-02-03 before:2025-02-05"))
    assert found
    days = {parsedate_to_datetime(item.findtext("pubDate")).date() for item in found}
    assert days == {date(2025, 2, 4)}


def test_google_adds_old_items_where_no_date_is_asked_for(web):
    """And ignores a span that it does not understand."""
    for query in ("deepseek", "deepseek when:soon"):
        dates = [parsedate_to_datetime(i.findtext("pubDate")) for i in items(google(web, query))]
        assert min(dates).year < 2025
    recent = items(google(web, "deepseek when:2d"))
    assert recent
    since = web.world.now - 2 * DAY
    assert all(parsedate_to_datetime(i.findtext("pubDate")) >= since for i in recent)


def test_google_gives_no_more_than_its_cap(web, monkeypatch):
    """A hundred; nothing says that more were found."""
    monkeypatch.setattr(googlenews, "item_cap", 7)
    assert len(items(google(web, "deepseek"))) == 7


def test_google_wants_an_edition_that_agrees_with_itself(web):
    """It leads elsewhere otherwise; the unsupported feed is empty."""
    reply = google(web, "deepseek", ceid="US:en")
    assert (reply.status_code, reply.headers["location"]) == (302, "/rss/unsupported")
    assert items(get(web, "googlenews", "/rss/unsupported")) == []
    reply = get(web, "googlenews", "/rss/search", q="deepseek")
    assert reply.headers["location"] == "/rss/search?q=deepseek&hl=en-US&gl=US&ceid=US:en"
    assert google(web, "deepseek", hl="zh-CN", gl="CN", ceid="CN:zh-Hans").ok


def test_bing_wraps_its_links_and_gives_no_number(web):
    """At most twelve, newest first, with the outlet and a teaser that is one."""
    reply = get(web, "bing", "/news/search", q="deepseek", format="rss", cc="AU", setlang="en")
    found = items(reply)
    listed = [s for s in on_topic(web.world, "bing") if s.outlet.language == "en"]
    newest = listed[::-1][:12]
    assert len(found) == 12
    for item, one in zip(found, newest, strict=True):
        link = urlsplit(item.findtext("link"))
        assert link.path == "/news/apiclick.aspx"
        assert parse_qs(link.query)["url"] == [web.world.address(one, "bing")]
        assert item.find("guid") is None
        assert item.findtext("description") == one.teaser
        name = next(child for child in item if child.tag.endswith("}Source"))
        assert name.text == one.outlet.name
        assert parsedate_to_datetime(item.findtext("pubDate")) == one.published
    preset = {"q": "deepseek", "format": "rss", "qft": 'interval="8"'}
    recent = items(get(web, "bing", "/news/search", **preset))
    since = web.world.now - 7 * DAY
    assert all(parsedate_to_datetime(item.findtext("pubDate")) >= since for item in recent)
    assert 0 < len(recent) < 12


# --- NewsAPI and GNews -----------------------------------------------------------------------


def newsapi_search(web, key: str = "test-key", **params) -> requests.Response:
    asked = {"q": "deepseek", **params}
    return get(web, "newsapi", "/v2/everything", {"X-Api-Key": key}, **asked)


def test_newsapi_shows_a_month_but_not_the_last_day(web):
    """By publication; texts are cut, and the source's number is null."""
    answer = newsapi_search(web, **{"from": "2025-02-10T00:00:00Z"}).json()
    until = web.world.now - DAY
    expected = on_topic(web.world, "newsapi", START + 9 * DAY, until)
    assert answer["status"] == "ok"
    assert answer["totalResults"] == len(expected)
    newest = [web.world.address(s, "newsapi") for s in reversed(expected)]
    assert [a["url"] for a in answer["articles"]] == newest[:100]
    assert all(re.search(r"… \[\+\d+ chars\]$", a["content"]) for a in answer["articles"])
    assert answer["articles"][0]["source"]["id"] is None


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"key": "wrong"}, 401, "apiKeyInvalid"),
        ({"key": ""}, 401, "apiKeyMissing"),
        ({"q": ""}, 400, "parametersMissing"),
        ({"q": "(deepseek"}, 400, "queryMalformed"),
        ({"from": "2025-01-01"}, 426, "parameterInvalid"),
        ({"page": 2}, 426, "maximumResultsReached"),
    ],
)
def test_newsapi_names_its_errors(web, params, status, code):
    """A code and a message, never an empty list."""
    reply = newsapi_search(web, **params)
    assert reply.status_code == status
    assert reply.json()["status"] == "error"
    assert reply.json()["code"] == code


def gnews_search(web, **params) -> requests.Response:
    asked = {"q": "deepseek", **params}
    return get(web, "gnews", "/api/v4/search", {"X-Api-Key": "test-key"}, **asked)


def test_gnews_counts_what_it_does_not_show(web):
    """At most ten articles; out of its range there are none, and no error either."""
    span = {"from": "2025-02-10T00:00:00Z", "to": "2025-02-20T00:00:00Z"}
    answer = gnews_search(web, **span, max=100).json()
    expected = on_topic(web.world, "gnews", START + 9 * DAY, START + 19 * DAY)
    assert answer["totalArticles"] == len(expected) > 10
    newest = [web.world.address(s, "gnews") for s in reversed(expected)]
    assert [a["url"] for a in answer["articles"]] == newest[:10]
    old = gnews_search(web, **{"to": "2025-02-01T05:00:00Z"}).json()
    fresh = gnews_search(web, **{"from": "2025-03-02T18:00:00Z"}).json()
    for outside in (old, fresh):
        assert outside["articles"] == []
    assert old["totalArticles"] + fresh["totalArticles"] > 0


def test_gnews_gives_errors_as_an_object_or_a_list(web, faulty):
    """Both under one name; its quota is 403, its pace 429."""
    assert gnews_search(web, q="").json() == {"errors": {"q": "The query is required."}}
    assert gnews_search(web, q="x " * 101).status_code == 400
    assert get(web, "gnews", "/api/v4/search", q="deepseek").status_code == 401
    faulty(Fault(service="gnews", kind="quota"), Fault(service="gnews", kind="throttled"))
    replies = [gnews_search(web), gnews_search(web)]
    assert [reply.status_code for reply in replies] == [403, 429]
    assert all(isinstance(reply.json()["errors"], list) for reply in replies)


# --- the Internet Archive --------------------------------------------------------------------


def cdx(web, **params) -> requests.Response:
    return get(web, "wayback", "/cdx/search/cdx", **params)


def cdx_rows(web, **params) -> list[dict[str, str]]:
    """Every line of every part, by the resume key."""
    rows, resume = [], {}
    while True:
        asked = {"output": "json", "showResumeKey": "true", **params, **resume}
        table = cdx(web, **asked).json()
        if not table:
            return rows
        names, lines = table[0], table[1:]
        more = len(lines) > 1 and lines[-2] == []
        rows += [dict(zip(names, line, strict=True)) for line in lines[: -2 if more else None]]
        if not more:
            return rows
        resume = {"resumeKey": lines[-1][0]}


def archived(world: World, *habits: Habit) -> list[Story]:
    return [s for s in world.listed("wayback", START, END) if not habits or s.habit in habits]


def test_the_index_lists_a_day_of_an_outlet_by_its_prefix(web):
    """One line an address, with status and type as asked for."""
    world = web.world
    day = next(s for s in archived(world) if s.outlet.code == "herald").path[:12]
    pages = ["statuscode:200", "mimetype:text/html"]
    url = f"herald.localhost:{world.port}{day}*"
    reply = cdx(web, url=url, output="json", collapse="urlkey", filter=pages)
    names, *lines = reply.json()
    assert names == "urlkey timestamp original mimetype statuscode digest length".split()
    stories = [s for s in archived(world) if s.outlet.code == "herald" and s.path.startswith(day)]
    found = {line[2].removesuffix("amp/") for line in lines}
    assert found == {world.url(s) for s in stories}
    keys = [line[0] for line in lines]
    assert keys == sorted(set(keys))
    assert all(key.startswith(f"localhost,herald:{world.port}){day}") for key in keys)


def test_the_index_is_read_on_with_its_resume_key(web, monkeypatch):
    """An empty row and the key end every part but the last, whatever limit was asked for."""
    monkeypatch.setattr(wayback, "line_cap", 7)
    url = f"herald.localhost:{web.world.port}/*"
    parts = cdx_rows(web, url=url, limit="1000")
    monkeypatch.setattr(wayback, "line_cap", 10_000)
    whole = cdx_rows(web, url=url)
    assert parts == whole
    assert len(whole) > 21
    assert cdx(web, url=url, output="json", limit="3").json()[1:] == [
        list(row.values()) for row in whole[:3]
    ]
    assert cdx(web, url=url, output="json", limit="-2").json()[1:] == [
        list(row.values()) for row in whole[-2:]
    ]


def test_the_index_counts_both_ends_of_a_span_and_any_digits(web):
    """`to=20250204` is that whole day; a revisit has no status."""
    url = f"wire.localhost:{web.world.port}/*"
    whole = cdx_rows(web, url=url)
    day = cdx_rows(web, url=url, **{"from": "20250204", "to": "20250204"})
    assert day == [row for row in whole if row["timestamp"].startswith("20250204")]
    assert day
    revisits = [row for row in whole if row["mimetype"] == "warc/revisit"]
    assert {row["statuscode"] for row in revisits} == {"-"}
    others = cdx_rows(web, url=url, filter="!mimetype:warc/revisit")
    assert len(others) == len(whole) - len(revisits)
    assert cdx_rows(web, url=url, filter="statuscode:20") == []
    daily = cdx(
        web, url=f"wire.localhost:{web.world.port}/", fl="timestamp", collapse="timestamp:6"
    )
    assert [line[:6] for line in daily.text.split()] == ["202502", "202503"]


def test_the_index_says_that_there_is_nothing(web):
    """`[]` in JSON, no text at all else; a question that is wrong is 400."""
    nothing = f"herald.localhost:{web.world.port}/1999/*"
    assert cdx(web, url=nothing, output="json").json() == []
    assert cdx(web, url=nothing).text == ""
    assert cdx(web).status_code == 400
    assert cdx(web, url=nothing, filter="colour:red").status_code == 400
    assert cdx(web, url=nothing, **{"from": "soon"}).status_code == 400


def replay(web, stamp: str, url: str, mode: str = "id_") -> requests.Response:
    return get(web, "wayback", f"/web/{stamp}{mode}/{url}")


def test_replay_gives_the_bytes_that_were_captured(web):
    """With the time of capture and the headers of the page's own server."""
    plain = [s for s in archived(web.world, Habit.PLAIN) if s.number % 7 != 3]
    one = plain[0]
    row = cdx_rows(web, url=web.world.url(one))[0]
    reply = replay(web, row["timestamp"], row["original"])
    assert reply.status_code == 200
    assert reply.content == html_of(one, web.world).encode()
    moment = parsedate_to_datetime(reply.headers["memento-datetime"])
    assert f"{moment:%Y%m%d%H%M%S}" == row["timestamp"]
    assert moment > one.seen
    assert reply.headers["x-archive-orig-content-type"].startswith("text/html")
    assert 'rel="original"' in reply.headers["link"]


def test_replay_leads_to_the_nearest_capture(web):
    """By 302, however far away it is; without any there is no memento."""
    one = next(s for s in archived(web.world, Habit.PLAIN) if s.number % 6 and s.number % 3 == 0)
    first, second = cdx_rows(web, url=web.world.url(one))
    for asked, nearest in (("2025", first), ("20991231", second)):
        reply = replay(web, asked, web.world.url(one))
        assert reply.status_code == 302
        assert f"/web/{nearest['timestamp']}id_/{web.world.url(one)}" in reply.headers["location"]
    missing = replay(web, "2025", f"{web.world.home(one.outlet)}/none/")
    assert missing.status_code == 404
    assert "memento-datetime" not in missing.headers


def test_archived_errors_and_redirects_are_mementos_too(web):
    """A page that went is captured as 404 later; one that moved as 301."""
    gone = archived(web.world, Habit.GONE)[0]
    rows = cdx_rows(web, url=web.world.url(gone))
    statuses = [row["statuscode"] for row in rows]
    assert statuses == ["200", "404"]
    reply = replay(web, rows[1]["timestamp"], rows[1]["original"])
    assert reply.status_code == 404
    assert "memento-datetime" in reply.headers
    moved = archived(web.world, Habit.MOVED)[0]
    row = cdx_rows(web, url=web.world.address(moved))[0]
    reply = replay(web, row["timestamp"], row["original"])
    assert reply.status_code == 301
    assert reply.headers["location"].endswith(f"/web/{row['timestamp']}id_/{web.world.url(moved)}")
    assert "memento-datetime" in reply.headers


def test_reserved_rights_are_replayed_and_gzip_is_left_as_it_is(web):
    """The header under its archived name; some pages arrive packed without a word."""
    reserved = archived(web.world, Habit.RESERVED)[0]
    row = cdx_rows(web, url=web.world.url(reserved))[0]
    reply = replay(web, row["timestamp"], row["original"])
    assert reply.headers["x-archive-orig-tdm-reservation"] == "1"
    packed = next(s for s in archived(web.world, Habit.PLAIN) if s.number % 7 == 3)
    row = cdx_rows(web, url=web.world.url(packed))[0]
    reply = replay(web, row["timestamp"], row["original"])
    assert reply.content.startswith(b"\x1f\x8b")
    assert packed.title.split()[0] in gzip.decompress(reply.content).decode()


def test_availability_names_the_closest_or_nothing(web):
    """An empty object where there is none."""
    one = archived(web.world, Habit.PLAIN)[0]
    asked = {"url": web.world.url(one), "timestamp": "20250204"}
    closest = get(web, "wayback", "/wayback/available", **asked).json()["archived_snapshots"]
    assert closest["closest"]["status"] == "200"
    assert closest["closest"]["timestamp"] in closest["closest"]["url"]
    nothing = get(web, "wayback", "/wayback/available", url="http://other.localhost/").json()
    assert nothing["archived_snapshots"] == {}


def test_archives_show_nothing_of_the_future(web):
    """Their present is the world's."""
    url = f"herald.localhost:{web.world.port}/*"
    now = web.world.now
    try:
        web.world.now = START + 5 * DAY
        rows = cdx_rows(web, url=url)
        paths = get(web, "commoncrawl", "/crawl-data/CC-NEWS/2025/02/warc.paths.gz")
        march = get(web, "commoncrawl", "/crawl-data/CC-NEWS/2025/03/warc.paths.gz")
    finally:
        web.world.now = now
    assert rows
    assert max(row["timestamp"] for row in rows) <= "20250206000000"
    assert "CC-NEWS-20250207" not in gzip.decompress(paths.content).decode()
    assert march.status_code == 404


@pytest.mark.parametrize(
    ("url", "kind", "key", "is_meant"),
    [
        ("herald.localhost:80/2025/02/*", "", "http://herald.localhost/2025/02/03/a/", True),
        ("http://www.herald.localhost/A/", "", "https://herald.localhost/a", True),
        ("herald.localhost/2025/02/0*", "", "http://herald.localhost/2025/02/10/a", False),
        ("herald.localhost", "host", "http://herald.localhost/a", True),
        ("herald.localhost", "host", "http://m.herald.localhost/a", False),
        ("*.herald.localhost", "", "http://m.herald.localhost/a", True),
        ("herald.localhost", "exact", "http://herald.localhost/a", False),
    ],
)
def test_stars_and_kinds_of_match_choose_addresses(url, kind, key, is_meant):
    """Scheme, case, `www` and the last slash do not count."""
    assert meant(url, kind)(urlkey(key)) is is_meant


# --- Common Crawl ----------------------------------------------------------------------------


def crawl(web, path: str, headers=None, **params) -> requests.Response:
    return get(web, "commoncrawl", path, headers, **params)


def crawl_index(web, **params) -> list[dict[str, str]]:
    asked = {"url": f"herald.localhost:{web.world.port}/2025/*", "output": "json", **params}
    reply = crawl(web, "/CC-MAIN-2025-08-index", **asked)
    assert reply.status_code == 200
    return [json.loads(line) for line in reply.text.splitlines()]


def test_the_parts_of_the_main_crawl_say_when_they_ran(web):
    """Newest first, each with the address of its index."""
    parts = crawl(web, "/collinfo.json").json()
    assert [part["id"] for part in parts] == ["CC-MAIN-2025-13", "CC-MAIN-2025-08"]
    assert urlsplit(parts[1]["cdx-api"]).path == "/CC-MAIN-2025-08-index"
    assert parts[1]["from"] < "2025-02-15" < parts[1]["to"]


def test_the_index_of_a_part_is_read_page_by_page(web):
    """As many as it says; a page beyond them is 400."""
    count = crawl(
        web,
        "/CC-MAIN-2025-08-index",
        url=f"herald.localhost:{web.world.port}/2025/*",
        showNumPages="true",
    ).json()
    assert count["pages"] > 1
    rows = [row for page in range(count["pages"]) for row in crawl_index(web, page=page)]
    stories = web.world.listed("commoncrawl-index", START, END - 3 * DAY)
    mine = {
        web.world.url(s) for s in stories if s.outlet.code == "herald" and s.habit is Habit.PLAIN
    }
    assert mine
    assert mine <= {row["url"] for row in rows}
    assert len(rows) == len({row["url"] for row in rows})
    assert all(isinstance(value, str) for value in rows[0].values())
    beyond = {"url": f"herald.localhost:{web.world.port}/2025/*", "page": count["pages"]}
    assert crawl(web, "/CC-MAIN-2025-08-index", **beyond).status_code == 400
    assert crawl_index(web, filter="=status:200")
    none = crawl(web, "/CC-MAIN-2025-08-index", url="*.localhost", filter="=status:404")
    assert none.status_code == 404


def test_an_index_without_captures_says_so(web):
    """With 404, which is no failure here."""
    reply = crawl(web, "/CC-MAIN-2025-08-index", url="herald.localhost/1999/*", output="json")
    assert reply.status_code == 404
    assert reply.json()["message"] == "No Captures found for: herald.localhost/1999/*"


def test_one_record_is_fetched_by_its_place(web):
    """206, and exactly one gzip member with one response in it."""
    row = crawl_index(web)[0]
    first, length = int(row["offset"]), int(row["length"])
    reply = crawl(web, f"/{row['filename']}", {"Range": f"bytes={first}-{first + length - 1}"})
    assert reply.status_code == 206
    assert reply.headers["content-range"].startswith(f"bytes {first}-{first + length - 1}/")
    assert len(reply.content) == length
    records = 0
    for record in ArchiveIterator(io.BytesIO(reply.content)):
        records += 1
        assert record.rec_type == "response"
        assert record.rec_headers["WARC-Target-URI"] == row["url"]
        assert record.http_headers.get_statuscode() == "200"
        assert b"</html>" in record.content_stream().read()
    assert records == 1
    far = crawl(web, f"/{row['filename']}", {"Range": "bytes=99999999-"})
    assert far.status_code == 416


def news_paths(web) -> list[str]:
    found = []
    for month in ("02", "03"):
        reply = crawl(web, f"/crawl-data/CC-NEWS/2025/{month}/warc.paths.gz")
        found += gzip.decompress(reply.content).decode().split()
    return found


def test_the_news_crawl_has_a_file_a_day_named_by_its_start(web):
    """And one that is none; months without files are 404."""
    paths = news_paths(web)
    days = [re.search(r"CC-NEWS-(\d{8})000130-\d{5}\.warc\.gz$", path)[1] for path in paths]
    assert sorted(set(days)) == [f"{START + n * DAY:%Y%m%d}" for n in range(DAYS + 1)]
    invalid = crawl(web, f"/{next(path for path in paths if '-00099.' in path)}")
    assert not invalid.content.startswith(b"\x1f\x8b")
    assert crawl(web, "/crawl-data/CC-NEWS/2025/01/warc.paths.gz").status_code == 404
    assert crawl(web, "/crawl-data/CC-NEWS/2025/02/CC-NEWS-nothing.warc.gz").status_code == 404


def test_the_files_of_the_news_crawl_hold_all_that_it_lists(web):
    """Captures follow the file's start by less than a day; stories spill into later files."""
    seen = {web.world.url(s): s.seen for s in web.world.listed("commoncrawl-news", START, END)}
    found, spilt, truncated = set(), 0, 0
    for path in news_paths(web):
        if "-00099." in path:
            continue
        started = datetime.strptime(path[-28:-14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        for record in ArchiveIterator(io.BytesIO(crawl(web, f"/{path}").content)):
            at = datetime.fromisoformat(record.rec_headers["WARC-Date"])
            assert started <= at < started + DAY
            if record.rec_type != "response" or record.http_headers.get_statuscode() != "200":
                continue
            url = record.rec_headers["WARC-Target-URI"]
            if record.rec_headers.get_header("WARC-Truncated"):
                truncated += 1
                continue
            found.add(url)
            spilt += url in seen and started - seen[url] > timedelta(hours=6)
    assert set(seen) <= found
    assert spilt > 3
    assert truncated > 0


# --- faults ----------------------------------------------------------------------------------

GUARDIAN_ASK = ("/search", {"api-key": "test-key"}, {"q": "deepseek"})
ASKS = {
    "guardian": GUARDIAN_ASK,
    "mediacloud": ("/api/search/story-list", TOKEN, CLOUD),
    "hackernews": ("/api/v1/search_by_date", {}, {"query": "deepseek"}),
    "googlenews": ("/rss/search", {}, {"q": "deepseek", **EDITION}),
    "bing": ("/news/search", {}, {"q": "deepseek", "format": "rss"}),
    "newsapi": ("/v2/everything", {"X-Api-Key": "test-key"}, {"q": "deepseek"}),
    "gnews": ("/api/v4/search", {"X-Api-Key": "test-key"}, {"q": "deepseek"}),
    "wayback": ("/cdx/search/cdx", {}, {"url": "herald.localhost/*"}),
    "commoncrawl": ("/collinfo.json", {}, {}),
}
KINDS = [
    ("guardian", "throttled", 429, '{"message": "API rate limit exceeded"}'),
    ("guardian", "down", 503, "message"),
    ("guardian", "deep", 400, "paging this far"),
    (
        "mediacloud",
        "throttled",
        429,
        '{"status": "error", "note": "rate limited", "temporary": true}',
    ),
    ("mediacloud", "throttled_bare", 429, ""),
    ("mediacloud", "outage", 400, '"temporary": true'),
    ("mediacloud", "quota", 400, "You have used up your quota for"),
    ("mediacloud", "not_json", 200, "<html>"),
    ("hackernews", "throttled", 429, "Too Many"),
    ("hackernews", "down", 503, "Unavailable"),
    ("googlenews", "down", 503, "503"),
    ("googlenews", "throttled", 429, "429"),
    ("googlenews", "consent", 200, "Before you continue"),
    ("googlenews", "moved", 302, ""),
    ("googlenews", "sorry", 302, ""),
    ("bing", "throttled", 429, "<html>"),
    ("bing", "down", 503, "<html>"),
    ("bing", "robot", 200, "<html>"),
    ("newsapi", "throttled", 429, "rateLimited"),
    ("newsapi", "down", 500, "unexpectedError"),
    ("gnews", "down", 503, "errors"),
    ("wayback", "throttled", 429, "429"),
    ("wayback", "down", 503, "503"),
    ("wayback", "slow", 504, "504"),
    ("wayback", "excluded", 403, "AdministrativeAccessControlException"),
    ("wayback", "robots", 403, "RobotAccessControlException"),
    ("commoncrawl", "down", 503, "503"),
    ("commoncrawl", "slow_down", 500, "SlowDown"),
    ("commoncrawl", "throttled", 429, "Too Many"),
]


@pytest.mark.parametrize(("service", "kind", "status", "text"), KINDS)
def test_a_fault_spoils_as_many_requests_as_it_says(web, faulty, service, kind, status, text):
    """In the shape that the service's module documents; the next request succeeds."""
    path, headers, params = ASKS[service]
    faulty(Fault(service=service, kind=kind))
    reply = get(web, service, path, headers, **params)
    assert reply.status_code == status
    assert text in reply.text if text else not reply.content
    assert "retry-after" not in reply.headers
    assert get(web, service, path, headers, **params).status_code == 200


def test_a_file_may_arrive_cut_or_break_off(web, faulty):
    """The one looks whole until it is unpacked, the other is seen at once."""
    path = f"/{next(p for p in news_paths(web) if '-00099.' not in p)}"
    whole = crawl(web, path).content
    faulty(Fault(service="commoncrawl", kind="cut"), Fault(service="commoncrawl", kind="hangup"))
    cut = crawl(web, path).content
    assert cut == whole[: len(whole) * 2 // 3]
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        crawl(web, path)


MODULES = [guardian, mediacloud, hackernews, googlenews, bing, newsapi, gnews, wayback, commoncrawl]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_every_service_has_faults_that_pass(module):
    """Of kinds that it documents, for itself, once or twice."""
    assert module.FAULTS
    for fault in module.FAULTS:
        assert fault.service == module.NAME
        assert fault.kind in module.__doc__
        assert fault.times in (1, 2)
    assert not Script(module.FAULTS).fault("another", "/")
