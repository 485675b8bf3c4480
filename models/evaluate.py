"""python -m models.evaluate --data PATH [--set-floors [--lower-floors]]

Frames: cross-validation over the corpus's own folds; everything (vocabulary, weights, calibration,
thresholds) is fitted again on the other folds, by the code that fits the heads that ship.
Issue frames and sentiment: the heads that ship, on texts they were not fitted on. Exit status 1
below a floor.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from framewatch.floors import Floors
from framewatch.settings import BUNDLED
from models.baselines import commonest, lexicon, words_only, words_only_frames
from models.corpora import test_sets, training_mentions
from models.encoder import Encoder, heads_folder, open_encoder
from models.evaluate_issues import issue_rows
from models.fitting import Labels, ReadTexts, fit_frame_heads
from models.framing import FrameHeads, Scores
from models.metrics import Measures, measure_frame, measure_polarity
from models.target_model import open_sentiment
from models.vectorise import CODES, codebook_phrases, frame_labels, read_texts, windows_of

# Retraining on another processor moves figures by up to this much.
FLOORS = Floors(Path(__file__).with_name("floors.toml"), "python -m models.evaluate", slack=0.02)
COLUMNS = ("n", "prevalence", "precision", "recall", "F1", "AUC", "cal. error")
Row = tuple[str, Measures]


def frame_rows(encoder: Encoder, data: Path) -> tuple[list[Row], dict[str, float]]:
    """A row per frame and baseline, and the figures that have floors."""
    texts, labels, folds = frame_labels(data)
    ours, present = cross_validate(encoder, read_texts(encoder, texts), labels, folds)
    words, words_present = np.zeros(labels.shape), np.zeros_like(labels)
    commoner = np.zeros_like(labels)
    for train, test in _folds(folds):
        words[test], words_present[test] = words_only_frames(texts, labels, train, test)
        commoner[test] = (labels[train].mean(axis=0) >= 0.5).astype(np.int64)
    rows: list[Row] = []
    figures: dict[str, float] = {}
    for i, code in enumerate(CODES):
        measures = measure_frame(labels[:, i], ours[:, i], present[:, i])
        rows.append((code, measures))
        rows.append(
            ("  words alone", measure_frame(labels[:, i], words[:, i], words_present[:, i]))
        )
        shares = np.full(len(labels), labels[:, i].mean())
        rows.append(("  commonest label", measure_frame(labels[:, i], shares, commoner[:, i])))
        figures |= _figures(f"frames.{code}", measures)
    for name, found in (("", present), (" (words alone)", words_present)):
        micro, macro = f1_over_frames(labels, found)
        rows.append((f"all frames{name}: micro-F1 {micro:.3f}, macro-F1 {macro:.3f}", _NOTHING))
    micro, macro = f1_over_frames(labels, present)
    return rows, {"frames.micro_f1": micro, "frames.macro_f1": macro, **figures}


def cross_validate(
    encoder: Encoder, read: ReadTexts, labels: Labels, folds: Labels
) -> tuple[Scores, Labels]:
    """Probability and presence (n, frames) of each article by heads that never saw its fold."""
    phrases = codebook_phrases(encoder)
    probability, present = np.zeros(labels.shape), np.zeros_like(labels)
    for train, test in _folds(folds):
        some, others = read.at(train), read.at(test)
        heads = FrameHeads(*fit_frame_heads(some, phrases, labels[train], CODES, encoder.identity))
        close = np.stack([heads.closeness.of_article(one) for one in others.sentences])
        probability[test] = heads.probabilities(others.texts, others.vectors, close)
        present[test] = probability[test] >= np.array(heads.thresholds)
    return probability, present


def f1_over_frames(labels: Labels, present: Labels) -> tuple[float, float]:
    from sklearn.metrics import f1_score

    micro, macro = (
        f1_score(labels, present, average=a, zero_division=0) for a in ("micro", "macro")
    )
    return float(micro), float(macro)


def sentiment_rows(
    encoder: Encoder, folder: Path, data: Path
) -> tuple[list[Row], dict[str, float]]:
    """A row per test set and baseline, and the figures that have floors."""
    sentiment = open_sentiment(folder, encoder)
    train = training_mentions(data)
    rows: list[Row] = []
    figures: dict[str, float] = {}
    for name, mentions in test_sets(data).items():
        gold = np.array([mention.polarity for mention in mentions])
        scores = sentiment.probabilities(windows_of(encoder, mentions))
        measures = measure_polarity(gold, scores)
        rows.append((name, measures))
        rows.append(("  words alone", measure_polarity(gold, words_only(train, mentions))))
        rows.append(("  commonest label", measure_polarity(gold, commonest(train, mentions))))
        if (vader := lexicon(mentions)) is not None:
            rows.append(("  VADER", measure_polarity(gold, vader)))
        figures |= _figures(f"sentiment.{name}", measures)
    return rows, figures


_NOTHING = Measures(0, 0, 0, 0, 0, 0, 0)


def _folds(folds: Labels) -> Iterator[tuple[Labels, Labels]]:
    for fold in np.unique(folds):
        yield np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)


def _figures(name: str, measures: Measures) -> dict[str, float]:
    return {f"{name}.f1": measures.f1, f"{name}.auc": measures.auc}


def table(title: str, rows: list[Row]) -> str:
    lines = [f"\n{title:31}" + "".join(f"{column:>11}" for column in COLUMNS)]
    for name, m in rows:
        if m is _NOTHING:
            lines.append(name)
            continue
        numbers = (m.prevalence, m.precision, m.recall, m.f1, m.auc, m.calibration)
        lines.append(f"{name:31}{m.n:>11}" + "".join(f"{number:>11.3f}" for number in numbers))
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Evaluation:
    tables: str  # as printed
    figures: dict[str, float]  # those that have floors
    frames: dict[str, Measures]  # of the trained frames, by code


def evaluation(encoder: Encoder, folder: Path, data: Path) -> Evaluation:
    frames, figures = frame_rows(encoder, data)
    sentiment, more = sentiment_rows(encoder, folder, data)
    sentences, articles, issues = issue_rows(encoder, folder)
    tables = (
        table("frame", frames),
        table("issue frame, sentences", sentences),
        table("issue frame, articles", articles),
        table("sentiment (macro)", sentiment),
    )
    trained = {code: measures for code, measures in frames if code in CODES}
    return Evaluation("\n".join(tables), {**figures, **more, **issues}, trained)


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--encoder", "name", default=BUNDLED, show_default=True)
@click.option("--set-floors", "setting", is_flag=True, help="Write floors from what is measured.")
@click.option("--lower-floors", "lower", is_flag=True, help="Let --set-floors lower a floor.")
@click.option("--json", "output", type=click.Path(path_type=Path), help="Write the figures here.")
def main(data: Path, name: str, setting: bool, lower: bool, output: Path | None) -> None:
    """Measure the heads; fail below a floor."""
    found = evaluation(open_encoder(name), heads_folder(name), data)
    click.echo(found.tables)
    if output is not None:
        output.write_text(json.dumps(found.figures, indent=1) + "\n", encoding="utf-8")
    FLOORS.conclude(found.figures, setting=setting, lower=lower)


if __name__ == "__main__":
    main()
