"""The gate: floors that hold, measures that mean what they say, a fit that can be repeated."""

from pathlib import Path

import numpy as np
import pytest

from framewatch.floors import FloorError, Floors, below
from models import evaluate
from models.encoder import EncoderIdentity
from models.fitting import ReadTexts, best_threshold, fit_frame_heads, fit_sentiment_head
from models.framing import FrameHeads
from models.metrics import calibration_error, measure_frame, measure_polarity
from models.sentiment import SentimentHead

TOY = EncoderIdentity("toy", "1", "00")


def test_a_figure_below_its_floor_is_a_fault() -> None:
    """The name and both numbers are said; at the floor is not below it."""
    assert below({"a.f1": 0.5, "b.f1": 0.7}, {"a.f1": 0.5, "b.f1": 0.75}) == [
        "b.f1 is 0.700, below its floor 0.750"
    ]


def test_a_figure_that_was_not_measured_is_a_fault() -> None:
    """A gate that loses a set in silence guards nothing."""
    assert below({}, {"a.f1": 0.5}) == ["a.f1 was not measured; its floor is 0.500"]


def test_floors_are_lowered_only_with_leave(tmp_path: Path) -> None:
    """Raising is free; lowering names what it would lower, and leaves the file alone."""
    floors = Floors(tmp_path / "floors.toml", "python -m a", slack=0.02)
    floors.write({"a.f1": 0.7}, lower=False)
    floors.write({"a.f1": 0.8}, lower=False)
    with pytest.raises(FloorError, match=r"a\.f1.*--lower-floors"):
        floors.judge({"a.f1": 0.6}, setting=True)
    assert floors.load() == {"a.f1": 0.78}
    assert floors.judge({"a.f1": 0.6}, setting=True, lower=True) == []
    assert floors.load() == {"a.f1": 0.58}


def test_the_repository_has_floors_for_every_frame_and_set() -> None:
    """Five frames and four sets with F1 and AUC, nine issue frames with AUC, and summaries."""
    floors = evaluate.FLOORS.load()
    assert len([name for name in floors if name.startswith("sentiment.")]) == 8
    assert len([name for name in floors if name.startswith("frames.")]) == 12
    assert len([name for name in floors if name.startswith("issues.")]) == 12


def test_calibration_error_is_the_gap_between_confidence_and_hits() -> None:
    """Sure of .9 and right half the time is off by .4; right nine times of ten by nothing."""
    sure = np.full(10, 0.9)
    assert calibration_error(np.array([1, 0] * 5), sure) == pytest.approx(0.4)
    assert calibration_error(np.array([1] * 9 + [0]), sure) == pytest.approx(0.0)


def test_measures_of_a_frame() -> None:
    """Two found of three present, one false alarm: by hand."""
    gold, found = np.array([1, 1, 1, 0, 0]), np.array([1, 1, 0, 1, 0])
    measures = measure_frame(gold, np.array([0.9, 0.8, 0.3, 0.7, 0.1]), found)
    assert (measures.n, measures.prevalence) == (5, 0.6)
    assert (measures.precision, measures.recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert measures.auc == pytest.approx(5 / 6)


def test_measures_of_polarity_average_over_the_three() -> None:
    """One of three polarities always missed: a macro recall of two thirds."""
    gold = np.array([0, 1, 2])
    measures = measure_polarity(gold, np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1]]))
    assert measures.recall == pytest.approx(2 / 3)


def test_the_threshold_has_the_greatest_expected_f1() -> None:
    """By hand: taking the two likely articles expects 2*1.7/(2+1.9), more than one or all four."""
    assert best_threshold(np.array([0.1, 0.9, 0.1, 0.8])) == 0.8


def frame_corpus() -> tuple[ReadTexts, np.ndarray, np.ndarray]:
    """Articles read, phrases and labels: words tell both frames, vectors the first."""
    random = np.random.default_rng(1)
    labels = (random.random((120, 2)) < 0.4).astype(np.int64)
    words = np.where(labels, [["battle", "invoice"]], [["meadow", "kitchen"]])
    filler = random.integers(0, 6, size=(120, 4))
    texts = [
        " ".join([*row, *(f"filler{i}" for i in some)])
        for row, some in zip(words, filler, strict=True)
    ]
    vectors = (random.normal(size=(120, 9)) + 2 * labels[:, :1]).astype(np.float32)
    phrases = random.normal(size=(4, 3)).astype(np.float32)
    sentences = list(random.normal(size=(120, 5, 3)).astype(np.float32))
    return ReadTexts(texts, vectors, sentences, sentences), phrases, labels


def test_fitted_frame_heads_find_what_they_were_fitted_to() -> None:
    """Words and vectors that tell the frame give calibrated probabilities on either side."""
    read, phrases, labels = frame_corpus()
    heads = FrameHeads(*fit_frame_heads(read, phrases, labels, ("a", "b"), TOY))
    close = np.stack([heads.closeness.of_article(one) for one in read.sentences])
    probabilities = heads.probabilities(read.texts, read.vectors, close)
    present = probabilities >= np.array(heads.thresholds)
    assert (present == labels).mean() > 0.95
    assert np.abs(probabilities.mean(axis=0) - labels.mean(axis=0)).max() < 0.1


def test_fitting_again_gives_the_same_heads() -> None:
    """Seeds are fixed, so a head can be made again from the data."""
    corpus = frame_corpus()
    first, second = (fit_frame_heads(*corpus, ("a", "b"), TOY) for _ in range(2))
    assert first[1] == second[1]
    assert all((first[0][name] == second[0][name]).all() for name in first[0])


def test_a_fitted_sentiment_head_tells_polarities_apart() -> None:
    """Standardising is folded into the weights: raw vectors go in."""
    random = np.random.default_rng(2)
    polarity = random.integers(0, 3, size=300)
    vectors = (100 + 5 * (np.eye(3)[polarity] + random.normal(size=(300, 3)) / 5)).astype(
        np.float32
    )
    arrays, facts = fit_sentiment_head(np.tile(vectors, 60), polarity, TOY)
    probabilities = SentimentHead(arrays, facts).probabilities(np.tile(vectors, 60))
    assert (probabilities.argmax(axis=1) == polarity).mean() > 0.95
    assert probabilities.sum(axis=1) == pytest.approx(1)
