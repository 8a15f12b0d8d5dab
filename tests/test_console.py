"""Tables show every number whole, however narrow the terminal."""

from __future__ import annotations

from kardia_cli.console import _grid

ROWS = [
    {"model": "runs/sft", "emotion_accuracy": 0.5, "mean reward": None},
    {"model": "runs/grpo", "emotion_accuracy": 0.25},
]


def test_a_table_that_fits_has_one_row_a_model() -> None:
    assert _grid(ROWS, 80) == [
        ["model", "emotion accuracy", "mean reward"],
        ["runs/sft", "0.500", "–"],
        ["runs/grpo", "0.250", "–"],
    ]


def test_a_table_that_does_not_fit_is_turned_on_its_side() -> None:
    assert _grid(ROWS, 20) == [
        ["model", "runs/sft", "runs/grpo"],
        ["emotion accuracy", "0.500", "0.250"],
        ["mean reward", "–", "–"],
    ]
