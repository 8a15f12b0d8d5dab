"""A comparison as Markdown, for papers, notes and pull requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kardia_cli.reporting import gates, methods, tables
from kardia_cli.reporting.comparison import Comparison, label_of

_SPECIAL = str.maketrans({"\\": "\\\\", "|": "\\|", "\n": " ", "\r": " ", "<": "&lt;", "`": "\\`", "*": "\\*"})


def render(found: Comparison) -> str:
    """The whole document, ending in a newline."""
    parts = ["# Comparison", tables.headline(found) + "."]
    if found.warnings:
        parts.append("\n".join(f"- {escape(each)}" for each in found.warnings))
    parts += ["## Means", f"With 95 % intervals clustered by {found.clustered_by}.", table(tables.means(found))]
    for name in found.differences:
        parts += [
            f"## {escape(label_of(found.counts, name))} less {escape(str(found.baseline))}",
            f"Paired by {found.unit}, intervals of each criterion by itself; p after Holm over these criteria. "
            "Tied: not found to differ. Detectable: the difference that would be found in four of five such "
            "comparisons, tested by itself. Not tested: what is made of the others, or has no better side.",
            table(tables.gaps(found, name)),
        ]
    if found.gates:
        parts += ["## Gates", "\n".join(f"- {escape(gates.sentence(each))}" for each in found.gates)]
    parts += _quoted(found)
    parts += _by_seed(found)
    parts += ["## Rows", table(tables.counts(found)), _identity(found)]
    return "\n\n".join(parts) + "\n"


def _by_seed(found: Comparison) -> list[str]:
    """The means of each training seed by itself, where a name has several."""
    several = {name: seeds for name, seeds in found.seeds.items() if found.counts[name]["seeds"] > 1}
    if not several:
        return []
    rows = [
        {
            "criterion": criterion,
            **{name: " · ".join(map(tables.number, seeds[criterion])) for name, seeds in several.items()},
        }
        for criterion in found.criteria
    ]
    return ["## By training seed", "Means of each seed by itself, in the order of the files.", table(rows)]


def _quoted(found: Comparison) -> list[str]:
    """Return the section with the quoted differences and the measured ones under them, in the same units."""
    if found.quoted is None:
        return []
    columns = found.quoted["columns"]
    rows = [
        {"": f"{name} (quoted)", **{column: f"{value:+.3f}" for column, value in zip(columns, values, strict=True)}}
        for name, values in found.quoted["rows"].items()
    ]
    for name, gaps in found.differences.items():
        own = {column: gaps[column]["value"] for column in columns if column in gaps}
        cells = {c: _scaled(own.get(c), 100 if c == found.quoted["percent"] else 1) for c in columns}
        rows.append({"": f"{label_of(found.counts, name)} less {found.baseline} (ours)", **cells})
    return ["## Beside the paper", f"{found.quoted['source']}; {found.quoted['note']}.", table(rows)]


def _scaled(value: float | None, factor: int) -> str:
    return tables.DASH if value is None else f"{value * factor:+.3f}"


def _identity(found: Comparison) -> str:
    identity = found.identity
    named = {"Protocol": "protocol", "judge": "judge_shown", "rubric": "rubric_hash", "policy": "policy_hash"}
    told = ", ".join(f"{label} {escape(identity[key] or 'none')}" for label, key in named.items())
    more = [*(f"{each}." for each in found.calibration), *methods.costs(found.cost)]
    return "\n\n".join([f"{told}.", *map(escape, more)])


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """A pipe table; the first column to the left, the others to the right."""
    names = list(rows[0])
    lines = [names, ["---", *["---:"] * (len(names) - 1)]]
    lines += [[str(row[name]) for name in names] for row in rows]
    return "\n".join("| " + " | ".join(escape(cell) for cell in line) + " |" for line in lines)


def escape(text: str) -> str:
    """Text that Markdown shows as it is, in one table cell."""
    return text.translate(_SPECIAL)
