"""KardiaBench as it is published: JSONL of the six fields, one dialogue a line (data card of Jhcircle/KardiaBench).

Rows come as they are, many of one person; only the span markers of supporter turns are brought to one spelling. The
data set is gated and licensed for research without redistribution; kardia ships none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from kardia_cli.errors import RowError, UsageError
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Line, Row
from kardia_cli.rows.records import SIX_FIELDS, check_row
from kardia_cli.stream.jsonl import read_all

LICENCE = "CC BY-NC-ND 4.0"


def rows(path: Path) -> Iterator[Line]:
    """Rows with the six fields; a line that lacks one is an error. `UsageError` if no field of the first row fits."""
    first = True
    try:
        for line in read_all(path):
            if first and line.row is not None and not line.row.keys() & set(SIX_FIELDS):
                remedy = "name KardiaBench's train.jsonl or test.jsonl, or use source jsonl"
                raise UsageError(f"{path} is not KardiaBench: its first row has none of the six fields", remedy)
            first = first and line.row is None
            yield _checked(line)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "name KardiaBench's train.jsonl") from None


def _checked(line: Line) -> Line:
    if line.row is None:
        return line
    try:
        return replace(line, row=_normalised(check_row(line.row, needs=("person", "anon_username", "messages"))))
    except RowError as error:
        return replace(line, row=None, error=error, raw=line.raw)


def _normalised(row: Row) -> Row:
    made = {"origin": [_origin(part) for part in ("profile", "situation", "dialogue")]}
    return made | row | {"messages": [_message(message) for message in row["messages"]]}


def _origin(part: str) -> dict[str, str]:
    return {"part": part, "source": "KardiaBench", "licence": LICENCE, "consent": ""}


def _message(message: dict[str, Any]) -> dict[str, Any]:
    if message["role"] != "assistant":
        return message
    return message | {"content": turn_format.load(turn_format.DEFAULT).normalise(message["content"])}
