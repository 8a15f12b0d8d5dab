"""The description of a training run that stages and rooms share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Start:
    """The model that a run starts from: its name as given, its folder (None: `tiny`, still to be made), its hash."""

    name: str
    folder: Path | None
    hash: str
    tiny: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """One training: the start, the resolved [train], [lora] and [quantize] tables, the seed.

    Not in `train` unless the user set it: what is measured from the samples (`arguments.measured`).
    """

    start: Start
    train: dict[str, Any]
    lora: dict[str, Any] | None
    seed: int
    quantize: dict[str, Any] | None = None
