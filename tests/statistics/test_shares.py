"""Shares: their intervals hold the truth near 0 and 1 too, stay in the range, and are never a point."""

from __future__ import annotations

import numpy as np  # noqa: TID253 (a test of numbers: nothing imports it unasked)
import pytest

from kardia_cli.statistics import mean_estimate, share_estimate

SETS = 1000


def coverage(share: float, clusters: int) -> float:
    """How often the interval holds the true share, over sets of clusters of 1 to 8 rows that are alike."""
    from scipy import stats

    rng, held = np.random.default_rng(21), 0
    cut = float(stats.norm.isf(share)) * (1 + 0.6**2) ** 0.5
    for _ in range(SETS):
        sizes = rng.integers(1, 9, clusters)
        codes = np.repeat(np.arange(clusters), sizes)
        latent = rng.normal(0, 0.6, clusters)[codes] + rng.normal(0, 1, len(codes))
        found = share_estimate((latent > cut).astype(float).tolist(), codes.tolist())
        assert found.low is not None
        assert found.high is not None
        assert 0 <= found.low < found.high <= 1
        held += found.low <= share <= found.high
    return held / SETS


@pytest.mark.parametrize("share", [0.02, 0.05, 0.5, 0.8, 0.98])
@pytest.mark.parametrize("clusters", [30, 60])
def test_intervals_of_shares_hold_the_truth_as_often_as_they_say(share: float, clusters: int) -> None:
    assert 0.925 <= coverage(share, clusters) <= 0.975  # 93 to 97, and the chance of 1,000 sets


def test_eight_clusters_give_a_wide_interval_and_not_a_false_one() -> None:
    assert coverage(0.05, 8) >= 0.93


def test_it_is_wilsons_interval_where_each_row_is_a_cluster() -> None:
    from statsmodels.stats.proportion import proportion_confint

    values = [1.0] * 700 + [0.0] * 1300
    found = share_estimate(values, list(range(2000)))
    low, high = proportion_confint(700, 2000, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)  # t for z, and n - 1


def test_in_the_middle_it_is_close_to_the_interval_of_a_mean() -> None:
    rng = np.random.default_rng(22)
    codes = np.repeat(np.arange(200), 5)
    values = ((rng.normal(0, 1, 200)[codes] + rng.normal(0, 1, 1000)) > 0).astype(float).tolist()
    share, mean = share_estimate(values, codes.tolist()), mean_estimate(values, codes.tolist())
    assert share == pytest.approx(mean, abs=2e-3)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_no_miss_in_sixty_still_allows_for_six_in_a_hundred(value: float) -> None:
    found = share_estimate([value] * 180, [row // 3 for row in range(180)])
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low == pytest.approx(0.0626, abs=5e-4)  # t² / (60 + t²): a profile of three is one trial
    assert value in (found.low, found.high)


def test_shares_that_are_the_same_in_every_cluster_are_not_certain() -> None:
    found = share_estimate([0.0, 1.0] * 30, [row // 2 for row in range(60)])
    assert (found.value, found.clusters) == (0.5, 30)
    assert found.high - found.low > 0.3  # type: ignore[operator]  # there is an interval


def test_of_nothing_or_one_cluster_or_one_seed_there_is_no_interval() -> None:
    assert share_estimate([], []) == (None, None, None, 0, 0)
    assert share_estimate([1.0, 0.0], ["a", "a"]) == (0.5, None, None, 2, 1)
    assert share_estimate([1.0, 0.0], ["a", "b"], seeds=[1, 1]).low is None


def test_a_level_is_no_share() -> None:
    with pytest.raises(ValueError, match="zeros and ones"):
        share_estimate([1.0, 4.0], ["a", "b"])
