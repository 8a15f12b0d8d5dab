"""A mean's interval against statsmodels, and by simulation: 95 % intervals hold the truth in 93 to 97 of 100 sets."""

from __future__ import annotations

from typing import Any

import numpy as np  # noqa: TID253 (a test of numbers: nothing imports it unasked)
import pytest

from kardia_cli.statistics import mean_estimate, student
from kardia_cli.statistics.estimates import spread

SETS = 1000


def drawn(rng: Any, kind: str, sizes: Any) -> tuple[Any, float]:
    """Values of one set, alike within a cluster, and their true mean."""
    from scipy import stats

    codes = np.repeat(np.arange(len(sizes)), sizes)
    cluster, own = rng.normal(0, 0.6, len(sizes))[codes], rng.normal(0, 1, len(codes))
    latent = cluster + own
    if kind == "continuous":
        return latent, 0.0
    wide = float(np.sqrt(1 + 0.6**2))
    if kind == "binary":
        return (latent > 0.8).astype(float), float(stats.norm.sf(0.8 / wide))
    cuts = (-1.5, -0.5, 0.5, 1.2)
    return 1 + sum((latent > cut).astype(float) for cut in cuts), 1 + sum(float(stats.norm.sf(c / wide)) for c in cuts)


def coverage(kind: str, clusters: int) -> float:
    rng, held = np.random.default_rng(7), 0
    for _ in range(SETS):
        sizes = rng.integers(1, 9, clusters)
        values, truth = drawn(rng, kind, sizes)
        found = mean_estimate(values, np.repeat(np.arange(clusters), sizes).tolist())
        held += found.low is not None and found.high is not None and found.low <= truth <= found.high
    return held / SETS


@pytest.mark.parametrize("kind", ["continuous", "binary", "levels"])
@pytest.mark.parametrize("clusters", [30, 60])
def test_intervals_over_clusters_hold_the_truth_as_often_as_they_say(kind: str, clusters: int) -> None:
    assert 0.93 <= coverage(kind, clusters) <= 0.97


def test_one_way_is_what_statsmodels_says_of_a_constant() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(3)
    codes = np.repeat(np.arange(25), rng.integers(1, 12, 25))
    values = rng.normal(2, 1, len(codes)) + rng.normal(0, 1, 25)[codes]
    fit = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": codes}, use_t=True)
    low, high = fit.conf_int()[0]
    found = mean_estimate(values.tolist(), codes.tolist())
    assert (found.value, found.low, found.high) == pytest.approx((fit.params[0], low, high), abs=1e-9)
    assert (found.n, found.clusters) == (len(values), 25)


def test_two_ways_are_what_statsmodels_says_of_profiles_and_seeds() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(5)
    codes = np.tile(np.repeat(np.arange(40), 4), 6)
    seeds = np.repeat(np.arange(6), 160)
    values = rng.normal(0, 1, 960) + rng.normal(0, 0.5, 40)[codes] + rng.normal(0, 0.5, 6)[seeds]
    groups = np.column_stack([codes, seeds])
    fit = sm.OLS(values, np.ones(960)).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    assert spread(values.tolist(), codes.tolist(), seeds.tolist()).error == pytest.approx(fit.bse[0], rel=1e-9)


def test_a_mean_over_seeds_is_never_surer_than_over_profiles_alone() -> None:
    rng = np.random.default_rng(9)
    codes, seeds = np.tile(np.arange(50), 3).tolist(), np.repeat(np.arange(3), 50).tolist()
    values = rng.normal(0, 1, 150).tolist()
    one, two = mean_estimate(values, codes), mean_estimate(values, codes, seeds=seeds)
    assert None not in (one.low, one.high, two.low, two.high)
    assert two.high - two.low > one.high - one.low  # type: ignore[operator]  # all four are numbers, as was said


@pytest.mark.parametrize(
    ("values", "clusters", "value"),
    [([], [], None), ([1.0, 2.0], ["a", "a"], 1.5), ([3.0, 3.0], ["a", "b"], 3.0)],
    ids=["nothing", "one cluster", "all alike"],
)
def test_where_nothing_says_how_sure_it_is_there_is_no_interval(
    values: list[float], clusters: list[str], value: float | None
) -> None:
    found = mean_estimate(values, clusters)
    assert (found.value, found.low, found.high) == (value, None, None)


@pytest.mark.parametrize("value", [0.1, 0.7, 1 / 3, 3.3])
@pytest.mark.parametrize("count", [3, 10, 49, 120])
def test_a_spread_that_is_only_rounding_is_none(value: float, count: int) -> None:
    found = mean_estimate([value] * count, list(range(count)))
    assert (found.low, found.high) == (None, None)


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        mean_estimate([1.0], ["a", "b"])


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 7, 10, 30, 59, 119, 200, 500, 1000])
def test_students_t_is_scipys(freedom: int) -> None:
    from scipy import stats

    for p in (0.01, 0.2, 0.5, 0.8, 0.975, 0.9995):
        assert student.quantile(p, freedom) == pytest.approx(stats.t.ppf(p, freedom), rel=1e-9, abs=1e-9)
    for t in (-30.0, -2.0, -1e-6, 0.0, 1e-6, 1e-3, 0.3, 1.96, 8.0, float("inf")):
        assert student.probability(t, freedom) == pytest.approx(stats.t.cdf(t, freedom), abs=1e-9)
        assert student.two_sided(t, freedom) == pytest.approx(2 * stats.t.sf(abs(t), freedom), abs=1e-9)
