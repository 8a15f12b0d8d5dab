"""Judged rows → refined rows: critique and rewrite, turn by turn, until it passes (Kardia-R1, sections 1.3 and 1.4).

The walk goes from left to right: a turn is judged only when all before it is final, and rewritten (see `rewriting`).
Where the next seeker turn no longer fits the rewritten reply, all that follows is simulated anew (`tail="regenerate"`)
or kept. What the paper does not say: a dialogue whose tail had to be replaced more than `max_tails` times
is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from kardia_cli.chat.gateway import Chat
from kardia_cli.errors import UsageError
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import supporter_turns
from kardia_cli.rows.records import Revision
from kardia_cli.stages.dialogues import EndsBy, Speaker, simulate
from kardia_cli.stages.rewriting import Draft, TurnRewriter, finish, settle
from kardia_cli.stages.rounds import Lost, Rounds
from kardia_cli.stream.jsonl import as_text

DEFAULT_RUBRIC = "synthesis"


@dataclass(frozen=True)
class Refiner:
    """The judge, the rewriter and the speakers of refine, and its limits."""

    judge: Judge
    rewriter: Chat
    seeker: Chat
    supporter: Speaker
    seed: int
    max_rewrites: int = 5
    max_exchanges: int = 10
    max_tails: int = 3
    tail: Literal["regenerate", "keep"] = "regenerate"
    ends_by: EndsBy = "seeker"
    rounds: Rounds = field(default_factory=Rounds)

    @property
    def turn_rewriter(self) -> TurnRewriter:
        """The part that rewrites one turn."""
        return TurnRewriter(self.judge, self.rewriter, self.seed, self.max_rewrites, self.rounds)


@cache
def _shipped() -> dict[str, str]:
    """Names of the shipped rubrics by what the judge reads of them."""
    return {rubric_file.load(name).read_hash: name for name in rubric_file.names()}


def rubric_for(row: Row) -> str:
    """Return the name of the shipped rubric that judged the row last; `synthesis` if none did.

    So no verdict is paid twice.

    Raises `UsageError` where other rubrics alone did.
    """
    critiques = row.get("critiques") or []
    for critique in reversed(critiques):
        if critique["rubric_hash"] in _shipped():
            return _shipped()[critique["rubric_hash"]]
    if critiques:
        raise UsageError(
            f"these rows were judged by the rubric {critiques[-1]['rubric']!r}, in words that no shipped rubric has",
            "name the rubric to refine by: --rubric FILE or NAME",
        )
    return DEFAULT_RUBRIC


async def refine(row: Row, refiner: Refiner) -> Row:
    """Return the refined row with every verdict, each revision and its difficulty.

    Raises `Dropped` where it still fails, drifts, jumps or is broken, `RowError` where the judge abstained,
    `CallFailed` where a model gave no usable reply.
    """
    draft, tails = Draft.from_row(row), 0
    turn_rewriter, form = refiner.turn_rewriter, turn_format.declared(row)
    with refiner.rounds.counting(draft.verdicts):
        turn = _next_turn(draft.row, -1)
        while turn is not None:
            before = form.visible(draft.text(turn))
            critique = await settle(draft, turn, turn_rewriter)
            if refiner.tail == "regenerate" and form.visible(draft.text(turn)) != before:
                tails += await _replace_tail(draft, turn, tails, refiner)
            if critique.verdict == "SOLVED" and refiner.ends_by != "seeker":
                draft.row["messages"] = draft.row["messages"][: turn + 1]
            turn = _next_turn(draft.row, turn)
        return await finish(draft, turn_rewriter)


def _next_turn(row: Row, after: int) -> int | None:
    return next((turn for turn in supporter_turns(row) if turn > after), None)


async def _replace_tail(draft: Draft, turn: int, tails: int, refiner: Refiner) -> bool:
    """Simulate the rest anew if the next seeker turn no longer fits the rewritten reply; True if it was.

    `tails` is how often that was done before.
    """
    following = draft.row["messages"][turn + 1 :]
    if not following:
        return False
    answer = await refiner.judge.check_fit(draft.row, turn, draft.text(turn), following[0]["content"])
    if answer.fits:
        return False
    if tails == refiner.max_tails:
        raise Lost(f"what follows had to be simulated anew more than {tails} times", "tails")
    replaced = as_text(following)
    note = Revision(turn=turn + 1, revision=0, kind="tail", before=replaced, after="", reason=answer.reason)
    draft.revisions.append(note.model_dump())
    draft.traces = [trace for trace in draft.traces if trace["turn"] <= turn]
    kept = {**draft.row, "messages": draft.row["messages"][: turn + 1]}
    draft.row, made = await simulate(
        kept,
        refiner.seeker,
        refiner.supporter,
        seed=refiner.seed,
        max_exchanges=refiner.max_exchanges,
        ends_by=refiner.ends_by,
        revision=tails + 1,
    )
    places = [place for place in supporter_turns(draft.row) if place > turn]
    for place, new in zip(places, made, strict=True):
        draft.note(place, new.trace)
    return True
