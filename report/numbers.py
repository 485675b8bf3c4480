"""All numbers of a report, gathered once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import series
from db import records
from db.reprints import Reprints, reprints
from framewatch.analysis import FrameShare
from framewatch.changes import Change
from framewatch.comparisons import Pair, cooccurrences
from framewatch.shifts import FoundShift, Shifts
from framewatch.shifts import shifts as shifts_of
from framewatch.story import Frame, Target
from report import collection, shares
from report.collection import Gap, SourceDays
from report.groups import FrameOfGroup, groups
from report.quotes import Quote, of_shifts, quotes
from report.scope import Scope
from report.shares import TwoSides
from trends.tone import Tone


@dataclass(frozen=True, kw_only=True)
class Numbers:
    scope: Scope
    shares: tuple[FrameShare, ...]  # of the scope's frames, in order
    changes: Mapping[tuple[str, str], Change]  # by frame and by what it is compared with
    groups: tuple[FrameOfGroup, ...]
    voices: tuple[TwoSides, ...]
    origins: tuple[TwoSides, ...]
    shifts: Shifts  # of all outlets together
    outlet_shifts: Shifts  # of each
    pairs: Mapping[tuple[str, str], Pair]
    tones: Sequence[tuple[Target, Tone]]  # the most mentioned first
    tone_rows: Mapping[Target, series.ToneRows]
    reprints: tuple[Reprints, ...]
    sources: Mapping[str, SourceDays]
    gaps: tuple[Gap, ...]
    quotes: tuple[Quote, ...]  # that speak for each frame
    shift_quotes: tuple[tuple[FoundShift, tuple[Quote, ...]], ...]  # of all outlets together
    readers: tuple[records.ReaderRecord, ...]
    thresholds: Mapping[str, tuple[float, float]]

    @property
    def republished(self) -> int:
        return sum(one.articles for one in self.reprints)

    def of_changes(self, name: str) -> list[tuple[Frame, Change]]:
        """Against one earlier period."""
        return [(frame, self.changes[frame.code, name]) for frame in self.scope.frames]


def numbers(scope: Scope) -> Numbers:
    view = scope.view
    engine, topic = view.site.engine, view.topic.code
    codes = [frame.code for frame in scope.frames]
    rows, tones = series.tone_counts(view), series.tones_overall(view)
    shifts, evidence = shifts_of(scope.levels, codes), quotes(scope)
    return Numbers(
        scope=scope,
        shares=shares.overall(scope),
        changes=shares.changes(scope),
        groups=groups(scope),
        voices=shares.voices(scope),
        origins=shares.origins(scope),
        shifts=shifts,
        outlet_shifts=shifts_of(scope.levels, codes, by_outlet=True),
        pairs=cooccurrences(scope.question, codes),
        tones=tones,
        tone_rows={target: rows[target.code] for target, _ in tones},
        reprints=reprints(engine, view.filters, view.known_at),
        sources=collection.source_days(scope),
        gaps=collection.gaps(scope),
        quotes=evidence,
        shift_quotes=of_shifts(scope, shifts, evidence),
        readers=view.known.readers(topic),
        thresholds=view.known.thresholds(topic),
    )
