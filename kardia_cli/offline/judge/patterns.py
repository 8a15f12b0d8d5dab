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
    """Return the phrases of one list of the judge's files; <word> in them stands for an entry of the file's [words]."""
    for file in (table("judge_phrases"), table("judge_asides")):
        if name in file["phrases"]:
            return any_of(_spelled_out(phrase, file["words"]) for phrase in file["phrases"][name])
    raise KeyError(name)


@cache
def said(question: str) -> re.Pattern[str]:
    """Return the phrases that answer a question of judge_phrases.toml with yes."""
    file = table("judge_phrases")
    return any_of(_spelled_out(phrase, file["words"]) for phrase in file["questions"][question]["phrases"])


def _spelled_out(phrase: str, words: dict[str, str]) -> str:
    for name, meaning in words.items():
        phrase = phrase.replace(f"<{name}>", meaning)
    return phrase


@cache
def words(name: str) -> frozenset[str]:
    """Return one list of words of judge_words.toml."""
    return frozenset(str(table("judge_words")[name]).split())
