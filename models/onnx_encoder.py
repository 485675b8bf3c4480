"""The bundled encoder: an int8 ONNX transformer on one core, its files checked before use."""

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from models.encoder import EncoderError, EncoderIdentity, Ids, Tokens, Vectors
from models.repeats import ENTRY, Kept

MANIFEST = "manifest.json"
ENCODER_FILE = "encoder.onnx"
# The layers up to the lowest output alone, over the same weights (`models.lowest`).
LOWEST_FILE = "lowest.onnx"
MADE_FROM = "encoder_sha256"  # in its metadata
# Vectors of passages kept for a text that has them again: some hundred passages.
KEPT_BYTES = 32 * 1024 * 1024
REMEDY = "restore the folder from the repository, or make it again with python -m models.train"


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked_manifest(folder: Path) -> dict[str, Any]:
    """The folder's manifest, once every file it names has the SHA-256 that it names.

    Raises EncoderError naming the first file that is missing or altered.
    """
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EncoderError(f"{path} is missing; {REMEDY}") from None
    except ValueError as error:
        raise EncoderError(f"{path} cannot be read ({error}); {REMEDY}") from None
    for name, expected in manifest["files"].items():
        file = folder / name
        if not file.is_file():
            raise EncoderError(f"{file} is missing; {REMEDY}")
        actual = file_sha256(file)
        if actual != expected:
            raise EncoderError(
                f"{file} was altered: its SHA-256 is {actual}, "
                f"{path.name} says {expected}; {REMEDY}"
            )
    return manifest


def open_session(path: Path) -> Any:
    """The onnxruntime session of a model on one core."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # One thread a process: with two, tasks running side by side were 3.5 times slower.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # int8 weights that stand for fp32 ones become those now, not with every run.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class WordPieces:
    """The tokenizer of a folder with tokenizer.json."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        # The file asks for 128 tokens, cut or padded; passages are cut by us, at sentence ends.
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.first = self._tokenizer.token_to_id("[CLS]")
        self.last = self._tokenizer.token_to_id("[SEP]")

    def tokenize(self, text: str) -> Tokens:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
        return Tokens(np.array(encoding.ids, dtype=np.int64), offsets)


class OnnxEncoder:
    """`Encoder` over a folder with encoder.onnx, tokenizer.json and manifest.json.

    Where the folder has lowest.onnx, articles are read by that, and the whole model is opened when
    its upper layers are first asked for.
    """

    def __init__(self, folder: Path) -> None:
        manifest = checked_manifest(folder)
        self._pieces = WordPieces(folder)
        self._path = folder / ENCODER_FILE
        self.longest: int = manifest["longest"]
        self.identity = EncoderIdentity(
            manifest["model"], manifest["revision"], manifest["files"][ENCODER_FILE]
        )
        has_lowest = LOWEST_FILE in manifest["files"]
        self._lowest = self._open_lowest(folder / LOWEST_FILE) if has_lowest else None
        self.kept: Kept[Vectors] = Kept(KEPT_BYTES)

    def _open_lowest(self, path: Path) -> Any:
        session = open_session(path)
        made_from = session.get_modelmeta().custom_metadata_map.get(MADE_FROM)
        if made_from != self.identity.weights_sha256:
            raise EncoderError(
                f"{path} was made from another {ENCODER_FILE}; make it again: "
                f"python -m models.lowest {path.parent}"
            )
        return session

    @cached_property
    def _session(self) -> Any:
        return open_session(self._path)

    def tokenize(self, text: str) -> Tokens:
        return self._pieces.tokenize(text)

    def encode(self, sequences: Sequence[Ids]) -> list[tuple[Vectors, ...]]:
        # One at a time: int8 scales are taken over the whole batch, so company would change a
        # text's vectors; and on one core it is no slower (93 ms an article against 95 to 211).
        return [self._run(ids) for ids in sequences]

    def encode_lowest(self, sequences: Sequence[Ids]) -> list[Vectors]:
        """The first of the layers that `encode` gives, bit for bit; the arrays are read-only."""
        return [self._lowest_of(ids) for ids in sequences]

    def _run(self, pieces: Ids) -> tuple[Vectors, ...]:
        ids = self._ids(pieces)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        return tuple(layer[0] for layer in self._session.run(None, feed))

    def _lowest_of(self, pieces: Ids) -> Vectors:
        key = pieces.tobytes()
        vectors = self.kept.get(key)
        if vectors is None:
            vectors = self._run_lowest(pieces)
            vectors.setflags(write=False)
            self.kept.put(key, vectors, vectors.nbytes + len(key) + ENTRY)
        return vectors

    def _run_lowest(self, pieces: Ids) -> Vectors:
        if self._lowest is None:
            return self._run(pieces)[0].copy()  # kept without the other layers
        vectors: Vectors = self._lowest.run(None, {"input_ids": self._ids(pieces)})[0][0]
        return vectors

    def _ids(self, pieces: Ids) -> Ids:
        return np.array([[self._pieces.first, *pieces, self._pieces.last]], dtype=np.int64)
