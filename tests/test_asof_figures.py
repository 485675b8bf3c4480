"""Every figure asked as known on a day is the one that was given on that day."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.choice import Choice
from framewatch.settings import Settings
from report.build import build
from tests.later_store import LATER, come_later
from tests.newsroom_store import FRAMES, NOW, TODAY, TOPIC
from tests.trusted_store import FRAME, fill

QUERIES = ["", "by=month", "by=day", "country=AU&genre=news", "host=harbour&count=original",
           "count=cluster&from=2025-01-15&to=2025-03-04", "language=en"]  # fmt: skip
FILES = ["coverage", "outlets", "sources", "tone", "tone-deepseek", f"frame-{FRAME}",
         f"share-{FRAME}", "share-conflict"]  # fmt: skip
CHOICE = Choice(first=date(2025, 1, 6), last=TODAY)
# Tables of a report that nothing of what came later could change.
SAME_ANYWAY = ("dictionary", "events", "republications", "shifts", "outlet-shifts", "changes")
# Of now on any day: which address, state of the store and page an answer is of.
OF_THE_ASKING = ("data_version", "as_known_on", "page")


@dataclass(frozen=True)
class Times:
    """What was said at `NOW`, what is later said of that time, and what is said later."""

    then: dict[str, str]
    asof: dict[str, str]
    later: dict[str, str]


@pytest.fixture(scope="module")
def times(tmp_path_factory: pytest.TempPathFactory) -> Times:
    return times_of(Settings.from_env({"FRAMEWATCH_HOME": str(tmp_path_factory.mktemp("home"))}))


def times_of(settings: Settings, queries: Sequence[str] = QUERIES) -> Times:
    store = fill(settings.database_url)
    then = said(settings, queries, NOW)
    come_later(store)
    store.dispose()
    asof = said(settings, queries, LATER, asof=TODAY)
    return Times(then, asof, said(settings, queries, LATER))


def said(
    settings: Settings, queries: Sequence[str], now: datetime, asof: date | None = None
) -> dict[str, str]:
    """Every figure by its address, without that address, and every table of a report."""
    found = {}
    more = f"&asof={asof}" if asof else ""
    with TestClient(create_app(settings, lambda: now), base_url="http://127.0.0.1") as client:
        for query in queries:
            for name in FILES:
                file = client.get(f"/t/deepseek/export/{name}.csv?{query}{more}")
                assert file.status_code == 200, file.text
                found[f"{name}.csv?{query}"] = rows_of(file.text)
            for frame in FRAMES:
                for kind in ("series", "share"):
                    if kind == "share" and "by=" in query:
                        continue  # it has no buckets
                    answer = client.get(f"/api/v1/frames/{frame}/{kind}?{query}{more}")
                    assert answer.status_code == 200, answer.text
                    answers = json.loads(answer.text, parse_float=in_ten_digits)
                    kept = {k: v for k, v in answers.items() if k not in OF_THE_ASKING}
                    found[f"{frame}/{kind}?{query}"] = json.dumps(kept, indent=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("report.pdf.NAMES", ())
        folder = build(settings, TOPIC, replace(CHOICE, asof=asof)).folder
    for path in sorted(folder.rglob("*.*")):
        if path.suffix == ".csv":
            found[f"report/{path.name}"] = rows_of(path.read_text("utf-8"))
        if path.suffix == ".svg":
            found[f"report/{path.name}"] = path.read_text("utf-8")
    return found


def in_ten_digits(number: str) -> str:
    """Numbers are added up in another order: their sixteenth digit is noise."""
    return f"{float(number):.10g}"


def rows_of(text: str) -> str:
    """Without the remarks, which say what was asked."""
    return "\n".join(line for line in text.lstrip("\ufeff").splitlines() if line[:1] != "#")


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("kind", ["series", "share"])
def test_shares_and_corrections_are_those_of_the_day(times: Times, frame: str, kind: str) -> None:
    """For every filter, step and way of counting: shares, states, gaps, samples and readers."""
    names = [name for name in times.then if name.startswith(f"{frame}/{kind}?")]
    assert len(names) > 4
    for name in names:
        assert times.asof[name] == times.then[name], name
    assert times.later[f"{frame}/{kind}?"] != times.then[f"{frame}/{kind}?"]


@pytest.mark.parametrize("name", FILES)
def test_files_have_the_rows_of_the_day(times: Times, name: str) -> None:
    """Tone, coverage, outlets and how sources answered."""
    for query in QUERIES:
        file = f"{name}.csv?{query}"
        assert times.asof[file] == times.then[file], file
    assert times.later[f"{name}.csv?"] != times.then[f"{name}.csv?"]


def test_a_report_has_the_tables_and_drawings_of_the_day(times: Times) -> None:
    """Byte for byte, but for the links of key points, which name the day."""
    ours = {name for name in times.then if name.startswith("report/")}
    assert ours == {name for name in times.asof if name.startswith("report/")}
    apart = {name for name in ours if times.asof[name] != times.then[name]}
    assert apart == {"report/points.csv"}
    points = (re.sub(r"[?&]asof=[\d-]+", "", times.asof[name]) for name in apart)
    assert list(points) == [times.then[name] for name in apart]
    assert {name for name in ours if times.later[name] == times.then[name]} < {
        f"report/{name}.csv" for name in SAME_ANYWAY
    }


@pytest.mark.slow
def test_on_postgresql_the_day_is_known_as_well(postgres_url: str, tmp_path: Path) -> None:
    """Every figure, for some of the filters."""
    names = {"FRAMEWATCH_HOME": str(tmp_path), "FRAMEWATCH_DATABASE_URL": postgres_url}
    times = times_of(Settings.from_env(names), [QUERIES[at] for at in (0, 1, 4, 5)])
    apart = {name for name in times.then if times.asof[name] != times.then[name]}
    assert apart == {"report/points.csv"}
