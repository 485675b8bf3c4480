"""python -m scripts.remake --data PATH --source DIR --torch-python PATH [--work DIR]

Makes everything in models/weights again, as `make train`: the encoder's export, the fine-tuned runs
that the manifest names, their mean, and the heads. At the end it says which files came out the same
byte for byte; a processor that rounds otherwise gives other ones, within noise of each other.

A run takes half an hour of a free core. Those that stand finished in --work are not made again, so
it may be killed and called again. torch is asked for in an interpreter of its own.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from framewatch.settings import ROOT
from models.encoder import BUNDLED_FOLDER
from models.onnx_encoder import MANIFEST, file_sha256

RUN_LOG = "log.json"  # written last, so a run that has it is finished
path = click.Path(path_type=Path)


def options_of(recipe: Mapping[str, Any]) -> list[str]:
    """A recipe of the manifest as options of `models.finetune`; those it has no option for are
    its defaults.
    """
    named = ("seed", "epochs", "rate", "decay", "smoothing", "rdrop", "mask_target", "distil")
    precision = "--bf16" if recipe.get("bf16", True) else "--fp32"
    return [precision, *(f"--{name.replace('_', '-')}={recipe[name]}" for name in named)]


def called(python: str, module: str, *options: str | Path) -> None:
    """Raises ClickException where it fails; what it said stands above."""
    command = [python, "-m", module, *map(str, options)]
    click.echo(f"\n$ python -m {module} {' '.join(map(str, options))}")
    if subprocess.run(command, cwd=ROOT).returncode:
        raise click.ClickException(f"{module} failed")


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.iterdir() if file.is_file())
    return {file.name: file_sha256(file) for file in files}


def begun(work: Path) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The recipes of the weights as they were before, and the hashes of their files.

    The export writes the manifest anew, so both are kept beside the runs first: a second call after
    a kill goes on from them. Raises ClickException where they are in another folder.
    """
    kept = work / "before.json"
    if not kept.is_file():
        manifest = json.loads((BUNDLED_FOLDER / MANIFEST).read_text(encoding="utf-8"))
        if "target" not in manifest:
            raise click.ClickException(
                f"{BUNDLED_FOLDER / MANIFEST} names no recipes: name the --work of the call that "
                "was broken off, or restore the folder from the repository"
            )
        work.mkdir(parents=True, exist_ok=True)
        before = {"recipes": manifest["target"]["recipes"], "files": hashes(BUNDLED_FOLDER)}
        kept.write_text(json.dumps(before), encoding="utf-8")
    known = json.loads(kept.read_text(encoding="utf-8"))
    return known["recipes"], known["files"]


@click.command()
@click.option("--data", type=path, required=True, help="The corpora, as MODEL_CARD.md names them.")
@click.option("--source", type=path, required=True, help="all-MiniLM-L6-v2 as published.")
@click.option("--torch-python", required=True, help="An interpreter that has torch.")
@click.option("--work", type=path, default=ROOT / ".runs", show_default=True, help="Runs go here.")
def main(data: Path, source: Path, torch_python: str, work: Path) -> None:
    """Make the bundled weights again from the corpora."""
    data, source, work = data.resolve(), source.resolve(), work.resolve()
    recipes, before = begun(work)
    called(torch_python, "models.export", "--source", source)
    runs: list[str | Path] = []
    for recipe in recipes:
        told = json.dumps(recipe, sort_keys=True) + f"{data} {source}"
        run = work / f"seed-{recipe['seed']}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"
        runs += ["--run", run]
        if (run / RUN_LOG).is_file():
            click.echo(f"{run}: finished before")
            continue
        given: list[str | Path] = ["--data", data, "--source", source, "--out", run]
        called(torch_python, "models.finetune", *given, *options_of(recipe))
    called(torch_python, "models.export_target", "--data", data, "--source", source, *runs)
    called(sys.executable, "models.train", "--data", data)
    after = hashes(BUNDLED_FOLDER)
    for name, digest in after.items():
        click.echo(f"{name:22} {'the same' if before.get(name) == digest else 'other bytes'}")
    (work / "before.json").unlink()  # the next call begins from what stands there now


if __name__ == "__main__":
    main()
