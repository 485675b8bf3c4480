"""python -m scrapers.evaluate_sample [--set-floors [--lower-floors]]

Genre, quotations with speakers, relevance, days, near-copies and republications of the sample
archive's pages, against what is planted in it (samples/truth.json). Exit status 1 below a floor.

A quotation is found where its words are; it is false where no such words are planted. A speaker is
exact, empty, or wrong. A genre is wrong where it is neither the planted one nor the news that a
page without a label passes for.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from framewatch.facts import SourceBook, load_sources, load_topic
from framewatch.floors import Floors
from framewatch.settings import ROOT
from framewatch.story import KEPT, Article, Genre, Link, Outcome, Page, Topic
from scrapers.archive import ArchiveWeb
from scrapers.evaluate_identity import Row, identities
from scrapers.extract import extract
from scrapers.relevance import off_topic, relevance

SAMPLE = ROOT / "samples"
TOPIC = ROOT / "topics" / "deepseek.toml"
FLOORS = Floors(
    Path(__file__).with_name("floors_sample.toml"),
    "python -m scrapers.evaluate_sample",
    slack=0.001,
)
_TWINS = ("amp", "redirect")  # other addresses of a page that is counted already


@dataclass(frozen=True, slots=True)
class Planted:
    """One page of the archive as extracted, and what truth.json says of it."""

    article: Article
    truth: Mapping[str, Any]


def planted(folder: Path = SAMPLE) -> list[Planted]:
    """Every page of the archive that is an article, each once."""
    book = load_sources(folder / "sources.toml")
    pages = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["pages"]
    web = ArchiveWeb(folder / "newsroom.warc.gz", ROOT, "framewatch")
    return [
        Planted(article, truth)
        for url, truth in pages.items()
        if truth["kind"] not in _TWINS and (article := _article(web, url, book))
    ]


def _article(web: ArchiveWeb, url: str, book: SourceBook) -> Article | None:
    page = web.get(url)
    found = extract(page, Link(url=url, source="sample"), book) if isinstance(page, Page) else None
    return found if isinstance(found, Article) else None


def figures(pages: list[Planted], topic: Topic) -> list[Row]:
    """The rows of the table, each a share of 1 where nothing is amiss."""
    return [
        *_genres(pages),
        *_quotations(pages),
        *_relevances(pages, topic),
        *_days(pages, topic),
        *identities([(p.article, p.truth) for p in pages if p.truth["outcome"] in KEPT], topic),
    ]


def _genres(pages: list[Planted]) -> Iterator[Row]:
    pairs = [(page.article.genre, Genre(page.truth["genre"])) for page in pages]
    special = [(got, want) for got, want in pairs if want != Genre.NEWS]
    yield Row("genre.right", sum(got == want for got, want in pairs), len(pairs))
    yield Row("genre.told", sum(got == want for got, want in special), len(special))
    not_wrong = sum(got in (want, Genre.NEWS) for got, want in pairs)
    yield Row("genre.not_wrong", not_wrong, len(pairs))


def _quotations(pages: list[Planted]) -> Iterator[Row]:
    tally: Counter[str] = Counter()
    for page in pages:
        tally += quoted(page)
    want, got = tally["planted"], tally["found"] + tally["false"]
    yield Row("quotation.found", tally["found"], want)
    yield Row("quotation.not_false", tally["found"], got)
    yield Row("speaker.exact", tally["exact"], tally["named"])
    yield Row("speaker.not_wrong", tally["found"] - tally["wrong"], tally["found"])


def quoted(page: Planted) -> Counter[str]:
    """planted, found, false; of those found: named (a speaker is planted), exact, empty, wrong."""
    text = page.article.coded_text
    got = [(text[q.start : q.end], q.speaker) for q in page.article.quotations]
    tally: Counter[str] = Counter(planted=len(page.truth["quotations"]))
    for item in page.truth["quotations"]:
        speaker = next((who for words, who in got if words == item["text"]), None)
        if speaker is None:
            continue
        got.remove((item["text"], speaker))
        tally["found"] += 1
        tally["named"] += bool(item["speaker"])
        same = speaker == item["speaker"]
        tally["exact"] += same and bool(speaker)
        tally["empty"] += not speaker and not same
        tally["wrong"] += bool(speaker) and not same
    tally["false"] = len(got)
    return tally


def _relevances(pages: list[Planted], topic: Topic) -> Iterator[Row]:
    pairs = [
        (bool(off_topic(topic, relevance(topic, page.article))), page.truth["outcome"])
        for page in pages
    ]
    right = sum(off == (outcome == Outcome.OFF_TOPIC) for off, outcome in pairs)
    yield Row("relevance.right", right, len(pairs))


def _days(pages: list[Planted], topic: Topic) -> Iterator[Row]:
    """The day an article is counted on; where the page gives none, none is made up."""
    pairs = [
        (page.article.day(topic.zone), page.truth.get("day"))
        for page in pages
        if page.truth["outcome"] in KEPT
    ]
    yield Row("day.right", sum(str(got) == str(want) for got, want in pairs), len(pairs))


def table(rows: list[Row]) -> str:
    lines = [f"{'sample archive':22}{'right':>8}{'of':>8}{'share':>9}"]
    lines += [f"{row.name:22}{row.right:>8}{row.of:>8}{row.share:>9.3f}" for row in rows]
    return "\n".join(lines)


@click.command()
@click.option("--set-floors", "setting", is_flag=True, help="Write floors from what is measured.")
@click.option("--lower-floors", "lower", is_flag=True, help="Let --set-floors lower a floor.")
def main(setting: bool, lower: bool) -> None:
    """Measure genre, quotations and relevance on the sample archive; fail below a floor."""
    rows = figures(planted(), load_topic(TOPIC))
    click.echo(table(rows))
    measured = {row.name: row.share for row in rows}
    FLOORS.conclude(measured, setting=setting, lower=lower)


if __name__ == "__main__":
    main()
