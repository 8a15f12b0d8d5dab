"""The feelings that the offline judge knows: families, their kinship, and how a text names one.

The words are in scorer_feelings_dark.py and scorer_feelings_bright.py. A family has a valence; a named feeling is held
against a reply only where its valence is the clear opposite of what the person shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from kardia_cli.offline.judge.feelings_bright import BRIGHT
from kardia_cli.offline.judge.feelings_dark import DARK


class Family(NamedTuple):
    """One family of feelings: -1 hard, 0 mixed, 1 good; its words and its idioms as they stand in the word files."""

    valence: int
    words: str
    idioms: str


class Idiom(NamedTuple):
    """The words of an idiom after its first one, and the family that it names."""

    rest: tuple[str, ...]
    family: str


MIXED = frozenset(["surprise", "nostalgia"])
"""Families that go with good and with hard things."""

FEELINGS: dict[str, Family] = {name: Family(-1, *lists) for name, lists in DARK.items()} | {
    name: Family(0 if name in MIXED else 1, *lists) for name, lists in BRIGHT.items()
}

TIES = frozenset(["love", "trust", "hope", "confidence"])
"""Good feelings that live beside hard ones (love in grief, courage in fear): never the opposite of a dark mood."""

KIN: tuple[str, ...] = (
    # families that may stand for one another when a reply names a feeling
    "fear worry confusion weariness",
    "sadness hurt disappointment loneliness nostalgia",
    "anger irritation disgust hurt envy",
    "shame guilt disappointment worry",
    "joy excitement pride gratitude admiration surprise hope",
    "envy sadness disappointment",
    "calm confidence trust love gratitude joy hope pride",
    "admiration love gratitude pride",
    "excitement hope worry confidence",
    "nostalgia love joy",
    "nostalgia sadness love",
    "surprise fear",
    "weariness sadness worry",
    "irritation weariness disappointment worry",
    "surprise hurt disappointment",
    "love worry sadness",
)

EMOTION_FAMILY: dict[str, str] = {
    # the 32 labels of records.EMOTIONS
    "afraid": "fear",
    "angry": "anger",
    "annoyed": "irritation",
    "anticipating": "excitement",
    "anxious": "worry",
    "apprehensive": "worry",
    "ashamed": "shame",
    "caring": "love",
    "confident": "confidence",
    "content": "calm",
    "devastated": "sadness",
    "disappointed": "disappointment",
    "disgusted": "disgust",
    "embarrassed": "shame",
    "excited": "excitement",
    "faithful": "trust",
    "furious": "anger",
    "grateful": "gratitude",
    "guilty": "guilt",
    "hopeful": "hope",
    "impressed": "admiration",
    "jealous": "envy",
    "joyful": "joy",
    "lonely": "loneliness",
    "nostalgic": "nostalgia",
    "prepared": "confidence",
    "proud": "pride",
    "sad": "sadness",
    "sentimental": "nostalgia",
    "surprised": "surprise",
    "terrified": "fear",
    "trusting": "trust",
}

GAP = 3
"""Most words between two words of an idiom."""

_OF_WORD: dict[str, str] = {word: name for name, family in FEELINGS.items() for word in family.words.split()}


def _by_first_word() -> dict[str, list[Idiom]]:
    table: dict[str, list[Idiom]] = {}
    for name, family in FEELINGS.items():
        for idiom in family.idioms.split():
            head, *rest = idiom.split("+")
            table.setdefault(head, []).append(Idiom(tuple(rest), name))
    return table


_IDIOMS = _by_first_word()


def _written(word: str) -> Iterator[str]:
    """The ways in which the word files may hold a word: itself, or a beginning and a star."""
    yield word
    for end in range(len(word), 2, -1):
        yield f"{word[:end]}*"


@lru_cache(maxsize=8192)
def family_of(word: str) -> str:
    """The family that a single word names; empty where it names none."""
    return next((_OF_WORD[form] for form in _written(word) if form in _OF_WORD), "")


@lru_cache(maxsize=8192)
def _idioms_from(word: str) -> tuple[Idiom, ...]:
    return tuple(idiom for form in _written(word) for idiom in _IDIOMS.get(form, ()))


def idioms_at(tokens: Sequence[str], at: int) -> list[str]:
    """Families of the idioms that begin with the word at `at`."""
    return [idiom.family for idiom in _idioms_from(tokens[at]) if _goes_on(tokens, at, idiom.rest)]


def _goes_on(tokens: Sequence[str], at: int, rest: tuple[str, ...]) -> bool:
    for part in rest:
        for here in range(at + 1, min(len(tokens), at + 2 + GAP)):
            if _same(tokens[here], part):
                at = here
                break
        else:
            return False
    return True


def _same(word: str, part: str) -> bool:
    return word.startswith(part[:-1]) if part[-1] == "*" else word == part
