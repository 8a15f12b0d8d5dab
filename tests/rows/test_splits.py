"""Train and test are people; what a published set calls its third part is in neither."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.rows.line import Line
from kardia_cli.rows.records import check_row, split_of
from kardia_cli.rows.splits import Split


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
