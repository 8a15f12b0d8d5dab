"""The gap between the judge that pays and one that does not, on a fixed set of prompts.

The prompts are chosen once, by hash, from the rows; every so many steps the policy as it is answers them, and both
judges score the same answers. What only the training judge likes better and better is liked for its own weakness.
Without a held-out judge the EPITOME facets stand in: free of the rubric and of any model, but they see empathy's
wording alone.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kardia_cli.errors import CallFailed
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import row_id
from kardia_cli.stream import flow
from kardia_cli.training.samples import answerable
from kardia_cli.training.trl.reward_functions import Scored

if TYPE_CHECKING:
    from kardia_cli.judge import Judge

Prompt = tuple[int, int]
"""Index of a row and of the supporter turn in its messages."""
SIZE, EVERY = 16, 10
"""Prompts of the set, steps between two probes (ours): with 32 completions a step 5 % more judge calls."""
FACET_TOP = 2


def choose(rows: Sequence[Row], size: int = SIZE) -> list[Prompt]:
    """Return the probe set: so many prompts with the lowest hashes, at most one a row where there are rows enough.

    The same rows give the same set in any order of theirs.
    """
    ranked = sorted((_rank(row, turn), number, turn) for number, row in enumerate(rows) for turn in answerable(row))
    first: dict[int, Prompt] = {}
    for _, number, turn in ranked:
        first.setdefault(number, (number, turn))
    chosen = list(first.values())[:size]
    rest = [(number, turn) for _, number, turn in ranked if (number, turn) not in set(chosen)]
    return chosen + rest[: size - len(chosen)]


def _rank(row: Row, turn: int) -> str:
    return hashlib.sha256(f"probe:{row_id(row)}:{turn}".encode()).hexdigest()


def epitome(row: Row, turn: int, text: str) -> float:
    """Return the three EPITOME facets of a turn's visible words as one number from 0 to 1."""
    from kardia_cli.metrics.epitome_rules import facets

    said = [message["content"] for message in row["messages"][:turn] if message["role"] == "user"]
    found = facets(said[-1] if said else "", turn_format.declared(row).visible(text))
    return sum(facet.level for facet in found.values()) / len(found) / FACET_TOP


class ProbeSet:
    """The fixed prompts, and both judges' scores of what the policy answers to them.

    `judged` names the rewards that ask the training judge; their mean is its score. A turn whose spans are broken, or
    that one of the two did not score, is left out.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        held_out: Judge | None,
        *,
        judged: Sequence[str] = ("rubric",),
        size: int = SIZE,
        every: int = EVERY,
    ) -> None:
        self.prompts = choose(rows, size)
        self.every = every
        self._rows, self._held_out, self._judged = rows, held_out, judged
        self._pairs: list[tuple[float, float]] = []

    @property
    def name(self) -> str:
        """The name of the judge that is compared with the training judge."""
        return self._held_out.name if self._held_out is not None else "EPITOME (rubric-free)"

    async def score(
        self,
        prompts: Sequence[Prompt],
        completions: Sequence[str],
        details: Sequence[Mapping[str, Scored | None] | None],
    ) -> None:
        """Have the held-out judge score completions that the training judge has scored (`details`, by reward)."""
        pairs = await flow.gather_all(map(self._pair, prompts, completions, details))
        self._pairs += [pair for pair in pairs if pair is not None]

    async def _pair(
        self, prompt: Prompt, text: str, scores: Mapping[str, Scored | None] | None
    ) -> tuple[float, float] | None:
        form = turn_format.declared(self._rows[prompt[0]])
        given = [scores[name] for name in self._judged if name in scores] if scores else []
        values = [score.value for score in given if score is not None and score.value is not None]
        if not values or form.read(text) is None:
            return None
        held = await self._held(*prompt, text)
        return None if held is None else (sum(values) / len(values), held)

    async def _held(self, number: int, turn: int, text: str) -> float | None:
        row = self._rows[number]
        if self._held_out is None:
            return epitome(row, turn, text)
        try:
            critique = await self._held_out.judge({**row, "messages": row["messages"][:turn]}, turn, text)
        except CallFailed:
            return None
        return critique.score

    def clear(self) -> None:
        """Forget what was scored: the next answers are those of another step."""
        self._pairs = []

    def numbers(self) -> dict[str, float]:
        """Return the numbers of what was scored since `clear`; empty where that is less than half the set.

        `probe_judge` and `probe_held` are the two means (0 to 1), `gap` their difference, `gap_error` its standard
        error.
        """
        pairs = self._pairs
        if len(pairs) < max(2, len(self.prompts) / 2):
            return {}
        gaps = [judge - held for judge, held in pairs]
        gap = sum(gaps) / len(gaps)
        variance = sum((each - gap) ** 2 for each in gaps) / (len(gaps) - 1)
        return {
            "probe_judge": sum(judge for judge, _ in pairs) / len(pairs),
            "probe_held": sum(held for _, held in pairs) / len(pairs),
            "gap": gap,
            "gap_error": math.sqrt(variance / len(gaps)),
        }
