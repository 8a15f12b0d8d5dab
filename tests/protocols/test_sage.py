"""Protocol sage: the view of the measured model, the fields of a score row, and the turns without a score."""

# ruff: noqa: RUF001  (Chinese punctuation is meant)

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from scripted import Answer, Scripted, chat
from sentient_users import PERSON, ROW, SCENE, SECRET, answers, simulator

from kardia_cli.chat.gateway import Chat
from kardia_cli.environments import sentient
from kardia_cli.errors import CallFailed, RowError, UsageError
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.protocols import sage
from kardia_cli.rows.line import Row
from kardia_cli.rows.request import Request
from kardia_cli.stages.evaluation import Measure, evaluate, without_text


def seen(request: Request) -> Answer:
    return "I see."


def measured(
    changes: Sequence[Any], reply: Any = seen, row: Row = ROW, names: Sequence[str] = ("m",), **options: Any
) -> tuple[list[Row], list[Scripted]]:
    """The score rows, and what each model and then the simulator was asked."""
    judge, player = simulator(changes)
    models = {name: chat(reply, name) for name in names}
    chats: dict[str, Chat] = {name: pair[0] for name, pair in models.items()}

    async def score(one: Row, players: Any, whose: Judge) -> Any:
        return await sage.evaluate(one, players, whose, **options)

    measure = Measure("sage", score, sage.SPEC)
    rows = asyncio.run(evaluate(row, measure, chats, judge))
    return rows, [*(script for _, script in models.values()), player]


def parts(row: Row) -> dict[str, Any]:
    return {part["id"]: part["value"] for part in row["parts"]}


def test_a_score_row_holds_the_final_mood_its_parts_and_the_whole_talk() -> None:
    ((row,), _) = measured([10])
    assert (row["value"], row["turn"], row["model"], row["reason"]) == (100.0, -1, "m", "success")
    assert parts(row) == {"success": 1.0, "failure": 0.0, "turns": 7.0}
    assert row["emotions"] == [40, 50, 60, 70, 80, 90, 100]
    assert (row["deltas"], row["bands"]) == ([10] * 6, ["B", "B", "B", "A", "A", "A", "S"])
    assert [message["role"] for message in row["messages"]] == ["user", "assistant"] * 6 + ["user"]
    assert [thought["turn"] for thought in row["thoughts"]] == [2, 4, 6, 8, 10, 12]
    assert (row["stop_reason"], row["error"], row["judge"]) == ("success", None, "player")
    assert row["emotion"] is None  # the gold label's field stays the gold label's
    json.dumps(row)


def test_failure_and_the_turn_limit_are_told_apart() -> None:
    ((lost,), _), ((long,), _) = measured([-10]), measured([0])
    assert (lost["value"], lost["stop_reason"], parts(lost)["failure"]) == (0.0, "failure", 1.0)
    assert (long["value"], long["stop_reason"], parts(long)) == (
        40.0,
        "turn_limit",
        {"success": 0.0, "failure": 0.0, "turns": 10.0},
    )


def test_every_number_and_setting_stands_in_the_row() -> None:
    ((row,), _) = measured([1], e0=50, delta_max=5, max_turns=4, temperature=0.5, simulator_temperature=0.9)
    options = json.loads(row["settings"])["options"]
    wanted = {
        "e0": 50, "delta_max": 5, "max_turns": 4, "fail_below": 10, "judge_last_turn": False, "temperature": 0.5,
        "top_p": 1.0, "simulator": "player", "simulator_temperature": 0.9, "simulator_top_p": 1.0, "seed": 7,
    }  # fmt: skip
    assert options.items() >= wanted.items()
    assert row["emotions"] == [50, 51, 52, 53]


def test_rows_of_other_numbers_or_another_wording_have_another_hash() -> None:
    ((one,), _), ((other,), _), ((same,), _) = measured([1]), measured([1], e0=50), measured([2])
    assert one["policy_hash"] != other["policy_hash"]
    assert one["policy_hash"] == same["policy_hash"]
    assert one["rubric_hash"] == sentient.HASH


def test_the_model_sees_one_neutral_line_and_the_visible_words_and_nothing_else() -> None:
    (_, (model, _)) = measured([3], reply=lambda request: "<think>a plan</think>I see.")
    assert len(model.asked) == 10
    for number, request in enumerate(model.asked):
        system, *talk = request.messages
        assert system == {"role": "system", "content": sage.SYSTEM}
        assert [message["role"] for message in talk] == ["user", "assistant"] * number + ["user"]
        told = json.dumps([request.messages, request.facts], ensure_ascii=False)
        for hidden in (PERSON, SCENE, SECRET, "gruff", "naming the kettle", "a plan", "meaning", "emotion", "mood"):
            assert hidden not in told
        for mood in (40, 43, 46, 49, 52):
            assert str(mood) not in told


def test_a_model_that_reasons_is_heard_by_its_response_alone() -> None:
    spans = (
        "<|understanding_begin|>u<|understanding_end|>\n<|reasoning_begin|>why<|reasoning_end|>\n"
        "<|emotion_begin|>sad<|emotion_end|>\n<|response_begin|>So quiet.<|response_end|>"
    )
    ((row,), (_, player)) = measured([0], reply=lambda request: spans, max_turns=2)
    assert row["messages"][1] == {"role": "assistant", "content": "So quiet."}
    assert player.asked[0].facts["reply"] == "So quiet."


def test_a_change_that_cannot_be_read_is_not_scored_and_never_zero() -> None:
    ((row,), (_, player)) = measured(["I feel much better!"])
    assert (row["value"], row["error"], row["stop_reason"]) == (None, {"by": "simulator", "why": "parse"}, None)
    assert row["reason"].startswith("not scored: the simulator: parse")
    assert parts(row) == {"success": None, "failure": None, "turns": 1.0}
    assert len(player.asked) == 6
    (line,) = sage.summarize([row])
    assert (line["talks"], line["not scored"], line["mean"], line["failure"]) == (1, 1, None, 0)


def test_a_model_that_fails_is_not_scored_and_the_others_are() -> None:
    judge, _ = simulator([10])
    good, bad = chat(seen, "good")[0], chat(lambda request: CallFailed("timeout", "too late"), "bad")[0]
    first, second = asyncio.run(sage.evaluate(ROW, {"bad": bad, "good": good}, judge))
    assert (first.value, first.extra["error"]) == (None, {"by": "model", "why": "timeout"})
    assert second.value == 100.0


def test_each_model_has_a_talk_and_a_line_of_its_own() -> None:
    rows, _ = measured([5], names=("a", "b"), max_turns=3)
    assert [(row["model"], row["id"]) for row in rows] == [("a", "talk-1"), ("b", "talk-1")]
    assert [line["model"] for line in sage.summarize(rows)] == ["a", "b"]


def test_the_table_counts_and_averages_what_was_scored() -> None:
    rows = [measured(changes)[0][0] for changes in ([10], [-10], [0], ["no"])]
    (line,) = sage.summarize([without_text(row) for row in rows])
    assert line == {
        "model": "m", "talks": 4, "mean": pytest.approx(140 / 3), "success": 1, "failure": 1, "not scored": 1,
        "mean turns": pytest.approx(22 / 3),
    }  # fmt: skip


def test_a_second_table_tells_hopes_apart() -> None:
    rows = [measured([1], row={**ROW, "hidden_intention": name})[0][0] for name in ("praise", "advice", "praise")]
    ((title, table),) = sage.further(rows)
    assert title == "by hidden intention"
    assert [(line["hidden intention"], line["talks"]) for line in table] == [("advice", 1), ("praise", 2)]
    assert sage.further(rows[:1]) == []


def test_a_panel_cannot_play_one_person() -> None:
    panel = Judge(rubric_file.load("kardia-core"), [chat(answers([1]), name)[0] for name in "ab"], 7)
    with pytest.raises(UsageError, match="one model plays"):
        asyncio.run(sage.evaluate(ROW, {"m": chat(seen)[0]}, panel))


def test_a_row_that_is_no_profile_names_what_it_lacks() -> None:
    with pytest.raises(RowError, match="'person'"):
        measured([1], row={"id": "x", "messages": []})


# ── Stored dialogues ──────────────────────────────────────────────────────────────────────────────────────────────────


def log(*moods: int, bye: str = "", name: str = "x", **changed: Any) -> Row:
    """A line as SAGE writes it, of these moods; the talk ends with `bye`, or with the reply to the last message."""
    history: list[Row] = []
    for at, mood in enumerate(moods):
        turn: Row = {"role": "user", "content": f"说 {at}", "emotion-point": mood}
        if at:
            planning = {
                "activity": "a",
                "TargetCompletion": "t",
                "content": "c",
                "analyse": "f",
                "change": mood - moods[at - 1],
            }
            turn |= {"thinking": "想", "planning": planning}
        history += [turn, {"role": "assistant", "content": f"听 {at}"}]
    if not 10 <= moods[-1] < 100 or bye:
        history.pop()
    history[-1]["content"] = bye or history[-1]["content"]
    profile = {
        "player": "* 姓名：林夏",
        "scene": "## 故事",
        "character": "回避型",
        "topic": "t",
        "task": "你希望对方用心倾听",
    }
    return {"id": name, "emo_point": moods[-1], "emo_state": "Emotion-B", **profile, "history": history, **changed}


def again(row: Row, **options: Any) -> Row:
    judge = Judge(rubric_file.load("kardia-core"), chat(lambda request: pytest.fail("asked"))[0], 0)

    async def score(one: Row, chats: Any, whose: Judge) -> Any:
        return await sage.evaluate(one, chats, whose, from_logs=True, **options)

    return asyncio.run(evaluate(row, Measure("sage", score), {}, judge, judged=False))[0]


def test_a_stored_talk_is_scored_again_without_anybody_being_asked() -> None:
    row = again({**log(40, 50, 60, 70, 80, 90, 100), "model": "o9_result"})
    assert (row["value"], row["model"], row["judge"], row["reason"]) == (100.0, "o9", "", "success")
    assert parts(row) == {"success": 1.0, "failure": 0.0, "turns": 7.0}
    assert (row["deltas"], row["hidden_intention"], row["broken"]) == ([10] * 6, "listening", [])
    assert row["thoughts"][0] == {"turn": 2, "meaning": "c", "serves": "t", "inner": "a", "feeling": "f", "plan": "想"}


@pytest.mark.parametrize(
    ("row", "stop"),
    [
        (log(40, 30, 20, 10, 0), "failure"),
        (log(*[40] * 10), "turn_limit"),
        (log(40, 45, bye="嗯，拜拜"), "goodbye"),
        (log(40, 30, 20, 10, 5, bye="再见"), "failure"),
    ],
)
def test_how_a_stored_talk_ended_is_found_again(row: Row, stop: str) -> None:
    assert (again(row)["stop_reason"], again(row)["broken"]) == (stop, [])


def test_a_stored_talk_that_breaks_the_rules_says_where_and_keeps_its_last_mood() -> None:
    jump, start, over, early = log(40, 45, 50, bye="拜拜"), log(30, bye="拜拜"), log(40, 30, 20, 10, 0, 10), log(40, 41)
    jump["history"][2]["emotion-point"] = 47
    assert again(jump)["broken"] == ["user turn 2: 40 +5 gives 45, not 47", "user turn 3: 47 +5 gives 52, not 50"]
    assert again(start)["broken"] == ["begins at 30, not 40"]
    assert again(start, e0=30)["broken"] == []
    assert again(over)["broken"][0] == "user turn 5: goes on at 0, which is failure"
    assert again(early)["broken"] == ["stops after 2 user turns without a reason"]
    assert again(log(*[40] * 11))["broken"] == ["11 user turns, not at most 10"]
    assert again(log(40, bye="拜拜", emo_point=77))["broken"] == ["emo_point is 77, the last turn says 40"]
    ((title, table),) = sage.further([again(jump)])
    assert (title, len(table), table[0]["id"]) == ("2 breaks of SAGE's rules", 2, "x")


@pytest.mark.parametrize(
    ("history", "said"),
    [
        (None, "no SAGE log"),
        ([{"role": "user", "content": "x"}], "emotion-point' is no whole number"),
        ([{"role": "user", "content": "x", "emotion-point": True}], "no whole number"),
        ([{"role": "npc", "content": "x"}], "history.0"),
        ([{"role": "assistant", "content": "x"}], "no turn of the user"),
    ],
)
def test_what_is_no_stored_talk_is_named(history: Any, said: str) -> None:
    with pytest.raises(RowError, match=said):
        again(log(40, history=history))
