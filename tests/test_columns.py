"""Rows as columns of numbers."""

import numpy as np
import pytest

from db.columns import numbered

SIZES = {
    "few": [3, 2, 5],
    "many": [3, 2, 6, 19, 700_000, 60, 10],
    "more than a number holds": [900_000] * 20,
    "alike": [1, 1],
}


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_one_number_for_each_row_has_the_order_and_the_ties_of_its_values(sizes):
    """As `numpy.lexsort` has them, the first column first."""
    chance = np.random.default_rng(7)
    some = [chance.integers(0, size, 12) + 5 for size in sizes]
    columns = [values[chance.integers(0, 12, 500)] for values in some]
    numbers = numbered(columns)
    order = np.lexsort(columns[::-1])
    assert (np.argsort(numbers, kind="stable") == order).all()
    alike = np.all([np.diff(column[order]) == 0 for column in columns], axis=0)
    assert ((np.diff(numbers[order]) == 0) == alike).all()


def test_no_rows_have_no_numbers():
    assert numbered([np.zeros(0, np.int64)] * 2).tolist() == []
