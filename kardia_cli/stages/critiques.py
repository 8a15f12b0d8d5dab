"""Dialogue rows → judged rows: one verdict on each supporter turn, by a rubric and a judge."""

from __future__ import annotations

from kardia_cli.judge import Judge
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import supporter_turns
from kardia_cli.rows.records import Critique
from kardia_cli.stream import flow


async def critique(row: Row, judge: Judge) -> Row:
    """Return the row with a critique of every supporter turn appended.

    Critiques that the row has already are kept and not paid twice; where only the rubric's policy has changed since,
    the saved answers are decided anew without a call and appended too. Raises `CallFailed` where the judge failed on a
    turn.
    """
    known = list(row.get("critiques") or [])
    fresh = await flow.gather_all(_judge_turn(row, turn, judge) for turn in supporter_turns(row))
    return {
        **row,
        "critiques": known + [item.model_dump() for item in fresh if item is not None],
        "models": with_model(row, "judge", judge),
    }


async def _judge_turn(row: Row, turn: int, judge: Judge) -> Critique | None:
    """Return a new critique of the turn, or None if the stored one is up to date."""
    stored = find_stored_critique(row, turn, judge)
    if stored is None:
        return await judge.judge(row, turn, row["messages"][turn]["content"], form=turn_format.detect(row))
    return None if stored.policy_hash == judge.rubric.policy_hash else rescored(row, turn, judge, stored)


def find_critique(row: Row, turn: int, judge: Judge) -> Critique | None:
    """Return the newest stored critique of the present text by this judge, under the rubric's policy; or None."""
    stored = find_stored_critique(row, turn, judge)
    if stored is None or stored.policy_hash == judge.rubric.policy_hash:
        return stored
    return rescored(row, turn, judge, stored)


def find_stored_critique(row: Row, turn: int, judge: Judge) -> Critique | None:
    """Return the newest stored critique whose answers this judge and rubric would give again, whatever its policy."""
    text = row["messages"][turn]["content"]
    manner = judge.manner
    wanted = (turn, judge.rubric.read_hash, judge.name, manner.calls, manner.samples, judge.text_hash(row, turn, text))
    for entry in reversed(row.get("critiques") or []):
        if entry["turn"] != turn or entry["rubric_hash"] != judge.rubric.read_hash:
            continue
        stored = Critique.model_validate(entry)
        given = (turn, stored.rubric_hash, stored.judge, stored.calls, stored.samples, stored.text_hash)
        if given == wanted and judge.has_all_levels(row, turn, text, stored):
            return stored
    return None


def rescored(row: Row, turn: int, judge: Judge, stored: Critique) -> Critique:
    """Return a stored critique decided anew by the rubric's policy, without a call."""
    return judge.rescored(row, turn, row["messages"][turn]["content"], stored, form=turn_format.detect(row))


def with_model(row: Row, role: str, judge: Judge) -> list[Row]:
    """Return the row's `models` with an entry for each of the judge's models, once."""
    known = list(row.get("models") or [])
    gate = [judge.gate] if judge.gate is not None else []
    for chat in [*judge.chats, *gate]:
        entry = {"role": role, "model": chat.name, "hash": chat.hash}
        if entry not in known:
            known.append(entry)
    return known
