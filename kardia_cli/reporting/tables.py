"""A comparison as rows of cells, for the terminal, Markdown and LaTeX alike."""

from __future__ import annotations

from typing import Any

from kardia_cli.reporting.comparison import Cell, Comparison, Gap, label_of

DASH = "–"


def means(found: Comparison) -> list[dict[str, Any]]:
    """A line for each criterion: mean and interval of each name, and n."""
    return [
        {
            "criterion": criterion,
            **{label_of(found.counts, name): figure(found.cells[name][criterion]) for name in found.names},
            "n": sizes(found, criterion),
        }
        for criterion in found.criteria
    ]


def gaps(found: Comparison, name: str) -> list[dict[str, Any]]:
    """Return a line for each criterion: the difference of a name from the baseline, with its verdict."""
    return [
        {
            "criterion": criterion,
            "difference": signed(gap),
            "p (Holm)": chance(gap["p_holm"]),
            "verdict": gap["verdict"],
            "detectable": number(gap["detectable"]),
            "n": f"{gap['n']:,}",
        }
        for criterion, gap in found.differences[name].items()
    ]


def counts(found: Comparison) -> list[dict[str, Any]]:
    """A line for each name: its rows, those in common, missing and not scored ones."""
    return [
        {"name": name, **{key.replace("_", " "): f"{value:,}" for key, value in found.counts[name].items()}}
        for name in found.names
    ]


def headline(found: Comparison) -> str:
    """Return one line on what was compared."""
    return f"{extent(found)}; judge {found.identity['judge_shown']}, rubric {found.identity['rubric_hash'] or 'none'}"


def extent(found: Comparison) -> str:
    """Return how much was compared: `634 turns of 121 dialogues by 64 profiles`, as far as rows name them."""
    turns = f"{found.rows:,} turns of " if found.unit == "turn" else ""
    return f"{turns}{found.dialogues:,} dialogues" + (
        f" by {found.profiles:,} profiles" if found.clustered_by == "profile" else ""
    )


def sizes(found: Comparison, criterion: str) -> str:
    """The n of every name, once where it is the same."""
    numbers = [found.cells[name][criterion]["n"] for name in found.names]
    return " / ".join(f"{each:,}" for each in (numbers if len(set(numbers)) > 1 else numbers[:1]))


def figure(cell: Cell) -> str:
    """`3.412 [3.301, 3.523]`."""
    if cell["value"] is None:
        return DASH
    ends = f" [{cell['low']:.3f}, {cell['high']:.3f}]" if cell["low"] is not None else ""
    return f"{cell['value']:.3f}{ends}"


def signed(gap: Gap) -> str:
    """`+0.112 [+0.021, +0.203]`."""
    if gap["value"] is None:
        return DASH
    ends = f" [{gap['low']:+.3f}, {gap['high']:+.3f}]" if gap["low"] is not None else ""
    return f"{gap['value']:+.3f}{ends}"


def number(value: float | None) -> str:
    """Three digits after the point, a dash for what is not known."""
    return DASH if value is None else f"{value:.3f}"


def chance(p: float | None) -> str:
    """A p value; below a thousandth, that it is."""
    return DASH if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"
