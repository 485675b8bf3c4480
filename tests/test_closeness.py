"""Closeness to the codebook's phrases: foretold from one layer, true in another."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from framewatch.facts import load_frames
from models.closeness import (
    Closeness,
    HighestLayer,
    fit_closeness,
    phrase_vectors,
    phrases_of,
)
from models.codebook import GENERIC_FRAMES
from models.encoder import EncoderError, EncoderIdentity, Ids, Tokens, Vectors
from models.framing import FrameHeads
from models.heads import save_head
from models.passages import encode_text, tokenize_text


class TwoLayers:
    """A word's vector is its length in the lower layer, its first letter's place in the higher."""

    identity = EncoderIdentity("two", "1", "00")
    longest = 100

    def tokenize(self, text: str) -> Tokens:
        words = text.split()
        ids = [100 * len(word) + ord(word[0].lower()) - 96 for word in words]
        starts = np.cumsum([0, *(len(word) + 1 for word in words)])[:-1]
        offsets = np.array([(s, s + len(w)) for s, w in zip(starts, words, strict=True)])
        return Tokens(np.array(ids, dtype=np.int64), offsets)

    def encode(self, sequences: Sequence[Ids]) -> list[tuple[Vectors, ...]]:
        both = [np.array([0, *ids, 0], dtype=np.float32)[:, None] for ids in sequences]
        return [(ids // 100, ids % 100) for ids in both]


def test_the_highest_layer_alone_is_read_through_the_same_path() -> None:
    """Of "aa bbbb" the mean length is 3, the mean place in the alphabet 1.5."""
    encoder = TwoLayers()
    source = tokenize_text(encoder, "aa bbbb")
    assert encode_text(encoder, source).sentences == pytest.approx(np.array([[3.0]]))
    assert encode_text(HighestLayer(encoder), source).sentences == pytest.approx(np.array([[1.5]]))


def test_a_phrase_is_the_mean_of_its_words_in_the_highest_layer() -> None:
    """The special tokens, zeros here, are left out."""
    assert phrase_vectors(TwoLayers(), ["a c", "z"]) == pytest.approx(np.array([[2.0], [26.0]]))


def test_every_line_of_an_entry_is_a_phrase() -> None:
    """Definition, what counts and what does not, cues and questions; names are not."""
    frames = load_frames(GENERIC_FRAMES)
    phrases = phrases_of(frames)
    for frame in frames:
        assert {frame.definition, *frame.counts, *frame.excludes} <= set(phrases)
        assert {*frame.cues, *frame.questions} <= set(phrases)
        assert frame.name not in phrases


def test_cosines_of_the_higher_layer_are_foretold_from_the_lower() -> None:
    """On sentences never fitted on, where the higher layer turns the lower by a right angle."""
    random = np.random.default_rng(3)
    lowest = random.normal(size=(4000, 4)).astype(np.float32)
    lowest /= np.linalg.norm(lowest, axis=1, keepdims=True)
    turn = np.eye(4, dtype=np.float32)[[1, 0, 3, 2]] * np.array([1, -1, 1, -1], dtype=np.float32)
    phrases = random.normal(size=(6, 4)).astype(np.float32)
    closeness = fit_closeness(lowest[:3000], (lowest @ turn)[:3000], phrases)
    centred = phrases - phrases.mean(axis=0)
    true = (lowest @ turn)[3000:] @ (centred / np.linalg.norm(centred, axis=1)[:, None]).T
    foretold = closeness.of_sentences(lowest[3000:])
    assert np.corrcoef(foretold.ravel(), true.ravel())[0, 1] > 0.98


def test_an_article_is_as_close_as_its_three_best_sentences() -> None:
    """By hand: of four cosines to one phrase the lowest does not count, nor do lengths."""
    closeness = Closeness(np.array([[1.0, 0.0]]), np.zeros(1))
    sentences = np.array([[1, 0], [0, 9], [-2, 0], [3, 4]], dtype=np.float32)
    assert closeness.of_article(sentences) == pytest.approx(np.array([(1 + 0 + 0.6) / 3]))
    assert closeness.of_article(sentences[:1]) == pytest.approx(np.array([1.0]))


def test_heads_made_before_closeness_are_refused(tmp_path: Path) -> None:
    """With the command that makes them anew, not with a missing key."""
    save_head(tmp_path, "frames", {"idf": np.ones(1, dtype=np.float32)}, {"encoder_sha256": "00"})
    with pytest.raises(EncoderError, match=r"earlier version.*models\.train"):
        FrameHeads.load(tmp_path, TwoLayers.identity)
