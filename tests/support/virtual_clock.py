"""An event loop whose clock jumps: no test waits, and none depends on how fast the machine is.

While anything is to be done (a callback, a socket, a worker thread) the clock stands still. Where all tasks only sleep,
it jumps to the moment at which the first of them wakes. So a server in this loop that answers after 0.05 s has taken
exactly 0.05 s, however busy the machine is. Not for tests that wait for other processes: the clock knows nothing of
them.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
QUIET = 0.005
"""Real seconds without a sign from any socket after which none is expected (loopback needs microseconds)."""

TICK = 1e-6
"""Seconds that each round of the loop takes: a clock that stood still altogether would let a timer of 1e-17 s spin."""


class _JumpingSelector(selectors.DefaultSelector):  # type: ignore[misc,valid-type]  # a variable: the system's best
    """Waits for sockets for a moment, then lets the clock jump over the rest of the wait."""

    loop: VirtualClockLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        self.loop.now += TICK
        if timeout is None or timeout <= 0:
            return list(super().select(timeout))
        ready = super().select(QUIET)
        while not ready and self.loop.working_threads:
            ready = super().select(QUIET)
        if not ready:
            self.loop.now += timeout
        return list(ready)


class VirtualClockLoop(asyncio.SelectorEventLoop):
    """The loop; `now` is its time in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.working_threads = 0
        selector = _JumpingSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        def done(_: object) -> None:
            self.working_threads -= 1

        self.working_threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(done)
        return future


def run(work: Coroutine[Any, Any, T]) -> T:
    """What the coroutine returns, run in such a loop."""
    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        return runner.run(work)
