"""A dialogue depends on seed and index alone; profiles are used again in order; every emotion gets its share."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kardia_cli.errors import RowError, UsageError
from kardia_cli.rows.line import Line, Row
from kardia_cli.stages import pairing
from kardia_cli.stages.pairing import Pairing, paired
from kardia_cli.stream import embedded, jsonl
from kardia_cli.text import risk
from tests.support.four_spans import EMOTIONS

SITUATIONS, _ = pairing.read_situations(
    Line(number, row=row) for number, row in enumerate(embedded.rows("situations"), 1)
)


async def people(count: int) -> AsyncIterator[Line]:
    for number in range(count):
        yield Line(
            number + 1, row={"id": str(number), "person": f"p{number}", "anon_username": f"u{number}", "note": 1}
        )


def rows(how: pairing.How, count: int, seed: int = 0, profiles: int = 5) -> list[Row]:
    async def go() -> list[Row]:
        chosen = Pairing(SITUATIONS, how, seed)
        return [line.row or {} async for line in paired(people(profiles), chosen, count)]

    return asyncio.run(go())


@pytest.mark.parametrize("how", ["balanced", "natural", "round-robin"])
def test_the_first_rows_of_few_and_of_many_are_equal(how: pairing.How) -> None:
    assert rows(how, 200)[:20] == rows(how, 20)


def test_balanced_gives_every_emotion_its_share() -> None:
    assert set(Counter(row["emotion"] for row in rows("balanced", 128)).values()) == {4}


def test_balanced_lets_every_person_meet_many_emotions() -> None:
    met: dict[str, set[str]] = {}
    for row in rows("balanced", 320, profiles=8):
        met.setdefault(row["anon_username"], set()).add(row["emotion"])
    assert min(len(emotions) for emotions in met.values()) > 16


def test_another_seed_pairs_otherwise() -> None:
    assert rows("natural", 20, seed=1) != rows("natural", 20, seed=2)


def test_round_robin_follows_the_file() -> None:
    assert [row["situation"] for row in rows("round-robin", 3)] == [row["situation"] for row in SITUATIONS[:3]]


def test_profiles_are_used_again_in_order() -> None:
    assert [row["anon_username"] for row in rows("natural", 7, profiles=3)] == [
        "u0",
        "u1",
        "u2",
        "u0",
        "u1",
        "u2",
        "u0",
    ]


def test_ids_are_unique_though_a_pair_meets_again() -> None:
    again = rows("round-robin", 480, profiles=1)
    assert len({row["id"] for row in again}) == 480


def test_fields_of_the_profile_that_kardia_does_not_know_come_along() -> None:
    assert rows("natural", 1)[0]["note"] == 1


def test_no_profile_at_all_makes_no_row() -> None:
    assert rows("natural", 5, profiles=0) == []


def test_a_bad_profile_is_an_error_line_and_does_not_count() -> None:
    async def some() -> AsyncIterator[Line]:
        yield Line(1, error=RowError("not JSON"))
        yield Line(2, row={"anon_username": "x"})
        yield Line(3, row={"person": "p", "anon_username": "y"})

    async def go() -> list[Line]:
        return [line async for line in paired(some(), Pairing(SITUATIONS, "natural", 0), 2)]

    lines = asyncio.run(go())
    assert [line.error is None for line in lines] == [False, False, True, True]
    assert "'person' is missing" in str(lines[1].error)


def test_a_bad_situation_is_named_and_the_others_are_used(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(
        '{"situation":"a_comma_ b","emotion":"sad"}\n{"situation":"c","emotion":"sadd"}\n{"emotion":"sad"}\noops\n'
    )
    good, bad = pairing.read_situations(pairing.read_files([str(path)]))
    assert [row["situation"] for row in good] == ["a, b"]
    assert [line.number for line in bad] == [2, 3, 4]
    assert "none of the 32 labels" in str(bad[0].error)


def test_a_missing_situation_file_and_an_empty_one_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file"):
        list(pairing.read_files([str(tmp_path / "none.jsonl")]))
    with pytest.raises(UsageError, match="no situation"):
        Pairing([], "natural", 0)


def test_embedded_data_is_complete() -> None:
    situations, profiles = embedded.rows("situations"), embedded.rows("profiles")
    assert min(Counter(row["emotion"] for row in situations).values()) >= 4
    assert {row["emotion"] for row in situations} == set(EMOTIONS)
    assert len(profiles) >= 24
    assert len(embedded.rows("dialogues")) == 8
    assert jsonl.dump(profiles[0])


def test_a_situation_is_read_from_a_row_whose_other_fields_are_somebody_elses() -> None:
    row = {"situation": "My sister moved.", "emotion": "sad", "split": "valid", "messages": [{"role": "listener"}]}
    good, bad = pairing.read_situations([Line(1, row=row, file="ed.jsonl")])
    assert (good[0]["situation"], bad) == ("My sister moved.", [])


def test_where_no_situation_can_be_used_the_first_reason_is_named() -> None:
    good, bad = pairing.read_situations([Line(7, row={"situation": "x", "emotion": "blue"}, file="ed.jsonl")])
    with pytest.raises(UsageError, match=r"ed\.jsonl:7: .*'blue' is none of the 32 labels"):
        pairing.require(good, bad)


DARK = "I want to die since he left."


def pairs(on_risk: risk.How, *persons: Row, count: int = 4) -> list[Line]:
    async def some() -> AsyncIterator[Line]:
        for number, person in enumerate(persons, 1):
            yield Line(number, row=person)

    lines = [Line(n, row={"situation": text, "emotion": "sad"}) for n, text in enumerate((DARK, "He left."), 1)]
    good, bad = pairing.read_situations(lines, on_risk)

    async def go() -> list[Line]:
        return [line async for line in paired(some(), Pairing(good, "round-robin", 0, on_risk), count, bad)]

    return asyncio.run(go())


def test_a_pair_is_flagged_by_its_situation_and_its_profile() -> None:
    made = [line.row or {} for line in pairs("flag", {"person": "About: My father beats me.", "anon_username": "u"})]
    kinds = [[(mark["part"], mark["kind"]) for mark in row["risk"]] for row in made]
    assert kinds == [[("profile", "abuse"), ("situation", "suicide")], [("profile", "abuse")]] * 2


def test_a_new_dialogue_keeps_the_marks_of_the_person_and_not_those_of_an_old_dialogue() -> None:
    old = [
        {"part": "profile", "turn": -1, "kind": "abuse", "quote": "from a post"},
        {"part": "situation", "turn": -1, "kind": "suicide", "quote": "of another talk"},
        {"part": "talk", "turn": 1, "kind": "suicide", "quote": "of another talk"},
    ]
    for on_risk in ("keep", "flag"):
        row = pairs(on_risk, {"person": "About: I paint.", "risk": old})[1].row or {}
        assert row["risk"] == old[:1]


def test_dropped_situations_and_profiles_cost_no_dialogue() -> None:
    lines = pairs("drop", {"person": f"About: {DARK}"}, {"person": "About: I paint."})
    refused = [str(line.error) for line in lines if line.error is not None]
    assert refused == ["risk: suicide in the situation", "risk: suicide in the profile"]
    assert {line.error.kind for line in lines if line.error is not None} == {"dropped"}
    made = [line.row or {} for line in lines if line.error is None]
    assert [(row["person"], row["situation"], row["risk"]) for row in made] == [("About: I paint.", "He left.", [])] * 4


def test_a_column_that_happens_to_be_named_risk_costs_one_row() -> None:
    lines = pairs("flag", {"person": "About: I paint.", "risk": "low"}, {"person": "About: I sing."})
    assert "field 'risk'" in str(lines[0].error)
    assert len(lines) == 5
