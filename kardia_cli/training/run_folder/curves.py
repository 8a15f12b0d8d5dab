"""A run's metrics as curves: small panels in RUN/curves.png, one line each in the terminal.

    loss and eval loss, token accuracy, learning rate                                   (sft)
    reward, each reward by itself, length, masked share, KL, entropy, the canaries      (grpo)

Panels exist for what was logged. Faint: each logged step; strong: the running mean over a twentieth of the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kardia_cli.training.trl import reports

FILE = "curves.png"
WIDTH = 32
"""Characters of a curve in the terminal."""
_BLOCKS = "▁▂▃▄▅▆▇█"
_COLUMNS = 3
_INK, _SECOND, _QUIET = "#1f4e79", "#c05a1c", "#6b6b6b"

Points = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """One small plot: its title, the unit of its values, the metrics drawn in it, and the range that is always shown."""

    title: str
    unit: str
    names: tuple[str, ...]
    span: tuple[float, float] | None = None


_PANELS = (
    Panel("loss", "nats per token", ("loss", "eval_loss")),
    Panel("token accuracy", "share", ("mean_token_accuracy", "eval_mean_token_accuracy"), (0, 1)),
    Panel("reward, weighted sum", "mean per step", ("reward",)),
    Panel("spread of rewards in a group", "standard deviation", ("reward_std",)),
    Panel("completion length", "tokens", ("completions/mean_length",)),
    Panel("cut off at the limit", "share of completions", ("completions/clipped_ratio",), (0, 0.2)),
    Panel("KL to the start", "nats per token", ("kl",)),
    Panel("masked, not scored", "share of completions", ("masked", "unscored"), (0, 0.1)),
    Panel("groups without use", "share of groups", ("groups_dropped", "groups_alike"), (0, 1)),
    Panel("entropy", "nats per token", ("entropy",)),
    Panel("gradient norm", "L2", ("grad_norm",)),
    Panel("learning rate", "", ("learning_rate",)),
)
_NEVER = (
    "stage",
    "step",
    "epoch",
    "num_tokens",
    "total_flos",
    "sampling/",
    "clip_ratio",
    "eval_num_tokens",
    "frac_reward",
)
_TIMES = ("time", "per_second", "runtime", "profiling")
_COVERED = ("completions/", "_std", "/std", "eval_", "train_loss")


def panels(rows: Sequence[Mapping[str, Any]]) -> list[Panel]:
    """The panels that these metric rows fill: the known ones, one for each reward, and one for each other metric."""
    logged = {name for row in rows for name in row if len(points(rows, name)) > 0}
    if "reward" in logged:
        logged -= {"loss", "eval_loss"}  # GRPO's loss is no measure of progress: it is 0 on the mean by design
    known = [panel for panel in _PANELS if logged & set(panel.names)]
    taken = {name for panel in _PANELS for name in panel.names} | {"loss", "eval_loss"}
    rewards = sorted(name for name in logged if name.startswith("rewards/") and not name.endswith("/std"))
    own = [Panel(f"reward: {name.removeprefix('rewards/')}", "mean per step", (name,), (0, 1)) for name in rewards]
    others = sorted(name for name in logged - taken - set(rewards) if _is_shown(name))
    further = [Panel(name.replace("_", " ").replace("/", ": "), "", (name,)) for name in others]
    at = next((number + 1 for number, panel in enumerate(known) if panel.names == ("reward",)), 0)
    return [*known[:at], *own, *known[at:], *further]


def _is_shown(name: str) -> bool:
    return not (
        name.startswith(_NEVER)
        or any(part in name for part in _TIMES)
        or any(name.startswith(part) or name.endswith(part) for part in _COVERED)
    )


def points(rows: Sequence[Mapping[str, Any]], name: str) -> Points:
    """The (step, value) pairs of one metric, without the summary at the end of a run."""
    return [
        (int(row["step"]), float(row[name]))
        for row in rows
        if isinstance(row.get(name), int | float) and "train_runtime" not in row
    ]


def smooth(values: Sequence[float]) -> list[float]:
    """The running mean over a twentieth of the values (at least 3), at each place over what is there around it."""
    reach = max(1, len(values) // 40)
    windows = (values[max(0, at - reach) : at + reach + 1] for at in range(len(values)))
    return [sum(window) / len(window) for window in windows]


def draw(run: Path) -> Path | None:
    """Draw RUN/curves.png from RUN/metrics.jsonl; None where matplotlib is missing or nothing was logged."""
    rows = reports.read(run / "metrics.jsonl")
    wanted = panels(rows)
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return None
    if not wanted:
        return None
    columns = min(_COLUMNS, len(wanted))
    height = -(-len(wanted) // columns)
    figure = Figure(figsize=(4.2 * columns, 2.7 * height + 0.5), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(height, columns, squeeze=False)
    for number, axes in enumerate(grid.flat):
        if number < len(wanted):
            _panel(axes, wanted[number], rows, last_row=number + columns >= len(wanted))
        else:
            axes.set_axis_off()
    stage = next((str(row["stage"]) for row in rows if "stage" in row), "")
    figure.suptitle(f"kardia {stage}: {run.resolve().name}, {rows[-1]['step']:,} steps", fontsize=12)
    partial = run / f"{FILE}.partial"
    figure.savefig(partial, format="png", metadata={"Software": None})
    partial.replace(run / FILE)
    return run / FILE


def _panel(axes: Any, panel: Panel, rows: Sequence[Mapping[str, Any]], last_row: bool) -> None:
    names = [name for name in panel.names if points(rows, name)]
    for name, colour in zip(names, (_INK, _SECOND), strict=False):
        steps, values = zip(*points(rows, name), strict=True)
        many = len(values) > 20
        axes.plot(steps, values, color=colour, alpha=0.3 if many else 1, lw=1, marker="" if many else "o", ms=3)
        axes.plot(steps, smooth(values) if many else values, color=colour, lw=1.6, label=_label(name))
    axes.set_title(panel.title, fontsize=10, loc="left")
    axes.set_ylabel(panel.unit, fontsize=8, color=_QUIET)
    axes.set_xlabel("step" if last_row else "", fontsize=8, color=_QUIET)
    axes.tick_params(labelsize=8, colors=_QUIET)
    axes.locator_params(axis="x", integer=True, nbins=6)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.4g}")
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if panel.span:
        _keep_in_view(axes, panel.span, [value for name in names for _, value in points(rows, name)])
    if len(names) > 1:
        axes.legend(fontsize=8, frameon=False)


def _keep_in_view(axes: Any, span: tuple[float, float], values: Sequence[float]) -> None:
    """Show at least this range, with a little room, so that a flat line of a share is seen to be low or high."""
    low, high = min(span[0], *values), max(span[1], *values)
    room = 0.04 * (high - low)
    axes.set_ylim(low - room, high + room)


def _label(name: str) -> str:
    if name.startswith("eval_"):
        return "held-out people"
    return "train" if name in ("loss", "mean_token_accuracy") else name.replace("_", " ")


def spark(metrics: Sequence[Mapping[str, Any]]) -> str:
    """A line for each metric that has a panel: its name, its curve in blocks, first, last, lowest and highest value.

    loss               █▅▃▂▁▁▁  3.94 → 1.02  (1.01 to 3.94)
    """
    named = [(_short(name, panel), points(metrics, name)) for panel in panels(metrics) for name in panel.names]
    shown = [(name, [value for _, value in found]) for name, found in named if found]
    width = max((len(name) for name, _ in shown), default=0)
    return "\n".join(f"{name:<{width}}  {_line(values):<{WIDTH}}  {_numbers(values)}" for name, values in shown)


def _short(name: str, panel: Panel) -> str:
    return panel.title if len(panel.names) == 1 else name.replace("_", " ")


def _line(values: Sequence[float]) -> str:
    """The values as blocks, each the mean of its share of them; a flat line stays low."""
    size = min(WIDTH, len(values))
    cut = [values[at * len(values) // size : (at + 1) * len(values) // size] for at in range(size)]
    means = [sum(part) / len(part) for part in cut]
    low, high = min(means), max(means)
    scale = (len(_BLOCKS) - 1) / (high - low) if high - low > 1e-6 * max(abs(low), abs(high)) else 0.0
    return "".join(_BLOCKS[round((value - low) * scale)] for value in means)


def _numbers(values: Sequence[float]) -> str:
    return f"{values[0]:.3g} → {values[-1]:.3g}  ({min(values):.3g} to {max(values):.3g})"
