"""Issue frames: a score for every sentence, and the rule that makes an article's of them.

A head is linear in a sentence's unit vector x, whoever made it:

    logit of a sentence   w x + b
    of an article         slope * (mean logit of its best sentences) + intercept

The best sentences are the highest `share` of them, rounded up, one at least: so a reader can see
what an article's probability rests on, and a longer text has no higher one for its length alone.
Sentences too short to be evidence (captions, cross-heads) count only where there are no others.
Heads differ in what w was made from (`Origin`). A frame without a head is scored by its
description: w is the direction of the mean unit vector of its definition, counts, cues and
questions, less that of the mean over all frames of the codebook. What it excludes is not used:
its subtraction made the ranking worse on the tuning sentences of `models.issue_corpus`.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from framewatch.story import Frame, FrameScore
from models.codebook import Codebook
from models.encoder import Encoder, EncoderError, EncoderIdentity, Vectors
from models.evidence import worded
from models.framing import Scores, sigmoid
from models.heads import TRAIN, Numbers, OtherEncoderError, load_head, save_head
from models.passages import EncodedText, encode_text, tokenize_text

log = logging.getLogger(__name__)

ISSUES = "issues"  # the name of their files in a folder of heads
TRAIN_CODED = "train again: python -m framewatch codebook train"


class Origin(StrEnum):
    DESCRIPTION = "description"  # of the codebook's entry alone
    SENTENCES = "sentences"  # fitted on the sentences in models/issue_sentences
    CODED = "coded"  # fitted on what people coded (codebook train)


@dataclass(frozen=True, slots=True)
class IssueHead:
    """One frame's head; `entry` is the version of the codebook's entry that it was made for."""

    frame: str
    entry: str
    origin: Origin
    weights: Scores  # (d,), for unit vectors
    bias: float
    slope: float
    intercept: float
    share: float
    threshold: float

    def article_logit(self, logits: Scores) -> float:
        return self.slope * best_mean(logits, self.share) + self.intercept


@dataclass(frozen=True, slots=True)
class Scale:
    """What turns a likeness to a description into logits: the same for every frame."""

    factor: float
    bias: float
    slope: float
    intercept: float
    share: float
    threshold: float


def entry_sha256(frame: Frame) -> str:
    """The version of one entry: every word of it counts, its tier does not."""
    words = {name: value for name, value in asdict(frame).items() if name != "tier"}
    canonical = json.dumps(words, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def unit(vectors: Vectors | Scores) -> Scores:
    """Rows of length 1 (a row of zeros stays one)."""
    rows = np.asarray(vectors, dtype=np.float64)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12))


def best_mean(logits: Scores, share: float) -> float:
    """The mean of the highest `share` of the logits (n,), rounded up."""
    # Less a hair, so that a tenth of thirty is three in binary fractions too.
    best = max(1, ceil(len(logits) * share - 1e-9))
    return float(np.sort(logits)[-best:].mean())


def likeness(encoder: Encoder, frames: Sequence[Frame]) -> Scores:
    """(frames, d): the direction of each description, less the mean direction of all."""
    means = []
    for frame in frames:
        lines = (frame.name, frame.definition, *frame.counts, *frame.cues, *frame.questions)
        encoded = encode_text(encoder, tokenize_text(encoder, "\n".join(lines)))
        means.append(unit(encoded.sentences).mean(axis=0))
    directions = unit(np.stack(means))
    return np.asarray(directions - directions.mean(axis=0))


def described(
    encoder: Encoder, codebook: Sequence[Frame], wanted: Sequence[Frame], scale: Scale
) -> list[IssueHead]:
    """Heads of the frames wanted, from the descriptions of the whole codebook."""
    by_code = dict(zip([f.code for f in codebook], likeness(encoder, codebook), strict=True))
    return [
        IssueHead(
            frame=frame.code,
            entry=entry_sha256(frame),
            origin=Origin.DESCRIPTION,
            weights=scale.factor * by_code[frame.code],
            bias=scale.bias,
            slope=scale.slope,
            intercept=scale.intercept,
            share=scale.share,
            threshold=scale.threshold,
        )
        for frame in wanted
    ]


class IssueFrames:
    """The heads of a topic's issue frames; their order is that of every result."""

    def __init__(self, heads: Sequence[IssueHead]) -> None:
        self.heads = tuple(heads)
        self.codes: tuple[str, ...] = tuple(head.frame for head in self.heads)
        if self.heads:
            self._weights = np.stack([head.weights for head in self.heads])
            self._bias = np.array([head.bias for head in self.heads])

    def of_origin(self, origin: Origin) -> tuple[str, ...]:
        return tuple(head.frame for head in self.heads if head.origin is origin)

    def logits(self, sentences: Vectors | Scores) -> Scores:
        """(sentences, frames)."""
        if not self.heads:
            return np.zeros((len(sentences), 0))
        return np.asarray(unit(sentences) @ self._weights.T + self._bias)

    def score_sentences(self, encoded: EncodedText) -> Scores:
        """(sentences, frames): probabilities, the evidence's scores."""
        return sigmoid(self.logits(encoded.sentences))

    def score_article(self, encoded: EncodedText) -> tuple[FrameScore, ...]:
        logits = self.logits(encoded.sentences)[counted(encoded)]
        found = [head.article_logit(logits[:, i]) for i, head in enumerate(self.heads)]
        return tuple(
            FrameScore(frame=head.frame, probability=float(p), threshold=head.threshold)
            for head, p in zip(self.heads, sigmoid(np.array(found)), strict=True)
        )


def counted(encoded: EncodedText) -> list[int]:
    """The sentences that an article's score rests on."""
    found = worded(encoded)
    return found or list(range(len(encoded.source.sentences)))


def coded_folder(home: Path, topic: str) -> Path:
    """Where the heads stand that `codebook train` makes for a topic."""
    return home / "heads" / topic


# --- on disk --------------------------------------------------------------------------------------

_NUMBERS = ("bias", "slope", "intercept", "share", "threshold")


def save_issues(
    folder: Path,
    heads: Sequence[IssueHead],
    scale: Scale | None,
    encoder: EncoderIdentity,
    *,
    switched: bool = False,
) -> None:
    """The weights and, in issues.json, the rest, by frame and entry; see `save_head`."""
    keys = [f"{head.frame} {head.entry}" for head in heads]
    arrays: dict[str, Numbers] = {
        key: head.weights.astype(np.float32) for key, head in zip(keys, heads, strict=True)
    }
    facts = {
        "heads": {
            key: {"frame": head.frame, "entry": head.entry, "origin": head.origin.value}
            | {name: round(getattr(head, name), 6) for name in _NUMBERS}
            for key, head in zip(keys, heads, strict=True)
        },
        "description": None if scale is None else asdict(scale),
        "encoder_sha256": encoder.weights_sha256,
    }
    save_head(folder, ISSUES, arrays, facts, switched=switched)


def load_all(
    folder: Path, encoder: EncoderIdentity, remedy: str = TRAIN
) -> tuple[tuple[IssueHead, ...], Scale | None]:
    """Heads, of whatever entries, and the scale of descriptions. Raises as `load_head`."""
    arrays, facts = load_head(folder, ISSUES, encoder, remedy)
    try:
        heads = tuple(
            IssueHead(
                weights=arrays[key].astype(np.float64),
                **({"frame": key} | known | {"origin": Origin(known["origin"])}),
            )
            for key, known in facts["heads"].items()
        )
        return heads, _scale(facts["description"])
    except (KeyError, TypeError, ValueError) as error:
        raise EncoderError(
            f"{folder / ISSUES}.json: does not fit {ISSUES}.safetensors ({error!r}); {remedy}"
        ) from error


def load_issues(
    folder: Path, encoder: EncoderIdentity
) -> tuple[dict[str, IssueHead], Scale | None]:
    """The shipped heads by frame, and the scale of descriptions. Raises as `load_head`."""
    heads, scale = load_all(folder, encoder)
    return {head.frame: head for head in heads}, scale


def load_coded(folder: Path | None, encoder: EncoderIdentity) -> tuple[IssueHead, ...]:
    """The heads that `codebook train` made for a topic; none if it made none for this encoder.

    Raises EncoderError where they are damaged.
    """
    if folder is None or not (folder / f"{ISSUES}.json").is_file():
        return ()
    try:
        return load_all(folder, encoder, TRAIN_CODED)[0]
    except OtherEncoderError:
        return ()


def _scale(known: Mapping[str, Any] | None) -> Scale | None:
    return None if known is None else Scale(**known)


def choose_heads(
    encoder: Encoder,
    codebook: Codebook,
    held: Sequence[IssueHead],
    scale: Scale,
) -> IssueFrames:
    """For each experimental frame the first head made for its very entry, else its description."""
    chosen: dict[str, IssueHead] = {}
    for frame in codebook.experimental:
        key = frame.code, entry_sha256(frame)
        head = next((head for head in held if (head.frame, head.entry) == key), None)
        if head is not None:
            chosen[frame.code] = head
    lacking = [frame for frame in codebook.experimental if frame.code not in chosen]
    if lacking:
        chosen |= {h.frame: h for h in described(encoder, codebook.frames, lacking, scale)}
    return IssueFrames([chosen[frame.code] for frame in codebook.experimental])


def open_issues(
    encoder: Encoder, codebook: Codebook, folders: Sequence[Path | None]
) -> IssueFrames:
    """The heads of a codebook's experimental frames, those of earlier folders first.

    The last folder must have them, and the scale of descriptions; in those before it are heads of
    coded texts (`load_coded`). Raises EncoderError.
    """
    if not codebook.experimental:
        return IssueFrames(())
    *others, last = [folder for folder in folders if folder is not None]
    shipped, scale = load_all(last, encoder.identity)
    if scale is None:
        raise EncoderError(
            f"{last}: {ISSUES}.json has no scale of descriptions; train again: "
            "python -m models.train_issue_frames --encoder NAME"
        )
    held: list[IssueHead] = []
    for folder in others:
        held += load_coded(folder, encoder.identity)
        if not held and (folder / f"{ISSUES}.json").is_file():
            log.warning("%s: made for another encoder, not used; %s", folder, TRAIN_CODED)
    return choose_heads(encoder, codebook, [*held, *shipped], scale)
