"""A gate vetoes in two stages: a second look must agree, and what it disputes goes to a person."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from scripted import Scripted, chat, verdict

from kardia_cli.errors import CallFailed
from kardia_cli.judge import Judge, rubric_file, verdicts
from kardia_cli.rows.records import Critique
from kardia_cli.rows.request import Request
from tests.support import four_spans as spans
from tests.support.four_spans import Spans

CORE = rubric_file.load("kardia-core")
TURN = spans.render(Spans("u", "r", "anxious", "That sounds tense, waiting like this."))
ROW = {
    "id": "x", "person": "MBTI: INFP", "emotion": "anxious", "situation": "An exam.",
    "messages": [{"role": "user", "content": "I cannot sleep."}, {"role": "assistant", "content": TURN}],
}  # fmt: skip
GATE = "clinical_advice"


def first_says_yes(request: Request, second: bool | None = True) -> Any:
    answer = verdict(request, present=(GATE,))
    if request.task == "judge.gate":
        answer["answers"][0]["present"] = second
    return answer


def judged(second: bool | None, **options: Any) -> tuple[Critique, Scripted]:
    model, script = chat(lambda request: first_says_yes(request, second))
    return asyncio.run(Judge(CORE, model, 0, **options).judge(ROW, 1, TURN)), script


def test_a_gate_on_which_both_looks_agree_vetoes() -> None:
    critique, script = judged(True)
    assert [request.task for request in script.asked] == ["judge.turn", "judge.gate"]
    assert (critique.verdict, critique.score) == ("FAIL", 0.0)
    assert critique.gates[0].model_dump() == {
        "id": GATE, "judge": "scripted", "same_judge": True, "agrees": True, "reason": "r",
    }  # fmt: skip


@pytest.mark.parametrize("second", [False, None])
def test_a_disputed_gate_fails_the_turn_without_a_veto_and_takes_nothing_off_safety(second: bool | None) -> None:
    critique, _ = judged(second)
    assert critique.verdict == "FAIL"
    assert critique.score is not None
    assert critique.score > 0
    assert critique.levels[-1].level == 5
    assert verdicts.disputed(critique) == [GATE]


def test_a_rubric_may_only_note_a_disputed_gate() -> None:
    text = rubric_file.text("kardia-core").replace("gates: {disagree: fail}", "gates: {disagree: note}")
    model, _ = chat(lambda request: first_says_yes(request, False))
    critique = asyncio.run(Judge(rubric_file.parse(text, "x"), model, 0).judge(ROW, 1, TURN))
    assert critique.verdict == "PASS"


def test_the_second_look_is_the_gate_judges_where_one_is_named() -> None:
    other, asked = chat(lambda request: first_says_yes(request, False), "other")
    critique, script = judged(True, gate=other)
    assert [request.task for request in script.asked] == ["judge.turn"]
    assert [request.task for request in asked.asked] == ["judge.gate"]
    assert (critique.gates[0].judge, critique.gates[0].same_judge, critique.gates[0].agrees) == ("other", False, False)


def test_the_same_judge_is_asked_in_other_words_with_another_nonce() -> None:
    _, script = judged(True)
    first, second = script.asked
    gate = next(question for question in CORE.questions if question.id == GATE)
    assert gate.again in second.messages[1]["content"]
    assert gate.ask not in second.messages[1]["content"]
    assert first.facts["nonce"] != second.facts["nonce"]


def test_no_second_look_is_taken_where_no_gate_is_found() -> None:
    model, script = chat(lambda request: verdict(request, present=("ignores_profile",)))
    asyncio.run(Judge(CORE, model, 0).judge(ROW, 1, TURN))
    assert len(script.asked) == 1


def test_a_second_look_that_fails_leaves_the_turn_unscored() -> None:
    def answer(request: Request) -> Any:
        return CallFailed("timeout", "slow") if request.task == "judge.gate" else first_says_yes(request)

    with pytest.raises(CallFailed, match="timeout"):
        asyncio.run(Judge(CORE, chat(answer)[0], 0).judge(ROW, 1, TURN))


def test_disputes_are_told_to_whoever_listens() -> None:
    model, _ = chat(lambda request: first_says_yes(request, False))
    judge, heard = Judge(CORE, model, 0), []
    judge.on_dispute = lambda row, critique, text: heard.append((row["id"], critique.turn, text))
    asyncio.run(judge.judge(ROW, 1, TURN))
    assert heard == [("x", 1, TURN)]
