"""Emotion labels over a whole set of score rows: accuracy of first turns, macro-F1, recall of each class, confusions.

A row counts where its part `emotion` is a number. A reply without a label (its spans are broken) is a miss of its
class.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from kardia_cli.rows import labels
from kardia_cli.rows.line import Row

MOST = 10
"""Confusions that are shown."""
NOTHING = "(none)"


def known(rows: Sequence[Row]) -> tuple[str, ...]:
    """The labels that score rows may name: those of their label set, or the gold ones where it is not at hand."""
    return labels.known(
        str(rows[0].get("labels") or labels.DEFAULT) if rows else labels.DEFAULT, (row["emotion"] for row in rows)
    )


def hit(row: Row) -> float | None:
    """1 where the label is the dialogue's, 0 where it is not; None where that was not measured."""
    found: float | None = next((part["value"] for part in row["parts"] if part["id"] == "emotion"), None)
    return found


def first_turns(rows: Sequence[Row]) -> list[Row]:
    """Of one model's rows the first turn of each dialogue, in the order of dialogues."""
    first: dict[str, Row] = {}
    for row in rows:
        if row["id"] not in first or row["turn"] < first[row["id"]]["turn"]:
            first[row["id"]] = row
    return list(first.values())


def recalls(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """A line for each gold label that occurs: its n, and the share of it that each model says.

    n is that of the model with most; where another has less, its cell says of how many.
    """
    models = list(dict.fromkeys(row["model"] for row in rows))
    counts = {model: Counter(row["emotion"] for row in _measured(rows, model)) for model in models}
    hits = {model: Counter(row["emotion"] for row in _measured(rows, model) if hit(row)) for model in models}
    table = []
    for label in known(rows):
        most = max((counts[model][label] for model in models), default=0)
        if not most:
            continue
        cells: dict[str, Any] = {}
        for model in models:
            count = counts[model][label]
            share = hits[model][label] / count if count else None
            cells[model] = share if count in (0, most) or share is None else f"{share:.3f} of {count}"
        table.append({"emotion": label, "n": most, **cells})
    return table


def confusions(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return each model's most frequent wrong labels: gold, said, count, and share of that gold label."""
    table = []
    for model in dict.fromkeys(row["model"] for row in rows):
        measured = _measured(rows, model)
        golds = Counter(row["emotion"] for row in measured)
        wrong = Counter((row["emotion"], row["label"] or NOTHING) for row in measured if not hit(row))
        for (gold, said), count in sorted(wrong.items(), key=lambda item: (-item[1], item[0]))[:MOST]:
            table.append({"model": model, "gold": gold, "said": said, "count": count, "share": count / golds[gold]})
    return table


def _measured(rows: Sequence[Row], model: str) -> list[Row]:
    return [row for row in rows if row["model"] == model and hit(row) is not None]
