"""Judge calls of a step against a real server: all at once, each with its deadline, through gateway and ledger."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import chat_server as server
import pytest
from small_rows import row, turn

from kardia_cli import plugins
from kardia_cli.chat.gateway import CallSettings, Gateway
from kardia_cli.chat.limits.budget import Caps
from kardia_cli.errors import ProviderError, Stopped
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.training.reward_set import Rewards
from kardia_cli.training.trl.reward_functions import Scorer

NAMES = ("format", "emotion", "rubric")
ROWS = [row(0), row(1, "anxious")]


def replies(count: int, extra: str = "") -> list[str]:
    return [turn("anxious", f"exam number {number}{extra}") for number in range(count)]


@contextmanager
def scoring(
    script: server.Script, deadline: float | None = None, **settings: Any
) -> Iterator[tuple[Scorer, list[str]]]:
    """A scorer whose judge is the server; what it says."""
    said: list[str] = []
    gateway = Gateway(CallSettings(**{"api_base": script.base, "max_retries": 0, **settings}), said.append)
    judge = Judge(rubric_file.load("kardia-core"), gateway.chat("openai/judge"), 0, quotes="check")
    functions = {name: plugins.load("reward", name) for name in NAMES}
    weights = dict.fromkeys(NAMES, 1 / 3)
    rewards = Rewards(functions, weights, judge, None, gateway.wait_committed, gateway.aclose, deadline)
    with Scorer(rewards, ROWS, said.append) as scorer:
        yield scorer, said


def score(scorer: Scorer, texts: list[str]) -> list[float | None]:
    """The rubric's values of one round."""
    completions = [[{"role": "assistant", "content": text}] for text in texts]
    given = {"completions": completions, "row": [0] * len(texts), "turn": [1] * len(texts)}
    return [function(**given) for function in scorer.functions()][-1]


def slow_for(word: str, answer: Any) -> server.Answer:
    """Hangs where the reply that is judged has the word in it."""
    return lambda body: server.hang(body) if word in body["messages"][-1]["content"] else answer(body)


def when_there_are(count: int, answer: Any) -> server.Answer:
    """Answers no call before so many have come: of calls one after the other, none would ever be answered."""
    arrived, all_there = [], asyncio.Event()

    async def play(body: server.Body) -> Any:
        arrived.append(body)
        if len(arrived) >= count:
            all_there.set()
        await all_there.wait()
        given = answer(body)
        return await given if inspect.isawaitable(given) else given

    return play


def test_all_judge_calls_of_a_step_overlap_and_broken_spans_make_none() -> None:
    with (
        server.beside(when_there_are(16, server.player())) as script,
        scoring(script, use_ledger=False) as (scorer, _),
    ):
        values = score(scorer, [*replies(16), "broken", "broken too"])
    assert len(script.asked) == script.most_in_flight == 16
    assert values[16:] == [0.0, 0.0]
    assert all(value is not None and value > 0 for value in values[:16])


def test_a_call_that_hangs_is_given_up_at_the_timeout_and_masks_its_completion_alone() -> None:
    with server.beside(slow_for("number 3", server.player())) as script:
        with scoring(script, timeout=2.0, use_ledger=False) as (scorer, said):
            values = score(scorer, replies(8))
    assert [at for at, value in enumerate(values) if value is None] == [3]
    assert scorer.masking.reasons == {"timeout": 1}
    assert "not scored: row-0 turn 1: timeout: " in said[-1]


def test_a_completion_has_a_deadline_over_all_its_calls_and_retries() -> None:
    with server.beside(slow_for("number 3", server.player())) as script:
        with scoring(script, deadline=2.0, timeout=30.0, max_retries=4, use_ledger=False) as (scorer, said):
            values = score(scorer, replies(4))
    assert [at for at, value in enumerate(values) if value is None] == [3]
    assert "--row-timeout 2 s" in said[-1]


def test_what_was_judged_is_remembered_and_not_asked_again(tmp_path: Path) -> None:
    with server.beside(server.player()) as script:
        with scoring(script, ledger=tmp_path / "ledger.sqlite") as (scorer, _):
            once = score(scorer, replies(4))
        with scoring(script, ledger=tmp_path / "ledger.sqlite") as (scorer, _):
            assert score(scorer, replies(4)) == once
    assert len(script.asked) == 4


def test_the_gateways_budget_ends_the_run_in_place_of_masking_it() -> None:
    with server.beside(server.player()) as script:
        with pytest.raises(Stopped), scoring(script, caps=Caps(None, 3, None, None), use_ledger=False) as (scorer, _):
            score(scorer, replies(8))
    assert len(script.asked) <= 3


def test_a_judge_that_goes_on_failing_stops_the_run_with_its_reasons() -> None:
    with server.beside("I would rather talk about the weather.") as script:
        with scoring(script, use_ledger=False) as (scorer, said):
            assert score(scorer, replies(2)) == score(scorer, replies(2, " again")) == [None, None]
            with pytest.raises(ProviderError, match=r"could be scored \(parse 6\)"):
                score(scorer, replies(2, " and again"))
    assert sum("not scored" in line for line in said) == 3
    assert "only counted" in said[-1]
