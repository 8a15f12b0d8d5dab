"""The biographer: a short About in a person's own words, a signature, and the quotes that prove them.

It invents nothing: every sentence of the About is one of the posts' own first-person statements, so each is its own
quote. Statements about personality types, links, and anything of self-harm are left aside.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

import orjson

from kardia_cli.offline.speaker.details import upper_first
from kardia_cli.offline.speaker.spoken import Spoken, size

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_TELLING = re.compile(
    r"^(?:I (?:live|work|study|love|like|enjoy|play|write|read|have|grew|spend|teach|make|collect|hate|prefer|want|"
    r"need|think|feel|find|tend|usually|always|never|often|am|was|used)|I'm|I've|I am|My )\b"
)
_PLAIN_LIFE = re.compile(
    r"\bI(?:'m| am) an? |\b(?:live|work|study|play|love|enjoy|grew up|years old)\b|"
    r"\bmy (?:wife|husband|son|daughter|dog|cat|job)\b"
)
_LEFT_OUT = re.compile(
    r"https?:|www\.|[@<>{}\[\]|]|:\w+:|\.\.|…|x9[1-7]|\d{4,}|\b[EI][NS][FT][JP]s?\b|\btypes?\b|\bthread\b|"
    r"\bpost(?:s|ed|ing)?\b|"
    r"\b(?:suicid\w*|self-harm\w*|kill(?:ed|ing)? (?:my|him|her|them)\w*|die|died|dead|sex\w*|fuck\w*|shit\w*)\b",
    re.IGNORECASE,
)
_FEWEST, _MOST = 5, 28
_ABOUT_WORDS = 60


def profile(facts: Mapping[str, Any], rng: random.Random) -> Spoken:
    """JSON {"about", "signature", "quotes"}; all empty where the posts hold nothing that can be used."""
    posts = [str(post) for post in facts.get("posts") or []]
    told = _chosen(_statements(posts), rng)
    about = " ".join(upper_first(quote if quote[-1] in ".!?" else quote + ".") for quote in told)
    record = {"about": about, "signature": _signature(posts, told, rng), "quotes": told}
    return Spoken(orjson.dumps(record).decode())


def _sentences(posts: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for post in posts:
        for match in _SENTENCE.finditer(post):
            sentence = match[0].strip()
            cut_off = post.rstrip().endswith(("...", "…")) and match.end() >= len(post.rstrip()) - 3
            if sentence and not cut_off and not _LEFT_OUT.search(sentence) and sentence.count('"') % 2 == 0:
                found[sentence] = None
    return list(found)


def _statements(posts: list[str]) -> list[str]:
    """Whole first-person sentences, verbatim, of a size that an About can hold."""
    return [
        sentence
        for sentence in _sentences(posts)
        if _TELLING.match(sentence) and _FEWEST <= size(sentence) <= _MOST and not sentence.endswith("?")
    ]


def _chosen(statements: list[str], rng: random.Random) -> list[str]:
    """Two or three of them, those about daily life first."""
    ranked = sorted(rng.sample(statements, len(statements)), key=lambda line: not _PLAIN_LIFE.search(line))
    chosen: list[str] = []
    for line in ranked:
        if len(chosen) < 3 and size(" ".join([*chosen, line])) <= _ABOUT_WORDS:
            chosen.append(line)
    return chosen


def _signature(posts: list[str], told: list[str], rng: random.Random) -> str:
    """A short phrase of the person's own, word for word, which the About does not use."""
    short = [line.rstrip(".") for line in _sentences(posts) if 3 <= size(line) <= 10 and line not in told]
    calm = [line for line in short if not line.endswith("?") and line[:1].isupper()]
    return rng.choice(calm or short) if short else ""
