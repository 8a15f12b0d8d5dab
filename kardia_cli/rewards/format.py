"""1 where all four spans are there, in order, closed and not empty, and nothing else, else 0 (Kardia-R1, r_format).

Not in the paper: only the tokenizer's own markers are paid (`<understanding>` is read elsewhere, but not paid), a
hidden span has at least three words, and a think block before the turn is paid only where the run declares it.
"""

from __future__ import annotations

import re

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import RewardSpec, Score
from kardia_cli.judge import Judge
from kardia_cli.judge.verdicts import format_error
from kardia_cli.rows import spans
from kardia_cli.rows.line import Row

SPEC = RewardSpec(judge=False)
LEAST_WORDS = 3
"""Words that a hidden span must have: a dot is no reasoning."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\w+")
"""A word, or one sign of a script that writes without spaces between words."""


async def score(row: Row, completion: str, judge: Judge, chat: Chat | None, think: bool = False) -> Score | None:
    """A mechanical check: no model is asked. `think` (grpo --think): a think block may stand before the turn."""
    wrong = format_error(completion) or _unpaid(completion, think)
    return Score(0.0 if wrong else 1.0, wrong or "four spans")


def _unpaid(completion: str, think: bool) -> str:
    """Return why a completion that reads as the format is not paid; "" where it is."""
    read = spans.parse(completion)
    turn = completion.strip()
    if turn.startswith("<think>"):
        if not think:
            return "a think block that the run does not declare (--think)"
        turn = turn.partition("</think>")[2].strip()
    pieces = zip(spans.MARKERS[::2], read, spans.MARKERS[1::2], strict=True)
    pattern = r"\s*".join(rf"{re.escape(begin)}\s*{re.escape(text)}\s*{re.escape(end)}" for begin, text, end in pieces)
    if re.fullmatch(pattern, turn) is None:
        return "markers of another spelling than the tokenizer's"
    hidden = {"understanding": read.understanding, "reasoning": read.reasoning}
    short = next((name for name, text in hidden.items() if len(_WORD.findall(text)) < LEAST_WORDS), "")
    return f"the {short} span has fewer than {LEAST_WORDS} words" if short else ""
