"""python -m models.train_issue_frames [--encoder NAME]

Fits the heads of the issue frames whose sentences stand in models/issue_sentences, for the entries
of topics/deepseek.toml, on the vectors of the engine that serves them. Under a minute.
"""

import json
from pathlib import Path

import click

from framewatch.facts import load_topic
from framewatch.settings import BUNDLED
from models.codebook import open_codebook
from models.encoder import Encoder, heads_folder, open_encoder
from models.export import write_manifest
from models.issue_corpus import issue_sentences
from models.issue_fitting import build_corpus, fit_scale, fit_sentence_heads
from models.issue_frames import save_issues
from models.onnx_encoder import MANIFEST

# Whose entries the sentences were written for.
TOPIC = Path(__file__).resolve().parent.parent / "topics" / "deepseek.toml"


def fit_issue_heads(encoder: Encoder, folder: Path) -> None:
    """Write issues.json and issues.safetensors into folder."""
    topic = load_topic(TOPIC)
    tuning = [one for one in issue_sentences() if not one.held_out]
    corpus = build_corpus(encoder, tuning)
    heads = fit_sentence_heads(corpus, topic.frames)
    scale = fit_scale(encoder, corpus, open_codebook(topic).frames)
    save_issues(folder, heads, scale, encoder.identity)
    click.echo(f"issue frames: {len(heads)} heads from {len(tuning)} sentences")


@click.command()
@click.option("--encoder", "name", default=BUNDLED, show_default=True)
def main(name: str) -> None:
    """Fit the heads of issue frames and write them beside the encoder."""
    folder = heads_folder(name)
    fit_issue_heads(open_encoder(name), folder)
    manifest = folder / MANIFEST
    if manifest.exists():
        write_manifest(folder, json.loads(manifest.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
