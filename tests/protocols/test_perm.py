"""PERM: the formula table, what no level can do, failures masked or imputed, one function in grpo and evaluate."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
import warm
from scripted import chat, verdict
from small_rows import row, rows, turn

from kardia_cli import plugins
from kardia_cli.contracts import Score
from kardia_cli.errors import RowError, UsageError
from kardia_cli.evaluation.perm import Options, count_tokens, decide
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.judge.verdicts import overall
from kardia_cli.rows.records import Critique, Level
from kardia_cli.rows.request import Request
from kardia_cli.training import tiny

PERM = rubric_file.load("perm")
SEEKER, BYSTANDER = "reception", [item.id for item in PERM.criteria if item.view == "bystander"]
THREE = ("resonation", "expression", SEEKER)


def critique(levels: tuple[float | None, ...], points: float = 20) -> Critique:
    """A critique with these three levels and the same points for each of the third party's criteria."""
    given = dict(zip(THREE, levels, strict=True)) | dict.fromkeys(BYSTANDER, points)
    found = [Level(id=name, level=level, reason="r", quotes=[]) for name, level in given.items()]
    return Critique(
        turn=1,
        revision=0,
        rubric="perm",
        rubric_hash="",
        judge="",
        text_hash="",
        verdict="PASS",
        levels=found,
        findings=[],
    )


def reward(levels: tuple[float | None, ...], points: float = 20, tokens: int | None = None, **options: Any) -> float:
    found = decide(PERM, critique(levels, points), tokens, Options(**options))
    assert found.value is not None
    return found.value


def paid(answers: Any, completion: str = turn("anxious", "the exam"), **options: Any) -> Score:
    """What the reward pays for a completion, and the table of the same completion in evaluate."""
    judge = Judge(PERM, chat(answers)[0], 0)
    return asyncio.run(plugins.load("reward", "perm")(row(0), completion, judge, None, **options))


def failing(*views: str) -> Any:
    """Answers whose calls about a criterion of these views cannot be read; the others give 4, or 16 of 20."""

    def answer(request: Request) -> Any:
        asked = {item["id"] for item in request.facts["criteria"]}
        if any(item.id in asked for item in PERM.criteria if item.view in views):
            return "I would rather not."
        return verdict(request, level=16 if "20" in request.facts["labels"] else 4)

    return answer


@pytest.mark.parametrize(
    ("levels", "expected"),
    [((5, 5, 5), 1.0), ((3, 3, 3), 0.6), ((5, 5, 1), 0.428571), ((4, 3, 2), 0.553846), ((1, 1, 1), 0.2)],
)
def test_the_formula_table(levels: tuple[int, int, int], expected: float) -> None:
    assert reward(levels) == pytest.approx(expected, abs=5e-7)
    assert overall(PERM, critique(levels)) == pytest.approx(expected, abs=5e-7)  # what critique says is H
    assert reward(levels, points=16) == pytest.approx(expected - 0.1, abs=5e-7)
    assert reward(levels, tokens=900) == pytest.approx(expected - 0.132, abs=5e-7)
    assert reward(levels, tokens=768) == reward(levels)


def test_raising_a_level_never_lowers_the_reward_and_the_third_party_never_adds() -> None:
    for levels in itertools.product(range(1, 6), repeat=3):
        for aggregate in ("harmonic", "geometric", "mean"):
            value = reward(levels, aggregate=aggregate)
            assert value <= 1 + 1e-9
            for at in range(3):
                higher = tuple(min(5, level + (place == at)) for place, level in enumerate(levels))
                assert reward(higher, aggregate=aggregate) >= value - 1e-12
        assert reward(levels) <= reward(levels, aggregate="geometric") + 1e-9 <= reward(levels, aggregate="mean") + 2e-9
    lifts = [reward((3, 3, 3), points=points) - 0.6 for points in range(21)]
    assert lifts == sorted(lifts)
    assert (lifts[0], lifts[-1]) == (pytest.approx(-0.5), pytest.approx(0.0))


@pytest.mark.parametrize("view", ["analysis", "response", "seeker", "bystander"])
def test_a_view_without_a_usable_answer_masks_the_turn(view: str) -> None:
    found = paid(failing(view))
    assert found.value is None
    assert found.reason.startswith("not scored: ")


@pytest.mark.parametrize("view", ["analysis", "response", "seeker", "bystander"])
def test_impute_fills_it_from_the_turns_other_views_and_says_so(view: str) -> None:
    found = paid(failing(view), impute=True)
    names = [item.id for item in PERM.criteria if item.view == view]
    assert found.value == pytest.approx(0.8 - 0.1)
    assert [name for name in found.parts if name.startswith("imputed.")] == [f"imputed.{name}" for name in names]
    assert found.reason.endswith(f"imputed: {', '.join(names)}")
    assert all(found.parts[name] is None for name in names)  # the judge's own levels are never made up
    assert paid(failing(), impute=True).parts == paid(failing()).parts


def test_impute_cannot_help_where_no_view_answered_or_one_declined() -> None:
    everything = failing("analysis", "response", "seeker", "bystander")
    assert paid(everything, impute=True).value is None

    def silent(request: Request) -> Any:
        return verdict(request, level=None if request.facts["criteria"][0]["id"] == SEEKER else 4)

    assert paid(silent, impute=True).value is None


def test_broken_spans_are_0_by_rule_and_nobody_is_asked() -> None:
    model, script = chat(verdict)
    found = asyncio.run(plugins.load("reward", "perm")(row(0), "I hear you.", Judge(PERM, model, 0), None))
    assert (found.value, script.asked) == (0.0, [])


def test_a_rubric_or_a_format_without_the_views_is_named_with_its_remedy() -> None:
    score = plugins.load("reward", "perm")
    with pytest.raises(UsageError, match="kardia-core has no criterion of view analysis"):
        asyncio.run(score(row(0), turn("sad", "x"), Judge(rubric_file.load("kardia-core"), chat(verdict)[0], 0), None))
    with pytest.raises(RowError, match="format plain: perm judges hidden spans"):
        asyncio.run(score({**row(0), "format": "plain"}, "Hello.", Judge(PERM, chat(verdict)[0], 0), None))


def test_length_is_counted_in_tokens_of_the_model(tmp_path: Path) -> None:
    folder = str(tiny.build(rows(), tmp_path / "model", seed=3))
    completion = turn("anxious", "the exam")
    count = count_tokens(completion, folder)
    assert count > 10
    found = paid(failing(), tokenizer=folder, limit=count - 7)
    assert found.parts["length"] == pytest.approx(-0.007)
    assert paid(failing(), tokenizer=folder, limit=count).parts["length"] == 0
    assert "length" not in paid(failing()).parts


def test_evaluate_pays_what_grpo_pays() -> None:
    completion = turn("anxious", "the exam")
    judge, model = Judge(PERM, chat(failing())[0], 0), chat(lambda request: completion, "m")[0]
    scores = asyncio.run(plugins.load("protocol", "perm")(row(0), {"m": model}, judge))
    given = paid(failing(), completion)
    assert [(score.value, score.parts, score.reason) for score in scores] == [
        (given.value, given.parts, given.reason)
    ] * len(scores)
    assert all((score.model, score.text) == ("m", completion) for score in scores)


def test_the_offline_pair_runs_it_in_a_pipe_with_its_placeholders_named(tmp_path: Path) -> None:
    made = warm.run(tmp_path, "synthesize", "builtin", "-q", "-n", "3", "--format", "perm")
    judged = warm.run(tmp_path, "critique", "-q", "--rubric", "perm", stdin=made.stdout)
    assert judged.returncode == 0, judged.stderr
    for line in judged.stdout.splitlines():
        assert all(len(item["levels"]) in (0, 8) for item in json.loads(line)["critiques"])
    words = ("evaluate", "--protocol", "perm", "--rubric", "perm", "--model", "offline", "--split", "all")
    done = warm.run(tmp_path, *words, stdin=made.stdout)
    assert done.returncode == 0, done.stderr
    scores = [json.loads(line) for line in done.stdout.splitlines()]
    assert scores
    assert all(-0.3 <= score["value"] <= 1 for score in scores)
    assert "placeholders for resonation" in done.stderr
