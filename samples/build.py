"""Builds the sample archive and its truth from samples/texts: `python -m samples.build`."""

import json
from pathlib import Path

from samples.captures import all_captures
from samples.texts import FOLDER, load_texts
from samples.truth import truth_of
from samples.warc import write_archive

ARCHIVE = "newsroom.warc.gz"
TRUTH = "truth.json"


def build(folder: Path) -> None:
    """Write both files into folder; the same bytes each time."""
    texts = load_texts()
    (folder / ARCHIVE).write_bytes(write_archive(all_captures(texts), ARCHIVE))
    truth = json.dumps(truth_of(texts), ensure_ascii=False, indent=1) + "\n"
    (folder / TRUTH).write_text(truth, encoding="utf-8")


if __name__ == "__main__":
    build(FOLDER)
