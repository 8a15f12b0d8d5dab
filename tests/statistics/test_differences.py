"""Comparisons: what differs is found, what does not is not, at the rate that is stated."""

from __future__ import annotations

from typing import Any

import numpy as np  # noqa: TID253 (a test of numbers: nothing imports it unasked)
import pytest

from kardia_cli.statistics import Difference, holm, paired_difference, verdict

CRITERIA = ("relevance", "fluency", "empathy", "persona_consistency", "safety")
PEOPLE, TURNS = 120, 4
CLUSTERS = np.repeat(np.arange(PEOPLE), TURNS).tolist()


def levels(rng: Any, shift: float = 0.0) -> tuple[list[float], list[float]]:
    """Levels 1 to 5 of two runs on the same turns, alike by person and by turn; the second is `shift` better."""
    person, turn = rng.normal(0, 0.5, PEOPLE)[CLUSTERS], rng.normal(0, 0.6, len(CLUSTERS))
    runs = [3.0 + person + turn + rng.normal(0, 0.5, len(CLUSTERS)) + add for add in (0.0, shift)]
    first, second = (np.clip(np.round(run), 1, 5).tolist() for run in runs)
    return first, second


def compared(rng: Any, planted: str = "") -> dict[str, str]:
    """The verdict on each criterion of one trial."""
    pairs = {name: levels(rng, 0.3 if name == planted else 0.0) for name in CRITERIA}
    return {
        name: verdict(found)
        for name, found in holm({name: paired_difference(*pair, CLUSTERS) for name, pair in pairs.items()}).items()
    }


def test_a_planted_third_of_a_level_is_found_and_nothing_else_in_100_trials() -> None:
    rng = np.random.default_rng(11)
    trials = [compared(rng, "empathy") for _ in range(100)]
    assert sum(trial["empathy"] == "better" for trial in trials) >= 95
    others = [any(word != "tied" for name, word in trial.items() if name != "empathy") for trial in trials]
    assert sum(others) <= 10  # 5 in 100 are stated: more than 10 come by chance in 1 of 90 such tests


def test_two_equal_runs_differ_in_no_more_trials_than_stated() -> None:
    rng = np.random.default_rng(12)
    trials = [compared(rng) for _ in range(400)]
    assert sum(any(word != "tied" for word in trial.values()) for trial in trials) / 400 <= 0.07


def test_a_single_comparison_errs_in_five_of_a_hundred() -> None:
    rng = np.random.default_rng(13)
    wrong = sum(verdict(paired_difference(*levels(rng), CLUSTERS)) != "tied" for _ in range(1000))
    assert 0.03 <= wrong / 1000 <= 0.07


def test_what_is_called_detectable_is_found_in_four_of_five() -> None:
    rng, found = np.random.default_rng(14), 0
    least = paired_difference(*levels(rng), CLUSTERS).detectable
    assert least is not None
    for _ in range(400):
        first, _ = levels(rng)
        second = [value + least + noise for value, noise in zip(first, rng.normal(0, 0.78, len(first)), strict=True)]
        difference = paired_difference(first, second, CLUSTERS)
        found += difference.p is not None and difference.p < 0.05
    assert least == pytest.approx(2.8 * 0.78 / len(CLUSTERS) ** 0.5, rel=0.15)
    assert 0.7 <= found / 400 <= 0.9


def test_p_and_interval_agree_and_are_the_paired_t_test_where_each_row_is_a_cluster() -> None:
    from scipy import stats

    rng = np.random.default_rng(15)
    first, second = rng.normal(0, 1, 30), rng.normal(0.4, 1, 30)
    found, test = paired_difference(first.tolist(), second.tolist(), list(range(30))), stats.ttest_rel(second, first)
    interval = test.confidence_interval()
    assert (found.p, found.low, found.high) == pytest.approx((test.pvalue, interval.low, interval.high), abs=1e-9)


def test_holm_is_statsmodels_own() -> None:
    from statsmodels.stats.multitest import multipletests

    values = [0.01, 0.04, 0.03, 0.005, 0.8, 0.04]
    found = holm({str(at): Difference(1.0, None, None, p, None, None, 9, 9) for at, p in enumerate(values)})
    assert [item.p_holm for item in found.values()] == pytest.approx(multipletests(values, method="holm")[1].tolist())


def test_runs_that_say_the_same_are_tied_with_an_interval_of_nothing() -> None:
    found = paired_difference([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], ["a", "b", "c"])
    assert (found.value, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)
    assert verdict(found) == "tied"


@pytest.mark.parametrize(
    ("first", "clusters"), [([], []), ([1.0, 2.0], ["a", "a"]), ([1.0, 2.0], ["a", "b"])],
    ids=["no rows", "one cluster", "every row differs by the same"],
)  # fmt: skip
def test_too_few_is_said_where_nothing_can_be_tested(first: list[float], clusters: list[str]) -> None:
    found = paired_difference(first, [value + 1 for value in first], clusters)
    assert (found.p, verdict(found)) == (None, "too few")
    assert holm({"a": found})["a"].p_holm is None


@pytest.mark.parametrize("step", [0.1, 0.3, 0.7])
def test_a_step_that_is_the_same_everywhere_is_not_called_certain_for_its_rounding(step: float) -> None:
    first = [(row % 5) * 0.2 for row in range(120)]
    found = paired_difference(first, [value + step for value in first], list(range(120)))
    assert (found.p, verdict(found)) == (None, "too few")
    assert found.value == pytest.approx(step)


@pytest.mark.parametrize(("people", "turns", "share"), [(60, 4, 0.02), (60, 1, 0.05), (60, 4, 0.3), (120, 4, 0.98)])
def test_a_comparison_of_yes_and_no_errs_no_more_than_stated_where_yes_is_rare_too(
    people: int, turns: int, share: float
) -> None:
    from scipy import stats

    rng, wrong, cut = np.random.default_rng(17), 0, float(stats.norm.isf(share)) * (1 + 0.6**2) ** 0.5
    codes = np.repeat(np.arange(people), turns)
    for _ in range(1000):
        person = rng.normal(0, 0.6, people)[codes]
        first, second = ((person + rng.normal(0, 1, len(codes)) > cut).astype(float).tolist() for _ in range(2))
        wrong += verdict(paired_difference(first, second, codes.tolist())) in ("better", "worse")
    assert wrong / 1000 <= 0.07


def test_three_seeds_make_a_comparison_honest_about_seeds() -> None:
    """Seeds that jump by more than people do: without them the difference would seem sure."""
    rng = np.random.default_rng(16)
    seeds = np.repeat(np.arange(3), len(CLUSTERS)).tolist()
    jump = np.repeat(np.array([0.5, -0.4, 0.2]), len(CLUSTERS))
    first = rng.normal(3, 0.5, len(seeds))
    second = first + jump + rng.normal(0, 0.3, len(seeds))
    people = CLUSTERS * 3
    assert verdict(paired_difference(first.tolist(), second.tolist(), people)) == "better"
    assert verdict(paired_difference(first.tolist(), second.tolist(), people, seeds=seeds)) == "tied"
