"""1 where the turn is in the row's format: all spans, in order, whole, nothing else; else 0 (Kardia-R1, r_format).

Not in the paper: only the tokenizer's own markers are paid (other spellings are read elsewhere, but not paid), a
hidden span has at least three words, and a think block before the turn is paid only where the run declares it.
"""

from __future__ import annotations

import re

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import RewardSpec, Score
from kardia_cli.judge import Judge
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.turn_format import TurnFormat

SPEC = RewardSpec(judge=False)
LEAST_WORDS = 3
"""Words that a hidden span must have: a dot is no reasoning."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\w+")
"""A word, or one sign of a script that writes without spaces between words."""


async def score(row: Row, completion: str, judge: Judge, chat: Chat | None, think: bool = False) -> Score | None:
    """A mechanical check: no model is asked. `think` (grpo --think): a think block may stand before the turn."""
    form = turn_format.declared(row)
    wrong = form.error(completion) or _unpaid(completion, form, think)
    right = "four spans" if form.name == turn_format.DEFAULT else f"in the format {form.name}"
    return Score(0.0 if wrong else 1.0, wrong or right)


def _unpaid(completion: str, form: TurnFormat, think: bool) -> str:
    """Return why a completion that reads as the format is not paid; "" where it is."""
    turn = completion.strip()
    if turn.startswith("<think>"):
        if not think:
            return "a think block that the run does not declare (--think)"
        turn = turn.partition("</think>")[2].strip()
    parts = form.parse(completion)
    pieces = [
        piece
        for span in form.spans
        for piece in (span.before, span.markers[0], parts[span.name], span.markers[1], span.after)
        if piece
    ]
    if pieces and re.fullmatch(r"\s*".join(map(re.escape, pieces)), turn) is None:
        return "markers of another spelling than the tokenizer's"
    hidden = [span.name for span in form.spans if span.is_hidden and span.role == "plain"]
    short = next((name for name in hidden if len(_WORD.findall(parts[name])) < LEAST_WORDS), "")
    return f"the {short} span has fewer than {LEAST_WORDS} words" if short else ""
