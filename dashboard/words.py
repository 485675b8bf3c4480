"""How numbers, days and codes are written for readers."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale

from dashboard import regional
from framewatch.story import AlertKind, CountBy, Genre, Proof, TrendState
from trends.buckets import Bucket, Step

a_tone = regional.signed
a_number = regional.number
a_percent = regional.percent
a_quantity = regional.significant
ENGLISH = Locale("en")
STATES = {
    TrendState.ENOUGH: "",
    TrendState.INSUFFICIENT: "too few articles",
    TrendState.NO_COVERAGE: "no coverage",
    TrendState.NO_COLLECTION: "no collection",
}
PARTLY = "partly collected"
# Of issue frames: what their numbers may be used for.
EXPERIMENTAL = (
    "Experimental: learnt from a description and invented sentences, not from articles that people "
    "coded. It ranks articles; do not take its share for a measured one."
)
COUNTS = {
    CountBy.HOST: "every page",
    CountBy.ORIGINAL: "first publisher",
    CountBy.CLUSTER: "near-copies once",
}
GENRES = {
    Genre.NEWS: "News",
    Genre.OPINION: "Opinion",
    Genre.ANALYSIS: "Analysis",
    Genre.INTERVIEW: "Interview",
    Genre.PRESS_RELEASE: "Press release",
}
PROOFS = {
    Proof.NOTE: "The page says so",
    Proof.CANONICAL: "The page names another publisher's address as its own",
    Proof.NEAR_COPY: "Nearly the same text stood elsewhere before",
}
ALERTS = {
    AlertKind.SILENT: "fell silent",
    AlertKind.FAILING: "failed",
    AlertKind.NOT_ASKED: "was not asked",
    AlertKind.SHORT_TEXTS: "texts far shorter",
    AlertKind.LOST_FIELD: "lost a field",
    AlertKind.FORBIDDEN: "bars us",
    AlertKind.FAULTS: "most links failed",
}
OWNERS = {True: "one owner", False: "different owners", None: "not known"}


def a_genre(code: str) -> str:
    return GENRES[Genre(code)] if code in set(Genre) else code


def a_day(day: date | None) -> str:
    return regional.a_date(day) if day else "undated"


def a_moment(instant: datetime | None, zone: ZoneInfo) -> str:
    """In zone, to the minute, with the zone's name."""
    if instant is None:
        return "never"
    local = instant.astimezone(zone)
    return f"{a_day(local.date())}, {local:%H:%M} {local.tzname()}"


def a_bucket(bucket: Bucket, step: Step) -> str:
    if step is Step.MONTH:
        return regional.a_month(bucket.start.year, bucket.start.month)
    if step is Step.WEEK:
        return f"Week of {a_day(bucket.start)}"
    return a_day(bucket.start)


def a_span(bucket: Bucket) -> str:
    return f"{a_day(bucket.start)} to {a_day(bucket.end - timedelta(days=1))}"


def lower_first(said: str) -> str:
    """Within a sentence: "week of ...", but "Jan 2025"."""
    return f"w{said[1:]}" if said.startswith("Week ") else said


def a_share(share: float | None) -> str:
    """In per cent, with a decimal below 10 (where it tells shares apart)."""
    if share is None:
        return "–"
    return regional.in_percent(_of_hundred(share))


def _of_hundred(share: float) -> str:
    percent = share * 100
    return regional.number(percent, 1 if 0 < percent < 9.95 else 0)


def a_part(part: float | None) -> str:
    """Whole per cent: of an expectation."""
    return "not known" if part is None else regional.percent(part * 100)


def a_tick(share: float) -> str:
    """On an axis of shares."""
    return regional.in_percent(regional.significant(share * 100, 3))


def a_points(difference: float | None, *, whole: bool = False) -> str:
    """A difference of shares in percentage points, with its sign and a true minus.

    whole: without a decimal where that is zero, as on an axis.
    """
    if difference is None:
        return "–"
    points = round(abs(difference) * 100, 1)
    sign = "" if points == 0 else "−" if difference < 0 else "+"
    return f"{sign}{regional.number(points, 0 if whole and points.is_integer() else 1)}"


def a_range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "no interval"
    return regional.in_percent(f"{_of_hundred(low)}–{_of_hundred(high)}")


def a_count(number: float, one: str, many: str = "") -> str:
    return f"{regional.number(number)} {one if number == 1 else many or one + 's'}"


def a_country(code: str) -> str:
    return str(ENGLISH.territories.get(code, code)) if code else "unknown"


def a_language(code: str) -> str:
    return str(ENGLISH.languages.get(code, code)) if code != "und" else "unknown"


def a_link(url: str) -> str:
    """The address if it may be followed (http or https), else nothing."""
    return url if url.lower().startswith(("http://", "https://")) else ""
