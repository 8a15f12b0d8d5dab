"""examples/learn.py: its decision, and its refusal to start without its parts. The run itself is `make learn`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kardia_cli.rows.records import split_of

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def learn() -> ModuleType:
    """The example as a module."""
    sys.path.insert(0, str(EXAMPLES))
    try:
        return importlib.import_module("learn")
    finally:
        sys.path.remove(str(EXAMPLES))


def score(person: str, value: float | None, number: int = 0) -> dict[str, Any]:
    """A score row as evaluate writes it."""
    parts = [{"id": name, "value": value} for name in ("format", "emotion", "rubric")]
    return {"id": f"r{number}", "anon_username": person, "value": value, "parts": parts}


def found(learn: ModuleType, grpo: list[float], control: list[float]) -> dict[tuple[int, str], list[dict[str, Any]]]:
    """Scores of two people's replies in as many seeds as there are values; SFT has 0.4 everywhere."""
    points = {}
    for seed, (better, same) in enumerate(zip(grpo, control, strict=True)):
        for point, value in (("sft", 0.4), ("grpo", better), ("control", same)):
            points[seed, point] = [score("a", value, 0), score("b", value, 1)]
    return points


def verdict(learn: ModuleType, grpo: list[float], control: list[float]) -> bool:
    """What the example says of such scores."""
    points, seeds = found(learn, grpo, control), range(len(grpo))
    return bool(learn.verdict({name: learn.compare(points, seeds, name) for name in ("grpo", "control")}))


def test_a_rise_in_every_seed_and_a_control_that_wavers_pass(learn: ModuleType) -> None:
    assert verdict(learn, [0.52, 0.55, 0.5], [0.41, 0.39, 0.4])


def test_a_rise_in_one_seed_alone_does_not_pass(learn: ModuleType) -> None:
    assert not verdict(learn, [0.8, 0.4, 0.39], [0.41, 0.39, 0.4])


def test_a_control_that_rises_too_does_not_pass(learn: ModuleType) -> None:
    assert not verdict(learn, [0.52, 0.55, 0.5], [0.52, 0.55, 0.5])


def test_a_fall_does_not_pass(learn: ModuleType) -> None:
    assert not verdict(learn, [0.2, 0.21, 0.22], [0.41, 0.39, 0.4])


def test_one_seed_has_no_interval(learn: ModuleType) -> None:
    assert learn.over_seeds([0.1]) == (None, None)
    assert not verdict(learn, [0.6], [0.4])


def test_the_interval_over_seeds_is_students(learn: ModuleType) -> None:
    from scipy.stats import t

    low, high = learn.over_seeds([0.1, 0.2, 0.3])
    reach = t.ppf(0.975, 2) * 0.1 / 3**0.5
    assert (low, high) == pytest.approx((0.2 - reach, 0.2 + reach))


def test_replies_that_were_not_scored_are_left_out_of_means_and_pairs(learn: ModuleType) -> None:
    before, after = [score("a", 0.2), score("b", None, 1)], [score("a", 0.4), score("b", 0.9, 1)]
    assert learn.figures(before)["reward"] == 0.2
    assert learn.compare({(0, "sft"): before, (0, "grpo"): after}, [0], "grpo")["people"] == 1


def test_some_of_the_made_up_people_are_held_out(
    learn: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KARDIA_SALT", learn.QUIET["KARDIA_SALT"])
    rows = learn.drafts(learn.Plan(tmp_path, dialogues=80))
    held = {row["anon_username"] for row in rows if split_of(row) == "test"}
    assert len({row["anon_username"] for row in rows}) == 80
    assert 5 <= len(held) <= 40
    assert {row["emotion"] for row in rows} == set(learn.EMOTIONS)
    assert 0.1 < learn.planted(rows) < 0.6
