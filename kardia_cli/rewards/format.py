"""1 where all four spans are there, in order, closed and not empty, else 0 (Kardia-R1, r_format)."""

from __future__ import annotations

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import RewardSpec, Score
from kardia_cli.judge import Judge
from kardia_cli.judge.verdicts import format_error
from kardia_cli.rows.line import Row

SPEC = RewardSpec(judge=False)


async def score(row: Row, completion: str, judge: Judge, chat: Chat | None) -> Score | None:
    """A mechanical check: no model is asked."""
    wrong = format_error(completion)
    return Score(0.0 if wrong else 1.0, wrong or "four spans")
