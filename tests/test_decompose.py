"""Changes split into parts: exact sums, and the parts that were built in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trends.decompose import Count, Twice, readers, split

COUNTS = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(st.integers(1, 5000), st.floats(0, 1)).map(lambda c: Count(c[0], c[0] * c[1])),
    min_size=1,
)


def test_the_same_outlets_that_change_their_minds_are_all_within():
    """Sizes are the same: nothing is mix."""
    found = split(
        {"a": Count(100, 20), "b": Count(50, 10)}, {"a": Count(200, 80), "b": Count(100, 30)}
    )
    assert found.mix == pytest.approx(0, abs=1e-12)
    assert found.within == pytest.approx(110 / 300 - 30 / 150)
    assert [part.group for part in found.parts] == ["a", "b"]


def test_the_same_shares_in_other_proportions_are_all_mix():
    """One outlet at 10 %, one at 50 %; the second trebles."""
    found = split(
        {"a": Count(100, 10), "b": Count(100, 50)}, {"a": Count(100, 10), "b": Count(300, 150)}
    )
    assert found.within == 0
    assert found.mix == pytest.approx(0.4 - 0.3)
    # a: from 1/2 to 1/4 with a share .25 below the middle of 30 % and 40 %; b the other way.
    parts = {part.group: part.mix for part in found.parts}
    assert parts["a"] == pytest.approx(-0.25 * (0.1 - 0.35))
    assert parts["b"] == pytest.approx(0.25 * (0.5 - 0.35))


def test_kitagawas_split_worked_out_by_hand():
    """w 1/2 to 1/4 and 1/2 to 3/4, p .2 to .4 and .6 to .6."""
    found = split({"a": Count(10, 2), "b": Count(10, 6)}, {"a": Count(10, 4), "b": Count(30, 18)})
    assert found.within == pytest.approx(0.2 * (0.5 + 0.25) / 2)
    assert found.mix == pytest.approx(-0.25 * 0.3 + 0.25 * 0.6)
    assert found.total == pytest.approx(22 / 40 - 8 / 20)


def test_a_new_outlet_is_mix():
    """It has no earlier share that could have changed."""
    found = split({"a": Count(100, 20)}, {"a": Count(100, 20), "new": Count(100, 80)})
    assert found.within == 0
    assert found.mix == pytest.approx(0.3)
    assert next(part for part in found.parts if part.group == "new").mix > 0


def test_reporting_and_copying_are_told_apart():
    """Originals keep their share; an agency report that is copied more moves the whole."""
    before = {"original": Count(80, 16), "republished": Count(20, 18)}
    found = split(before, {"original": Count(80, 16), "republished": Count(120, 108)})
    assert found.within == pytest.approx(0)
    assert found.mix == pytest.approx(0.62 - 0.34)


@settings(deadline=None)  # the machine may be busy
@given(COUNTS, COUNTS)
def test_the_parts_add_up_to_the_change(before, after):
    """Whichever outlets come and go."""
    found = split(before, after)
    assert found.mix + found.within == pytest.approx(found.total, abs=1e-12)
    assert sum(part.mix + part.within for part in found.parts) == pytest.approx(
        found.total, abs=1e-12
    )


@settings(deadline=None)  # the machine may be busy
@given(COUNTS, COUNTS)
def test_backwards_every_part_changes_its_sign(before, after):
    """The split prefers neither period."""
    there, back = split(before, after), split(after, before)
    assert back.mix == pytest.approx(-there.mix, abs=1e-12)
    assert back.within == pytest.approx(-there.within, abs=1e-12)


def test_a_period_without_articles_cannot_be_split():
    """It has no share."""
    with pytest.raises(ValueError, match="without articles"):
        split({"a": Count(0, 0)}, {"a": Count(1, 1)})


def test_a_new_reader_of_unchanged_news_is_all_reader():
    """The old one finds 20 % in either period, the new one 30 % in the same articles."""
    days = [Twice("a", 50, 10, 15, 5), Twice("a", 50, 10, 15, 5), Twice("b", 100, 20, 30, 10)]
    found = readers(Count(200, 40), Count(200, 60), days, days)
    assert found.reader == pytest.approx(0.1)
    assert found.news == pytest.approx(0)
    assert found.low < 0.1 < found.high
    assert (found.twice, found.note) == (400, "")


def test_the_two_orders_are_halved():
    """The new reader adds 10 points to the earlier period and 20 to the later."""
    found = readers(
        Count(100, 20),
        Count(100, 50),
        [Twice("a", 50, 10, 15, 5), Twice("b", 50, 10, 15, 5)],
        [Twice("a", 50, 15, 25, 10), Twice("b", 50, 15, 25, 10)],
    )
    assert found.reader == pytest.approx(0.15)
    assert found.news == pytest.approx(0.15)
    assert found.news + found.reader == pytest.approx(found.total)


def test_one_period_read_twice_is_enough_and_said():
    """The reader's part is then that of its articles."""
    found = readers(Count(100, 20), Count(100, 40), read_after=[Twice("a", 40, 8, 12, 4)])
    assert found.reader == pytest.approx(0.1)
    assert found.news == pytest.approx(0.1)
    assert "one period" in found.note


def test_without_articles_read_twice_nothing_can_be_told_apart():
    """An error, rather than a guess."""
    with pytest.raises(ValueError, match="both readers"):
        readers(Count(10, 1), Count(10, 2), [Twice("a", 0, 0, 0, 0)])
