"""The 32 feelings of the offline speaker, and how its supporter tells them apart from words alone.

Reading is leftmost-longest matching of each feeling's signs (words and phrases of one to five words), summed over what
the seeker wrote. It is a lexicon, not a model: it reads its own seeker well and real people moderately.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from kardia_cli.offline.phrases import table
from kardia_cli.rows import labels

_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z]+)*")
_NEGATION = re.compile(r"not?|never|hardly|without|\w+n't")
_LONGEST_SIGN = 5
_SITUATION_WEIGHT = 0.4  # the seeker's own words count more than the situation, which they retell anyway


class Feeling(NamedTuple):
    """The phrases of one of the 32 emotions (data/offline/speaker/feelings.toml says what each is for)."""

    tone: str
    """dark (troubles), bright (good news) or mixed (tender or startled, may be either)."""
    family: str
    signs: list[str]
    cues: list[str]
    named: list[str]
    why: list[str]


@cache
def feelings() -> dict[str, Feeling]:
    """Return the phrases of each emotion."""
    data = table("speaker/feelings")
    tones = {family: tone for tone, families in data["tones"].items() for family in families}
    found = {}
    for name in labels.load(labels.DEFAULT).labels:
        entry = data["feelings"][name]
        signs = [" ".join(words(sign)) for sign in entry["signs"].split(",")]
        found[name] = Feeling(tone=tones[entry["family"]], **{**entry, "signs": signs})
    return found


def words(text: str) -> list[str]:
    """Return the lower-cased words of a text, typographic apostrophes made plain."""
    return _WORD.findall(text.lower().replace("\u2019", "'"))


def read_signs(text: str) -> dict[str, float]:
    """Return the weight of each emotion with signs in the text; a longer sign weighs more, a negated word nothing."""
    tokens = words(text)
    lexicon = _lexicon()
    found: dict[str, float] = {}
    at = 0
    while at < len(tokens):
        signs = lexicon.get(tokens[at], {})
        for length in range(min(_LONGEST_SIGN, len(tokens) - at) if signs else 0, 0, -1):
            names = signs.get(" ".join(tokens[at : at + length]))
            if names and not (length == 1 and at and _NEGATION.fullmatch(tokens[at - 1])):
                for name in names:
                    found[name] = found.get(name, 0.0) + (0.4 + 0.6 * length) / len(names)
                at += length
                break
        else:
            at += 1
    return found


@cache
def _lexicon() -> dict[str, dict[str, list[str]]]:
    """Return the emotions that each sign stands for, by the sign's first word; most words of a text begin none."""
    lexicon: dict[str, dict[str, list[str]]] = {}
    for name, feeling in feelings().items():
        for sign in feeling.signs:
            lexicon.setdefault(sign.split()[0], {}).setdefault(sign, []).append(name)
    return lexicon


def infer(seeker_texts: Iterable[str], situation: str) -> str:
    """Return the emotion that the seeker's words and the situation speak of most."""
    totals: dict[str, float] = {}
    for text, weight in [*((text, 1.0) for text in seeker_texts), (situation, _SITUATION_WEIGHT)]:
        for name, value in read_signs(text).items():
            totals[name] = totals.get(name, 0.0) + weight * value
    return max(totals, key=lambda name: totals[name], default="sad")


def contrary(emotion: str, rng: random.Random) -> str:
    """Draw an emotion that cannot be taken for this one: of another tone, and of another family."""
    tone = feelings()[emotion].tone
    return rng.choice([name for name, other in feelings().items() if other.tone not in ("mixed", tone)])
