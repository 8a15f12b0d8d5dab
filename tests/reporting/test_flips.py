"""Verdicts that flip between two files of judged rows: which turns are matched, and what is named as the change."""

from __future__ import annotations

from typing import Any

import pytest

from kardia_cli.errors import Dropped, RowError
from kardia_cli.reporting.flips import CHANGES, Comparison, Side


def critique(turn: int = 1, verdict: str = "PASS", **changes: Any) -> dict[str, Any]:
    """A critique as `kardia critique` writes it, shortened to what is compared."""
    return {
        "turn": turn,
        "revision": 0,
        "rubric": "core",
        "rubric_hash": "read1",
        "policy_hash": "policy1",
        "judge": "judge-a",
        "text_hash": "text1",
        "verdict": verdict,
        "score": 0.75,
        "solved": False,
        "levels": [{"id": "relevance", "level": 4.0}, {"id": "empathy", "level": 4.0}],
        "findings": [{"id": "recites", "present": False}, {"id": "harm", "present": False}],
        "gates": [],
        "panel": [],
    } | changes


def row(*critiques: dict[str, Any], name: str = "row-1") -> dict[str, Any]:
    return {"id": name, "messages": [], "critiques": list(critiques)}


def compared(old: dict[str, Any], new: dict[str, Any], **chosen: str) -> tuple[list[dict[str, Any]], Comparison]:
    comparison = Comparison(Side("old.jsonl", **chosen), Side("new.jsonl", **chosen))
    comparison.keep(old)
    return comparison.compare(new), comparison


def only_flip(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    flips, _ = compared(row(old), row(new))
    assert len(flips) == 1
    return flips[0]


def test_the_same_verdict_is_no_flip_though_its_levels_moved() -> None:
    levels = [{"id": "relevance", "level": 3.0}, {"id": "empathy", "level": 4.0}]
    flips, comparison = compared(row(critique()), row(critique(levels=levels, score=0.6)))
    assert flips == []
    assert comparison.matched == 1


def test_a_flip_names_the_levels_that_moved_and_no_others() -> None:
    levels = [{"id": "relevance", "level": 4.0}, {"id": "empathy", "level": 2.0}]
    flip = only_flip(critique(), critique(verdict="FAIL", score=0.5, levels=levels))
    assert (flip["id"], flip["turn"], flip["revision"]) == ("row-1", 1, 0)
    assert (flip["old_verdict"], flip["new_verdict"]) == ("PASS", "FAIL")
    assert (flip["old_score"], flip["new_score"]) == (0.75, 0.5)
    assert flip["levels"] == [{"id": "empathy", "old": 4.0, "new": 2.0}]
    assert flip["changed"] == ["levels"]


def test_a_finding_that_appeared_or_went_is_named() -> None:
    found = [{"id": "recites", "present": False}, {"id": "harm", "present": True}]
    assert only_flip(critique(), critique(verdict="FAIL", findings=found))["findings"] == [
        {"id": "harm", "old": False, "new": True}
    ]
    assert only_flip(critique(verdict="FAIL", findings=found), critique())["findings"] == [
        {"id": "harm", "old": True, "new": False}
    ]


def test_a_finding_that_the_judge_abstains_from_is_named_where_the_verdict_becomes_abstain() -> None:
    unsure = [{"id": "recites", "present": None}, {"id": "harm", "present": False}]
    flip = only_flip(critique(), critique(verdict="ABSTAIN", score=None, findings=unsure))
    assert flip["findings"] == [{"id": "recites", "old": False, "new": None}]
    assert flip["new_score"] is None


def test_a_question_that_is_new_in_the_rubric_counts_only_where_it_found_something() -> None:
    more = [*critique()["findings"], {"id": "secrecy", "present": False}, {"id": "order", "present": True}]
    assert only_flip(critique(), critique(verdict="FAIL", findings=more))["findings"] == [
        {"id": "order", "old": None, "new": True}
    ]


def test_second_looks_that_appear_or_change_their_mind_are_named() -> None:
    agrees = [{"id": "harm", "judge": "b", "same_judge": False, "agrees": True, "reason": "r"}]
    differs = [{**agrees[0], "agrees": False}]
    assert only_flip(critique(), critique(verdict="FAIL", gates=agrees))["gates"] == [
        {"id": "harm", "old": None, "new": True}
    ]
    flip = only_flip(critique(verdict="FAIL", gates=agrees), critique(gates=differs))
    assert flip["gates"] == [{"id": "harm", "old": True, "new": False}]
    assert flip["changed"] == ["gates"]


def test_policy_is_named_where_levels_and_findings_are_the_same() -> None:
    flip = only_flip(critique(), critique(verdict="FAIL", score=0.2, policy_hash="policy2"))
    assert flip["changed"] == ["policy"]
    assert (flip["old_policy_hash"], flip["new_policy_hash"]) == ("policy1", "policy2")


def test_policy_is_not_named_where_a_level_moved_with_it() -> None:
    levels = [{"id": "relevance", "level": 1.0}, {"id": "empathy", "level": 4.0}]
    flip = only_flip(critique(), critique(verdict="FAIL", levels=levels, policy_hash="policy2"))
    assert flip["changed"] == ["levels"]


def test_another_text_judge_or_rubric_is_named_first() -> None:
    levels = [{"id": "relevance", "level": 1.0}, {"id": "empathy", "level": 4.0}]
    flip = only_flip(
        critique(), critique(verdict="FAIL", levels=levels, text_hash="t2", judge="judge-b", rubric_hash="read2")
    )
    assert flip["changed"] == ["text", "judge", "rubric", "levels"]
    assert flip["changed"] == [name for name in CHANGES if name in flip["changed"]]


def test_a_concern_that_is_met_now_is_named_where_nothing_else_moved() -> None:
    assert only_flip(critique(), critique(verdict="SOLVED", solved=True))["changed"] == ["solved"]


def test_turns_are_matched_by_row_turn_and_revision() -> None:
    old = row(critique(1), critique(1, revision=1), critique(3))
    new = row(critique(1), critique(1, "FAIL", revision=1), critique(5, "FAIL"))
    flips, comparison = compared(old, new)
    assert [(flip["turn"], flip["revision"]) for flip in flips] == [(1, 1)]
    assert (comparison.matched, comparison.only_old, comparison.only_new) == (2, 1, 1)


def test_of_several_critiques_of_a_turn_the_last_one_counts() -> None:
    flips, _ = compared(row(critique(verdict="FAIL"), critique()), row(critique(), critique(verdict="SOLVED")))
    assert [(flip["old_verdict"], flip["new_verdict"]) for flip in flips] == [("PASS", "SOLVED")]


def test_a_rubric_or_a_judge_can_be_chosen_where_a_row_has_several() -> None:
    both = row(critique(verdict="FAIL"), critique(rubric="bench", judge="judge-b"))
    assert compared(row(critique()), both, rubric="core")[0][0]["new_verdict"] == "FAIL"
    assert compared(row(critique()), both, judge="judge-b")[1].matched == 0


def test_critiques_of_an_older_version_are_compared_with_null_for_what_they_lack() -> None:
    old = {
        key: critique()[key] for key in ("turn", "revision", "rubric", "rubric_hash", "judge", "text_hash", "verdict")
    }
    flip = only_flip(old, critique(verdict="FAIL"))
    assert (flip["old_score"], flip["old_policy_hash"]) == (None, None)
    assert flip["levels"][0] == {"id": "relevance", "old": None, "new": 4.0}


def test_a_row_whose_id_comes_again_is_dropped_with_the_reason() -> None:
    comparison = Comparison(Side("old.jsonl"), Side("new.jsonl"))
    comparison.keep(row(critique()))
    with pytest.raises(Dropped, match=r"stands in old\.jsonl twice"):
        comparison.keep(row(critique(verdict="FAIL")))
    assert comparison.compare(row(critique())) == []


@pytest.mark.parametrize(
    ("critiques", "said"),
    [
        ([{"turn": 1}], "'verdict' is missing"),
        ([critique(), {**critique(), "turn": "first"}], "critiques.1"),
        (["PASS"], "critiques.0"),
        ([{**critique(), "levels": [4]}], "critiques.0"),
        ("PASS", "no list"),
    ],
)
def test_a_critique_that_cannot_be_read_fails_its_row(critiques: Any, said: str) -> None:
    with pytest.raises(RowError, match=said):
        Side("old.jsonl").read({"id": "x", "critiques": critiques})


def test_the_tables_count_flips_by_kind_and_say_what_was_compared() -> None:
    comparison = Comparison(Side("old.jsonl"), Side("new.jsonl"))
    for number in range(4):
        comparison.keep(row(critique(), name=f"row-{number}"))
    low = [{"id": "relevance", "level": 1.0}, {"id": "empathy", "level": 4.0}]
    for number, new in enumerate(
        [critique(), critique(verdict="FAIL", levels=low, score=0.0), critique(verdict="FAIL", policy_hash="p2")]
    ):
        comparison.compare(row(new, name=f"row-{number}"))
    assert comparison.flip_table() == [{"flip": "PASS → FAIL", "turns": 2, "share": 2 / 3, "levels": 1, "policy": 1}]
    old, new_side = comparison.side_table()
    assert (old["turns"], old["only here"], old["PASS"], old["FAIL"]) == (4, 1, 3, 0)
    assert (new_side["turns"], new_side["only here"], new_side["PASS"], new_side["FAIL"]) == (3, 0, 1, 2)
    assert (old["mean score"], new_side["mean score"]) == (0.75, 0.5)
    assert new_side["policy hash"] == "p2, policy1"


def test_doubts_are_said_where_rubrics_differ_or_are_mixed_and_where_nothing_matches() -> None:
    _, fine = compared(row(critique()), row(critique(policy_hash="policy2")))
    assert fine.doubts() == []
    _, other = compared(row(critique()), row(critique(rubric_hash="read2")))
    assert "not read the same rubric" in other.doubts()[0]
    _, mixed = compared(row(critique(), critique(3, rubric="bench")), row(critique(), critique(3, rubric="bench")))
    assert any("--rubric" in line for line in mixed.doubts())
    _, apart = compared(row(critique(), name="a"), row(critique(), name="b"))
    assert "no turn stands in both files" in apart.doubts()[0]
