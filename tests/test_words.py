"""Words are weighted as scikit-learn weights them, which fits the heads."""

import subprocess
import sys

import numpy as np
import pytest

from framewatch.settings import ROOT
from models.framing import WORDS
from models.words import Words, words_of
from samples.texts import load_texts

ODD = [
    "",
    "a b c",
    "Café CAFÉ cafe\u0301 — naïve ﬁnance Ｆｕｌｌ İstanbul ẞ",
    "It's 2025-02-04, u.s. o'clock e-mail under_score x1 １２",
    "深度求索 DeepSeek模型 שלום\u200bעולם",
    "the the the war war money",
    "\ud800 lone \udfff\x00nul",
]


@pytest.mark.parametrize("longest", [1, 2, 3])
def test_rows_are_those_of_scikit_learn(longest: int) -> None:
    """Over the archive's texts in both languages, odd ones, and texts without a known word."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    bodies = [text.body for text in load_texts()]
    fitted = TfidfVectorizer(**WORDS, min_df=2, ngram_range=(1, longest)).fit(bodies[:60])
    vocabulary = sorted(fitted.vocabulary_, key=fitted.vocabulary_.__getitem__)
    weights = np.random.default_rng(1).normal(size=(5, len(vocabulary)))
    texts = bodies + ODD
    expected = fitted.transform(texts) @ weights.T
    found = Words(vocabulary, fitted.idf_, longest).products(texts, weights)
    assert found.shape == (len(texts), 5)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    assert np.abs(expected).max() > 1


def test_words_are_cut_as_scikit_learn_cuts_them() -> None:
    """Its own analyzer is asked."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    analyze = TfidfVectorizer(**WORDS).build_analyzer()
    for text in ODD + [text.body for text in load_texts()[:20]]:
        assert words_of(text) == analyze(text)


def test_it_needs_no_scikit_learn() -> None:
    """Nor scipy: both are heavy to import."""
    code = "import models.words, sys; print('sklearn' in sys.modules or 'scipy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
