"""MODEL_CARD.md: what ships, from what it was made, and how well it does."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from models.export import LAYERS, SOURCE_MODEL, SOURCE_SHA256
from models.fitting import SEED
from models.metrics import Measures

CARD = Path(__file__).with_name("MODEL_CARD.md")
FIGURES = Path(__file__).with_name("figures.json")  # of the trained frames, for the pages
_TEXT = """\
# Model card

Written by `python -m models.train`; do not edit by hand.

## What ships
- **Encoder**: {model}, 22.7 million parameters, Apache-2.0
  (LICENSE and NOTICE stand beside it), weights' SHA-256
  `{sha256}`.
  Exported to ONNX with the outputs of layers {layers}, int8 (per channel, reduced range).
  The vectors drift from the exact ones (mean cosine about
  .993 for the last layer), so every head is fitted on the int8 vectors themselves.
- **Frame heads**: five, each the mean of the logits of three logistic regressions: on TF-IDF words,
  on passage vectors, and on how close the sentences come to the phrases of the codebook's own
  entries (`models.closeness`); calibrated (Platt), with the threshold of greatest expected F1.
- **Issue frame heads** (`issues.*`): nine, for the issue frames of `topics/deepseek.toml`, each a
  logistic regression on a sentence's vector; an article's score is the mean over its best tenth of
  sentences (`models.issue_frames`). Fitted on 521 sentences written for this repository
  (`models/issue_sentences`). A frame whose entry is another is scored by its description alone.
- **Sentiment model** (`target.onnx`): the same encoder fine-tuned for polarity towards a target on
  three corpora at once, and a small layer on the vectors of the first token, the target and all
  tokens. The target's tokens carry token type 1. int8 (a scale for every 128 inputs), a temperature
  fitted on the development parts. Each target named in a sentence is a pass of its own.

## Made from
| corpus | used for | licence and credit |
|---|---|---|
| Narrative Frames Corpus | frames: 342 articles, all folds | MIT, Lea Frermann 2023 (ACL 2023) |
| models/issue_sentences | issue frames: two thirds of 770 sentences | in the repository |
| NewsMTSC rw-train | sentiment | MIT-type, Felix Hamborg 2020 (Hamborg and Donnay, EACL 2021) |
| SEntFiN 1.0 | sentiment, four fifths of the texts | MIT, Sinha, Kedas, Kumar, Malo 2021 |
| FinEntity | sentiment, four fifths of the texts | ODC-BY 1.0, Tang et al. (EMNLP 2023) |

The held-out fifth of SEntFiN and FinEntity is chosen by a salted SHA-256 of the text
(`models.corpora.held_out`). No text of the corpora is in the repository; the lexical half's
vocabulary (single words of at least three articles) is.

Seed {seed}. Again: `python -m models.train --data PATH --encoder-source DIR` (the export needs
torch 2.13.0 and onnx; fitting and reading do not). The issue frames alone, in seconds:
`python -m models.train_issue_frames`. The sentiment model: `python -m models.finetune` and
`python -m models.export_target`, with torch too; its manifest entry names the settings.

## How well it does
Frames: cross-validated over the corpus's folds, everything fitted again each time, thresholds and
calibration too. Sentiment: on texts never fitted on; macro averages, `prevalence` is that of the
commonest polarity. The sentiment model's epochs and settings were chosen on a twelfth of the
training texts (`models.finetune.is_dev`), not on these sets. The frames' figures are a little too
good: layer, regularisation, threshold rule and the third regression were chosen among many on these
same folds; with regularisation and weights of the three chosen inside the training folds they are
.707 (micro) and .635 (macro). Bootstrap standard errors: .013 and .022. With as few articles a
perfectly calibrated head has a calibration error of .03 (human interest, morality) to .06
(conflict, responsibility). Words alone do nearly as well on responsibility.

Issue frames: on the third of the sentences that nothing was fitted or chosen on. `near misses` are
sentences of the frame's own subject and words, half of which do not carry it. The articles are
composed of those sentences, so their figures are of a mixture of ours, not of the news'; mixture
and threshold rule were settled with these figures in view, layer and regularisation were not.

```
{tables}
```

## What it cannot do
- **The frame heads learnt from United States articles on climate change.** How well they carry over
  to other topics is not measured: there is no openly licensed, coded corpus on artificial
  intelligence. Treat shares as comparable between outlets and weeks of one topic, not as exact, and
  code a sample by hand before publishing.
- On the first article read on another topic, an opinion piece that portrays an entrepreneur, human
  interest is present by little (.31, threshold .22). Expect misses.
- Human interest and morality rest on some 35 coded articles each.
- English only. Sentences are read alone: irony, and targets named only by a pronoun, are missed.
- An alias counts wherever it stands, within other names too ("South China Morning Post").
- Sentiment is polarity towards the target as readers saw it, in political and financial news.
- **The issue frames are experimental.** Their sentences were written by one hand, for fitting and
  for measuring alike, and no article was coded: what the figures say of real news is not known.
  `codebook train` fits a head on what people coded, and says whether it does better. A frame scored
  by its description alone ranks articles; it hardly classifies them.
"""


def write_card(tables: str, path: Path = CARD) -> None:
    text = _TEXT.format(
        model=SOURCE_MODEL,
        sha256=SOURCE_SHA256,
        layers=", ".join(map(str, LAYERS)),
        seed=SEED,
        tables=tables.strip(),
    )
    path.write_text(text, encoding="utf-8")


def write_figures(frames: Mapping[str, Measures], path: Path = FIGURES) -> None:
    """What the card's first table says of each trained frame, for programs."""
    rounded = {
        code: {name: round(value, 3) for name, value in asdict(measures).items()}
        for code, measures in frames.items()
    }
    path.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")
