"""CSV of any layout with a header line (RFC 4180); `map=person=bio` says which column is what.

Cells are text. A record with another number of cells than the header, with broken quotes, invalid UTF-8 or of more than
16 MB costs itself alone. `build-profiles` leaves out columns that are not named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kardia_cli.errors import UsageError
from kardia_cli.rows.line import Line
from kardia_cli.stream.csv_records import check_width, header, records
from kardia_cli.stream.field_mapping import apply, find_missing, read_map


def rows(path: Path, map: Sequence[str] = ()) -> Iterator[Line]:  # noqa: A002  # the option's name on the command line
    """Raw rows of a CSV file.

    `map`: entries "field=column"; "field=" leaves the field empty. A mapped column that the header lacks, or a column
    name that stands there twice, is a `UsageError`.
    """
    mapping, stream = read_map(map), records(path)
    columns = header(stream, path)
    if len(set(columns)) < len(columns):
        raise UsageError(f"{path}: two columns have the same name: {', '.join(columns)}", "rename one in the header")
    problem = find_missing(mapping, columns)
    if problem:
        raise UsageError(f"{path}: {problem}", "map fields to columns of this file")
    for record in stream:
        error = check_width(record, len(columns))
        row = None if error else apply(mapping, dict(zip(columns, record.cells, strict=True)))
        yield Line(record.number, row=row, error=error, raw=record.raw)
