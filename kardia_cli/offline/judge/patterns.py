"""Compile the phrases of the judge's data files."""

from __future__ import annotations

import re
from functools import cache

from kardia_cli.offline.phrases import table


@cache
def phrases(name: str) -> re.Pattern[str]:
    """Return a pattern that finds any phrase of one list or question, as whole words; <word> is an entry of [words]."""
    for file in (table("judge_phrases"), table("judge_asides")):
        listed = file["phrases"].get(name) or file.get("questions", {}).get(name, {}).get("phrases")
        if listed:
            for word, meaning in file["words"].items():
                listed = [phrase.replace(f"<{word}>", meaning) for phrase in listed]
            return re.compile(rf"(?<![a-z])(?:{'|'.join(listed)})(?![a-z])")
    raise KeyError(name)


@cache
def words(name: str) -> frozenset[str]:
    """Return one list of words of judge_words.toml."""
    return frozenset(str(table("judge_words")[name]).split())
