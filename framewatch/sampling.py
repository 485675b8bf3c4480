"""Drawing articles for people to code, so that their codes can correct the machine's shares.

Each article has a known chance of being drawn, and stands for one over that chance. Strata are the
machine's label (half of the sample from each: a rare frame is else hardly seen); outlets and months
are spread evenly by drawing every so-manieth of the sorted articles from a random start (systematic
sampling: Cochran, *Sampling Techniques*, 3rd ed. 1977, ch. 8; Madow, *Ann. Math. Stat.* 20 (1949),
333-354), which keeps all chances of a stratum equal.
"""

import csv
import logging
import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from db.coded import Drawable, Handle, drawable, handles
from db.queries import Filters
from framewatch.corpus import inert
from framewatch.desk import Desk
from framewatch.story import CountBy

log = logging.getLogger(__name__)

SPREAD = ("outlet", "month", "predicted")
# The machine's label must not show: coders would follow it.
_STRATA = ("a", "b")
_DESIGN = ("country", "host", "language", "genre")
HEADER = (
    "article", "url", "title", "day", "outlet", "archive", "text_sha256", "frame", "present",
    "coder", "coded_at", "note", "sample", "stratum", "inclusion", "weight",
)  # fmt: skip


class SampleError(ValueError):
    """No such sample can be drawn; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a sample was drawn from: it can speak for these articles, and for parts of them."""

    first: date
    last: date
    country: str = ""
    host: str = ""
    language: str = ""
    genre: str = ""
    count_by: CountBy = CountBy.HOST
    seed: int = 0  # tells samples apart

    @property
    def code(self) -> str:
        """As it is kept with every unit and written into files."""
        fields = {
            "from": self.first,
            "to": self.last,
            **{name: getattr(self, name) for name in _DESIGN},
            "count": "" if self.count_by is CountBy.HOST else self.count_by,
            "seed": self.seed,
        }
        return urlencode({name: value for name, value in fields.items() if value != ""})

    @classmethod
    def parse(cls, code: str) -> "Drawn":
        """Raises ValueError."""
        fields = dict(parse_qsl(code, strict_parsing=True))
        return cls(
            first=date.fromisoformat(fields.get("from", "")),
            last=date.fromisoformat(fields.get("to", "")),
            **{name: fields.get(name, "") for name in _DESIGN},
            count_by=CountBy(fields.get("count", CountBy.HOST)),
            seed=int(fields.get("seed", 0)),
        )

    def holds(self, filters: Filters, first: date, last: date) -> bool:
        """Whether all articles of the filters, which are of the days first to last, are among it.

        Every way of counting counts a part of the pages, so a sample of pages serves all.
        """
        return (
            self.first <= first
            and last <= self.last
            and self.count_by in (CountBy.HOST, filters.count_by)
            and all(getattr(self, name) in ("", getattr(filters, name)) for name in _DESIGN)
        )


@dataclass(frozen=True, slots=True)
class Pick:
    article_id: int
    stratum: str
    inclusion: float


def sample(
    desk: Desk,
    filters: Filters,
    path: Path,
    *,
    frames: Sequence[str],
    n: int,
    seed: int,
    by: Collection[str] = SPREAD,
) -> dict[str, int]:
    """Write a CSV of n articles to be coded: one line per article and frame, never a text.

    The first frame's label is that by which it is stratified. Raises SampleError. Counts: articles
    drawn, those they stand for, and lines written.
    """
    if wrong := sorted(set(by) - set(SPREAD)):
        raise SampleError(f"cannot spread a sample by {wrong[0]!r}; choose of {', '.join(SPREAD)}")
    if not frames:
        raise SampleError("name a frame to be coded")
    held = drawable(desk.store, filters, frames[0], frames[1:])
    if not 0 < n <= len(held):
        raise SampleError(
            f"{n} of {len(held)} articles cannot be drawn: those that the machine has read for "
            f"{frames[0]!r} can (`python -m framewatch classify`), less those that heads were "
            "made from (`codebook train`)"
        )
    days = [article.day for article in held]
    drawn = Drawn(
        first=filters.first or min(days),
        last=filters.last or max(days),
        **{name: getattr(filters, name) for name in _DESIGN},
        count_by=filters.count_by,
        seed=seed,
    )
    picks = draw(held, n, seed, by)
    found = handles(desk.store, filters.topic, [pick.article_id for pick in picks])
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for pick in picks:
            for frame in frames:
                writer.writerow(_line(pick, found[pick.article_id], frame, drawn.code))
    log.info("sample of %s for %s: %d of %d", filters.topic, ", ".join(frames), n, len(held))
    return {"drawn": len(picks), "of": len(held), "lines": len(picks) * len(frames)}


def draw(held: Sequence[Drawable], n: int, seed: int, by: Collection[str]) -> list[Pick]:
    """n picks, in an order that tells nothing."""
    chance = random.Random(seed)
    strata: list[list[Drawable]] = [list(held)]
    if "predicted" in by:
        parts = ([a for a in held if a.present is label] for label in (True, False))
        strata = [part for part in parts if part]
        chance.shuffle(strata)
    picks = []
    for name, part, size in zip(_STRATA, strata, _shares(n, strata), strict=False):
        chance.shuffle(part)
        part.sort(key=lambda article: _place(article, by))
        step = len(part) / size if size else 0.0
        start = chance.random() * step
        at = (min(len(part) - 1, int(start + i * step)) for i in range(size))
        picks += [Pick(part[i].article_id, name, size / len(part)) for i in at]
    chance.shuffle(picks)
    return picks


def _shares(n: int, strata: Sequence[Sequence[Drawable]]) -> list[int]:
    """Equal parts; what a small stratum cannot give, the other gives."""
    if len(strata) == 1:
        return [n]
    one, two = map(len, strata)
    first = max(n - two, min(one, n // 2))
    return [first, n - first]


def _place(article: Drawable, by: Collection[str]) -> tuple[str, str]:
    outlet = article.host if "outlet" in by else ""
    return outlet, f"{article.day:%Y-%m}" if "month" in by else ""


def _line(pick: Pick, found: Handle, frame: str, sample: str) -> Iterator[object]:
    yield from (found.id, inert(found.url), inert(found.title), found.day or "", inert(found.host))
    yield from (f"{found.warc_file}@{found.warc_offset}", found.text_sha256, frame)
    yield from ("", "", "", "")  # to be filled in: present, coder, coded_at, note
    yield from (sample, pick.stratum, repr(pick.inclusion), repr(1 / pick.inclusion))
