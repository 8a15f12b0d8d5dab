"""A wrong label alone is corrected before the judge is asked: it is no rewrite, costs no verdict and counts in none."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from scripted import chat, verdict

from kardia_cli.contracts import Dialogue, Turn
from kardia_cli.errors import CallFailed, Dropped
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.offline.backend import OfflineChat
from kardia_cli.rows.line import Row
from kardia_cli.rows.request import Request
from kardia_cli.stages.critiques import critique
from kardia_cli.stages.label_correction import HiddenSpans, names_label
from kardia_cli.stages.refinements import Refiner, refine
from kardia_cli.stages.rounds import Rounds
from tests.support import four_spans as spans
from tests.support.four_spans import Spans

RUBRIC = rubric_file.load("kardia-core")


def turn(response: str, emotion: str = "sad", understanding: str = "they mean") -> str:
    return spans.render(Spans(understanding, "because", emotion, response))


def row(*turns: str, **fields: Any) -> Row:
    messages = [{"role": "system", "content": "s"}]
    for number, text in enumerate(turns):
        messages += [{"role": "user", "content": f"seeker {number}"}, {"role": "assistant", "content": text}]
    return {"id": "x", "person": "About: p", "emotion": "sad", "situation": "s", "messages": messages, **fields}


def answer(request: Request) -> Any:
    """A judge that passes what says "good", and a rewriter that brings it in and puts hidden spans right."""
    if request.task == "judge.turn":
        return verdict(request, level=4 if "good" in request.facts["reply"] else 2)
    if request.task == "judge.fit":
        return {"nonce": request.facts["nonce"], "reason": "r", "fits": True}
    if request.task == "judge.dialogue":
        asked = request.facts["questions"]
        return {
            "nonce": request.facts["nonce"],
            "answers": [{"id": question["id"], "reason": "r", "present": False} for question in asked],
        }
    if request.task == "rewriter.label":
        return {"spans": [{"name": span["name"], "text": "they are sad"} for span in request.facts["spans"]]}
    return turn("good rewritten, with care")


async def never_asked(dialogue: Dialogue) -> Turn:
    raise AssertionError("no tail is simulated here")


def run(given: Row, answers: Any = answer, **options: Any) -> tuple[Row, list[str]]:
    model, script = chat(answers)
    refiner = Refiner(Judge(RUBRIC, model, 0), model, model, never_asked, 0, **options)
    return asyncio.run(refine(given, refiner)), [request.task for request in script.asked]


def test_a_label_that_nothing_hidden_names_is_replaced_by_code_before_the_judge_is_asked() -> None:
    done, asked = run(row(turn("good one here", "joyful")))
    assert asked == ["judge.turn", "judge.dialogue"]
    assert done["messages"][2]["content"] == turn("good one here", "sad")
    assert [item["verdict"] for item in done["critiques"]] == ["PASS"]


def test_hidden_spans_that_name_the_wrong_feeling_are_put_right_by_one_short_call() -> None:
    done, asked = run(row(turn("good one here", "joyful", "They are joyfully waiting")))
    assert asked == ["rewriter.label", "judge.turn", "judge.dialogue"]
    assert spans.parse(done["messages"][2]["content"]) == Spans("they are sad", "they are sad", "sad", "good one here")


def test_a_corrected_label_is_noted_as_a_revision_of_its_own_kind() -> None:
    done, _ = run(row(turn("good one here", "joyful")))
    (note,) = done["revisions"]
    assert (note["turn"], note["revision"], note["kind"]) == (2, 0, "label")
    assert (note["before"], note["after"]) == (turn("good one here", "joyful"), turn("good one here", "sad"))
    assert note["reason"] == "emotion: says 'joyful', the dialogue is 'sad'"


def test_a_turn_that_was_judged_keeps_its_levels_under_the_new_text_hash_without_a_call() -> None:
    model, _ = chat(answer)
    judge = Judge(RUBRIC, model, 0)
    judged = asyncio.run(critique(row(turn("good one here", "joyful")), judge))
    done, asked = run(judged)
    assert asked == ["judge.dialogue"]
    before, after = done["critiques"]
    assert (before["verdict"], after["verdict"]) == ("FAIL", "PASS")
    assert after["levels"] == before["levels"]
    assert after["text_hash"] == judge.text_hash(done, 2, turn("good one here", "sad")) != before["text_hash"]


def test_refining_a_refined_dialogue_asks_for_no_verdict_again() -> None:
    done, _ = run(row(turn("good one here", "joyful")))
    again, asked = run(done)
    assert asked == ["judge.dialogue"]
    assert (again["revisions"], again["difficulty"]) == (done["revisions"], "easy")


def test_a_fail_for_the_label_alone_counts_in_no_difficulty() -> None:
    model, _ = chat(answer)
    given = row(turn("good one here", "joyful"), turn("good two here", "angry"))
    judged = asyncio.run(critique(given, Judge(RUBRIC, model, 0)))
    assert [item["verdict"] for item in judged["critiques"]] == ["FAIL", "FAIL"]
    assert run(judged)[0]["difficulty"] == "easy"


def test_a_fail_for_more_than_the_label_is_rewritten_whole_and_counts() -> None:
    model, _ = chat(answer)
    judged = asyncio.run(critique(row(turn("poor one here", "joyful")), Judge(RUBRIC, model, 0)))
    done, asked = run(judged)
    assert asked == ["rewriter.turn", "judge.turn", "judge.dialogue"]
    assert ([item["kind"] for item in done["revisions"]], done["difficulty"]) == (["rewrite"], "hard")


def test_a_corrected_label_is_no_rewrite_of_the_limit() -> None:
    done, _ = run(row(turn("good one here", "joyful")), max_rewrites=0)
    assert done["messages"][2]["content"] == turn("good one here", "sad")
    with pytest.raises(Dropped, match="turn 2 still fails after 0 rewrites"):
        run(row(turn("poor one here", "joyful")), max_rewrites=0)


def test_a_rewrite_with_a_wrong_label_is_corrected_before_it_is_judged() -> None:
    def mislabels(request: Request) -> Any:
        return turn("good rewritten, with care", "angry") if request.task == "rewriter.turn" else answer(request)

    done, asked = run(row(turn("poor one here")), mislabels)
    assert asked == ["judge.turn", "rewriter.turn", "judge.turn", "judge.dialogue"]
    assert [(item["kind"], item["revision"]) for item in done["revisions"]] == [("rewrite", 1), ("label", 1)]


def test_the_trace_of_a_turn_outlives_the_correction_of_its_label() -> None:
    done, _ = run(row(turn("good one here", "joyful"), traces=[{"turn": 2, "trace": '{"made":1}'}]))
    assert done["traces"] == [{"turn": 2, "trace": '{"made":1}'}]


def test_corrected_labels_are_counted_in_the_table_of_dialogues() -> None:
    rounds = Rounds()
    done, _ = run(row(turn("good one here", "joyful")), rounds=rounds)
    rounds.count_kept(done)
    assert rounds.whole([])["labels corrected"] == 1


def test_a_row_without_a_label_and_a_turn_without_spans_are_left_to_the_judge() -> None:
    done, asked = run(row(turn("good one here", "joyful"), emotion=None))
    assert (done["revisions"], asked) == ([], ["judge.turn", "judge.dialogue"])
    done, asked = run(row("good and plain"))
    assert asked == ["rewriter.turn", "judge.turn", "judge.dialogue"]


@pytest.mark.parametrize(
    "given",
    [[], [{"name": "reasoning", "text": "r"}], [{"name": "understanding", "text": "<response>x</response>"}] * 2],
)
def test_a_rewriter_that_gives_other_spans_costs_the_row(given: list[Any]) -> None:
    def odd(request: Request) -> Any:
        return {"spans": given} if request.task == "rewriter.label" else answer(request)

    with pytest.raises(CallFailed, match="write th"):
        run(row(turn("good one here", "joyful", "joyful")), odd)


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("They are Anxious about it.", "anxious", True),
        ("Their anxiety grows.", "anxious", True),
        ("They lost a dog.", "sad", False),
        ("Their sadness is plain.", "sad", True),
        ("", "joyful", False),
        ("They hope.", "", False),
    ],
)
def test_a_word_of_the_labels_stem_names_it(text: str, label: str, expected: bool) -> None:
    assert names_label(text, label) is expected


def test_the_offline_rewriter_writes_both_hidden_spans_for_the_gold_label() -> None:
    facts = {
        "situation": "I lost my job.", "emotion": "sad", "wrong": "joyful", "reply": "That is hard. What now?",
        "history": [{"role": "seeker", "content": "I lost my job on Monday."}],
        "spans": [{"name": "understanding", "text": "joy"}, {"name": "reasoning", "text": "joy"}],
    }  # fmt: skip
    request = Request([{"role": "user", "content": "u"}], "rewriter.label", facts, HiddenSpans, seed=1)
    given = HiddenSpans.model_validate_json(asyncio.run(OfflineChat().complete(request)).text)
    assert [span.name for span in given.spans] == ["understanding", "reasoning"]
    assert all(span.text != "joy" for span in given.spans)


def test_a_reply_that_names_the_wrong_feeling_is_rewritten() -> None:
    done, asked = run(row(turn("A good answer: you sound furious.", "furious")))
    assert "rewriter.turn" in asked
    assert [revision["kind"] for revision in done["revisions"]] == ["rewrite"]
