"""Heads on disk: numbers as safetensors, the rest as JSON, tied to the encoder they fit."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.encoder import EncoderError, EncoderIdentity

Numbers = npt.NDArray[np.float32]
# A folder has the sentiment head or the fine-tuned model.
LEARNT = (
    "frames.json",
    "frames.safetensors",
    "sentiment.json",
    "sentiment.safetensors",
    "target.onnx",
)


def save_head(
    folder: Path, name: str, arrays: Mapping[str, Numbers], facts: Mapping[str, Any]
) -> None:
    """Write NAME.safetensors and NAME.json."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file(
        {key: np.ascontiguousarray(a) for key, a in arrays.items()}, folder / f"{name}.safetensors"
    )
    text = json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def load_head(
    folder: Path, name: str, encoder: EncoderIdentity
) -> tuple[dict[str, Numbers], dict[str, Any]]:
    """Arrays and facts of a head. Raises EncoderError if absent or fitted on another encoder."""
    from safetensors.numpy import load_file

    path = folder / f"{name}.json"
    arrays_path = path.with_suffix(".safetensors")
    if not path.is_file() or not arrays_path.is_file():
        raise EncoderError(
            f"{folder}: no {name} head for the encoder {encoder.model}; train one: "
            "python -m models.train --data PATH --encoder NAME"
        )
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if facts["encoder_sha256"] != encoder.weights_sha256:
        raise EncoderError(
            f"{path}: fitted on an encoder with SHA-256 {facts['encoder_sha256']}, but "
            f"{encoder.model} has {encoder.weights_sha256}; train again: "
            "python -m models.train --data PATH --encoder NAME"
        )
    return load_file(arrays_path), facts


def heads_sha256(folder: Path) -> str:
    """One SHA-256 over the files that hold what was learnt beyond the encoder."""
    digest = hashlib.sha256()
    for name in LEARNT:
        if (folder / name).is_file():
            digest.update((folder / name).read_bytes())
    return digest.hexdigest()
