"""The curves of a run: which panels its metrics fill, and which points they hold."""

from __future__ import annotations

from typing import Any

from kardia_cli.reporting.page.curves import MOST_POINTS, panels

GRPO: list[dict[str, Any]] = [
    {
        "stage": "grpo", "step": step, "loss": 0.0, "reward": step / 10, "reward_std": 0.3, "rewards/format": 1.0,
        "rewards/format/std": 0.1, "rewards/own.py": 0.2, "completions/mean_length": 90.0, "kl": 0.01, "masked": 0.0,
        "clip_ratio/region_mean": 0.0, "clip_ratio/low_min": 0.0, "learning_rate": 1e-6, "canary/distinct_2": 0.6,
        "step_time": 3.0, "num_tokens": 900,
    }
    for step in range(1, 9)
]  # fmt: skip
SFT: list[dict[str, Any]] = [
    {"stage": "sft", "step": 5, "loss": 3.0, "epoch": 0.1},
    {"stage": "sft", "step": 10, "loss": 2.0},
    {"stage": "sft", "step": 10, "eval_loss": 2.5, "eval_runtime": 1.0},
    {"stage": "sft", "step": 10, "train_runtime": 9.0, "train_samples_per_second": 1.0},
]


def titles(rows: list[dict[str, Any]]) -> list[str]:
    return [panel["title"] for panel in panels(rows)]


def test_sft_draws_both_losses_in_one_panel_and_nothing_of_times() -> None:
    (loss,) = panels(SFT)
    assert loss["title"] == "loss"
    assert loss["lines"] == [
        {"name": "train", "points": [[5, 3.0], [10, 2.0]]},
        {"name": "held-out people", "points": [[10, 2.5]]},
    ]


def test_grpo_has_a_panel_for_each_reward_and_each_canary_and_none_for_its_loss() -> None:
    assert titles(GRPO) == [
        "reward, weighted sum", "reward: format", "reward: own.py", "spread of rewards in a group", "completion length",
        "KL to the start", "masked, not scored", "clipped by the ratio", "learning rate", "canary: distinct 2",
    ]  # fmt: skip


def test_a_share_keeps_its_range_in_view() -> None:
    assert {panel["title"]: panel["span"] for panel in panels(GRPO)}["reward: format"] == (0, 1)


def test_long_curves_are_thinned_and_keep_their_ends() -> None:
    (panel,) = panels([{"step": step, "loss": 1 / (step + 1)} for step in range(4321)])
    points = panel["lines"][0]["points"]
    assert 300 < len(points) <= MOST_POINTS + 1
    assert [points[0][0], points[-1][0]] == [0, 4320]


def test_without_a_number_there_is_no_panel() -> None:
    assert panels([]) == panels([{"step": 1, "loss": "high", "masked": True}, {"loss": 1.0}]) == []
