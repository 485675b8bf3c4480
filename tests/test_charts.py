"""Charts as drawn: every kind of bucket looks different, and words from outside stay words."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from dashboard.charts import CHARTS, band, bars, coverage, dots, ends, heat, lanes, svg
from dashboard.charts.svg import Label, Rule, Size, TimeScale
from dashboard.regional import signed
from framewatch.story import TrendState

SVG = "{http://www.w3.org/2000/svg}"
MONDAY = date(2025, 1, 6)
LABEL = Label("key", "A title", "A description")
AXIS = band.Axis(0.0, 1.0, ((0.0, "0%"), (1.0, "100%")))
SIZE = Size(400, 200)
HOSTILE = "</text><script>alert(1)</script>\"'&"


def point(week: int, state: TrendState = TrendState.ENOUGH, **changes: object) -> band.Point:
    counted = state in (TrendState.ENOUGH, TrendState.INSUFFICIENT)
    values = {
        "start": MONDAY + timedelta(weeks=week),
        "end": MONDAY + timedelta(weeks=week + 1),
        "value": 0.5 if counted else None,
        "low": 0.4 if state is TrendState.ENOUGH else None,
        "high": 0.6 if state is TrendState.ENOUGH else None,
        "state": state,
        "provisional": False,
        "note": "a note",
    }
    return band.Point(**(values | changes))


def slot(week: int, articles: int, **changes: object) -> coverage.Slot:
    values = {
        "start": MONDAY + timedelta(weeks=week),
        "end": MONDAY + timedelta(weeks=week + 1),
        "articles": articles,
        "outlets": 2,
        "state": TrendState.ENOUGH if articles else TrendState.NO_COVERAGE,
        "provisional": False,
        "note": "a note",
    }
    return coverage.Slot(**(values | changes))


def drawn(*points: band.Point, events: tuple[Rule, ...] = ()) -> ElementTree.Element:
    return ElementTree.fromstring(band.draw(LABEL, points, AXIS, events, SIZE))


def of_class(drawing: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [e for e in drawing.iter() if name in (e.get("class") or "").split()]


def test_a_finished_run_is_one_line_in_one_band():
    """Three weeks: the line has three points, the band goes there and back."""
    drawing = drawn(point(0), point(1), point(2))
    (line,), (area,) = of_class(drawing, "line"), of_class(drawing, "band")
    assert line.get("d").count(",") == 3
    assert area.get("d").count(",") == 6
    assert area.get("d").endswith("Z")


def test_the_line_passes_through_the_shares():
    """Half the scale is half the height, in the middle of each bucket."""
    drawing = drawn(point(0), point(1, value=1.0))
    xs_ys = re.findall(r"([\d.]+),([\d.]+)", of_class(drawing, "line")[0].get("d"))
    assert xs_ys == [("130.5", "101.0"), ("303.5", "26.0")]  # 44..390 wide, 26..176 high


def test_the_unfinished_bucket_is_dashed_and_hollow():
    """The step into it, and its dot."""
    drawing = drawn(point(0), point(1), point(2, provisional=True))
    (dashed,) = of_class(drawing, "unfinished")
    assert dashed.get("stroke-dasharray") == "4 4"
    assert dashed.get("d").count(",") == 2
    assert len(of_class(drawing, "hollow")) == 1


def test_no_collection_no_coverage_and_too_few_look_different():
    """Hatched, a tick on the axis, a hollow dot; the line passes none of them."""
    states = (TrendState.NO_COLLECTION, TrendState.NO_COVERAGE, TrendState.INSUFFICIENT)
    for state, name in zip(states, ("no-collection", "no-coverage", "hollow"), strict=True):
        drawing = drawn(point(0), point(1, state), point(2))
        assert len(of_class(drawing, name)) == 1
        assert not of_class(drawing, "line")
        others = {"no-collection", "no-coverage", "hollow"} - {name}
        assert not any(of_class(drawing, other) for other in others)
        assert len(of_class(drawing, "whisker")) == 2  # either side stands alone


def test_a_partly_collected_week_is_hatched_in_its_own_way_and_no_line_leads_to_it():
    """Its interval stands alone, under a hollow dot; the pattern is not that of a gap."""
    drawing = drawn(point(0), point(1), point(2, partial=True), point(3), point(4))
    (hatched,) = of_class(drawing, "partial")
    assert hatched.get("fill") == "url(#key-400-hatch-part)"
    assert not of_class(drawing, "no-collection")
    assert [line.get("d").count(",") for line in of_class(drawing, "line")] == [2, 2]
    assert len(of_class(drawing, "whisker")) == 1
    assert len(of_class(drawing, "hollow")) == 1
    patterns = {e.get("id"): e for e in drawing.iter(f"{SVG}pattern")}
    none, part = patterns["key-400-hatch"], patterns["key-400-hatch-part"]
    assert none[0].get("d") != part[0].get("d")


def test_a_partly_collected_week_with_too_few_articles_has_no_whisker():
    """Hatched, with a hollow dot."""
    drawing = drawn(point(0), point(1, TrendState.INSUFFICIENT, partial=True), point(2))
    assert len(of_class(drawing, "partial")) == len(of_class(drawing, "hollow")) == 1
    assert len(of_class(drawing, "whisker")) == 2  # either side stands alone


def test_an_event_is_a_numbered_rule_on_its_day():
    """Outside the time shown there is none."""
    inside = Rule(4, MONDAY + timedelta(days=7), "In")
    outside = Rule(5, MONDAY + timedelta(days=99), "Out")
    drawing = drawn(point(0), point(1), events=(inside, outside))
    (rule,), (number,) = of_class(drawing, "rule"), of_class(drawing, "rule-number")
    assert rule.get("d").startswith("M217.0,")
    assert number.text == "4"


def test_numbers_of_events_close_together_do_not_cover_one_another():
    """The second steps down."""
    near = tuple(Rule(n, MONDAY + timedelta(days=n), "x") for n in (1, 2))
    discs = of_class(drawn(point(0), point(30), events=near), "rule-disc")
    assert abs(float(discs[0].get("cy")) - float(discs[1].get("cy"))) >= 16


HOSTILE_CASES = [
    ("band", (Label("k", HOSTILE, HOSTILE), [point(0, note=HOSTILE)], AXIS,
              [Rule(1, MONDAY, HOSTILE)], SIZE)),
    ("coverage", (Label("k", HOSTILE, HOSTILE), [slot(0, 3, note=HOSTILE)], SIZE)),
    ("bars", (Label("k", HOSTILE, HOSTILE),
              [bars.Bar(name=HOSTILE[:20], value=3, note=HOSTILE)], SIZE)),
    ("dots", (Label("k", HOSTILE, HOSTILE),
              [dots.Dot(name=HOSTILE, value=0.1, low=0, high=0.2, n=9, note=HOSTILE)],
              ("a", "b"), SIZE)),
    ("lanes", (Label("k", HOSTILE, HOSTILE),
               [lanes.Lane(name=HOSTILE, disc=lanes.Mark(0.1), said=HOSTILE, note=HOSTILE)],
               lanes.Ruler(low=0, high=1, ticks=((0, HOSTILE),), line=0.5, line_name=HOSTILE),
               SIZE)),
    ("ends", (Label("k", HOSTILE, HOSTILE),
              [ends.Ended(day=MONDAY, kept=1, left_out=1, faults=1, open=1, note=HOSTILE)],
              SIZE)),
    ("spark", (Label("k", HOSTILE, HOSTILE), [point(0, note=HOSTILE)], AXIS, SIZE)),
    ("tiles", (Label("k", HOSTILE, HOSTILE), [HOSTILE],
               [heat.Row(name=HOSTILE, about=HOSTILE,
                         cells=(heat.Cell(value=0.4, said=HOSTILE, note=HOSTILE),))], 0.5)),
    ("score", (Label("k", HOSTILE, HOSTILE), 0.4, 0.5)),
]  # fmt: skip
TABLES = {"heat", "calendar"}  # of HTML


@pytest.mark.parametrize(("draw", "arguments"), HOSTILE_CASES)
def test_every_chart_is_named_well_formed_and_inert(draw, arguments):
    """Hostile words arrive as text; nothing is styled inline (the policy would block it)."""
    source = CHARTS[draw](*arguments)
    drawing = ElementTree.fromstring(source)
    assert drawing.get("role") == "img"
    ids = {element.get("id"): element for element in drawing.iter() if element.get("id")}
    names = [ids[name].text for name in drawing.get("aria-labelledby").split()]
    assert names == [HOSTILE, HOSTILE]
    assert not [e for e in drawing.iter() if e.tag == f"{SVG}script"]
    assert not [e for e in drawing.iter() if "style" in e.attrib]


def test_no_chart_is_left_out_of_the_hostile_words():
    """A new one is added to them, or to the tables."""
    assert {draw for draw, _ in HOSTILE_CASES} | TABLES == set(CHARTS)


def test_a_thin_week_is_orange_unless_it_is_not_over():
    """Below 70 % of the median of the finished weeks."""
    slots = [slot(0, 10), slot(1, 10), slot(2, 5), slot(3, 7), slot(4, 1, provisional=True)]
    drawing = ElementTree.fromstring(coverage.draw(LABEL, slots, SIZE))
    low = [bar.get("class") for bar in of_class(drawing, "bar")]
    assert low == ["bar", "bar", "bar low", "bar", "bar unfinished"]
    assert len(of_class(drawing, "few")) == 1  # without colour


def test_the_strip_hatches_what_was_collected_in_part_behind_its_bar():
    """And nothing else; a week without articles has no triangle."""
    slots = [slot(0, 10), slot(1, 4, partial=True), slot(2, 0)]
    drawing = ElementTree.fromstring(coverage.draw(LABEL, slots, SIZE))
    (hatched,) = of_class(drawing, "partial")
    kinds = [e.get("class") for e in drawing.iter() if e.get("class")]
    assert kinds.index("partial") < kinds.index("bar low")
    assert hatched.get("fill") == "url(#key-400-hatch-part)"
    assert len(of_class(drawing, "few")) == 1


def test_a_bar_is_as_long_as_its_number():
    """Twice the articles, twice the length."""
    rows = [bars.Bar(name=n, value=v, note="") for n, v in (("a", 10), ("b", 5))]
    first, second = of_class(ElementTree.fromstring(bars.draw(LABEL, rows, SIZE)), "bar")
    assert float(first.get("width")) == pytest.approx(2 * float(second.get("width")), abs=0.11)


def test_tone_without_an_interval_is_hollow_and_has_no_whisker():
    """Too few articles."""
    few = dots.Dot(name="x", value=-0.1, low=None, high=None, n=3, note="")
    drawing = ElementTree.fromstring(dots.draw(LABEL, [few], ("a", "b"), SIZE))
    assert len(of_class(drawing, "hollow")) == 1
    assert not of_class(drawing, "whisker")


RULER = lanes.Ruler(low=0.0, high=1.0, ticks=((0.0, "0%"), (1.0, "100%")), line=0.5)


def lane(**marks: lanes.Mark) -> ElementTree.Element:
    row = lanes.Lane(**{"name": "x", "disc": None, "said": "", "note": ""} | marks)
    return ElementTree.fromstring(lanes.draw(LABEL, [row], RULER, Size(600, 80)))


def test_two_marks_of_a_row_differ_in_shape_and_do_not_cover_one_another():
    """A disc above a diamond, each in its own interval."""
    drawing = lane(disc=lanes.Mark(0.4, 0.3, 0.5), diamond=lanes.Mark(0.4, 0.2, 0.6))
    (disc,), (diamond,) = of_class(drawing, "dot"), of_class(drawing, "diamond")
    assert disc.tag == f"{SVG}circle"
    assert diamond.tag == f"{SVG}path"
    middle = float(re.search(r"M[\d.]+,([\d.]+)", diamond.get("d"))[1])
    assert middle - float(disc.get("cy")) == 10
    assert len(of_class(drawing, "whisker")) == 2


def test_the_line_to_compare_with_stands_at_its_value_on_the_scale_of_the_marks():
    """A mark on the line has the line's place; one without an interval is hollow."""
    drawing = lane(disc=lanes.Mark(0.5))
    (line,), (disc,) = of_class(drawing, "base"), of_class(drawing, "dot")
    assert line.get("d").startswith(f"M{float(disc.get('cx')):.1f},")
    assert "hollow" in disc.get("class")


def table_of(*cells: heat.Cell, top: float = 0.5) -> ElementTree.Element:
    row = heat.Row(name=HOSTILE, about="9 articles", cells=cells)
    return ElementTree.fromstring(heat.draw(Label("k", HOSTILE, HOSTILE), ["a"], [row], top))


def test_the_shades_of_the_heat_table_go_from_none_to_the_top_of_the_scale():
    """Eleven classes; a cell with too few articles has none of them, and says so."""
    values = (0.0, 0.024, 0.026, 0.25, 0.5, 0.9)
    cells = [heat.Cell(value=value, said="1", note="") for value in values]
    table = table_of(*cells, heat.Cell(value=None, said="too few", note=""))
    kinds = [cell.get("class") for cell in table.iter("td")][1:]
    assert kinds == ["h0", "h0", "h1", "h5", "h10", "h10", "thin"]
    assert [cell.text for cell in table.iter("td")][-1] == "too few"


def test_the_heat_table_is_named_and_inert_and_its_cells_lead_on():
    """Hostile words arrive as text."""
    table = table_of(heat.Cell(value=0.5, said=HOSTILE, note=HOSTILE, href="articles?host=a&b"))
    (link,) = table.iter("a")
    assert link.get("href") == "articles?host=a&b"
    assert link.text == link.get("aria-label") == HOSTILE
    assert table.get("aria-label") == HOSTILE
    assert not list(table.iter("script"))
    assert not [e for e in table.iter() if "style" in e.attrib]


def test_signs_are_always_written():
    """With a true minus; nought has none."""
    assert [signed(v) for v in (0.256, -0.2, 0.001, -0.001)] == ["+0.26", "−0.20", "0", "0"]


def test_the_score_bar_is_filled_from_its_threshold_on():
    """At the threshold the frame is present."""
    for probability, present in ((0.5, True), (0.49, False)):
        drawing = ElementTree.fromstring(CHARTS["score"](LABEL, probability, 0.5))
        assert bool(of_class(drawing, "absent")) is not present


@pytest.mark.parametrize(
    ("days", "width", "names"),
    [
        (28, 300, ["6 Jan", "13 Jan", "20 Jan", "27 Jan"]),
        (365, 300, ["Apr 2025", "Jul", "Oct", "Jan 2026"]),
        (3650, 400, ["2026", "2028", "2030", "2032", "2034"]),
        (2, 300, ["6 Jan", "7 Jan"]),
    ],
    ids=["weeks", "quarters", "years", "days"],
)
def test_a_time_axis_names_what_fits(days, width, names):
    """From Monday 6 January 2025."""
    scale = TimeScale(MONDAY, MONDAY + timedelta(days=days), 0, width)
    assert [name for _, name in svg.ticks(scale)] == names
