"""Find the feelings that a text names: single words of judge_words.toml, by family.

A family is hard (-1), mixed (0) or good (1). A named feeling is held against a reply only where it is the clear
opposite of what the person shows.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from kardia_cli.offline.judge.patterns import phrases, words
from kardia_cli.offline.phrases import table

SIDES = {"hard": -1, "mixed": 0, "good": 1}
TIES = frozenset(["love", "trust", "hope", "confidence"])
"""Good feelings that live beside hard ones (love in grief, courage in fear): never the opposite of a dark mood."""
REACH = 3
"""Words before a feeling that say whether it is denied and whose it is."""

_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z]+)*")


class Mention(NamedTuple):
    """One feeling that a text names: denied or not, and the word that says whose it is ("i", "she"; may be any)."""

    family: str
    is_denied: bool
    holder: str


@cache
def _families() -> dict[str, str]:
    """Return the family of each word; a word that ends in * stands for all that begin so."""
    sides = (table("judge_words")[side] for side in SIDES)
    return {word: family for side in sides for family, listed in side.items() for word in listed.split()}


@lru_cache(maxsize=8192)
def family_of(word: str) -> str:
    """Return the family that a single word names, empty where it names none."""
    forms = [word, *(f"{word[:end]}*" for end in range(len(word), 2, -1))]
    return next((_families()[form] for form in forms if form in _families()), "")


@cache
def valence_of(family: str) -> int:
    """Return -1 for a hard family, 0 for a mixed one, 1 for a good one."""
    return next(value for side, value in SIDES.items() if family in table("judge_words")[side])


@cache
def kin(family: str) -> frozenset[str]:
    """Return the families that may stand for this one, itself included."""
    groups = [frozenset(line.split()) for line in table("judge_words")["kin"]]
    return frozenset({family}).union(*(group for group in groups if family in group))


@lru_cache(maxsize=8192)
def mentions(text: str) -> tuple[Mention, ...]:
    """Return the feelings that a plain text names, in order; set phrases such as "good luck" name none."""
    tokens = _WORD.findall(phrases("not_felt").sub(" ", text))
    return tuple(
        _mention(family, tokens[max(0, at - REACH) : at]) for at, family in enumerate(map(family_of, tokens)) if family
    )


def _mention(family: str, before: list[str]) -> Mention:
    """Return a feeling with its holder: the word before it, verbs of feeling passed over ("i" in "i am so sad")."""
    is_denied = not words("negators").isdisjoint(before)
    while before and before[-1] in words("links"):
        before.pop()
    return Mention(family, is_denied, before[-1] if before else "")


def ascribed(text: str) -> frozenset[str]:
    """Return the families that a plain text names, without the writer's own feelings and those that it denies."""
    return frozenset(found.family for found in mentions(text) if found.holder != "i" and not found.is_denied)
