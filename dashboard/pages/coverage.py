"""Coverage: what was asked and answered, day by day, and what is lacking."""

from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard import collection
from dashboard.answers import page
from dashboard.calendars import (
    LEGEND,
    MOST_OUTLETS,
    Calendar,
    calendar_of,
    next_quarter,
    quarter_of,
)
from dashboard.charts import CHARTS
from dashboard.choice import EARLIEST
from dashboard.gaps import again_of, gaps
from dashboard.view import View
from db import calendar

MOST_ALERTS = 30

router = APIRouter()


@router.get("/t/{topic}/coverage")
def sources(request: Request, topic: str) -> Response:
    return page(request, topic, lambda view: render(view, "sources"))


@router.get("/t/{topic}/coverage/outlets")
def outlets(request: Request, topic: str) -> Response:
    return page(request, topic, lambda view: render(view, "outlets"))


def render(view: View, rows: str) -> str:
    found = calendar_of(view)
    raised = calendar.alerts(view.site.engine, view.topic.code, found.first, found.last)
    earlier, later = around(found)
    return view.site.render(
        "coverage.html",
        view=view,
        found=found,
        rows=rows,
        drawn=draw(found, rows),
        outlets_left_out=max(0, len(found.outlets) - MOST_OUTLETS) if rows == "outlets" else 0,
        legend=LEGEND,
        gaps=gaps(found),
        alerts=[(alert, again_of(found, alert)) for alert in raised[:MOST_ALERTS]],
        alerts_left_out=len(raised) - MOST_ALERTS,
        ends=collection.ends_figure(found),
        sources=collection.sources_sheet(found),
        headlines=collection.headlines_of(found),
        earlier=earlier,
        later=later,
    )


def draw(found: Calendar, rows: str) -> object:
    caption = f"{'Sources' if rows == 'sources' else 'Outlets'} by day"
    drawn = found.source_rows() if rows == "sources" else found.outlet_rows()
    return CHARTS["calendar"](caption, rows.removesuffix("s").capitalize(), found.days, drawn)


def around(found: Calendar) -> tuple[str, str]:
    """The addresses of the quarters before and after; empty for one that has not begun."""
    before = quarter_of(quarter_of(found.first)[0] - timedelta(days=1))
    after = quarter_of(next_quarter(quarter_of(found.last)[0]))
    return _address(found.view, *before), _address(found.view, *after)


def _address(view: View, first: date, last: date) -> str:
    if not EARLIEST <= first <= view.today:
        return ""
    return f"{view.path}{view.choice.but(first=first, last=last).query}"
