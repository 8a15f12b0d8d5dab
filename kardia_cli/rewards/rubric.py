"""The rubric judge's score of a completion, 0 to 1 (Kardia-R1, r_rubric).

The paper normalises five scores to [0, 1] without saying how; ours is the weighted mean of (level - 1) / 4, and 0 by
rule for broken spans (no judge is asked, whatever the rubric checks) and for a gate. A judge that fails leaves the
completion unscored.
"""

from __future__ import annotations

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import RewardSpec, Score
from kardia_cli.errors import CallFailed
from kardia_cli.judge import Judge, unscored
from kardia_cli.judge.verdicts import overall
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import Critique


async def score(row: Row, completion: str, judge: Judge, chat: Chat | None) -> Score | None:
    """Ask the judge once; its levels are the parts of the score."""
    broken = turn_format.declared(row).error(completion)
    if broken:
        return Score(0.0, f"spans broken: {broken}")
    try:
        critique = await judge.judge(row, len(row["messages"]), completion)
    except CallFailed as error:
        return Score(None, unscored(error))
    parts = {level.id: level.level for level in critique.levels}
    value = overall(judge.rubric, critique)
    return Score(value, _abstained(critique) if value is None else _reason(critique), parts)


def shares(judge: Judge) -> dict[str, float]:
    """Weight of each criterion in the score; they sum to 1. A harmonic or geometric score has one part, itself."""
    if judge.rubric.aggregate.mean != "arithmetic":
        return {"score": 1.0}
    total = sum(criterion.weight for criterion in judge.rubric.criteria)
    return {criterion.id: criterion.weight / total for criterion in judge.rubric.criteria}


def split(judge: Judge, score: Score) -> dict[str, float | None]:
    """Return a value of 0 to 1 for each criterion: 0 in each for a 0 by rule, None for what is not scored.

    A criterion that was not asked takes the whole score, so that the weighted sum stays the score.
    """
    criteria = judge.rubric.criteria
    if judge.rubric.aggregate.mean != "arithmetic":
        return {"score": score.value}
    if not score.value:
        return {criterion.id: score.value for criterion in criteria}
    values: dict[str, float | None] = {}
    for criterion in criteria:
        level = score.parts.get(criterion.id)
        values[criterion.id] = None if level is None else criterion.share(level, judge.rubric.aggregate.of_top)
        if criterion.id not in score.parts:
            values[criterion.id] = score.value
    return values


def _reason(critique: Critique) -> str:
    wrong = "; ".join(f"{item.id}: {item.detail}" for item in critique.findings if item.present)
    return wrong or critique.verdict


def _abstained(critique: Critique) -> str:
    silent = ", ".join(level.id for level in critique.levels if level.level is None)
    return f"not scored: abstained: {silent or 'no criterion was graded'}"


SPEC = RewardSpec(shares=shares, split=split)
