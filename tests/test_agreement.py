"""Agreement among coders."""

import pytest

from trends.agreement import Agreement, agreement

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): sections A and C.
BINARY = ("0100000010", "1110010000")
NOMINAL = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def units(coders):
    return [[mark for mark in unit if mark != "."] for unit in zip(*coders, strict=True)]


@pytest.mark.parametrize(("coders", "alpha"), [(BINARY, 0.095), (NOMINAL, 0.743)])
def test_alpha_is_that_of_krippendorffs_own_examples(coders, alpha):
    """Two coders of ten texts; four coders of twelve, some of whom left some out."""
    assert agreement(units(coders)).alpha == pytest.approx(alpha, abs=0.0005)


def test_full_agreement_is_one_and_opposition_is_below_zero():
    """Two texts each: (n^2 - sum of n_c^2) / (n (n - 1)) = 8 / 12, and all pairs differ."""
    assert agreement(units(("01", "01"))).alpha == 1
    assert agreement(units(("01", "10"))).alpha == pytest.approx(1 - 12 / 8)


def test_what_only_one_coder_answered_says_nothing():
    """And where all answers are alike, chance would agree as well."""
    assert agreement([[True], [False]]) == Agreement(0, 0, None, None)
    assert agreement([[True, True], [True, True], [False]]) == Agreement(2, 4, None, 1.0)
