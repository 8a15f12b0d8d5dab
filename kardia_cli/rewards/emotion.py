"""1 where the label is the dialogue's gold label, else 0 (Kardia-R1, r_emotion).

A completion whose spans are broken earns 0 by rule: the paper does not say, this is ours.
"""

from __future__ import annotations

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import RewardSpec, Score
from kardia_cli.errors import RowError
from kardia_cli.judge import Judge
from kardia_cli.judge.verdicts import label_error
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.line import Row

SPEC = RewardSpec(judge=False, needs_label=True)


async def score(row: Row, completion: str, judge: Judge, chat: Chat | None) -> Score | None:
    """Exact match, letter case aside; raises `RowError` for a row without a gold label."""
    gold = row.get("emotion")
    if not gold:
        raise RowError("field 'emotion' is missing: the emotion reward needs the gold label")
    form = turn_format.declared(row)
    if form.read(completion) is None:
        return Score(0.0, "spans broken")
    wrong = label_error(completion, form, labels.of(row), gold)
    return Score(0.0 if wrong else 1.0, wrong or gold)
