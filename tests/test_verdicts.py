"""From levels and findings to verdict, score and difficulty; what was not graded never becomes a number."""

from __future__ import annotations

import pytest

from kardia_cli import rubric, spans, verdicts
from kardia_cli.records import Critique, Finding, Level
from kardia_cli.spans import Spans

CORE = rubric.load("kardia-core")
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
    return {item.id for item in verdicts.run_checks(CORE, text, gold, plain) if item.present}


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


def test_verdicts() -> None:
    assert verdicts.verdict(CORE, levels(), [], solved=False) == "PASS"
    assert verdicts.verdict(CORE, levels(), [], solved=True) == "SOLVED"
    assert verdicts.verdict(CORE, levels(empathy=2), [], solved=True) == "FAIL"
    fault = [Finding(id="recites_profile", present=True, detail="")]
    note = [Finding(id="sycophancy", present=True, detail="")]
    assert verdicts.verdict(CORE, levels(), fault, solved=False) == "FAIL"
    assert verdicts.verdict(CORE, levels(), note, solved=False) == "PASS"


def test_the_score_is_the_weighted_mean_of_levels() -> None:
    assert verdicts.overall(CORE, critique(levels())) == pytest.approx(0.85 * 0.75 + 0.15 * 1.0)
    ones = levels(relevance=1, fluency=1, empathy=1, persona_consistency=1)
    assert verdicts.overall(CORE, critique(ones)) == pytest.approx(0.15)


def test_a_criterion_that_was_not_graded_leaves_the_turn_unscored() -> None:
    assert verdicts.overall(CORE, critique(levels(empathy=None))) is None
    assert verdicts.overall(CORE, critique([])) is None


def test_a_gate_or_a_broken_format_scores_0_by_rule() -> None:
    assert verdicts.overall(CORE, critique(levels(), "encourages_harm")) == 0.0
    assert verdicts.overall(CORE, critique([], "format")) == 0.0


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
