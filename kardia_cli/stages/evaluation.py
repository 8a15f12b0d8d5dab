"""Rows + models → score rows: one line for each model and measured turn, flat, so that any tool can read them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Score
from kardia_cli.judge import Judge
from kardia_cli.line import Row


@dataclass(frozen=True)
class Measure:
    """A protocol with its options bound, and how it sums up a whole set."""

    name: str
    score: Callable[[Row, Mapping[str, Chat], Judge], Awaitable[Sequence[Score]]]
    summarize: Callable[[Sequence[Row]], list[dict[str, Any]]]
    needs_model: bool = True
    builtin: Literal["dialogues", "probes"] = "dialogues"
    """The embedded rows that `builtin` means here."""


async def evaluate(row: Row, measure: Measure, chats: Mapping[str, Chat], judge: Judge) -> list[Row]:
    """The score rows of one dialogue; raises `RowError` where the protocol cannot use the row."""
    return [_as_row(row, score, measure.name, judge) for score in await measure.score(row, chats, judge)]


def means(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The table of a protocol that brings none: the mean of the scored values of each model."""
    table = []
    for model in dict.fromkeys(row["model"] for row in rows):
        values = [row["value"] for row in rows if row["model"] == model]
        known = [value for value in values if value is not None]
        mean = sum(known) / len(known) if known else None
        table.append({"model": model, "scores": len(values), "not scored": len(values) - len(known), "mean": mean})
    return table


def _as_row(row: Row, score: Score, protocol: str, judge: Judge) -> Row:
    return {
        "id": row["id"],
        "anon_username": row.get("anon_username"),
        "emotion": row.get("emotion"),
        "protocol": protocol,
        "model": score.model,
        "turn": score.turn,
        "text": score.text,
        "label": score.label,
        "value": score.value,
        "parts": [{"id": name, "value": value} for name, value in score.parts.items()],
        "reason": score.reason,
        "judge": judge.name,
        "rubric_hash": judge.rubric.read_hash,
        "policy_hash": judge.rubric.policy_hash,
        "critique": None if score.critique is None else score.critique.model_dump(mode="json"),
        **score.extra,
    }


def without_text(row: Row) -> Row:
    """A score row as the summary needs it: the reply's text is only noted as there or not, so memory stays small."""
    return {**row, "text": bool(row["text"]), "reason": "", "critique": None}
