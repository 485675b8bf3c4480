"""python -m models.export --source DIR: the bundled encoder from the published weights.

ONNX, int8. Needs torch, once.
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import click

from models.encoder import BUNDLED_FOLDER, EncoderError
from models.onnx_encoder import MANIFEST, file_sha256

SOURCE_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# The outputs of these transformer layers (of 6) are read. On the frozen vectors the fourth serves
# frames best, the fourth to sixth together sentiment (MODEL_CARD.md).
LAYERS = (4, 5, 6)
LONGEST = 510  # positions, less the two special tokens
COPIED = ("tokenizer.json", "LICENSE", "NOTICE")
OPSET = 17


def export_encoder(source: Path, folder: Path) -> None:
    """Write encoder.onnx, tokenizer.json, the licence and a manifest into folder.

    source: the model's folder as published. Raises EncoderError if its weights are others than
    SOURCE_SHA256, or torch and onnx are not installed.
    """
    check_source(source)
    try:
        import onnx  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise EncoderError(
            f"export needs {error.name}: pip install torch==2.13.0 onnx transformers safetensors "
            "(in an environment of its own; reading articles needs none of them)"
        ) from None
    from models.lowest import write_lowest  # it writes the manifest with us

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        exact = Path(temporary) / "exact.onnx"
        _trace(source, exact)
        quantise(exact, folder / "encoder.onnx")
    for name in COPIED:
        shutil.copyfile(source / name, folder / name)
    write_lowest(folder)
    write_manifest(
        folder,
        {
            "model": f"{SOURCE_MODEL} (int8)",
            "revision": f"sha256-{SOURCE_SHA256[:12]}",
            "source_sha256": SOURCE_SHA256,
            "layers": list(LAYERS),
            "longest": LONGEST,
            "made": f"torch.onnx.export, opset {OPSET}; onnxruntime quantize_dynamic, int8 "
            "weights per channel, reduced range; python -m models.train --encoder-source",
        },
    )


def check_source(source: Path) -> None:
    """Raises EncoderError if the weights in the folder are others than SOURCE_SHA256."""
    found = file_sha256(source / "model.safetensors")
    if found != SOURCE_SHA256:
        raise EncoderError(f"{source / 'model.safetensors'}: SHA-256 {found}, not {SOURCE_SHA256}")


def write_manifest(folder: Path, facts: dict[str, Any]) -> None:
    """manifest.json: the facts, and the SHA-256 of every other file in folder."""
    names = sorted(p.name for p in folder.iterdir() if p.is_file() and p.name != MANIFEST)
    manifest = {**facts, "files": {name: file_sha256(folder / name) for name in names}}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _trace(source: Path, path: Path) -> None:
    import torch
    from transformers import AutoModel

    class Layers(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = AutoModel.from_pretrained(source, attn_implementation="eager").eval()

        def forward(self, input_ids: Any, attention_mask: Any) -> tuple[Any, ...]:
            states = self.model(
                input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True
            ).hidden_states
            return tuple(states[layer] for layer in LAYERS)

    ids = torch.arange(2000, 2032).reshape(2, 16)
    axes = {0: "texts", 1: "tokens"}
    outputs = [f"layer_{layer}" for layer in LAYERS]
    torch.onnx.export(
        Layers(),
        (ids, torch.ones_like(ids)),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=outputs,
        dynamic_axes=dict.fromkeys(["input_ids", "attention_mask", *outputs], axes),
        opset_version=OPSET,
        dynamo=False,
    )


def quantise(exact: Path, path: Path) -> None:
    """int8, per channel."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = exact.with_name("prepared.onnx")
    quant_pre_process(str(exact), str(prepared), skip_symbolic_shape=True)
    # Seven bits rather than eight: processors without VNNI add pairs of products in 16 bits and
    # would saturate, so the same text would get other vectors there. It costs .001 of cosine.
    quantize_dynamic(
        prepared, path, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
    )


@click.command()
@click.option("--source", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--out", type=click.Path(path_type=Path), default=BUNDLED_FOLDER)
def main(source: Path, out: Path) -> None:
    """Write encoder.onnx, lowest.onnx and what belongs to them into OUT."""
    try:
        export_encoder(source, out)
    except EncoderError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"wrote {out / 'encoder.onnx'}")


if __name__ == "__main__":
    main()
