"""python -m models.train --data PATH [--encoder-source DIR] [--encoder NAME]

Fits the heads on the vectors of the engine that serves them, writes them beside the encoder, and
measures them into the model card. With --encoder-source (the published model's folder) the bundled
encoder is exported first. The fine-tuned model of sentiment is made by `models.finetune` and
`models.export_target` before.
"""

import json
from pathlib import Path

import click
import numpy as np

from framewatch.settings import BUNDLED
from models.card import write_card, write_figures
from models.corpora import training_mentions
from models.encoder import Encoder, heads_folder, open_encoder
from models.evaluate import evaluation
from models.export import export_encoder, write_manifest
from models.fitting import fit_frame_heads, fit_sentiment_head
from models.heads import save_head
from models.onnx_encoder import MANIFEST
from models.sentiment import mention_vectors
from models.target_model import TARGET_MODEL
from models.train_issue_frames import fit_issue_heads
from models.vectorise import CODES, codebook_phrases, frame_labels, read_texts, windows_of


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--encoder-source", type=click.Path(path_type=Path, exists=True))
@click.option("--encoder", "name", default=BUNDLED, show_default=True)
def main(data: Path, encoder_source: Path | None, name: str) -> None:
    """Fit the heads; with --encoder-source make the bundled encoder too."""
    folder = heads_folder(name)
    if encoder_source is not None:
        export_encoder(encoder_source, folder)
        click.echo(f"wrote {folder / 'encoder.onnx'}")
    encoder = open_encoder(name)
    fit_heads(encoder, folder, data)
    manifest = folder / MANIFEST
    if manifest.exists():
        write_manifest(folder, json.loads(manifest.read_text(encoding="utf-8")))
    found = evaluation(encoder, folder, data)
    click.echo(found.tables)
    if name == BUNDLED:
        write_card(found.tables)
        write_figures(found.frames)


def fit_heads(encoder: Encoder, folder: Path, data: Path) -> None:
    """Write the heads into folder: of frames, and of sentiment where no model is fine-tuned."""
    texts, labels, _ = frame_labels(data)
    read, phrases = read_texts(encoder, texts), codebook_phrases(encoder)
    save_head(folder, "frames", *fit_frame_heads(read, phrases, labels, CODES, encoder.identity))
    click.echo(f"frames: {len(texts)} articles")
    fit_issue_heads(encoder, folder)
    if (folder / TARGET_MODEL).is_file():
        click.echo(f"sentiment: {TARGET_MODEL} stands there, so no head is fitted")
        return
    mentions = training_mentions(data)
    polarity = np.array([mention.polarity for mention in mentions])
    vectors = mention_vectors(encoder, windows_of(encoder, mentions))
    save_head(folder, "sentiment", *fit_sentiment_head(vectors, polarity, encoder.identity))
    click.echo(f"sentiment: {len(mentions)} mentions")


if __name__ == "__main__":
    main()
