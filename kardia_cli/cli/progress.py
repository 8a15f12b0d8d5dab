"""Counts of one run, as a line on the terminal and as the summary at its end.

synthesize ━━━━──── 45/128 rows · 2 failed · 310 calls (120 remembered) · 16 in flight · 1.2M tokens · $0.34 of
$1.02–1.40 · 2:10 left · gpt-4o-mini: 429 ×12, next try 4 s
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kardia_cli.errors import Unfinished
from kardia_cli.screen.console import Console
from kardia_cli.stream import flow

if TYPE_CHECKING:
    from kardia_cli.chat.limits.meter import Meter, RowCost

ENOUGH = 20
"""Rows after which a run's time and cost are projected."""
_BAR = 16
_SHRINK = ("bar", "tokens", "in flight", "calls", "wait", "cost", "rejected")


class Progress:
    """Counts of one run: rows in and out, rejects by kind and reason, and what the rows have cost.

    `expected` is how many rows will come in, where that is known; `meters` count the calls to each model.
    """

    def __init__(self, stage: str, console: Console, meters: Sequence[Meter] = (), expected: int | None = None) -> None:
        self.stage, self.console, self.meters, self.expected = stage, console, meters, expected
        self.rows_in = self.rows_out = 0
        self.failed: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.closed_early = self.interrupted = False
        self._began = time.monotonic()
        self._paid_rows = 0
        self._paid_since: float | None = None
        self._cost = self._cost_squared = 0.0

    def count(self, outcome: flow.Outcome) -> None:
        """Take in one outcome."""
        self.rows_in += 1
        self.rows_out += len(outcome.rows)
        if outcome.error is not None:
            counter = self.dropped if outcome.error.kind == "dropped" else self.failed
            counter[_generalise(str(outcome.error))] += 1

    def charge(self, cost: RowCost) -> None:
        """Take in what a finished row has cost; a row that was only remembered says nothing about those to come."""
        if cost.calls:
            self._paid_rows += 1
            self._cost += cost.cost
            self._cost_squared += cost.cost**2
            if self._paid_since is None:
                self._paid_since = time.monotonic()

    @property
    def has_begun(self) -> bool:
        """Return True once a row has come through or a model has been asked."""
        return self.rows_in > 0 or any(meter.sent or meter.cached for meter in self.meters)

    @property
    def seconds(self) -> float:
        """Return the seconds since the run began."""
        return time.monotonic() - self._began

    def finish(self) -> None:
        """Write the summary of the run to stderr."""
        ending = ", stopped early: the reader of the output has gone" if self.closed_early else ""
        if self.closed_early and self.console.level < 1:
            return
        rejected = "".join(f", {count} {kind}" for kind, count in self._rejected())
        self.console.say(f"{self.rows_in} rows in, {self.rows_out} out{rejected} in {self.seconds:.1f} s{ending}")
        for kind, counter in (("failed", self.failed), ("dropped", self.dropped)):
            for reason, number in counter.most_common(8):
                self.console.say(f"  {kind} {number}: {reason}")
        for meter in self.meters:
            if meter.calls + meter.cached and not meter.free:
                self.console.say(f"  {meter.model}: {describe_calls(meter)}")

    def _rejected(self) -> list[tuple[str, int]]:
        counts = (("failed", self.failed.total()), ("dropped", self.dropped.total()))
        return [(kind, count) for kind, count in counts if count]

    def check(self, min_rows: int) -> None:
        """Raise `Unfinished` where rows failed or too few came out."""
        if self.failed:
            raise Unfinished(
                f"{self.failed.total()} of {self.rows_in} rows failed",
                "see the reasons above, or keep them: --rejects FILE",
            )
        if self.rows_out < min_rows:
            raise Unfinished(f"{self.rows_out} rows came out, --min-rows asks for {min_rows}", "give more input")

    def as_dict(self) -> dict[str, Any]:
        """Return the counts for `--summary`."""
        return {
            "rows_in": self.rows_in,
            "rows_out": self.rows_out,
            "failed": dict(self.failed),
            "dropped": dict(self.dropped),
        }

    def status(self) -> str:
        """Return how far the run is, what it took, who is waited for and why, as one plain line."""
        return " · ".join(long for long, _ in self._parts().values() if long)

    def live_line(self, columns: int) -> str:
        """Return `status` under the stage's name and, where the end is known, a bar; Rich markup.

        Where `columns` cells are too few, parts shrink or go in the order of `_SHRINK`; cost, time left and the reason
        for waiting stay.
        """
        from rich.markup import escape

        parts = self._parts()
        shown = {name: long for name, (long, _) in parts.items()}
        bar = "━" * _BAR if self.expected else ""
        for name in ("", *_SHRINK):
            if name == "bar":
                bar = ""
            elif name in parts:
                shown[name] = parts[name][1]
            status = " · ".join(filter(None, shown.values()))
            if len(f"{self.stage} {bar} {status}") <= columns:
                break
        done = min(_BAR, _BAR * self.rows_in // self.expected) if self.expected else 0
        coloured = f"[green]{bar[:done]}[/green][bright_black]{bar[done:]}[/bright_black] " if bar else ""
        return f"[bold]{self.stage}[/bold] {coloured}{escape(status)}"

    def _parts(self) -> dict[str, tuple[str, str]]:
        """Return the parts of the line in their order, each in full and in short ("": left out)."""
        parts = {"rows": 2 * (f"{self.rows_in}/{self.expected} rows" if self.expected else f"{self.rows_in} rows",)}
        parts["rejected"] = " · ".join(f"{count} {kind}" for kind, count in self._rejected()), ""
        served = [meter for meter in self.meters if not meter.free]
        if served:
            calls, cached = sum(meter.calls for meter in served), sum(meter.cached for meter in served)
            parts["calls"] = f"{calls:,} calls" + (f" ({cached:,} remembered)" if cached else ""), ""
            parts["in flight"] = f"{sum(meter.in_flight for meter in served)} in flight", ""
            parts["tokens"] = f"{format_count(sum(meter.tokens for meter in served))} tokens", ""
            parts["cost"] = self._describe_cost(served)
        left = self.time_left()
        if left is not None:
            parts["left"] = 2 * (f"{format_duration(left[0])}–{format_duration(left[1])} left",)
        now = time.monotonic()
        waits = [(meter.model, describe_wait(meter, now)) for meter in self.meters if meter.wait_reason]
        parts["wait"] = " · ".join(f"{model}: {why}" for model, why in waits), " · ".join(why for _, why in waits)
        return parts

    def _describe_cost(self, served: Sequence[Meter]) -> tuple[str, str]:
        cost, unpriced = sum(meter.cost for meter in served), sum(meter.unpriced for meter in served)
        if unpriced and not cost:
            return "price unknown", "price unknown"
        if unpriced:
            return f"${cost:.2f} + {unpriced:,} calls of unknown price", f"${cost:.2f} + unknown"
        whole = self.total_cost()
        return f"${cost:.4g}" + (f" of ${whole[0]:.3g}–{whole[1]:.3g}" if whole else ""), f"${cost:.4g}"

    def _rows_left(self) -> int | None:
        return None if self.expected is None else max(0, self.expected - self.rows_in)

    def total_cost(self) -> tuple[float, float] | None:
        """Return the cost (USD) of the whole run as a 95 % range from the rows so far; None before `ENOUGH` rows."""
        left = self._rows_left()
        if left is None or self._paid_rows < ENOUGH or not self._cost:
            return None
        n = self._paid_rows
        mean = self._cost / n
        spread = math.sqrt(max(0.0, self._cost_squared / n - mean**2))
        error = 1.96 * spread * math.sqrt(left + left**2 / n)
        so_far = sum(meter.cost for meter in self.meters)
        return so_far + max(0.0, left * mean - error), so_far + left * mean + error

    def time_left(self) -> tuple[float, float] | None:
        """Return the seconds left, a range of a quarter around the pace so far; None before `ENOUGH` rows."""
        left = self._rows_left()
        rows, since = (
            (self._paid_rows, self._paid_since) if self._paid_since is not None else (self.rows_in, self._began)
        )
        if not left or rows < ENOUGH:
            return None
        pace = (time.monotonic() - since) / rows
        return 0.8 * left * pace, 1.25 * left * pace


def describe_calls(meter: Meter) -> str:
    """Describe the calls to one model, for the summary on stderr."""
    parts = [f"{meter.calls:,} calls", f"{meter.cached:,} remembered" if meter.cached else ""]
    parts += [
        f"{meter.retries:,} retries" if meter.retries else "",
        f"429 ×{meter.rate_limited}" if meter.rate_limited else "",
    ]
    parts += [f"{why} ×{count}" for why, count in meter.failed.items() if why != "rate_limit"]
    parts.append(f"{format_count(meter.tokens)} tokens")
    if meter.calls:
        known = f"${meter.cost:.4g}" if meter.cost or not meter.unpriced else ""
        parts.append(known + (" + " if known and meter.unpriced else "") + ("price unknown" if meter.unpriced else ""))
    return ", ".join(part for part in parts if part)


def describe_wait(meter: Meter, now: float) -> str:
    """Describe why nothing goes out to a model, and for how long."""
    left = meter.resumes_at - now
    return meter.wait_reason + (f", next try {left:.0f} s" if left >= 1 else "")


def format_count(count: float) -> str:
    """Write a count in at most four characters and a unit."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return f"{count:.0f}"


def format_duration(seconds: float) -> str:
    """Write seconds as minutes and seconds, or as hours and minutes."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}" if hours else f"{minutes}:{rest:02}"


def _generalise(reason: str) -> str:
    """Return a reason without the numbers and quotes that differ from row to row, for counting."""
    import re

    return re.sub(r"\d+(\.\d+)?", "N", re.sub(r"'[^']{0,200}'|\"[^\"]{0,200}\"", "…", reason))[:100]
