"""The gate of one model: how many calls are in flight, when none may go, and what happens when the endpoint dies.

All workers of a process share it. It holds the adaptive window, the ceilings per minute, the pause that a 429 asks for,
and the deadline of a call. When an endpoint is gone it lets nothing through and probes until it is back.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kardia_cli.chat.limits import Pace, Window
from kardia_cli.chat.meter import ROW, Meter
from kardia_cli.chat.request import Backend, Reply, Request
from kardia_cli.errors import CallFailed, KardiaError, Stopped

TRANSIENT = ("timeout", "connection", "server", "rate_limit")
WAIT_ENDPOINT = 600.0
"""Seconds that an endpoint which was there may be away, or refuse every call with 429, before the run stops."""
_PROBES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)


class Halt:
    """Says to all gates of a command that no further call may go out, and why."""

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
        """Be told when it is set."""
        self._listeners.append(listener)

    def check(self) -> None:
        """Raise the reason, if there is one; `deadline` (monotonic s) may be one."""
        if self.deadline is not None and self.error is None and time.monotonic() >= self.deadline:
            self.set(Stopped("--max-time is over"))
        if self.error is not None:
            raise self.error.again()


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The user's limits for one model: calls in flight, a call's deadline (s), calls and tokens a minute, patience (s)."""

    connections: int = 64
    timeout: float = 120.0
    rpm: float | None = None
    tpm: float | None = None
    wait_endpoint: float | None = None


class Gate:
    """A `Backend` that lets calls through by the model's limits. `where` names the endpoint in what is said."""

    def __init__(
        self, inner: Backend, ceilings: Ceilings, meter: Meter, halt: Halt, where: str, say: Callable[[str], None]
    ) -> None:
        self._inner, self._ceilings, self._meter, self._halt = inner, ceilings, meter, halt
        self._where, self._say = where, say
        self.window = Window(ceilings.connections)
        self._requests = Pace(ceilings.rpm) if ceilings.rpm else None
        self._tokens = Pace(ceilings.tpm) if ceilings.tpm else None
        self._waiters: list[tuple[int, int, asyncio.Future[None]]] = []  # a heap: early rows first, so that they finish
        self._arrivals = itertools.count()
        self._flying = 0
        self._paused_until = self._down_since = 0.0
        self._refusals = self._losses = 0
        self._refused_since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._probing: asyncio.Task[None] | None = None
        self.reached = False
        halt.on_set(self._wake_all)

    async def complete(self, request: Request) -> Reply:
        """Wait until the call may go, make it within its deadline, and learn from what comes back."""
        loop = asyncio.get_running_loop()
        await self._enter(loop)
        began = loop.time()
        announced = self._announce(request, began)
        self._meter.began()
        self.window.sent(began)
        seconds: float | None = None
        try:
            async with asyncio.timeout(self._ceilings.timeout):
                reply = await self._inner.complete(request)
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
            self._flying -= 1
            self._meter.ended(seconds)
            if self._waiters:
                self._pump(loop)

    async def _enter(self, loop: asyncio.AbstractEventLoop) -> None:
        self._halt.check()
        if not self._waiters and self._flying < int(self.window.limit) and self._hold(loop.time()) <= 0.0:
            self._flying += 1
            return
        self.window.waited()
        turn = loop.create_future()
        row = ROW.get()
        heapq.heappush(self._waiters, (row.number if row is not None else 0, next(self._arrivals), turn))
        self._pump(loop)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._flying -= 1  # the slot was already ours
                self._pump(loop)
            raise
        if self._halt.error is not None:
            self._flying -= 1
            raise self._halt.error.again()

    def _hold(self, now: float) -> float:
        """Seconds for which nothing may go out: a pause, a ceiling per minute, an endpoint that is away."""
        if self._down_since:
            return float("inf")
        held = self._paused_until - now
        if self._requests is not None:
            held = max(held, self._requests.wait(now))
        if self._tokens is not None:
            held = max(held, self._tokens.wait(now))
        return held

    def _pump(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let as many of those who wait through as may go; come back when a pause ends."""
        while self._waiters and self._flying < int(self.window.limit):
            held = self._hold(loop.time())
            if held > 0.0:
                if held != float("inf") and (self._timer is None or self._timer.when() <= loop.time()):
                    self._timer = loop.call_later(held, self._pump, loop)
                return
            self._meter.waiting = ""
            turn = heapq.heappop(self._waiters)[2]
            if not turn.done():  # else whoever waited was cancelled
                self._flying += 1
                turn.set_result(None)
                if self._requests is not None or self._tokens is not None:
                    loop.call_soon(self._pump, loop)  # what the woken call takes is known when it has run
                    return

    def _wake_all(self) -> None:
        while self._waiters:
            turn = heapq.heappop(self._waiters)[2]
            if not turn.done():
                self._flying += 1
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
        self._refusals = self._losses = 0
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
            self._meter.waiting, self._meter.resumes = why, until

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
        """A 429: cut the window once for the burst, pause everyone, and stop the run if nothing else ever comes."""
        self._meter.rate_limited += 1
        if self._refusals == 0:
            self._refused_since = now
        fresh = self.window.refused(now, began)
        if fresh:
            self._refusals += 1
        told = error.retry_after
        wait = told if told is not None else min(30.0, 0.5 * 2.0 ** min(self._refusals - 1, 8))
        self._pause(now, wait * random.uniform(1.0, 1.1), f"429 ×{self._meter.rate_limited}")
        if now - self._refused_since > (self._ceilings.wait_endpoint or WAIT_ENDPOINT):
            minutes = (now - self._refused_since) / 60
            self._halt.set(
                Stopped(f"{self._where} answers nothing but 429 for {minutes:.0f} min", "type the same command later")
            )

    def _lost(self, error: CallFailed, now: float, began: float) -> None:
        """A timeout, a lost connection or a 5xx. Several with no answer between them: look whether the endpoint lives."""
        self._losses += 1
        if error.why == "timeout":
            self.window.refused(now, began)
        away = error.unreached or self._losses >= max(4, 2 * self._flying)
        if away and not self._down_since and (self.reached or self._ceilings.wait_endpoint):
            self._down_since = now
            self._probing = asyncio.get_running_loop().create_task(self._watch())

    @property
    def down(self) -> bool:
        """Whether the endpoint is being waited for."""
        return bool(self._down_since)

    async def _watch(self) -> None:
        """Probe until the endpoint is there again, or patience ends."""
        loop = asyncio.get_running_loop()
        patience = self._ceilings.wait_endpoint if self._ceilings.wait_endpoint is not None else WAIT_ENDPOINT
        probe: Callable[[], Awaitable[bool]] | None = getattr(self._inner, "probe", None)
        said = False
        for number in range(1 << 30):
            if probe is None or await probe():
                break
            away = loop.time() - self._down_since
            if not said and away > 1.0:
                self._say(f"{self._where} is away: no call goes out until it is back (for up to {patience:.0f} s)")
                said = True
            if away > patience:
                self._halt.set(Stopped(f"{self._where} has been away for {away:.0f} s", "start it again"))
                return
            pause = min(_PROBES[min(number, len(_PROBES) - 1)], max(0.1, patience - away))
            self._meter.waiting, self._meter.resumes = f"away for {away:.0f} s", loop.time() + pause
            await asyncio.sleep(pause * random.uniform(0.8, 1.0))
        if probe is None:
            await asyncio.sleep(1.0)  # nobody to ask: let calls try
        if said:
            self._say(f"{self._where} is back")
        self._down_since, self._losses = 0.0, 0
        self._meter.waiting = ""
        self.window.reopen()
        self._pump(loop)

    async def aclose(self) -> None:
        """Stop probing and close the backend."""
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.gather(self._probing, return_exceptions=True)
        if self._timer is not None:
            self._timer.cancel()
        await self._inner.aclose()
