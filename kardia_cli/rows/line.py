"""One line of an input and the row in it, without the models that check it (records.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kardia_cli.errors import RowError

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One item of an input: a row, or the error in its place.

    `number` is the 1-based line where it begins, `raw` the text it was read from, `file` the input's name.
    """

    number: int
    row: Row | None = None
    error: RowError | None = None
    raw: str = ""
    file: str = ""
