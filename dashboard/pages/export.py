"""Exports: the sheet under a chart as a CSV file."""

from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException

from dashboard import series, words
from dashboard.overall import overall, share_sheet
from dashboard.pages.method import ledger_sheet
from dashboard.sheets import Sheet
from dashboard.view import View
from db import records

SHEETS: Mapping[str, Callable[[View], Sheet]] = {
    "coverage": series.coverage_sheet,
    "outlets": series.outlets_sheet,
    "sources": ledger_sheet,
}


def sheet_named(view: View, name: str) -> Sheet:
    """Raises 404 for a name that no chart has."""
    if name in SHEETS:
        return SHEETS[name](view)
    kind, _, code = name.partition("-")
    if kind == "share":
        frame = view.frame(code)
        return share_sheet(view, frame, overall(view, frame))
    if kind == "frame":
        counts = series.frame_counts(view).get(code, ())
        return series.frame_sheet(view, view.frame(code), series.frame_series(view, counts))
    days = view.tone_days if kind == "tone" else {}
    if name == "tone":
        tones = [
            (target, series.tone_overall(view, days[target.code]))
            for target in view.topic.targets
            if target.code in days
        ]
        return series.tones_sheet(view, sorted(tones, key=lambda found: -found[1].n))
    for target in view.topic.targets:
        if name == f"tone-{target.code}":
            found = days.get(target.code, ())
            return series.tone_sheet(view, target, series.tone_series(view, found))
    raise HTTPException(404, "There is no such table.")


def render(view: View, name: str, permalink: str) -> str:
    sheet = sheet_named(view, name)
    version = view.version
    remarks = [
        sheet.caption,
        f"counted: {words.COUNTS[view.choice.count_by]}",
        f"permalink: {permalink}",
        f"data version: {version.version} of {version.changed_at or 'never'}",
    ]
    if view.choice.asof:
        remarks.append(f"as known on: {view.choice.asof}")
    for reader in records.readers(view.site.engine, view.topic.code):
        remarks.append(
            f"model: {reader.model} revision {reader.revision} "
            f"(weights {reader.weights_sha256[:12]}, codebook {reader.codebook_sha256[:12]}, "
            f"{reader.read} articles)"
        )
    if view.status.fictional:
        remarks.append(f"fictional sample: {view.status.fictional} of these articles are invented")
    return sheet.csv(remarks)
