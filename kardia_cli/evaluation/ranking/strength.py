"""Bradley-Terry: how strong each model is, from who beat whom (Bradley & Terry 1952).

The chance that i beats j is 1 / (1 + exp(s_j - s_i)); strengths are log odds with mean 0. A tie is half a win of each.
Half a win is added on each side of each pair: for one pair that is Jeffreys' prior, which takes off the first-order
bias (Firth 1993), and it keeps every strength finite. Where some models never lose to the rest, the data alone set no
bound: then there is no interval, and the table says so; nor is there one where all redraws are alike. Intervals redraw
whole clusters (Davison & Hinkley 1997), seeded.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

PRIOR = 0.5
"""Wins added on each side of each pair."""
RESAMPLES = 1000
_STEPS, _CLOSE, _LONGEST = 100, 1e-12, 2.0
_ALIKE = 1e-9
"""Redrawn strengths that differ by less say nothing of how sure they are."""


class Strength(NamedTuple):
    """A model's strength with its 95 % interval (None: none can be given), and a note on what sets it apart."""

    value: float
    low: float | None = None
    high: float | None = None
    note: str = ""


class Match(NamedTuple):
    """Two models by number, the first one's share of the win (1, 0.5 for a tie, 0), and what it clusters with."""

    first: int
    second: int
    value: float
    cluster: Hashable


def strengths(matches: Sequence[Match], models: int, *, seed: int = 0, resamples: int = RESAMPLES) -> list[Strength]:
    """The strength of each model; without any match all are 0 and have no interval."""
    import numpy as np

    by_cluster = _wins(matches, models)
    total = by_cluster.sum(axis=0)
    values = fitted(total)
    notes = unbounded(total)
    if len(by_cluster) < 2 or any(notes):
        return [Strength(float(value), note=note) for value, note in zip(values, notes, strict=True)]
    rng = np.random.default_rng(seed)
    count = len(by_cluster)
    drawn = [
        fitted(np.tensordot(np.bincount(rng.integers(0, count, count), minlength=count), by_cluster, axes=1))
        for _ in range(resamples)
    ]
    low, high = np.quantile(np.asarray(drawn), [0.025, 0.975], axis=0)
    alike = np.ptp(np.asarray(drawn), axis=0) < _ALIKE
    return [
        Strength(float(v), note="every redraw gives the same: no interval")
        if same
        else Strength(float(v), float(a), float(b))
        for v, a, b, same in zip(values, low, high, alike, strict=True)
    ]


def fitted(wins: Numbers, prior: float = PRIOR) -> Numbers:
    """The strengths (mean 0) that make these wins most likely; `wins[i, j]` is how often i beat j.

    Newton's method on the concave likelihood, with steps of at most 2; `prior` 0 needs wins that set a bound.
    """
    import numpy as np

    models = len(wins)
    wins = wins + prior * (1 - np.eye(models))
    games, won = wins + wins.T, wins.sum(axis=1)
    found = np.zeros(models)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(found[None, :] - found[:, None]))
        gradient = won - (games * chance).sum(axis=1)
        weight = games * chance * (1 - chance)
        curvature = np.diag(weight.sum(axis=1)) - weight + 1 / models
        step = np.linalg.solve(curvature, gradient)
        step -= step.mean()
        longest = float(np.abs(step).max())
        found = found + step * min(1.0, _LONGEST / max(longest, _CLOSE))
        if longest < _CLOSE:
            break
    return np.asarray(found - found.mean(), dtype=np.float64)


def unbounded(wins: Numbers) -> list[str]:
    """For each model what the wins leave open: empty where every model can be reached from every other by wins.

    That is Ford's condition (1957), without which no strengths are the most likely ones.
    """
    import numpy as np

    models = len(wins)
    reach = (wins > 0) | np.eye(models, dtype=bool)
    for middle in range(models):
        reach |= reach[:, middle : middle + 1] & reach[middle : middle + 1, :]
    together = reach & reach.T
    if together.all():
        return [""] * models
    return [_left_open(reach, at) for at in range(models)]


def _left_open(reach: NDArray[np.bool_], at: int) -> str:
    """Of one model among several that are not bound together."""
    never_lost_to = ~reach[:, at]
    never_won_against = ~reach[at, :]
    if never_lost_to.any() and not never_won_against.any():
        return "never lost to the rest: no upper bound"
    if never_won_against.any() and not never_lost_to.any():
        return "never won against the rest: no lower bound"
    return "no bound: some models always won"


def _wins(matches: Sequence[Match], models: int) -> Numbers:
    """Wins by cluster (clusters × models × models)."""
    import numpy as np

    clusters = {cluster: at for at, cluster in enumerate(dict.fromkeys(match.cluster for match in matches))}
    found = np.zeros((len(clusters), models, models))
    for match in matches:
        at = clusters[match.cluster]
        found[at, match.first, match.second] += match.value
        found[at, match.second, match.first] += 1 - match.value
    return found
