"""python -m scrapers.evaluate --pages PATH [--set-floors [--lower-floors]]

Text, headline, authors and dates of labelled pages (scrapers.labelled) against their truth. Exit
status 1 below a floor of scrapers/floors.toml.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean

import click

from framewatch.floors import Floors
from framewatch.story import DateClaim
from scrapers.claims import chosen
from scrapers.draft import authors, dates, read_draft
from scrapers.labelled import LabelledPage, PagesError, load_pages
from scrapers.scoring import Overlap, authors_f1, mean_overlap, same_title, text_overlap

# The same code gives the same figures everywhere; libraries' next versions may move them a little.
FLOORS = Floors(Path(__file__).with_name("floors.toml"), "python -m scrapers.evaluate", 0.005)


@dataclass(frozen=True, slots=True)
class Score:
    """One page; None where the truth has nothing to compare with."""

    name: str
    text: Overlap
    title: bool | None
    authors: float | None
    day: bool | None  # the chosen date is the right calendar day in the truth's own zone
    covered: bool | None  # one of the claims is
    claims: int  # dates of publication that the page gives


def score(page: LabelledPage) -> Score:
    draft = read_draft(page.html, page.url)
    if draft is None:
        nothing = None if page.published_at is None else False
        return Score(page.name, Overlap(0.0, 0.0), False, 0.0, nothing, nothing, 0)
    claims = tuple(claim for claim in dates(draft) if not claim.modified)
    first = chosen(claims)
    return Score(
        name=page.name,
        text=text_overlap(page.paragraphs, page.optional, draft.text),
        title=same_title(page.title, draft.title) if page.title else None,
        authors=authors_f1(page.authors, authors(draft)) if page.authors else None,
        day=first is not None and _right(first, page) if page.published_at else None,
        covered=any(_right(claim, page) for claim in claims) if page.published_at else None,
        claims=len(claims),
    )


def figures(scores: Sequence[Score]) -> dict[str, float]:
    """The means that have floors."""
    text = mean_overlap([score.text for score in scores])
    return {
        "text.precision": text.precision,
        "text.recall": text.recall,
        "text.f1": text.f1,
        "title.exact": _mean([score.title for score in scores]),
        "authors.f1": _mean([score.authors for score in scores]),
        "date.day": _mean([score.day for score in scores]),
        "date.covered": _mean([score.covered for score in scores]),
    }


def table(scores: Sequence[Score], measured: dict[str, float], worst: int) -> str:
    lines = [f"{len(scores)} pages"]
    lines += [f"  {name:16}{figure:8.3f}" for name, figure in measured.items()]
    lines.append(f"  dates a page    {fmean(score.claims for score in scores):8.3f}")
    for item in sorted(scores, key=lambda score: score.text.f1)[:worst]:
        text = item.text
        lines.append(f"  {text.f1:.3f}  P {text.precision:.3f}  R {text.recall:.3f}  {item.name}")
    return "\n".join(lines)


def _right(claim: DateClaim, page: LabelledPage) -> bool:
    truth = page.published_at
    return truth is not None and _day(claim, page) == truth.date()


def _day(claim: DateClaim, page: LabelledPage) -> date:
    if claim.day_only or page.published_at is None or page.published_at.tzinfo is None:
        return claim.moment.date()
    return claim.moment.astimezone(page.published_at.tzinfo).date()


def _mean(values: Sequence[float | bool | None]) -> float:
    known = [float(value) for value in values if value is not None]
    return fmean(known) if known else 0.0


@click.command()
@click.option("--pages", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--worst", default=0, help="Also list the N worst pages by text F1.")
@click.option("--set-floors", "setting", is_flag=True, help="Write floors from what is measured.")
@click.option("--lower-floors", "lower", is_flag=True, help="Let --set-floors lower a floor.")
def main(pages: Path, worst: int, setting: bool, lower: bool) -> None:
    """Measure extraction; fail below a floor."""
    try:
        scores = [score(page) for page in load_pages(pages)]
        measured = figures(scores)
        click.echo(table(scores, measured, worst))
    except PagesError as error:
        raise click.ClickException(str(error)) from None
    FLOORS.conclude(measured, setting=setting, lower=lower)


if __name__ == "__main__":
    main()
