"""What in a reply tells or proposes something to do."""

from __future__ import annotations

import re

from kardia_cli.offline.judge import patterns, words
from kardia_cli.offline.judge.text import Sentence


def is_advice(sentence: Sentence) -> bool:
    """Whether a sentence proposes or orders something."""
    return bool(patterns.ADVICE.search(sentence.text)) or commands(sentence)


_BLESSING = re.compile(
    r"(?:sleep|rest|go|travel|walk|keep|stay|breathe) (?:well|gently|easy|softly|safely|safe|warm|now|soundly|tight"
    r"|deep)"
    r"|enjoy|let (?:it|that|there|this|the) |hold on to|take (?:that|this|it) |off you go|come back|keep (?:that"
    r"|this)|give [a-z ]+ (?:my|a) (?:regards|best|love|hug|kiss)"
)


def commands(sentence: Sentence) -> bool:
    """Whether a statement orders something: a clause that begins with a verb of advice, no blessing."""
    if sentence.is_question:
        return False
    clauses = sentence.text.replace(";", ",").replace(":", ",").replace(" and then ", ",").split(",")
    return any(_starts_with_order(clause.split()) for clause in clauses)


def _starts_with_order(tokens: list[str]) -> bool:
    while tokens and tokens[0] in words.LEAD_INS:
        tokens = tokens[1:]
    if _BLESSING.match(" ".join(tokens)):
        return False
    if len(tokens) < 2 or tokens[0] not in words.ADVICE_VERBS:
        return False
    if tokens[1] == "your":
        return len(tokens) > 2 and tokens[0] != "take"
    return tokens[1] not in ("you", "is", "was", "me")
