"""From one scoring task per completion to TRL's list of reward functions.

TRL calls one function per reward, each with the whole round of completions. Here the first call scores the round, all
completions at once in one event loop that lives as long as the run (a backend's connections belong to one loop), so
that all judge calls of a step overlap each other; the other functions read the same result. What counts is in
`masking`.

What may overlap further (TRL 1.16): nothing in GRPOTrainer, which generates, then scores, then learns. Its experimental
AsyncGRPOTrainer scores groups while others are generated, with a vLLM server and weights that lag; it is not used here.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kardia_cli.errors import KardiaError, RowError
from kardia_cli.rows.line import Row
from kardia_cli.stream import flow
from kardia_cli.training.trl import ranks
from kardia_cli.training.trl.masking import Masking, Values, kind

SHOWN_REASONS = 3
"""Unscored completions of each kind that are reported one by one; the rest are counted."""


class Scored(Protocol):
    """A reward's score: a value from 0 to 1, its parts and a reason (`contracts.Score`)."""

    @property
    def value(self) -> float | None:
        """0 to 1; None where it was not scored."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def parts(self) -> Mapping[str, float | None]:
        """The values that it was made of, by name."""


Scores = Mapping[str, Scored | None]
"""What the rewards said of one completion, by their names (more than `weights` has where one stands as its parts);
empty where they could not even be asked."""


class Rewards(Protocol):
    """The rewards of a grpo run, as the command hands them over."""

    @property
    def weights(self) -> Mapping[str, float]:
        """Name of each reward to its weight in the sum."""

    async def score(self, row: Row, turn: int, completion: str) -> Scores:
        """Score one completion for the supporter turn at index `turn` of `row`; None: asked and not scored."""

    async def settled(self) -> None:
        """Wait until the judge's answers so far are stored."""

    async def aclose(self) -> None:
        """Close what the rewards ask."""


class Observer(Protocol):
    """An observer of each round of completions: the canaries, the file of samples."""

    def __call__(self, step: int, round_: Round, /) -> Mapping[str, float]:
        """Metrics of this step; may raise a `KardiaError` that ends the run."""


@dataclass(frozen=True)
class Round:
    """One round of completions with their scores; lists of one item a completion.

    `probe`: they answer the probe set of the canaries, and nothing is learned from them.
    """

    rows: Sequence[int]
    turns: Sequence[int]
    texts: Sequence[str]
    scores: Sequence[Scores]
    values: Sequence[Values]
    probe: bool = False

    def rewards(self, names: Sequence[str]) -> dict[str, list[float | None]]:
        """The values by reward, as TRL gets them."""
        return {name: [None if value is None else value[name] for value in self.values] for name in names}


class Scorer:
    """Reward functions for TRL over a `Rewards`. Use as a context manager: it owns a loop in a thread.

    `group` is the number of completions of one prompt; each of `observers` sees every round.
    """

    def __init__(
        self,
        rewards: Rewards,
        rows: Sequence[Row],
        say: Callable[[str], None],
        group: int = 0,
        observers: Sequence[Observer] = (),
    ) -> None:
        self._rewards = rewards
        self._rows = rows
        self._say = say
        self._observers = observers
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rewards", daemon=True)
        self._batch: Any = None
        self._round: Round | None = None
        self._unscored: Counter[str] = Counter()
        self.masking = Masking(group)
        self.weights = rewards.weights
        self.dev: list[Values] = []
        """What the answers to the dev part earned, since it was last taken."""

    def __enter__(self) -> Scorer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._rewards.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Any) -> Any:
        """Await something in the loop that the judge's connections belong to."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def functions(self) -> list[Callable[..., list[float | None]]]:
        """One function per reward, in the order of the weights, under the reward's name (TRL logs it)."""
        return [self._function(name) for name in self._rewards.weights]

    def _function(self, name: str) -> Callable[..., list[float | None]]:
        def reward(completions: Any, row: Sequence[int], turn: Sequence[int], **others: Any) -> list[float | None]:
            found = self._scored(completions, row, turn, others)
            return [None if value is None else value[name] for value in found.values]

        reward.__name__ = name
        return reward

    def _scored(self, completions: Any, row: Sequence[int], turn: Sequence[int], others: Mapping[str, Any]) -> Round:
        """The round; scored when a new one comes, which TRL shows to each function as one object."""
        if self._round is None or self._batch is not completions:
            self._round = self._score_round(completions, row, turn, others)
            self._batch = completions
        return self._round

    def _score_round(
        self, completions: Any, row: Sequence[int], turn: Sequence[int], others: Mapping[str, Any]
    ) -> Round:
        texts = [completion[0]["content"] for completion in completions]
        scores, reasons = zip(*self.run(self._score_all(texts, row, turn)), strict=True)
        values: list[Values] = [_values(item, self._rewards.weights) for item in scores]
        for at, value in enumerate(values):
            if value is None:
                self._report_unscored(row[at], turn[at], reasons[at])
        if any(others.get("dev") or []):
            self.dev += values
            return Round(row, turn, texts, scores, values)
        if any(others.get("probe") or []):
            found = Round(row, turn, texts, scores, values, probe=True)
            _log(self._observe(found, others), others)
            return found
        all_values, all_reasons, here = _gather(values, reasons)
        kept = self.masking.apply(all_values, all_reasons)
        found = Round(row, turn, texts, scores, kept[here])
        metrics = self.masking.metrics(kept) | self._observe(found, others)
        _log(metrics, others)
        self.masking.check()
        return found

    def _observe(self, found: Round, others: Mapping[str, Any]) -> dict[str, float]:
        """Return the metrics that the observers make of a round."""
        state = others.get("trainer_state")
        step = int(state.global_step) + 1 if state is not None else 0
        return {name: number for observer in self._observers for name, number in observer(step, found).items()}

    async def _score_all(
        self, texts: Sequence[str], row: Sequence[int], turn: Sequence[int]
    ) -> list[tuple[Scores, str]]:
        scores = await flow.gather_all(self._score(*item) for item in zip(row, turn, texts, strict=True))
        await self._rewards.settled()
        return scores

    async def _score(self, row: int, turn: int, text: str) -> tuple[Scores, str]:
        """Score one completion, with the reason where it is not scored; an error that ends the run is raised."""
        try:
            scores = await self._rewards.score(self._rows[row], turn, text)
            return scores, _reason(scores, self._rewards.weights)
        except KardiaError as error:
            if not isinstance(error, RowError):
                raise
            return {}, str(error)
        except Exception as error:  # noqa: BLE001 (one answer's trouble must not end an hour of training)
            return {}, f"{type(error).__name__}: {error}"

    def _report_unscored(self, row: int, turn: int, reason: str) -> None:
        of_kind = kind(reason)
        self._unscored[of_kind] += 1
        if self._unscored[of_kind] <= SHOWN_REASONS:
            shown = reason.removeprefix("not scored: ")
            more = f" (more of kind {of_kind!r} are only counted)" if self._unscored[of_kind] == SHOWN_REASONS else ""
            self._say(f"not scored: {self._rows[row].get('id', row)} turn {turn}: {shown}{more}")


def _log(metrics: Mapping[str, float], others: Mapping[str, Any]) -> None:
    """Hand numbers to TRL's log, where it gives the means."""
    log = others.get("log_metric")
    if log is not None:
        for name, number in metrics.items():
            log(name, number)


def _values(scores: Scores, names: Mapping[str, float]) -> Values:
    """The values by reward, or None where one of them is missing."""
    found = [scores.get(name) for name in names]
    known = [score.value for score in found if score is not None and score.value is not None]
    return dict(zip(names, known, strict=True)) if len(known) == len(names) else None


def _reason(scores: Scores, names: Mapping[str, float]) -> str:
    """Return why a completion is not scored: the reason of the first reward without a value ("" where all have one)."""
    for name in names:
        score = scores[name]
        if score is None or score.value is None:
            return (score.reason if score is not None else "") or f"reward {name} gave no score"
    return ""


def _gather(values: list[Values], reasons: Sequence[str]) -> tuple[list[Values], list[str], slice]:
    """Gather the values and reasons of all processes (a group may span them); also return this process's slice."""
    if ranks.count() == 1:
        return values, list(reasons), slice(0, len(values))
    from accelerate import PartialState  # type: ignore[import-untyped]
    from accelerate.utils import gather_object  # type: ignore[import-untyped]

    pairs = gather_object(list(zip(values, reasons, strict=True)))
    start = PartialState().process_index * len(values)
    return [value for value, _ in pairs], [reason for _, reason in pairs], slice(start, start + len(values))
