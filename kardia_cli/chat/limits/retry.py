"""Retries of transient failures, bounded in number and time, with growing, jittered waits.

A 429 and an endpoint that is away are no failed attempts: the limiter makes everyone wait. An error that the same
request will always meet (400, context too long) is not tried again; where the first calls all meet one, the run stops.
"""

from __future__ import annotations

import asyncio
import random

from kardia_cli.chat.limits.limiter import TRANSIENT, Limiter, StopEvent
from kardia_cli.chat.limits.meter import Meter
from kardia_cli.errors import CallFailed, ProviderError
from kardia_cli.rows.request import Reply, Request

FIRST_CALLS = 5
"""So many calls that all end in a 4xx, none having been answered before, stop the run."""
HOPELESS = 16
"""So many calls in a row that fail for good, with no answer between them, stop the run."""


class Retry:
    """A backend that tries a failed call again, at most `retries` times within `patience` seconds.

    Raises the last `CallFailed`, or `ProviderError` if the endpoint cannot be reached or refuses every call.
    """

    def __init__(
        self, limiter: Limiter, retries: int, meter: Meter, stop_event: StopEvent, where: str, patience: float = 600.0
    ) -> None:
        self._limiter, self._retries, self._meter, self._stop_event = limiter, retries, meter, stop_event
        self._where, self._patience = where, patience
        self._answered = False
        self._refused = self._given_up = 0

    async def complete(self, request: Request) -> Reply:
        """Ask until an answer comes, a failure is final, or the tries are used up."""
        attempt, spent = 0, 0.0
        while True:
            try:
                reply = await self._limiter.complete(request)
            except CallFailed as error:
                self._stop_event.check()
                if error.why == "rate_limit" or (self._may_be_outage(error) and await self._limiter.is_away()):
                    continue  # no failed attempt: the limiter makes everyone wait
                attempt += 1
                wait = self._pause(error, attempt)
                if error.why not in TRANSIENT or attempt > self._retries or spent + wait > self._patience:
                    raise self._final(error) from None
                self._meter.retries += 1
                spent += wait
                await asyncio.sleep(wait)
            except ProviderError as error:
                self._stop_event.set(error)
                raise
            else:
                self._answered, self._given_up = True, 0
                return reply

    @staticmethod
    def _may_be_outage(error: CallFailed) -> bool:
        """Return True for a call that never began or was turned away.

        One whose connection broke may itself be what kills the server.
        """
        return error.unreached or error.why in ("timeout", "server")

    def _pause(self, error: CallFailed, attempt: int) -> float:
        first = 0.1 if error.why == "connection" else 0.5
        growing: float = min(30.0, first * 2 ** (attempt - 1)) * random.uniform(0.5, 1.5)
        return max(growing, error.retry_after or 0.0)

    def _final(self, error: CallFailed) -> Exception:
        """Return the failure of this call, or of the run if it tells about all calls."""
        self._given_up += 1
        if error.unreached and not self._limiter.reached:
            return self._stop(
                f"cannot reach {self._where}: {error}",
                "is the server running, and the address right? (--wait-endpoint 10m waits for it)",
            )
        if error.why == "invalid" and not self._answered:
            self._refused += 1
            if self._refused >= FIRST_CALLS:
                return self._stop(f"{self._where} refuses each of the first {self._refused} calls: {error}", _REMEDY)
        if error.why in TRANSIENT and self._given_up >= HOPELESS:
            return self._stop(f"{self._where} fails every call: {error}", "look at the server, then type it again")
        return error

    def _stop(self, message: str, remedy: str) -> ProviderError:
        stop = ProviderError(message, remedy)
        self._stop_event.set(stop)
        return stop

    async def aclose(self) -> None:
        """Close the limiter."""
        await self._limiter.aclose()


_REMEDY = "check the model's name, its context size and --model-option"
