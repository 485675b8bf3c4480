"""docs/sources.md, written from the facts: every kind of source, and every source of the file.

python -m scripts.sources_page           write it
python -m scripts.sources_page --check   exit with 1 if it is not as it would be written
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from framewatch.facts import SourceBook, load_sources
from framewatch.settings import KEY, ROOT, variable_of
from framewatch.story import Source
from scrapers.card import Card
from scrapers.connectors import CONNECTORS

PAGE = ROOT / "docs" / "sources.md"
SOURCES = ROOT / "scrapers" / "sources.toml"
HEAD = """<!-- Written by `python -m scripts.sources_page`: change the cards of the connectors or
scrapers/sources.toml, not this page. -->

# Sources

Framewatch finds articles through the sources below and fetches their pages from the publishers,
unless a source hands over the text itself or the page as an archive captured it.

## How a source answers

Each source is asked about a span of time, and each answer goes into the ledger. There are five:

| answer | means | asked again |
|---|---|---|
| `ok` | answered, with links on the topic | once settled, no |
| `empty` | answered, with none: only this means "nothing was published" | once settled, no |
| `out_of_reach` | does not reach back so far: says nothing about the day | no |
| `refused` | the question is wrong, or not permitted | not as it stands |
| `unavailable` | down, throttled, or broken off half-way; what it named so far is kept | later |

A day without articles is drawn as a gap where less than 80 % of its expected collection was had:
each source counts with the links it usually names on that weekday. `watch_<topic>` compares every
day with the weeks before, and fails with a list of what fell silent, broke or bars us.

## Keys, budgets and etiquette

- A key is read from the environment, in the variable of its source below; it is never in a file of
  the repository, nor in an address. A source that lacks its key is not asked.
- Every host has its own pace (`FRAMEWATCH_HOST_DELAY`, or slower where robots.txt says so), shared
  by all processes; a service's own limit is kept where it is stricter. `Retry-After` is obeyed; a
  host that fails again and again is left alone for a while.
- Requests are counted by UTC day: in all (`FRAMEWATCH_DAILY_REQUESTS`), to a site
  (`FRAMEWATCH_HOST_DAILY_REQUESTS`) and for a source (`daily_requests` in its block). What is spent
  is spent: the rest is asked on another day, and the ledger says so.
- robots.txt is read for every page, feed and sitemap, and for the original host of a page that an
  archive hands over. Reservations of rights are kept with the article.
- The user agent names Framewatch and, with `FRAMEWATCH_CONTACT`, whom to write to.
"""


def page(connectors: Mapping[str, Card], book: SourceBook) -> str:
    kinds = {source.kind for source in book.sources}
    parts = [
        HEAD,
        "## Kinds of source\n",
        _table(
            ("kind", "what", "gives", "daily", "backfill", "reaches back", "limits", "terms"),
            (_kind(name, card) for name, card in sorted(connectors.items())),
        ),
        "## Sources\n",
        "As in `scrapers/sources.toml`. A topic may ask some of them only.\n",
        _table(
            ("source", "kind", "outlet", "daily", "backfill", "reaches back", "requests", "key"),
            (_source(s, connectors[s.kind]) for s in book.sources if s.kind in connectors),
        ),
    ]
    if unknown := sorted(kinds - connectors.keys()):
        parts.append(f"Of a kind that does not exist: {', '.join(unknown)}.\n")
    return "\n".join(parts)


def _kind(name: str, card: Card) -> tuple[str, ...]:
    gives = f"{card.gives}; only a measure of what is missed" if card.signals_only else card.gives
    what = f"[{card.title}]({card.home})" if card.home else card.title
    use = (_yes(card.daily), _yes(card.backfill))
    return (f"`{name}`", what, gives, *use, _reach(card.reach), card.limits, card.terms)


def _source(source: Source, card: Card) -> tuple[str, ...]:
    key = f"`{KEY}{variable_of(source.name)}`: {card.key}" if card.key else ""
    budget = f"at most {source.daily_requests} a day" if source.daily_requests else ""
    use = (_yes(card.daily), _yes(card.backfill))
    reach = _reach(source.since or card.reach)
    return (f"`{source.name}`", f"`{source.kind}`", source.outlet, *use, reach, budget, key)


def _reach(reach: date | timedelta | None) -> str:
    if isinstance(reach, timedelta):
        return f"{reach.days} days"
    return f"{reach:%Y-%m-%d}" if reach else "as it says"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(map(_cell, line)) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def present() -> str:
    """The page as it should be now."""
    cards = {name: connector.card for name, connector in CONNECTORS.items()}
    return page(cards, load_sources(SOURCES))


def stale(file: Path) -> bool:
    return not file.exists() or file.read_text(encoding="utf-8") != present()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write docs/sources.md from the facts.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if it is stale")
    parser.add_argument("--file", type=Path, default=PAGE)
    chosen = parser.parse_args(arguments)
    if not chosen.check:
        chosen.file.write_text(present(), encoding="utf-8")
    elif stale(chosen.file):
        print(f"{chosen.file} is stale: run `python -m scripts.sources_page`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
