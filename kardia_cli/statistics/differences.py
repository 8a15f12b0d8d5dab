"""The difference of two models on the same rows: its size, its p value, and what could have been found.

A difference is taken row by row, so what makes a row hard for both falls out; its interval is that of a mean of
differences (`estimates`). Over several criteria the p values are Holm's (1979). The choice is not in the paper.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Literal, NamedTuple

from kardia_cli.statistics import student
from kardia_cli.statistics.estimates import FLAT, spread

POWER = 0.8
ALPHA = 0.05
Verdict = Literal["better", "worse", "tied", "too few"]


class Difference(NamedTuple):
    """Second less first; `p` two-sided, `p_holm` after Holm; `detectable` is found in four of five such comparisons."""

    value: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    detectable: float | None
    n: int
    clusters: int


def paired_difference(
    first: Sequence[float],
    second: Sequence[float],
    clusters: Sequence[Hashable],
    *,
    seeds: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> Difference:
    """Return the mean of second less first over rows that both have, with Student's interval over clusters.

    Two runs that say the same everywhere have difference 0, interval [0, 0] and p 1. For fewer than two clusters (or
    seeds), or where every row differs by the same amount, there is no interval. Raises `ValueError` where lengths
    differ.
    """
    if len(first) != len(second):
        raise ValueError("a pair needs a value of both")
    if not len(first):
        return Difference(None, None, None, None, None, None, 0, 0)
    found = spread([b - a for a, b in zip(first, second, strict=True)], clusters, seeds)
    size = (len(first), found.clusters)
    if found.error is None:
        return Difference(found.mean, None, None, None, None, None, *size)
    if found.error == 0 and abs(found.mean) <= FLAT:
        return Difference(0.0, 0.0, 0.0, 1.0, None, None, *size)
    if found.error == 0:
        return Difference(found.mean, None, None, None, None, None, *size)
    reach = student.quantile((1 + level) / 2, found.freedom) * found.error
    least = (student.quantile(1 - ALPHA / 2, found.freedom) + student.quantile(POWER, found.freedom)) * found.error
    p = student.two_sided(found.mean / found.error, found.freedom)
    return Difference(found.mean, found.mean - reach, found.mean + reach, p, None, least, *size)


def holm(differences: Mapping[str, Difference]) -> dict[str, Difference]:
    """Return the differences with `p_holm`: p values adjusted for all of these comparisons (Holm's step-down)."""
    tested = sorted((given.p, name) for name, given in differences.items() if given.p is not None)
    adjusted: dict[str, float] = {}
    highest = 0.0
    for rank, (p, name) in enumerate(tested):
        highest = max(highest, min(1.0, p * (len(tested) - rank)))
        adjusted[name] = highest
    return {name: given._replace(p_holm=adjusted.get(name)) for name, given in differences.items()}


def verdict(difference: Difference, alpha: float = ALPHA) -> Verdict:
    """Return "better" or "worse" (the second is higher or lower), "tied", or "too few" rows to tell.

    Goes by `p_holm`, or by `p` where only one thing was compared.
    """
    p = difference.p if difference.p_holm is None else difference.p_holm
    if p is None or difference.value is None:
        return "too few"
    if p >= alpha:
        return "tied"
    return "better" if difference.value > 0 else "worse"
