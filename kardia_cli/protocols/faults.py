"""Recall and precision of a judge on planted faults, by kind. Measures the judge; needs no model.

The gold is in the row's `traces` (`{"planted": "recites_profile"}`, or null for a clean turn): the offline speaker
writes it for its own drafts, `examples/faults.jsonl` holds hand-written ones. No task is ever shown it (ours).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Columns, ProtocolSpec, Score
from kardia_cli.errors import CallFailed, RowError
from kardia_cli.judge import Judge, unscored
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import Critique
from kardia_cli.stream import flow

# Planted kinds that a check of the rubric finds under its own id.
CHECKS = {"wrong_emotion": "emotion", "too_long": "length", "broken_span": "format"}


async def evaluate(row: Row, chats: Mapping[str, Chat], judge: Judge) -> Sequence[Score]:
    """One score for each annotated turn: 1 where the judge found exactly what was planted, by kind in `parts`."""
    planted = {note["turn"]: json.loads(note["trace"]).get("planted") for note in row.get("traces") or []}
    if not planted:
        raise RowError("field 'traces': no planted faults noted on this row")
    return await flow.gather_all(_look(row, turn, kind, judge) for turn, kind in planted.items())


async def _look(row: Row, turn: int, kind: str | None, judge: Judge) -> Score:
    text = row["messages"][turn]["content"]
    try:
        critique = await judge.judge(row, turn, text, form=turn_format.detect(row))
    except CallFailed as error:
        return Score(None, unscored(error), model=judge.name, turn=turn, text=text, label=kind or "")
    found = _found(critique)
    right = kind in found if kind else not found
    parts = {name: float(name in found) for name in sorted(found)}
    return Score(float(right), f"planted {kind}, found {sorted(found)}", parts, judge.name, turn, text, kind or "")


def _found(critique: Critique) -> set[str]:
    names = {check: kind for kind, check in CHECKS.items()}
    return {names.get(finding.id, finding.id) for finding in critique.findings if finding.present}


def summarize(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return a line for each kind: planted, recall, said, precision; then the clean turns."""
    scored = [row for row in rows if row["value"] is not None]
    found = [{part["id"] for part in row["parts"] if part["value"]} for row in scored]
    kinds = sorted({row["label"] for row in scored if row["label"]})
    table = []
    for kind in kinds:
        planted = sum(row["label"] == kind for row in scored)
        said = sum(kind in names for names in found)
        hits = sum(row["label"] == kind and kind in names for row, names in zip(scored, found, strict=True))
        table.append({
            "fault": kind, "planted": planted, "recall": hits / planted,
            "said": said, "precision": hits / said if said else None,
        })  # fmt: skip
    clean = [names for row, names in zip(scored, found, strict=True) if not row["label"]]
    alarms = sum(bool(names) for names in clean)
    table.append({"fault": "(none)", "planted": len(clean), "recall": 1 - alarms / len(clean) if clean else None})
    return table


SPEC = ProtocolSpec(
    models=0, summarize=summarize, measures_judge=True, columns=Columns(shown=("value",), shares=("value",))
)
