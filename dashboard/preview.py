"""What an order would do, before anything is started."""

import secrets
from dataclasses import dataclass, replace
from datetime import date
from math import ceil

from dashboard import words
from dashboard.runboard import RunBoard
from dashboard.sheets import Cell, Column, Sheet
from dashboard.view import View
from db import queries
from db.reread import ToRead, to_read
from framewatch import backfill as backfills
from framewatch.airflow_http import AirflowDown, AirflowError
from framewatch.backfill import Plan
from framewatch.desk import open_desk
from framewatch.discovery import Outlook
from framewatch.orders import Order, Work, backfill_of, window_of
from framewatch.settings import KEY, variable_of
from framewatch.story import Source

SECONDS_AN_ARTICLE = 0.13  # read on one core of the machine that docs/decisions.md tells of


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    order: Order
    key: str  # makes what is started from this page one, however often it is sent
    problem: str = ""  # why Airflow would make nothing
    late: bool = False  # it did not say in time for which days it would make a run
    days: tuple[date, ...] = ()  # for which it would make a run
    plan: Plan | None = None
    sheet: Sheet | None = None
    articles: int = 0  # to count
    reading: ToRead | None = None

    @property
    def minutes(self) -> int:
        """Of reading, were all to be read."""
        return ceil(self.reading.articles * SECONDS_AN_ARTICLE / 60) if self.reading else 0


def preview(view: View, board: RunBoard, order: Order) -> Preview:
    key = secrets.token_hex(16)
    if order.work is Work.COLLECT:
        return _of_collecting(view, board, order, key)
    if order.work is Work.REBUILD:
        every = queries.status(view.site.engine, queries.Filters(topic=view.topic.code))
        return Preview(order=order, key=key, articles=every.articles)
    found = to_read(view.site.engine, view.topic.code, order.span)
    return Preview(order=order, key=key, reading=found)


def _of_collecting(view: View, board: RunBoard, order: Order, key: str) -> Preview:
    code, now = view.topic.code, view.site.now()
    with open_desk(board.settings) as desk:
        made = backfills.plan(desk, code, window_of(order), now, order.sources)
        lacking = desk.unkeyed(code)
    unkeyed = [source for source in lacking if not order.sources or source.name in order.sources]
    shown = Preview(order=order, key=key, plan=made, sheet=plan_sheet(made, unkeyed))
    try:
        days = board.airflow.days_to_run(backfill_of(order, code, key))
    except AirflowDown:
        return replace(shown, late=True)
    except AirflowError as error:
        return replace(shown, problem=str(error))
    return replace(shown, days=tuple(days))


def plan_sheet(made: Plan, unkeyed: list[Source]) -> Sheet:
    """What each source would be asked."""
    rows: list[tuple[Cell, ...]] = []
    for source in made.sources:
        minutes = made.seconds(source) / 60
        asked, requests = len(source.asked), round(source.requests)
        rows.append(
            (
                *(source.source.name, asked, source.settled, source.beyond, requests),
                *(round(minutes, 1), _remark(source)),
            )
        )
    for lacks in unkeyed:
        remark = f"not asked: it needs a key in {KEY}{variable_of(lacks.name)}"
        rows.append((lacks.name, 0, 0, 0, 0, 0.0, remark))
    columns = (
        Column("source", "Source"),
        Column("to_ask", "To ask", "count"),
        Column("settled", "Settled", "count"),
        Column("beyond", "Out of reach", "count"),
        Column("requests", "Requests", "count"),
        Column("minutes", "Minutes", "number"),
        Column("remark", "Remark", "remark"),
    )
    return Sheet("plan", "Parts of the days by source", columns, tuple(rows))


def _remark(outlook: Outlook) -> str:
    most = outlook.source.daily_requests
    if most and outlook.requests > most:
        days = words.a_count(ceil(outlook.requests / most), "day")
        return f"{days} at {most} requests a day"
    if outlook.bound and outlook.beyond:
        return f"has nothing from before {words.a_day(outlook.bound.date())}"
    if not outlook.card.backfill:
        return "lists the newest only: what it no longer lists is out of reach"
    return ""
