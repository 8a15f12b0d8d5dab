"""Train and test are people, not rows: what a published file says, what is written once, and rows of a split.

A dialogue in a file that is called train or test is of that split, as KardiaBench's files are, which have no field for
it. For one's own data `assigned` writes the field once. Where neither is there, `records.split_of` goes by the person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import PurePath

from kardia_cli.errors import RowError, UsageError
from kardia_cli.rows.line import Line, Row
from kardia_cli.rows.records import person_rank, row_id, split_of

_PUBLISHED = re.compile(r"(train|test)(?:-\d+-of-\d+)?(?:\.(?:jsonl?|ndjson|parquet|gz|zst))*", re.IGNORECASE)


def published(file: str) -> str:
    """Return the split that a file's name says, "" for none.

    >>> published("data/test-00000-of-00001.parquet"), published("train.jsonl.gz"), published("test_talks.jsonl")
    ('test', 'train', '')
    """
    name = _PUBLISHED.fullmatch(PurePath(file).name)
    return name[1].lower() if name else ""


def with_published(line: Line) -> Line:
    """Return a line whose dialogue has the split that its file's name says; its own field wins, a score row is none."""
    split, row = published(line.file), line.row or {}
    if not split or not row.get("messages") or row.get("split") is not None or "protocol" in row:
        return line
    return replace(line, row={**row, "split": split})


async def assigned(
    lines: AsyncIterator[Line],
    name_of: Callable[[Row], str],
    share: float | None,
    count: int | None,
    check: Callable[[Row], Awaitable[object]],
) -> AsyncIterator[Line]:
    """Yield the lines with a `split` for good: test are `share` of the people, or `count` of them, by hash.

    `name_of` is a row's person. A row that has a split keeps it; with neither number the lines come as they are. For
    `count` all lines are read first, and people of whom `check` refuses each row (`RowError`) are none of them. Raises
    `UsageError` for both numbers, or where nobody is left to train on.
    """
    if share is not None and count is not None:
        raise UsageError("--test-share and --test-people exclude each other", "give one of them")
    chosen: set[str] = set()
    if count is not None:
        kept = [line async for line in lines]
        people = {name_of(line.row) for line in kept if line.row is not None and await _is_usable(line.row, check)}
        if len(people) <= count:
            raise UsageError(f"{count} test people of {len(people)}: nobody is left to train on", "take fewer")
        chosen = set(sorted(people, key=lambda name: person_rank(name, "split"))[:count])
        lines = _again(kept)
    async for line in lines:
        if line.row is None or line.row.get("split") is not None or (share is None and count is None):
            yield line
            continue
        name = name_of(line.row)
        is_test = name in chosen if share is None else person_rank(name, "split") < share * 2**64
        yield replace(line, row={**line.row, "split": "test" if is_test else "train"})


async def _is_usable(row: Row, check: Callable[[Row], Awaitable[object]]) -> bool:
    """Return True for a row without a split of its own that `check` lets through."""
    try:
        await check(row)
    except RowError:
        return False
    return row.get("split") is None


async def _again(lines: Sequence[Line]) -> AsyncIterator[Line]:
    for line in lines:
        yield line


def person_of(row: Row) -> str:
    """Return the name that stands for a row's person: `anon_username`, else the row's id."""
    return str(row.get("anon_username") or row_id(row))


class Split:
    """Lets the rows of one split through (`all`: every row) and counts both."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        self.counts: Counter[str] = Counter()
        self._stated = 0
        self._people: dict[str, set[int]] = {"train": set(), "test": set()}

    async def choose(self, lines: AsyncIterator[Line]) -> AsyncIterator[Line]:
        """Yield the lines of this split; a line that is an error passes, so that it is reported."""
        async for line in lines:
            if line.row is None:
                yield line
                continue
            split = split_of(line.row)
            self.counts[split] += 1
            self._stated += line.row.get("split") is not None
            if split in self._people and line.row.get("anon_username"):
                self._people[split].add(hash(line.row["anon_username"]))
            if self.wanted in ("all", split):
                yield line

    def summary(self) -> str:
        """Describe how many rows the split has, how many of the others were skipped, and people who are in both."""
        chosen = sum(self.counts.values()) if self.wanted == "all" else self.counts[self.wanted]
        others = {name: count for name, count in sorted(self.counts.items()) if self.wanted not in ("all", name)}
        skipped = "".join(f", {count} {name} rows skipped" for name, count in others.items())
        both = len(self._people["train"] & self._people["test"])
        warned = f"; {both} people are in train and in test" if both else ""
        return f"split {self.wanted}: {chosen} rows{skipped}{warned}"

    def check(self, if_stated: str = "") -> None:
        """Raise `UsageError` where the split is empty; `if_stated` is the remedy where each row says its own."""
        if self.wanted != "all" and not self.counts[self.wanted]:
            counts = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items())) or "no rows at all"
            is_stated = 0 < self._stated == sum(self.counts.values())
            remedy = if_stated if if_stated and is_stated else "give more people, or use --split all"
            raise UsageError(f"the {self.wanted} split is empty ({counts})", remedy)
