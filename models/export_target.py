"""python -m models.export_target --data PATH --source DIR --run DIR [--run DIR ...]

Makes the bundled target.onnx from runs of `models.finetune`: the mean of their weights, a
temperature fitted on the development parts, int8 weights. Prints macro-F1 before and after, so the
cost of int8 is seen. The linear head it replaces is removed, and the manifest names the new file.
Needs torch, transformers, onnx and onnxscript.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import click
import numpy as np

from models.corpora import test_sets
from models.encoder import BUNDLED_FOLDER
from models.export import OPSET, write_manifest
from models.finetune import FIRST, LAST, LOG, development, labelled, load_run, predict
from models.fitting import Labels
from models.framing import Scores
from models.metrics import calibration_error, measure_polarity
from models.onnx_encoder import ENCODER_FILE, MANIFEST, open_session
from models.sentiment import MentionWindow
from models.target_model import TARGET_MODEL, polarity_of

BLOCK = 128
BLOCKWISE_OPSET = 21  # the first whose DequantizeLinear knows blocks
MADE = (
    f"fine-tuned from the source for sentiment towards a target (models.finetune), mean of the "
    f"runs' weights; torch.onnx.export, opset {OPSET}; int8 weights, a scale for every {BLOCK} "
    f"inputs (opset {BLOCKWISE_OPSET}), and int8 embeddings, those of words in the encoder's file"
)
Sets = dict[str, tuple[list[MentionWindow], Labels]]


def trace(model: Any, temperature: float, path: Path) -> None:
    """pieces (t,) and target (t,) to scores (3,); the special tokens are put on inside."""
    import torch

    class Alone(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model.eval()

        def forward(self, pieces: Any, target: Any) -> Any:
            ids = torch.cat([torch.tensor([FIRST]), pieces, torch.tensor([LAST])])[None]
            none = torch.tensor([0])
            marked = torch.cat([none, target, none])[None]
            return self.model(ids, marked, torch.ones_like(ids))[0] / temperature

    pieces = torch.arange(2000, 2016)
    target = (torch.arange(16) == 3).long()
    torch.onnx.export(
        Alone(),
        (pieces, target),
        str(path),
        input_names=["pieces", "target"],
        output_names=["scores"],
        dynamic_axes={"pieces": {0: "tokens"}, "target": {0: "tokens"}},
        opset_version=OPSET,
        dynamo=False,
    )


def quantise_blocks(exact: Path, path: Path) -> None:
    """int8 weights with a scale for every BLOCK inputs.

    The encoder's dynamic int8, one scale for a whole sequence's activations, cost up to .017 of
    macro-F1 here (docs/decisions.md). So activations stay as they are.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared, tables = exact.with_name("prepared.onnx"), exact.with_name("tables.onnx")
    quant_pre_process(str(exact), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(prepared, tables, op_types_to_quantize=["Gather"], weight_type=QuantType.QInt8)
    quantiser = MatMulNBitsQuantizer(
        onnx.load(tables),
        bits=8,
        block_size=BLOCK,
        is_symmetric=True,
    )
    quantiser.process()
    made = dequantised(quantiser.model.model)
    onnx.checker.check_model(made)
    onnx.save(made, path)


def dequantised(model: Any) -> Any:
    """The model with each MatMulNBits as DequantizeLinear and MatMul.

    onnxruntime makes fp32 weights of it once, as the file is opened (`onnx_encoder.open_session`),
    and multiplies in fp32: 1.5 to 1.7 times as fast as the blockwise kernel on a Zen 2, which has
    no int8 products of its own. The codes keep their bytes: git stores what changed of a file.
    """
    import onnx

    graph = model.graph
    held = {tensor.name: tensor for tensor in graph.initializer}
    nodes = []
    for node in graph.node:
        if node.op_type != "MatMulNBits":
            nodes.append(node)
            continue
        given, codes, scales = node.input
        facts = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        shape, block = (facts["N"], facts["K"]), facts["block_size"]
        packed = onnx.numpy_helper.to_array(held.pop(codes)).reshape(*shape)
        steps = onnx.numpy_helper.to_array(held.pop(scales)).reshape(shape[0], -1)
        middle, upright, weights = (f"{codes}_{name}" for name in ("middle", "upright", "weights"))
        arrays = {codes: packed, scales: steps, middle: np.full_like(steps, 128, np.uint8)}
        held |= {n: onnx.numpy_helper.from_array(array, n) for n, array in arrays.items()}
        nodes += [
            onnx.helper.make_node(
                "DequantizeLinear", [codes, scales, middle], [upright], axis=1, block_size=block
            ),
            onnx.helper.make_node("Transpose", [upright], [weights], perm=[1, 0]),
            onnx.helper.make_node("MatMul", [given, weights], node.output, name=node.name),
        ]
    for list_, fresh in ((graph.node, nodes), (graph.initializer, held.values())):
        del list_[:]
        list_.extend(fresh)
    for known in model.opset_import:
        if known.domain in ("", "ai.onnx"):
            known.version = BLOCKWISE_OPSET
    return model


def share_words(path: Path, encoder: Path) -> bool:
    """Let the model read its word embeddings from the encoder's file, where they are the same.

    They are not trained, and int8 makes the same bytes of them: half of the file. ONNX's external
    data names a file beside it, an offset and a length. Whether they were found there.
    """
    import onnx

    model = onnx.load(path)
    words = max(model.graph.initializer, key=lambda tensor: len(tensor.raw_data))
    offset = encoder.read_bytes().find(words.raw_data)
    if offset < 0:
        return False
    place = {"location": encoder.name, "offset": offset, "length": len(words.raw_data)}
    words.ClearField("raw_data")
    words.data_location = onnx.TensorProto.EXTERNAL
    for key, value in place.items():
        words.external_data.add(key=key, value=str(value))
    path.write_bytes(model.SerializeToString())
    return True


def best_temperature(scores: Scores, gold: Labels) -> float:
    """The one under which the gold labels are likeliest; scores are log-probabilities."""
    rows = np.arange(len(gold))

    def loss(temperature: float) -> float:
        cooled = scores / temperature
        return float(np.mean(np.logaddexp.reduce(cooled, axis=1) - cooled[rows, gold]))

    return float(min(np.linspace(0.5, 4, 141), key=loss))


def onnx_predict(path: Path, windows: list[MentionWindow]) -> Scores:
    session = open_session(path)
    return np.array([polarity_of(session, window) for window in windows])


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--source", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--run", "runs", type=click.Path(path_type=Path), multiple=True, required=True)
@click.option("--out", type=click.Path(path_type=Path), default=BUNDLED_FOLDER)
def main(data: Path, source: Path, runs: tuple[Path, ...], out: Path) -> None:
    """The mean of the runs as target.onnx in OUT."""
    model = load_run(source, runs)
    dev = labelled(source, development(data))
    windows = [window for some, _ in dev.values() for window in some]
    gold = np.concatenate([labels for _, labels in dev.values()])
    temperature = best_temperature(np.log(predict(model, windows, bf16=False)), gold)
    click.echo(f"temperature {temperature:.3f}")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        exact = Path(temporary) / "exact.onnx"
        trace(model, temperature, exact)
        quantise_blocks(exact, out / TARGET_MODEL)
        sets = {f"dev {name}": both for name, both in dev.items()}
        if not share_words(out / TARGET_MODEL, out / ENCODER_FILE):
            click.echo(f"{ENCODER_FILE} has other word embeddings: the model keeps its own")
        compare(sets | labelled(source, test_sets(data)), exact, out / TARGET_MODEL)
    recipes = [json.loads((run / LOG).read_text(encoding="utf-8"))["recipe"] for run in runs]
    settle(out, {"temperature": temperature, "recipes": recipes})


def settle(folder: Path, target: dict[str, Any]) -> None:
    """Removes the head that the model replaces; the manifest says what the model is made of."""
    for suffix in (".json", ".safetensors"):
        (folder / f"sentiment{suffix}").unlink(missing_ok=True)
    manifest = folder / MANIFEST
    if manifest.exists():
        facts = json.loads(manifest.read_text(encoding="utf-8"))
        write_manifest(folder, {**facts, "target": {"made": MADE, **target}})


def compare(sets: Sets, exact: Path, int8: Path) -> None:
    """Prints macro-F1 of both files, the agreement of their labels, and int8's calibration."""
    click.echo(f"{'':18}{'fp32':>7}{'int8':>7}{'agree':>7}{'cal.':>7}")
    for name, (windows, gold) in sets.items():
        one, other = (onnx_predict(path, windows) for path in (exact, int8))
        agree = float((one.argmax(axis=1) == other.argmax(axis=1)).mean())
        off = calibration_error((other.argmax(axis=1) == gold).astype(np.int64), other.max(axis=1))
        f1s = [measure_polarity(gold, scores).f1 for scores in (one, other)]
        click.echo(f"{name:18}" + "".join(f"{x:>7.3f}" for x in (*f1s, agree, off)))


if __name__ == "__main__":
    main()
