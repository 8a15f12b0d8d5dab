"""From one scoring task per completion to TRL's list of reward functions.

TRL calls one function per reward, each with the whole batch, and drops a None from that function alone. Here the first
call scores the batch, all completions at once in one event loop that lives as long as the run (a backend's connections
belong to one loop); the others read the same result. A completion that any reward could not score counts for none.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from kardia_cli import flow
from kardia_cli.errors import KardiaError, ProviderError, RowError
from kardia_cli.line import Row

Values = dict[str, float] | None
"""One completion's value for each reward, or None where it was not scored."""
PATIENCE = 3
"""Batches in a row without a single scored completion after which the run stops."""


class Scored(Protocol):
    """What a reward gives: a value from 0 to 1 and a reason (`contracts.Score`)."""

    @property
    def value(self) -> float | None:
        """0 to 1; None where it was not scored."""

    @property
    def reason(self) -> str:
        """Why."""


class Rewards(Protocol):
    """What grpo pays for, as the command hands it over."""

    @property
    def weights(self) -> Mapping[str, float]:
        """Name of each reward to its weight in the sum."""

    async def score(self, row: Row, turn: int, completion: str) -> Mapping[str, Scored | None]:
        """Score one completion for the supporter turn at index `turn` of `row`; None: asked and not scored."""

    async def settled(self) -> None:
        """Wait until what the judge said so far is remembered."""

    async def aclose(self) -> None:
        """Close what the rewards ask."""


class Scorer:
    """Reward functions for TRL over a `Rewards`. Use as a context manager: it owns a loop in a thread."""

    def __init__(self, rewards: Rewards, rows: Sequence[Row], say: Callable[[str], None]) -> None:
        self._rewards = rewards
        self._rows = rows
        self._say = say
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rewards", daemon=True)
        self._batch: Any = None
        self._values: list[Values] = []
        self._unscored_batches = 0
        self.completions = 0
        self.masked = 0

    def __enter__(self) -> Scorer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._rewards.aclose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def functions(self) -> list[Callable[..., list[float | None]]]:
        """One function per reward, in the order of the weights, under the reward's name (TRL logs it)."""
        return [self._function(name) for name in self._rewards.weights]

    def _function(self, name: str) -> Callable[..., list[float | None]]:
        def reward(completions: Any, row: Sequence[int], turn: Sequence[int], **others: Any) -> list[float | None]:
            values = self._scored(completions, row, turn, others.get("log_metric"))
            return [None if item is None else item[name] for item in values]

        reward.__name__ = name
        return reward

    def _scored(
        self, completions: Any, row: Sequence[int], turn: Sequence[int], log: Callable[[str, float], None] | None
    ) -> list[Values]:
        """The batch's values; computed when a new batch comes, which TRL shows to each function as one object."""
        if self._batch is not completions:
            scoring = asyncio.run_coroutine_threadsafe(self._score_all(completions, row, turn), self._loop)
            self._values = scoring.result()
            self._batch = completions
            self._count(log)
        return self._values

    def _count(self, log: Callable[[str, float], None] | None) -> None:
        masked = sum(item is None for item in self._values)
        self.completions += len(self._values)
        self.masked += masked
        if log is not None:
            log("masked", masked / len(self._values))
        self._unscored_batches = self._unscored_batches + 1 if masked == len(self._values) else 0
        if self._unscored_batches == PATIENCE:
            raise ProviderError(f"no completion of {PATIENCE} batches could be scored", "see the reasons above")

    async def _score_all(self, completions: Any, row: Sequence[int], turn: Sequence[int]) -> list[Values]:
        texts = [completion[0]["content"] for completion in completions]
        tasks = [self._score(*item) for item in zip(row, turn, texts, strict=True)]
        values = await flow.together(tasks)
        await self._rewards.settled()
        return values

    async def _score(self, row: int, turn: int, text: str) -> Values:
        """Score one completion. An error of this completion masks it; one that ends the run goes up."""
        try:
            scores = await self._rewards.score(self._rows[row], turn, text)
            found = {name: scores[name] for name in self._rewards.weights}
        except KardiaError as error:
            if not isinstance(error, RowError):
                raise
            return self._unscored(row, turn, str(error))
        except Exception as error:  # noqa: BLE001 (one answer's trouble must not end an hour of training)
            return self._unscored(row, turn, f"{type(error).__name__}: {error}")
        values = {name: score.value for name, score in found.items() if score is not None and score.value is not None}
        return values if len(values) == len(found) else None

    def _unscored(self, row: int, turn: int, reason: str) -> Values:
        self._say(f"not scored: {self._rows[row].get('id', row)} turn {turn}: {reason}")
        return None
