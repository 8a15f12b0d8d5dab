"""The rewards of a completion: what a rule decides, what a judge is asked, and what may stand as its parts."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Any

import pytest
from scripted import chat, verdict
from small_rows import row, turn

from kardia_cli import plugins
from kardia_cli.contracts import Score, reward_spec
from kardia_cli.errors import CallFailed
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.judge.rubric import FormatCheck, Rubric
from kardia_cli.rewards import rubric as rubric_reward
from kardia_cli.rows.request import Request
from kardia_cli.training import reward_set
from kardia_cli.training.reward_set import Rewards
from tests.support import four_spans as spans

CORE = rubric_file.load("kardia-core")
WHOLE = turn("anxious", "the exam")
NAMES = ("format", "emotion", "rubric")
BROKEN = {
    "no markers at all": "I hear you.",
    "nothing": "",
    "an empty span": spans.render(spans.Spans("a", "", "anxious", "I hear you.")),
    "a span not closed": WHOLE.removesuffix("<|response_end|>"),
    "a span left out": WHOLE.replace("<|emotion_begin|>anxious<|emotion_end|>\n", ""),
    "two spans swapped": "\n".join(sorted(WHOLE.split("\n"))),
    "text outside": f"{WHOLE} And more.",
    "a span twice": WHOLE + "\n" + WHOLE,
    "right label, broken rest": "<|emotion_begin|>anxious<|emotion_end|>",
}


def rewards(judge: Judge, names: tuple[str, ...] = NAMES, **more: Any) -> Rewards:
    functions = {name: plugins.load("reward", name) for name in names}
    return Rewards(functions, dict.fromkeys(names, 1 / len(names)), judge, **more)


def asked(given: Rewards, text: str) -> dict[str, Score | None]:
    return asyncio.run(given.score(row(0), 1, text))


def without_checks(rubric: Rubric) -> Rubric:
    checks = [check for check in rubric.checks if not isinstance(check, FormatCheck)]
    return rubric.model_copy(update={"checks": checks})


@pytest.mark.parametrize("rubric", [CORE, without_checks(CORE)], ids=["kardia-core", "a rubric that checks no format"])
@pytest.mark.parametrize("broken", list(BROKEN))
def test_broken_spans_are_0_for_all_three_by_rule_and_no_judge_is_asked(broken: str, rubric: Rubric) -> None:
    model, script = chat(verdict)
    scores = asked(rewards(Judge(rubric, model, 0)), BROKEN[broken])
    assert {name: score.value for name, score in scores.items() if score is not None} == dict.fromkeys(NAMES, 0.0)
    assert script.asked == []
    assert all(score is not None and score.reason for score in scores.values())


def test_a_whole_turn_is_judged_once() -> None:
    model, script = chat(verdict)
    scores = asked(rewards(Judge(CORE, model, 0)), WHOLE)
    assert [scores[name].value for name in ("format", "emotion")] == [1.0, 1.0]  # type: ignore[union-attr]
    assert len(script.asked) == 1


UNPAID = {
    "tags of the data card": (
        WHOLE.replace("_begin|>", ">").replace("<|", "<").replace("anxious<emotion_end|>", "anxious</emotion>"),
        "the understanding span is not closed",
    ),
    "one tag of the data card": (
        WHOLE.replace("<|emotion_begin|>anxious<|emotion_end|>", "<emotion>anxious</emotion>"),
        "markers of another spelling",
    ),
    "a long think block": (f"<think>{'hm ' * 1667}</think>{WHOLE}", "a think block that the run does not declare"),
    "an empty think block": (f"<think>\n\n</think>\n\n{WHOLE}", "a think block that the run does not declare"),
    "a dot for reasoning": (WHOLE.replace("That leaves one anxious.", "."), "the reasoning span has fewer than 3"),
    "two words of understanding": (WHOLE.replace("They speak of the exam.", "Sad, yes."), "the understanding span"),
}


@pytest.mark.parametrize("name", list(UNPAID))
def test_the_format_reward_pays_nothing_but_the_tokenizers_own_markers_with_words_inside(name: str) -> None:
    text, reason = UNPAID[name]
    score = asked(rewards(Judge(CORE, chat(verdict)[0], 0), ("format",)), text)["format"]
    assert score is not None
    assert score.value == 0
    assert reason in score.reason


def test_a_think_block_is_paid_where_the_run_declares_it_and_never_inside_the_turn() -> None:
    function = functools.partial(plugins.load("reward", "format"), think=True)
    given = Rewards({"format": function}, {"format": 1.0}, Judge(CORE, chat(verdict)[0], 0))
    before, after = f"<think>An exam.</think>\n{WHOLE}", f"{WHOLE}\n<think>An exam.</think>"
    assert [asked(given, text)["format"].value for text in (WHOLE, before, after)] == [1, 1, 0]  # type: ignore[union-attr]


def test_signs_of_a_script_without_spaces_are_words() -> None:
    text = WHOLE.replace("That leaves one anxious.", "考试让她很不安。")
    assert asked(rewards(Judge(CORE, chat(verdict)[0], 0), ("format",)), text)["format"].value == 1  # type: ignore[union-attr]


def test_a_failed_judge_is_no_number_and_says_of_what_kind() -> None:
    model, _ = chat(lambda request: CallFailed("timeout", "no answer"))
    score = asked(rewards(Judge(CORE, model, 0)), WHOLE)["rubric"]
    assert score is not None
    assert (score.value, score.reason) == (None, "not scored: timeout: no answer")


def test_a_judge_that_abstains_is_no_number_either() -> None:
    model, _ = chat(lambda request: verdict(request, level=None))
    score = asked(rewards(Judge(CORE, model, 0)), WHOLE)["rubric"]
    assert score is not None
    assert score.value is None
    assert score.reason.startswith("not scored: abstained: relevance")


def test_a_completion_has_a_deadline_of_its_own() -> None:
    async def slow(*_: Any) -> Score:
        await asyncio.sleep(5)
        return Score(1.0)

    given = Rewards({"slow": slow}, {"slow": 1.0}, Judge(CORE, chat(verdict)[0], 0), deadline=0.05)
    with pytest.raises(CallFailed, match=r"timeout: the completion took longer than --row-timeout 0.05 s"):
        asked(given, WHOLE)


def split(judge: Judge) -> Rewards:
    return reward_set.split_by_part(rewards(judge), {name: reward_spec(name) for name in NAMES})


LEVELS: dict[str, Callable[[Request], Any]] = {
    "a middling turn": lambda request: verdict(request, level=3),
    "a turn with a fault": lambda request: verdict(request, level=4, present=("overclaims",)),
    "a turn at the top": lambda request: verdict(request, level=5),
    "a turn that a gate vetoes": lambda request: verdict(
        request, present=tuple(q["id"] for q in request.facts["questions"])
    ),
}


@pytest.mark.parametrize("answers", list(LEVELS))
def test_the_rubric_may_stand_as_its_criteria_and_the_weighted_sum_stays(answers: str) -> None:
    judge = Judge(CORE, chat(LEVELS[answers])[0], 0)
    whole, parts = rewards(judge), split(judge)
    assert list(parts.weights) == ["format", "emotion", *(f"rubric/{item.id}" for item in CORE.criteria)]
    assert sum(parts.weights.values()) == pytest.approx(1)

    def total(given: Rewards) -> float:
        scores = asked(given, WHOLE)
        values = {name: score.value or 0 for name, score in scores.items() if score is not None}
        return sum(weight * values[name] for name, weight in given.weights.items())

    assert total(parts) == pytest.approx(total(whole))


def test_a_criterion_that_was_not_asked_takes_the_whole_score_among_the_parts() -> None:
    judge = Judge(CORE, chat(LEVELS["a middling turn"])[0], 0)
    bare = {**row(0), "person": None}
    scores = asyncio.run(split(judge).score(bare, 1, WHOLE))
    values = {name: score.value for name, score in scores.items() if score is not None}
    weights = {criterion.id: criterion.weight for criterion in CORE.criteria}
    assert values["rubric/persona_consistency"] == values["rubric"]
    assert sum(weight * (values[f"rubric/{name}"] or 0) for name, weight in weights.items()) == pytest.approx(
        values["rubric"]
    )


@pytest.mark.parametrize(
    ("answers", "value"),
    [(lambda request: CallFailed("timeout", "no answer"), None), (verdict, 0.0)],
    ids=["a failed judge", "broken spans"],
)
def test_what_is_not_scored_is_so_in_every_part_and_what_a_rule_decides_too(answers: Any, value: float | None) -> None:
    given = split(Judge(CORE, chat(answers)[0], 0))
    scores = asked(given, WHOLE if value is None else "broken")
    assert {score.value for name, score in scores.items() if name.startswith("rubric/") and score} == {value}


def test_an_abstention_on_one_criterion_that_the_rubric_skips_leaves_that_part_alone_unscored() -> None:
    parts = dict.fromkeys([item.id for item in CORE.criteria], 3.0) | {"empathy": None}
    values = rubric_reward.split(Judge(CORE, chat(verdict)[0], 0), Score(0.5, parts=parts))
    assert [name for name, value in values.items() if value is None] == ["empathy"]
