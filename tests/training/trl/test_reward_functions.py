"""One scoring task per completion feeds every reward function."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from kardia_cli.contracts import Score
from kardia_cli.errors import CallFailed, ProviderError
from kardia_cli.rows.line import Row
from kardia_cli.training.trl.reward_functions import Scorer

ROWS: list[Row] = [{"id": "a", "emotion": "sad"}, {"id": "b", "emotion": "proud"}]


class Script:
    """Rewards that do what the completion says and remember who asked."""

    weights: Mapping[str, float] = {"format": 0.5, "emotion": 0.5}

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.loops: set[int] = set()
        self.together = 0
        self.closed = False

    async def settled(self) -> None:
        """Nothing to wait for."""

    async def aclose(self) -> None:
        self.closed = True

    async def score(self, row: Row, turn: int, completion: str) -> dict[str, Score | None]:
        self.asked[completion] += 1
        self.loops.add(id(asyncio.get_running_loop()))
        self.together += 1
        await asyncio.sleep(0.01)
        together, self.together = self.together, 0
        if completion == "fail":
            raise CallFailed("timeout", "no answer")
        if completion == "bug":
            raise KeyError("oops")
        if completion == "bad key":
            raise ProviderError("bad key")
        silent = completion == "no judge"
        right = 1.0 if row["emotion"] in completion else 0.0
        return {"format": Score(float(together > 1 or turn)), "emotion": None if silent else Score(right)}


def ask(scorer: Scorer, texts: list[str], row: int = 0, **more: Any) -> list[list[float | None]]:
    completions = [[{"role": "assistant", "content": text}] for text in texts]
    given = {"prompts": [], "completion_ids": [], "row": [row] * len(texts), "turn": [1] * len(texts), **more}
    return [function(completions=completions, **given) for function in scorer.functions()]


def test_functions_bear_the_names_of_the_rewards_and_give_their_values() -> None:
    with Scorer(Script(), ROWS, print) as scorer:
        assert [function.__name__ for function in scorer.functions()] == ["format", "emotion"]
        assert ask(scorer, ["sad", "glad"]) == [[1.0, 1.0], [1.0, 0.0]]
        assert ask(scorer, ["sad", "proud"], row=1)[1] == [0.0, 1.0]


def test_what_the_rewards_ask_is_closed_at_the_end() -> None:
    rewards = Script()
    with Scorer(rewards, ROWS, print):
        assert not rewards.closed
    assert rewards.closed


def test_a_completion_is_scored_once_for_all_rewards_and_anew_in_the_next_batch() -> None:
    script = Script()
    with Scorer(script, ROWS, print) as scorer:
        ask(scorer, ["sad"])
        assert script.asked["sad"] == 1
        ask(scorer, ["sad"])
        assert script.asked["sad"] == 2
    assert len(script.loops) == 1


@pytest.mark.parametrize("text", ["no judge", "fail", "bug"])
def test_what_one_reward_could_not_score_counts_for_none(text: str) -> None:
    logged: dict[str, float] = {}
    with Scorer(Script(), ROWS, print) as scorer:
        assert ask(scorer, [text, "sad"], log_metric=logged.__setitem__) == [[None, 1.0], [None, 1.0]]
        assert (scorer.masking.masked, scorer.masking.completions) == (1, 2)
    assert logged == {"masked": 0.5, "unscored": 0.5}


def test_a_failure_is_told_with_its_row_and_reason_and_without_the_rows_text() -> None:
    said: list[str] = []
    with Scorer(Script(), ROWS, said.append) as scorer:
        ask(scorer, ["fail"])
    assert said == ["not scored: a turn 1: timeout: no answer"]


def test_an_error_that_concerns_every_call_ends_the_run() -> None:
    with Scorer(Script(), ROWS, print) as scorer, pytest.raises(ProviderError, match="bad key"):
        ask(scorer, ["bad key", "sad"])


def test_batches_without_any_score_end_the_run() -> None:
    with Scorer(Script(), ROWS, print) as scorer:
        ask(scorer, ["fail"])
        ask(scorer, ["fail"])
        with pytest.raises(ProviderError, match="could be scored"):
            ask(scorer, ["fail"])
