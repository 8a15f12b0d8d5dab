"""A prediction of memory: things that take memory, when, and whether they fit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from kardia_cli.training.memory.free import Free

GIB = 2**30
Phase = Literal["always", "training", "generation"]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that takes memory (bytes), and when."""

    name: str
    size: int
    phase: Phase
    note: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """A prediction: its parts, what is free, and flags that would make it fit."""

    parts: tuple[Part, ...]
    free: Free
    advice: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Bytes at the peak: what is always there and the larger of the two phases."""
        sums: Counter[Phase] = Counter()
        for part in self.parts:
            sums[part.phase] += part.size
        return sums["always"] + max(sums["training"], sums["generation"])

    @property
    def fits(self) -> bool:
        """True where the lower bound is within what is free."""
        return self.total <= self.free.size

    def table(self) -> list[dict[str, Any]]:
        """Return rows in GiB, the peak and what is free last."""
        rows: list[dict[str, Any]] = [
            {"what": part.name, "GiB": part.size / GIB, "when": part.phase, "how": part.note}
            for part in self.parts
            if part.size
        ]
        peak = {"what": "at least", "GiB": self.total / GIB, "when": "", "how": "an estimate; activations come on top"}
        there = {"what": "free", "GiB": self.free.size / GIB, "when": "", "how": self.free.where}
        return [*rows, peak, there]
