"""Agreement of raters: published examples, definitions written out another way, and what is undefined."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import pytest

from kardia_cli.statistics.agreement import (
    Interval,
    icc,
    interval,
    krippendorff_alpha,
    macro_f1,
    mean,
    paired_interval,
    share_interval,
    spearman,
    weighted_kappa,
)

NONE = None
# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), example C: four observers, twelve units.
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
    [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
]
# Shrout & Fleiss (1979), table 2: six targets, four judges.
SIX_TARGETS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def across(raters: list[list[Any]]) -> list[list[Any]]:
    return [list(unit) for unit in zip(*raters, strict=True)]


def some_pairs(count: int = 60, seed: int = 1) -> tuple[list[int], list[int]]:
    rng = random.Random(seed)
    first = [rng.randint(1, 5) for _ in range(count)]
    return first, [min(5, max(1, level + rng.choice((-1, 0, 0, 1)))) for level in first]


@pytest.mark.parametrize(("scale", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_four_observers_with_gaps_is_the_published_one(scale: Any, published: float) -> None:
    assert krippendorff_alpha(across(FOUR_OBSERVERS), scale) == pytest.approx(published, abs=5e-4)


def test_alpha_of_two_observers_on_yes_and_no_is_the_published_one() -> None:
    meg, owen = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert krippendorff_alpha(across([meg, owen]), "nominal") == pytest.approx(0.095, abs=5e-4)


def test_alpha_does_not_ask_who_gave_a_rating() -> None:
    shuffled = [random.Random(number).sample(unit, 4) for number, unit in enumerate(across(FOUR_OBSERVERS))]
    assert krippendorff_alpha(shuffled) == pytest.approx(krippendorff_alpha(across(FOUR_OBSERVERS)))


@pytest.mark.parametrize(("kind", "published"), [("2,1", 0.29), ("3,1", 0.71)])
def test_icc_of_six_targets_and_four_judges_is_the_published_one(kind: Any, published: float) -> None:
    assert icc(SIX_TARGETS, kind) == pytest.approx(published, abs=5e-3)


def test_a_rater_who_is_always_two_higher_costs_icc_2_1_and_not_icc_3_1() -> None:
    table = [[level, level + 2] for level in (1, 2, 3, 4)]
    assert icc(table, "3,1") == pytest.approx(1.0)
    assert icc(table, "2,1") == pytest.approx((10 / 3) / (10 / 3 + 4))


def test_weighted_kappa_is_that_of_the_table_of_counts() -> None:
    first, second = some_pairs()
    n = len(first)
    observed = expected = 0.0
    for i, j in itertools.product(range(1, 6), repeat=2):
        both = sum(a == i and b == j for a, b in zip(first, second, strict=True)) / n
        observed += (i - j) ** 2 * both
        expected += (i - j) ** 2 * (first.count(i) / n) * (second.count(j) / n)
    assert weighted_kappa(first, second) == pytest.approx(1 - observed / expected)


def test_weighted_kappa_of_a_worked_example() -> None:
    # Counts no/no 20, no/yes 5, yes/no 10, yes/yes 15: 0.7 agree, 0.5 by chance, so kappa is 0.4.
    pairs = [(0, 0)] * 20 + [(0, 1)] * 5 + [(1, 0)] * 10 + [(1, 1)] * 15
    assert weighted_kappa([a for a, _ in pairs], [b for _, b in pairs]) == pytest.approx(0.4)


def test_weighted_kappa_takes_any_ordered_levels() -> None:
    words = ["weak", "fair", "strong", "fair"]
    others = ["weak", "strong", "strong", "weak"]
    numbers = {"weak": 0, "fair": 1, "strong": 2}
    asked = weighted_kappa(words, others, levels=["weak", "fair", "strong"])
    assert asked == pytest.approx(weighted_kappa([numbers[w] for w in words], [numbers[w] for w in others]))
    with pytest.raises(KeyError):
        weighted_kappa(["weak"], ["faint"], levels=["weak", "fair"])


def test_pairs_with_a_missing_rating_are_left_out() -> None:
    first, second = some_pairs()
    assert weighted_kappa([*first, None, 3], [*second, 2, math.nan]) == weighted_kappa(first, second)
    assert spearman([*first, None], [*second, 5]) == spearman(first, second)
    assert icc([*SIX_TARGETS, [1, 2, None, 4]]) == icc(SIX_TARGETS)


def test_spearman_is_that_of_scipy_with_ties() -> None:
    from scipy.stats import spearmanr

    first, second = some_pairs()
    assert spearman(first, second) == pytest.approx(spearmanr(first, second).statistic)
    assert spearman([1, 2, 3, 4], [10, 100, 1000, 10000]) == pytest.approx(1.0)


def test_macro_f1_counts_a_rare_label_as_much_as_a_common_one() -> None:
    pairs = [("sad", "sad")] * 8 + [("proud", "sad")] * 2
    assert macro_f1(pairs) == pytest.approx((16 / 18 + 0) / 2)
    assert macro_f1([("sad", "sad"), ("proud", "")], ["sad", "proud"]) == pytest.approx(0.5)


def test_macro_f1_is_scikit_learns_also_where_a_label_is_only_said() -> None:
    from sklearn.metrics import f1_score

    golds, saids = ["sad", "sad", "proud", "angry"], ["sad", "joyful", "proud", "joyful"]
    assert macro_f1(zip(golds, saids, strict=True)) == pytest.approx(f1_score(golds, saids, average="macro"))


@pytest.mark.parametrize(
    "undefined",
    [
        weighted_kappa([], []),
        weighted_kappa([3, 3, 3], [3, 3, 3]),
        weighted_kappa([0.1] * 7, [0.1] * 7),
        weighted_kappa([1, None], [None, 2]),
        krippendorff_alpha([]),
        krippendorff_alpha([[2, 2], [2, 2]]),
        krippendorff_alpha([[1, None], [None, 3]]),
        icc([[1, 2]]),
        icc([[1], [2]]),
        icc([[2, 2], [2, 2]]),
        icc([]),
        spearman([1], [2]),
        spearman([2, 2, 2], [1, 2, 3]),
        macro_f1([]),
        mean([None]),
        interval(mean, []).value,
        paired_interval([]).value,
    ],
)
def test_what_is_not_defined_is_none(undefined: float | None) -> None:
    assert undefined is None


def test_ratings_that_cannot_be_paired_are_refused() -> None:
    with pytest.raises(ValueError, match="paired"):
        weighted_kappa([1, 2], [1])


def test_an_interval_draws_whole_clusters() -> None:
    rng = random.Random(3)
    dialogues = [[centre] * 10 for centre in (rng.gauss(3, 1) for _ in range(30))]
    clustered = paired_interval(dialogues)
    naive = paired_interval([[value] for unit in dialogues for value in unit])
    assert clustered.value == pytest.approx(naive.value)
    assert None not in (*clustered, *naive)
    assert clustered.high - clustered.low > 2.5 * (naive.high - naive.low)  # the design effect is 10, its root 3.2


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = random.Random(7)
    hits = 0
    for _ in range(120):
        centres = [rng.gauss(0, 1) for _ in range(40)]
        found = paired_interval([[c + rng.gauss(0, 0.5) for _ in range(4)] for c in centres], resamples=200)
        hits += found.low <= 0 <= found.high
    assert 0.87 <= hits / 120 <= 0.99


def test_clusters_of_different_sizes_keep_their_items_together() -> None:
    seen = []

    def look(items: Any) -> float:
        seen.append(sorted(items.tolist()))
        return 1.0

    interval(look, [[1], [2, 20], [3, 30, 300]], resamples=50)
    for drawn in seen:
        assert drawn.count(2) == drawn.count(20)
        assert drawn.count(3) == drawn.count(30) == drawn.count(300)
    assert len({tuple(drawn) for drawn in seen}) > 5


def test_the_same_seed_gives_the_same_interval() -> None:
    units = [[(a, b)] for a, b in zip(*some_pairs(), strict=True)]

    def kappa(items: Any) -> float | None:
        return weighted_kappa(items[:, 0], items[:, 1])

    assert interval(kappa, units, seed=5) == interval(kappa, units, seed=5)
    assert interval(kappa, units, seed=5) != interval(kappa, units, seed=6)


def test_words_can_be_drawn_too() -> None:
    found = interval(macro_f1, [[("sad", "sad")], [("proud", "sad")], [("proud", "proud")], [("sad", "sad")]])
    assert found.value == pytest.approx(macro_f1([("sad", "sad")] * 2 + [("proud", "sad"), ("proud", "proud")]))
    assert found.low is not None
    assert found.low < found.value < found.high


def test_there_is_no_interval_where_one_cluster_is_all_or_too_many_draws_are_undefined() -> None:
    assert paired_interval([[1.0, 2.0]]) == Interval(1.5)
    one_differs = [[(3.0, 3.0)]] * 9 + [[(3.0, 4.0)]]
    found = interval(lambda items: weighted_kappa(items[:, 0], items[:, 1]), one_differs)
    assert found.value == pytest.approx(0.0)
    assert found.low is found.high is None


def test_redrawing_what_is_all_the_same_makes_nothing_certain() -> None:
    assert paired_interval([[0.0]] * 40) == Interval(0.0)
    assert interval(lambda items: weighted_kappa(items[:, 0], items[:, 1]), [[(1, 1)], [(2, 2)]] * 9) == Interval(1.0)


def test_no_miss_in_sixty_still_allows_for_six_in_a_hundred() -> None:
    assert share_interval([[0]] * 60) == pytest.approx((0.0, 0.0, 0.0602), abs=5e-4)  # Wilson 1927: z² / (n + z²)
    assert share_interval([[1]] * 60) == pytest.approx((1.0, 0.9398, 1.0), abs=5e-4)
    assert share_interval([[1, 1, 1]] * 20).low == share_interval([[1]] * 20).low  # a dialogue is one trial
    assert share_interval([]) == Interval(None)


def test_a_share_between_none_and_all_has_the_interval_of_redrawn_clusters() -> None:
    units = [[1], [0], [1, 1], [0], [1]] * 4
    assert share_interval(units, seed=3) == interval(mean, units, seed=3)
