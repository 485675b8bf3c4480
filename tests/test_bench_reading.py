"""The bench of reading measures what it says."""

import numpy as np
import pytest

from models.encoder import BUNDLED_FOLDER
from models.onnx_encoder import LOWEST_FILE, OnnxEncoder, open_session
from models.passages import tokenize_text
from scripts.bench_reading import WIDTH, article_of, ids_of, joined, operations, words_of


def test_articles_have_the_usual_length_and_differ() -> None:
    """About 615 words; no two are the same text."""
    articles = list(joined(40))
    lengths = [len(article.text.split()) for article in articles]
    assert 560 < np.mean(lengths) < 670
    assert len({article.text for article in articles}) == 40


@pytest.mark.slow
def test_the_pipeline_is_given_the_words_that_ours_reads() -> None:
    """Neither less nor more: sentences or passages of the same text."""
    encoder = OnnxEncoder(BUNDLED_FOLDER)
    (article,) = joined(1)
    source = tokenize_text(encoder, article.coded_text)
    for most in (0, 254):
        words, ids = words_of(source, most), ids_of(source, most)
        assert len(words) == len(ids)
        assert "".join("".join(words).split()) == "".join(article.coded_text.split())
        assert sum(map(len, ids)) == len(source.tokens.ids)


@pytest.mark.slow
def test_operations_are_those_of_the_weights() -> None:
    """The file's int8 matrices, each used once for every token; attention's part is small."""
    article = article_of("", "War and money. " * 20)
    encoder = OnnxEncoder(BUNDLED_FOLDER)
    source = tokenize_text(encoder, article.coded_text)
    (ids,) = ids_of(source, 200)
    int8, fp32 = operations([article], encoder)
    weights = 4 * 12 * WIDTH**2  # four layers of 4 d² + 8 d²
    assert int8 == pytest.approx(2 * (len(ids) + 2) * weights / 1e9)
    assert 0 < fp32 < int8
    outputs = open_session(BUNDLED_FOLDER / LOWEST_FILE).get_outputs()
    assert [(out.name, out.shape[-1]) for out in outputs] == [("layer_4", WIDTH)]
