"""The curves of a training run, grouped into panels: `panels(rows of metrics.jsonl)`.

loss and eval loss, token accuracy, learning rate                                       (sft)
reward, each reward by itself, lengths, masked share, KL, entropy, each canary          (grpo)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_POINTS = 1000
"""Points of a curve that are kept."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot: its title, the unit of its values, the metrics drawn in it, and the range that is always in view."""

    title: str
    unit: str
    names: tuple[str, ...]
    span: tuple[float, float] | None = None


_REWARD = Panel("reward, weighted sum", "mean per step", ("reward",))
_PANELS = (
    Panel("loss", "nats per token", ("loss", "eval_loss")),
    Panel("token accuracy", "share", ("mean_token_accuracy", "eval_mean_token_accuracy"), (0, 1)),
    _REWARD,
    Panel("reward on the dev part", "mean at an epoch's end", ("dev_reward",)),
    Panel("spread of rewards in a group", "standard deviation", ("reward_std",)),
    Panel("completion length", "tokens", ("completions/mean_length",)),
    Panel("cut off at the limit", "share of completions", ("completions/clipped_ratio",), (0, 0.2)),
    Panel("KL to the start", "nats per token", ("kl",)),
    Panel("masked, not scored", "share of completions", ("masked", "unscored"), (0, 0.1)),
    Panel("groups without use", "share of groups", ("groups_dropped", "groups_alike"), (0, 1)),
    Panel("clipped by the ratio", "share of tokens", ("clip_ratio/region_mean",), (0, 0.1)),
    Panel("entropy", "nats per token", ("entropy",)),
    Panel("gradient norm", "L2", ("grad_norm",)),
    Panel("learning rate", "", ("learning_rate",)),
)
_NOT_DRAWN = (
    "stage", "step", "epoch", "num_tokens", "total_flos", "sampling/", "clip_ratio", "frac_reward", "completions/",
    "eval_", "dev_rewards/", "train_loss",
)  # fmt: skip
_TIMES = ("time", "per_second", "runtime", "profiling")


def panels(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the panels that these metric rows fill: the known ones, one a reward, one for each further metric.

    Each is {title, unit, span, lines: [{name, points: [[step, value], …]}]}.
    """
    curves = _curves(rows)
    if "reward" in curves:
        # GRPO's loss is no measure of progress: it is 0 on the mean by design
        curves = {name: points for name, points in curves.items() if name not in ("loss", "eval_loss")}
    known = [panel for panel in _PANELS if any(name in curves for name in panel.names)]
    rewards = sorted(name for name in curves if name.startswith("rewards/") and not name.endswith("/std"))
    own = [Panel(f"reward: {name.removeprefix('rewards/')}", "mean per step", (name,), (0, 1)) for name in rewards]
    drawn = {name for panel in [*_PANELS, *own] for name in panel.names}
    others = [Panel(_title(name), "", (name,)) for name in sorted(curves) if name not in drawn and _is_shown(name)]
    at = known.index(_REWARD) + 1 if _REWARD in known else 0
    return [_drawn(panel, curves) for panel in [*known[:at], *own, *known[at:], *others]]


def _curves(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[list[float]]]:
    """Return the [step, value] pairs of each metric; the row at the end of a run (`train_runtime`) is left out."""
    curves: dict[str, list[list[float]]] = {}
    for row in rows:
        step = row.get("step")
        if not isinstance(step, int | float) or "train_runtime" in row:
            continue
        for name, value in row.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                curves.setdefault(name, []).append([step, float(f"{value:.5g}")])
    return curves


def _is_shown(name: str) -> bool:
    return not (name.startswith(_NOT_DRAWN) or name.endswith(("_std", "/std")) or any(part in name for part in _TIMES))


def _title(name: str) -> str:
    return name.replace("_", " ").replace("/", ": ")


def _drawn(panel: Panel, curves: Mapping[str, list[list[float]]]) -> dict[str, Any]:
    lines = [{"name": _line(name), "points": _thinned(curves[name])} for name in panel.names if name in curves]
    return {"title": panel.title, "unit": panel.unit, "span": panel.span, "lines": lines}


def _line(name: str) -> str:
    if name.startswith("eval_"):
        return "held-out people"
    return "train" if name in ("loss", "mean_token_accuracy") else _title(name)


def _thinned(points: list[list[float]]) -> list[list[float]]:
    """Return at most about `MOST_POINTS` points: every n-th and the last."""
    step = -(-len(points) // MOST_POINTS)
    return points if step == 1 else [*points[:-1:step], points[-1]]
