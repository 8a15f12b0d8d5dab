"""The biographer: a short About in a person's own words, a signature, and the quotes that prove them.

It invents nothing: every sentence of the About is one of the posts' own first-person statements, so each is its own
quote. Statements about personality types, links, and anything of self-harm are left aside.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from kardia_cli.offline.phrases import table
from kardia_cli.offline.speaker.scene import as_json, size, upper_first
from kardia_cli.rows.request import Reply

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_FEWEST, _MOST = 5, 28
_ABOUT_WORDS = 60


def profile(facts: Mapping[str, Any], rng: random.Random) -> Reply:
    """Return JSON {"about", "signature", "quotes"}; all empty if the posts hold nothing that can be used."""
    posts = [str(post) for post in facts.get("posts") or []]
    sentences = _sentences(posts)
    quotes = _chosen(sentences, rng)
    about = " ".join(upper_first(quote if quote[-1] in ".!?" else quote + ".") for quote in quotes)
    return as_json({"about": about, "signature": _signature(sentences, quotes, rng), "quotes": quotes})


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(table("speaker/reading")["profile"][name]))


def _sentences(posts: list[str]) -> list[str]:
    """Return the usable sentences of all posts, verbatim, each once."""
    found: dict[str, None] = {}
    for post in posts:
        for match in _SENTENCE.finditer(post):
            sentence = match[0].strip()
            cut_off = post.rstrip().endswith(("...", "…")) and match.end() >= len(post.rstrip()) - 3
            whole = sentence and not cut_off and sentence.count('"') % 2 == 0
            if whole and not _pattern("left_out").search(sentence):
                found[sentence] = None
    return list(found)


def _chosen(sentences: list[str], rng: random.Random) -> list[str]:
    """Return two or three first-person statements of a fitting size, those about daily life first."""
    statements = [
        sentence
        for sentence in sentences
        if _pattern("telling").search(sentence) and _FEWEST <= size(sentence) <= _MOST and not sentence.endswith("?")
    ]
    ranked = sorted(rng.sample(statements, len(statements)), key=lambda line: not _pattern("plain").search(line))
    chosen: list[str] = []
    for line in ranked:
        if len(chosen) < 3 and size(" ".join([*chosen, line])) <= _ABOUT_WORDS:
            chosen.append(line)
    return chosen


def _signature(sentences: list[str], quotes: list[str], rng: random.Random) -> str:
    """Return a short phrase of the person's own, word for word, which the About does not use."""
    short = [line.rstrip(".") for line in sentences if 3 <= size(line) <= 10 and line not in quotes]
    calm = [line for line in short if not line.endswith("?") and line[:1].isupper()] or short
    return rng.choice(calm) if calm else ""
