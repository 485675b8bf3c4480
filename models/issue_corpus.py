"""Sentences written for this repository that carry an issue frame, or nearly do.

models/issue_sentences/FRAME.jsonl, a line each: {"frames": [codes it carries], "text": sentence}.
Of a frame's own file the lines that do not name it are near misses: same subject and words, what
the frame's entry excludes, or another frame. People and outlets in them are invented.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.fitting import Labels

FOLDER = Path(__file__).with_name("issue_sentences")
# One sentence in three, by this salted hash, is for measuring alone.
SALT = "framewatch issue sentences:"
FOLDS = 5  # of the other two thirds
# Composed articles: sentences, and how many frames are theirs.
FEWEST, MOST, THEMES = 3, 30, (1, 2, 3)
# An article carries a frame where at least this share of its sentences does.
SHARE = 0.1


@dataclass(frozen=True, slots=True)
class IssueSentence:
    text: str
    frames: frozenset[str]  # those it carries
    written_for: str  # the frame whose file it stands in; "background": none

    @property
    def _number(self) -> int:
        return int(hashlib.sha256((SALT + self.text).encode()).hexdigest(), 16)

    @property
    def held_out(self) -> bool:
        return self._number % 3 == 0

    @property
    def fold(self) -> int:
        return self._number // 3 % FOLDS


def issue_sentences(folder: Path = FOLDER) -> list[IssueSentence]:
    """All of them, by file and line. Raises ValueError where a text stands twice."""
    found = [
        IssueSentence(row["text"], frozenset(row["frames"]), path.stem)
        for path in sorted(folder.glob("*.jsonl"))
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]
    if len({one.text for one in found}) < len(found):
        raise ValueError(f"{folder}: a sentence stands twice")
    return found


def issue_codes(sentences: Sequence[IssueSentence]) -> tuple[str, ...]:
    """The frames that have a file, in the order of their names."""
    carried = {code for one in sentences for code in one.frames}
    return tuple(sorted(carried & {one.written_for for one in sentences}))


def issue_labels(sentences: Sequence[IssueSentence], codes: Sequence[str]) -> Labels:
    """(sentences, frames) of 0 and 1."""
    return np.array([[code in one.frames for code in codes] for one in sentences], dtype=np.int64)


def compose(labels: Labels, count: int, seed: int) -> list[Labels]:
    """Articles put together from sentences: for each the positions of its sentences, shuffled.

    No coded articles exist, so lengths and mixtures are ours: one to three frames are an article's
    themes, up to half of its sentences are drawn from those that carry one of them, and the
    rest from those that carry no frame at all, near misses among them.
    """
    random = np.random.default_rng(seed)
    articles = []
    for _ in range(count):
        length = int(random.integers(FEWEST, min(MOST, len(labels)) + 1))
        most = min(int(random.choice(THEMES)), labels.shape[1])
        themes = random.choice(labels.shape[1], size=most, replace=False)
        on_theme = np.flatnonzero(labels[:, themes].any(axis=1))
        wanted = min(int(length * random.uniform(0, 0.5)), len(on_theme))
        chosen = random.choice(on_theme, size=wanted, replace=False)
        plain = np.flatnonzero(~labels.any(axis=1))
        rest = random.choice(plain, size=min(length - wanted, len(plain)), replace=False)
        articles.append(random.permutation(np.concatenate([chosen, rest])))
    return articles


def carried(labels: Labels, article: Labels) -> Labels:
    """(frames,): which frames an article of these sentences carries."""
    return np.asarray(labels[article].mean(axis=0) >= SHARE, dtype=np.int64)
