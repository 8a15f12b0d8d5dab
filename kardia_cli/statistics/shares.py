"""A share of yes among yes and no, with an interval that stays within 0 and 1 and is never a point.

Student's interval of a mean is poor for a share near 0 or 1: it leaves the range, and of 60 profiles at 2 % it holds
the truth in 87 of 100 sets, not 95. Here it is Wilson's (1927) with Student's t in place of z, over the number of
independent trials that would have the clustered standard error (the effective sample size, as surveys count it).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from kardia_cli.statistics import student
from kardia_cli.statistics.estimates import Estimate, Spread, spread


def share_estimate(
    values: Sequence[float],
    clusters: Sequence[Hashable],
    *,
    level: float = 0.95,
    seeds: Sequence[Hashable] | None = None,
) -> Estimate:
    """Return the share of ones among zeros and ones with its interval at `level`; all None for no values.

    Where all rows (or all clusters) say the same, each cluster is one trial: no miss in 60 still allows for 6 %. There
    is no interval for fewer than two clusters (or seeds). Raises `ValueError` for another value, or where lengths
    differ.
    """
    if not len(values):
        return Estimate(None, None, None, 0, 0)
    if not set(values) <= {0, 1}:
        raise ValueError("a share is counted of zeros and ones")
    found = spread(values, clusters, seeds)
    size = (len(values), found.clusters)
    if found.error is None:
        return Estimate(found.mean, None, None, *size)
    trials = _trials(found, len(values))
    squared = student.quantile((1 + level) / 2, found.freedom) ** 2 / trials
    middle = (found.mean + squared / 2) / (1 + squared)
    reach = (squared * (found.mean * (1 - found.mean) + squared / 4)) ** 0.5 / (1 + squared)
    return Estimate(found.mean, max(0.0, middle - reach), min(1.0, middle + reach), *size)


def _trials(found: Spread, rows: int) -> float:
    """Return the independent trials that would be as uncertain.

    Never more than there are rows; the number of clusters where nothing varies.
    """
    return min(float(rows), found.mean * (1 - found.mean) / found.error**2) if found.error else float(found.clusters)
