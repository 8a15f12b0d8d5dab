"""Rows + models → score rows: one line for each model and measured turn, flat, so that any tool can read them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from pydantic import ValidationError

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Further, Rescore, Score, Summarize
from kardia_cli.errors import RowError
from kardia_cli.judge import Judge
from kardia_cli.judge.rubric import Rubric
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import Critique
from kardia_cli.stream import jsonl
from kardia_cli.stream.embedded import Name


def nothing_further(rows: Sequence[Row]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The further tables of a protocol that brings none."""
    return []


def means(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The table of a protocol that brings none: the mean of the scored values of each model."""
    table = []
    for model in dict.fromkeys(row["model"] for row in rows):
        values = [row["value"] for row in rows if row["model"] == model]
        known = [value for value in values if value is not None]
        mean = sum(known) / len(known) if known else None
        table.append({"model": model, "scores": len(values), "not scored": len(values) - len(known), "mean": mean})
    return table


@dataclass(frozen=True)
class Measure:
    """A protocol with its options bound, what it needs, and how it sums up a whole set.

    `builtin` are the embedded rows that `builtin` means here, `needs` the fields that a row must have, `options` all
    options with their values, `rescore` what a score is worth by another policy (None: it cannot say).
    """

    name: str
    score: Callable[[Row, Mapping[str, Chat], Judge], Awaitable[Sequence[Score]]]
    summarize: Summarize = means
    further: Further = nothing_further
    record: Callable[[Sequence[Row], Judge], dict[str, Any]] | None = None
    rescore: Rescore | None = None
    models: int = 1
    """How many models it needs at least."""
    needs_judge: bool = True
    needs_rubric: bool = True
    """Whether the judge is asked by a rubric; else in the protocol's own words."""
    needs: tuple[str, ...] = ("messages",)
    builtin: Name = "dialogues"
    options: Mapping[str, Any] = field(default_factory=dict)


async def evaluate(
    row: Row,
    measure: Measure,
    chats: Mapping[str, Chat],
    judge: Judge,
    settings: Mapping[str, str] | None = None,
    judged: bool = True,
) -> list[Row]:
    """The score rows of one dialogue; raises `RowError` where the protocol cannot use the row.

    `settings` are those of each model as JSON, under "" for a score of none of them; `judged` False: nobody judges, and
    the rows name no judge.
    """
    known = settings or {}
    scores = await measure.score(row, chats, judge)
    return [
        _as_row(row, score, measure.name, judge if judged else None, known.get(score.model, known.get("", "{}")))
        for score in scores
    ]


def _as_row(row: Row, score: Score, protocol: str, judge: Judge | None, settings: str) -> Row:
    own = score.extra.get("settings")
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
        "parts": _part_list(score),
        "reason": score.reason,
        "judge": judge.name if judge else "",
        "rubric_hash": judge.rubric.read_hash if judge else "",
        "policy_hash": judge.rubric.policy_hash if judge else "",
        "critique": _critique(score),
        "settings": _merged(settings, str(own)) if own else settings,
        **{name: value for name, value in score.extra.items() if name != "settings"},
    }


def _part_list(score: Score) -> list[dict[str, Any]]:
    return [{"id": name, "value": value} for name, value in score.parts.items()]


def _critique(score: Score) -> dict[str, Any] | None:
    return None if score.critique is None else score.critique.model_dump(mode="json")


@lru_cache(maxsize=256)
def _merged(settings: str, own: str) -> str:
    """The settings with what the protocol itself says of its options."""
    ours, said = orjson.loads(settings), orjson.loads(own)
    said.pop("protocol", None)
    return jsonl.as_text({**ours, "options": {**ours.get("options", {}), **said}})


def decided_anew(row: Row, rubric: Rubric, decide: Callable[[Row, Critique], Critique], rescore: Rescore) -> Row:
    """A score row by another policy of the same questions: critique, value, parts and reason; all else stays.

    A row without a critique stays as it is but for the policy's hash: a rule or a failure decided it, not an answer.
    Raises `RowError` for a critique of another shape.
    """
    if row.get("critique") is None:
        return {**row, "policy_hash": rubric.policy_hash} if row.get("rubric_hash") else row
    critique = decide(row, _stored(row))
    given = {part["id"]: part["value"] for part in row["parts"]}
    before = Score(row["value"], row["reason"], given, row["model"], row["turn"], row["text"], row["label"], critique)
    after = rescore(before, rubric)
    changes = {
        "value": after.value,
        "parts": _part_list(after),
        "reason": after.reason,
        "policy_hash": rubric.policy_hash,
        "critique": _critique(after),
    }
    return {**row, **changes}


def _stored(row: Row) -> Critique:
    """The critique that stands on a score row; `RowError` where it is none."""
    try:
        return Critique.model_validate(row["critique"])
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise RowError(f"no score row: field 'critique.{where}': {error.errors()[0]['msg']}") from None


def without_text(row: Row) -> Row:
    """A score row as the summary needs it: the reply's text is only noted as there or not, so memory stays small.

    A simulated dialogue is left out, too, and what was thought in it.
    """
    talk: Row = {name: [] for name in ("messages", "thoughts") if name in row}
    return {**row, "text": bool(row["text"]), "reason": "", "critique": None, "settings": "", **talk}
