"""python -m models.lowest [FOLDER]: lowest.onnx, the part of encoder.onnx that articles need.

Frames are read from the lowest of the encoder's outputs. onnxruntime computes every layer whatever
is asked for, so the layers up to that output stand in a file of their own, without the attention
mask (a single text has nothing to mask; adding zero changes no bit). Its weights are the bytes of
encoder.onnx, named by offset and length as ONNX's external data; the vectors are the same bit for
bit. Needs onnx, once.
"""

import json
from pathlib import Path
from typing import Any

import click

from models.encoder import BUNDLED_FOLDER, EncoderError
from models.export import write_manifest
from models.onnx_encoder import ENCODER_FILE, LOWEST_FILE, MADE_FROM, MANIFEST, file_sha256

INPUT = "input_ids"
FEWEST_BYTES = 1024  # smaller weights stand in the file itself


def write_lowest(folder: Path) -> None:
    """Write lowest.onnx beside encoder.onnx.

    Raises EncoderError where onnx is not installed, or the graph is not as `models.export` makes
    it.
    """
    try:
        import onnx
        from onnx.utils import Extractor
    except ImportError:
        raise EncoderError("lowest.onnx needs onnx: pip install onnx") from None
    path = folder / ENCODER_FILE
    whole = onnx.load(path)
    output = whole.graph.output[0].name
    _drop_masks(whole.graph)
    # It keeps the shapes noted in the graph: onnxruntime joins other operations without them, and
    # rounds otherwise.
    model = Extractor(whole).extract_model([INPUT], [output])
    _share_weights(model, path)
    model.metadata_props.add(key=MADE_FROM, value=file_sha256(path))
    (folder / LOWEST_FILE).write_bytes(model.SerializeToString())


def _drop_masks(graph: Any) -> None:
    """Each softmax reads the scores themselves, not scores + mask."""
    makers = {name: node for node in graph.node for name in node.output}
    softmaxes = [node for node in graph.node if node.op_type == "Softmax"]
    for softmax in softmaxes:
        masked = makers[softmax.input[0]]
        scores = [name for name in masked.input if makers[name].op_type != "Where"]
        if masked.op_type != "Add" or len(scores) != 1:
            raise EncoderError(f"{softmax.name}: its input is not scores + mask")
        softmax.input[0] = scores[0]


def _share_weights(model: Any, path: Path) -> None:
    """Weights name the encoder's file, where the same bytes stand."""
    import onnx

    held = path.read_bytes()
    for tensor in model.graph.initializer:
        length = len(tensor.raw_data)
        offset = held.find(tensor.raw_data) if length >= FEWEST_BYTES else -1
        if offset < 0:
            continue
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", path.name), ("offset", offset), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=BUNDLED_FOLDER)
def main(folder: Path) -> None:
    """Write FOLDER/lowest.onnx, and the manifest anew."""
    write_lowest(folder)
    facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    write_manifest(folder, facts)
    click.echo(f"{folder / LOWEST_FILE}: {(folder / LOWEST_FILE).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
