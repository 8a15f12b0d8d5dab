"""A comparison as plain values: what every writer of a report takes, and what `--json` holds.

An interval is of 95 %. None is "not known" everywhere: not scored, too few, not tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypedDict

Figures = dict[str, Any]


class Cell(TypedDict):
    """A mean with its interval, over n rows of so many clusters (profiles)."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    clusters: int


class Gap(TypedDict):
    """A name less the baseline, row by row where both are scored; see `statistics.Difference` for p and detectable.

    `verdict` is better, worse, tied, too few or not tested; better where the figure moves the way that is better.
    """

    value: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    detectable: float | None
    n: int
    clusters: int
    verdict: str


class Count(TypedDict):
    """Counts of a name's rows: `rows` in its files, `common` to all names, `missing` those that only others have.

    `not_scored` are those in common whose value is None. All are counted over the seeds together.
    """

    seeds: int
    rows: int
    common: int
    missing: int
    not_scored: int


@dataclass(frozen=True)
class Comparison:
    """Everything that a report says, as JSON-able values.

    `cells` and `differences` are clustered by profile (by dialogue where rows name no profile: `clustered_by`), the
    ones of `by_dialogue` by dialogue. `seeds` has the mean of each training seed by itself. A row scores a `unit`: a
    turn, or a whole dialogue.
    """

    names: list[str]
    baseline: str | None
    criteria: list[str]
    cells: dict[str, dict[str, Cell]]
    differences: dict[str, dict[str, Gap]]
    counts: dict[str, Count]
    identity: Figures
    rows: int
    dialogues: int
    profiles: int
    by_dialogue: Figures = field(default_factory=dict)
    seeds: dict[str, dict[str, list[float | None]]] = field(default_factory=dict)
    recall: dict[str, dict[str, Cell]] = field(default_factory=dict)
    confusion: dict[str, list[list[Any]]] = field(default_factory=dict)
    gates: list[Figures] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    quoted: Mapping[str, Any] | None = None
    calibration: list[str] = field(default_factory=list)
    cost: list[Figures] = field(default_factory=list)
    lower_is_better: list[str] = field(default_factory=list)
    clustered_by: str = "profile"
    unit: str = "turn"
    level: float = 0.95

    def as_dict(self) -> Figures:
        """All of it, ready for JSON."""
        return asdict(self)


def label_of(names: Mapping[str, Any], name: str) -> str:
    """A name with its count of training seeds where there are several."""
    seeds = names[name]["seeds"]
    return f"{name} ({seeds} seeds)" if seeds > 1 else name
