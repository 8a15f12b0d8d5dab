"""Dist-n (Li et al. 2016): different n-grams over all n-grams of a set of replies. Shrinks as the set grows.

So a ratio is always given with its N (n-grams counted) and its tokeniser, and systems are compared at one N: whole
replies are drawn in an order that the seed fixes until N n-grams are there, and the mean over some draws is given (not
in the paper). Papers print it times 100 at their own N; LEMPEx divides by the mean length and is no Dist at all.
n-grams never cross a reply.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kardia_cli.metrics.tokens import Tokeniser, tokens

DRAWS = 20
Grams = list[tuple[str, ...]]


class Distinct(NamedTuple):
    """Different n-grams of all `total` ones, at this order, from so many replies, by this tokeniser."""

    order: int
    different: int
    total: int
    replies: int
    tokeniser: str

    @property
    def ratio(self) -> float | None:
        """Different n-grams of all, 0–1; None if there is no n-gram."""
        return self.different / self.total if self.total else None


class Fixed(NamedTuple):
    """Dist at a fixed number `total` of n-grams: the mean over draws, 0–1; None where the system has fewer n-grams."""

    ratio: float | None
    total: int
    draws: int
    seed: int


def distinct(replies: Sequence[str], order: int, *, how: Tokeniser = "words") -> Distinct:
    """Return Dist of all replies together (no mean over replies); empty replies add nothing."""
    grams = [gram for reply in replies for gram in ngrams(tokens(reply, how), order)]
    return Distinct(order, len(set(grams)), len(grams), len(replies), how)


def ngrams(words: Sequence[str], order: int) -> Grams:
    """Return all n-grams of one reply, in order."""
    return [tuple(words[start : start + order]) for start in range(len(words) - order + 1)]


def fixed(
    systems: Mapping[str, Sequence[str]],
    order: int,
    *,
    how: Tokeniser = "words",
    total: int = 0,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Fixed]:
    """Return Dist of each system at one N: `total` n-grams, or (0) as many as the system with the fewest has.

    Systems without any n-gram do not lower N and get None. Systems with equally many replies are drawn in the same
    order, so the same rows are compared. A system that has exactly N n-grams is counted whole, whatever the draw.
    """
    cut = {name: [ngrams(tokens(reply, how), order) for reply in replies] for name, replies in systems.items()}
    sizes = {name: sum(map(len, replies)) for name, replies in cut.items()}
    wanted = total or min((size for size in sizes.values() if size), default=0)
    found = {}
    for name, replies in cut.items():
        enough = 0 < wanted <= sizes[name]
        values = [_drawn(replies, wanted, random.Random(f"{seed}/{draw}")) for draw in range(draws)] if enough else []
        found[name] = Fixed(sum(values) / draws if values else None, wanted, draws, seed)
    return found


def _drawn(replies: Sequence[Grams], wanted: int, chance: random.Random) -> float:
    """Return Dist of the first `wanted` n-grams of the replies in a random order."""
    order = list(range(len(replies)))
    chance.shuffle(order)
    taken: Grams = []
    for place in order:
        taken += replies[place]
        if len(taken) >= wanted:
            break
    return len(set(taken[:wanted])) / wanted
