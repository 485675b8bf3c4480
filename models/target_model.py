"""The fine-tuned model of sentiment towards a target: an int8 ONNX transformer on one core."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.encoder import Encoder
from models.framing import Scores
from models.onnx_encoder import checked_manifest, open_session
from models.repeats import ENTRY, Kept
from models.sentiment import (
    POLARITIES,
    HeadSentiment,
    MentionWindow,
    SentimentHead,
    TargetSentiment,
)

TARGET_MODEL = "target.onnx"
# Polarities kept for a window that comes again: some ten thousand windows.
KEPT_BYTES = 8 * 1024 * 1024


def polarity_of(session: Any, window: MentionWindow) -> Scores:
    """(3,): negative, neutral, positive."""
    feed = {"pieces": window.ids, "target": window.target.astype(np.int64)}
    scores = session.run(None, feed)[0].astype(np.float64)
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum())


class TargetModel:
    """`TargetSentiment` over a folder with target.onnx and the manifest that names its SHA-256.

    The model reads a window's word pieces (those of the tokenizer beside it; it adds the special
    tokens itself) and which of them are the target's. Each target of a sentence is a pass.
    """

    def __init__(self, folder: Path) -> None:
        """Raises EncoderError if a file of the folder is missing or altered."""
        checked_manifest(folder)
        self._session = open_session(folder / TARGET_MODEL)
        self.kept: Kept[Scores] = Kept(KEPT_BYTES)

    def probabilities(self, windows: Sequence[MentionWindow]) -> Scores:
        found = [self._of(window) for window in windows]
        return np.array(found, dtype=np.float64).reshape(-1, len(POLARITIES))

    def _of(self, window: MentionWindow) -> Scores:
        key = window.ids.tobytes() + window.target.tobytes()  # nine bytes a piece: no other window
        scores = self.kept.get(key)
        if scores is None:
            scores = polarity_of(self._session, window)
            self.kept.put(key, scores, scores.nbytes + len(key) + ENTRY)
        return scores


def open_sentiment(folder: Path, encoder: Encoder) -> TargetSentiment:
    """The fine-tuned model where the folder has one, else the head fitted on the encoder.

    Raises EncoderError where there is neither, or it is altered.
    """
    if (folder / TARGET_MODEL).is_file():
        return TargetModel(folder)
    return HeadSentiment(encoder, SentimentHead.load(folder, encoder.identity))
