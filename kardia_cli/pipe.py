"""One stage as a Unix filter: rows in, rows out, rejects aside, a summary on stderr.

stdin counts as input when it is a pipe, a file or a socket; on a terminal or /dev/null a data stage uses its embedded
input and says so. Output files and rejects are written beside and renamed. A reader that closes the pipe early is quiet
success; Ctrl-C lets what is in work finish for a few seconds; both stop paying at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import stat
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kardia_cli import embedded, flow, jsonl
from kardia_cli.console import Voice
from kardia_cli.errors import RowError, Unfinished, UsageError
from kardia_cli.records import Line, Row

BUILTIN = "builtin"
GRACE = 5.0
"""Seconds that what is in work gets to finish after Ctrl-C."""
REPORT_EVERY = 10.0


@dataclass(frozen=True)
class Channels:
    """Where a stage reads and writes, and how it ends."""

    inputs: list[str] = field(default_factory=list)
    output: Path | None = None
    rejects: Path | None = None
    force: bool = False
    min_rows: int = 0
    ordered: bool = True
    window: int = 64


class Interrupted(Exception):
    """Ctrl-C or SIGTERM; `cli.py` exits 130."""


def stdin_is_input() -> bool:
    """Whether stdin holds rows: a pipe, a file or a socket; not a terminal, /dev/null, or nothing at all."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def named_inputs(inputs: list[str], voice: Voice, default: str | None) -> list[str]:
    """The inputs to read: those given, else stdin where it counts, else `builtin` (said once), else none."""
    if inputs:
        return inputs
    if stdin_is_input():
        return ["-"]
    if default is None:
        return []
    voice.say(f"no input given: using the embedded {default} (name a file, or pipe rows in, to replace them)")
    return [BUILTIN]


async def read_inputs(inputs: list[str], voice: Voice, builtin: embedded.Name) -> AsyncIterator[Line]:
    """The rows of all inputs, one after the other."""
    for name in inputs:
        if name == BUILTIN:
            lines = embedded.lines(builtin)
        elif name == "-":
            lines = jsonl.read_fd(0, "stdin", lambda: silence(voice))
        else:
            lines = jsonl.read_file(Path(name))
        async for line in lines:
            yield line


def silence(voice: Voice) -> None:
    """Say what a silent stdin is waited for."""
    voice.say(f"waiting for rows on stdin (to use the embedded ones, type `{voice.command} {BUILTIN}`)")


async def take(source: AsyncIterator[Line], limit: int | None) -> AsyncIterator[Line]:
    """At most `limit` lines of the source."""
    if limit is not None and limit <= 0:
        return
    count = 0
    async for line in source:
        yield line
        count += 1
        if limit is not None and count >= limit:
            return


def run(stage: str, source: AsyncIterator[Line], work: flow.Work, channels: Channels, voice: Voice) -> Tally:
    """Run one stage to its end; raises `Unfinished` (3) where rows failed, `Interrupted` (130), or what stopped it."""
    return asyncio.run(move(stage, source, work, channels, voice))


async def move(
    stage: str,
    source: AsyncIterator[Line],
    work: flow.Work,
    channels: Channels,
    voice: Voice,
    on_row: Callable[[Row], None] = lambda row: None,
) -> Tally:
    """Move rows from source to output; `on_row` sees every row that goes out. See `run`."""
    tally = Tally(stage, voice)
    with output_descriptor(channels.output, channels.force) as descriptor:
        with _rejects_file(channels.rejects, channels.force) as rejects:
            writer = jsonl.RowWriter(descriptor)
            pump = _pump(source, work, writer, rejects, channels, tally, on_row)
            await _until_closed(pump, writer, tally)
            tally.finish()
            if tally.interrupted:
                raise Interrupted
            if not tally.closed_early:
                tally.check(channels.min_rows)
    return tally


class Tally:
    """Counts of one run: rows in and out, and rejects by kind and reason."""

    def __init__(self, stage: str, voice: Voice) -> None:
        self.stage, self.voice = stage, voice
        self.rows_in = self.rows_out = 0
        self.failed: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.closed_early = self.interrupted = False
        self._began = self._reported = time.monotonic()

    def count(self, outcome: flow.Outcome) -> None:
        """Take in one outcome."""
        self.rows_in += 1
        self.rows_out += len(outcome.rows)
        if outcome.error is not None:
            counter = self.dropped if outcome.error.kind == "dropped" else self.failed
            counter[_family(str(outcome.error))] += 1
        now = time.monotonic()
        if now - self._reported > REPORT_EVERY:
            self._reported = now
            self.voice.say(f"{self.rows_out} rows out so far{self._rejected()}")

    def finish(self) -> None:
        """Say what came of the run."""
        spent = time.monotonic() - self._began
        ending = ", stopped early: the reader of the output has gone" if self.closed_early else ""
        if self.closed_early and self.voice.level < 1:
            return
        self.voice.say(f"{self.rows_in} rows in, {self.rows_out} out{self._rejected()} in {spent:.1f} s{ending}")
        for kind, counter in (("failed", self.failed), ("dropped", self.dropped)):
            for reason, number in counter.most_common(8):
                self.voice.say(f"  {kind} {number}: {reason}")

    def _rejected(self) -> str:
        return "".join(
            f", {sum(counter.values())} {kind}"
            for kind, counter in (("failed", self.failed), ("dropped", self.dropped))
            if counter
        )

    def check(self, min_rows: int) -> None:
        """Raise `Unfinished` where rows failed or too few came out."""
        if self.failed:
            total = sum(self.failed.values())
            raise Unfinished(
                f"{total} of {self.rows_in} rows failed", "see the reasons above, or keep them: --rejects FILE"
            )
        if self.rows_out < min_rows:
            raise Unfinished(f"{self.rows_out} rows came out, --min-rows asks for {min_rows}", "give more input")


def _family(reason: str) -> str:
    """A reason without the numbers and quotes that differ from row to row, for counting."""
    import re

    return re.sub(r"\d+(\.\d+)?", "N", re.sub(r"'[^']{0,200}'|\"[^\"]{0,200}\"", "…", reason))[:100]


async def _pump(
    source: AsyncIterator[Line],
    work: flow.Work,
    writer: jsonl.RowWriter,
    rejects: jsonl.RowWriter | None,
    channels: Channels,
    tally: Tally,
    on_row: Callable[[Row], None],
) -> None:
    stop = asyncio.Event()

    def waiting(line: Line) -> None:
        tally.voice.say(
            f"waiting for {line.file}:{line.number} ({(line.row or {}).get('id', 'no id')}); reading paused"
        )

    outcomes = flow.stream(source, work, window=channels.window, ordered=channels.ordered, stop=stop, on_wait=waiting)
    with _signals(stop, tally):
        async with contextlib.aclosing(outcomes):
            async for outcome in outcomes:
                for row in outcome.rows:
                    await writer.write(row)
                    on_row(row)
                tally.count(outcome)
                if outcome.error is not None:
                    await _reject(outcome.line, outcome.error, rejects, tally)


async def _reject(line: Line, error: RowError, rejects: jsonl.RowWriter | None, tally: Tally) -> None:
    row_id = (line.row or {}).get("id")
    if rejects is None:
        tally.voice.warn(f"{error.kind} {line.file}:{line.number}{f' ({row_id})' if row_id else ''}: {error}")
        return
    record = {
        "stage": tally.stage,
        "file": line.file,
        "line": line.number,
        "id": row_id,
        "kind": error.kind,
        "reason": str(error),
        "row": line.row if line.row is not None else line.raw,
    }
    await rejects.write(record)


async def _until_closed(pump: Coroutine[Any, Any, None], writer: jsonl.RowWriter, tally: Tally) -> None:
    """Run the pump until it ends or the reader of the output has gone."""
    moving = asyncio.create_task(pump)
    watching = asyncio.create_task(writer.closed())
    try:
        await asyncio.wait({moving, watching}, return_when=asyncio.FIRST_COMPLETED)
        if moving.done():
            moving.result()
        else:
            tally.closed_early = True
    except jsonl.OutputClosed:
        tally.closed_early = True
    finally:
        for task in (moving, watching):
            task.cancel()
        await asyncio.gather(moving, watching, return_exceptions=True)


@contextlib.contextmanager
def _signals(stop: asyncio.Event, tally: Tally) -> Iterator[None]:
    """First Ctrl-C or SIGTERM: read no more, give what is in work `GRACE` seconds. The second: leave at once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def leave() -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()
        tally.interrupted = True
        tally.voice.warn("interrupted: finishing what is in work (once more: leave at once)")
        loop.call_later(GRACE, task.cancel)

    handled = (signal.SIGINT, signal.SIGTERM)
    for number in handled:
        loop.add_signal_handler(number, leave)
    try:
        yield
    except asyncio.CancelledError:
        if not tally.interrupted:
            raise
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def output_descriptor(path: Path | None, force: bool) -> Iterator[int]:
    """Where rows go: stdout, or a file that is written beside and renamed at the end.

    While stdout carries rows, file descriptor 1 points at stderr, so that no library can write between them.
    """
    if path is not None:
        with _beside(path, force) as descriptor:
            yield descriptor
        return
    sys.stdout.flush()
    private = os.dup(1)
    os.dup2(2, 1)
    try:
        yield private
    finally:
        os.dup2(private, 1)
        os.close(private)


@contextlib.contextmanager
def _beside(path: Path, force: bool) -> Iterator[int]:
    """A descriptor of a part file that becomes `path` when all went well (rows that failed are no harm to that)."""
    if path.exists() and not force and not _is_device(path):
        raise UsageError(f"{path} exists", "give another name, or --force to replace it")
    if _is_device(path):
        descriptor = os.open(path, os.O_WRONLY)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
        return
    part = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT, 0o644)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", "choose a folder that exists and is yours") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
    except BlockingIOError:
        os.close(descriptor)
        raise UsageError(f"another process writes {path}", "give each stage its own file") from None
    try:
        yield descriptor
    except Unfinished:
        os.replace(part, path)
        raise
    except BaseException:
        part.unlink()
        raise
    else:
        os.replace(part, path)
    finally:
        os.close(descriptor)


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file()


@contextlib.contextmanager
def _rejects_file(path: Path | None, force: bool) -> Iterator[jsonl.RowWriter | None]:
    if path is None:
        yield None
        return
    with _beside(path, force) as descriptor:
        yield jsonl.RowWriter(descriptor)
