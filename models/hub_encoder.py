"""An encoder of the user's choice, loaded by transformers: from a folder, or the hub, pinned."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from models.encoder import EncoderError, EncoderIdentity, Ids, Tokens, Vectors

# Layers read, as shares of the depth: the same places as in the bundled six-layer encoder.
DEPTHS = (4 / 6, 5 / 6, 1.0)


class HubEncoder:
    """`Encoder` over a transformers model; float32 on one CPU thread, special tokens as BERT's."""

    def __init__(self, model: str, revision: str) -> None:
        try:
            import torch
            from transformers import AutoModel, AutoTokenizer
        except ImportError as error:
            raise EncoderError(
                f"encoder {model!r} needs {error.name}: pip install torch==2.13.0 transformers"
            ) from None
        torch.set_num_threads(1)
        pinned = {"revision": revision} if revision else {}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(model, use_fast=True, **pinned)
            self._model = AutoModel.from_pretrained(model, use_safetensors=True, **pinned).eval()
        except (OSError, ValueError) as error:
            raise EncoderError(
                f"encoder {model!r}, revision {revision or 'none'}: {error}\n"
                "Check the name and the revision, or download the model and name its folder"
            ) from error
        config = self._model.config
        first, last = self._tokenizer.cls_token_id, self._tokenizer.sep_token_id
        if first is None or last is None:
            raise EncoderError(f"encoder {model!r}: its tokenizer has no [CLS] and [SEP]")
        self._ends = first, last
        self._layers = [max(1, round(config.num_hidden_layers * depth)) for depth in DEPTHS]
        # RoBERTa's positions begin behind the padding's, which costs two of them.
        self.longest: int = config.max_position_embeddings - 4
        self.identity = EncoderIdentity(model, revision or "local", _weights_sha256(self._model))

    def tokenize(self, text: str) -> Tokens:
        found = self._tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, truncation=False
        )
        offsets = np.array(found["offset_mapping"], dtype=np.int64).reshape(-1, 2)
        return Tokens(np.array(found["input_ids"], dtype=np.int64), offsets)

    def encode(self, sequences: Sequence[Ids]) -> list[tuple[Vectors, ...]]:
        return [self._run(ids) for ids in sequences]

    def _run(self, pieces: Ids) -> tuple[Vectors, ...]:
        import torch

        ids = torch.tensor([[self._ends[0], *pieces.tolist(), self._ends[1]]])
        with torch.inference_mode():
            states = self._model(ids, output_hidden_states=True).hidden_states
        return tuple(states[layer][0].numpy() for layer in self._layers)


def _weights_sha256(model: Any) -> str:
    """Over names and values, so that it is the same however many files hold them."""
    digest = hashlib.sha256()
    for name, values in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(values.contiguous().numpy().tobytes())
    return digest.hexdigest()
