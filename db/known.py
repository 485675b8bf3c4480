"""What a store knows of a topic: now from roll-ups, at an earlier instant from raw rows.

Every figure asks here, so that each can be asked as known at any instant. See `db.queries` for what
the functions have in common, and `db.asof` for what "known" means.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from db import asof, asof_records, coded, day_counts, queries, records, rereadings, tiers
from db.coded import Judged
from db.periods import week
from db.queries import Filters, Status, ToneDay, Volume
from db.records import ReaderRecord, SourceRecord
from db.session import Store
from db.tiers import Moments, OutletSums
from framewatch.story import DayCount, ReaderIdentity


@dataclass(frozen=True, slots=True)
class Known:
    store: Store
    at: datetime | None = None  # None: now

    def status(self, filters: Filters) -> Status:
        if self.at:
            return asof.status(self.store, filters, self.at)
        return queries.status(self.store, filters)

    def volumes(self, filters: Filters, step: str) -> tuple[Volume, ...]:
        """By day, week or month."""
        if self.at:
            return asof.periods(self.store, filters, step, self.at)
        return tiers.volumes(self.store, filters, step)

    def outlet_volumes(self, filters: Filters) -> dict[str, tuple[int, int]]:
        """Of each outlet: articles, and those coded for frames."""
        if self.at:
            return asof.outlet_volumes(self.store, filters, self.at)
        return queries.outlet_volumes(self.store, filters)

    def frame_days(self, filters: Filters, frame: str = "") -> dict[str, tuple[DayCount, ...]]:
        """Per outlet and day: for weeks only."""
        if self.at:
            return asof.frame_days(self.store, filters, self.at, frame)
        return day_counts.frame_days(self.store, filters, frame)

    def tone_days(self, filters: Filters) -> dict[str, tuple[ToneDay, ...]]:
        if self.at:
            return asof.tone_days(self.store, filters, self.at)
        return day_counts.tone_days(self.store, filters)

    def frame_moments(
        self, filters: Filters, step: str, frame: str = ""
    ) -> dict[str, tuple[Moments, ...]]:
        if self.at:
            return asof.frame_moments(self.store, filters, step, self.at, frame)
        return tiers.frame_moments(self.store, filters, step, frame)

    def tone_moments(self, filters: Filters, step: str) -> dict[str, tuple[Moments, ...]]:
        if self.at:
            return asof.tone_moments(self.store, filters, step, self.at)
        return tiers.tone_moments(self.store, filters, step)

    def frame_outlets(self, filters: Filters, frame: str = "") -> dict[str, tuple[OutletSums, ...]]:
        if self.at:
            return asof.frame_outlets(self.store, filters, self.at, frame)
        return tiers.frame_outlets(self.store, filters, frame)

    def tone_outlets(self, filters: Filters) -> dict[str, tuple[OutletSums, ...]]:
        if self.at:
            return asof.tone_outlets(self.store, filters, self.at)
        return tiers.tone_outlets(self.store, filters)

    def frame_span(self, filters: Filters, frame: str) -> tuple[date, date] | None:
        """The first and the last day with an article coded for a frame."""
        weeks = self.frame_moments(filters, "week", frame).get(frame, ())
        if not weeks:
            return None
        days: list[date] = []
        for monday, end in {week(weeks[0].start), week(weeks[-1].start)}:
            first = max(monday, filters.first or monday)
            last = min(date.fromordinal(end.toordinal() - 1), filters.last or end)
            within = self.frame_days(replace(filters, first=first, last=last), frame)
            days += (count.day for count in within.get(frame, ()))
        return (min(days), max(days)) if days else None

    def judged(self, filters: Filters, frame: str) -> tuple[Judged, ...]:
        """Articles that people coded by hand."""
        return coded.judged(self.store, filters, frame, self.at)

    def set_apart(self, filters: Filters, frame: str) -> int:
        """How many were coded besides, which a head of the frame was made from."""
        return coded.set_apart(self.store, filters, frame)

    # --- collection and readers -------------------------------------------------------------------

    def answered_days(self, topic: str, zone: ZoneInfo, first: date, last: date) -> frozenset[date]:
        if self.at:
            return asof_records.answered_days(self.store, topic, zone, first, last, self.at)
        return records.answered_days(self.store, topic, zone, first, last)

    def collected(self, topic: str, zone: ZoneInfo, days: Collection[date]) -> dict[date, float]:
        if self.at:
            return asof_records.collected(self.store, topic, zone, days, self.at)
        return records.collected(self.store, topic, zone, days)

    def ledger(self, topic: str) -> tuple[SourceRecord, ...]:
        if self.at:
            return asof_records.ledger(self.store, topic, self.at)
        return records.ledger(self.store, topic)

    def identities(self, topic: str) -> tuple[ReaderIdentity, ...]:
        """All who have read for the topic."""
        if self.at:
            return asof_records.identities(self.store, topic, self.at)
        return rereadings.identities(self.store, topic)

    def readers(self, topic: str) -> tuple[ReaderRecord, ...]:
        """Who read the readings in force."""
        if self.at:
            return asof_records.readers(self.store, topic, self.at)
        return records.readers(self.store, topic)

    def thresholds(self, topic: str) -> dict[str, tuple[float, float]]:
        if self.at:
            return asof_records.thresholds(self.store, topic, self.at)
        return records.thresholds(self.store, topic)
