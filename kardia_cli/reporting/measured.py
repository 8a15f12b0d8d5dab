"""Means of each model with intervals, over all of its rows: what evaluate prints below a protocol's own table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kardia_cli.contracts import ProtocolSpec
from kardia_cli.errors import UsageError
from kardia_cli.reporting import compare, tables
from kardia_cli.reporting.comparison import Comparison
from kardia_cli.reporting.runs import Group
from kardia_cli.reporting.score_rows import scored
from kardia_cli.rows.line import Row


def intervals(rows: Sequence[Row], spec: ProtocolSpec) -> tuple[str, list[dict[str, Any]]]:
    """The title and a line for each criterion, a column for each model; no line where nothing has a mean.

    Nothing is intersected: every model is summed up over what it was measured on, as in the table of its protocol.
    """
    found: dict[str, Comparison] = {}
    for model in dict.fromkeys(row["model"] for row in rows):
        own = [scored(row, spec.is_keyed_by_label) for row in rows if row["model"] == model]
        try:
            found[model] = compare.compare([Group(model, [model], [own])], spec=spec)
        except UsageError:  # all of its parts stay in the rows
            continue
    criteria = dict.fromkeys(criterion for each in found.values() for criterion in each.criteria)
    by = next((each.clustered_by for each in found.values()), "profile")
    table = [{"criterion": name, **{model: _figure(each, name) for model, each in found.items()}} for name in criteria]
    return f"means with 95 % intervals, clustered by {by}", table


def _figure(found: Comparison, criterion: str) -> str:
    cells = found.cells[found.names[0]]
    return tables.figure(cells[criterion]) if criterion in cells else tables.DASH
