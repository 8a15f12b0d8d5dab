"""The one loop of every data stage: a bounded, ordered, streaming map over rows.

    source ──▶ at most `window` rows in work at once ──▶ outcomes in input order

A row that fails becomes an outcome with its error, and the stream goes on. Reading pauses while the window is full, so
memory does not grow with the input; `on_wait` is told which row everyone waits for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field

from kardia_cli.errors import RowError
from kardia_cli.records import Line, Row

Work = Callable[[Row], Awaitable[list[Row]]]
PATIENCE = 10.0
"""Seconds after which a full window names the row that it waits for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line: rows, or the error that rejects it."""

    line: Line
    rows: list[Row] = field(default_factory=list)
    error: RowError | None = None


async def stream(
    source: AsyncIterator[Line],
    work: Work,
    *,
    window: int,
    ordered: bool = True,
    stop: asyncio.Event | None = None,
    on_wait: Callable[[Line], None] = lambda line: None,
) -> AsyncGenerator[Outcome, None]:
    """Map `work` over the lines; yield outcomes, in input order unless `ordered` is false.

    When `stop` is set no further line is read and what is in work is finished. An error other than `RowError` ends the
    stream and is raised here; closing the generator cancels what is in work.
    """
    slots = asyncio.Semaphore(window)
    queue: asyncio.Queue[tuple[Line, asyncio.Task[Outcome]] | None] = asyncio.Queue()
    running: set[asyncio.Task[Outcome]] = set()

    def start(line: Line) -> None:
        task = asyncio.create_task(_attempt(line, work))
        running.add(task)
        task.add_done_callback(running.discard)
        if ordered:
            queue.put_nowait((line, task))
        else:
            task.add_done_callback(lambda done: queue.put_nowait((line, done)))

    reading = asyncio.create_task(_read(source, start, slots, stop))
    reading.add_done_callback(lambda _: _last_word(queue, running, ordered))
    try:
        while (item := await queue.get()) is not None:
            line, task = item
            await _finished(line, task, slots, on_wait)
            yield task.result()
            slots.release()
        await reading
    finally:
        for unfinished in (reading, *running):
            unfinished.cancel()
        await asyncio.gather(reading, *running, return_exceptions=True)


async def _attempt(line: Line, work: Work) -> Outcome:
    if line.error is not None or line.row is None:
        return Outcome(line, error=line.error or RowError("empty"))
    try:
        return Outcome(line, rows=await work(line.row))
    except RowError as error:
        return Outcome(line, error=error)


async def _read(
    source: AsyncIterator[Line], start: Callable[[Line], None], slots: asyncio.Semaphore, stop: asyncio.Event | None
) -> None:
    async with aclosing(_until(source, stop)) as lines:
        await slots.acquire()
        async for line in lines:
            start(line)
            await slots.acquire()


async def _until(source: AsyncIterator[Line], stop: asyncio.Event | None) -> AsyncGenerator[Line, None]:
    """The source, cut off when `stop` is set, even while it waits for input."""
    if stop is None:
        async for line in source:
            yield line
        return
    stopped = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            following = asyncio.ensure_future(anext(source, None))
            await asyncio.wait({following, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                following.cancel()
                with suppress(asyncio.CancelledError):
                    await following
                return
            found = following.result()
            if found is None:
                return
            yield found
    finally:
        stopped.cancel()


def _last_word(
    queue: asyncio.Queue[tuple[Line, asyncio.Task[Outcome]] | None], running: set[asyncio.Task[Outcome]], ordered: bool
) -> None:
    """After the last line: end the queue, once all tasks have put their outcome there."""
    if ordered or not running:
        queue.put_nowait(None)
        return
    left = len(running)

    def count(_: asyncio.Task[Outcome]) -> None:
        nonlocal left
        left -= 1
        if not left:
            queue.put_nowait(None)

    for task in list(running):
        task.add_done_callback(count)


async def _finished(
    line: Line, task: asyncio.Task[Outcome], slots: asyncio.Semaphore, on_wait: Callable[[Line], None]
) -> None:
    if task.done():
        return
    await asyncio.wait({task}, timeout=PATIENCE)
    if not task.done() and slots.locked():
        on_wait(line)
    if not task.done():
        await asyncio.wait({task})
