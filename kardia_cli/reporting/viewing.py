"""The data of the page (`page.page`): the comparison, curves of runs, dialogues, scored replies beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kardia_cli.reporting.comparison import Comparison
from kardia_cli.reporting.runs import Group, Material
from kardia_cli.rows.line import Row


def data(
    found: Comparison | None, material: Material, dialogues: Sequence[Row], labels: dict[str, Any] | None, label: str
) -> dict[str, Any]:
    """Return all of the page as plain values.

    `labels` are those that people can give in it, `label` is the word for what each dialogue is listed by.
    """
    return {
        "title": _title(found, material),
        "report": found.as_dict() if found else None,
        "dialogues": [*material.dialogues, *dialogues],
        "scores": list(_scores(material.groups)),
        "runs": material.runs,
        "labels": labels,
        "label": label,
    }


def _title(found: Comparison | None, material: Material) -> str:
    if found is not None:
        return " · ".join(found.names)
    return " · ".join(run["name"] for run in material.runs) or "dialogues"


def _scores(groups: Sequence[Group]) -> Iterable[Row]:
    """The score rows under the names of the report, each training seed by itself."""
    for group in groups:
        for number, rows in enumerate(group.seeds, start=1):
            name = group.name if len(group.seeds) == 1 else f"{group.name} · seed {number}"
            for each in rows:
                if each.row is not None:
                    yield {**each.row, "name": name}
