"""Measuring the issue frames on the third of `models.issue_corpus` that nothing was fitted on.

Each sentence is scored once, in the company of nine others, as in an article. Beside the heads
that ship stand the descriptions alone and the cues of the codebook's entry, found word by word.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from framewatch.facts import load_topic
from framewatch.story import Frame
from models.codebook import open_codebook
from models.encoder import Encoder, Vectors
from models.fitting import SEED, Labels, best_threshold
from models.framing import Scores, sigmoid
from models.issue_corpus import IssueSentence, carried, compose, issue_labels, issue_sentences
from models.issue_fitting import encode_sentences
from models.issue_frames import IssueFrames, described, load_issues
from models.metrics import Measures, measure_frame
from models.train_issue_frames import TOPIC

COMPANY = 10  # sentences read together
ARTICLES = 200  # composed of the held-out sentences
Row = tuple[str, Measures]


def issue_rows(encoder: Encoder, folder: Path) -> tuple[list[Row], list[Row], dict[str, float]]:
    """Rows of sentences, rows of composed articles, and the figures that have floors."""
    topic = load_topic(TOPIC)
    held, scale = load_issues(folder, encoder.identity)
    if scale is None:
        raise ValueError(f"{folder}: its heads of issue frames have no scale of descriptions")
    frames = [frame for frame in topic.frames if frame.code in held]
    heads = IssueFrames([held[frame.code] for frame in frames])
    plain = IssueFrames(described(encoder, open_codebook(topic).frames, frames, scale))
    tested = [one for one in issue_sentences() if one.held_out]
    labels = issue_labels(tested, heads.codes)
    vectors = in_company(encoder, tested)
    by_heads, by_plain = sigmoid(heads.logits(vectors)), sigmoid(plain.logits(vectors))
    rows: list[Row] = []
    figures: dict[str, float] = {}
    for i, frame in enumerate(frames):
        gold = labels[:, i]
        own = np.array([one.written_for == frame.code for one in tested])
        ours = _measure(gold, by_heads[:, i])
        near = _measure(gold[own], by_heads[own, i])
        rows += [(frame.code, ours), ("  its near misses", near)]
        rows.append(("  description alone", _measure(gold, by_plain[:, i])))
        rows.append(("    its near misses", _measure(gold[own], by_plain[own, i])))
        cues = cue_scores(frame, [one.text for one in tested])
        rows.append(("  cues alone", _measure(gold, cues)))
        figures[f"issues.{frame.code}.auc"] = ours.auc
    figures["issues.mean_f1"] = float(np.mean([m.f1 for name, m in rows if name in held]))
    articles, summary = article_rows(encoder, tested, labels, {"": heads, "description ": plain})
    return rows, articles, {**figures, **summary}


def in_company(encoder: Encoder, sentences: Sequence[IssueSentence]) -> Vectors:
    """(sentences, d): each read once, COMPANY at a time in a shuffled order."""
    order = np.random.default_rng(SEED).permutation(len(sentences))
    parts = np.array_split(order, max(1, len(order) // COMPANY))
    vectors = [encode_sentences(encoder, [sentences[i].text for i in part]) for part in parts]
    return np.concatenate(vectors)[np.argsort(order)]


def cue_scores(frame: Frame, texts: Sequence[str]) -> Scores:
    """1 where a cue of the entry stands in the text, whatever its case, else 0."""
    cues = re.compile("|".join(rf"\b{re.escape(cue)}" for cue in frame.cues), re.IGNORECASE)
    return np.array([float(bool(cues.search(text))) for text in texts])


def article_rows(
    encoder: Encoder,
    sentences: Sequence[IssueSentence],
    labels: Labels,
    scorers: dict[str, IssueFrames],
) -> tuple[list[Row], dict[str, float]]:
    """Articles composed of the sentences: a row per scorer and frame; the means have floors."""
    articles = compose(labels, ARTICLES, SEED)
    gold = np.array([carried(labels, article) for article in articles])
    vectors = [encode_sentences(encoder, [sentences[i].text for i in one]) for one in articles]
    rows: list[Row] = []
    figures: dict[str, float] = {}
    for name, scorer in scorers.items():
        found = np.array([_articles(scorer, one) for one in vectors])
        some = [
            (code, _measure(gold[:, i], found[:, i], scorer.heads[i].threshold))
            for i, code in enumerate(scorer.codes)
        ]
        rows += [(f"{'  ' if name else ''}{name}{code}", measures) for code, measures in some]
        if not name:
            figures["issues.articles.auc"] = float(np.mean([m.auc for _, m in some]))
            figures["issues.articles.f1"] = float(np.mean([m.f1 for _, m in some]))
    return rows, figures


def _articles(scorer: IssueFrames, sentences: Vectors) -> Scores:
    logits = scorer.logits(sentences)
    return sigmoid(
        np.array([head.article_logit(logits[:, i]) for i, head in enumerate(scorer.heads)])
    )


def _measure(gold: Labels, probability: Scores, threshold: float | None = None) -> Measures:
    """Without a threshold that of the greatest expected F1, which takes no labels to find."""
    least = best_threshold(probability) if threshold is None else threshold
    return measure_frame(gold, probability, (probability >= least).astype(np.int64))
