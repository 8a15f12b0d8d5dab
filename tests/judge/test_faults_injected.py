"""One, ten and fifty in a hundred judge calls fail: each is typed, none becomes a number, the rest is untouched.

That TRL's advantages are then those of the group without the failed row is shown in tests/stages/test_grpo.py.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from scripted import chat, verdict

from kardia_cli import plugins
from kardia_cli.errors import CallFailed, Why
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.rows.line import Line
from kardia_cli.rows.records import Critique
from kardia_cli.rows.request import Request
from kardia_cli.stages.critiques import critique
from kardia_cli.stream import flow
from kardia_cli.training.reward_set import Rewards
from kardia_cli.training.trl.reward_functions import Scorer
from tests.support import four_spans as spans
from tests.support.four_spans import Spans

CORE = rubric_file.load("kardia-core")
RATES = (0.01, 0.1, 0.5)
ROWS = 300

FAULTS: dict[str, tuple[Why, Callable[[Request], Any]]] = {
    "outage": ("timeout", lambda request: CallFailed("timeout", "no answer")),
    "refusal": ("refusal", lambda request: CallFailed("refusal", "not about this")),
    "filter": ("content_filter", lambda request: CallFailed("content_filter", "stopped")),
    "throttle": ("rate_limit", lambda request: CallFailed("rate_limit", "too many")),
    "prose": ("parse", lambda request: "Lovely reply, 10 out of 10."),
    "off the menu": ("off_menu", lambda request: verdict(request, level=10)),
    "a half": ("off_menu", lambda request: verdict(request, level=4.5)),
    "another nonce": ("nonce", lambda request: {**verdict(request), "nonce": "0"}),
    "a made-up quote": ("bad_quote", lambda request: misquoted(request)),
    "one left out": ("missing", lambda request: {**verdict(request), "criteria": verdict(request)["criteria"][1:]}),
}


def misquoted(request: Request) -> dict[str, Any]:
    answer = verdict(request)
    answer["criteria"][0]["quotes"] = ["words that nobody wrote"]
    return answer


def chance(text: str) -> float:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 2**32


def level_of(request: Request) -> int:
    """An honest judge's level: what the reply's own hash says, so that replies differ."""
    return 1 + int(chance(request.facts["reply"]) * 5)


def judge_that_fails(rate: float) -> tuple[Judge, dict[str, Why]]:
    """A judge that fails on a share of the replies, in one of ten ways, whenever it is asked about them."""
    failed: dict[str, Why] = {}

    def answer(request: Request) -> Any:
        reply = request.facts["reply"]
        if chance("fails" + reply) >= rate:
            return verdict(request, level=level_of(request))
        why, fault = list(FAULTS.values())[int(chance("how" + reply) * len(FAULTS))]
        failed[reply] = why
        return fault(request)

    return Judge(CORE, chat(answer)[0], 0), failed


def turn_text(number: int) -> str:
    return spans.render(Spans("u", "r", "anxious", f"That sounds tense, number {number}, waiting like this."))


def row(number: int) -> dict[str, Any]:
    said = {"role": "user", "content": "I cannot sleep before it."}
    talk = [said, {"role": "assistant", "content": turn_text(number)}]
    return {"id": f"r{number}", "person": "MBTI: INFP", "emotion": "anxious", "situation": "An exam.", "messages": talk}


def judged(judge: Judge) -> tuple[dict[str, Critique], dict[str, CallFailed]]:
    """The critiques of all rows by id, and the errors of those that failed, through the flow that critique uses."""

    async def lines() -> Any:
        for number in range(ROWS):
            yield Line(number, row=row(number))

    async def work(given: dict[str, Any]) -> list[dict[str, Any]]:
        return [await critique(given, judge)]

    async def go() -> tuple[dict[str, Critique], dict[str, CallFailed]]:
        good, bad = {}, {}
        async for outcome in flow.stream(lines(), work, window=64):
            name = outcome.line.row["id"]
            if outcome.error is not None:
                bad[name] = outcome.error
            for made in outcome.rows:
                good[name] = Critique.model_validate(made["critiques"][0])
        return good, bad

    return asyncio.run(go())


@pytest.mark.parametrize("rate", RATES)
def test_failed_judgements_are_typed_and_the_other_rows_are_as_without_them(rate: float) -> None:
    whole, none = judged(judge_that_fails(0.0)[0])
    judge, failed = judge_that_fails(rate)
    good, bad = judged(judge)
    assert none == {}
    assert bad
    assert len(good) + len(bad) == ROWS
    by_id = {f"r{number}": spans.visible(turn_text(number)) for number in range(ROWS)}
    assert {name: error.why for name, error in bad.items()} == {name: failed[by_id[name]] for name in bad}
    assert good == {name: whole[name] for name in good}


@pytest.mark.parametrize("rate", RATES)
def test_in_grpo_failed_judgements_mask_their_completion_alone(rate: float) -> None:
    def values(judge: Judge) -> list[tuple[float | None, ...]]:
        functions = {name: plugins.load("reward", name) for name in ("format", "emotion", "rubric")}
        rewards = Rewards(functions, dict.fromkeys(functions, 1 / 3), judge)
        rows = [{**row(0), "messages": row(0)["messages"][:1]}]
        texts = [[{"role": "assistant", "content": turn_text(number)}] for number in range(ROWS)]
        with Scorer(rewards, rows, lambda text: None) as scorer:
            given = [f(completions=texts, row=[0] * ROWS, turn=[1] * ROWS) for f in scorer.functions()]
        return list(zip(*given, strict=True))

    whole = values(judge_that_fails(0.0)[0])
    judge, failed = judge_that_fails(rate)
    some = values(judge)
    masked = [number for number in range(ROWS) if spans.visible(turn_text(number)) in failed]
    assert masked
    for number in range(ROWS):
        assert some[number] == ((None, None, None) if number in masked else whole[number])


@pytest.mark.parametrize("kind", list(FAULTS))
def test_each_kind_of_failure_has_its_type(kind: str) -> None:
    why, fault = FAULTS[kind]
    judge = Judge(CORE, chat(fault)[0], 0)
    with pytest.raises(CallFailed) as caught:
        asyncio.run(judge.judge(row(1), 1, turn_text(1)))
    assert caught.value.why == why
