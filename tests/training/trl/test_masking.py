"""What counts in a step of GRPO, and when so little does that the run stops."""

from __future__ import annotations

import pytest

from kardia_cli.errors import ProviderError
from kardia_cli.training.trl.masking import Masking, Values, kind

PAID: Values = {"format": 1.0, "rubric": 0.5}


def seen(masking: Masking, values: list[Values], reason: str = "not scored: timeout: late") -> list[Values]:
    kept = masking.apply(values, [reason if value is None else "" for value in values])
    masking.metrics(kept)
    masking.check()
    return kept


def group(scored: int, size: int = 8) -> list[Values]:
    return [PAID] * scored + [None] * (size - scored)


@pytest.mark.parametrize(
    ("size", "scored", "stays"), [(8, 4, True), (8, 3, False), (4, 3, False), (3, 2, True), (2, 1, False)]
)
def test_a_group_needs_four_scored_completions_or_two_where_it_has_no_four(size: int, scored: int, stays: bool) -> None:
    masking = Masking(size)
    kept = seen(masking, [*group(size, size), *group(scored, size)])
    assert kept[:size] == group(size, size)
    assert any(kept[size:]) is stays
    assert masking.dropped == (not stays)


def test_only_the_thin_group_is_dropped_and_shares_are_of_completions_and_groups() -> None:
    masking = Masking(4)
    kept = masking.apply([*group(4, 4), *group(2, 4)], ["", "", "", "", "", "", "parse: x", "parse: y"])
    assert masking.metrics(kept) == {"masked": 0.5, "unscored": 0.25, "groups_dropped": 0.5, "groups_alike": 0.5}


def test_groups_whose_rewards_do_not_differ_are_counted() -> None:
    masking = Masking(2)
    different: list[Values] = [{"format": 1.0, "rubric": 0.5}, {"format": 1.0, "rubric": 0.75}]
    seen(masking, [*different, PAID, PAID])
    assert (masking.groups, masking.alike) == (2, 1)
    assert str(masking) == (
        "4 completions in 2 groups, all scored; groups dropped: 0, groups whose rewards do not differ: 1"
    )


def test_more_than_5_percent_masked_over_20_steps_stops_with_the_typed_reasons() -> None:
    masking = Masking(8)
    for step in range(19):
        seen(masking, [*group(8), *group(7)], "not scored: timeout: late" if step % 3 else "not scored: parse: prose")
    with pytest.raises(ProviderError) as caught:
        seen(masking, [*group(8), *group(7)])
    assert caught.value.exit_code == 6
    assert "20 of the 320 completions of the last 20 steps took no part (6.2%, at most 5%)" in caught.value.message
    assert "timeout 13, parse 7" in caught.value.message
    assert "--timeout" in caught.value.remedy


def test_5_percent_and_a_bad_start_that_passed_do_not_stop_a_run() -> None:
    masking = Masking(20)
    for _ in range(9):
        seen(masking, group(18, 20))
    for _ in range(20):
        seen(masking, group(20, 20))
    for _ in range(40):
        seen(masking, group(19, 20))
    assert masking.unscored == 58


def test_dropped_groups_count_as_masked_and_are_named_when_the_run_stops() -> None:
    masking = Masking(4)
    for _ in range(19):
        seen(masking, [*group(4, 4), *group(4, 4), *group(4, 4), *group(3, 4)])
    with pytest.raises(ProviderError, match="20 groups dropped, too few of them scored"):
        seen(masking, [*group(4, 4), *group(4, 4), *group(4, 4), *group(3, 4)])


def test_three_rounds_without_any_score_stop_the_run_at_once() -> None:
    masking = Masking(4)
    seen(masking, group(0, 4))
    seen(masking, group(0, 4))
    with pytest.raises(
        ProviderError, match=r"no completion of 3 rounds in a row could be scored \(timeout 8, refusal 4\)"
    ):
        seen(masking, group(0, 4), "refusal: no")


@pytest.mark.parametrize(
    ("reason", "named"),
    [
        ("not scored: timeout: the row took longer", "timeout"),
        ("off_menu: level 7", "off_menu"),
        ("not scored: abstained: relevance", "abstained"),
        ("KeyError: 'oops'", "KeyError"),
        ("", "no reason given"),
    ],
)
def test_reasons_are_counted_by_their_type(reason: str, named: str) -> None:
    assert kind(reason) == named
