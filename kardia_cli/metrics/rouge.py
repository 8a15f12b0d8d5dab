"""ROUGE-L of one reply against one reference (Lin 2004): the longest words that both have in the same order.

Own code: no stemming, any script. With the tokeniser `ascii` and beta 1 it is rouge-score's `rougeL` without its
stemmer; nlg-eval, which papers on emotional support use, takes beta 1.2 and cuts at spaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kardia_cli.metrics.tokens import Tokeniser, tokens

BETA = 1.0
"""Weight of recall against precision in F; 1: the harmonic mean."""


class RougeL(NamedTuple):
    """Precision (of the reply's words), recall (of the reference's) and F, each 0–1."""

    precision: float
    recall: float
    f: float


def rouge_l(reply: str, reference: str, *, how: Tokeniser = "words", beta: float = BETA) -> RougeL | None:
    """Return ROUGE-L of a reply; None if the reference has no token, 0 if the reply has none."""
    said, own = tokens(reply, how), tokens(reference, how)
    if not own:
        return None
    if not said:
        return RougeL(0.0, 0.0, 0.0)
    common = longest_common(said, own)
    precision, recall = common / len(said), common / len(own)
    weight = beta * beta
    f = (1 + weight) * precision * recall / (recall + weight * precision) if common else 0.0
    return RougeL(precision, recall, f)


def longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest common subsequence, by bits of one integer (Crochemore et al. 2001)."""
    places: dict[str, int] = {}
    for place, token in enumerate(first):
        places[token] = places.get(token, 0) | 1 << place
    full = (1 << len(first)) - 1
    row = full
    for token in second:
        matches = row & places.get(token, 0)
        row = (row + matches | row - matches) & full
    return len(first) - row.bit_count()
