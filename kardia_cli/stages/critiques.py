"""Dialogue rows → judged rows: one verdict on each supporter turn, by a rubric and a judge."""

from __future__ import annotations

from kardia_cli import flow
from kardia_cli.judge import Judge
from kardia_cli.line import Row
from kardia_cli.prompts import supporter_turns
from kardia_cli.records import Critique
from kardia_cli.verdicts import is_plain


async def critique(row: Row, judge: Judge) -> Row:
    """The row with a critique of every supporter turn appended; those that stand there already are kept and not paid twice.

    Raises `CallFailed` where the judge failed on a turn.
    """
    plain = is_plain(row)
    known = list(row.get("critiques") or [])
    asked = [_judge_turn(row, turn, judge, plain) for turn in supporter_turns(row) if find(row, turn, judge) is None]
    fresh = await flow.together(asked)
    return {
        **row,
        "critiques": known + [item.model_dump() for item in fresh],
        "models": with_model(row, "judge", judge),
    }


async def _judge_turn(row: Row, turn: int, judge: Judge, plain: bool) -> Critique:
    return await judge.judge(row, turn, row["messages"][turn]["content"], plain=plain)


def find(row: Row, turn: int, judge: Judge) -> Critique | None:
    """The newest stored critique of a turn by this rubric and judge, of the text that stands there now; else None."""
    wanted = (turn, judge.rubric.hash, judge.chat.name, judge.text_hash(row, turn, row["messages"][turn]["content"]))
    for stored in reversed(row.get("critiques") or []):
        if (stored["turn"], stored["rubric_hash"], stored["judge"], stored["text_hash"]) == wanted:
            return Critique.model_validate(stored)
    return None


def with_model(row: Row, role: str, judge: Judge) -> list[Row]:
    """The row's `models` with the judge's entry, once."""
    entry = {"role": role, "model": judge.chat.name, "hash": judge.chat.hash}
    known = list(row.get("models") or [])
    return known if entry in known else [*known, entry]
