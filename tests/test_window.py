"""Which window a run collects, for every type of run."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from framewatch.story import Window
from framewatch.window import window_of_run

SYDNEY = ZoneInfo("Australia/Sydney")
DAY = (datetime(2025, 1, 27, tzinfo=UTC), datetime(2025, 1, 28, tzinfo=UTC))
NONE = (None, None)
# 28 January 01:30 in Sydney, where the 27th is over; in UTC it is still the 27th.
RUN_AFTER = datetime(2025, 1, 27, 14, 30, tzinfo=UTC)
DATES = {"start_date": "2025-01-20", "end_date": "2025-03-30"}


def window(run_type="manual", interval=NONE, params=None, zone=SYDNEY):
    return window_of_run(run_type, interval, params or {}, RUN_AFTER, zone)


@pytest.mark.parametrize("run_type", ["scheduled", "backfill"])
def test_scheduled_and_backfill_runs_collect_their_data_interval(run_type):
    """Exactly the interval, in whatever zone the topic counts its days."""
    assert window(run_type, DAY) == Window(*DAY)


@pytest.mark.parametrize("run_type", ["scheduled", "backfill"])
def test_params_never_override_a_data_interval(run_type):
    """A backfill's params go to every one of its runs: they would all collect the same days."""
    assert window(run_type, DAY, DATES) == Window(*DAY)


@pytest.mark.parametrize("run_type", ["scheduled", "backfill"])
def test_an_interval_is_needed_where_no_param_counts(run_type):
    """A timetable without intervals is a fault of the DAG, not a reason to guess a day."""
    with pytest.raises(ValueError, match="CronDataIntervalTimetable"):
        window(run_type, NONE, DATES)


@pytest.mark.parametrize("run_type", ["manual", "operator_triggered"])
def test_manual_runs_collect_the_whole_days_asked_for(run_type):
    """Both days are included and counted in the topic's zone, over the end of summer time too."""
    assert window(run_type, params=DATES) == Window(
        datetime(2025, 1, 20, tzinfo=SYDNEY), datetime(2025, 3, 31, tzinfo=SYDNEY)
    )


@pytest.mark.parametrize("last", [{}, {"end_date": None}, {"end_date": ""}])
def test_the_end_is_the_start_by_default(last):
    """One date is one day; an empty field of Airflow's form is no date."""
    assert window(params={"start_date": "2025-01-20", **last}) == Window(
        datetime(2025, 1, 20, tzinfo=SYDNEY), datetime(2025, 1, 21, tzinfo=SYDNEY)
    )


def test_a_data_interval_does_not_count_in_a_manual_run():
    """What Airflow puts there depends on whether REST, the form or the command line started it."""
    assert window(interval=DAY, params=DATES) == window(params=DATES)
    assert window(interval=DAY) == window()


@pytest.mark.parametrize(
    ("zone", "day"), [(SYDNEY, 27), (ZoneInfo("UTC"), 26)], ids=["Sydney", "UTC"]
)
def test_without_dates_a_manual_run_collects_the_last_complete_day(zone, day):
    """Complete in the topic's zone when the run was asked for."""
    assert window(params={"start_date": None, "end_date": None}, zone=zone) == Window(
        datetime(2025, 1, day, tzinfo=zone), datetime(2025, 1, day + 1, tzinfo=zone)
    )


def test_a_day_is_as_long_as_the_clocks_make_it():
    """Sydney's last day of summer time has 25 hours."""
    span = window(params={"start_date": "2025-04-06"})
    assert (span.end.astimezone(UTC) - span.start.astimezone(UTC)).total_seconds() == 25 * 3600


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"start_date": "2025-03-30", "end_date": "2025-01-20"}, "before start_date"),
        ({"end_date": "2025-01-20"}, "without start_date"),
        ({"start_date": "20 January"}, "not a date"),
        ({"start_date": "2025-02-30"}, "not a date"),
        ({"start_date": "2024-01-01", "end_date": "2025-01-01"}, "367 days"),
    ],
    ids=["empty", "no start", "no date", "no such day", "huge"],
)
def test_impossible_dates_are_refused(params, message):
    """With a message that names the param."""
    with pytest.raises(ValueError, match=message):
        window(params=params)


def test_a_year_may_be_asked_for_at_once():
    """366 days, as in a leap year."""
    window(params={"start_date": "2024-01-01", "end_date": "2024-12-31"})


def test_other_types_of_run_are_refused():
    """An asset-triggered run reads its window from the event, never from here."""
    with pytest.raises(ValueError, match="asset_triggered"):
        window("asset_triggered", DAY)
