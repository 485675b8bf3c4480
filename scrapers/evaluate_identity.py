"""How many planted near-copies and republications are told, for scrapers.evaluate_sample."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from scipy.sparse.csgraph import connected_components

from framewatch.facts import load_sources
from framewatch.settings import ROOT
from framewatch.story import Article, Topic
from scrapers.identify import near_copies, signature
from scrapers.origins import Held, trace

SOURCES = ROOT / "samples" / "sources.toml"
Case = tuple[Article, Mapping[str, Any]]  # as extracted, and what truth.json says


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: of `of` cases, `right` are."""

    name: str
    right: int
    of: int

    @property
    def share(self) -> float:
        return self.right / self.of if self.of else 1.0


def identities(cases: Sequence[Case], topic: Topic) -> Iterator[Row]:
    """Articles in the planted group; planted republications told, and told ones planted."""
    # As stored: in order of publication, undated ones last.
    cases = sorted(cases, key=lambda case: case[0].published_at or datetime.max.replace(tzinfo=UTC))
    signed = [signature(article.text, article.language) for article, _ in cases]
    groups = _groups(signed)
    planted = [truth["cluster"] for _, truth in cases]
    yield Row("group.right", _same_partition(groups, planted), len(cases))
    held = [_held(n, cases[n][0], signed[n], groups, topic) for n in range(len(cases))]
    told = {
        cases[n][0].url: (origin.entry.original_outlet, str(origin.entry.original_day))
        for n, origin in trace(held, load_sources(SOURCES)).items()
    }
    truth = {
        article.url: (page["original_outlet"], page["original_day"])
        for article, page in cases
        if page.get("original_url") and page["original_outlet"] != page["outlet"]
    }
    right = sum(told.get(url) == origin for url, origin in truth.items())
    yield Row("republication.found", right, len(truth))
    yield Row("republication.not_false", sum(url in truth for url in told), len(told))


def _groups(signed: Sequence[bytes]) -> list[int]:
    """The position of each article's group's first member."""
    if not signed:
        return []
    near = np.array([[near_copies(a, b) for b in signed] for a in signed])
    _, labels = connected_components(near, directed=False)
    return [int(np.argmax(labels == label)) for label in labels]


def _same_partition(groups: Sequence[int], planted: Sequence[str]) -> int:
    """How many articles share a group with exactly those that they were planted with."""

    def mates(labels: Sequence[Any], n: int) -> set[int]:
        return {m for m, label in enumerate(labels) if label == labels[n]}

    return sum(mates(groups, n) == mates(planted, n) for n in range(len(groups)))


def _held(n: int, article: Article, signed: bytes, groups: Sequence[int], topic: Topic) -> Held:
    return Held(
        id=n,
        url=article.url,
        title=article.title,
        host=article.host,
        host_name=article.host_name,
        day=article.day(topic.zone),
        printed=article.published_at.date() if article.published_at else None,
        published_at=article.published_at,
        day_only=article.published_day_only,
        cluster=groups[n],
        signed=signed,
        note=article.republication_note,
        original_outlet=article.original_outlet,
        original_day=article.original_day,
        original_url=article.original_url,
    )
