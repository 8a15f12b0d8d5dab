"""The plot of learn.py: what was paid while training, and what each point is worth on people held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

SHOWN = {
    "sft": ("SFT", "tab:gray"),
    "control": ("control (learning rate 0)", "tab:orange"),
    "grpo": ("GRPO", "tab:blue"),
}
SMOOTHED = 5
"""Steps that a point of the thick lines is the mean of."""


def draw(
    folder: Path, metrics: Mapping[str, Sequence[Sequence[Mapping[str, Any]]]], points: Sequence[Mapping[str, Any]]
) -> Path:
    """Draw FOLDER/learn.png from the metric rows of each run (by point, then seed) and each seed's held-out means."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.2), width_ratios=(3, 2), layout="constrained")
    for point, runs in metrics.items():
        _training(left, point, [[row["reward"] for row in run if "reward" in row] for run in runs])
    left.set(xlabel="step", ylabel="mean reward of its completions, 0 to 1", title="while training", ylim=(0, 1))
    left.legend(loc="lower right")
    for place, (point, (_, colour)) in enumerate(SHOWN.items()):
        values = [each[point]["reward"] for each in points]
        right.bar(place, mean(values), color=colour, alpha=0.5)
        right.plot([place] * len(values), values, "o", color=colour)
        right.text(place, mean(values) / 2, f"{mean(values):.3f}", ha="center")
    right.set(ylabel="mean reward, 0 to 1", title="held-out people, sampled replies (dots: seeds)", ylim=(0, 1))
    right.set_xticks(range(len(SHOWN)), [name.split(" (")[0] for name, _ in SHOWN.values()])
    path = folder / "learn.png"
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
    return path


def _training(axes: Any, point: str, runs: Sequence[Sequence[float]]) -> None:
    """Each seed as a thin line, the mean of the seeds, smoothed, as a thick one."""
    name, colour = SHOWN[point]
    for run in runs:
        axes.plot(range(1, len(run) + 1), run, color=colour, alpha=0.25, linewidth=0.8)
    means = [mean(each) for each in zip(*runs, strict=False)]
    smooth = [mean(means[max(0, at - SMOOTHED + 1) : at + 1]) for at in range(len(means))]
    axes.plot(range(1, len(means) + 1), smooth, color=colour, label=f"{name}: mean of seeds, last {SMOOTHED} steps")
