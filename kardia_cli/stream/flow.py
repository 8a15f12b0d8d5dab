"""The one loop of every data stage: a bounded, ordered, streaming map over rows.

    source ──▶ at most `window` rows in work at once ──▶ outcomes in input order

A row that fails becomes an outcome with its error, and the stream goes on. Reading pauses while the window is full, so
memory does not grow with the input; `on_wait` gets the row that everyone waits for.

Workers share the source and each takes the next line when it is done with its last; a new one starts when all others
are busy. A row whose work never has to wait (all is remembered) costs no task and no turn of the event loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from kardia_cli.errors import Interrupted, KardiaError, RowError
from kardia_cli.rows.line import Line, Row

T = TypeVar("T")
Work = Callable[[Row], Awaitable[list[Row]]]
PATIENCE = 10.0
"""Seconds after which a full window names the row that it waits for."""
_TURN = 64
"""Rows that may be worked on without a pause before the event loop gets a turn."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one line: rows, or the error that rejects it."""

    line: Line
    rows: list[Row] = field(default_factory=list)
    error: RowError | None = None


class _Slot:
    """The place of one line in the order of the output."""

    __slots__ = ("line", "outcome")

    def __init__(self, line: Line) -> None:
        self.line = line
        self.outcome: Outcome | None = None


async def gather_all(asked: Iterable[Awaitable[T]]) -> list[T]:
    """Await all of them side by side and return what they give.

    Where some fail, the gravest failure is raised when all are done: `asyncio.gather` would raise at the first one and
    leave the others behind, calls in flight that are not waited for.
    """
    done = await asyncio.gather(*asked, return_exceptions=True)
    failed = [item for item in done if isinstance(item, BaseException)]
    if failed:
        raise min(failed, key=lambda error: isinstance(error, RowError))
    return cast(list[T], done)


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

    When `stop` is set no further line is read and what is in work is finished. A `KardiaError` that is no `RowError`
    ends the stream: no line is read any more, rows that can still finish do, outcomes up to the first gap come out, and
    it is raised here. Any other error is raised at once. Closing the generator cancels what is in work.
    """
    flow = _Flow(source, work, window, ordered)
    watching = asyncio.create_task(_stop_reading(stop, flow)) if stop is not None else None
    flow.start_worker()
    try:
        while (slot := await flow.next(on_wait)) is not None:
            assert slot.outcome is not None
            yield slot.outcome
        if flow.error is not None:
            raise flow.error
    finally:
        if watching is not None:
            watching.cancel()
        await flow.close()


class _Flow:
    def __init__(self, source: AsyncIterator[Line], work: Work, window: int, ordered: bool) -> None:
        self._source, self._work, self._window, self._ordered = source, work, window, ordered
        self._slots: deque[_Slot] = deque()
        self._done: deque[_Slot] = deque()  # finished, where order does not matter
        self._held = 0  # lines taken and not yet given out
        self._workers: set[asyncio.Task[None]] = set()
        self._idle = 0  # workers that are not at work on a line
        self._reader: asyncio.Task[None] | None = None
        self._parked: deque[asyncio.Future[None]] = deque()
        self._changed: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._ended = self._called_off = False
        self.error: Exception | None = None

    def start_worker(self) -> None:
        """Start one more worker."""
        worker = asyncio.create_task(self._run_worker())
        self._idle += 1
        self._workers.add(worker)
        worker.add_done_callback(self._retire)

    def _retire(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        if not worker.cancelled() and worker.exception() is not None:
            self._fail(worker.exception())
        _wake(self._changed)

    async def _run_worker(self) -> None:
        """Take lines and work on them until the input ends."""
        turns = 0
        while (slot := await self._take()) is not None:
            self._idle -= 1
            if not self._idle and not self._ended and len(self._workers) < self._window:
                self.start_worker()  # it reads on while this row has to wait; if it never waits, no other is needed
            try:
                slot.outcome = await self._attempt(slot.line)
            except Interrupted:
                return  # the one who interrupts has reported it; the row is begun anew next time
            except KardiaError as error:
                self._fail(error)
                return
            self._idle += 1
            self._finish(slot)
            turns += 1
            if turns % _TURN == 0:
                await asyncio.sleep(0)

    async def _take(self) -> _Slot | None:
        """Return the next line's slot, once it is this worker's turn to read and there is room; None at the end."""
        while self._reader is not None and not self._ended:
            parked = asyncio.get_running_loop().create_future()
            self._parked.append(parked)
            await parked
        if self._ended:
            return None
        self._reader = asyncio.current_task()
        try:
            while self._held >= self._window and not self._ended:
                self._room = asyncio.get_running_loop().create_future()
                await self._room
            return None if self._ended else self._slot(await anext(self._source, None))
        except asyncio.CancelledError:
            if self._called_off:
                return None
            raise
        except KardiaError as error:
            self._fail(error)
            return None
        finally:
            self._reader = None
            if self._parked:
                _wake(self._parked.popleft())

    def _slot(self, line: Line | None) -> _Slot | None:
        if line is None:
            self.end()
            return None
        slot = _Slot(line)
        self._held += 1
        if self._ordered:
            self._slots.append(slot)
        return slot

    async def _attempt(self, line: Line) -> Outcome:
        if line.error is not None or line.row is None:
            return Outcome(line, error=line.error or RowError("empty"))
        try:
            return Outcome(line, await self._work(line.row))
        except RowError as error:
            return Outcome(line, error=error)

    def _finish(self, slot: _Slot) -> None:
        if not self._ordered:
            self._done.append(slot)
            _wake(self._changed)
        elif self._slots and self._slots[0] is slot:
            _wake(self._changed)

    def _fail(self, error: BaseException | None) -> None:
        if self.error is None and isinstance(error, Exception):
            self.error = error
        self.end()

    def end(self) -> None:
        """Read no more; whoever waits for room or for input stops waiting."""
        if not self._ended:
            self._ended = True
            if self._reader is not None and self._reader is not asyncio.current_task():
                self._called_off = True
                self._reader.cancel()
        while self._parked:
            _wake(self._parked.popleft())
        _wake(self._changed)

    def _ready(self) -> _Slot | None:
        if not self._ordered:
            return self._done.popleft() if self._done else None
        if self._slots and self._slots[0].outcome is not None:
            return self._slots.popleft()
        return None

    async def next(self, on_wait: Callable[[Line], None]) -> _Slot | None:
        """Return the next finished slot; None when there will be no more (all is done, or a bug ends it)."""
        has_waited = False
        while self.error is None or isinstance(self.error, KardiaError):
            slot = self._ready()
            if slot is not None:
                self._held -= 1
                _wake(self._room)
                return slot
            if self._ended and not self._workers:
                return None
            loop = asyncio.get_running_loop()
            self._changed = loop.create_future()
            patience = None if has_waited else loop.call_later(PATIENCE, _wake, self._changed)
            await self._changed
            if patience is not None:
                has_waited = patience.when() <= loop.time()
                patience.cancel()
                if has_waited and self._held >= self._window and self._ordered and self._slots:
                    on_wait(self._slots[0].line)
        return None

    async def close(self) -> None:
        """Cancel what is in work and close the source."""
        self._ended = True
        for worker in list(self._workers):
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        closing = getattr(self._source, "aclose", None)
        if closing is not None:
            await closing()


def _wake(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)


async def _stop_reading(stop: asyncio.Event, flow: _Flow) -> None:
    await stop.wait()
    flow.end()
