"""The rubric judge's score of a completion, 0 to 1 (Kardia-R1, r_rubric).

The paper normalises five scores to [0, 1] without saying how; ours is the weighted mean of (level - 1) / 4, 0 by rule for
broken spans (no judge is asked) and for a gate. A judge that fails leaves the completion unscored.
"""

from __future__ import annotations

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Score
from kardia_cli.errors import CallFailed
from kardia_cli.judge import Judge, unscored
from kardia_cli.line import Row
from kardia_cli.verdicts import overall, parts


async def score(row: Row, completion: str, judge: Judge, chat: Chat | None) -> Score | None:
    """Ask the judge once."""
    try:
        critique = await judge.judge(row, len(row["messages"]), completion)
    except CallFailed as error:
        return Score(None, unscored(error))
    wrong = "; ".join(f"{item.id}: {item.detail}" for item in critique.findings if item.present)
    return Score(overall(judge.rubric, critique), wrong or critique.verdict, parts(critique))
