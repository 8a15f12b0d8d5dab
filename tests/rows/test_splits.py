"""Train and test are people; what a published set calls its third part is in neither."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.rows.line import Line, Row
from kardia_cli.rows.records import check_row, split_of
from kardia_cli.rows.splits import Split, assigned, person_of, published, with_published


def chosen(wanted: str, rows: list[dict[str, Any]]) -> tuple[list[str], Split]:
    async def lines() -> AsyncIterator[Line]:
        for number, row in enumerate(rows, 1):
            yield Line(number, row=row)

    async def go() -> list[str]:
        return [str(line.row["id"]) async for line in split.choose(lines()) if line.row is not None]

    split = Split(wanted)
    return asyncio.run(go()), split


ROWS = [{"id": name, "split": name} for name in ("train", "test", "valid", "dev")]


@pytest.mark.parametrize(
    ("wanted", "ids", "said"),
    [
        ("train", ["train"], "split train: 1 rows, 1 test rows skipped, 2 valid rows skipped"),
        ("test", ["test"], "split test: 1 rows, 1 train rows skipped, 2 valid rows skipped"),
        ("all", ["train", "test", "valid", "dev"], "split all: 4 rows"),
    ],
)
def test_a_rows_own_split_wins_and_a_third_part_is_only_in_all(wanted: str, ids: list[str], said: str) -> None:
    found, split = chosen(wanted, ROWS)
    assert (found, split.summary()) == (ids, said)


def test_the_split_is_a_function_of_the_person_alone() -> None:
    people = [{"id": str(n), "anon_username": f"person {n % 200}", "situation": str(n)} for n in range(400)]
    splits = [split_of(row) for row in people]
    assert splits[:200] == splits[200:]
    assert 10 < splits[:200].count("test") < 45


def test_a_split_that_nobody_knows_is_refused_by_name() -> None:
    for name in ("train", "test", "valid", "validation", "dev"):
        check_row({"split": name})
    with pytest.raises(Exception, match="field 'split'"):
        check_row({"split": "holdout"})


def test_an_empty_split_names_the_counts_and_the_way_out() -> None:
    _, split = chosen("test", [{"id": "a", "split": "train"}])
    with pytest.raises(UsageError, match="1 train") as caught:
        split.check()
    assert "--split all" in caught.value.remedy


@pytest.mark.parametrize(
    ("file", "split"),
    [
        ("test.jsonl", "test"),
        ("a/b/Train.jsonl.gz", "train"),
        ("test-00000-of-00001.parquet", "test"),
        ("test", "test"),
        ("test_talks.jsonl", ""),
        ("mytest.jsonl", ""),
        ("stdin", ""),
    ],
)
def test_a_file_that_is_called_train_or_test_says_its_split(file: str, split: str) -> None:
    assert published(file) == split


def test_dialogues_alone_take_the_split_of_their_file_and_their_own_wins() -> None:
    talk = {"messages": [{"role": "user", "content": "hello"}]}
    assert with_published(Line(1, row=talk, file="test.jsonl")).row == {**talk, "split": "test"}
    own = {**talk, "split": "train"}
    assert with_published(Line(1, row=own, file="test.jsonl")).row == own
    assert with_published(Line(1, row={"person": "p"}, file="test.jsonl")).row == {"person": "p"}


def test_people_of_both_parts_are_counted() -> None:
    rows = [{"id": f"{name}{split}", "split": split, "anon_username": name} for name in "ab" for split in ("train",)]
    _, split = chosen("train", [*rows, {"id": "x", "split": "test", "anon_username": "a"}])
    assert split.summary() == "split train: 2 rows, 1 test rows skipped; 1 people are in train and in test"


async def fits(row: Row) -> None:
    check_row(row, ("person",))


def written(size: int, **numbers: Any) -> list[str]:
    async def lines() -> AsyncIterator[Line]:
        for number in range(size):
            yield Line(number, row={"anon_username": f"u{number}", "person": "p"})

    async def go() -> list[str]:
        told = {"share": None, "count": None, **numbers}
        return [(line.row or {}).get("split", "") async for line in assigned(lines(), person_of, **told, check=fits)]

    return asyncio.run(go())


def test_a_split_is_written_for_a_share_or_a_number_of_people() -> None:
    assert written(671, count=32).count("test") == 32
    assert 80 <= written(1000, share=0.1).count("test") <= 120
    assert written(50, share=0.1) == written(100, share=0.1)[:50]
    assert set(written(5)) == {""}


@pytest.mark.parametrize("numbers", [{"share": 0.1, "count": 2}, {"count": 5}, {"count": 9}])
def test_a_split_that_cannot_be_is_a_usage_error(numbers: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        written(5, **numbers)


def test_people_who_cannot_be_used_or_have_a_split_are_none_of_the_test_people() -> None:
    async def lines() -> AsyncIterator[Line]:
        for number in range(40):
            more = {"person": ""} if number % 2 else {"person": "p", **({"split": "valid"} if number % 4 else {})}
            yield Line(number, row={"anon_username": f"u{number}", **more})

    async def go() -> list[Any]:
        return [line.row async for line in assigned(lines(), person_of, None, 4, fits)]

    held = [row for row in asyncio.run(go()) if row["split"] == "test"]
    assert [row["person"] for row in held] == ["p"] * 4


def test_a_row_keeps_the_split_that_it_has() -> None:
    async def lines() -> AsyncIterator[Line]:
        yield Line(1, row={"anon_username": "u", "split": "valid"})

    async def go() -> list[Any]:
        return [line.row async for line in assigned(lines(), person_of, 1.0, None, fits)]

    assert asyncio.run(go()) == [{"anon_username": "u", "split": "valid"}]
