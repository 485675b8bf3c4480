"""What stands between texts and vectors: the encoder's Protocol, and how one is opened by name.

Token ids are made once for a whole text; passages and mentions are slices of them, so every vector
knows which characters it speaks for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from framewatch.settings import BUNDLED

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

BUNDLED_FOLDER = Path(__file__).with_name("weights")


class EncoderError(RuntimeError):
    """The encoder cannot be opened; the message says what is missing and what to do."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's word pieces, without special tokens."""

    ids: Ids  # (t,)
    offsets: Ids  # (t, 2): start and end in characters


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    model: str
    revision: str
    weights_sha256: str


class Encoder(Protocol):
    """A transformer read layer by layer. A sequence's vectors depend on nothing but itself."""

    @property
    def identity(self) -> EncoderIdentity: ...

    @property
    def longest(self) -> int:
        """The most word pieces one sequence may have, special tokens not counted."""
        ...

    def tokenize(self, text: str) -> Tokens: ...

    def encode(self, sequences: Sequence[Ids]) -> list[tuple[Vectors, ...]]:
        """For each sequence of ids the vectors of the layers the heads read, lowest first.

        Each is (t + 2, d) float32: the special token before, the t word pieces, the one after.
        """
        ...


def heads_folder(name: str) -> Path:
    """Where the heads stand that were trained on this encoder's vectors."""
    if name == BUNDLED:
        return BUNDLED_FOLDER
    if "@" in name and not Path(name).exists():
        return BUNDLED_FOLDER.parent / "heads" / name.replace("/", "--").replace("@", "--")
    return Path(name)


def open_encoder(name: str) -> Encoder:
    """The encoder called "bundled", standing in a folder, or named "hub-id@revision".

    Raises EncoderError; nothing is ever put in the place of an encoder that cannot be opened.
    """
    if name == BUNDLED:
        from models.onnx_encoder import OnnxEncoder

        return OnnxEncoder(BUNDLED_FOLDER)
    folder = Path(name)
    if folder.is_dir():
        return _in_folder(folder)
    if "@" not in name:
        raise EncoderError(
            f"encoder {name!r}: no such folder; for a model on the hub write "
            'FRAMEWATCH_ENCODER="owner/model@revision" with a pinned revision'
        )
    from models.hub_encoder import HubEncoder

    model, _, revision = name.partition("@")
    return HubEncoder(model, revision)


def _in_folder(folder: Path) -> Encoder:
    if (folder / "encoder.onnx").exists() or (folder / "manifest.json").exists():
        from models.onnx_encoder import OnnxEncoder

        return OnnxEncoder(folder)
    if (folder / "config.json").exists():
        from models.hub_encoder import HubEncoder

        return HubEncoder(str(folder), "")
    raise EncoderError(
        f"encoder {folder}: holds neither encoder.onnx (made by python -m models.train) nor "
        "config.json (a transformers model)"
    )
