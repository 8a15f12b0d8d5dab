"""Rows in, rows out: JSON lines on files, pipes and sockets, without blocking the event loop.

Lines are split on "\\n" only (real files hold U+2028 inside strings). Reading waits for a pipe through the event loop
and reads a regular file at once; memory holds one chunk and one line, and a line over `MAX_LINE` is skipped, not held.
Writing sends each row at once: the next stage starts with the first row, and a kill loses no finished one.
"""

from __future__ import annotations

import asyncio
import os
import select
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from kardia_cli.errors import RowError, UsageError
from kardia_cli.rows.line import Line, Row

MAX_LINE = 32 * 1024 * 1024
"""Bytes of the longest line that is read; a row of a long dialogue has about 10,000."""
CHUNK = 1 << 16
_GZIP = b"\x1f\x8b"
REJECT_KEYS = frozenset({"stage", "file", "line", "id", "kind", "reason", "row"})


class OutputClosed(Exception):
    """The reader of the output has gone (`| head`): quiet success."""


class Splitter:
    """Cuts chunks of bytes into lines; gives None in place of a line that is longer than `MAX_LINE`."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._held = 0
        self._skipping = False

    def feed(self, chunk: bytes) -> Iterator[bytes | None]:
        """Give the lines that this chunk completes."""
        *complete, rest = chunk.split(b"\n")
        for piece in complete:
            yield self._finish(piece)
        if rest:
            self._hold(rest)

    def close(self) -> Iterator[bytes | None]:
        """Give the last line where the file does not end in a newline."""
        if self._parts or self._skipping:
            yield self._finish(b"")

    def _hold(self, piece: bytes) -> None:
        self._held += len(piece)
        if self._held > MAX_LINE:
            self._skipping, self._parts = True, []
        else:
            self._parts.append(piece)

    def _finish(self, piece: bytes) -> bytes | None:
        self._hold(piece)
        line = None if self._skipping else b"".join(self._parts)
        self._parts, self._held, self._skipping = [], 0, False
        return line


def parse_line(raw: bytes | None, number: int, file: str = "") -> Line | None:
    """Return one line as a row, or with the error in its place; None for a blank line.

    A record of a rejects file gives its row.
    """
    if raw is None:
        too_long = RowError(f"the line is longer than {MAX_LINE >> 20} MB; split it or take it out")
        return Line(number, error=too_long, file=file)
    if number == 1:
        raw = raw.removeprefix(b"\xef\xbb\xbf")
    if not raw.strip():
        return None
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return Line(number, error=RowError(_why_not_json(raw, error)), raw=raw.decode("utf-8", "replace"), file=file)
    if not isinstance(row, dict):
        return Line(number, error=RowError("not a JSON object; write one object a line"), raw=raw.decode(), file=file)
    if row.keys() == REJECT_KEYS and isinstance(row["row"], dict):
        row = row["row"]
    return Line(number, row=row, file=file)


def _why_not_json(raw: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as bad:
        if raw.startswith(_GZIP):
            return "compressed; unpack it into a pipe: `zcat FILE |`"
        return f"invalid UTF-8 at byte {bad.start + 1}; convert the file, e.g. `iconv -f cp1252 -t utf-8`"
    if raw.lstrip()[:1] == b"[":
        return "not a JSON object; a JSON list must be turned into lines first, e.g. `jq -c '.[]'`"
    return f"not JSON ({error.msg} at column {error.colno}); write one JSON object a line"


async def read_fd(
    descriptor: int, file: str = "-", on_silence: Callable[[], None] | None = None
) -> AsyncIterator[Line]:
    """Yield rows from a file descriptor. `on_silence` is called once if nothing has come after 3 s."""
    splitter, number = Splitter(), 0
    waits = _waits(descriptor)
    if waits and on_silence is not None:
        await _first_byte(descriptor, on_silence)
    while True:
        if waits and not _ready(descriptor, select.POLLIN):
            await _wait(descriptor, "reader")
        chunk = os.read(descriptor, CHUNK)
        for raw in splitter.feed(chunk) if chunk else splitter.close():
            number += 1
            line = parse_line(raw, number, file)
            if line is not None:
                yield line
        if not chunk:
            return


async def read_file(path: Path) -> AsyncIterator[Line]:
    """Yield the rows of a file; raises `UsageError` where it cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "name an existing file, `-` or `builtin`") from None
    try:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise UsageError(f"{path} is a folder", "name a JSONL file")
        async for line in read_fd(descriptor, str(path)):
            yield line
    finally:
        os.close(descriptor)


async def spool(descriptor: int, path: Path, on_silence: Callable[[], None] | None = None) -> None:
    """Copy a stream into a file, for readers that need one (a CSV from stdin)."""
    waits = _waits(descriptor)
    if waits and on_silence is not None:
        await _first_byte(descriptor, on_silence)
    with path.open("wb") as file:
        while True:
            if waits and not _ready(descriptor, select.POLLIN):
                await _wait(descriptor, "reader")
            chunk = os.read(descriptor, CHUNK)
            if not chunk:
                return
            file.write(chunk)


def _waits(descriptor: int) -> bool:
    return not stat.S_ISREG(os.fstat(descriptor).st_mode)


def _ready(descriptor: int, event: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, event)
    return bool(poll.poll(0))


async def _first_byte(descriptor: int, on_silence: Callable[[], None]) -> None:
    try:
        await asyncio.wait_for(_wait(descriptor, "reader"), timeout=3)
    except TimeoutError:
        on_silence()


async def _wait(descriptor: int, side: str) -> None:
    """Wait until the descriptor can be read or written (a closed other end counts)."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    add, remove = (loop.add_reader, loop.remove_reader) if side == "reader" else (loop.add_writer, loop.remove_writer)
    try:
        add(descriptor, wake)
    except PermissionError:  # epoll takes no /dev/null and the like; those never make anyone wait
        return
    try:
        await ready
    finally:
        remove(descriptor)


def dump(row: Row) -> bytes:
    """Return a row as one line of JSON."""
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


class RowWriter:
    """Writes rows to a descriptor, each at once; raises `OutputClosed` when the reader of a pipe has gone."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waits = _waits(descriptor)
        self._room = select.poll()
        self._room.register(descriptor, select.POLLOUT)

    async def write(self, row: Row) -> None:
        """Write one row; waits, without blocking other work, while a pipe is full."""
        data = dump(row)
        try:
            if not self._waits:
                while data:
                    data = data[os.write(self._descriptor, data) :]
                return
            while data:
                if not self._room.poll(0):
                    await _wait(self._descriptor, "writer")
                data = data[os.write(self._descriptor, data[: select.PIPE_BUF]) :]  # that much fits when there is room
        except BrokenPipeError:
            raise OutputClosed from None

    async def closed(self) -> None:
        """Return when the reader of a pipe or socket has gone; for a file or terminal, never."""
        while True:
            if self._waits and not os.isatty(self._descriptor) and _hung_up(self._descriptor):
                return
            await asyncio.sleep(0.2)


def _hung_up(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


class PlainWriter:
    """Writes rows to a descriptor outside an event loop; when the reader has gone, the rest is not written."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def write(self, row: Row) -> None:
        """Write one row."""
        if self._descriptor is None:
            return
        try:
            data = memoryview(dump(row))
            while data:
                data = data[os.write(self._descriptor, data) :]
        except BrokenPipeError:
            self._descriptor = None


def read_all(path: Path) -> Iterator[Line]:
    """Yield the rows of a file without an event loop, for stages that need them all (sft, grpo) and embedded data."""
    splitter, number = Splitter(), 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            for raw in splitter.feed(chunk) if chunk else splitter.close():
                number += 1
                line = parse_line(raw, number, str(path))
                if line is not None:
                    yield line
            if not chunk:
                return


def as_text(value: Any) -> str:
    """Return a value as compact JSON text, for free traces inside a row."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
