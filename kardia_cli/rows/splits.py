"""Rows of a split, and a count of those left out; train and test are people, not rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

from kardia_cli.errors import UsageError
from kardia_cli.rows.line import Line
from kardia_cli.rows.records import split_of


class Split:
    """Lets the rows of one split through (`all`: every row) and counts both."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        self.counts: Counter[str] = Counter()

    async def choose(self, lines: AsyncIterator[Line]) -> AsyncIterator[Line]:
        """Yield the lines of this split; a line that is an error passes, so that it is reported."""
        async for line in lines:
            if line.row is None:
                yield line
                continue
            split = split_of(line.row)
            self.counts[split] += 1
            if self.wanted in ("all", split):
                yield line

    def summary(self) -> str:
        """Describe how many rows the split has, and how many of the others were skipped."""
        chosen = sum(self.counts.values()) if self.wanted == "all" else self.counts[self.wanted]
        others = {name: count for name, count in sorted(self.counts.items()) if self.wanted not in ("all", name)}
        skipped = "".join(f", {count} {name} rows skipped" for name, count in others.items())
        return f"split {self.wanted}: {chosen} rows{skipped}"

    def check(self) -> None:
        """Raise `UsageError` where the split is empty."""
        if self.wanted != "all" and not self.counts[self.wanted]:
            counts = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items())) or "no rows at all"
            raise UsageError(f"the {self.wanted} split is empty ({counts})", "give more people, or use --split all")
