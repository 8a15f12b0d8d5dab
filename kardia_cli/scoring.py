"""The rewards of one GRPO run: reward plug-ins with their weights, scored together for each completion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kardia_cli import flow
from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Score
from kardia_cli.errors import UsageError
from kardia_cli.judge import Judge
from kardia_cli.line import Row


@dataclass(frozen=True)
class Rewards:
    """Reward functions by name with weights that sum to 1; the judge and the chat they may ask."""

    functions: Mapping[str, Callable[..., Any]]
    weights: Mapping[str, float]
    judge: Judge
    chat: Chat | None = None
    committed: Callable[[], Awaitable[None]] | None = None
    close: Callable[[], Awaitable[None]] | None = None

    async def aclose(self) -> None:
        """Close the judge's model; what was paid for is in the ledger then."""
        if self.close is not None:
            await self.close()

    async def settled(self) -> None:
        """Wait until what the judge said so far is in the ledger."""
        if self.committed is not None:
            await self.committed()

    async def score(self, row: Row, turn: int, completion: str) -> dict[str, Score | None]:
        """All rewards of one completion for the supporter turn at index `turn`; None is "not scored", never 0."""
        prefix = {**row, "messages": list(row["messages"][:turn])}
        names = list(self.functions)
        given = await flow.together(self.functions[name](prefix, completion, self.judge, self.chat) for name in names)
        scores = dict(zip(names, given, strict=True))
        return {
            name: score if score is not None and score.value is not None else None for name, score in scores.items()
        }


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
