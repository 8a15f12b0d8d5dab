"""The emotion that a reply names against the dialogue's: macro-F1 with its interval, recall of each, confusions.

Counted as `kardia evaluate` does: classes are those of the label set (`known`) that occur as gold or as said; what is
none of them, or no label at all, is a miss and no class.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from kardia_cli.statistics import agreement, student
from kardia_cli.statistics.estimates import FLAT

Pair = tuple[str, str]  # gold, said
NOTHING = "(none)"


def macro_f1(codes: Any, count: int, weights: Any = None) -> float | None:
    """Unweighted mean of F1 over the labels that occur, from an array of `coded` pairs; None of nothing.

    `count`: labels that there are; `weights`: how often each row counts.
    """
    import numpy as np

    size = count + 1
    table = np.bincount(codes, weights, minlength=size * size).reshape(size, size)
    golds, saids = table.sum(axis=1)[:count], table.sum(axis=0)[:count]
    occurs = golds + saids > 0
    if not occurs.any():
        return None
    return float((2 * np.diag(table)[:count][occurs] / (golds + saids)[occurs]).mean())


def coded(pairs: Sequence[Pair], known: Sequence[str]) -> Any:
    """Return each pair as its cell's number in a table of the labels and "none of them" (rows: gold)."""
    import numpy as np

    place, other = {label: number for number, label in enumerate(known)}, len(known)
    cells = (place.get(gold, other) * (other + 1) + place.get(said, other) for gold, said in pairs)
    return np.fromiter(cells, dtype=np.int64, count=len(pairs))


def f1_interval(
    pairs: Sequence[Pair], known: Sequence[str], clusters: Sequence[Hashable], seeds: Sequence[int] | None
) -> agreement.Interval:
    """Macro-F1 with its interval, see `_redrawn`."""
    codes = coded(pairs, known)
    return _within(0.0, 1.0, _redrawn(lambda weights: macro_f1(codes, len(known), weights), clusters, seeds))


def f1_difference(
    first: Sequence[Pair],
    second: Sequence[Pair],
    known: Sequence[str],
    clusters: Sequence[Hashable],
    seeds: Sequence[int] | None,
) -> agreement.Interval:
    """Return the difference of two macro-F1 on the same rows with its interval, see `_redrawn`."""
    codes = coded(first, known), coded(second, known)

    def gap(weights: Any) -> float | None:
        one, other = (macro_f1(each, len(known), weights) for each in codes)
        return None if one is None or other is None else other - one

    if bool((codes[0] == codes[1]).all()):  # the same said everywhere, as in `statistics.paired_difference`
        return agreement.Interval(gap(None), *((0.0, 0.0) if len(set(clusters)) > 1 else ()))
    return _within(-1.0, 1.0, _redrawn(gap, clusters, seeds))


def _within(least: float, most: float, found: agreement.Interval) -> agreement.Interval:
    if found.low is None or found.high is None:
        return found
    return found._replace(low=max(least, found.low), high=min(most, found.high))


def _redrawn(
    statistic: Callable[[Any], float | None], clusters: Sequence[Hashable], seeds: Sequence[int] | None
) -> agreement.Interval:
    """Return the statistic with a 95 % interval: Student's, from 1,000 redraws of whole clusters and seeds.

    Seeds and clusters are drawn independently and a row counts by the product of both (Owen 2007). As for a mean the
    degrees of freedom are one less than the smaller number: the percentiles of the redraws know nothing of few seeds,
    and of three they held the truth in 80 to 90 of 100 simulated sets. No interval for fewer than two clusters or
    seeds, nor without spread.
    """
    import numpy as np

    value, axes = statistic(None), [_numbered(axis) for axis in (clusters, seeds) if axis is not None]
    counts = [int(axis.max()) + 1 if axis.size else 0 for axis in axes]
    if value is None or min(counts) < 2:
        return agreement.Interval(value)
    draw, drawn = np.random.default_rng(0), []
    for _ in range(agreement.RESAMPLES):
        weights = np.ones(len(clusters))
        for axis, count in zip(axes, counts, strict=True):
            weights *= np.bincount(draw.integers(0, count, count), minlength=count)[axis]
        found = statistic(weights)
        drawn += [] if found is None else [found]
    least = min(counts)
    error = float(np.std(drawn, ddof=1)) * (least / (least - 1)) ** 0.5  # a redraw's spread falls short by that much
    if error <= FLAT:
        return agreement.Interval(value)
    reach = student.quantile(0.975, least - 1) * error
    return agreement.Interval(value, value - reach, value + reach)


def _numbered(names: Sequence[Hashable]) -> Any:
    import numpy as np

    places: dict[Hashable, int] = {}
    return np.asarray([places.setdefault(name, len(places)) for name in names], dtype=np.int64)


def confusions(pairs: Sequence[Pair], known: Sequence[str]) -> list[list[Any]]:
    """Return [gold, said, count] of all pairs that occur, in the order of the labels; no label is `(none)`."""
    counts = Counter((gold, said or NOTHING) for gold, said in pairs)
    place = {label: number for number, label in enumerate(known)}
    order = sorted(counts, key=lambda pair: [(place.get(label, len(place)), label) for label in pair])
    return [[gold, said, counts[gold, said]] for gold, said in order]
