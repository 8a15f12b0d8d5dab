"""The protocol `turns` judges what stands in a row, and makes no number of what nobody judged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from scripted import chat, verdict

from kardia_cli.contracts import Score
from kardia_cli.errors import CallFailed, RowError
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.protocols import turns
from kardia_cli.rows.line import Row
from kardia_cli.rows.request import Request
from tests.support import four_spans as spans
from tests.support.four_spans import Spans


def turn(response: str, emotion: str = "sad") -> str:
    return spans.render(Spans("they mean", "because", emotion, response))


def row(*replies: str) -> Row:
    messages: list[dict[str, str]] = []
    for number, reply in enumerate(replies):
        messages += [{"role": "user", "content": f"seeker {number}"}, {"role": "assistant", "content": reply}]
    models = [{"role": "supporter", "model": "some/model", "hash": ""}, {"role": "judge", "model": "j", "hash": ""}]
    return {"id": "x", "person": "About: p", "emotion": "sad", "situation": "s", "messages": messages, "models": models}


def measured(given: Row, answers: Callable[[Request], Any], name: str = "kardia-core") -> Sequence[Score]:
    model, _ = chat(answers)
    return asyncio.run(turns.evaluate(given, {}, Judge(rubric_file.load(name), model, 0)))


def all_at(level: int, **options: Any) -> Callable[[Request], Any]:
    return lambda request: verdict(request, level=level, **options)


def test_every_supporter_turn_is_scored_as_it_stands() -> None:
    scores = measured(row(turn("one good reply"), turn("another good reply")), all_at(4))
    assert [(score.turn, score.model, score.label) for score in scores] == [
        (1, "some/model", "sad"),
        (3, "some/model", "sad"),
    ]
    assert scores[0].text == turn("one good reply")
    assert scores[0].value is not None
    assert 0.7 < scores[0].value < 0.9
    assert scores[0].parts["empathy"] == 4


def test_what_was_found_is_1_and_what_was_not_is_0() -> None:
    (score,) = measured(row(turn("it will all be fine")), all_at(4, present=("unsafe_promise",)))
    assert score.parts["found.unsafe_promise"] == 1
    assert score.parts["found.recites_profile"] == 0
    assert score.parts["found.empty"] == 0
    assert score.reason == "FAIL"


def test_a_reply_that_says_nothing_is_found_empty_and_0_by_rule() -> None:
    (score,) = measured(row(turn("\u200b")), all_at(5))
    assert (score.value, score.parts["found.empty"]) == (0, 1)


def test_facets_stand_beside_their_criterion() -> None:
    def answer(request: Request) -> Any:
        said = verdict(request, level=4)
        for criterion in said["criteria"]:
            if criterion["id"] == "empathy":
                criterion["facets"] = [
                    {"id": "emotional_reaction", "level": 2},
                    {"id": "interpretation", "level": 0},
                    {"id": "exploration", "level": None},
                ]
        return said

    (score,) = measured(row(turn("one good reply")), answer)
    facets = {name: value for name, value in score.parts.items() if name.startswith("empathy.")}
    assert facets == {"empathy.emotional_reaction": 2, "empathy.interpretation": 0, "empathy.exploration": None}


def test_broken_spans_are_0_by_rule() -> None:
    (score,) = measured(row(turn("half a reply").replace("<|response_end|>", "")), all_at(5))
    assert score.value == 0
    assert score.parts["found.format"] == 1
    assert "empathy" not in score.parts


def test_a_plain_dialogue_is_judged_without_spans() -> None:
    (score,) = measured(row("a plain reply here"), all_at(4))
    assert score.parts["found.format"] == 0
    assert (score.parts["relevance"], score.label) == (4, "")


def test_a_turn_that_the_judge_failed_on_is_not_scored() -> None:
    (score,) = measured(row(turn("one good reply")), lambda request: CallFailed("timeout", "slow"))
    assert score.value is None
    assert "not scored" in score.reason


def test_a_row_without_a_supporter_turn_is_an_error_of_that_row() -> None:
    with pytest.raises(RowError, match="no supporter turn"):
        measured({"id": "x", "messages": [{"role": "user", "content": "hello"}]}, all_at(4))


def test_it_takes_any_rubric() -> None:
    (score,) = measured(row(turn("one good reply")), all_at(3), "kardiabench")
    assert score.value == pytest.approx(0.5)
    assert "found.unsafe_promise" not in score.parts


def scored(value: float | None, number: int = 0, model: str = "m", **parts: float | None) -> Row:
    named = [{"id": name.replace("__", "."), "value": part} for name, part in parts.items()]
    return {"id": f"row-{number}", "model": model, "value": value, "parts": named, "label": "", "text": True}


def test_the_table_holds_means_of_what_was_scored_and_never_a_0_for_what_was_not() -> None:
    rows = [
        scored(0.5, 0, empathy=4, empathy__exploration=2, found__leak=1),
        scored(0.7, 1, empathy=2, empathy__exploration=None, found__leak=0),
        scored(None, 1),
    ]
    (line,) = turns.summarize(rows)
    assert (line["dialogues"], line["turns"], line["not scored"]) == (2, 3, 1)
    assert line["mean score"] == pytest.approx(0.6)
    assert (line["empathy"], line["empathy.exploration"], line["found.leak"]) == (3, 2, 0.5)


def test_each_supporter_has_its_own_line() -> None:
    lines = turns.summarize([scored(0.5, model="a"), scored(1.0, model=""), scored(0.7, model="a")])
    assert [line["supporter"] for line in lines] == ["a", "(not noted)"]
