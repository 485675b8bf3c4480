"""Heads on disk: numbers as safetensors, the rest as JSON, tied to the encoder they fit."""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
import numpy.typing as npt

from models.encoder import EncoderError, EncoderIdentity

Numbers = npt.NDArray[np.float32]
# A folder has the sentiment head or the fine-tuned model.
LEARNT = (
    "frames.json",
    "frames.safetensors",
    "issues.json",
    "issues.safetensors",
    "sentiment.json",
    "sentiment.safetensors",
    "target.onnx",
)
HASH = "arrays_sha256"  # in the JSON: that of the safetensors
FILE = "arrays_file"  # and its name, where it has one of its own


TRAIN = "train again: python -m models.train --data PATH --encoder NAME"


class OtherEncoderError(EncoderError):
    """A head that was fitted on another encoder."""


def save_head(
    folder: Path,
    name: str,
    arrays: Mapping[str, Numbers],
    facts: Mapping[str, Any],
    *,
    switched: bool = False,
) -> None:
    """Write NAME.safetensors and NAME.json, each whole or not at all.

    The second holds the hash of the first: a pair of which only one was replaced is not read.
    switched: the arrays get a name of their own, so that the JSON alone puts one pair in the place
    of another, at once. Those of the pair before stay for whoever reads it now.
    """
    from safetensors.numpy import save

    folder.mkdir(parents=True, exist_ok=True)
    held = save({key: np.ascontiguousarray(a) for key, a in arrays.items()})
    digest = hashlib.sha256(held).hexdigest()
    path, file = folder / f"{name}.json", f"{name}.safetensors"
    facts = {**facts, HASH: digest}
    if switched:
        file = f"{name}-{digest[:16]}.safetensors"
        facts[FILE] = file
    before = _arrays_of(path)
    _write(folder / file, held)
    text = json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False)
    _write(path, f"{text}\n".encode())
    for old in folder.glob(f"{name}-*.safetensors") if switched else ():
        if old.name not in (file, before):
            old.unlink(missing_ok=True)


def _arrays_of(path: Path) -> str:
    """The file with the arrays of a head whose JSON this is; empty where it has none to name."""
    with suppress(OSError, ValueError, AttributeError):
        return str(json.loads(path.read_text(encoding="utf-8")).get(FILE, ""))
    return ""


def _write(path: Path, content: bytes) -> None:
    """Under another name first, so that nobody ever reads half of it."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
        made = Path(stream.name)
        try:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            made.chmod(0o644)  # as any file; a temporary one is its owner's alone
            made.replace(path)
        except BaseException:
            made.unlink(missing_ok=True)
            raise


def load_head(
    folder: Path, name: str, encoder: EncoderIdentity, remedy: str = TRAIN
) -> tuple[dict[str, Numbers], dict[str, Any]]:
    """Arrays and facts of a head.

    Raises EncoderError, with the remedy, if absent or damaged, OtherEncoderError if fitted on
    another encoder. Heads of before their hash was kept are read without a check.
    """
    path = folder / f"{name}.json"
    # Once: between two looks at it another pair may be put in its place.
    facts = _facts(path, remedy) if path.is_file() else {}
    arrays_path = folder / facts.pop(FILE, f"{name}.safetensors")
    if not facts or not arrays_path.is_file():
        raise EncoderError(
            f"{folder}: no {name} head for the encoder {encoder.model}; "
            f"{remedy.replace('train again', 'train one')}"
        )
    if facts["encoder_sha256"] != encoder.weights_sha256:
        raise OtherEncoderError(
            f"{path}: fitted on an encoder with SHA-256 {facts['encoder_sha256']}, but "
            f"{encoder.model} has {encoder.weights_sha256}; {remedy}"
        )
    return _arrays(arrays_path, facts.pop(HASH, None), remedy), facts


def _facts(path: Path, remedy: str) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EncoderError(f"{path}: not JSON ({error}); {remedy}") from error
    if not isinstance(facts, dict) or "encoder_sha256" not in facts:
        raise EncoderError(f"{path}: does not say which encoder it is for; {remedy}")
    return facts


def _arrays(path: Path, sha256: str | None, remedy: str) -> dict[str, Numbers]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    held = path.read_bytes()
    if sha256 is not None and hashlib.sha256(held).hexdigest() != sha256:
        raise EncoderError(f"{path}: not the file that its JSON was written with; {remedy}")
    try:
        return dict(load(held))
    except SafetensorError as error:
        raise EncoderError(f"{path}: cannot be read ({error}); {remedy}") from error


def heads_sha256(folder: Path) -> str:
    """One SHA-256 over the files that hold what was learnt beyond the encoder."""
    digest = hashlib.sha256()
    for name in LEARNT:
        if (folder / name).is_file():
            digest.update((folder / name).read_bytes())
    return digest.hexdigest()
