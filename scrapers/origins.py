"""Who had a text first: the ledger of republications, told from the articles that are held.

Three proofs, the strongest first: a sentence on the page, a canonical tag that names another
publisher's page, and a text that is nearly that of an earlier article elsewhere. Chains lead to
their beginning: C after B after A is C after A. A text that its own outlet had earlier is an
update, not a republication.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from framewatch.facts import SourceBook
from framewatch.story import Proof, Republication
from scrapers.identify import similarity

# A note names a date of the original's own time zone, or the day of print; three days allow for
# both over a weekend.
DAY_TOLERANCE = timedelta(days=3)
_RANK = {proof: rank for rank, proof in enumerate(Proof)}  # the strongest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the ledger needs to know of an article."""

    id: int
    url: str
    title: str
    host: str
    host_name: str
    day: date | None  # in the topic's time zone
    printed: date | None  # in the publisher's
    published_at: datetime | None
    day_only: bool
    cluster: int  # id of its group's first article
    signed: bytes  # scrapers.identify.signature; empty: not identified yet
    note: str
    original_outlet: str  # as the note names it
    original_day: date | None
    original_url: str  # as the canonical tag names it


@dataclass(frozen=True, slots=True)
class Origin:
    """An entry of the ledger, and the held article that it leads to."""

    original: int | None
    entry: Republication


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    outlet: str  # code, else name
    day: date | None
    url: str
    proof: Proof
    evidence: str
    original: Held | None = None


def trace(articles: Iterable[Held], book: SourceBook) -> dict[int, Origin]:
    """The ledger's entry of each article that stood elsewhere first. Order makes no difference."""
    held = _Shelf(sorted(articles, key=lambda a: a.id))
    claims = {a.id: claim for a in held.by_id.values() if (claim := _claim(a, held, book))}
    for first in _circular(claims, held):
        del claims[first]
    found = {number: _origin(held.by_id[number], claims, book) for number in claims}
    return {
        n: origin
        for n, origin in found.items()
        if origin.entry.original_outlet != origin.entry.host
    }


class _Shelf:
    """The held articles as they are looked up."""

    def __init__(self, articles: Iterable[Held]) -> None:
        self.by_id = {article.id: article for article in articles}
        self.by_url = {article.url: article for article in self.by_id.values()}
        self.by_cluster: dict[int, list[Held]] = defaultdict(list)
        self.by_title: dict[str, list[Held]] = defaultdict(list)
        for article in self.by_id.values():
            self.by_cluster[article.cluster].append(article)
            self.by_title[article.title.casefold()].append(article)

    def kin(self, article: Held) -> list[Held]:
        """The group's others, then those of the same headline: a teaser is no near-copy."""
        alike = self.by_cluster[article.cluster] + self.by_title[article.title.casefold()]
        return [other for other in dict.fromkeys(alike) if other.id != article.id]


def _claim(article: Held, held: _Shelf, book: SourceBook) -> _Claim | None:
    claims = (_noted(article, held, book), _canonical(article, held, book), _copied(article, held))
    return next((c for c in claims if c is not None and c.outlet != article.host), None)


def _noted(article: Held, held: _Shelf, book: SourceBook) -> _Claim | None:
    name = article.original_outlet
    if not name:
        return None
    known, said = book.outlet_named(name), article.original_day
    outlet = known.code if known else name
    fitting = [
        other
        for other in held.kin(article)
        if outlet in (other.host, other.host_name) and _fits(other, said, article.day)
    ]

    def misfit(other: Held) -> tuple[int, float, Any]:
        days = abs((other.printed - said).days) if said and other.printed else 0
        return days, -_alike(other, article), _age(other)

    original = min(fitting, key=misfit, default=None)
    return _Claim(
        outlet=original.host if original else outlet,
        day=said,
        url="",
        proof=Proof.NOTE,
        evidence=article.note,
        original=original,
    )


def _fits(other: Held, said: date | None, latest: date | None) -> bool:
    """Whether a held article can be the one of that day; without a day, one not later."""
    if said is None:
        return other.day is None or latest is None or other.day <= latest
    return other.printed is None or abs(other.printed - said) <= DAY_TOLERANCE


def _canonical(article: Held, held: _Shelf, book: SourceBook) -> _Claim | None:
    url = article.original_url
    if not url:
        return None
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    known = book.outlet_of_host(host)
    return _Claim(
        outlet=known.code if known else host,
        day=None,
        url=url,
        proof=Proof.CANONICAL,
        evidence=f'<link rel="canonical" href="{url}">',
        original=held.by_url.get(url),
    )


def _copied(article: Held, held: _Shelf) -> _Claim | None:
    first = held.by_id.get(article.cluster)
    if first is None or not _earlier(first, article):
        return None
    return _Claim(
        outlet=first.host,
        day=None,
        url="",
        proof=Proof.NEAR_COPY,
        evidence=f"{_alike(first, article):.0%} of the text's passages are also in {first.url}",
        original=first,
    )


def _earlier(one: Held, other: Held) -> bool:
    """Whether one was certainly published before the other: a bare day says no more than that."""
    if one.day is None or other.day is None or one.published_at is None:
        return False
    if one.day_only or other.day_only or other.published_at is None:
        return one.day < other.day
    return one.published_at < other.published_at


def _alike(one: Held, other: Held) -> float:
    return similarity(one.signed, other.signed) if one.signed and other.signed else 0.0


def _age(article: Held) -> tuple[bool, date, str]:
    return article.day is None, article.day or date.max, article.url


def _circular(claims: Mapping[int, _Claim], held: _Shelf) -> set[int]:
    """Of each ring of articles that lead to one another, the oldest of those with least proof."""
    found = set()
    for start in claims:
        path: dict[int, None] = {}  # in order
        at = start
        while at in claims and at not in path:
            path[at] = None
            original = claims[at].original
            at = original.id if original else 0  # no row has that number
        if at in path:
            walked = list(path)
            ring = walked[walked.index(at) :]
            found.add(min(ring, key=lambda n: (-_RANK[claims[n].proof], _age(held.by_id[n]))))
    return found


def _origin(article: Held, claims: Mapping[int, _Claim], book: SourceBook) -> Origin:
    own = last = claims[article.id]
    while last.original is not None and last.original.id in claims:
        last = claims[last.original.id]
    first = last.original
    outlet = first.host if first else last.outlet
    known = next((o for o in book.outlets if o.code == outlet), None)
    entry = Republication(
        host=article.host,
        host_day=article.printed,
        original_outlet=outlet,
        original_country=known.country if known else "",
        original_day=last.day or (first.printed if first else None),
        original_url=first.url if first else last.url,
        proof=own.proof,
        evidence=own.evidence,
        similarity=_alike(first, article) if first else None,
        same_owner=book.same_owner(article.host, outlet),
    )
    return Origin(first.id if first else None, entry)
