"""What the paper reports, quoted beside our own figures and never mixed with them (arXiv 2512.01282, Table 2).

Gain of Rubric-ERL over SFT alone; emotion in percentage points, the five criteria in levels of 1 to 5. The paper gives no
intervals, and another judge graded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kardia_cli.reporting.runs import Group

COLUMNS = ("emotion_accuracy", "relevance", "fluency", "empathy", "persona_consistency", "safety")
TABLE_2: dict[str, tuple[float, ...]] = {
    "Qwen2.5-3B": (0.33, 0.040, 0.019, 0.034, 0.046, 0.037),
    "Qwen2.5-7B": (0.12, 0.078, 0.011, 0.050, 0.248, 0.114),
    "Gemma-2B": (0.20, -0.031, 0.061, 0.024, 0.073, -0.052),
    "Gemma-7B": (0.61, 0.033, -0.017, 0.077, 0.025, 0.077),
}
PERCENT = "emotion_accuracy"


def beside(groups: Sequence[Group], baseline: str | None) -> dict[str, Any] | None:
    """The quoted table, where differences on the paper's protocol are reported; else None."""
    protocols = {row.identity.protocol for group in groups for seed in group.seeds for row in seed[:1]}
    if baseline is None or protocols != {"kardiabench"}:
        return None
    return {
        "source": "Kardia-R1, arXiv 2512.01282, Table 2: Rubric-ERL less SFT alone, as the paper reports it",
        "note": "quoted, not measured here; judge GPT-5-mini, no intervals given; emotion in percentage points",
        "columns": list(COLUMNS),
        "percent": PERCENT,
        "rows": {name: list(values) for name, values in TABLE_2.items()},
    }
