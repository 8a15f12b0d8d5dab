"""CSV files as records, one bad record at a time (shared by the sources that read CSV; RFC 4180).

Python's csv module alone will not do: after a stray quote or a field that is too large it goes on in the middle of a
record, and an invalid byte ends the file. So records are cut here, on bytes, and each is decoded and parsed by itself:

    bytes ─ physical lines ─▶ lines up to an even quote ─▶ one record ─ decode, csv.reader ─▶ cells | error

A quote that is never closed costs its record: cutting resumes at the line where a quote turns out to close in the
middle of a cell, the sign that an earlier one was left open.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from kardia_cli.errors import RowError, UsageError

LIMIT = 16 * 1024 * 1024
"""Bytes of the longest record that is read; longer ones are passed over without being held."""

CHUNK = 1 << 16

_QUOTES = re.compile(rb'"+')


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the physical line where it begins (1-based), its cells, or the error in their place, and its text."""

    number: int
    cells: list[str] = field(default_factory=list)
    error: RowError | None = None
    raw: str = ""


def records(path: Path) -> Iterator[Record]:
    """Yield the records of a file, header included, blank lines not; raises `UsageError` if it cannot be read."""
    csv.field_size_limit(max(csv.field_size_limit(), LIMIT))
    try:
        with path.open("rb") as file:
            for number, raw in _cut(file):
                if raw is None:
                    limit = RowError(f"the record is longer than {LIMIT >> 20} MB; split it or take it out")
                    yield Record(number, error=limit)
                elif raw.strip(b"\r\n"):
                    yield _parse(number, raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "name an existing CSV file") from None


def header(stream: Iterator[Record], path: Path) -> list[str]:
    """Return the first record as column names; raises `UsageError` where it is missing or broken."""
    first = next(stream, None)
    if first is None:
        raise UsageError(f"{path} is empty", "name a CSV file with a header line")
    if first.error is not None:
        raise UsageError(f"{path}: no header: {first.error}", "name a CSV file in UTF-8 with a header line")
    return [cell.strip() for cell in first.cells]


def check_width(record: Record, columns: int) -> RowError | None:
    """Return the record's own error, or one for a number of cells that is not the header's; None where all is well."""
    if record.error is None and len(record.cells) != columns:
        return RowError(f"{len(record.cells)} cells where the header has {columns}; quote cells that hold commas")
    return record.error


def _cut(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield the first line number and the bytes of each record; None in place of those over `LIMIT`."""
    parts: list[bytes] = []
    held = begin = 0
    inside = False
    for number, line in enumerate(_lines(file), start=1):
        was_inside, (inside, broken) = inside, _scan(line, inside)
        if was_inside and broken:
            yield begin, b"".join(parts) if held <= LIMIT else None
            inside, was_inside = _scan(line, False)[0], False
        if not was_inside:
            parts, held, begin = [], 0, number
        held += len(line)
        if held <= LIMIT:
            parts.append(line)
        if not inside:
            yield begin, b"".join(parts) if held <= LIMIT else None
    if inside:
        yield begin, b"".join(parts) if held <= LIMIT else None


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield physical lines; of one over `LIMIT` only its beginning, just long enough to be seen as too long."""
    while line := file.readline(LIMIT + 1):
        unfinished = len(line) > LIMIT and not line.endswith(b"\n")
        yield line
        while unfinished:
            piece = file.readline(CHUNK)
            unfinished = bool(piece) and not piece.endswith(b"\n")


def _scan(line: bytes, inside: bool) -> tuple[bool, bool]:
    """Return (a quoted cell is open after this line, one closed in the middle of a cell)."""
    if len(line) > LIMIT:
        return False, False
    broken = False
    for run in _QUOTES.finditer(line):
        count = len(run[0])
        if not inside:
            if run.start() and line[run.start() - 1] != ord(b","):
                continue  # a quote inside an unquoted cell is an ordinary character
            count -= 1
            inside = True
        if count % 2:
            inside = False
            broken = broken or line[run.end() : run.end() + 1] not in (b",", b"\r", b"\n", b"")
    return inside, broken


def _parse(number: int, raw: bytes) -> Record:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        remedy = "convert the file, e.g. `iconv -f cp1252 -t utf-8`"
        bad = RowError(f"invalid UTF-8 at byte {error.start + 1} of the record; {remedy}")
        return Record(number, error=bad, raw=raw.decode("utf-8", "replace"))
    try:
        cells = next(csv.reader([text.rstrip("\r\n")], strict=True))
    except csv.Error as error:
        return Record(number, error=RowError(f"not CSV: {error}"), raw=text)
    return Record(number, cells, raw=text)
