"""refine walks from left to right, rewrites what fails, mends what follows, and drops what cannot be mended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from scripted import chat, verdict

from kardia_cli.contracts import Dialogue, Turn
from kardia_cli.errors import CallFailed, Dropped, RowError, UsageError
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.rows.line import Row
from kardia_cli.rows.request import Request
from kardia_cli.stages.critiques import critique
from kardia_cli.stages.refinements import Refiner, refine, rubric_for
from kardia_cli.stages.rounds import Rounds
from tests.support import four_spans as spans
from tests.support.four_spans import Spans


def turn(response: str, emotion: str = "sad") -> str:
    return spans.render(Spans("they mean", "because", emotion, response))


def row(*responses: str) -> Row:
    messages: list[dict[str, str]] = [{"role": "system", "content": "s"}]
    for number, response in enumerate(responses):
        messages += [{"role": "user", "content": f"seeker {number}"}, {"role": "assistant", "content": response}]
    return {
        "id": "x", "person": "About: p", "mbti": None, "emotion": "sad", "situation": "s", "anon_username": "a",
        "messages": messages, "extra": {"kept": True},
    }  # fmt: skip


def good_when_it_says(word: str) -> Callable[[Request], Any]:
    """A model for every role: replies with the word pass, rewrites bring it in, nothing else is found."""

    def answer(request: Request) -> Any:
        if request.task == "judge.turn":
            return verdict(request, level=4 if word in request.facts["reply"] else 2)
        if request.task == "judge.fit":
            return {"nonce": request.facts["nonce"], "reason": "r", "fits": True}
        if request.task == "judge.dialogue":
            questions = request.facts["questions"]
            return {
                "nonce": request.facts["nonce"],
                "answers": [{"id": q["id"], "reason": "r", "present": False} for q in questions],
            }
        if request.task == "seeker.turn":
            return {"message": f"new seeker {request.facts['exchange']}", "resolved": request.facts["exchange"] >= 3}
        return turn(f"{word} rewritten, with care", request.facts["emotion"])

    return answer


def run(given: Row, answers: Callable[[Request], Any], **options: Any) -> tuple[Row, list[Request]]:
    model, script = chat(answers)

    async def speak(dialogue: Dialogue) -> Turn:
        return Turn(turn(f"good tail {len(dialogue.messages)}"))

    refiner = Refiner(Judge(rubric_file.load("kardia-core"), model, 0), model, model, speak, 0, **options)
    return asyncio.run(refine(given, refiner)), script.asked


def tasks(asked: list[Request]) -> list[str]:
    return [request.task for request in asked]


def test_a_row_that_passes_is_unchanged_but_for_its_verdicts() -> None:
    given = row(turn("good one here"), turn("good two here"))
    done, asked = run(given, good_when_it_says("good"))
    assert done["messages"] == given["messages"]
    assert [item["verdict"] for item in done["critiques"]] == ["PASS", "PASS"]
    assert (done["revisions"], done["difficulty"], done["extra"]) == ([], "easy", {"kept": True})
    assert tasks(asked) == ["judge.turn", "judge.turn", "judge.dialogue"]


def test_a_failed_turn_is_rewritten_with_the_critique_in_hand_and_judged_again() -> None:
    done, asked = run(row(turn("bad one here"), turn("good two here")), good_when_it_says("good"))
    assert tasks(asked) == ["judge.turn", "rewriter.turn", "judge.turn", "judge.fit", "judge.turn", "judge.dialogue"]
    assert {problem["id"] for problem in asked[1].facts["problems"]} >= {"empathy", "relevance"}
    assert done["revisions"][0]["before"] == turn("bad one here")
    assert done["revisions"][0]["after"] == done["messages"][2]["content"]
    assert [(c["turn"], c["revision"], c["verdict"]) for c in done["critiques"]] == [
        (2, 0, "FAIL"),
        (2, 1, "PASS"),
        (4, 0, "PASS"),
    ]
    assert done["difficulty"] == "easy"


def test_the_rewriter_alone_is_told_the_gold_emotion() -> None:
    _, asked = run(row(turn("bad", "joyful"), turn("good two here")), good_when_it_says("good"))
    told = [request.task for request in asked if request.facts.get("emotion") == "sad"]
    assert told == ["rewriter.turn"]


def test_every_kept_turn_carries_the_gold_label() -> None:
    done, _ = run(row(turn("good", "joyful"), turn("good", "angry")), good_when_it_says("good"))
    assert {spans.parse(m["content"]).emotion for m in done["messages"] if m["role"] == "assistant"} == {"sad"}


def test_critiques_on_the_row_are_used_again_when_rubric_judge_and_text_match() -> None:
    given = row(turn("bad one here"), turn("good two here"))
    model, _ = chat(good_when_it_says("good"))
    judged = asyncio.run(critique(given, Judge(rubric_file.load("kardia-core"), model, 0)))
    done, asked = run(judged, good_when_it_says("good"))
    assert tasks(asked) == ["rewriter.turn", "judge.turn", "judge.fit", "judge.turn", "judge.dialogue"]
    assert [c["verdict"] for c in done["critiques"]] == ["FAIL", "PASS", "PASS", "PASS"]


def test_a_turn_that_never_passes_drops_the_dialogue_after_five_rewrites() -> None:
    count = 0

    def answer(request: Request) -> Any:
        nonlocal count
        count += request.task == "rewriter.turn"
        return good_when_it_says("unreachable" if request.task == "judge.turn" else "good")(request)

    with pytest.raises(Dropped, match="turn 2 still fails after 5 rewrites"):
        run(row(turn("bad")), answer)
    assert count == 5


def test_what_no_longer_fits_is_simulated_anew_and_the_replaced_turns_are_kept() -> None:
    def answer(request: Request) -> Any:
        if request.task == "judge.fit":
            return {"nonce": request.facts["nonce"], "reason": "answers a question that is gone", "fits": False}
        return good_when_it_says("good")(request)

    done, _ = run(row(turn("bad one here"), turn("good old tail")), answer)
    contents = [message["content"] for message in done["messages"]]
    assert "new seeker 2" in contents
    assert "new seeker 3" in contents
    assert "seeker 1" not in contents
    assert done["resolved"] is True
    tail = next(revision for revision in done["revisions"] if revision["kind"] == "tail")
    assert [m["content"] for m in json.loads(tail["before"])] == ["seeker 1", turn("good old tail")]


def test_a_tail_may_be_kept_as_it_is() -> None:
    done, asked = run(row(turn("bad one here"), turn("good two here")), good_when_it_says("good"), tail="keep")
    assert "judge.fit" not in tasks(asked)
    assert done["messages"][3]["content"] == "seeker 1"


def test_too_many_new_tails_drop_the_dialogue() -> None:
    def answer(request: Request) -> Any:
        if request.task == "judge.fit":
            return {"nonce": request.facts["nonce"], "reason": "no", "fits": False}
        return good_when_it_says("good")(request)

    with pytest.raises(Dropped, match="simulated anew more than 0 times"):
        run(row(turn("bad one here"), turn("good two here")), answer, max_tails=0)


def test_drift_and_jumps_drop_the_dialogue_with_the_reason() -> None:
    def answer(request: Request) -> Any:
        if request.task == "judge.dialogue":
            questions = request.facts["questions"]
            return {
                "nonce": request.facts["nonce"],
                "answers": [{"id": q["id"], "reason": "is a baker now", "present": True} for q in questions],
            }
        return good_when_it_says("good")(request)

    with pytest.raises(Dropped, match="identity_drift: is a baker now"):
        run(row(turn("good one here")), answer)


def test_broken_structure_drops_the_dialogue() -> None:
    given = row(turn("good one here"))
    given["messages"].append({"role": "user", "content": "and now?"})
    with pytest.raises(Dropped, match="does not end with the supporter"):
        run(given, good_when_it_says("good"))
    given["messages"].append({"role": "user", "content": "hello?"})
    given["messages"].append({"role": "assistant", "content": turn("good two here")})
    with pytest.raises(Dropped, match="two turns in a row"):
        run(given, good_when_it_says("good"))


def test_a_solved_turn_is_recorded_and_cuts_nothing_unless_asked() -> None:
    def answer(request: Request) -> Any:
        return verdict(request, solved=True) if request.task == "judge.turn" else good_when_it_says("good")(request)

    given = row(turn("good one here"), turn("good two here"))
    kept, _ = run(given, answer)
    assert [c["verdict"] for c in kept["critiques"]] == ["SOLVED", "SOLVED"]
    assert len(kept["messages"]) == 5
    cut, _ = run(given, answer, ends_by="both")
    assert len(cut["messages"]) == 3


def test_a_plain_turn_is_rewritten_into_four_spans() -> None:
    done, _ = run(row("good but plain"), good_when_it_says("good"))
    assert spans.read(done["messages"][2]["content"]) is not None


def test_a_judge_that_fails_fails_the_row() -> None:
    with pytest.raises(CallFailed):
        run(row(turn("good one here")), lambda request: CallFailed("timeout", "slow"))


def test_a_judge_that_abstains_fails_the_row_and_does_not_drop_it() -> None:
    def answer(request: Request) -> Any:
        said = good_when_it_says("good")(request)
        if request.task == "judge.turn" and "unclear" in request.facts["reply"]:
            for criterion in said["criteria"]:
                criterion["level"] = None
        return said

    with pytest.raises(RowError, match="the judge abstained on turn 4") as caught:
        run(row(turn("good one here"), turn("good but unclear")), answer)
    assert caught.value.kind == "failed"


def test_where_the_visible_reply_stays_nobody_is_asked_whether_the_next_turn_fits() -> None:
    given = row("good one here", turn("good two here"))

    def answer(request: Request) -> Any:
        return turn("good one here") if request.task == "rewriter.turn" else good_when_it_says("good")(request)

    done, asked = run(given, answer)
    assert tasks(asked) == ["rewriter.turn", "judge.turn", "judge.turn", "judge.dialogue"]
    assert done["messages"][2]["content"] == turn("good one here")


def test_traces_stand_in_the_order_of_the_turns_and_go_with_a_turn_that_is_cut() -> None:
    def answer(request: Request) -> Any:
        if request.task == "judge.turn":
            return verdict(request, solved="two" in request.facts["reply"])
        return good_when_it_says("good")(request)

    given = row(turn("good one here"), turn("good two here"), turn("good three here"))
    given["traces"] = [{"turn": at, "trace": f"note {at}"} for at in (6, 4, 2)]
    done, _ = run(given, answer, ends_by="both")
    assert done["traces"] == [{"turn": 2, "trace": "note 2"}, {"turn": 4, "trace": "note 4"}]


def test_what_was_seen_is_counted_for_kept_and_dropped_dialogues_alike() -> None:
    rounds = Rounds()
    run(row(turn("bad one here"), turn("good two here")), good_when_it_says("good"), rounds=rounds)
    assert (rounds.judged, rounds.passed) == ({0: 2, 1: 1}, {0: 1, 1: 1})
    with pytest.raises(Dropped):
        run(row(turn("bad one here")), good_when_it_says("unreachable"), rounds=rounds, max_rewrites=0)
    assert (rounds.judged[0], rounds.dropped) == (3, {"still fails": 1})
    assert rounds.left["empathy"] == 1


def judged_by(*names: str) -> Row:
    """A row with a critique by each of these rubrics; a name that is not shipped stands for another rubric."""
    shipped = rubric_file.names()
    hashes = [(name, rubric_file.load(name).read_hash if name in shipped else f"hash of {name}") for name in names]
    return {"critiques": [{"rubric": name, "rubric_hash": read} for name, read in hashes]}


def test_a_row_is_refined_by_the_shipped_rubric_that_judged_it_last() -> None:
    assert rubric_for(judged_by("kardia-core", "kardia-core")) == "kardia-core"
    assert rubric_for(judged_by("kardia-core", "synthesis")) == "synthesis"
    assert rubric_for(judged_by("kardia-core", "mine")) == "kardia-core"


def test_a_row_that_nobody_judged_is_refined_by_the_rubric_of_synthesis() -> None:
    assert rubric_for({}) == rubric_for({"critiques": []}) == "synthesis"


def test_a_row_that_an_unknown_rubric_alone_judged_asks_for_that_rubric() -> None:
    with pytest.raises(UsageError, match="rubric 'mine'") as caught:
        rubric_for(judged_by("mine"))
    assert "--rubric FILE" in caught.value.remedy


def test_a_gate_on_which_two_looks_differ_fails_the_turn_all_the_same() -> None:
    def answer(request: Request) -> Any:
        if request.task == "judge.gate":
            no = [{"id": q["id"], "reason": "r", "quote": "", "present": False} for q in request.facts["questions"]]
            return {"nonce": request.facts["nonce"], "answers": no}
        if request.task == "judge.turn" and "pills" in request.facts["reply"]:
            return verdict(request, present=("clinical_advice",))
        return good_when_it_says("good")(request)

    done, asked = run(row(turn("good pills for you")), answer)
    assert [entry["verdict"] for entry in done["critiques"]] == ["FAIL", "PASS"]
    assert [look["agrees"] for look in done["critiques"][0]["gates"]] == [False]
    rewritten = next(request for request in asked if request.task == "rewriter.turn")
    assert [problem["id"] for problem in rewritten.facts["problems"]] == ["clinical_advice"]


def test_saved_answers_are_decided_anew_where_the_rubrics_policy_has_changed() -> None:
    given = row(turn("fair one here"))
    model, _ = chat(lambda request: verdict(request, level=3))
    judged = asyncio.run(critique(given, Judge(rubric_file.load("kardia-core"), model, 0)))
    assert judged["critiques"][0]["verdict"] == "PASS"
    text = rubric_file.text("kardia-core").replace("pass: 3", "pass: 4")
    stricter = rubric_file.parse(text, "stricter.yaml")
    refiner = Refiner(Judge(stricter, model, 0), model, model, speak_never, 0, max_rewrites=0)
    with pytest.raises(Dropped, match="turn 2 still fails after 0 rewrites"):
        asyncio.run(refine(judged, refiner))


async def speak_never(dialogue: Dialogue) -> Turn:
    raise AssertionError("no tail was to be simulated")
