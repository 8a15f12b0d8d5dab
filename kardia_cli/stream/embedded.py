"""Embedded rows, with which every stage runs without an argument.

Fictional people, profiles, situations, dialogues, probes and scenarios, written for kardia; JSONL in `data/`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from kardia_cli.errors import UsageError
from kardia_cli.rows.line import Line, Row
from kardia_cli.stream import jsonl

_FOLDER = Path(__file__).parents[1] / "data"


def rows(name: str) -> list[Row]:
    """Return all rows of an embedded set, a file of `data/` by its name. `UsageError` for one that is not there."""
    if not (_FOLDER / f"{name}.jsonl").is_file():
        known = sorted(path.stem for path in _FOLDER.glob("*.jsonl"))
        raise UsageError(f"there are no embedded rows {name!r}", f"known: {', '.join(known)}")
    return [line.row for line in jsonl.read_all(_FOLDER / f"{name}.jsonl") if line.row is not None]


async def lines(name: str) -> AsyncIterator[Line]:
    """Yield the rows of an embedded set as an input."""
    own = {"part": "profile", "source": "kardia built-in", "licence": "Apache-2.0", "consent": "fictional"}
    for number, row in enumerate(rows(name), 1):
        yield Line(number, row={**row, "origin": row.get("origin") or [own]}, file="builtin")
