"""Compile the phrases of the judge's data files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from kardia_cli.offline.phrases import table


def any_of(parts: Iterable[str]) -> re.Pattern[str]:
    """Return one pattern that finds any of the phrases as whole words."""
    return re.compile(r"(?<![a-z])(?:" + "|".join(parts) + r")(?![a-z])")


@cache
def phrases(name: str) -> re.Pattern[str]:
    """Return the phrases of one list or question of the judge's files; <word> in them is an entry of [words]."""
    for file in (table("judge_phrases"), table("judge_asides")):
        listed = file["phrases"].get(name) or file.get("questions", {}).get(name, {}).get("phrases")
        if listed:
            for word, meaning in file["words"].items():
                listed = [phrase.replace(f"<{word}>", meaning) for phrase in listed]
            return any_of(listed)
    raise KeyError(name)


@cache
def words(name: str) -> frozenset[str]:
    """Return one list of words of judge_words.toml."""
    return frozenset(str(table("judge_words")[name]).split())
