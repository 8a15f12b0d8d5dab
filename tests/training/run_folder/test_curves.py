"""Curves: which panels a run fills, what the terminal shows, and a PNG that is one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kardia_cli.training.run_folder import curves

GRPO: list[dict[str, Any]] = [
    {
        "stage": "grpo", "step": step, "loss": 0.0, "reward": step / 10, "reward_std": 0.3, "rewards/format": 1.0,
        "rewards/format/std": 0.1, "rewards/own.py": 0.2, "completions/mean_length": 90.0, "kl": 0.01, "masked": 0.0,
        "learning_rate": 1e-6, "canary/distinct_2": 0.6, "step_time": 3.0, "num_tokens": 900,
    }
    for step in range(1, 9)
]  # fmt: skip
SFT: list[dict[str, Any]] = [
    {"stage": "sft", "step": 5, "loss": 3.0},
    {"stage": "sft", "step": 10, "loss": 2.0},
    {"stage": "sft", "step": 10, "eval_loss": 2.5, "eval_runtime": 1.0},
    {"stage": "sft", "step": 10, "train_runtime": 9.0, "train_samples_per_second": 1.0},
]


def titles(rows: list[dict[str, Any]]) -> list[str]:
    return [panel.title for panel in curves.panels(rows)]


def test_sft_draws_both_losses_in_one_panel_and_nothing_of_times() -> None:
    assert titles(SFT) == ["loss"]
    assert curves.points(SFT, "loss") == [(5, 3.0), (10, 2.0)]
    assert curves.points(SFT, "eval_loss") == [(10, 2.5)]


def test_grpo_has_a_panel_for_each_reward_and_each_canary_and_none_for_its_loss() -> None:
    assert titles(GRPO) == [
        "reward, weighted sum", "reward: format", "reward: own.py", "spread of rewards in a group", "completion length",
        "KL to the start", "masked, not scored", "learning rate", "canary: distinct 2",
    ]  # fmt: skip


def test_the_terminal_shows_a_rise_as_rising_blocks_and_a_flat_line_as_low_ones() -> None:
    lines = dict(line.split("  ", 1) for line in curves.spark(GRPO).splitlines())
    assert "▁▂▃▄▅▆▇█" in lines["reward, weighted sum"]
    assert "0.1 → 0.8  (0.1 to 0.8)" in lines["reward, weighted sum"]
    assert "▁▁▁▁▁▁▁▁" in lines["reward: format"].strip()


def test_noise_of_rounding_is_flat_and_long_runs_fit_the_line() -> None:
    rows = [{"step": step, "loss": 0.1 + (step % 2) * 1e-12} for step in range(500)]
    (line,) = curves.spark(rows).splitlines()
    assert line.count("▁") == curves.WIDTH
    assert "█" not in line


def test_of_nothing_there_is_no_curve(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").touch()
    assert curves.spark([]) == ""
    assert curves.draw(tmp_path) is None


def test_the_running_mean_is_taken_around_each_place() -> None:
    assert curves.smooth([0, 3, 0]) == [1.5, 1, 1.5]


@pytest.mark.parametrize("rows", [SFT, GRPO])
def test_the_png_is_drawn_whole_and_names_the_run(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from PIL import Image

    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    drawn = curves.draw(tmp_path)
    assert drawn == tmp_path / "curves.png"
    with Image.open(drawn) as image:
        assert min(image.size) > 300
        assert len(set(image.convert("L").resize((64, 64)).get_flattened_data())) > 10
    assert {path.name for path in tmp_path.iterdir()} == {"metrics.jsonl", "curves.png"}


def test_without_matplotlib_there_is_no_png_and_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    (tmp_path / "metrics.jsonl").write_text(json.dumps(SFT[0]) + "\n")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert curves.draw(tmp_path) is None
