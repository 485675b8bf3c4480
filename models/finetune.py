"""python -m models.finetune --data PATH --source DIR --out DIR [--seed N] [options]

Fine-tunes the encoder for sentiment towards a target, on NewsMTSC, SEntFiN and FinEntity together.
Needs torch, on the CPU. The target's tokens carry token type 1, so marking them costs no length; a
small layer on the vectors of the first token, of the target and of all tokens gives the polarity.

Each step takes rows of all three domains, each domain's rows of about one length. One training text
in twelve is held back as development set; the epoch with the best mean over the domains is kept.
The sets that are reported (`models.corpora.test_sets`) are measured once, at the end.
"""

import hashlib
import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from models.corpora import PolarMention, test_sets, training_sets
from models.export import check_source
from models.fitting import SEED, Labels
from models.framing import Scores
from models.metrics import measure_polarity
from models.onnx_encoder import WordPieces
from models.sentiment import POLARITIES, MentionWindow
from models.vectorise import windows_of

DEV_SALT = "framewatch dev:"
DEV_PART = 12
# Rows of each domain in a step; FinEntity, a tenth of the others' size, is seen about twice.
ROWS = {"newsmtsc": 16, "sentfin": 17, "finentity": 4}
# Rows are drawn by chance, then sorted by length within this many steps.
POOL = 50
CHECKPOINT = "target.safetensors"
# [CLS], [SEP] and [MASK] of the source's vocabulary.
FIRST, LAST, MASK = 101, 102, 103
LOG = "log.json"


@dataclass(frozen=True)
class Recipe:
    """What a run is made of; written beside its weights."""

    seed: int = SEED
    epochs: int = 4
    rate: float = 2e-4  # of the highest layer
    decay: float = 0.85  # of the rate, per layer downwards
    head_rate: float = 5e-4
    warmup: float = 0.06
    weight_decay: float = 0.01
    smoothing: float = 0.0
    # Processors without bf16 take thirteen times as long for it; fp32 is theirs.
    bf16: bool = True
    rdrop: float = 0.0  # weight of the divergence between two dropouts of the same row
    mask_target: float = 0.0  # share of rows whose target's tokens are hidden
    distil: float = 0.0  # weight of the teachers' mean probabilities
    teachers: tuple[str, ...] = ()  # folders of earlier runs


@dataclass(frozen=True, slots=True)
class Row:
    window: MentionWindow
    polarity: int
    index: int  # among all training rows


def is_dev(text: str) -> bool:
    return int(hashlib.sha256((DEV_SALT + text).encode()).hexdigest(), 16) % DEV_PART == 0


def build_model(source: Path) -> Any:
    """The encoder with a new head; the head starts alike for every run, so runs can be averaged."""
    import torch
    from transformers import AutoModel

    class TargetModel(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            # Eager attention is fastest here: flash attention's backward pass takes a third of a
            # step on the CPU.
            self.encoder = AutoModel.from_pretrained(
                source,
                attn_implementation="eager",
                add_pooling_layer=False,
                attention_probs_dropout_prob=0.0,
            )
            width = self.encoder.config.hidden_size
            self.drop = torch.nn.Dropout(0.1)
            self.dense = torch.nn.Linear(3 * width, width)
            self.out = torch.nn.Linear(width, len(POLARITIES))

        def forward(self, input_ids: Any, target: Any, mask: Any) -> Any:
            states = self.encoder(
                input_ids=input_ids, attention_mask=mask, token_type_ids=target
            ).last_hidden_state.float()
            near = target.unsqueeze(-1).float()
            every = mask.unsqueeze(-1).float()
            pooled = torch.cat(
                [
                    states[:, 0],
                    (states * near).sum(1) / near.sum(1),
                    (states * every).sum(1) / every.sum(1),
                ],
                dim=-1,
            )
            hidden = torch.nn.functional.gelu(self.dense(self.drop(pooled)))
            return self.out(self.drop(hidden))

    torch.manual_seed(SEED)
    model = TargetModel()
    model.encoder.embeddings.word_embeddings.weight.requires_grad = False
    model.encoder.embeddings.position_embeddings.weight.requires_grad = False
    return model


def tensors(windows: Sequence[MentionWindow]) -> tuple[Any, Any, Any]:
    """Ids, target and mask, padded to the longest."""
    import torch

    longest = max(len(w.ids) for w in windows) + 2
    ids, target, mask = (np.zeros((len(windows), longest), dtype=np.int64) for _ in range(3))
    for i, window in enumerate(windows):
        t = len(window.ids)
        ids[i, : t + 2] = [FIRST, *window.ids, LAST]
        target[i, 1 : t + 1] = window.target
        mask[i, : t + 2] = 1
    return torch.from_numpy(ids), torch.from_numpy(target), torch.from_numpy(mask)


def steps(domains: dict[str, list[Row]], chance: random.Random) -> Iterator[list[list[Row]]]:
    """An epoch: each step has some rows of each domain. NewsMTSC is gone through once."""
    count = len(domains["newsmtsc"]) // ROWS["newsmtsc"]
    streams = {name: _endless(rows, chance) for name, rows in domains.items()}
    for at in range(0, count, POOL):
        pool = min(POOL, count - at)
        drawn: dict[str, list[list[Row]]] = {}
        for name, stream in streams.items():
            rows = sorted(
                (next(stream) for _ in range(pool * ROWS[name])), key=lambda r: len(r.window.ids)
            )
            batches = [rows[i : i + ROWS[name]] for i in range(0, len(rows), ROWS[name])]
            chance.shuffle(batches)
            drawn[name] = batches
        yield from ([drawn[name][i] for name in drawn] for i in range(pool))


def _endless(rows: list[Row], chance: random.Random) -> Iterator[Row]:
    while True:
        order = rows.copy()
        chance.shuffle(order)
        yield from order


def parameter_groups(model: Any, recipe: Recipe) -> list[dict[str, Any]]:
    layers = model.encoder.config.num_hidden_layers
    groups: dict[tuple[float, float], list[Any]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        rate = recipe.head_rate
        if name.startswith("encoder."):
            below = layers
            if ".layer." in name:
                below = layers - 1 - int(name.split(".layer.")[1].split(".")[0])
            rate = recipe.rate * recipe.decay**below
        wd = 0.0 if parameter.ndim < 2 else recipe.weight_decay
        groups.setdefault((rate, wd), []).append(parameter)
    return [{"params": ps, "lr": lr, "weight_decay": wd} for (lr, wd), ps in groups.items()]


def predict(model: Any, windows: Sequence[MentionWindow], bf16: bool = True) -> Scores:
    """(n, 3)."""
    import torch

    model.eval()
    order = sorted(range(len(windows)), key=lambda i: len(windows[i].ids))
    found = np.zeros((len(windows), len(POLARITIES)))
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        for at in range(0, len(order), 32):
            some = order[at : at + 32]
            found[some] = model(*tensors([windows[i] for i in some])).float().softmax(-1).numpy()
    return found


def train(
    source: Path,
    rows: dict[str, list[Row]],
    recipe: Recipe,
    soft: Scores | None,
    measure: Callable[[Any, int], float],
) -> dict[str, Any]:
    """The state of the epoch for which `measure` gave the most."""
    import torch
    from torch.nn.functional import cross_entropy, kl_div, log_softmax

    model = build_model(source)
    torch.manual_seed(recipe.seed)
    chance = random.Random(recipe.seed)
    optimiser = torch.optim.AdamW(parameter_groups(model, recipe), fused=True)
    per_epoch = len(rows["newsmtsc"]) // ROWS["newsmtsc"]
    total = per_epoch * recipe.epochs
    warm = max(1, int(total * recipe.warmup))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda s: (
            s / warm
            if s < warm
            else 0.5 * (1 + math.cos(math.pi * (s - warm) / max(1, total - warm)))
        ),
    )
    in_step = sum(ROWS.values())
    best, best_state, done = -1.0, {}, 0
    for epoch in range(recipe.epochs):
        model.train()
        for step in steps(rows, chance):
            for batch in step:
                ids, target, mask = tensors([row.window for row in batch])
                gold = torch.tensor([row.polarity for row in batch])
                if recipe.mask_target:
                    hidden = torch.rand(len(batch), 1) < recipe.mask_target
                    ids = torch.where(hidden & (target == 1), MASK, ids)
                if recipe.rdrop:
                    ids, target, mask = (torch.cat([x, x]) for x in (ids, target, mask))
                with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe.bf16):
                    scores = model(ids, target, mask)
                scores = scores.float()
                halves = scores.chunk(2) if recipe.rdrop else (scores,)
                loss = sum(
                    cross_entropy(s, gold, reduction="sum", label_smoothing=recipe.smoothing)
                    for s in halves
                ) / len(halves)
                if soft is not None:
                    wanted = torch.from_numpy(soft[[row.index for row in batch]]).float()
                    far = sum(
                        kl_div(log_softmax(s, -1), wanted, reduction="sum") for s in halves
                    ) / len(halves)
                    loss = (1 - recipe.distil) * loss + recipe.distil * far
                if recipe.rdrop:
                    p, q = (log_softmax(s, -1) for s in halves)
                    apart = kl_div(p, q, log_target=True, reduction="sum")
                    apart = apart + kl_div(q, p, log_target=True, reduction="sum")
                    loss = loss + recipe.rdrop * apart / 2
                (loss / in_step).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            done += 1
            if done % 100 == 0:
                click.echo(f"step {done} of {total}: loss {float(loss.detach()) / len(batch):.3f}")
        score = measure(model, epoch)
        if score > best:
            best = score
            best_state = {k: v.clone() for k, v in model.state_dict().items()}
    return best_state


def figures(
    model: Any, sets: dict[str, tuple[list[MentionWindow], Labels]], bf16: bool = True
) -> dict[str, float]:
    """Macro-F1 by set."""
    return {
        name: round(measure_polarity(gold, predict(model, windows, bf16)).f1, 4)
        for name, (windows, gold) in sets.items()
    }


def load_run(source: Path, folders: Sequence[Path]) -> Any:
    """The model of a run, or the mean of several runs' weights."""
    import torch
    from safetensors.torch import load_file

    states = [load_file(folder / CHECKPOINT) for folder in folders]
    mean = {k: torch.stack([s[k].float() for s in states]).mean(0) for k in states[0]}
    model = build_model(source)
    model.load_state_dict(mean, strict=False)
    return model.eval()


def development(data: Path) -> dict[str, list[PolarMention]]:
    """The held-back part of each training set."""
    return {
        name: [m for m in mentions if is_dev(m.text)]
        for name, mentions in training_sets(data).items()
    }


def labelled(
    source: Path, sets: dict[str, list[PolarMention]]
) -> dict[str, tuple[list[MentionWindow], Labels]]:
    pieces = WordPieces(source)
    return {
        name: (windows_of(pieces, ms), np.array([m.polarity for m in ms]))
        for name, ms in sets.items()
    }


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--source", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--seed", default=SEED)
@click.option("--epochs", default=Recipe.epochs)
@click.option("--rate", default=Recipe.rate)
@click.option("--decay", default=Recipe.decay)
@click.option("--smoothing", default=Recipe.smoothing)
@click.option("--bf16/--fp32", default=Recipe.bf16, show_default=True)
@click.option("--rdrop", default=Recipe.rdrop)
@click.option("--mask-target", default=Recipe.mask_target)
@click.option("--distil", default=Recipe.distil)
@click.option("--teacher", "teachers", multiple=True)
def main(data: Path, source: Path, out: Path, **settings: Any) -> None:
    """One run: weights and a log into OUT."""
    import torch
    from safetensors.torch import save_file

    check_source(source)
    torch.set_num_threads(1)  # two threads are slower than one while others work
    recipe = Recipe(**settings)
    start, cpu = time.time(), time.process_time()
    sets = training_sets(data)
    rows: dict[str, list[Row]] = {}
    index = 0
    for name, mentions in sets.items():
        mentions = [m for m in mentions if not is_dev(m.text)]
        windows = windows_of(WordPieces(source), mentions)
        rows[name] = [
            Row(w, m.polarity, index + i)
            for i, (w, m) in enumerate(zip(windows, mentions, strict=True))
        ]
        index += len(mentions)
    dev = labelled(source, development(data))
    soft = None
    if recipe.teachers:
        every = [row.window for domain in rows.values() for row in domain]
        models = [load_run(source, [Path(t)]) for t in recipe.teachers]
        soft = np.mean([predict(model, every, recipe.bf16) for model in models], axis=0)
    log: dict[str, Any] = {"recipe": asdict(recipe), "epochs": []}

    def measure(model: Any, epoch: int) -> float:
        found = figures(model, dev, recipe.bf16)
        mean = float(np.mean(list(found.values())))
        found |= {"mean": round(mean, 4), "s": round(time.time() - start)}
        log["epochs"].append(found)
        click.echo(f"epoch {epoch + 1}: {found}")
        return mean

    best = train(source, rows, recipe, soft, measure)
    out.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous() for k, v in best.items()}, out / CHECKPOINT)
    tests = labelled(source, test_sets(data))
    log["test"] = figures(load_run(source, [out]), tests, recipe.bf16)
    log["seconds"] = round(time.time() - start)
    log["cpu_seconds"] = round(time.process_time() - cpu)
    (out / LOG).write_text(json.dumps(log, indent=1) + "\n", encoding="utf-8")
    click.echo(json.dumps(log["test"]) + f" in {log['seconds']} s ({log['cpu_seconds']} of CPU)")


if __name__ == "__main__":
    main()
