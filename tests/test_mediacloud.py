"""Media Cloud lists stories by day and collection; its errors hide behind few statuses."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from framewatch.story import Answer, Rejected, Source, SourceStatus, Window
from scrapers.mediacloud import CARD, discover
from scrapers.web import Reply
from tests.fake_service import DAY, DOWN, KEY, TOPIC, FakeService, always, reply

SOURCE = Source(
    name="mediacloud-au", kind="mediacloud", collections=("34412282", "34412118"), key=KEY
)


def story(slug: str, day: str | None = "2025-02-04") -> dict[str, object]:
    return {
        "id": slug,
        "indexed_date": "2025-02-05 03:11:22.123456+00:00",
        "publish_date": day,
        "language": "en",
        "title": "DeepSeek and the price of chips",
        "url": f"https://herald.example/{slug}",
    }


def stories(*found: dict[str, object], token: str | None = None) -> Reply:
    return reply({"stories": list(found), "pagination_token": token})


def error(status: int, note: str, **more: object) -> Reply:
    return reply({"status": "error", "note": note, **more}, status)


def ask(web: FakeService, source: Source = SOURCE, window: Window = DAY) -> Answer:
    return discover(source, TOPIC, window, web)


def test_a_story_gives_its_address_and_when_it_was_indexed() -> None:
    """A bare day is no instant: it is never the link's date of publication."""
    answer = ask(always(stories(story("a"))))
    assert (answer.status, answer.listed) == (SourceStatus.OK, 1)
    link = answer.links[0]
    assert (link.url, link.published_at) == ("https://herald.example/a", None)
    assert link.seen_at == datetime(2025, 2, 5, 3, 11, 22, 123456, tzinfo=UTC)


def test_the_question_names_days_inclusively() -> None:
    """One UTC day begins and ends on that day; the token is in a header, two a minute."""
    web = always(stories())
    ask(web)
    asked = web.queries[0]
    assert (asked["start"], asked["end"]) == (["2025-02-04"], ["2025-02-04"])
    assert (asked["cs"], asked["q"]) == (["34412282,34412118"], [TOPIC.query])
    assert web.asked[0].headers == {"Authorization": f"Token {KEY}"}
    assert web.asked[0].spacing == CARD.spacing == 30.0
    part = Window(datetime(2025, 2, 3, 13, tzinfo=UTC), datetime(2025, 2, 5, 1, tzinfo=UTC))
    ask(web, window=part)
    assert (web.queries[1]["start"], web.queries[1]["end"]) == (["2025-02-03"], ["2025-02-05"])


def test_pages_are_followed_by_token() -> None:
    """Three pages with all other parameters unchanged; a story of another day is left out."""
    web = always(
        stories(story("a"), token="t1"),
        stories(story("b", None), story("c", "2025-02-03"), token="t2"),
        stories(story("d")),
    )
    answer = ask(web)
    assert [link.url[-1] for link in answer.links] == ["a", "b", "d"]
    assert [query.pop("pagination_token", None) for query in web.queries] == [None, ["t1"], ["t2"]]
    assert answer.requests == 3
    rest = [{k: v for k, v in q.items() if k != "pagination_token"} for q in web.queries]
    assert rest[0] == rest[1] == rest[2]


@pytest.mark.parametrize(
    ("given", "status", "wait"),
    [
        (stories(), SourceStatus.EMPTY, None),
        (error(422, "Missing 'q' parameter value"), SourceStatus.REFUSED, None),
        (error(403, "You do not have permission"), SourceStatus.REFUSED, None),
        (reply({"detail": "Invalid token."}, 401), SourceStatus.REFUSED, None),
        (error(400, "cannot parse the query"), SourceStatus.REFUSED, None),
        (error(400, "try later", temporary=True), SourceStatus.UNAVAILABLE, None),
        (
            error(400, "You have used up your quota for 4000 hits per week"),
            SourceStatus.UNAVAILABLE,
            3.5 * 86_400,  # from Thursday noon to Monday
        ),
        (
            reply({"status": "error", "note": "rate limited", "temporary": True}, 429, 60.0),
            SourceStatus.UNAVAILABLE,
            60.0,
        ),
        (reply(b"", 429, 60.0), SourceStatus.UNAVAILABLE, 60.0),
        (reply(b"", 502, 0.0), SourceStatus.UNAVAILABLE, 0.0),
        (reply(b""), SourceStatus.UNAVAILABLE, None),
        (reply(b"<html>"), SourceStatus.UNAVAILABLE, None),
        (reply({}), SourceStatus.UNAVAILABLE, None),
        (error(200, "rate limited"), SourceStatus.UNAVAILABLE, None),
        (DOWN, SourceStatus.UNAVAILABLE, 30.0),
    ],
    ids=[
        "nothing",
        "bad input",
        "forbidden",
        "bad token",
        "bad query",
        "temporary",
        "quota",
        "throttled",
        "throttled without a word",
        "bad gateway",
        "empty body",
        "not JSON",
        "nothing in it",
        "error with status 200",
        "no connection",
    ],
)
def test_every_error_is_told_apart(
    given: Reply | Rejected, status: SourceStatus, wait: float | None
) -> None:
    """Status 400 alone means three things: a wrong query, not now, and no more this week."""
    answer = ask(always(given))
    assert (answer.status, answer.links, answer.retry_after) == (status, (), wait)


def test_a_list_that_breaks_off_keeps_its_first_page() -> None:
    """Even where the second page is refused, as a token that has run out would be."""
    for second in (reply(b"", 429, 60.0), error(422, "Bad token")):
        answer = ask(always(stories(story("a"), token="t1"), second))
        assert (answer.status, len(answer.links)) == (SourceStatus.UNAVAILABLE, 1)


def test_a_token_that_does_not_change_is_no_end() -> None:
    """The same page for ever is neither read for ever nor taken for the whole."""
    web = always(stories(story("a"), token="t1"))
    answer = ask(web)
    assert (answer.status, len(answer.links)) == (SourceStatus.UNAVAILABLE, 1)
    assert len(web.asked) == 2


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"key": ""}, "needs a key: FRAMEWATCH_KEY_MEDIACLOUD_AU"),
        ({"collections": ()}, "names no collection, and Media Cloud asks for one"),
        ({"query": "x" * 16_385}, "query of more than 16384 characters"),
    ],
    ids=["no key", "no collection", "too long"],
)
def test_a_question_that_would_be_refused_is_not_asked(
    change: dict[str, object], detail: str
) -> None:
    """Refused here, without spending a request."""
    web = always(stories())
    answer = ask(web, replace(SOURCE, **change))
    assert (answer.status, answer.detail) == (SourceStatus.REFUSED, detail)
    assert web.asked == []


def test_the_key_is_in_no_detail() -> None:
    """A server that repeats the token in its note is quoted without it."""
    answer = ask(always(error(403, f"Token {KEY} is blocked")))
    assert answer.detail == "status 403: Token [key] is blocked"
