"""Embedded rows, with which every stage runs without an argument.

Fictional people, profiles, situations, dialogues, probes and scenarios, written for kardia; JSONL in `data/`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

from kardia_cli.rows.line import Line, Row
from kardia_cli.stream import jsonl

Name = Literal["people", "profiles", "situations", "dialogues", "probes", "sage"]
_FOLDER = Path(__file__).parents[1] / "data"


def rows(name: Name) -> list[Row]:
    """Return all rows of one embedded set."""
    return [line.row for line in jsonl.read_all(_FOLDER / f"{name}.jsonl") if line.row is not None]


async def lines(name: Name) -> AsyncIterator[Line]:
    """Yield the rows of one embedded set as an input."""
    own = {"part": "profile", "source": "kardia built-in", "licence": "Apache-2.0", "consent": "fictional"}
    for number, row in enumerate(rows(name), 1):
        yield Line(number, row={**row, "origin": row.get("origin") or [own]}, file="builtin")
