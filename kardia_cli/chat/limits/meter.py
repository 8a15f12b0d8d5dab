"""Counts of the calls to one model: for the progress line, the summary, and --summary FILE."""

from __future__ import annotations

from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from kardia_cli.rows.request import Reply, Request

_LATENCIES = 4096
"""So many of the newest latencies are kept for the percentiles."""


@dataclass(slots=True)
class RowCost:
    """The cost of one row in this run: replies that were asked for (not remembered), and USD.

    `number` counts the rows in the order of the input: where calls have to wait, those of early rows go first.
    """

    number: int = 0
    calls: int = 0
    cost: float = 0.0


ROW: ContextVar[RowCost | None] = ContextVar("row_cost", default=None)
"""Where the calls of the row at work are charged; tasks that the row starts inherit it."""


@dataclass(slots=True)
class Role:
    """The calls of one role (seeker, judge …) to one model."""

    calls: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0


@dataclass(slots=True)
class Meter:
    """Counts of one model. `free` is True for a model in this process, which costs no money."""

    model: str
    free: bool = False
    in_flight: int = 0
    most_in_flight: int = 0
    sent: int = 0
    retries: int = 0
    rate_limited: int = 0
    wait_reason: str = ""  # why nothing goes out, and until when (monotonic s)
    resumes_at: float = 0.0
    failed: Counter[str] = field(default_factory=Counter)
    roles: dict[str, Role] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def role(self, request: Request) -> Role:
        """Return the counts of the role that a request is for."""
        name = request.role
        found = self.roles.get(name)
        if found is None:
            found = self.roles[name] = Role()
        return found

    def count_sent(self) -> None:
        """Count a request that goes out."""
        self.sent += 1
        self.in_flight += 1
        if self.in_flight > self.most_in_flight:
            self.most_in_flight = self.in_flight

    def count_ended(self, seconds: float | None) -> None:
        """Count a request that came back, with an answer after `seconds`, or without one (None)."""
        self.in_flight -= 1
        if seconds is not None:
            self.seconds += seconds
            if len(self.latencies) < _LATENCIES:
                self.latencies.append(seconds)
            else:
                self.latencies[self.sent % _LATENCIES] = seconds

    def count_reply(self, request: Request, reply: Reply) -> None:
        """Count a reply that was asked for."""
        role = self.role(request)
        role.calls += 1
        role.prompt_tokens += reply.usage.prompt_tokens
        role.completion_tokens += reply.usage.completion_tokens
        row = ROW.get()
        if row is not None:
            row.calls += 1
        if reply.cost is not None:
            role.cost += reply.cost
            if row is not None:
                row.cost += reply.cost
        elif not self.free:
            role.unpriced += 1

    def count_cached(self, request: Request) -> None:
        """Count a reply from the ledger, or one that another task had asked for."""
        self.role(request).cached += 1

    @property
    def calls(self) -> int:
        """Replies that were asked for."""
        return sum(role.calls for role in self.roles.values())

    @property
    def cached(self) -> int:
        """Replies that were not asked for again."""
        return sum(role.cached for role in self.roles.values())

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens of the calls that were made."""
        return sum(role.prompt_tokens + role.completion_tokens for role in self.roles.values())

    @property
    def cost(self) -> float:
        """USD of the calls whose price is known."""
        return sum(role.cost for role in self.roles.values())

    @property
    def unpriced(self) -> int:
        """Calls whose price is not known."""
        return sum(role.unpriced for role in self.roles.values())

    def percentile(self, share: float) -> float | None:
        """Return the latency in seconds that this share of the calls stayed below; None before the first."""
        if not self.latencies:
            return None
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as JSON values, for `--summary`."""
        return {
            "model": self.model,
            "calls": self.calls,
            "cached": self.cached,
            "requests": self.sent,
            "retries": self.retries,
            "rate_limited": self.rate_limited,
            "failed": dict(self.failed),
            "tokens": self.tokens,
            "cost": self.cost if not self.unpriced else None,
            "priced_cost": self.cost,
            "unpriced_calls": self.unpriced,
            "most_in_flight": self.most_in_flight,
            "latency_p50": self.percentile(0.5),
            "latency_p95": self.percentile(0.95),
            "roles": [
                {
                    "role": name, "calls": role.calls, "cached": role.cached, "prompt_tokens": role.prompt_tokens,
                    "completion_tokens": role.completion_tokens, "cost": role.cost if not role.unpriced else None,
                }
                for name, role in self.roles.items()
            ],
        }  # fmt: skip
