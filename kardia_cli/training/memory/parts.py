"""What a prediction of memory is made of: things that take memory, when, and whether they fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from kardia_cli.training.memory.free import Free

GIB = 2**30
SLACK = 0.1
"""Share on top of what is predicted: fragments, passing copies (ours)."""
Phase = Literal["always", "training", "generation"]
PHASES: tuple[Phase, ...] = ("always", "training", "generation")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that takes memory (bytes), and when. `reserved`: it takes just this, so no slack is put on top."""

    name: str
    size: int
    phase: Phase
    note: str = ""
    reserved: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """A prediction: its parts, what is free, and flags that would make it fit."""

    parts: tuple[Part, ...]
    free: Free
    advice: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Bytes at the peak: what is always there and the larger of the two phases, with slack where nothing is reserved."""
        sums = {phase: sum(map(_with_slack, self.parts_of(phase))) for phase in PHASES}
        return int(sums["always"] + max(sums["training"], sums["generation"]))

    def parts_of(self, phase: Phase) -> list[Part]:
        """What takes memory in this phase."""
        return [part for part in self.parts if part.phase == phase]

    @property
    def fits(self) -> bool:
        """Whether the peak is within what is free."""
        return self.total <= self.free.size

    def table(self) -> list[dict[str, Any]]:
        """Rows of a table in GiB, the peak and what is free last."""
        rows: list[dict[str, Any]] = [
            {"what": part.name, "GiB": part.size / GIB, "when": part.phase, "how": part.note}
            for part in self.parts
            if part.size
        ]
        peak = {"what": "peak", "GiB": self.total / GIB, "when": "", "how": f"with {SLACK:.0%} slack; predicted"}
        there = {"what": "free", "GiB": self.free.size / GIB, "when": "", "how": self.free.where}
        return [*rows, peak, there]


def _with_slack(part: Part) -> float:
    return part.size if part.reserved else part.size * (1 + SLACK)
