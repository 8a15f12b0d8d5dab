"""The limiter of one model: calls in flight, pauses, ceilings per minute, deadlines, and endpoints that are gone.

All workers of a process share it. It holds the adaptive window, the ceilings per minute, the pause that a 429 asks
for, and the deadline of a call. When an endpoint is gone it lets nothing through and probes until it is back.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from kardia_cli.chat.limits.meter import ROW, Meter
from kardia_cli.chat.limits.window import Pace, Window
from kardia_cli.errors import CallFailed, KardiaError, Stopped
from kardia_cli.rows.request import Reply, Request

TRANSIENT = ("timeout", "connection", "server", "rate_limit")
WAIT_ENDPOINT = 600.0
"""Seconds that an endpoint which was there may be away, or refuse every call with 429, before the run stops."""
_PROBES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)


class StopEvent:
    """The event that no further call of a command may go out, with its reason."""

    def __init__(self) -> None:
        self.error: KardiaError | None = None
        self.deadline: float | None = None
        self._listeners: list[Callable[[], None]] = []

    def set(self, error: KardiaError) -> None:
        """Stop dispatching; the first reason stays."""
        if self.error is None:
            self.error = error
            for listener in self._listeners:
                listener()

    def on_set(self, listener: Callable[[], None]) -> None:
        """Call `listener` when the event is set."""
        self._listeners.append(listener)

    def check(self) -> None:
        """Raise the reason, if there is one; `deadline` (monotonic s) may be one."""
        if self.deadline is not None and self.error is None and time.monotonic() >= self.deadline:
            self.set(Stopped("--max-time is over"))
        if self.error is not None:
            raise self.error.fresh_copy()


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The user's limits for one model.

    Calls in flight, a call's deadline (s), calls and tokens a minute, how long to wait for an endpoint that is away
    (s).
    """

    connections: int = 64
    timeout: float = 120.0
    rpm: float | None = None
    tpm: float | None = None
    wait_endpoint: float | None = None


class Paid(Protocol):
    """A model whose calls the budget has to allow first."""

    async def allow(self, request: Request) -> float:
        """Wait until the call may be paid; returns the USD set aside for it. Raises `Stopped`."""

    async def complete(self, request: Request, amount: float) -> Reply:
        """Answer, and settle the amount."""

    async def aclose(self) -> None:
        """Close connections and processes."""


class Limiter:
    """A `Backend` that lets calls through by the model's limits; `where` names the endpoint in messages."""

    def __init__(
        self,
        inner: Paid,
        ceilings: Ceilings,
        meter: Meter,
        stop_event: StopEvent,
        where: str,
        say: Callable[[str], None],
    ) -> None:
        self._inner, self._ceilings, self._meter, self._stop_event = inner, ceilings, meter, stop_event
        self._where, self._say = where, say
        self.window = Window(ceilings.connections)
        self._requests = Pace(ceilings.rpm) if ceilings.rpm else None
        self._tokens = Pace(ceilings.tpm) if ceilings.tpm else None
        self._queue: list[tuple[int, int, asyncio.Future[None]]] = []  # a heap: early rows first, so that they finish
        self._arrivals = itertools.count()
        self._in_flight = 0
        self._paused_until = self._away_since = 0.0
        self._suspected = False
        self._gone: asyncio.Future[bool] | None = None
        self._probes = 0
        self._prepared = False
        self._preparing: asyncio.Task[None] | None = None
        self._refusals = self._losses = 0
        self._refused_since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._is_waking = False  # a call is on its way that has not taken its share of the ceilings yet
        self._probing: asyncio.Task[None] | None = None
        self.reached = False
        stop_event.on_set(self._wake_all)

    async def complete(self, request: Request) -> Reply:
        """Wait until the call may go, make it within its deadline, and learn from what comes back."""
        loop = asyncio.get_running_loop()
        if not self._prepared:
            await self._prepare(loop)
        await self._enter(loop)
        announced = self._announce(request, loop.time())
        amount = await self._allowed(request, loop)
        began = loop.time()
        self._meter.count_sent()
        self.window.sent(began)
        seconds: float | None = None
        try:
            async with asyncio.timeout(self._ceilings.timeout):
                reply = await self._inner.complete(request, amount)
            seconds = loop.time() - began
            self._learn(reply, request, announced, began + seconds, seconds)
            return reply
        except TimeoutError:
            error = CallFailed("timeout", f"no answer after {self._ceilings.timeout:g} s")
            self._failed(error, loop.time(), began)
            raise error from None
        except CallFailed as error:
            self._failed(error, loop.time(), began)
            raise
        finally:
            self._in_flight -= 1
            self._meter.count_ended(seconds)
            if self._queue:
                self._pump(loop)

    async def _allowed(self, request: Request, loop: asyncio.AbstractEventLoop) -> float:
        """Wait for the money and return the USD set aside; the deadline begins after that."""
        try:
            return await self._inner.allow(request)
        except BaseException:
            self._in_flight -= 1
            self._pump(loop)
            raise

    async def _prepare(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let the backend load or start what it needs, once, before any call is timed."""
        prepare: Callable[[], Coroutine[Any, Any, None]] | None = getattr(self._inner, "prepare", None)
        if prepare is not None:
            if self._preparing is None:
                self._preparing = loop.create_task(prepare())
            await asyncio.shield(self._preparing)
        self._prepared = True

    async def _enter(self, loop: asyncio.AbstractEventLoop) -> None:
        self._stop_event.check()
        free = not self._queue and not self._is_waking and self._in_flight < int(self.window.limit)
        if free and self._hold(loop.time()) <= 0.0:
            self._in_flight += 1
            return
        self.window.waited()
        turn = loop.create_future()
        row = ROW.get()
        heapq.heappush(self._queue, (row.number if row is not None else 0, next(self._arrivals), turn))
        self._pump(loop)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._in_flight -= 1  # the slot was taken already
                self._pump(loop)
            raise
        if self._stop_event.error is not None:
            self._in_flight -= 1
            raise self._stop_event.error.fresh_copy()

    def _hold(self, now: float) -> float:
        """Return the seconds for which nothing may go out: a pause, a ceiling per minute, an endpoint that is away."""
        if self._suspected:
            return float("inf")
        held = self._paused_until - now
        if self._requests is not None:
            held = max(held, self._requests.wait(now))
        if self._tokens is not None:
            held = max(held, self._tokens.wait(now))
        return held

    def _pump(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let as many waiting calls through as may go; come back when a pause ends.

        Under a ceiling per minute one at a time: only when it has run is known what it took.
        """
        if self._is_waking:
            return
        while self._queue and self._in_flight < int(self.window.limit):
            held = self._hold(loop.time())
            if held > 0.0:
                if held != float("inf") and (self._timer is None or self._timer.when() <= loop.time()):
                    self._timer = loop.call_later(held, self._pump, loop)
                return
            self._meter.wait_reason = ""
            turn = heapq.heappop(self._queue)[2]
            if not turn.done():  # else the waiting call was cancelled
                self._in_flight += 1
                turn.set_result(None)
                if self._requests is not None or self._tokens is not None:
                    self._is_waking = True
                    loop.call_soon(self._ran, loop)
                    return
        if self._queue:
            self.window.waited()

    def _ran(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look at the next waiting call: the woken one has run up to its sending."""
        self._is_waking = False
        self._pump(loop)

    def _wake_all(self) -> None:
        while self._queue:
            turn = heapq.heappop(self._queue)[2]
            if not turn.done():
                self._in_flight += 1
                turn.set_result(None)

    def _announce(self, request: Request, now: float) -> float:
        """Take the call out of the ceilings per minute; returns the tokens that were taken for it."""
        if self._requests is not None:
            self._requests.take(now, 1.0)
        if self._tokens is None:
            return 0.0
        tokens = float(sum(len(message["content"]) for message in request.messages) // 4 + 64)
        self._tokens.take(now, tokens)
        return tokens

    def _learn(self, reply: Reply, request: Request, announced: float, now: float, seconds: float) -> None:
        self.reached = True
        self._refusals = self._losses = self._probes = 0
        self._away_since = 0.0
        self.window.answered(now, seconds, request.task)
        if self._tokens is not None:
            self._tokens.take(now, reply.usage.prompt_tokens + reply.usage.completion_tokens - announced)
        left = reply.quota
        if left is not None:
            if left.requests == 0:
                self._pause(now, left.requests_reset, "its limit of requests is used up")
            if left.tokens == 0:
                self._pause(now, left.tokens_reset, "its limit of tokens is used up")

    def _pause(self, now: float, seconds: float, why: str) -> None:
        until = now + seconds
        if seconds > 0 and until > self._paused_until:
            self._paused_until = until
            self._meter.wait_reason, self._meter.resumes_at = why, until

    def _failed(self, error: CallFailed, now: float, began: float) -> None:
        self._meter.failed[error.why] += 1
        if error.why == "rate_limit":
            self.reached = True
            self._refused(error, now, began)
        elif error.why in TRANSIENT:
            self._lost(error, now, began)
        else:
            self.reached = True
            self._refusals = self._losses = 0

    def _refused(self, error: CallFailed, now: float, began: float) -> None:
        """Handle a 429: cut the window once for the burst, pause all calls, stop the run if nothing else ever comes."""
        self._meter.rate_limited += 1
        if self._refusals == 0:
            self._refused_since = now
        fresh = self.window.refused(now, began)
        if fresh:
            self._refusals += 1
        wait = error.retry_after or min(
            30.0, 0.5 * 2.0 ** min(self._refusals - 1, 8)
        )  # some servers ask for a wait of 0
        self._pause(now, wait * random.uniform(1.0, 1.1), f"429 ×{self._meter.rate_limited}")
        if now - self._refused_since > (self._ceilings.wait_endpoint or WAIT_ENDPOINT):
            minutes = (now - self._refused_since) / 60
            self._stop_event.set(
                Stopped(f"{self._where} answers nothing but 429 for {minutes:.0f} min", "type the same command later")
            )

    def _lost(self, error: CallFailed, now: float, began: float) -> None:
        """Handle a timeout, a lost connection or a 5xx; after several without an answer, probe the endpoint."""
        self._losses += 1
        if error.why == "timeout":
            self.window.refused(now, began)
        suspect = error.unreached or self._losses >= max(4, 2 * self._in_flight)
        if suspect and not self._suspected and (self.reached or self._ceilings.wait_endpoint):
            self._suspected = True
            self._away_since = self._away_since or now
            loop = asyncio.get_running_loop()
            self._gone = loop.create_future()
            self._probing = loop.create_task(self._watch(error.unreached))

    async def is_away(self) -> bool:
        """Return True if the endpoint is gone, and not just failing; waits for a running probe."""
        if not self._suspected or self._gone is None:
            return False
        await asyncio.wait({self._gone})
        return self._gone.result()

    async def _watch(self, unreached: bool) -> None:
        """Probe until the endpoint is there again, or patience ends."""
        loop, said = asyncio.get_running_loop(), False
        patience = self._ceilings.wait_endpoint if self._ceilings.wait_endpoint is not None else WAIT_ENDPOINT
        assert self._gone is not None
        while not await self._lives(unreached):
            if not self._gone.done():
                self._gone.set_result(True)
            away = loop.time() - self._away_since
            if not said and away > 1.0:
                self._say(f"{self._where} is away: no call goes out until it is back (for up to {patience:.0f} s)")
                said = True
            if away > patience:
                self._stop_event.set(Stopped(f"{self._where} has been away for {away:.0f} s", "start it again"))
                return
            pause = min(_PROBES[min(self._probes, len(_PROBES) - 1)], max(0.1, patience - away))
            self._probes += 1
            self._meter.wait_reason, self._meter.resumes_at = f"away for {away:.0f} s", loop.time() + pause
            await asyncio.sleep(pause * random.uniform(0.8, 1.0))
            unreached = False  # a backend without a probe: calls have to find out
        if not self._gone.done():
            self._gone.set_result(False)
            self._away_since = 0.0
        if said:
            self._say(f"{self._where} is back")
        self._suspected, self._losses = False, 0
        self._meter.wait_reason = ""
        self._pump(loop)

    async def _lives(self, unreached: bool) -> bool:
        """Return True if the endpoint answers a probe; for a backend without one, if its calls reached it."""
        probe: Callable[[], Awaitable[bool]] | None = getattr(self._inner, "probe", None)
        alive = await probe() if probe is not None else not unreached
        if not alive:
            self.window.reopen()
        return alive

    async def aclose(self) -> None:
        """Stop probing and close the backend."""
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.gather(self._probing, return_exceptions=True)
        if self._timer is not None:
            self._timer.cancel()
        await self._inner.aclose()
