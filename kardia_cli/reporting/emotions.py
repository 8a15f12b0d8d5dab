"""The emotion that a reply names against the dialogue's: macro-F1 with its interval, recall of each, confusions.

Counted as `kardia evaluate` does: classes are those of the 32 labels that occur as gold or as said; what is none of them,
or no label at all, is a miss and no class.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from kardia_cli import agreement
from kardia_cli.records import EMOTIONS

Pair = tuple[str, str]  # gold, said
NOTHING = "(none)"
_PLACE = {label: number for number, label in enumerate(EMOTIONS)}
_OTHER = len(EMOTIONS)


def macro_f1(codes: Any, weights: Any = None) -> float | None:
    """Unweighted mean of F1 over the labels that occur, from an array of n × 2 label numbers (32: none); None of nothing.

    `weights`: how often each row counts.
    """
    import numpy as np

    codes, size = np.asarray(codes, dtype=np.int64).reshape(-1, 2), _OTHER + 1
    table = np.bincount(codes[:, 0] * size + codes[:, 1], weights, minlength=size * size).reshape(size, size)
    golds, saids = table.sum(axis=1)[:_OTHER], table.sum(axis=0)[:_OTHER]
    occurs = golds + saids > 0
    if not occurs.any():
        return None
    return float((2 * np.diag(table)[:_OTHER][occurs] / (golds + saids)[occurs]).mean())


def coded(pairs: Sequence[Pair]) -> list[list[int]]:
    """Both labels of each pair by their place among the 32."""
    return [[_PLACE.get(label, _OTHER) for label in pair] for pair in pairs]


def f1_interval(pairs: Sequence[Pair], clusters: Sequence[Hashable], seeds: Sequence[int] | None) -> agreement.Interval:
    """Macro-F1 with its interval, see `_redrawn`."""
    codes = coded(pairs)
    return _redrawn(lambda weights: macro_f1(codes, weights), clusters, seeds)


def f1_difference(
    first: Sequence[Pair], second: Sequence[Pair], clusters: Sequence[Hashable], seeds: Sequence[int] | None
) -> agreement.Interval:
    """How much higher the second macro-F1 is on the same rows, with its interval, see `_redrawn`."""
    codes = coded(first), coded(second)

    def gap(weights: Any) -> float | None:
        one, other = (macro_f1(each, weights) for each in codes)
        return None if one is None or other is None else other - one

    return _redrawn(gap, clusters, seeds)


def _redrawn(
    statistic: Callable[[Any], float | None], clusters: Sequence[Hashable], seeds: Sequence[int] | None
) -> agreement.Interval:
    """The statistic with its 95 % percentile interval from 1,000 redraws of whole clusters, and of whole seeds where given.

    Seeds and clusters are drawn independently and a row counts by the product of both (Owen 2007). No interval for fewer
    than two clusters or seeds.
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
    low, high = np.quantile(drawn, [0.025, 0.975])
    return agreement.Interval(value, float(low), float(high))


def _numbered(names: Sequence[Hashable]) -> Any:
    import numpy as np

    places: dict[Hashable, int] = {}
    return np.asarray([places.setdefault(name, len(places)) for name in names], dtype=np.int64)


def by_cluster(items: Iterable[Any], clusters: Sequence[Hashable]) -> list[list[Any]]:
    """The items of each cluster, in the order in which clusters first occur."""
    found: dict[Hashable, list[Any]] = {}
    for item, cluster in zip(items, clusters, strict=True):
        found.setdefault(cluster, []).append(item)
    return list(found.values())


def confusions(pairs: Sequence[Pair]) -> list[list[Any]]:
    """[gold, said, how often] of everything that occurs, in the order of the labels; no label is said as `(none)`."""
    counts = Counter((gold, said or NOTHING) for gold, said in pairs)
    order = sorted(counts, key=lambda pair: (_place(pair[0]), _place(pair[1])))
    return [[gold, said, counts[gold, said]] for gold, said in order]


def _place(label: str) -> tuple[int, str]:
    return _PLACE.get(label, _OTHER), label
