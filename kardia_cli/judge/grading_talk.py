"""Texts that address a grader or their own grading; the patterns are data/grading_talk.toml (not in the paper)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from kardia_cli.judge.disguise import reveal
from kardia_cli.text.tables import fill_parts, read_table

_VERDICT = re.compile(r"\b(?:PASS|SOLVED)\b")


def is_appeal(text: str) -> bool:
    """Return True if the text addresses a grader or its own grading, in disguise or not.

    Made to miss little (not in the paper): ask about its hits. Takes time that is linear in the text.
    """
    plain = unicodedata.normalize("NFKC", reveal(text).text).replace("\u2019", "'")
    return _VERDICT.search(plain) is not None or any(pattern.search(plain) for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    table = read_table("grading_talk")
    return tuple(re.compile(line, re.IGNORECASE) for line in fill_parts(table["appeals"]["patterns"], table["parts"]))
