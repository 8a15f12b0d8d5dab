"""Tables and bars, as aligned text for a terminal and as Markdown for docs/results/."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Cell = str | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; the first column holds names, the others numbers or short words."""

    title: str
    headings: Sequence[str]
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure to hold: at most `limit`, or at least that where `at_least`."""

    name: str
    limit: float
    value: float | None
    at_least: bool = False

    def verdict(self) -> str:
        """ok, MISSED, or that it was not measured."""
        if self.value is None:
            return "not measured"
        held = self.value >= self.limit if self.at_least else self.value <= self.limit
        return "ok" if held else "MISSED"


@dataclass(slots=True)
class Report:
    """What a part of the suite has to show; parts add up."""

    tables: list[Table] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Take in another report."""
        self.tables += other.tables
        self.bars += other.bars
        self.notes += other.notes


def bars_table(bars: Iterable[Bar]) -> Table:
    """The bars beside what was measured."""
    table = Table("Bars", ("what", "bar", "measured", ""))
    for bar in bars:
        table.rows.append([bar.name, f"{'≥' if bar.at_least else '≤'} {number(bar.limit)}", bar.value, bar.verdict()])
    return table


def number(value: Cell) -> str:
    """A cell's text: three digits that mean something, thousands set apart, a dash for what is not known."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def as_text(report: Report) -> str:
    """For a terminal."""
    parts = [_aligned(table) for table in [*report.tables, bars_table(report.bars)]]
    return "\n\n".join([*parts, "\n".join(report.notes)])


def as_markdown(report: Report) -> str:
    """For a page."""
    parts = [_piped(table) for table in [bars_table(report.bars), *report.tables]]
    return "\n\n".join([*parts, "  \n".join(report.notes)]) + "\n"


def _grid(table: Table) -> list[list[str]]:
    return [list(table.headings), *([number(cell) for cell in row] for row in table.rows)]


def _aligned(table: Table) -> str:
    grid = _grid(table)
    widths = [max(len(cell) for cell in column) for column in zip(*grid, strict=True)]
    lines = []
    for name, *others in grid:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join(["", name.ljust(widths[0]), *cells]).rstrip())
    return "\n".join([table.title, *lines])


def _piped(table: Table) -> str:
    heading, *rows = (f"| {' | '.join(row)} |" for row in _grid(table))
    rule = "|---" + "|---:" * (len(table.headings) - 1) + "|"
    return "\n".join([f"**{table.title}**", "", heading, rule, *rows])
