"""Exports: the sheet under a chart, and the list of articles, as files."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NoReturn
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from dashboard import article_files, collection, compared, series, tones
from dashboard.answers import saved, streamed
from dashboard.calendars import calendar_of
from dashboard.changed import changed_sheet
from dashboard.decomposed import decomposed, parts_sheet
from dashboard.files import FORMATS
from dashboard.imprint import Imprint, permalink
from dashboard.overall import newest_change, overall, share_sheet
from dashboard.pages.method import ledger_sheet
from dashboard.sheets import Sheet
from dashboard.shifts import shifts_of_all
from dashboard.view import View

SHEETS: Mapping[str, Callable[[View], Sheet]] = {
    "changes": changed_sheet,
    "shifts": shifts_of_all,
    "coverage": series.coverage_sheet,
    "outlets": series.outlets_sheet,
    "sources": ledger_sheet,
    "heatmap": compared.heat_sheet,
    "documents": tones.documents_sheet,
    "calendar": collection.calendar_sheet,
    "outlet-calendar": collection.outlet_calendar_sheet,
    "source-days": lambda view: collection.sources_sheet(calendar_of(view)),
    "ends": collection.ends_sheet,
    "headlines": collection.headlines_sheet,
}


router = APIRouter()


@router.get("/t/{topic}/export/{file}")
def show(request: Request, topic: str, file: str) -> Response:
    name, _, suffix = file.partition(".")
    whole = quote(f"{topic}-{file}")
    if name == article_files.NAME:
        stream = article_files.STREAMS.get(suffix) or _no_format(article_files.STREAMS)

        def chunks(view: View) -> Iterator[bytes]:
            imprint = Imprint(view, article_files.caption(view), permalink(request, view))
            return stream.chunks(article_files.Articles(view, imprint))

        return streamed(request, topic, chunks, whole, stream.media_type)
    form = FORMATS.get(suffix) or _no_format(FORMATS)

    def write(view: View) -> bytes:
        sheet = sheet_named(view, name)
        return form.write(sheet, Imprint(view, sheet.caption, permalink(request, view)))

    return saved(request, topic, write, whole, form.media_type)


def _no_format(known: Iterable[str]) -> NoReturn:
    raise HTTPException(404, f"There is no such file: it ends in .{', .'.join(known)}.")


def sheet_named(view: View, name: str) -> Sheet:
    """Raises 404 for a name that no chart has."""
    if name in SHEETS:
        return SHEETS[name](view)
    kind, _, code = name.partition("-")
    if kind == "share":
        frame = view.frame(code)
        return share_sheet(view, frame, overall(view, frame))
    if kind in ("frame", "parts"):
        frame, counts = view.frame(code), series.frame_counts(view, code).get(code, ())
        trends = series.frame_series(view, counts)
        if kind == "frame":
            return series.frame_sheet(view, frame, trends)
        change = newest_change(view, counts, trends)
        return parts_sheet(view, frame, decomposed(view, frame, change))
    if name == "tone":
        return series.tones_sheet(view, series.tones_overall(view))
    for target in view.topic.targets:
        if name == f"tone-{target.code}":
            rows = series.tone_counts(view).get(target.code, ())
            return series.tone_sheet(view, target, series.tone_series(view, rows))
    if found := compared.sheet_named(view, name):
        return found
    raise HTTPException(404, "There is no such table.")
