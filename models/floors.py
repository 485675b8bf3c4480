"""The figures an evaluation may not fall below: models/floors.toml."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

FLOORS = Path(__file__).with_name("floors.toml")
# Set this far below what was measured: retraining on another processor moves figures this much.
SLACK = 0.02
_HEAD = """\
# What python -m models.evaluate must reach, or it fails. Written by --set-floors; a floor is
# lowered only by --set-floors --allow-lower, with the reason in the commit message.

[floors]
"""


class FloorError(ValueError):
    """Floors would be lowered without leave."""


def load_floors(path: Path = FLOORS) -> dict[str, float]:
    return {} if not path.exists() else tomllib.loads(path.read_text(encoding="utf-8"))["floors"]


def below(measured: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    """A sentence for each floor that is missed, or whose figure was not measured."""
    faults: list[str] = []
    for name, floor in floors.items():
        figure = measured.get(name)
        if figure is None:
            faults.append(f"{name} was not measured; its floor is {floor:.3f}")
        elif figure < floor:
            faults.append(f"{name} is {figure:.3f}, below its floor {floor:.3f}")
    return faults


def set_floors(measured: Mapping[str, float], path: Path, *, allow_lower: bool) -> None:
    """Write floors SLACK below what was measured; never lower, unless allowed."""
    new = {name: round(figure - SLACK, 3) for name, figure in measured.items()}
    old = load_floors(path)
    lower = [name for name, floor in old.items() if new.get(name, 0.0) < floor]
    if lower and not allow_lower:
        raise FloorError(f"would lower {', '.join(lower)}; add --allow-lower to do so")
    lines = [f'"{name}" = {floor:.3f}\n' for name, floor in new.items()]
    path.write_text(_HEAD + "".join(lines), encoding="utf-8")
