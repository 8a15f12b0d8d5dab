"""Wrappers around a backend: how many calls at once, and which failures are tried again."""

from __future__ import annotations

import asyncio
import random

from kardia_cli.chat.request import Backend, Reply, Request
from kardia_cli.errors import CallFailed, ProviderError

TRANSIENT = ("timeout", "connection", "server", "rate_limit")


class Limit:
    """At most `most` calls in flight to one model; a call that takes longer than `timeout` seconds fails."""

    def __init__(self, inner: Backend, most: int, timeout: float) -> None:
        self._inner, self._timeout = inner, timeout
        self._slots = asyncio.Semaphore(most)

    async def complete(self, request: Request) -> Reply:
        """Wait for a free slot, then ask."""
        async with self._slots:
            try:
                async with asyncio.timeout(self._timeout):
                    return await self._inner.complete(request)
            except TimeoutError:
                raise CallFailed("timeout", f"no answer after {self._timeout:g} s") from None

    async def aclose(self) -> None:
        """Close the backend."""
        await self._inner.aclose()


class Retry:
    """Tries a transient failure again, at most `retries` times, with growing, jittered waits of up to 30 s.

    A 429 waits as long as the provider says and is bounded by time (`patience` seconds), not by number: it is no failed
    attempt. Where not one call ever reached the endpoint, the run stops (`ProviderError`).
    """

    def __init__(self, inner: Backend, retries: int, where: str, patience: float = 600.0) -> None:
        self._inner, self._retries, self._where, self._patience = inner, retries, where, patience
        self._reached = False

    async def complete(self, request: Request) -> Reply:
        """Ask until an answer comes, a failure is final, or the tries are used up."""
        deadline = asyncio.get_running_loop().time() + self._patience
        attempt = 0
        while True:
            try:
                reply = await self._inner.complete(request)
            except CallFailed as error:
                self._reached = self._reached or error.why != "connection"
                if error.why != "rate_limit":
                    attempt += 1
                if error.why not in TRANSIENT or attempt > self._retries:
                    self._give_up(error)
                await self._pause(error, attempt, deadline)
            else:
                self._reached = True
                return reply

    def _give_up(self, error: CallFailed) -> None:
        if error.why == "connection" and not self._reached:
            raise ProviderError(f"cannot reach {self._where}: {error}", "is the server running, and the address right?")
        raise error

    async def _pause(self, error: CallFailed, attempt: int, deadline: float) -> None:
        growing = min(30.0, 0.5 * 2 ** max(0, attempt - 1)) * random.uniform(0.5, 1.5)
        wait = max(growing, error.retry_after or 0.0)
        if asyncio.get_running_loop().time() + wait > deadline:
            raise error
        await asyncio.sleep(wait)

    async def aclose(self) -> None:
        """Close the backend."""
        await self._inner.aclose()
