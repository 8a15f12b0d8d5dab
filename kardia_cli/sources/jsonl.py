"""JSON lines of any layout: one object a line; `map=person=bio` says which key is what.

Lines end at "\\n" only (U+2028 stays inside strings); one over `kardia_cli.stream.jsonl.MAX_LINE`, not JSON, not an
object or not UTF-8 costs itself alone. `build-profiles` leaves out keys that are not named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kardia_cli.errors import RowError, UsageError
from kardia_cli.rows.line import Line
from kardia_cli.stream.field_mapping import apply, read_map
from kardia_cli.stream.jsonl import read_all


def rows(path: Path, map: Sequence[str] = ()) -> Iterator[Line]:  # noqa: A002  # the option's name on the command line
    """Raw rows of a JSONL file.

    `map`: entries "field=key"; "field=" leaves the field empty. A row without a mapped key is an error.
    """
    mapping = read_map(map)
    try:
        for line in read_all(path):
            yield _mapped(line, mapping)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "name an existing JSONL file") from None


def _mapped(line: Line, mapping: dict[str, str]) -> Line:
    if line.row is None:
        return line
    try:
        return replace(line, row=apply(mapping, line.row))
    except RowError as error:
        return replace(line, row=None, error=error)
