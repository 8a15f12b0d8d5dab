"""The budget of a command: money and calls. It stops dispatching so that calls in flight still fit.

Money is set aside before a call goes out and settled when it comes back. Where the next call does not fit while others
are in flight, it waits for what they really cost; where nothing is in flight, the run stops (exit 4) and can be
resumed. KARDIA_MAX_COST caps all processes of one pipe together: they book in the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from kardia_cli.chat.ledger.ledger import Ledger
from kardia_cli.chat.limits.limiter import StopEvent
from kardia_cli.chat.limits.prices import Price, UsageEstimate
from kardia_cli.errors import CallFailed, Stopped
from kardia_cli.rows.request import Backend, Reply, Request

UNCONFIRMED = 10_000
"""Paid calls that a run may make without --yes or a cap."""
_LOOK = 0.2


@dataclass(frozen=True, slots=True)
class Caps:
    """The user's caps: `cost` and `pipe_cost` (USD of process and pipe), `calls`, `unconfirmed` paid calls."""

    cost: float | None = None
    calls: int | None = None
    pipe_cost: float | None = None
    unconfirmed: int | None = None

    @property
    def limits_cost(self) -> bool:
        """True if prices have to be known."""
        return self.cost is not None or self.pipe_cost is not None


class Budget:
    """Money and calls of one command, shared by all its models. `spent` and `reserved` are USD."""

    def __init__(self, caps: Caps, stop_event: StopEvent, ledger: Callable[[], Ledger | None]) -> None:
        self.caps = caps
        self._stop_event, self._ledger = stop_event, ledger
        self.spent = self.reserved = 0.0
        self.calls = self.paid_calls = self._flying = 0
        self._settled = asyncio.Event()

    async def take(self, amount: float, paid: bool) -> None:
        """Set `amount` (USD) aside for one call; waits while calls in flight may still free some. Raises `Stopped`."""
        self.count(paid)
        caps = self.caps
        if caps.limits_cost:
            while not self._fits(amount):
                if self._flying:
                    self._settled.clear()
                    await self._settled.wait()
                elif caps.pipe_cost is not None and self._others_fly():
                    await asyncio.sleep(_LOOK)
                else:
                    self._stop(self._over_cost(amount))
                self._stop_event.check()
        self.reserved += amount
        self._flying += 1

    def count(self, paid: bool) -> None:
        """Count a call that is about to be made. Raises `Stopped` if no more are allowed."""
        caps = self.caps
        if caps.calls is not None and self.calls >= caps.calls:
            self._stop(f"--max-calls {caps.calls} are made")
        if paid and caps.unconfirmed is not None and self.paid_calls >= caps.unconfirmed:
            self._stop(
                f"{caps.unconfirmed:,} paid calls are made; "
                "add --yes or a cap (--max-cost, --max-calls, --max-time) to go on from here"
            )
        self.calls += 1
        self.paid_calls += paid

    def _fits(self, amount: float) -> bool:
        caps = self.caps
        if caps.cost is not None and self.spent + self.reserved + amount > caps.cost:
            return False
        ledger = self._ledger()
        if caps.pipe_cost is None:
            return True
        if ledger is None:
            return self.spent + self.reserved + amount <= caps.pipe_cost
        return ledger.charge(0.0, amount, caps.pipe_cost)

    def _others_fly(self) -> bool:
        ledger = self._ledger()
        return ledger is not None and ledger.in_flight_elsewhere()

    def _over_cost(self, amount: float) -> str:
        caps = self.caps
        if caps.cost is not None and self.spent + amount > caps.cost:
            return f"--max-cost {caps.cost:g}: {self.spent:.4f} USD are spent and the next call may cost {amount:.4f}"
        return f"KARDIA_MAX_COST {caps.pipe_cost:g} of this pipe is used up (by this process: {self.spent:.4f} USD)"

    def _stop(self, message: str) -> None:
        self._stop_event.set(Stopped(message))
        self._stop_event.check()

    def settle(self, amount: float, cost: float) -> None:
        """Book that a call cost `cost` of the `amount` set aside."""
        self.reserved -= amount
        self.spent += cost
        self._flying -= 1
        ledger = self._ledger()
        if self.caps.pipe_cost is not None and ledger is not None:
            ledger.charge(cost, -amount)
        self._settled.set()


class Priced:
    """A backend whose replies carry their cost, and whose calls the budget has to allow (the limiter asks)."""

    def __init__(self, inner: Backend, budget: Budget, price: Price | None, paid: bool) -> None:
        self._inner, self._budget, self._price, self._paid = inner, budget, price, paid
        self._estimate = UsageEstimate()
        for name in ("probe", "prepare"):  # what only some backends have
            if hasattr(inner, name):
                setattr(self, name, getattr(inner, name))

    async def allow(self, request: Request) -> float:
        """Set the money for the call aside; see `Budget.take`."""
        price = self._price
        amount = price.cost(self._estimate.usage(request)) if price and self._budget.caps.limits_cost else 0.0
        await self._budget.take(amount, self._paid)
        return amount

    async def complete(self, request: Request, amount: float) -> Reply:
        """Ask, and settle the amount that `allow` set aside."""
        cost = amount  # a call whose end is not known may have been paid
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            reply = await self._inner.complete(request)
            self._estimate.learn(reply.usage)
            known = reply.cost
            if known is None and self._price is not None:
                known = self._price.cost(reply.usage)
            cost = known or 0.0
            return reply.measured(known, loop.time() - began)
        except CallFailed as error:
            if error.unreached or error.why in ("rate_limit", "server", "invalid"):
                cost = 0.0
            raise
        finally:
            self._budget.settle(amount, cost)

    async def aclose(self) -> None:
        """Close the backend."""
        await self._inner.aclose()
