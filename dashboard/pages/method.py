"""Method: what is coded and how, how sure it is, and what was collected."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.answers import page
from dashboard.sheets import Cell, Column, Sheet
from dashboard.view import View
from db import records
from framewatch.story import SourceStatus
from scrapers.identify import CHARACTERS, SAME, SAME_IF_SHORT, SHORT, WORDS
from trends.buckets import ENOUGH_COLLECTED
from trends.correction import MIN_CODED
from trends.share import MIN_ARTICLES

router = APIRouter()


@router.get("/t/{topic}/method")
def show(request: Request, topic: str) -> Response:
    return page(request, topic, render)


def render(view: View) -> str:
    engine, topic = view.site.engine, view.topic.code
    return view.site.render(
        "method.html",
        view=view,
        thresholds=view.known.thresholds(topic),
        readers=view.known.readers(topic),
        outcomes=records.outcomes(engine, topic),
        ledger=ledger_sheet(view),
        least=MIN_ARTICLES,
        coded_least=MIN_CODED,
        enough=ENOUGH_COLLECTED,
        same=SAME,
        same_if_short=SAME_IF_SHORT,
        short=SHORT,
        words_each=WORDS,
        characters_each=CHARACTERS,
    )


def ledger_sheet(view: View) -> Sheet:
    """How each source answered, in windows."""
    statuses = tuple(SourceStatus)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            record.source,
            *(record.answers.get(status, 0) for status in statuses),
            record.listed,
            record.found,
            record.newest.date(),
        )
        for record in view.known.ledger(view.topic.code)
    )
    titles = {SourceStatus.OK: "Answered", SourceStatus.OUT_OF_REACH: "Out of reach"}
    columns = (
        Column("source", "Source"),
        *(Column(s.value, titles.get(s, s.value.capitalize()), "count") for s in statuses),
        Column("listed", "Items listed", "count"),
        Column("found", "On the topic", "count"),
        Column("newest", "Last asked"),
    )
    return Sheet("sources", "Windows by source and answer", columns, rows)
