"""Pages with an annotated truth, in the layout of Fundus' parser tests.

A folder per country holds `meta.info` (page file -> url, crawl_date), PUBLISHER.json (one truth per
version of the publisher's layout) and PUBLISHER_YYYY_MM_DD.html.gz; the n-th version, in number
order, belongs to the n-th page by date (github.com/flairNLP/fundus, tests/resources/parser).
"""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class LabelledPage:
    name: str
    url: str
    body: bytes
    title: str
    authors: tuple[str, ...]
    published_at: datetime | None
    paragraphs: tuple[str, ...]
    optional: tuple[frozenset[int], ...]  # paragraphs that may or may not count as text

    @property
    def html(self) -> str:
        return self.body.decode("utf-8", "replace")


class PagesError(ValueError):
    """A folder does not hold labelled pages."""


def load_pages(folder: Path) -> list[LabelledPage]:
    """All pages that have a truth, in the order of their names. Raises PagesError if none has."""
    found = [page for country in sorted(folder.glob("*/meta.info")) for page in _country(country)]
    if not found:
        raise PagesError(f"{folder} holds no labelled pages: expected COUNTRY/meta.info in it")
    return found


def _country(info: Path) -> Iterator[LabelledPage]:
    pages = defaultdict(list)
    for file, facts in json.loads(info.read_text(encoding="utf-8")).items():
        if (info.parent / file).exists():
            pages[file.rsplit("_", 3)[0]].append((facts["crawl_date"], file, facts["url"]))
    for truth in sorted(info.parent.glob("*.json")):
        versions = json.loads(truth.read_text(encoding="utf-8"))
        ordered = sorted(versions, key=lambda name: [int(n) for n in re.findall(r"\d+", name)])
        listed = sorted(pages[truth.stem])
        if len(ordered) != len(listed):
            raise PagesError(f"{truth}: {len(ordered)} truths for {len(listed)} pages")
        for version, (_, file, url) in zip(ordered, listed, strict=True):
            yield _page(info.parent / file, url, versions[version])


def _page(path: Path, url: str, truth: dict[str, Any]) -> LabelledPage:
    body = truth["body"]
    paragraphs = list(body.get("summary", []))
    standfirst, headings = frozenset(range(len(paragraphs))), set[int]()
    for section in body.get("sections", []):
        for heading in section.get("headline", []):
            headings.add(len(paragraphs))
            paragraphs.append(heading)
        paragraphs.extend(section.get("paragraphs", []))
    moment = truth.get("publishing_date")
    return LabelledPage(
        name=f"{path.parent.name}/{path.name}",
        url=url,
        body=gzip.decompress(path.read_bytes()),
        title=truth.get("title") or "",
        authors=tuple(truth.get("authors") or ()),
        published_at=datetime.fromisoformat(moment) if moment else None,
        paragraphs=tuple(paragraphs),
        optional=tuple(filter(None, (standfirst, frozenset(headings)))),
    )
