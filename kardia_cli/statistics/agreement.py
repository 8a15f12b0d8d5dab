"""Agreement of raters with its uncertainty: weighted kappa, alpha, ICC, Spearman, macro-F1, bootstrap intervals.

Pure functions over numbers. A missing rating is None or NaN. A statistic that is not defined for its data (no pairs,
no spread) is None, never NaN and never 0. Intervals draw whole clusters (dialogues), because the turns of one dialogue
are no independent sample (Miller 2024).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Ratings = Sequence[Any] | NDArray[Any]
    """Numbers, None or NaN for a missing one; or units × raters of them."""

Scale = Literal["nominal", "ordinal", "interval"]
RESAMPLES = 1000
UNDEFINED = 0.1
"""Share of the resamples that may leave a statistic undefined; above it there is no interval (not in the paper)."""
_Z = 1.959964
FLAT = 1e-12
"""A spread that is only rounding."""


class Interval(NamedTuple):
    """A statistic with the ends of its 95 % interval; each None where it is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None


def weighted_kappa(first: Ratings, second: Ratings, levels: Sequence[Hashable] | None = None) -> float | None:
    """Return Cohen's kappa with quadratic weights (Cohen 1968).

    Ratings are numbers, or any of the ordered `levels`, whose places then count. Pairs with a missing one are left
    out. None for no pairs, or where both give one and the same level throughout.
    """
    x, y = _pairs(_placed(first, levels), _placed(second, levels))
    if not x.size:
        return None
    chance = x.var() + y.var() + (x.mean() - y.mean()) ** 2
    return float(1 - ((x - y) ** 2).mean() / chance) if chance > FLAT else None


def krippendorff_alpha(units: Ratings, scale: Scale = "ordinal") -> float | None:
    """Return Krippendorff's alpha (2011) over units × raters, with any number of raters and any ratings missing.

    A unit with fewer than two ratings does not count. None where nothing can be paired or only one level occurs.
    """
    import numpy as np

    table = np.asarray(units, dtype=np.float64)
    if table.ndim != 2 or not table.size:
        return None
    given = ~np.isnan(table)
    table = table[given.sum(axis=1) >= 2]
    levels = np.unique(table[~np.isnan(table)])
    if len(levels) < 2:
        return None
    counts = (table[:, :, None] == levels).sum(axis=1).astype(np.float64)
    return _alpha(counts, levels, scale)


def _alpha(counts: Numbers, levels: Numbers, scale: Scale) -> float:
    """Return alpha from how often each unit has each level (units × levels)."""
    import numpy as np

    weights = 1 / (counts.sum(axis=1) - 1)
    coincidences = (counts * weights[:, None]).T @ counts - np.diag((counts * weights[:, None]).sum(axis=0))
    totals = coincidences.sum(axis=0)
    distance = _distance(totals, levels, scale)
    expected = (np.outer(totals, totals) - np.diag(totals)) / (totals.sum() - 1)
    return float(1 - (coincidences * distance).sum() / (expected * distance).sum())


def _distance(totals: Numbers, levels: Numbers, scale: Scale) -> Numbers:
    """Return the squared distance of each two levels: by kind, by the ratings between them, or by value."""
    import numpy as np

    if scale == "nominal":
        return 1 - np.eye(len(levels))
    place = np.cumsum(totals) - totals / 2 if scale == "ordinal" else levels
    return np.asarray(np.subtract.outer(place, place) ** 2, dtype=np.float64)


def icc(units: Ratings, kind: Literal["2,1", "3,1"] = "2,1") -> float | None:
    """Return the intraclass correlation of single ratings over units × raters (Shrout & Fleiss 1979).

    "2,1": raters are a sample, their level counts; "3,1": these raters only, consistency alone. Units with a missing
    rating are left out. None for fewer than two units or raters, or where nothing varies.
    """
    import numpy as np

    table = np.asarray(units, dtype=np.float64)
    if table.ndim != 2:
        return None
    table = table[~np.isnan(table).any(axis=1)]
    n, k = table.shape
    if n < 2 or k < 2:
        return None
    mean = table.mean()
    between = k * ((table.mean(axis=1) - mean) ** 2).sum() / (n - 1)
    raters = n * ((table.mean(axis=0) - mean) ** 2).sum() / (k - 1)
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0, keepdims=True) + mean
    error = (rest**2).sum() / ((n - 1) * (k - 1))
    spread = between + (k - 1) * error + (k * (raters - error) / n if kind == "2,1" else 0.0)
    return float((between - error) / spread) if spread > FLAT else None


def spearman(first: Ratings, second: Ratings) -> float | None:
    """Return Spearman's rank correlation, ties with their mean rank; None for under two pairs or a constant side."""
    import numpy as np

    x, y = _pairs(_placed(first, None), _placed(second, None))
    if x.size < 2:
        return None
    a, b = _ranks(x), _ranks(y)
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum() / spread) if spread > 0 else None


def _ranks(values: Any) -> Any:
    """Return ranks from 1, ties with their mean rank."""
    import numpy as np

    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[places]


def macro_f1(pairs: Iterable[tuple[Hashable, Hashable]], labels: Collection[Hashable] | None = None) -> float | None:
    """Return the unweighted mean of F1 over the labels in (gold, predicted) pairs; None for no pairs.

    As scikit-learn counts; but with `labels`, what is none of them is a miss and no class of its own.
    """
    known = [(gold, said) for gold, said in pairs]
    scores = []
    for label in dict.fromkeys(label for pair in known for label in pair if labels is None or label in labels):
        golds, saids = sum(gold == label for gold, _ in known), sum(said == label for _, said in known)
        scores.append(2 * sum(gold == label == said for gold, said in known) / (golds + saids))
    return sum(scores) / len(scores) if scores else None


def interval(
    statistic: Callable[[Any], float | None],
    units: Sequence[Sequence[Any]],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """Return the statistic over all items, with a percentile interval from redrawing whole units (clusters).

    A unit is a list of items; an item is a number or a tuple of numbers or words, all of one length. The statistic
    gets an array of items. There is no interval for fewer than two units, nor where more than a tenth of the redrawn
    sets leave the statistic undefined, nor where all of them give the same value: then redrawing says nothing of how
    sure it is.
    """
    import numpy as np

    units = [unit for unit in units if len(unit)]
    if not units:
        return Interval(None)
    items = np.asarray([item for unit in units for item in unit])
    value = statistic(items)
    if value is None or len(units) < 2:
        return Interval(value)
    drawn = [statistic(items[chosen]) for chosen in _redrawn([len(unit) for unit in units], seed, resamples)]
    known = [each for each in drawn if each is not None]
    if len(known) < (1 - UNDEFINED) * resamples or max(known) - min(known) < FLAT:
        return Interval(value)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high))


def paired_interval(differences: Sequence[Sequence[float]], *, seed: int = 0, resamples: int = RESAMPLES) -> Interval:
    """Return the mean of differences on the same items, given by cluster, with its 95 % interval."""
    return interval(mean, differences, seed=seed, resamples=resamples)


def share_interval(units: Sequence[Sequence[float]], *, seed: int = 0, resamples: int = RESAMPLES) -> Interval:
    """Return the share of ones among zeros and ones, given by cluster, with its 95 % interval.

    Where all are the same, redrawing would call them certain: then Wilson's interval (1927) with each cluster as one
    trial is used, so that no miss in 60 still allows for 6 %.
    """
    found = interval(mean, units, seed=seed, resamples=resamples)
    trials = sum(1 for unit in units if len(unit))
    if found.value is None or found.low is not None or FLAT < found.value < 1 - FLAT:
        return found
    reach = _Z**2 / (trials + _Z**2)
    return Interval(found.value, max(0.0, found.value - reach), min(1.0, found.value + reach))


def mean(values: Ratings) -> float | None:
    """Return the mean of the values that are there; None if there is none."""
    known = _placed(values, None)
    known = known[known == known]  # NaN is not equal to itself
    return float(known.mean()) if known.size else None


def _redrawn(sizes: Sequence[int], seed: int, resamples: int) -> Iterable[Any]:
    """Yield indices of the items of as many clusters as there are, drawn with replacement."""
    import numpy as np

    length = np.asarray(sizes)
    start = np.cumsum(length) - length
    rng = np.random.default_rng(seed)
    for _ in range(resamples):
        drawn = rng.integers(0, len(length), len(length))
        sizes_drawn = length[drawn]
        offset = start[drawn] - (np.cumsum(sizes_drawn) - sizes_drawn)
        yield np.repeat(offset, sizes_drawn) + np.arange(sizes_drawn.sum())


def _placed(ratings: Ratings, levels: Sequence[Hashable] | None) -> Numbers:
    """Return ratings as numbers, a missing one as NaN; with `levels`, the place of each among them."""
    import numpy as np

    if levels is None:
        return np.asarray(ratings, dtype=np.float64)
    place = {level: float(number) for number, level in enumerate(levels)}
    return np.asarray([None if each is None else place[each] for each in ratings], dtype=np.float64)


def _pairs(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    """Return both sides without the pairs in which one is missing."""
    import numpy as np

    if x.shape != y.shape:
        raise ValueError(f"{x.shape} and {y.shape} ratings cannot be paired")
    known = ~(np.isnan(x) | np.isnan(y))
    return x[known], y[known]
