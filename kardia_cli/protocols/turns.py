"""Supporter turns of the rows, judged as they are by any rubric. Measures dialogues; needs no model.

So refined rows can be compared with their drafts, or a rubric with another, on the same turns (ours).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Columns, ProtocolSpec, Score
from kardia_cli.errors import CallFailed, RowError
from kardia_cli.judge import Judge, unscored
from kardia_cli.judge.rubric import Rubric
from kardia_cli.judge.verdicts import EMPTY, SPREAD, overall, parts
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import supporter_turns
from kardia_cli.rows.records import Critique
from kardia_cli.rows.turn_format import TurnFormat
from kardia_cli.statistics.agreement import mean
from kardia_cli.stream import flow

FOUND = "found."


async def evaluate(row: Row, chats: Mapping[str, Chat], judge: Judge) -> Sequence[Score]:
    """Return a score for each supporter turn, 0 to 1 by the rubric, with levels, facets and findings in `parts`.

    A turn that the judge failed on is not scored (value None). The model is the row's supporter. Raises `RowError`
    where no supporter turn stands.
    """
    turns = supporter_turns(row)
    if not turns:
        raise RowError("field 'messages': no supporter turn to judge")
    form, speaker = turn_format.detect(row), _speaker(row)
    return await flow.gather_all(_look(row, turn, judge, form, speaker) for turn in turns)


def _speaker(row: Row) -> str:
    """Return the supporter's model as the row names it, "" if it does not."""
    names = [use["model"] for use in row.get("models") or [] if use["role"] == "supporter"]
    return str(names[-1]) if names else ""


async def _look(row: Row, turn: int, judge: Judge, form: TurnFormat, speaker: str) -> Score:
    text = str(row["messages"][turn]["content"])
    label = labels.said(row, text)
    try:
        critique = await judge.judge(row, turn, text, form=form)
    except CallFailed as error:
        return Score(None, unscored(error), {}, speaker, turn, text, label)
    return rescore(Score(None, "", {}, speaker, turn, text, label, critique), judge.rubric)


def rescore(score: Score, rubric: Rubric) -> Score:
    """Return the score of a turn by this rubric, from the score's own critique."""
    assert score.critique is not None
    found = _parts(score.critique)
    return replace(score, value=overall(rubric, score.critique), reason=score.critique.verdict, parts=found)


def _parts(critique: Critique) -> dict[str, float | None]:
    """Return levels by id, facets as `empathy.exploration`, findings as `found.ID` (1: yes; None: not known)."""
    found: dict[str, float | None] = {EMPTY: 0.0}  # only noted where a reply says nothing
    found |= {item.id: None if item.present is None else float(item.present) for item in critique.findings}
    return parts(critique) | {f"{FOUND}{name}": found[name] for name in sorted(found)}


def summarize(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The table: one row a supporter, with means over the turns that were scored; findings as shares of turns."""
    models = list(dict.fromkeys(row["model"] for row in rows))
    return [_line(model, [row for row in rows if row["model"] == model]) for model in models]


def _line(model: str, rows: Sequence[Row]) -> dict[str, Any]:
    found = [{part["id"]: part["value"] for part in row["parts"]} for row in rows]
    names = [name for name in dict.fromkeys(name for each in found for name in each) if not name.startswith(SPREAD)]
    names.sort(key=lambda name: (name.startswith(FOUND), name if name.startswith(FOUND) else ""))
    return {
        "supporter": model or "(not noted)",
        "dialogues": len({row["id"] for row in rows}),
        "turns": len(rows),
        "not scored": sum(row["value"] is None for row in rows),
        "mean score": mean([row["value"] for row in rows]),
        **{name: mean([each.get(name) for each in found]) for name in names},
    }


SPEC = ProtocolSpec(
    models=0, summarize=summarize, rescore=rescore,
    columns=Columns(composed=("value",), lower=("empty", "found.*", "spread.*"), shares=("empty", "found.*")),
)  # fmt: skip
