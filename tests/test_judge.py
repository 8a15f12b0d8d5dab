"""The judge raises when it cannot read a verdict, decides by code what code can decide, and hides what it must."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from scripted import chat, verdict

from kardia_cli import rubric, spans
from kardia_cli.chat.request import Request
from kardia_cli.errors import CallFailed
from kardia_cli.judge import Judge
from kardia_cli.records import Critique
from kardia_cli.spans import Spans

CORE = rubric.load("kardia-core")
TURN = spans.render(
    Spans("SECRET-UNDERSTANDING", "SECRET-REASONING", "anxious", "That sounds tense, waiting like this.")
)
ROW = {
    "id": "x", "person": "MBTI: INFP\nAbout: a nurse", "mbti": "INFP", "emotion": "anxious", "situation": "An exam.",
    "messages": [{"role": "user", "content": "I cannot sleep before it."}, {"role": "assistant", "content": TURN}],
}  # fmt: skip


def judge(answers: Callable[[Request], Any], text: str = TURN, **options: Any) -> tuple[Critique, list[Request]]:
    model, script = chat(answers)
    return asyncio.run(Judge(CORE, model, 0, **options).judge(ROW, 1, text)), script.asked


def failure(answers: Callable[[Request], Any]) -> tuple[CallFailed, int]:
    model, script = chat(answers)
    with pytest.raises(CallFailed) as caught:
        asyncio.run(Judge(CORE, model, 0).judge(ROW, 1, TURN))
    return caught.value, len(script.asked)


def changed(request: Request, change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    answer = verdict(request)
    change(answer)
    return answer


def test_a_verdict_has_every_criterion_in_the_rubrics_order() -> None:
    critique, asked = judge(verdict)
    assert [level.id for level in critique.levels] == [item.id for item in CORE.criteria]
    assert (critique.verdict, critique.judge, critique.rubric_hash, len(asked)) == ("PASS", "scripted", CORE.hash, 1)


def test_a_turn_with_broken_spans_fails_without_a_call() -> None:
    critique, asked = judge(verdict, TURN.replace("<|emotion_end|>", ""))
    assert (critique.verdict, critique.levels, asked) == ("FAIL", [], [])


def test_an_emotion_span_that_differs_from_the_gold_label_fails_whatever_the_judge_says() -> None:
    critique, _ = judge(lambda request: verdict(request, level=5, solved=True), TURN.replace("anxious", "joyful"))
    assert critique.verdict == "FAIL"
    assert next(item for item in critique.findings if item.id == "emotion").present


def test_the_judge_never_sees_the_hidden_spans_nor_the_gold_label() -> None:
    _, asked = judge(verdict)
    shown = str(asked[0].messages) + str(asked[0].facts)
    assert "SECRET" not in shown
    assert "anxious" not in shown


def test_words_in_the_reply_that_look_like_slots_are_not_filled() -> None:
    _, asked = judge(verdict, TURN.replace("waiting", "waiting {person} {nonce}"))
    assert "waiting {person} {nonce} like" in asked[0].messages[1]["content"]


def test_fence_and_nonce_differ_with_the_text_and_repeat_with_it() -> None:
    first, again = judge(verdict)[1][0], judge(verdict)[1][0]
    other = judge(verdict, TURN.replace("tense", "hard"))[1][0]
    assert first.messages == again.messages
    assert first.facts["nonce"] != other.facts["nonce"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda a: a.update(nonce="00000000"), "nonce"),
        (lambda a: a["criteria"].pop(), "criteria must name each"),
        (lambda a: a["criteria"].append(a["criteria"][0]), "criteria must name each"),
        (lambda a: a["answers"].pop(), "answers must name each"),
        (lambda a: a["criteria"][0].update(level=7), "not one of 1 to 5"),
        (lambda a: a["criteria"][0].update(level=0), "not one of 1 to 5"),
        (lambda a: a["criteria"][0].update(level=4.5), "level"),
        (lambda a: a["criteria"][0].update(quotes=["never said"]), "does not stand in the reply"),
        (lambda a: a["criteria"][0].update(quotes=[]), "needs 1 quote"),
    ],
)
def test_a_verdict_that_breaks_the_rules_is_asked_for_once_more_and_then_fails(change: Any, said: str) -> None:
    error, asked = failure(lambda request: changed(request, change))
    assert error.why == "invalid"
    assert said in str(error)
    assert asked == 2


def test_prose_instead_of_a_verdict_is_a_failure_and_not_a_number() -> None:
    error, _ = failure(lambda request: "I would give this 4 out of 5.")
    assert error.why == "parse"


def test_a_failed_call_stays_a_failure() -> None:
    error, _ = failure(lambda request: CallFailed("timeout", "slow"))
    assert error.why == "timeout"


def test_the_repair_turn_can_mend_it() -> None:
    critique, asked = judge(lambda r: changed(r, lambda a: a.update(nonce="bad")) if r.attempt == 0 else verdict(r))
    assert (critique.verdict, len(asked)) == ("PASS", 2)


def test_quotes_may_be_checked_without_being_required() -> None:
    misquoted = lambda r: changed(r, lambda a: a["criteria"][0].update(quotes=["never said", "That sounds tense"]))  # noqa: E731  # said once below
    critique, _ = judge(misquoted, quotes="check")
    quotes = [level.quotes for level in critique.levels if level.quotes]
    assert ["That sounds tense"] in quotes
    assert "never said" not in str(critique)


def test_a_criterion_may_be_left_ungraded() -> None:
    critique, _ = judge(lambda r: changed(r, lambda a: a["criteria"][0].update(level=None, quotes=[])))
    assert sum(level.level is None for level in critique.levels) == 1


def test_the_text_hash_covers_all_that_the_judge_sees() -> None:
    model, _ = chat(verdict)
    judge = Judge(CORE, model, 0)
    base = judge.text_hash(ROW, 1, TURN)
    assert judge.text_hash({**ROW, "situation": "Another."}, 1, TURN) != base
    assert judge.text_hash({**ROW, "emotion": "sad"}, 1, TURN) != base
    assert judge.text_hash(ROW, 1, TURN + " ") != base
    assert judge.text_hash({**ROW, "unknown": 1}, 1, TURN) == base
