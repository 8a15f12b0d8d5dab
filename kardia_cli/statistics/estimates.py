"""A mean with its interval, where rows of one cluster are alike.

The variance is the cluster-robust one of a regression on a constant (Liang and Zeger 1986, with G / (G - 1)); with
seeds too, rows are clustered two ways (Cameron, Gelbach and Miller 2011). The interval is Student's with as many
degrees of freedom as the smaller number of clusters less one, so three seeds give a wide one: that is what three seeds
are worth.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from kardia_cli.statistics import student

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


FLAT = 1e-12
"""A spread that is only rounding, beside values of about 1 (beside larger ones, so many times more)."""


class Estimate(NamedTuple):
    """A figure, the ends of its interval, and what it rests on; None is "not known"."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    clusters: int


class Spread(NamedTuple):
    """A mean, its standard error and degrees of freedom (None and 0 for fewer than two clusters)."""

    mean: float
    error: float | None
    freedom: int
    clusters: int


def mean_estimate(
    values: Sequence[float],
    clusters: Sequence[Hashable],
    *,
    level: float = 0.95,
    seeds: Sequence[Hashable] | None = None,
) -> Estimate:
    """Return the mean of the values with its interval at `level`; value and ends are None for no values.

    `clusters` and `seeds` name the cluster and the training seed of each value. There is no interval for fewer than
    two clusters (or seeds), nor where all values are the same: then they do not say how sure they are. Raises
    `ValueError` where lengths differ.
    """
    if not len(values):
        return Estimate(None, None, None, 0, 0)
    found = spread(values, clusters, seeds)
    if not found.error:
        return Estimate(found.mean, None, None, len(values), found.clusters)
    reach = student.quantile((1 + level) / 2, found.freedom) * found.error
    return Estimate(found.mean, found.mean - reach, found.mean + reach, len(values), found.clusters)


def spread(values: Sequence[float], clusters: Sequence[Hashable], seeds: Sequence[Hashable] | None = None) -> Spread:
    """Return mean and standard error, of at least one value; an error that is only rounding is 0."""
    import numpy as np

    if len(values) != len(clusters) or (seeds is not None and len(seeds) != len(values)):
        raise ValueError("values, clusters and seeds must be of one length")
    data = np.asarray(values, dtype=np.float64)
    mean = float(data.mean())
    left, least = data - mean, FLAT * max(1.0, float(np.abs(data).max()))
    first, count = _codes(clusters)
    if seeds is None:
        return Spread(mean, _root(_variance(left, first, count), least), count - 1, count)
    second, seed_count = _codes(seeds)
    both, both_count = _codes(list(zip(first.tolist(), second.tolist(), strict=True)))
    one, other = _variance(left, first, count), _variance(left, second, seed_count)
    if one is None or other is None:
        return Spread(mean, None, 0, count)
    together = one + other - (_variance(left, both, both_count) or 0.0)
    # The difference can fall below either part, or below 0; then the larger part is the honest one.
    return Spread(mean, _root(max(together, one, other), least), min(count, seed_count) - 1, count)


def _codes(names: Sequence[Hashable]) -> tuple[Any, int]:
    """Return the names as numbers from 0, and how many there are."""
    import numpy as np

    places: dict[Hashable, int] = {}
    return np.asarray([places.setdefault(name, len(places)) for name in names]), len(places)


def _variance(left: Numbers, codes: Any, count: int) -> float | None:
    """Return the variance of a mean whose residuals belong to clusters; None for fewer than two of them."""
    import numpy as np

    if count < 2:
        return None
    sums = np.bincount(codes, weights=left, minlength=count)
    return float(count / (count - 1) * (sums @ sums) / len(left) ** 2)


def _root(variance: float | None, least: float) -> float | None:
    if variance is None:
        return None
    error = float(variance**0.5)
    return error if error > least else 0.0
