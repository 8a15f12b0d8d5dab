"""The rewards of one GRPO run: reward plug-ins with their weights, scored together for each completion."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import RewardSpec, Score
from kardia_cli.errors import CallFailed, UsageError
from kardia_cli.judge import Judge
from kardia_cli.rows.line import Row
from kardia_cli.stream import flow

Split = Callable[[Judge, Score], Mapping[str, float | None]]
"""A reward's value as the values of its parts, each 0 to 1; see `rewards/rubric.py`."""


@dataclass(frozen=True)
class Rewards:
    """Reward functions by name with weights that sum to 1; the judge and the chat they may ask.

    `deadline` is what one completion may take, in seconds. `splits` are the rewards that stand as their parts
    (`split_by_part`): `weights` then name the parts as `reward/part`, and the score itself is given beside them.
    """

    functions: Mapping[str, Callable[..., Any]]
    weights: Mapping[str, float]
    judge: Judge
    chat: Chat | None = None
    committed: Callable[[], Awaitable[None]] | None = None
    close: Callable[[], Awaitable[None]] | None = None
    deadline: float | None = None
    splits: Mapping[str, Split] = field(default_factory=dict)

    async def aclose(self) -> None:
        """Close the judge's model; what was paid for is in the ledger then."""
        if self.close is not None:
            await self.close()

    async def settled(self) -> None:
        """Wait until the judge's answers so far are in the ledger."""
        if self.committed is not None:
            await self.committed()

    async def score(self, row: Row, turn: int, completion: str) -> dict[str, Score | None]:
        """All rewards of one completion for the supporter turn at index `turn`.

        A value of None, or no score, is "not scored", never 0. Raises `CallFailed` (timeout) after the deadline.
        """
        prefix = {**row, "messages": list(row["messages"][:turn])}
        names = list(self.functions)
        asked = (self.functions[name](prefix, completion, self.judge, self.chat) for name in names)
        clock = asyncio.timeout(self.deadline)
        try:
            async with clock:
                given = await flow.gather_all(asked)
        except TimeoutError:
            if not clock.expired():
                raise
            raise CallFailed("timeout", f"the completion took longer than --row-timeout {self.deadline:g} s") from None
        scores: dict[str, Score | None] = {}
        for name, score in zip(names, given, strict=True):
            scores[name] = score
            if name in self.splits:
                scores |= self._columns(name, score)
        return scores

    def _columns(self, name: str, score: Score | None) -> dict[str, Score | None]:
        """A score as one column for each of its parts."""
        columns = [column for column in self.weights if column.startswith(f"{name}/")]
        if score is None:
            return dict.fromkeys(columns)
        values = self.splits[name](self.judge, score)
        return {column: replace(score, value=values[column.removeprefix(f"{name}/")], parts={}) for column in columns}


def split_by_part(rewards: Rewards, specs: Mapping[str, RewardSpec]) -> Rewards:
    """The rewards with every one that can be split standing as its parts: for normalisation part by part (GDPO).

    `specs` are those of the plug-ins by reward name. The weighted sum stays what it was.
    """
    weights: dict[str, float] = {}
    splits: dict[str, Split] = {}
    for name, weight in rewards.weights.items():
        spec = specs.get(name, RewardSpec())
        if spec.split is None or spec.shares is None:
            weights[name] = weight
            continue
        splits[name] = spec.split
        weights |= {f"{name}/{part}": weight * share for part, share in spec.shares(rewards.judge).items()}
    return replace(rewards, weights=weights, splits=splits)


def read_weights(settings: list[str], known: list[str]) -> dict[str, float]:
    """`NAME=WEIGHT` settings as weights that sum to 1 (each an equal share where no weight is given)."""
    from kardia_cli.plugins import nearest

    weights: dict[str, float] = {}
    for setting in settings:
        name, _, weight = setting.partition("=")
        if name not in known and not name.endswith(".py"):
            raise UsageError(f"unknown reward {name!r}", nearest(name, known))
        try:
            weights[name] = float(weight or 1)
        except ValueError:
            raise UsageError(f"--reward {setting!r}: {weight!r} is not a number", f"e.g. --reward {name}=1") from None
        if weights[name] < 0:
            raise UsageError(f"--reward {setting!r}: a weight is not negative", f"e.g. --reward {name}=1")
    total = sum(weights.values())
    if total <= 0:
        raise UsageError(
            "the weights of the rewards sum to 0", "e.g. --reward format=1 --reward emotion=1 --reward rubric=1"
        )
    return {name: weight / total for name, weight in weights.items()}
