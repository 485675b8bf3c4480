"""What `compare` prints: a change split into the part of the model and that of the news."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from db.publish import publish
from db.session import open_store
from framewatch.__main__ import cli
from tests.coded_store import FRAME, NEWER, READER, Told, fill
from tests.made_once import migrate
from tests.newsroom_store import NOW, TOPIC

MONDAY = date(2025, 1, 6)
WINDOW = ("--from", "2025-02-03", "--to", "2025-03-02")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """January and February, the same news; the newer reader finds one in ten more in both."""
    url = f"sqlite:///{tmp_path}/framewatch.db"
    monkeypatch.setenv("FRAMEWATCH_HOME", str(tmp_path))
    monkeypatch.setenv("FRAMEWATCH_DATABASE_URL", url)
    migrate(url)
    january = [
        Told(
            frames=(FRAME,) if i < 30 else (),
            newer=(FRAME,) if i < 40 else (),
            day=MONDAY + timedelta(days=i % 20),
        )
        for i in range(100)
    ]
    february = [replace(one, day=one.day + timedelta(days=28)) for one in january]
    engine = open_store(url)
    with engine.begin() as connection:
        fill(connection, [*january, *february])
        publish(connection, TOPIC, NOW)
    engine.dispose()
    return tmp_path


def ask(*words: str) -> Result:
    return CliRunner().invoke(cli, ["compare", *words])


def test_readers_are_listed(home):
    """The newest first, by what --model takes."""
    assert ask().output.splitlines() == [NEWER.short, READER.short]


def test_a_change_of_model_is_not_news(home):
    """Ten points, all of them the model's; and the table's figures stand in the file."""
    path = home / "split.csv"
    found = ask("--model", READER.short, "--model", NEWER.short, *WINDOW, "-o", str(path))
    assert found.exit_code == 0, found.output
    lines = found.output.splitlines()
    assert lines[0] == f"before: 2025-01-06 to 2025-02-02 as read by {READER.short}"
    assert lines[1] == f"after: 2025-02-03 to 2025-03-02 as read by {NEWER.short}"
    (line,) = (line for line in lines if line.startswith(FRAME))
    assert line.split()[1:6] == ["30.0%", "40.0%", "+10.0", "+0.0", "+10.0"]
    assert line.endswith(" 200")
    with path.open(encoding="utf-8") as file:
        (row,) = (row for row in csv.DictReader(file) if row["frame"] == FRAME)
    assert float(row["change"]) == pytest.approx(0.1)
    assert float(row["model"]) == pytest.approx(0.1)
    assert float(row["low"]) < 0.1 < float(row["high"])
    assert float(row["news"]) == pytest.approx(0, abs=1e-12)
    assert row["read_by_both"] == "200"


def test_the_other_way_round_it_is_less(home):
    """The order of the two is that of the periods."""
    found = ask("--model", NEWER.short, "--model", READER.short, "--frame", FRAME, *WINDOW)
    assert found.output.splitlines()[-1].split()[1:6] == [
        "40.0%",
        "30.0%",
        "-10.0",
        "+0.0",
        "-10.0",
    ]


def test_a_period_that_a_reader_has_not_read_has_no_parts(home):
    """It says so, and which."""
    span = ("--from", "2025-06-02", "--to", "2025-06-08")
    found = ask("--model", READER.short, "--model", NEWER.short, "--frame", FRAME, *span)
    assert found.exit_code == 0
    assert "read nothing of 2025-05-26 to 2025-06-01" in found.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--model", "nobody", "--model", "m", *WINDOW), "'nobody' has read nothing: name one of"),
        (("--model", "m", "--model", "m", *WINDOW), "'m' is more than one: name one of"),
        (("--model", "m", *WINDOW), "say --model twice"),
        (("--model", "m", "--model", "m"), "--from and --to"),
    ],
)
def test_what_is_not_understood_is_told_with_what_there_is(home, words, says):
    """Nothing is guessed."""
    found = ask(*words)
    assert found.exit_code != 0
    assert says in f"{found.output} {found.exception}"


def test_days_in_the_wrong_order_are_refused(home):
    """With the days."""
    words = ("--model", READER.short, "--model", NEWER.short, *WINDOW, "--before", "2025-02-03")
    assert "days in the wrong order" in str(ask(*words).exception)
