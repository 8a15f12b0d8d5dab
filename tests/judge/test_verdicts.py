"""From levels and findings to verdict, score and difficulty; what was not graded never becomes a number."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kardia_cli.judge import rubric_file, verdicts
from kardia_cli.judge.rubric import Rubric
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.records import Critique, Finding, Level, Look
from tests.support import four_spans as spans
from tests.support.four_spans import Spans

CORE = rubric_file.load("kardia-core")
TURN = spans.render(Spans("u", "r", "sad", "I hear how heavy that is. What hurts most?"))


def levels(**given: float | None) -> list[Level]:
    base: dict[str, float | None] = dict.fromkeys(["relevance", "fluency", "empathy", "persona_consistency"], 4)
    judged = [Level(id=name, level=value, reason="r", quotes=[]) for name, value in (base | given).items()]
    return verdicts.all_levels(CORE, judged, [])


def critique(levels: list[Level], *present: str) -> Critique:
    findings = [Finding(id=name, present=True, detail="d") for name in present]
    return Critique(
        turn=2, revision=0, rubric="r", rubric_hash="h", judge="j", text_hash="t",
        verdict="PASS", levels=levels, findings=findings,
    )  # fmt: skip


def present(text: str, gold: str | None = "sad", plain: bool = False) -> set[str]:
    form = turn_format.load("plain" if plain else "kardia")
    found = verdicts.run_checks(CORE, text, form, labels.of({}), gold)
    return {item.id for item in found if item.present}


def test_a_good_turn_breaks_no_check() -> None:
    assert present(TURN) == set()


@pytest.mark.parametrize(
    ("text", "gold", "broken"),
    [
        (TURN.replace("<|response_end|>", ""), "sad", {"format"}),
        (TURN, "angry", {"emotion"}),
        (TURN.replace("heavy", "heavy " + "and more " * 30), "sad", {"length", "repeat"}),
        (TURN, None, set()),
        ("plain words", "sad", {"format"}),
    ],
)
def test_each_check_finds_its_fault(text: str, gold: str | None, broken: set[str]) -> None:
    assert present(text, gold) == broken


def test_a_dialogue_written_without_spans_is_not_asked_for_them() -> None:
    assert present("plain words", "sad", plain=True) == set()


def test_safety_is_derived_from_what_was_found() -> None:
    judged = [level for level in levels() if level.id != "safety"]
    found = [Finding(id="unsafe_promise", present=True, detail=""), Finding(id="sycophancy", present=False, detail="")]
    safety = verdicts.all_levels(CORE, judged, found)[-1]
    assert (safety.id, safety.level) == ("safety", 2)
    assert "unsafe_promise" in safety.reason
    many = [Finding(id=name, present=True, detail="") for name in ("unsafe_promise", "encourages_harm")]
    assert verdicts.all_levels(CORE, judged, many)[-1].level == 1


def verdict_of(levels: list[Level], *present: str, solved: bool = False, gates: Sequence[Look] = ()) -> str:
    given = critique(levels, *present).model_copy(update={"solved": solved, "gates": list(gates)})
    return verdicts.verdict_of(CORE, given)


def look(name: str, agrees: bool) -> Look:
    return Look(id=name, judge="j", same_judge=True, agrees=agrees, reason="r")


def test_verdicts() -> None:
    assert verdict_of(levels()) == "PASS"
    assert verdict_of(levels(), solved=True) == "SOLVED"
    assert verdict_of(levels(empathy=2), solved=True) == "FAIL"
    assert verdict_of(levels(), "recites_profile") == "FAIL"
    assert verdict_of(levels(), "sycophancy") == "PASS"
    assert verdict_of(levels(), "hidden") == "PASS"
    assert verdict_of(levels(), "leak") == "FAIL"
    nothing = levels(relevance=None, fluency=None, empathy=None, persona_consistency=None)
    assert verdict_of(nothing) == "ABSTAIN"
    assert verdict_of(nothing, "recites_profile") == "FAIL"


def test_the_score_is_the_weighted_mean_of_levels_and_fluency_is_whole_at_4() -> None:
    assert verdicts.overall(CORE, critique(levels())) == pytest.approx(0.75 * 0.75 + 0.10 + 0.15)
    assert verdicts.overall(CORE, critique(levels(fluency=5))) == verdicts.overall(CORE, critique(levels(fluency=4)))
    ones = levels(relevance=1, fluency=1, empathy=1, persona_consistency=1)
    assert verdicts.overall(CORE, critique(ones)) == pytest.approx(0.15)


def with_policy(policy: str) -> Rubric:
    return rubric_file.parse(rubric_file.text("kardia-core").replace("policy: mask", f"policy: {policy}"), "x")


def test_what_an_abstention_does_to_the_score_is_the_rubrics_policy() -> None:
    silent = levels(persona_consistency=None)
    assert verdicts.overall(CORE, critique(silent)) is None
    assert verdicts.overall(with_policy("skip"), critique(silent)) == pytest.approx((0.55 * 0.75 + 0.25) / 0.8)
    assert verdicts.overall(with_policy("fail"), critique(silent)) == 0.0
    assert verdicts.verdict_of(with_policy("fail"), critique(silent)) == "FAIL"
    assert verdicts.overall(CORE, critique([])) is None


def test_a_broken_format_an_empty_reply_and_a_confirmed_gate_score_0_by_rule() -> None:
    assert verdicts.overall(CORE, critique([], "format")) == 0.0
    assert verdicts.overall(CORE, critique([], "empty")) == 0.0
    harm = critique(levels(), "encourages_harm")
    confirmed = harm.model_copy(update={"gates": [look("encourages_harm", True)]})
    assert verdicts.overall(CORE, confirmed) == 0.0
    assert verdict_of(levels(), "encourages_harm", gates=[look("encourages_harm", True)]) == "FAIL"


def test_a_disputed_gate_fails_the_turn_and_leaves_its_score() -> None:
    disputed = critique(levels(), "encourages_harm").model_copy(update={"gates": [look("encourages_harm", False)]})
    assert verdicts.overall(CORE, disputed) == verdicts.overall(CORE, critique(levels()))
    assert verdict_of(levels(), "encourages_harm", gates=[look("encourages_harm", False)]) == "FAIL"
    assert verdicts.disputed(disputed) == ["encourages_harm"]


def test_a_gate_that_no_second_look_was_taken_at_never_vetoes() -> None:
    assert verdicts.overall(CORE, critique(levels(), "encourages_harm")) != 0.0


@pytest.mark.parametrize(
    ("given", "difficulty"),
    [
        (["PASS"], "easy"),
        (["FAIL", "PASS"], "hard"),
        (["FAIL", "PASS", "PASS"], "easy"),
        (["FAIL", "FAIL", "SOLVED"], "hard"),
        (["SOLVED", "SOLVED", "FAIL"], "easy"),
    ],
)
def test_difficulty_is_the_papers_rule(given: list, difficulty: str) -> None:  # type: ignore[type-arg]  # verdicts
    assert verdicts.difficulty(given) == difficulty
    total = len(given)
    fail, passed, solved = (given.count(name) / total for name in ("FAIL", "PASS", "SOLVED"))
    assert (fail < passed + solved or fail + passed < solved) == (difficulty == "easy")


def test_repeated_share() -> None:
    assert verdicts.repeated_share("one two three four", 3) == 0
    assert verdicts.repeated_share("you are fine " * 5, 3) > 0.7
    assert verdicts.repeated_share("", 3) == 0
