"""Reckon calls, tokens, cost and time of a run before it begins.

The built-in speaker plays some rows through the real stage: calls, prompts and repeats are those of the stage itself,
strategy, rubric and all; only the answers are played, so the length of a real model's replies may
differ. More than `UNCONFIRMED` paid calls are not begun without --yes or a cap.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from kardia_cli.chat.limits.budget import UNCONFIRMED
from kardia_cli.chat.limits.meter import Meter
from kardia_cli.chat.limits.prices import may_cost
from kardia_cli.cli.options import CallFlags
from kardia_cli.cli.pipe import limit_lines
from kardia_cli.cli.progress import format_duration
from kardia_cli.errors import RowError, UsageError
from kardia_cli.rows.line import Line, Row
from kardia_cli.screen.console import Console
from kardia_cli.stream import flow

if TYPE_CHECKING:
    from kardia_cli.chat.gateway import Gateway

SAMPLE = 20
TOKENS_PER_WORD = 1.4
"""The built-in speaker counts words."""


@dataclass(frozen=True)
class Played:
    """Rows that were played: counts by model, and the calls of each row."""

    meters: dict[str, Meter]
    calls: list[int]


async def print_estimate(
    source: AsyncIterator[Line],
    work: flow.Work,
    gateway: Gateway,
    console: Console,
    other: tuple[str, flow.Work] | None = None,
) -> None:
    """Read all rows, play a sample of them, and print the table (`--estimate`).

    `other` is another way to do the same work, with its flags: it is played too, and its total printed.
    """
    sample, total = await _sample(source)
    played = await _play(sample, work, gateway)
    _table(played, total, gateway, console)
    if other is not None and sample:
        flags, work = other
        console.warn(f"with {flags}: {_total(await _play(sample, work, gateway), total, gateway)}")


async def confirm_calls(
    source: AsyncIterator[Line],
    work: flow.Work,
    gateway: Gateway,
    console: Console,
    calls: CallFlags,
    expected: int | None,
) -> AsyncIterator[Line]:
    """Return the source, with the rows that were played in front.

    Raises `UsageError` where more than `UNCONFIRMED` paid calls are ahead that are neither confirmed nor capped.
    """
    if calls.is_capped or not any(may_cost(spec) for spec in gateway.specs()):
        return source
    if expected is None:
        console.say(
            f"how many rows will come is not known: the run stops after {UNCONFIRMED:,} paid calls "
            "unless --yes or a cap (--max-cost, --max-calls, --max-time) is given"
        )
        return source
    first = [line async for line in limit_lines(source, SAMPLE)]
    played = await _play([line.row for line in first if line.row is not None], work, gateway)
    ahead = expected * sum(played.calls) / max(1, len(played.calls))
    if ahead > UNCONFIRMED:
        _table(played, expected, gateway, console)
        raise _unconfirmed(ahead)
    return _chained(first, source)


def _unconfirmed(ahead: float) -> UsageError:
    remedy = "add --yes, or a cap: --max-cost USD, --max-calls N, --max-time 2h"
    return UsageError(f"about {ahead:,.0f} paid calls are ahead", remedy)


async def confirm_training_calls(
    cases: list[Row], total: int, work: flow.Work, gateway: Gateway, console: Console, calls: CallFlags
) -> None:
    """Reckon the judge's calls of a training that scores `total` completions, going by some of the rows' own turns.

    Exits after the table where `--estimate` asks for it; raises `UsageError` like `confirm_calls`.
    """
    paid = not calls.is_capped and any(may_cost(spec) for spec in gateway.specs())
    if not calls.estimate and not paid:
        return
    step = max(1, len(cases) // SAMPLE)
    played = await _play(cases[::step][:SAMPLE], work, gateway)
    ahead = total * sum(played.calls) / max(1, len(played.calls))
    if calls.estimate or ahead > UNCONFIRMED:
        _table(played, total, gateway, console, "completions")
        raise typer.Exit if calls.estimate else _unconfirmed(ahead)


async def _chained(first: list[Line], rest: AsyncIterator[Line]) -> AsyncIterator[Line]:
    for line in first:
        yield line
    async for line in rest:
        yield line


async def _sample(source: AsyncIterator[Line]) -> tuple[list[Row], int]:
    """Return up to `SAMPLE` rows, each as likely as any other, and how many there are."""
    rng, count = random.Random(0), 0
    kept: list[Row] = []
    async for line in source:
        if line.row is None:
            continue
        count += 1
        if len(kept) < SAMPLE:
            kept.append(line.row)
        elif (place := rng.randrange(count)) < SAMPLE:
            kept[place] = line.row
    return kept, count


async def _play(sample: list[Row], work: flow.Work, gateway: Gateway) -> Played:
    calls = []
    with gateway.rehearsing() as meters:
        for row in sample:
            before = sum(meter.calls for meter in meters.values())
            with contextlib.suppress(RowError):  # its calls would be made all the same
                await work(dict(row))
            calls.append(sum(meter.calls for meter in meters.values()) - before)
            await asyncio.sleep(0)
    return Played(dict(meters), calls)


def _table(played: Played, total: int, gateway: Gateway, console: Console, of: str = "rows") -> None:
    if not played.calls:
        console.warn("there is nothing to reckon with")
        return
    rows = [_format_row(row) for row in _rows(played, total, gateway)]
    console.table(f"estimate for {total:,} {of}, from {len(played.calls)} of them", rows)
    console.warn(f"{_total(played, total, gateway)}; replies were played by the built-in speaker")


def _total(played: Played, total: int, gateway: Gateway) -> str:
    """Return calls and cost of all rows in words."""
    rows = _rows(played, total, gateway)
    known = [row["cost"] for row in rows]
    low, high = _range(played.calls, total)
    cost = "of unknown price" if None in known else f"${sum(known):,.2f}"
    return f"about {sum(row['calls'] for row in rows):,.0f} calls ({low:,.0f} to {high:,.0f}), {cost}"


def _rows(played: Played, total: int, gateway: Gateway) -> list[dict[str, Any]]:
    """Return a row for each model and role, scaled to all rows."""
    return [line for meter in played.meters.values() for line in _lines(meter, total / len(played.calls), gateway)]


def _range(calls: list[int], total: int) -> tuple[float, float]:
    """Return the calls of all rows as a 95 % range, going by how the rows that were played differ."""
    n = len(calls)
    mean = sum(calls) / n
    spread = math.sqrt(sum((count - mean) ** 2 for count in calls) / max(1, n - 1))
    error = 1.96 * spread * total / math.sqrt(n)
    return max(0.0, total * mean - error), total * mean + error


def _lines(meter: Meter, scale: float, gateway: Gateway) -> list[dict[str, Any]]:
    ledger = gateway.ledger
    speed = ledger.speed(meter.model) if ledger is not None else None
    return [
        {
            "role": name,
            "model": meter.model,
            "calls": role.calls * scale,
            "prompt tokens": role.prompt_tokens * scale * TOKENS_PER_WORD,
            "reply tokens": role.completion_tokens * scale * TOKENS_PER_WORD,
            "cost": None if role.unpriced else role.cost * scale * TOKENS_PER_WORD,
            "seconds": speed and role.calls * scale * speed[0] / gateway.settings.max_connections,
        }
        for name, role in meter.roles.items()
    ]


def _format_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: f"{value:,.0f}" if isinstance(value, float) else value for name, value in row.items()},
        "cost": "unknown" if row["cost"] is None else f"${row['cost']:,.2f}",
        "seconds": "unknown" if row["seconds"] is None else format_duration(row["seconds"]),
    }
