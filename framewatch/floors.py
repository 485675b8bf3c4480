"""The figures an evaluation may not fall below, kept in a TOML file beside the code it measures."""

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import NoReturn

import click

_HEAD = """\
# What {command} must reach, or it fails. Written by --set-floors; a floor is
# lowered only by --set-floors --lower-floors, with the reason in the commit message.

[floors]
"""


class FloorError(ValueError):
    """Floors would be lowered without leave."""


@dataclass(frozen=True, slots=True)
class Floors:
    path: Path
    command: str  # what measures, e.g. "python -m models.evaluate"
    slack: float  # floors are set this far below what was measured

    def load(self) -> dict[str, float]:
        if not self.path.exists():
            return {}
        floors: dict[str, float] = tomllib.loads(self.path.read_text(encoding="utf-8"))["floors"]
        return floors

    def write(self, measured: Mapping[str, float], *, lower: bool) -> None:
        """Set floors `slack` below what was measured; never lower or drop one, unless allowed."""
        new = {name: _down(figure - self.slack) for name, figure in measured.items()}
        lowered = [name for name, old in self.load().items() if new.get(name, 0.0) < old]
        if lowered and not lower:
            raise FloorError(f"would lower {', '.join(lowered)}; add --lower-floors to do so")
        lines = [f'"{name}" = {figure:.3f}\n' for name, figure in new.items()]
        self.path.write_text(_HEAD.format(command=self.command) + "".join(lines), encoding="utf-8")

    def judge(
        self, measured: Mapping[str, float], *, setting: bool = False, lower: bool = False
    ) -> list[str]:
        """Write the floors first if `setting`; a sentence for each that is missed."""
        if setting:
            self.write(measured, lower=lower)
        return below(measured, self.load())

    def conclude(self, measured: Mapping[str, float], *, setting: bool, lower: bool) -> NoReturn:
        """Judge, say what was missed, and end the command: exit status 1 below a floor."""
        try:
            faults = self.judge(measured, setting=setting, lower=lower)
        except FloorError as error:
            raise click.ClickException(str(error)) from None
        for fault in faults:
            click.echo(f"FAILED: {fault}", err=True)
        sys.exit(1 if faults else 0)


def _down(figure: float) -> float:
    """To three places, never up: a floor stands at or below what was measured."""
    return floor(round(figure, 6) * 1000) / 1000


def below(measured: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    """A sentence for each floor that is missed, or whose figure was not measured."""
    faults: list[str] = []
    for name, least in floors.items():
        figure = measured.get(name)
        if figure is None:
            faults.append(f"{name} was not measured; its floor is {least:.3f}")
        elif figure < least:
            faults.append(f"{name} is {figure:.3f}, below its floor {least:.3f}")
    return faults
