"""The tables of the coverage page, as the page shows and the files hold them."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date

from dashboard import words
from dashboard.calendars import ANSWERS, Calendar, calendar_of
from dashboard.charts import CHARTS
from dashboard.charts.ends import Ended
from dashboard.charts.svg import Label, Size
from dashboard.figures import NARROW, WIDE, Figure
from dashboard.gaps import reaches
from dashboard.sheets import Cell, Column, Sheet
from dashboard.view import View
from db import calendar
from framewatch.coverage import FAULTS
from framewatch.story import KEPT, DayCount, Outcome, Source, SourceStatus
from scrapers.connectors import CONNECTORS
from trends.panel import cells, share

LEFT_OUT = frozenset(Outcome) - KEPT - FAULTS


def calendar_sheet(view: View) -> Sheet:
    """Each day of each source."""
    found = calendar_of(view)
    rows: list[tuple[Cell, ...]] = []
    for name, days in found.sources.items():
        for day in found.days:
            known, shown = days.get(day), found.of_source(days, day)
            answer = known.answer if known else None
            rows.append(
                (
                    *(day, name, answer.status.value if answer else "not_asked"),
                    round(answer.share, 3) if answer else None,
                    *(known.expected if known else None, known.found if known else 0),
                    shown.note,
                )
            )
    columns = (
        Column("day", "Day", "day"),
        Column("source", "Source"),
        Column("answer", "Answer"),
        Column("answered", "Of the day’s hours", "share"),
        Column("expected", "Usual links", "number"),
        Column("found", "Links", "count"),
        Column("state", "State", "remark"),
    )
    return Sheet("calendar", f"Sources by day, {_span(found)}", columns, tuple(rows))


def outlet_calendar_sheet(view: View) -> Sheet:
    """Each day of each outlet."""
    found = calendar_of(view)
    rows = tuple(
        (day, row.name, cell.letter or None, cell.note.partition(": ")[2])
        for row in found.outlet_rows(None)
        for day, cell in zip(found.days, row.cells, strict=True)
    )
    columns = (
        Column("day", "Day", "day"),
        Column("outlet", "Outlet"),
        Column("letter", "Letter"),
        Column("state", "State", "remark"),
    )
    return Sheet("outlet-calendar", f"Outlets by day, {_span(found)}", columns, rows)


def sources_sheet(found: Calendar) -> Sheet:
    """What each source can give, and how it answered on these days."""
    rows = []
    known = {source.name: source for source in found.known}
    for name, days in found.sources.items():
        answers = Counter(day.answer.status if day.answer else None for day in days.values())
        links = sum(day.found for day in days.values())
        expected = [day.expected for day in days.values() if day.expected is not None]
        rows.append(
            (
                *(name, *_gives(found, known.get(name))),
                *(answers[status] for status in SourceStatus),
                len(found.days) - sum(answers[status] for status in SourceStatus),
                *(links, sum(expected) if expected else None),
            )
        )
    columns = (
        Column("source", "Source"),
        Column("gives", "Gives", "remark"),
        Column("asked", "Asked", "remark"),
        Column("reaches_back", "Reaches back to"),
        *(Column(status.value, _title(status), "count") for status in SourceStatus),
        Column("not_asked", "Not asked", "count"),
        Column("found", "Links", "count"),
        Column("expected", "Usual", "number"),
    )
    return Sheet("source-days", f"Days by source and answer, {_span(found)}", columns, tuple(rows))


def _gives(found: Calendar, source: Source | None) -> tuple[Cell, ...]:
    if source is None or source.kind not in CONNECTORS:
        return ("no longer a source of this topic", None, None)
    card, ways = CONNECTORS[source.kind].card, []
    if card.daily:
        ways.append("daily")
    if card.backfill:
        ways.append("days long past")
    return (card.gives, ", ".join(ways), reaches(source, found.view.site.now()) or "as it says")


def _title(status: SourceStatus) -> str:
    return ANSWERS[status][2].partition(",")[0].capitalize() if status != "empty" else "Empty"


def ends_figure(found: Calendar) -> Figure | None:
    """How the links of each day ended; None without links."""
    view = found.view
    by_day = calendar.ends(view.site.engine, view.topic.code, found.first, found.last)
    if not by_day:
        return None
    drawn = [_ended(day, by_day.get(day, {})) for day in found.days]
    links, kept = sum(day.links for day in drawn), sum(day.kept for day in drawn)
    label = Label(
        "ends",
        "Links by day and how they ended",
        f"{words.a_count(links, 'link')}, of which {words.a_number(kept)} led to an article and "
        f"{words.a_number(sum(day.faults for day in drawn))} ended in faults.",
    )
    sizes = (Size(WIDE, 130), Size(NARROW, 130))
    wide, narrow = (CHARTS["ends"](label, drawn, size) for size in sizes)
    return Figure(wide=wide, narrow=narrow, sheet=_ends_sheet(found, by_day))


def ends_sheet(view: View) -> Sheet:
    found = calendar_of(view)
    by_day = calendar.ends(view.site.engine, view.topic.code, found.first, found.last)
    return _ends_sheet(found, by_day)


def _ends_sheet(found: Calendar, by_day: Mapping[date, Mapping[str, int]]) -> Sheet:
    """Only outcomes that occur have a column."""
    seen = {outcome for ends in by_day.values() for outcome in ends}
    known = [outcome for outcome in ("", *Outcome) if outcome in seen]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (day, sum(ends.values()), *(ends.get(outcome, 0) for outcome in known))
        for day in found.days
        if (ends := by_day.get(day))
    )
    columns = (
        Column("day", "Day", "day"),
        Column("links", "Links", "count"),
        *(Column(outcome or "under_way", _outcome(outcome), "count") for outcome in known),
    )
    return Sheet("ends", f"How links ended, {_span(found)}", columns, rows)


def _outcome(outcome: str) -> str:
    return outcome.replace("_", " ").capitalize() if outcome else "Under way"


def _ended(day: date, ends: Mapping[str, int]) -> Ended:
    def of(outcomes: Collection[str]) -> int:
        return sum(n for outcome, n in ends.items() if outcome in outcomes)

    kept, left_out, faults, waiting = of(KEPT), of(LEFT_OUT), of(FAULTS), ends.get("", 0)
    parts = ((kept, "articles"), (left_out, "left out"), (faults, "faults"), (waiting, "under way"))
    said = ", ".join(f"{words.a_number(n)} {name}" for n, name in parts if n) or "no links"
    return Ended(
        day=day,
        kept=kept,
        left_out=left_out,
        faults=faults,
        open=waiting,
        note=f"{words.a_day(day)}: {said}",
    )


def headlines_sheet(view: View) -> Sheet:
    """Headlines that others named, and what is held of them: by outlet, then all."""
    return headlines_of(calendar_of(view))


def headlines_of(found: Calendar) -> Sheet:
    view = found.view
    named = calendar.headlines(view.site.engine, view.topic.code, found.first, found.last)
    outlets: dict[str, list[DayCount]] = {}
    known: Counter[str] = Counter()
    for day in named:
        count = DayCount(outlet=day.outlet, day=day.day, n=day.named, k=day.held)
        outlets.setdefault(day.outlet, []).append(count)
        known[day.outlet] += day.known
    groups = [(outlet or "not known", outlets[outlet], known[outlet]) for outlet in outlets]
    groups.sort(key=lambda group: (-sum(count.n for count in group[1]), group[0]))
    if len(groups) > 1:
        every = [count for counts in outlets.values() for count in counts]
        groups.insert(0, ("All outlets", every, known.total()))
    rows = tuple(_recall(*group) for group in groups)
    columns = (
        Column("outlet", "Outlet"),
        Column("named", "Named", "count"),
        Column("held", "Held", "count"),
        Column("known", "Known, no article", "count"),
        Column("unknown", "Not known", "count"),
        Column("share", "Share held", "share"),
        Column("low", "Low", "share"),
        Column("high", "High", "share"),
    )
    return Sheet("headlines", f"Headlines named elsewhere, {_span(found)}", columns, rows)


def _recall(name: str, counts: list[DayCount], known: int) -> tuple[Cell, ...]:
    found, named = share(cells(counts)), sum(count.n for count in counts)
    held = sum(count.k for count in counts)
    return (
        *(name, named, held, known, named - held - known),
        *(found.share, found.low, found.high),
    )


def _span(found: Calendar) -> str:
    return f"{words.a_day(found.first)} to {words.a_day(found.last)}"
