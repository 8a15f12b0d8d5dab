"""The 32 feelings of the offline speaker, and how its supporter tells them apart from words alone.

Reading is leftmost-longest matching of the feelings' own signs and cue sentences, summed over what the seeker wrote.
It is a lexicon, not a model: it reads its own seeker well and real people moderately.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from functools import cache

from kardia_cli.offline.speaker.words import anger, fear, joy, readiness, shame, sorrow, warmth
from kardia_cli.offline.speaker.words.shape import Feeling, Tone, word_set
from kardia_cli.rows.records import EMOTIONS

_TABLES = (anger, fear, joy, readiness, shame, sorrow, warmth)
FEELINGS: dict[str, Feeling] = {name: feeling for table in _TABLES for name, feeling in table.FEELINGS.items()}

_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z]+)*")
_NEGATIONS = word_set("not no never isn't wasn't aren't don't didn't hardly can't couldn't won't without nor neither")
_LONGEST_SIGN = 5
_CLEARLY = 1.5  # weight of signs at which a reply speaks of a feeling beyond doubt
_SITUATION_WEIGHT = 0.4  # the seeker's own words count more than the situation, which they retell anyway
_BRIGHT = word_set("good great best love loved won win new fun glad nice beautiful perfect finally birthday wedding")
_DARK = word_set("bad lost lose broke hurt die accident ill cancer fired alone hard wrong problem failed leave left")


def words(text: str) -> list[str]:
    """Lower-cased words, typographic apostrophes made plain."""
    return _WORD.findall(text.lower().replace("\u2019", "'"))


def read_signs(text: str) -> dict[str, float]:
    """Weight of each emotion whose signs the text holds; a longer sign weighs more, a negated word nothing."""
    tokens = words(text)
    lexicon, beginnings = _lexicon(), _beginnings()
    found: dict[str, float] = {}
    at = 0
    while at < len(tokens):
        if tokens[at] not in beginnings:
            at += 1
            continue
        for length in range(min(_LONGEST_SIGN, len(tokens) - at), 0, -1):
            names = lexicon.get(" ".join(tokens[at : at + length]))
            if names and not (length == 1 and at and tokens[at - 1] in _NEGATIONS):
                for name in names:
                    found[name] = found.get(name, 0.0) + (0.4 + 0.6 * length) / len(names)
                at += length
                break
        else:
            at += 1
    return found


@cache
def _lexicon() -> dict[str, tuple[str, ...]]:
    """Sign, as words joined by a space, to the emotions that it stands for."""
    lexicon: dict[str, tuple[str, ...]] = {}
    for name in EMOTIONS:
        for sign in FEELINGS[name].signs.split(","):
            key = " ".join(words(sign))
            if key:
                lexicon[key] = (*lexicon.get(key, ()), name)
    return lexicon


@cache
def _beginnings() -> frozenset[str]:
    """First words of all signs; most words of a text begin none."""
    return frozenset(key.split()[0] for key in _lexicon())


def infer(seeker_texts: Iterable[str], situation: str) -> str:
    """The emotion that the seeker's words and the situation speak of most; never told the gold label."""
    totals: dict[str, float] = {}
    for text, weight in [*((text, 1.0) for text in seeker_texts), (situation, _SITUATION_WEIGHT)]:
        for name, value in read_signs(text).items():
            totals[name] = totals.get(name, 0.0) + weight * value
    if not totals:
        return _by_plain_words(situation)
    return max(totals, key=lambda name: totals[name])


def _by_plain_words(text: str) -> str:
    found = set(words(text))
    bright, dark = len(found & _BRIGHT), len(found & _DARK)
    if bright > dark:
        return "joyful"
    return "sad" if dark > bright else "anxious"


def tone_of(emotion: str) -> Tone:
    """dark, bright or mixed."""
    return FEELINGS[emotion].tone


def contrary(emotion: str, rng: random.Random) -> str:
    """Another emotion that nobody would take for this one: of another family and, where it can be, another tone."""
    own = FEELINGS[emotion]
    others = [name for name in EMOTIONS if FEELINGS[name].family != own.family and FEELINGS[name].tone != "mixed"]
    if own.tone != "mixed":
        others = [name for name in others if FEELINGS[name].tone != own.tone]
    return rng.choice(others)


def sounds_wrong(reply: str, emotion: str) -> bool:
    """Whether a supporter's reply speaks of a feeling of the other tone than the seeker's."""
    weights = {"dark": 0.0, "bright": 0.0, "mixed": 0.0}
    for name, weight in read_signs(reply).items():
        weights[FEELINGS[name].tone] += weight
    own = FEELINGS[emotion].tone
    other = "dark" if own == "bright" else "bright"
    return own != "mixed" and weights[own] == 0 and weights[other] >= _CLEARLY
