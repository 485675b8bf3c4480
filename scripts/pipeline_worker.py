"""The usual way to read with a transformer, in the interpreter that has torch.

A line of JSON in, one out. {"texts": [...]}: seconds of processor time that the `transformers`
pipeline takes for them, one at a time on one thread. {"peaks": true}: 10⁹ operations a second of
the machine's matrix products.
Imports nothing of the project, whose requirements that interpreter need not have.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.update(OMP_NUM_THREADS="1", TQDM_DISABLE="1", HF_HUB_OFFLINE="1")
ROUNDS = 12
SHAPE = (1024, 1536, 1024)  # rows, inner, columns: large enough to run at the peak


def best(operations: float, work: Callable[[], object]) -> float:
    """10⁹ operations a second of processor time, the best of ROUNDS after a first one."""
    work()
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return operations / min(seconds) / 1e9


def peaks() -> dict[str, float]:
    """int8: the faster of onnxruntime's product and torch's; fp32: torch's."""
    import torch

    rows, inner, columns = SHAPE
    operations = 2.0 * rows * inner * columns
    a, b = torch.randn(rows, inner), torch.randn(inner, columns)
    ia = torch.randint(-127, 127, (rows, inner), dtype=torch.int8)
    ib = torch.randint(-64, 64, (columns, inner), dtype=torch.int8).t()
    found = {
        "fp32": best(operations, lambda: a @ b),
        "torch int8": best(operations, lambda: torch._int_mm(ia, ib)),
    }
    try:
        found["onnxruntime int8"] = best(operations, onnxruntime_product())
    except ImportError as error:
        print(f"no onnxruntime product: {error}", file=sys.stderr)
    return found


def onnxruntime_product() -> Callable[[], object]:
    """u8 × s8 with packed weights, as the encoder's products are."""
    import numpy as np
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    rows, inner, columns = SHAPE
    random = np.random.default_rng(1)
    weights = random.integers(-64, 64, (inner, columns), dtype=np.int8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["c"])],
        "product",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, [rows, inner])],
        [helper.make_tensor_value_info("c", TensorProto.INT32, [rows, columns])],
        [numpy_helper.from_array(weights, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    left = random.integers(0, 255, (rows, inner), dtype=np.uint8)
    return lambda: session.run(None, {"a": left})


def open_pipeline(source: str) -> Any:
    import torch
    from transformers import pipeline

    torch.set_num_threads(1)
    return pipeline("feature-extraction", model=source, device="cpu")


def timed(pipe: Any, texts: list[str]) -> dict[str, float]:
    start = time.process_time()
    for vectors in pipe(texts, batch_size=1, return_tensors=True, truncation=True):
        vectors.mean(dim=1)
    return {"seconds": time.process_time() - start}


def main() -> None:
    start = time.perf_counter()
    pipe = open_pipeline(sys.argv[1])
    print(json.dumps({"opened": time.perf_counter() - start}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = peaks() if "peaks" in asked else timed(pipe, asked["texts"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
