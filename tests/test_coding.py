"""Codes by hand are brought in from tables, and samples are drawn so that they can correct."""

import csv
import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from db.coded import Drawable
from db.coded_tables import CodedUnitRow
from db.queries import Filters
from db.tables import ArticleVersionRow
from db.upsert import table_of
from framewatch.coded_lines import CodingError
from framewatch.coding import import_coded, reliability, reliability_lines
from framewatch.desk import Desk, open_desk
from framewatch.sampling import HEADER, Drawn, SampleError, draw, sample
from framewatch.settings import Settings
from framewatch.story import CountBy
from tests.coded_store import FRAME, Told, days, fill
from tests.made_once import migrate
from tests.newsroom_store import NOW, TOPIC

FIRST = date(2025, 1, 6)
HEAD = "article,frame,coder,present"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """With twelve articles of two outlets, in four of which the machine finds the frame."""
    settings = Settings.from_env({"FRAMEWATCH_HOME": str(tmp_path / "home")})
    migrate(settings.database_url)
    with open_desk(settings) as made:
        with made.store.begin() as connection:
            fill(
                connection,
                [
                    Told(outlet=outlet, day=day, frames=(FRAME,) if at < 2 else ())
                    for outlet in ("herald", "wire")
                    for at, day in enumerate(days(FIRST, 6))
                ],
            )
        yield made


def bring(desk: Desk, path: Path) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """The counts, and row and reason of what was refused."""
    report = path.parent / "refused.csv"
    counts = import_coded(desk, TOPIC, path, report, NOW)
    with report.open(encoding="utf-8", newline="") as stream:
        return counts, [(row["row"], row["reason"]) for row in csv.DictReader(stream)]


def table(tmp_path: Path, *lines: str, name: str = "codes.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def units(desk: Desk) -> list[tuple[int, str, bool, float]]:
    row = table_of(CodedUnitRow).c
    query = select(row.article_id, row.coder, row.present, row.weight)
    with desk.store.begin() as connection:
        found = connection.execute(query.order_by(row.article_id, row.coder))
        return [(a, c, bool(p), w) for a, c, p, w in found]


def test_a_table_of_codes_is_brought_in_once(desk, tmp_path):
    """By number and by address, in every spelling of yes and no; the second time all are known."""
    path = table(
        tmp_path,
        HEAD + ",weight,coded_at",
        f"1,{FRAME},ada,yes,2.5,2025-02-04",
        f"https://www.herald.example/2?utm_source=x,{FRAME},ada,NO,,2025-02-04T10:00:00+00:00",
        f"3,{FRAME},bob,1,,",
        f"4,{FRAME},bob,false,,",
    )
    assert bring(desk, path)[0] == {"new": 3, "refused": 1}  # www.herald.example is another host
    assert units(desk) == [(1, "ada", True, 2.5), (3, "bob", True, 1.0), (4, "bob", False, 1.0)]
    assert bring(desk, path)[0] == {"known": 3, "refused": 1}


def test_the_address_is_known_in_its_usual_disguises(desk, tmp_path):
    """Tracking parameters do not hide an article."""
    path = table(
        tmp_path, "url,frame,coder,present", f"https://herald.example/2?utm_source=x,{FRAME},a,y"
    )
    assert bring(desk, path)[0] == {"new": 1}
    assert units(desk) == [(2, "a", True, 1.0)]


def test_json_lines_are_read_as_tables_are(desk, tmp_path):
    """With JSON's own true and false."""
    rows = [
        {"article": 1, "frame": FRAME, "coder": "ada", "present": True, "inclusion": 0.25},
        {"url": "https://wire.example/8", "frame": FRAME, "coder": "ada", "present": 0},
    ]
    path = table(tmp_path, *map(json.dumps, rows), "{", "[]", name="codes.jsonl")
    counts, refused = bring(desk, path)
    assert counts == {"new": 2, "refused": 2}
    assert units(desk) == [(1, "ada", True, 4.0), (8, "ada", False, 1.0)]
    assert [row for row, _ in refused] == ["3", "4"]


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_delimiters_are_seen(desk, tmp_path, mark):
    """As spreadsheets write them, with a byte order mark."""
    path = table(tmp_path, "\ufeff" + HEAD.replace(",", mark), mark.join(("1", FRAME, "a", "yes")))
    assert bring(desk, path)[0] == {"new": 1}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"99,{FRAME},ada,yes,1,", "no such article"),
        (f",{FRAME},ada,yes,1,", "no article"),
        (f"nowhere,{FRAME},ada,yes,1,", "nowhere"),
        ("1,economics,ada,yes,1,", "'economics' in the codebook; there are: conflict"),
        (f"1,{FRAME},,yes,1,", "coder: none"),
        (f"1,{FRAME},ada,maybe,1,", "'maybe' is neither yes nor no"),
        (f"1,{FRAME},ada,yes,0,", "no number above 0"),
        (f"1,{FRAME},ada,yes,-2,", "no number above 0"),
        (f"1,{FRAME},ada,yes,nan,", "no number above 0"),
        (f'1,{FRAME},ada,yes,"0,5",', "no number above 0"),
        (f"1,{FRAME},ada,yes,1,4 Feb", "write 2025-02-04"),
        (f"1,{FRAME},ada,yes", "4 cells where the header has 6"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_the_others_are_not(desk, tmp_path, line, reason):
    """The header is row 1."""
    head = HEAD + ",weight,coded_at"
    path = table(tmp_path, head, f"1,{FRAME},bob,yes,1,", line, f"2,{FRAME},bob,no,1,")
    counts, refused = bring(desk, path)
    assert counts == {"new": 2, "refused": 1}
    assert refused[0][0] == "3"
    assert reason in refused[0][1]


def test_a_line_that_nobody_coded_yet_is_blank_and_no_fault(desk, tmp_path):
    """A sheet may be brought in half done."""
    path = table(tmp_path, HEAD, f"1,{FRAME},ada,yes", f"2,{FRAME},,", "")
    assert bring(desk, path) == ({"new": 1, "blank": 1}, [])


def test_a_table_without_a_needed_column_is_an_error_that_names_it(desk, tmp_path):
    """Rather than as many refusals as it has rows."""
    with pytest.raises(CodingError, match=r"no column article \(or url\), coder; there are: frame"):
        bring(desk, table(tmp_path, "frame,present", f"{FRAME},yes"))


def test_codes_of_a_text_that_has_changed_since_are_refused(desk, tmp_path):
    """By the hash that the sheet bears, or by when it was coded."""
    version = {"article_id": 2, "text_sha256": "old", "page_id": 1, "title": "T", "text": "t"}
    with desk.store.begin() as connection:
        row = version | {"seen_at": NOW - timedelta(days=9)}
        connection.execute(insert(table_of(ArticleVersionRow)), row)
    path = table(
        tmp_path,
        HEAD + ",text_sha256,coded_at",
        f"1,{FRAME},ada,yes,t1,2025-01-08",
        f"2,{FRAME},ada,yes,old,2025-03-30",
        f"2,{FRAME},ada,yes,,2025-03-11",
        f"2,{FRAME},ada,yes,,2025-03-30",
    )
    counts, refused = bring(desk, path)
    assert counts == {"new": 2, "refused": 2}
    assert [row for row, _ in refused] == ["3", "4"]
    assert all(reason.startswith("stale") for _, reason in refused)


def test_hostile_cells_do_no_harm(desk, tmp_path):
    """Null bytes, formulas and very long codes."""
    path = table(
        tmp_path,
        HEAD,
        f"1,{FRAME},a\x00b,yes",
        f"=cmd(),{FRAME},a,yes",
        f"1,{FRAME},{'x' * 999},yes",
    )
    assert bring(desk, path)[0] == {"new": 1, "refused": 2}
    assert units(desk) == [(1, "a b", True, 1.0)]
    with (tmp_path / "refused.csv").open(encoding="utf-8") as stream:
        assert not any("=cmd()" in line and "'=cmd()" not in line for line in stream)


def test_reliability_is_told_by_frame(desk, tmp_path):
    """Two coders of four texts, who differ in one: D_o 2 / 8, D_e 30 / 56."""
    given = {"ada": "1100", "bob": "1000"}
    lines = [f"{n},{FRAME},{coder},{a}" for coder in given for n, a in enumerate(given[coder], 1)]
    bring(desk, table(tmp_path, HEAD, *lines, "5,conflict,ada,yes"))
    conflict, economic = reliability(desk, TOPIC)
    assert (economic.frame, economic.coders) == (FRAME, ("ada", "bob"))
    assert economic.agreement.alpha == pytest.approx(1 - (2 / 8) / (30 / 56))
    assert (conflict.agreement.units, conflict.agreement.alpha) == (0, None)
    shown = list(reliability_lines(desk, TOPIC))
    assert "alpha 0.53" in shown[1]
    assert "no alpha" in shown[0]


def test_nothing_coded_is_said_so(desk):
    """Rather than an empty screen."""
    assert list(reliability_lines(desk, TOPIC)) == ["no article was coded by hand"]


# --- drawing --------------------------------------------------------------------------------------


def written(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_sample_says_where_its_articles_are_and_not_what_they_say(desk, tmp_path):
    """And the same seed draws the same sheet."""
    path, again = tmp_path / "sheet.csv", tmp_path / "again.csv"
    asked = {"frames": (FRAME, "conflict"), "n": 6, "seed": 3}
    counts = sample(desk, Filters(topic=TOPIC), path, **asked)
    assert counts == {"drawn": 6, "of": 12, "lines": 12}
    sample(desk, Filters(topic=TOPIC), again, **asked)
    assert path.read_bytes() == again.read_bytes()
    assert "Sentence" not in path.read_text(encoding="utf-8")
    rows = written(path)
    assert tuple(rows[0]) == HEADER
    number = int(rows[0]["article"])
    assert rows[0]["url"].endswith(f".example/{number}")
    assert rows[0]["archive"] == f"a.warc.gz@{number}"
    assert rows[0]["text_sha256"] == f"t{number}"
    assert Counter(row["frame"] for row in rows) == {FRAME: 6, "conflict": 6}


def test_a_filled_sheet_comes_back_with_its_design(desk, tmp_path):
    """Four articles that the machine marked and eight that it did not: three of each are drawn."""
    path = tmp_path / "sheet.csv"
    sample(desk, Filters(topic=TOPIC), path, frames=(FRAME,), n=6, seed=3)
    rows = written(path)
    for row in rows:
        row |= {"coder": "ada", "present": "yes" if int(row["article"]) % 6 in (1, 2) else "no"}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    assert bring(desk, path) == ({"new": 6}, [])
    weights = {n: weight for n, _, _, weight in units(desk)}
    assert Counter(round(weight, 9) for weight in weights.values()) == {
        1.333333333: 3,
        2.666666667: 3,
    }
    assert sum(weights.values()) == pytest.approx(12)


def test_chances_are_what_they_say():
    """Over many seeds each article is drawn as often as its inclusion probability says."""
    chance = random.Random(8)
    held = [
        Drawable(n, chance.choice("xyz"), FIRST + timedelta(days=chance.randrange(90)), n % 10 == 0)
        for n in range(200)
    ]
    drawn: Counter[int] = Counter()
    said = {}
    rounds = 2000
    for seed in range(rounds):
        picks = draw(held, 40, seed, ("outlet", "month", "predicted"))
        assert len({pick.article_id for pick in picks}) == 40
        drawn.update(pick.article_id for pick in picks)
        said |= {pick.article_id: pick.inclusion for pick in picks}
    assert set(said.values()) == {1.0, 20 / 180}
    off = [abs(drawn[n] / rounds - said[n]) for n in range(200)]
    assert max(off) < 4.5 * (20 / 180 * 160 / 180 / rounds) ** 0.5


def test_outlets_and_months_are_spread_evenly():
    """Ten of a hundred: an outlet with half of the articles has half of the sample."""
    held = [Drawable(n, "ab"[n >= 50], date(2025, 1 + n % 2, 3), present=False) for n in range(100)]
    for seed in range(20):
        picked = {pick.article_id for pick in draw(held, 20, seed, ("outlet", "month"))}
        places = Counter((n >= 50, n % 2) for n in picked)
        assert set(places.values()) == {5}


def test_the_order_and_the_name_of_strata_do_not_tell_the_machines_label():
    """Coders would follow it."""
    held = [Drawable(n, "a", FIRST, present=n < 20) for n in range(100)]
    names = {next(p.stratum for p in draw(held, 20, s, ("predicted",)) if p.article_id < 20)
             for s in range(20)}  # fmt: skip
    assert names == {"a", "b"}
    marked = [p.article_id < 20 for p in draw(held, 20, 1, ("predicted",))]
    assert marked not in (sorted(marked), sorted(marked, reverse=True))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n": 13}, "13 of 12"),
        ({"n": 0}, "0 of 12"),
        ({"by": ("mood",)}, "'mood'"),
        ({"frames": ()}, "name a frame"),
        ({"frames": ("morality",)}, "of 0 articles"),
    ],
)
def test_a_sample_that_cannot_be_drawn_says_why(desk, tmp_path, changes, words):
    """And writes nothing."""
    asked = {"frames": (FRAME,), "n": 6, "seed": 3} | changes
    with pytest.raises(SampleError, match=words):
        sample(desk, Filters(topic=TOPIC), tmp_path / "sheet.csv", **asked)
    assert not (tmp_path / "sheet.csv").exists()


def test_what_was_drawn_from_is_read_back_as_it_was_written():
    """With every filter."""
    drawn = Drawn(
        first=FIRST,
        last=FIRST,
        country="AU",
        host="a b&c",
        genre="news",
        count_by=CountBy.CLUSTER,
        seed=4,
    )
    assert Drawn.parse(drawn.code) == drawn


@pytest.mark.parametrize(
    ("filters", "last", "holds"),
    [
        ({}, date(2025, 1, 31), False),  # drawn in one country: says nothing of all
        ({"country": "AU"}, date(2025, 1, 31), True),
        ({"country": "AU", "host": "herald"}, date(2025, 1, 31), True),
        ({"country": "GB"}, date(2025, 1, 31), False),
        ({"country": "AU"}, date(2025, 2, 1), False),
        ({"country": "AU", "count_by": CountBy.CLUSTER}, date(2025, 1, 31), True),
    ],
)
def test_a_sample_speaks_for_what_it_was_drawn_from_and_for_its_parts(filters, last, holds):
    """By filters and by days."""
    drawn = Drawn(first=FIRST, last=date(2025, 1, 31), country="AU")
    assert drawn.holds(Filters(topic=TOPIC, **filters), FIRST, last) is holds


def test_a_sample_of_clusters_does_not_speak_for_pages():
    """Most pages could not be drawn."""
    drawn = Drawn(first=FIRST, last=FIRST, count_by=CountBy.CLUSTER)
    assert not drawn.holds(Filters(topic=TOPIC), FIRST, FIRST)
