"""synthesize with a judge: each supporter turn is settled before the seeker goes on, as refine would settle it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from scripted import chat, verdict

from kardia_cli.contracts import Dialogue, Turn
from kardia_cli.errors import Dropped
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import supporter_turns
from kardia_cli.rows.request import Request
from kardia_cli.stages.dialogues import as_dialogue, synthesize
from kardia_cli.stages.refinements import Refiner, refine
from kardia_cli.stages.rewriting import TurnRewriter
from kardia_cli.strategies.kardia import reply
from tests.support import four_spans as spans
from tests.support.four_spans import Spans

Answers = Callable[[Request], Any]


def turn(response: str) -> str:
    return spans.render(Spans("they mean", "because", "sad", response))


def pair() -> Row:
    return {
        "id": "x", "person": "About: p", "mbti": None, "emotion": "sad", "situation": "s", "anon_username": "a",
        "messages": [], "origin": [], "extra": {"kept": True},
    }  # fmt: skip


def passing_with(word: str, last: int = 2, solved_at: int = 0) -> Answers:
    """A model for every role but the supporter: replies with the word pass, a rewrite brings it in.

    The seeker's matter is settled at exchange `last`; the judge says SOLVED of the reply that holds `number solved_at`.
    """

    def answer(request: Request) -> Any:
        facts = request.facts
        if request.task == "judge.turn":
            solved = bool(solved_at) and f"number {solved_at}" in facts["reply"]
            return verdict(request, level=4 if word in facts["reply"] else 2, solved=solved)
        if request.task == "judge.dialogue":
            return {
                "nonce": request.facts["nonce"],
                "answers": [{"id": q["id"], "reason": "r", "present": False} for q in facts["questions"]],
            }
        if request.task == "seeker.turn":
            return {"message": f"seeker {facts['exchange']}", "resolved": facts["exchange"] >= last}
        if request.task == "rewriter.turn":
            return turn(f"{word} and mended, with care")
        raise AssertionError(request.task)

    return answer


def says(word: str, plain: bool = False) -> Callable[[Dialogue], Any]:
    """A strategy whose replies hold a word and their number."""

    async def speak(dialogue: Dialogue) -> Turn:
        number = (len(dialogue.messages) + 1) // 2
        text = f"{word} reply, number {number} of this talk"
        return Turn(text if plain else turn(text), f'{{"number":{number}}}')

    return speak


def grown(answers: Answers, speak: Callable[[Dialogue], Any], **options: Any) -> tuple[Row, list[Request]]:
    model, script = chat(answers)
    rewrites = options.pop("rewrites", 5)
    turn_rewriter = TurnRewriter(Judge(rubric_file.load("synthesis"), model, 0), model, 0, rewrites)
    settings = {"strategy": "kardia", "supporter_chat": model, "seed": 0, "max_exchanges": 10, **options}
    return asyncio.run(synthesize(pair(), model, speak, turn_rewriter=turn_rewriter, **settings)), script.asked


def tasks(asked: list[Request]) -> list[str]:
    return [request.task for request in asked]


def test_each_turn_is_judged_and_rewritten_before_the_seeker_goes_on() -> None:
    _, asked = grown(passing_with("good"), says("poor"))
    settled = ["seeker.turn", "judge.turn", "rewriter.turn", "judge.turn"]
    assert tasks(asked) == [*settled, *settled, "judge.dialogue"]


def test_the_seeker_answers_the_rewritten_turn_and_never_sees_the_draft() -> None:
    row, asked = grown(passing_with("good"), says("poor"))
    heard = [request.facts["history"] for request in asked if request.task == "seeker.turn"][1]
    assert heard[-1] == {"role": "supporter", "content": "good and mended, with care"}
    assert [message["role"] for message in row["messages"]] == ["system", "user", "assistant", "user", "assistant"]


def test_a_talk_whose_drafts_all_pass_is_the_talk_without_a_judge() -> None:
    row, _ = grown(passing_with("good"), says("good"))
    model, _ = chat(passing_with("good"))
    alone = asyncio.run(
        synthesize(pair(), model, says("good"), strategy="kardia", supporter_chat=model, seed=0, max_exchanges=10)
    )
    assert {name: row[name] for name in alone if name != "models"} == {n: alone[n] for n in alone if n != "models"}


def test_the_judge_is_asked_what_refine_would_ask_it_of_the_same_talk() -> None:
    row, asked = grown(passing_with("good"), says("good"))
    bare = {name: row[name] for name in row if name not in ("critiques", "revisions", "difficulty")}
    model, script = chat(passing_with("good"))
    judge = Judge(rubric_file.load("synthesis"), model, 0)
    refined = asyncio.run(refine(bare, Refiner(judge, model, model, says("good"), 0)))

    def judged(requests: list[Request]) -> list[tuple[Any, int]]:
        return [(r.messages, r.seed) for r in requests if r.task.startswith("judge.")]

    assert judged(script.asked) == judged(asked)
    assert refined["critiques"] == row["critiques"]


def test_the_row_tells_verdicts_rewrites_difficulty_and_who_did_what() -> None:
    row, _ = grown(passing_with("good"), says("poor"))
    assert [(c["turn"], c["revision"], c["verdict"]) for c in row["critiques"]] == [
        (2, 0, "FAIL"),
        (2, 1, "PASS"),
        (4, 0, "FAIL"),
        (4, 1, "PASS"),
    ]
    assert [(note["turn"], note["kind"]) for note in row["revisions"]] == [(2, "rewrite"), (4, "rewrite")]
    assert [note["after"] for note in row["revisions"]] == [row["messages"][at]["content"] for at in (2, 4)]
    assert (row["difficulty"], row["strategy"], row["extra"]) == ("hard", "kardia", {"kept": True})
    assert [use["role"] for use in row["models"]] == ["seeker", "supporter", "judge", "rewriter"]


def test_the_trace_of_a_rewritten_draft_goes_and_that_of_a_kept_one_stays() -> None:
    def answer(request: Request) -> Any:
        if request.task == "judge.turn" and "number 1" in request.facts["reply"]:
            return verdict(request, level=2)
        return passing_with("")(request)

    row, _ = grown(answer, says("any"))
    assert row["traces"] == [{"turn": 4, "trace": '{"number":2}'}]


def test_a_turn_that_never_passes_drops_the_dialogue_and_nobody_is_asked_again() -> None:
    asked: list[str] = []

    def answer(request: Request) -> Any:
        asked.append(request.task)
        return passing_with("unreachable" if request.task == "judge.turn" else "good")(request)

    with pytest.raises(Dropped, match=r"turn 2 still fails after 5 rewrites: .*empathy"):
        grown(answer, says("poor"))
    assert asked == ["seeker.turn", "judge.turn", *["rewriter.turn", "judge.turn"] * 5]


def test_with_no_rewrites_the_judge_alone_decides_which_talks_stay() -> None:
    row, asked = grown(passing_with("good"), says("good"), rewrites=0)
    assert "rewriter.turn" not in tasks(asked)
    assert row["revisions"] == []
    with pytest.raises(Dropped, match="after 0 rewrites"):
        grown(passing_with("good"), says("poor"), rewrites=0)


def test_solved_ends_the_talk_with_that_turn_as_in_the_paper() -> None:
    row, _ = grown(passing_with("good", last=4, solved_at=2), says("good"))
    assert len(supporter_turns(row)) == 2
    assert row["critiques"][-1]["verdict"] == "SOLVED"
    assert row["resolved"] is False


def test_a_talk_may_go_on_after_solved() -> None:
    row, _ = grown(passing_with("good", last=4, solved_at=2), says("good"), ends_by="seeker")
    assert [c["verdict"] for c in row["critiques"]] == ["PASS", "SOLVED", "PASS", "PASS"]
    assert row["resolved"] is True


def test_the_talk_ends_at_the_cap() -> None:
    row, _ = grown(passing_with("good", last=9), says("good"), max_exchanges=3)
    assert len(supporter_turns(row)) == 3


def test_a_plain_strategy_is_rewritten_into_four_spans() -> None:
    row, _ = grown(passing_with("good"), says("good", plain=True))
    assert all(spans.read(row["messages"][at]["content"]) for at in supporter_turns(row))
    assert "<|response_begin|>" in row["messages"][0]["content"]


def test_drift_of_the_whole_talk_drops_it() -> None:
    def answer(request: Request) -> Any:
        if request.task == "judge.dialogue":
            questions = request.facts["questions"]
            return {
                "nonce": request.facts["nonce"],
                "answers": [{"id": q["id"], "reason": "was a baker", "present": True} for q in questions],
            }
        return passing_with("good")(request)

    with pytest.raises(Dropped, match="identity_drift: was a baker"):
        grown(answer, says("good"))


def test_the_supporter_and_the_judge_are_never_told_the_gold_emotion_but_the_rewriter_is() -> None:
    _, asked = grown(passing_with("good"), says("poor"))
    told = {request.task for request in asked if request.facts.get("emotion") == "sad"}
    assert told == {"seeker.turn", "rewriter.turn"}


@pytest.mark.parametrize("drafts", ["blind", "told"])
def test_the_supporter_sees_the_gold_label_only_where_drafts_are_told(drafts: str) -> None:
    model, script = chat(lambda request: turn("good"))
    asyncio.run(reply(as_dialogue({**pair(), "drafts": drafts}, 0), model))
    (request,) = script.asked
    assert ("told" in request.facts) == (drafts == "told")
    assert request.messages[0]["content"].endswith("label of every turn: sad") == (drafts == "told")


def test_where_the_judge_ends_talks_the_seeker_does_not() -> None:
    row, _ = grown(passing_with("good", last=2, solved_at=4), says("good"), ends_by="judge")
    assert len(supporter_turns(row)) == 4
    row, _ = grown(passing_with("good", last=2, solved_at=4), says("good"), ends_by="both")
    assert len(supporter_turns(row)) == 2
