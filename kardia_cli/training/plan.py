"""The description of a training run that stages and rooms share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.turn_format import TurnFormat


@dataclass(frozen=True, slots=True)
class Start:
    """The model that a run starts from: its name as given, its folder (None: `tiny`, still to be made), its hash."""

    name: str
    folder: Path | None
    hash: str
    tiny: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """One training: the start, the resolved tables of options, the seed, the rows' format and label set.

    Not in `train` unless the user set it: what is measured from the samples (`arguments.measured`).
    """

    start: Start
    train: dict[str, Any]
    lora: dict[str, Any] | None
    seed: int
    quantize: dict[str, Any] | None = None
    format: str = turn_format.DEFAULT
    labels: str = labels.DEFAULT

    @property
    def form(self) -> TurnFormat:
        """The turn format of the rows."""
        return turn_format.load(self.format)
