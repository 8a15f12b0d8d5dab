"""The report of refining: what it counts, and that its sums hold."""

from __future__ import annotations

import pytest

from kardia_cli.chat.limits.meter import Meter, Role
from kardia_cli.errors import CallFailed, Dropped, RowError
from kardia_cli.stages.rounds import Lost, Rounds, TurnVerdict


def seen(*turns: list[set[str]]) -> list[TurnVerdict]:
    """Turns as lists of what was wrong with the draft and after each rewrite."""
    return [
        TurnVerdict(2 * number, revision, frozenset(wrong))
        for number, turn in enumerate(turns, 1)
        for revision, wrong in enumerate(turn)
    ]


def after(*dialogues: list[TurnVerdict] | tuple[list[TurnVerdict], Exception]) -> Rounds:
    """Counts after these dialogues, each finished or ended by the error beside it."""
    rounds = Rounds()
    for dialogue in dialogues:
        looks, error = dialogue if isinstance(dialogue, tuple) else (dialogue, None)
        try:
            with rounds.counting(looks):
                if error is not None:
                    raise error
        except RowError:
            continue
        rounds.count_kept({"difficulty": "easy"})
    return rounds


def test_turns_are_counted_as_drafts_and_after_each_rewrite() -> None:
    rounds = after(seen([set()], [{"length"}, {"length"}, set()]), seen([{"emotion"}, set()]))
    assert [(line["round"], line["turns judged"], line["passed"]) for line in rounds.by_round()] == [
        ("draft", 3, 1),
        ("rewrite 1", 2, 1),
        ("rewrite 2", 1, 1),
    ]
    assert rounds.by_round()[0]["share"] == pytest.approx(1 / 3)


def test_what_a_rewrite_mends_is_what_failed_before_and_fails_no_longer() -> None:
    rounds = after(seen([{"length", "empathy"}, {"empathy", "leak"}, set()], [{"length"}, set()]))
    table = {line["what"]: line for line in rounds.by_fault()}
    assert table["length"] == {
        "what": "length", "in drafts": 2, "brought in by a rewrite": 0, "mended by 1": 2, "mended by 2": 0, "left": 0,
    }  # fmt: skip
    assert table["empathy"]["mended by 2"] == 1
    assert (table["leak"]["in drafts"], table["leak"]["brought in by a rewrite"], table["leak"]["mended by 2"]) == (
        0,
        1,
        1,
    )


def test_in_drafts_and_brought_in_equal_mended_and_left() -> None:
    lost = Lost("turn 4 still fails", "still fails", ["empathy"])
    rounds = after(
        seen([{"a", "b"}, {"b", "c"}, {"a"}, set()], [{"c"}, set()]),
        (seen([set()], [{"empathy", "a"}, {"empathy"}]), lost),
    )
    for line in rounds.by_fault():
        mended = sum(count for name, count in line.items() if name.startswith("mended by"))
        assert line["in drafts"] + line["brought in by a rewrite"] == mended + line["left"], line
    assert {line["what"]: line["left"] for line in rounds.by_fault()} == {"a": 0, "b": 0, "c": 0, "empathy": 1}


def test_dropped_dialogues_are_counted_by_why_and_by_what_was_to_blame() -> None:
    still = [Lost("turn 2 still fails", "still fails", blamed) for blamed in (["empathy", "length"], ["empathy"])]
    drift = Lost("identity_drift: is a baker now", "identity_drift")
    rounds = after(*((seen([{"empathy"}]), error) for error in [*still, drift, Dropped("a rule: of another file")]))
    assert rounds.losses() == [
        {"why": "still fails", "dialogues": 2, "blamed on": "empathy 2, length 1"},
        {"why": "a rule", "dialogues": 1, "blamed on": ""},
        {"why": "identity_drift", "dialogues": 1, "blamed on": ""},
    ]


def test_a_row_that_failed_is_counted_nowhere() -> None:
    rounds = after((seen([{"length"}, set()]), CallFailed("timeout", "slow")))
    assert rounds.tables([]) == []
    assert rounds.dropped.total() == rounds.kept == 0


def test_a_turn_that_is_drafted_anew_after_a_new_tail_is_another_draft() -> None:
    looks = [TurnVerdict(2, 0, frozenset()), TurnVerdict(4, 0, frozenset({"a"})), TurnVerdict(4, 0, frozenset())]
    rounds = after(looks)
    assert rounds.judged == {0: 3}
    assert rounds.by_fault() == [{"what": "a", "in drafts": 1, "brought in by a rewrite": 0, "left": 1}]


def test_calls_for_each_kept_dialogue_are_counted_by_role_and_remembered_ones_count() -> None:
    rounds = after(seen([set()]), seen([set()]), (seen([{"a"}]), Lost("still", "still fails")))
    one, other = Meter("a"), Meter("b")
    one.roles = {"judge": Role(calls=5, cached=1), "rewriter": Role(calls=1)}
    other.roles = {"judge": Role(cached=2)}
    line = rounds.whole([one, other])
    assert (line["kept"], line["dropped"], line["easy"], line["hard"]) == (2, 1, 1.0, 0.0)
    assert (line["judge calls per kept"], line["rewriter calls per kept"], line["calls per kept"]) == (4.0, 0.5, 4.5)


def test_where_nothing_was_kept_no_number_is_made_up() -> None:
    rounds = after((seen([{"a"}]), Lost("still", "still fails")))
    line = rounds.whole([])
    assert (line["kept"], line["easy"], line["calls per kept"]) == (0, None, None)


def test_tables_without_a_line_are_left_out() -> None:
    titles = [title for title, _ in after(seen([set()])).tables([])]
    assert titles == ["turns that pass, round by round", "dialogues"]


def test_a_row_that_nobody_judged_does_not_count_as_kept() -> None:
    rounds = Rounds()
    rounds.count_kept({"id": "x"})
    assert (rounds.kept, rounds.tables([])) == (0, [])
