"""One stage as a Unix filter: rows in, rows out, rejects aside, a summary on stderr.

stdin counts as input when it is a pipe, a file or a socket; on a terminal or /dev/null a data stage uses its embedded
input and says so. Output files and rejects are written beside and renamed. A reader that closes the pipe early is quiet
success; Ctrl-C lets what is in work finish for a few seconds; both stop paying at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import re
import signal
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kardia_cli.cli.progress import Progress, describe_wait
from kardia_cli.errors import Interrupted, RowError
from kardia_cli.rows import splits
from kardia_cli.rows.line import Line, Row
from kardia_cli.screen.console import Console
from kardia_cli.screen.terminal import has_piped_output
from kardia_cli.stream import embedded, flow, jsonl
from kardia_cli.stream.output import output_descriptor, rejects_file

BUILTIN = "builtin"
GRACE = 5.0
"""Seconds that what is in work gets to finish after Ctrl-C."""
REPORT_EVERY = 10.0
REFRESH_EVERY = 0.25


@dataclass(frozen=True)
class Channels:
    """The files that a stage writes, how rows are ordered, and when the end is a good one."""

    output: Path | None = None
    rejects: Path | None = None
    force: bool = False
    min_rows: int = 0
    ordered: bool = True
    window: int = 64


def stdin_is_input() -> bool:
    """Return True where stdin is a pipe, a file or a socket; False for a terminal, /dev/null, or nothing at all."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def named_inputs(inputs: list[str], console: Console, default: str | None) -> list[str]:
    """Return the inputs to read: those given, else stdin where it is input, else `builtin` (with one message).

    [] where nothing is given and there is no embedded `default`.
    """
    if inputs:
        return inputs
    if stdin_is_input():
        return ["-"]
    if default is None:
        return []
    console.say(f"no input given: using the embedded {default} (name a file, or pipe rows in, to replace them)")
    return [BUILTIN]


async def read_inputs(inputs: list[str], console: Console, builtin: str) -> AsyncIterator[Line]:
    """Yield the rows of all inputs, one after the other; dialogues with the split that their file's name says."""
    for name in inputs:
        told = ""
        if name == BUILTIN:
            lines = embedded.lines(builtin)
        elif name == "-":
            lines = jsonl.read_fd(0, "stdin", lambda: say_waiting(console))
        else:
            lines = jsonl.read_file(Path(name))
        async for line in lines:
            read = line if builtin == "profiles" else splits.with_published(line)
            if read is not line and not told and read.row is not None:
                told = read.row["split"]
                console.say(f"{name}: all of it is {told}, as its name says (rows with a split of their own keep it)")
            yield read


_SUPPORTER = re.compile(rb'"role"\s*:\s*"assistant"')


def count_lines(inputs: list[str]) -> int | None:
    """Return how many lines the named files have together; None where one is no regular file."""
    total = 0
    for name in inputs:
        if name == BUILTIN or not Path(name).is_file():
            return None
        with Path(name).open("rb", buffering=0) as file:
            while chunk := file.read(1 << 20):
                total += chunk.count(b"\n")
    return total


def count_supporter_turns(inputs: list[str], limit: int | None) -> int | None:
    """Return about how many supporter turns the first `limit` lines of the named files hold.

    None where one is no regular file.
    """
    turns, left = 0, math.inf if limit is None else limit
    for name in inputs:
        if name == BUILTIN or not Path(name).is_file():
            return None
        with Path(name).open("rb") as file:
            for line in file:
                if left <= 0:
                    return turns
                left -= 1
                turns += len(_SUPPORTER.findall(line))
    return turns


def say_waiting(console: Console) -> None:
    """Say that rows are awaited on stdin."""
    console.say(f"waiting for rows on stdin (to use the embedded ones, type `{console.command} {BUILTIN}`)")


async def limit_lines(source: AsyncIterator[Line], limit: int | None) -> AsyncIterator[Line]:
    """Yield at most `limit` lines of the source."""
    if limit is not None and limit <= 0:
        return
    count = 0
    async for line in source:
        yield line
        count += 1
        if limit is not None and count >= limit:
            return


def run(stage: str, source: AsyncIterator[Line], work: flow.Work, channels: Channels, console: Console) -> Progress:
    """Run one stage to its end; raises `Unfinished` where rows failed, `Interrupted`, or the error that stopped it."""
    return asyncio.run(move(Progress(stage, console), source, work, channels))


async def move(
    progress: Progress,
    source: AsyncIterator[Line],
    work: flow.Work,
    channels: Channels,
    on_row: Iterable[Callable[[Row], None]] = (),
    on_stop: Callable[[], bool] = lambda: False,
) -> Progress:
    """Move rows from source to output; each of `on_row` sees every row that goes out. See `run`.

    `on_stop` is called when the run is broken off: it lets no further call out, and returns True where calls are in
    flight, which then get a few seconds.
    """
    progress.console.is_last_of_pipe = channels.output is not None or not (os.isatty(1) or has_piped_output())
    with output_descriptor(channels.output, channels.force) as descriptor:
        with rejects_file(channels.rejects, channels.force) as rejects:
            await _Run(progress, channels, jsonl.RowWriter(descriptor), rejects, on_row, on_stop).go(source, work)
            progress.finish()
            if progress.interrupted:
                raise Interrupted("interrupted", "type the same command again")
            if not progress.closed_early:
                progress.check(channels.min_rows)
    return progress


class _Run:
    """One run of one stage: its loop, and the ways in which it can be broken off."""

    def __init__(
        self,
        progress: Progress,
        channels: Channels,
        writer: jsonl.RowWriter,
        rejects: jsonl.RowWriter | None,
        on_row: Iterable[Callable[[Row], None]],
        on_stop: Callable[[], bool],
    ) -> None:
        self._progress, self._channels, self._writer, self._rejects = progress, channels, writer, rejects
        self._on_row, self._on_stop = list(on_row), on_stop
        self._stop = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    async def go(self, source: AsyncIterator[Line], work: flow.Work) -> None:
        """Run to the end, until the reader of the output has gone, or until Ctrl-C."""
        self._pump = asyncio.create_task(self._move(source, work))
        beside = [asyncio.create_task(task) for task in (self._watch_reader(), self._report())]
        try:
            with self._signals():
                await self._pump
        except asyncio.CancelledError:
            if not self._stop.is_set():
                raise
        finally:
            for task in (self._pump, *beside):
                task.cancel()
            await asyncio.gather(self._pump, *beside, return_exceptions=True)
            self._progress.console.close()

    async def _move(self, source: AsyncIterator[Line], work: flow.Work) -> None:
        channels, progress = self._channels, self._progress
        outcomes = flow.stream(
            source, work, window=channels.window, ordered=channels.ordered, stop=self._stop, on_wait=self._waiting
        )
        async with contextlib.aclosing(outcomes):
            async for outcome in outcomes:
                if progress.closed_early:
                    continue  # nobody reads; what is in flight is only waited for
                try:
                    for row in outcome.rows:
                        await self._writer.write(row)
                        for see in self._on_row:
                            see(row)
                except jsonl.OutputClosed:
                    self._reader_gone()
                    continue
                progress.count(outcome)
                if outcome.error is not None:
                    await _reject(outcome.line, outcome.error, self._rejects, progress)

    def _waiting(self, line: Line) -> None:
        why = "; ".join(
            f"{m.model}: {describe_wait(m, time.monotonic())}" for m in self._progress.meters if m.wait_reason
        )
        name = (line.row or {}).get("id", "no id")
        self._progress.console.say(
            f"waiting for {line.file}:{line.number} ({name}); reading paused{f' ({why})' if why else ''}"
        )

    async def _watch_reader(self) -> None:
        await self._writer.closed()
        self._reader_gone()

    def _reader_gone(self) -> None:
        if not self._progress.closed_early:
            self._progress.closed_early = True
            self._break_off()

    def _break_off(self) -> None:
        """Read no more and let no further call out; what is in flight gets `GRACE` seconds."""
        self._stop.set()
        flying = self._on_stop()
        assert self._pump is not None
        asyncio.get_running_loop().call_later(GRACE if flying or self._progress.interrupted else 0.0, self._pump.cancel)

    async def _report(self) -> None:
        """Refresh the live line, or write a plain line every `REPORT_EVERY` seconds where there is none."""
        progress, reported = self._progress, time.monotonic()
        while True:
            await asyncio.sleep(REFRESH_EVERY)
            if columns := progress.console.live_columns:
                if (
                    progress.has_begun
                ):  # before, the other processes of the pipe may still say what is wrong with a flag
                    progress.console.show_live(progress.live_line(columns))
            elif time.monotonic() - reported >= REPORT_EVERY:
                reported = time.monotonic()
                progress.console.say(progress.status())

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """First Ctrl-C or SIGTERM: read no more, give what is in work `GRACE` seconds. The second: leave at once."""
        loop = asyncio.get_running_loop()

        def leave() -> None:
            if self._progress.interrupted:
                self._progress.console.close()
                os._exit(130)
            self._progress.interrupted = True
            self._progress.console.warn("interrupted: waiting for what is in flight (once more: leave at once)")
            self._break_off()

        handled = (signal.SIGINT, signal.SIGTERM)
        for number in handled:
            loop.add_signal_handler(number, leave)
        try:
            yield
        finally:
            for number in handled:
                loop.remove_signal_handler(number)


async def _reject(line: Line, error: RowError, rejects: jsonl.RowWriter | None, progress: Progress) -> None:
    row_id = (line.row or {}).get("id")
    if rejects is None:
        progress.console.warn(f"{error.kind} {line.file}:{line.number}{f' ({row_id})' if row_id else ''}: {error}")
        return
    record = {
        "stage": progress.stage,
        "file": line.file,
        "line": line.number,
        "id": row_id,
        "kind": error.kind,
        "reason": str(error),
        "row": line.row if line.row is not None else line.raw,
    }
    await rejects.write(record)
