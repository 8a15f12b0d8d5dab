"""A wrapper that asks the ledger first: one call for each question, however many ask, in however many processes.

    remembered ─▶ reply     asked right now by another task ─▶ its reply     by another process ─▶ wait for its commit
    else: lease ─▶ the model ─▶ ledger

Without a ledger it still joins equal questions that are asked at once, and counts.
"""

from __future__ import annotations

import asyncio
from typing import Any

from kardia_cli.chat.ledger.ledger import Entry, Ledger, key_of
from kardia_cli.chat.limits.limiter import StopEvent
from kardia_cli.chat.limits.meter import Meter
from kardia_cli.errors import KardiaError
from kardia_cli.rows.request import Backend, Reply, Request, schema_hash

_POLLS = (0.005, 0.01, 0.02, 0.05, 0.1)


class Recorded:
    """A `Backend` that remembers its replies; `identity` names the model, never its address."""

    def __init__(
        self,
        inner: Backend,
        identity: tuple[str, ...],
        meter: Meter,
        stop_event: StopEvent,
        ledger: Ledger | None = None,
        refresh: bool = False,
        reads_facts: bool = False,
    ) -> None:
        self._inner, self._identity, self._meter, self._stop_event = inner, identity, meter, stop_event
        self._ledger, self._refresh, self._reads_facts = ledger, refresh, reads_facts
        self._flights: dict[bytes, asyncio.Future[Reply]] = {}
        self._refreshed: set[bytes] = set()

    async def complete(self, request: Request) -> Reply:
        """Return the remembered reply, or that of one call."""
        key = self.key(request)
        ledger = self._ledger
        if ledger is not None and not (self._refresh and key not in self._refreshed):
            known = ledger.get(key)
            if known is not None:
                self._meter.count_cached(request)
                return known
        flight = self._flights.get(key)
        while flight is not None:
            shared = await self._join(flight)
            if shared is not None:
                self._meter.count_cached(request)
                return shared
            flight = self._flights.get(key)
        return await self._fly(key, request)

    async def _join(self, flight: asyncio.Future[Reply]) -> Reply | None:
        """Return the reply of a call in flight; None if it was cancelled, and another caller has to ask."""
        await asyncio.wait({flight})
        if flight.cancelled():
            return None
        error = flight.exception()
        if isinstance(error, KardiaError):
            raise error.fresh_copy()
        return flight.result()

    async def _fly(self, key: bytes, request: Request) -> Reply:
        flight: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._flights[key] = flight
        try:
            reply = await self._ask(key, request)
        except asyncio.CancelledError:
            flight.cancel()
            raise
        except BaseException as error:
            flight.set_exception(error)
            flight.exception()  # marks it as retrieved: the caller gets it, even if no other task waits
            raise
        else:
            flight.set_result(reply)
            return reply
        finally:
            del self._flights[key]

    async def _ask(self, key: bytes, request: Request) -> Reply:
        ledger = self._ledger
        if ledger is None:
            reply = await self._inner.complete(request)
            self._meter.count_reply(request, reply)
            return reply
        known = await self._lease(key, ledger)
        if known is not None:
            self._meter.count_cached(request)
            return known
        try:
            reply = await self._inner.complete(request)
        except BaseException:
            ledger.release(key)
            raise
        self._meter.count_reply(request, reply)
        ledger.put(Entry(key, reply, self._meter.model, request.role, reply.seconds))
        self._refreshed.add(key)
        return reply

    async def _lease(self, key: bytes, ledger: Ledger) -> Reply | None:
        """Take the lease; returns the reply if another process has committed one in the meantime, else None."""
        tries = 0
        while not ledger.claim(key):
            self._stop_event.check()
            await asyncio.sleep(_POLLS[min(tries, len(_POLLS) - 1)])
            tries += 1
            if tries == len(_POLLS):
                self._meter.wait_reason = f"process {ledger.owner(key)} asks the same"
        if tries >= len(_POLLS):
            self._meter.wait_reason = ""
        if self._refresh and not tries:
            return None
        known = ledger.get(key)
        if known is not None:
            ledger.release(key)
        return known

    def key(self, request: Request) -> bytes:
        """Return the ledger's key of a request: all that decides the answer, and which sample of it is wanted."""
        parts: list[Any] = [
            request.messages, request.sampling, request.seed, request.sample, request.attempt,
            None if request.schema is None else schema_hash(request.schema),
        ]  # fmt: skip
        if self._reads_facts:
            parts += [request.task, request.facts]
        return key_of(self._identity, parts)

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()
