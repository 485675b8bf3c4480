"""NewsAPI.org and GNews: two services with one shape, told apart by a table each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from framewatch.story import Answer, Link, Rejected, Source, Topic, Window
from scrapers.answers import failed, out_of_reach, refused, unavailable, unusable
from scrapers.caller import (
    Caller,
    address_of,
    instant,
    json_object,
    keyless,
    read,
    text_of,
    together,
    until_midnight,
    words,
)
from scrapers.card import Card
from scrapers.halving import Capped, halved
from scrapers.web import Reply, Web

# Limits of the free plans: the SOURCES reference, sections 7.2 and 7.3.
CARD = Card(
    title="NewsAPI.org",
    gives="links with title and teaser",
    by_day=True,
    reach=timedelta(days=30),
    backfill=False,
    key="a free developer key",
    limits="100 requests a day, 100 articles a query, a month back, 24 hours late",
    terms="the free plan is for development only",
    home="https://newsapi.org",
    spacing=1.0,
    requests_per_day=3.0,
)
GNEWS = Card(
    title="GNews",
    gives="links with title and teaser",
    by_day=True,
    reach=timedelta(days=30),
    backfill=False,
    key="a free key",
    limits="100 requests a day, 10 articles a query, 30 days back, 12 hours late",
    terms="the free plan's terms",
    home="https://gnews.io",
    spacing=1.0,
    requests_per_day=5.0,
    each=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dialect:
    """How one of the services wants to be asked, and what its answers and refusals mean."""

    card: Card
    path: str
    total: str  # the field with the number of matches
    size: Mapping[str, str]  # how many articles are asked for
    order: Mapping[str, str]
    languages: str  # the parameter for one of source.editions; empty: not asked
    longest: int  # characters of a query
    late: timedelta  # how much younger articles must be before the free plan shows them
    meaning: Callable[[Source, Window, Reply, str], Answer | None]  # of an error's code


def _newsapi_error(source: Source, window: Window, reply: Reply, code: str) -> Answer | None:
    if reply.status == 426 and code == "parameterInvalid":
        return out_of_reach(source, window, "further back than the plan reaches")
    return None


def _gnews_error(source: Source, window: Window, reply: Reply, _code: str) -> Answer | None:
    if reply.status == 403:  # a new quota begins at midnight UTC
        return unavailable(source, window, "the day's quota is used up", until_midnight(reply.at))
    return None


DIALECTS: Mapping[str, _Dialect] = {
    "newsapi": _Dialect(
        card=CARD,
        path="/v2/everything",
        total="totalResults",
        size={"pageSize": "100"},
        order={"sortBy": "publishedAt"},
        languages="",
        longest=500,
        late=timedelta(hours=24),
        meaning=_newsapi_error,
    ),
    "gnews": _Dialect(
        card=GNEWS,
        path="/api/v4/search",
        total="totalArticles",
        size={"max": "10"},
        order={"sortby": "publishedAt"},
        languages="lang",
        longest=200,
        late=timedelta(hours=12),
        meaning=_gnews_error,
    ),
}


def discover(source: Source, topic: Topic, window: Window, web: Web) -> Answer:
    """The articles published in the window. Their plans show an empty list for what they hide."""
    dialect = DIALECTS[source.kind]
    if not source.key:
        return keyless(source, window)
    query = source.query or topic.query
    if len(query) > dialect.longest:
        return refused(source, window, f"query of more than {dialect.longest} characters")
    caller = Caller(source, dialect.card, web, {"X-Api-Key": source.key})
    languages = source.editions if dialect.languages and source.editions else ("",)
    asking = (partial(_articles, caller, dialect, query, language) for language in languages)
    return caller.answer(window, together(halved(window, ask) for ask in asking))


def _articles(
    caller: Caller, dialect: _Dialect, query: str, language: str, window: Window
) -> list[Link] | Capped[Link] | Answer:
    """One page for a window: the free plans have no second one, so a full page is a cut list."""
    source = caller.source
    reply = caller.ask(dialect.path, _question(dialect, query, language, window))
    if isinstance(reply, Rejected):
        return failed(source, window, reply)
    found = _read(caller, dialect, window, reply)
    if isinstance(found, Answer | Capped):
        return found
    articles, total = found["articles"], found.get(dialect.total)
    links = [link for article in articles if (link := _link(source, article, window))]
    if not articles and total:
        return out_of_reach(source, window, f"{total} articles match that the plan does not show")
    if not articles and window.end > reply.at - dialect.late:
        return out_of_reach(source, window, "younger than the plan shows")
    if isinstance(total, int) and total > len(articles):
        return Capped(links)
    return links


def _question(
    dialect: _Dialect, query: str, language: str, window: Window
) -> list[tuple[str, str]]:
    """Both ends are inclusive there: what is published at the window's end is dropped here."""
    return [
        ("q", query),
        ("from", _iso(window.start)),
        ("to", _iso(window.end)),
        *([(dialect.languages, language)] if language else []),
        *dialect.order.items(),
        *dialect.size.items(),
    ]


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(
    caller: Caller, dialect: _Dialect, window: Window, reply: Reply
) -> dict[str, Any] | Capped[Link] | Answer:
    source = caller.source
    if reply.status != 200:
        body = json_object(reply) or {}
        code = text_of(body.get("code"), 60)
        if code == "maximumResultsReached":
            return Capped(())
        if answer := dialect.meaning(source, window, reply, code):
            return replace(answer, detail=f"status {reply.status}: {answer.detail}")
    found = read(source, window, reply)
    if isinstance(found, Answer):
        return found
    if found.get("status") == "error" or not isinstance(found.get("articles"), list):
        return unusable(source, window, words(source, found) or "an answer without articles")
    return found


def _link(source: Source, article: Any, window: Window) -> Link | None:
    if not isinstance(article, dict) or not (found := address_of(article.get("url"))):
        return None
    published = instant(article.get("publishedAt"))
    if published is None or published not in window:
        return None
    url, address = found
    return Link(
        url=url,
        address=address,
        source=source.name,
        title=text_of(article.get("title")),
        published_at=published,
    )
