"""Rows + models → score rows: one line for each model and measured turn, flat, so that any tool can read them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from pydantic import ValidationError

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import ProtocolSpec, Score, Table
from kardia_cli.errors import RowError
from kardia_cli.judge import Judge
from kardia_cli.judge.rubric import Rubric
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import Critique
from kardia_cli.stream import jsonl


def means(rows: Sequence[Row]) -> Table:
    """Return a line for each model: how many scores it has, and the mean of those that have a value."""
    table = []
    for model in dict.fromkeys(row["model"] for row in rows):
        values = [row["value"] for row in rows if row["model"] == model]
        known = [value for value in values if value is not None]
        mean = sum(known) / len(known) if known else None
        table.append({"model": model, "scores": len(values), "not scored": len(values) - len(known), "mean": mean})
    return table


@dataclass(frozen=True)
class Measure:
    """A protocol in use: its function with the options bound, its SPEC, and all options with their values."""

    name: str
    score: Callable[[Row, Mapping[str, Chat], Judge], Awaitable[Sequence[Score]]]
    spec: ProtocolSpec = field(default_factory=ProtocolSpec)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def of_logs(self) -> bool:
        """True if the rows are logs of finished talks: then no field, model or judge is needed."""
        return bool(self.options.get("from_logs"))

    @property
    def needs(self) -> tuple[str, ...]:
        """Fields that a row must have."""
        return () if self.of_logs else self.spec.needs

    @property
    def model_count(self) -> int:
        """Models that it needs at least."""
        return 0 if self.of_logs else self.spec.models

    @property
    def needs_judge(self) -> bool:
        """True if a judge is asked; not for logs, nor where people judged."""
        return self.spec.judge and not self.of_logs and not self.options.get("human")


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
        **{name: row[name] for name in ("format", "labels") if row.get(name)},
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


def decided_anew(
    row: Row,
    rubric: Rubric,
    decide: Callable[[Row, Critique], Critique],
    rescore: Callable[[Score, Rubric], Score],
) -> Row:
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
