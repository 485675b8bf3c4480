"""Signatures of texts: alike for near-copies, stable for years."""

import hashlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.identify import (
    BANDS,
    PERMUTATIONS,
    SAME,
    bands,
    near_copies,
    signature,
    similarity,
)

VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklm" for b in "aeiou" for c in "nrstx"]


def words(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    return [chance.choice(VOCABULARY) for _ in range(count)]


def jaccard(one: list[str], other: list[str]) -> float:
    a, b = ({tuple(text[i : i + 3]) for i in range(len(text) - 2)} for text in (one, other))
    return len(a & b) / len(a | b)


@pytest.mark.parametrize(
    ("text", "language", "digest"),
    [
        (
            "Framewatch reads the news, every day.",
            "en",
            "3f4e10c6628121f71e179e9c2c7fff01fce5f2192b9e2a6977db5d5552c88a76",
        ),
        (
            "深度求索发布新模型，价格更低。",
            "zh",
            "aa97703408b194e6f5c94fc4d8e796cfdac860e1a7373eaad496d3429b99abc2",
        ),
    ],
)
def test_signatures_are_those_of_years_ago(text: str, language: str, digest: str) -> None:
    """Stored ones are compared with new ones: no library and no machine may change them."""
    signed = signature(text, language)
    assert len(signed) == 4 * (PERMUTATIONS + 1)
    assert hashlib.sha256(signed).hexdigest() == digest


def test_bands_are_those_of_years_ago() -> None:
    """They fit into the store's signed 64 bits."""
    found = bands(signature("Framewatch reads the news, every day.", "en"))
    assert found[:2] == (6612828697508997964, 7159365137593298469)
    assert len(found) == BANDS
    assert all(0 <= value < 2**63 for value in found)


@pytest.mark.parametrize("replaced", [0, 5, 20, 60, 120, 300])
def test_similarity_estimates_the_share_of_common_shingles(replaced: int) -> None:
    """Within four standard errors of the exact value."""
    one = words(1, 400)
    other = words(2, replaced) + one[replaced:]
    estimate = similarity(signature(" ".join(one), "en"), signature(" ".join(other), "en"))
    exact = jaccard(one, other)
    error = (exact * (1 - exact) / PERMUTATIONS) ** 0.5
    assert abs(estimate - exact) <= 4 * error + 1e-9


def test_case_punctuation_and_width_make_no_difference() -> None:
    """They differ between publishers' systems, not between texts."""
    one = "The ‘Model’ costs ten dollars — less than ＡＢＣ expected."
    other = "the 'model' costs TEN dollars, less than abc expected!"
    assert signature(one, "en") == signature(other, "en")


def test_chinese_is_compared_by_characters() -> None:
    """A paragraph without spaces would else be a single word."""
    longer = (
        "深度求索公司周一发布了一款新的推理模型，开发者说它的训练费用只是同类模型的一小部分。"
        "分析人士认为，价格战将会继续，投资者对此意见不一，市场在一天之内就作出了反应。"
        "学校和医院的工作人员已经开始试用，他们希望节省时间，也担心数据会被送到别处。"
    )
    changed = longer.replace("周一", "周二")
    assert near_copies(signature(longer, "zh"), signature(changed, "zh"))
    assert not near_copies(signature(longer, "zh"), signature(longer[::-1], "zh"))
    assert signature(longer, "und") == signature(longer, "zh")


def test_a_short_text_is_a_copy_only_when_nearly_identical() -> None:
    """Two briefs on one event share half their words and are two articles."""
    shared = words(1, 24)
    one, other = shared + words(2, 6), shared + words(3, 6)
    brief = [signature(" ".join(text), "en") for text in (one, other)]
    assert similarity(*brief) > SAME
    assert not near_copies(*brief)
    assert near_copies(brief[0], signature(" ".join(one) + "!", "en"))
    long = [signature(" ".join(words(9, 400) + text), "en") for text in (one, other)]
    assert near_copies(*long)


@given(st.text(max_size=300), st.sampled_from(["en", "zh", "und", ""]))
@settings(max_examples=150, deadline=None)
def test_every_text_has_a_signature_and_is_like_itself(text: str, language: str) -> None:
    """Also the empty one, and one of stray surrogates."""
    signed = signature(text, language)
    assert len(signed) == 4 * (PERMUTATIONS + 1)
    assert similarity(signed, signed) == 1.0
    assert len(bands(signed)) == BANDS


def test_a_text_without_words_is_nobodys_copy() -> None:
    """Two rows of dashes say nothing of one another."""
    assert not near_copies(signature("— — —", "en"), signature("***", "en"))
