"""From a question to a sealed folder: python -m framewatch report."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from dashboard import words
from dashboard.choice import Choice
from dashboard.parquet import parquet_of
from dashboard.site import open_site
from framewatch.settings import ROOT, Settings
from report import files, pdf
from report.contents import Contents, contents_of
from report.page import rendered
from report.scope import scope_of
from report.version import code_sha256, described

log = logging.getLogger(__name__)

CARD = ROOT / "models" / "MODEL_CARD.md"


@dataclass(frozen=True, slots=True)
class Report:
    folder: Path
    archive: Path  # the zip
    articles: int
    files: int
    pdf: bool


def build(
    settings: Settings, topic: str, choice: Choice, folder: Path | None = None, address: str = ""
) -> Report:
    """A report on what is chosen (with no days: on all), under `folder` (settings: home/reports).

    `address` is where the dashboard stands for readers. Raises ReportError.
    """
    address = address or f"http://{settings.dashboard_host}:{settings.dashboard_port}"
    site = open_site(settings, _no_clock)
    try:
        scope = scope_of(site, topic, choice, address.rstrip("/"))
        held = contents_of(scope)
        made = _files(held)
        seal = files.hashed(made[files.MANIFEST])[:12]
        period = scope.period
        name = f"{topic}_{period.first}_{period.last}_{seal}"
        target, archive = files.write(folder or settings.home / "reports", name, made)
        log.info("report %s: %d files", target, len(made))
        return Report(target, archive, scope.view.status.articles, len(made), "report.pdf" in made)
    finally:
        site.engine.dispose()


def _files(held: Contents) -> dict[str, bytes]:
    """Every file by its path, the manifest among them."""
    made = {f"charts/{name}.svg": _svg(str(svg)) for name, svg in held.charts.items()}
    remarks = _remarks(held)
    for name, sheet in held.sheets.items():
        made[f"data/{name}.csv"] = files.csv_of(sheet, remarks)
        made[f"data/{name}.parquet"] = parquet_of(sheet)
    if CARD.is_file():
        made["model_card.md"] = CARD.read_bytes()
    html = rendered(held, with_pdf=True) if pdf.browser() else b""
    paged = pdf.printed(html, held.scope.known_at) if html else None
    if paged is not None:
        made["report.pdf"] = paged
    else:
        html = rendered(held, with_pdf=False)
    made["report.html"] = html
    made[files.MANIFEST] = files.manifest_of(_facts(held, paged is not None), made)
    return made


def _facts(held: Contents, with_pdf: bool) -> dict[str, Any]:
    """What a stranger needs to make the report again, and to doubt it."""
    scope, view = held.scope, held.scope.view
    return {
        "title": f"{view.topic.name}: framing {scope.period.first} to {scope.period.last}",
        "query": view.link(),
        "topic": {"code": view.topic.code, "name": view.topic.name, "query": view.topic.query},
        "window": {
            "first": str(scope.period.first),
            "last": str(scope.period.last),
            "time_zone": view.topic.time_zone,
            "step": view.step.value,
        },
        "filters": _filters(held),
        "counted": {"articles": view.status.articles, "coded": view.status.coded},
        "data_version": view.version.version,
        "known_at": scope.known_at.isoformat(),
        "as_known_on": view.choice.asof and str(view.choice.asof),
        "data_sha256": files.data_sha256(held.sheets.values()),
        "sources": _sources(held),
        "readers": [
            {
                "model": reader.model,
                "revision": reader.revision,
                "weights_sha256": reader.weights_sha256,
                "codebook_sha256": reader.codebook_sha256,
                "articles_read": reader.read,
                "articles_unread": reader.unread,
            }
            for reader in held.numbers.readers
        ],
        "known_gaps": [
            {"first": str(g.first), "last": str(g.last), "collected": round(g.part, 4)}
            for g in held.numbers.gaps
        ],
        "fictional_articles": view.status.fictional,
        "code": {"version": described(), "sha256": code_sha256(), "pyarrow": pa.__version__},
        "pdf": "report.pdf" if with_pdf else "not made: no Chromium could print it",
    }


def _sources(held: Contents) -> dict[str, Mapping[str, int]]:
    """How each source answered, in days of the period."""
    return {
        source: {status.value: n for status, n in sorted(one.answers.items())}
        for source, one in held.numbers.sources.items()
    }


def _filters(held: Contents) -> dict[str, str]:
    choice = held.scope.view.choice
    chosen = {name: getattr(choice, name) for name in ("country", "host", "language", "genre")}
    return {k: v for k, v in chosen.items() if v} | {"count_by": choice.count_by.value}


def _remarks(held: Contents) -> list[str]:
    view, period = held.scope.view, held.scope.period
    remarks = [
        f"topic: {view.topic.name}, {period.first} to {period.last} ({view.topic.time_zone})",
        f"counted: {words.COUNTS[view.choice.count_by]}",
        f"dashboard: {view.link()}",
        f"data version: {view.version.version} of {view.version.changed_at or 'never'}",
    ]
    if view.choice.asof:
        remarks.append(f"as known on: {view.choice.asof}")
    if view.status.fictional:
        remarks.append(f"fictional sample: {view.status.fictional} of these articles are invented")
    return remarks


def _svg(drawn: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{drawn}\n'.encode()


def _no_clock() -> Any:
    raise AssertionError("a report asks no clock")


def last_weeks(settings: Settings, topic: str, weeks: int) -> Choice:
    """The last whole weeks, Monday to Sunday, that were over when the store was last changed."""
    site = open_site(settings, _no_clock)
    try:
        today = scope_of(site, topic, Choice(), "").view.today
    finally:
        site.engine.dispose()
    monday = today - timedelta(days=today.weekday())
    return Choice(first=monday - timedelta(weeks=weeks), last=monday - timedelta(days=1))
