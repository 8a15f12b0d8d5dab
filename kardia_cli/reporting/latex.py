"""A comparison as a LaTeX table (booktabs): means with intervals and n; bold only what is better after Holm."""

from __future__ import annotations

import unicodedata

from kardia_cli.reporting import tables
from kardia_cli.reporting.comparison import Cell, Comparison, label_of
from kardia_cli.reporting.provenance import LEXICAL

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "·": r"\textperiodcentered{}", "–": "--", "[": "{[}", "]": "{]}",
}  # fmt: skip


def escape(text: str) -> str:
    """Text that LaTeX prints as it is; control characters become spaces."""
    plain = "".join(" " if unicodedata.category(each) == "Cc" else each for each in text)
    return "".join(_SPECIAL.get(each, each) for each in plain)


def render(found: Comparison) -> str:
    """The tabular, with what it needs and what it shows as comments above it; ends in a newline."""
    columns = len(found.names) + 2
    heads = " & ".join(escape(label_of(found.counts, name)) for name in found.names)
    body = [
        " & ".join(
            [_name(criterion), *(_cell(found, name, criterion) for name in found.names), _sizes(found, criterion)]
        )
        for criterion in found.criteria
    ]
    return "\n".join(
        [
            r"% needs \usepackage{booktabs}; made by kardia report from saved scores",
            rf"\begin{{tabular}}{{l{'c' * len(found.names)}r}}",
            r"\toprule",
            rf" & {heads} & $n$ \\",
            r"\midrule",
            *(rf"{line} \\" for line in body),
            r"\bottomrule",
            *(rf"\multicolumn{{{columns}}}{{l}}{{\footnotesize {line}}} \\" for line in _notes(found)),
            r"\end{tabular}",
            "",
        ]
    )


def _name(criterion: str) -> str:
    return escape(criterion.replace("_", " "))


def _cell(found: Comparison, name: str, criterion: str) -> str:
    cell, gap = found.cells[name][criterion], found.differences.get(name, {}).get(criterion)
    if cell["value"] is None:
        return "--"
    value = f"{cell['value']:.3f}"
    shown = rf"\textbf{{{value}}}" if gap and gap["verdict"] == "better" else value
    return (shown + _interval(cell)).replace("-", "$-$")


def _interval(cell: Cell) -> str:
    if cell["low"] is None:
        return ""
    return rf" {{\scriptsize [{cell['low']:.3f}, {cell['high']:.3f}]}}"


def _sizes(found: Comparison, criterion: str) -> str:
    return escape(tables.sizes(found, criterion))


def _notes(found: Comparison) -> list[str]:
    judge = found.identity["judge_shown"]
    notes = [
        rf"Means with 95\,\% intervals clustered by {found.clustered_by}; {tables.extent(found)}.",
        f"Judge: {escape(judge)}, rubric {escape(found.identity['rubric_hash'] or 'none')}.",
    ]
    if found.differences:
        notes.append(
            rf"Bold: better than {escape(str(found.baseline))} on the same {found.unit}s, $p < 0.05$ after Holm."
        )
    if LEXICAL in judge:
        notes.append("The lexical judge shows that the machinery works, not how good a model is.")
    return notes
