"""The same job by each client: N prompts, one chat completion each, C in flight; every client a process of its own.

Rounds are interleaved and every ratio is taken within one round, so that other work on the machine hits both sides. The
slow clients run in fewer rounds. A run counts only if all N rows came, each once, each with its reply, for N requests.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import material
import orjson
from measure import CLIENTS, Run, Server, middle, paired, run, serving
from report import Bar, Report, Table

CLIENT_ORDER = ("bare_aiohttp", "kardia", "openai_sdk", "bare_litellm", "kardia_litellm")
SLOW = frozenset({"openai_sdk", "bare_litellm", "kardia_litellm"})
BARE, OURS, LITELLM, OUR_LITELLM = "bare_aiohttp", "kardia", "bare_litellm", "kardia_litellm"
WALL_BARS = {64: 1.05, 256: 1.15, 1000: 1.3}
WARM = 16
Value = Callable[[Run], float | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is run. `few` rows against `many` at `at` calls in flight give the CPU of a call, free of the start.

    Without `slow_whole` the slow clients neither warm up nor run the `few`.
    """

    sizes: tuple[int, ...] = (64, 256, 1000)
    many: int = 2000
    few: int = 200
    rounds: int = 3
    slow_rounds: int = 2
    slow_sizes: tuple[int, ...] = (64, 256, 1000)
    latency: float = 0.2
    sigma: float = 0.0
    clients: tuple[str, ...] = CLIENT_ORDER
    at: int = 64
    slow_whole: bool = True

    def jobs(self, number: int) -> Iterator[tuple[str, int, int]]:
        """Client, calls in flight and rows of every run of one round; every other round goes the other way."""
        for size in self.sizes:
            for client in self.clients[:: -1 if number % 2 else 1]:
                if client in SLOW and (number >= self.slow_rounds or size not in self.slow_sizes):
                    continue
                if size == self.at and (self.slow_whole or client not in SLOW):
                    yield client, size, self.few
                yield client, size, self.many


class Results:
    """Every run, by client, calls in flight and rows; one place for each round."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.broken: dict[str, str] = {}
        self._runs: dict[tuple[str, int, int], dict[int, Run]] = {}

    def warmed(self, client: str, measured: Run) -> None:
        """Take note of the run that only warms the caches: a client that fails there is left out."""
        if measured.failed:
            self.broken[client] = measured.failed

    def keep(self, job: tuple[str, int, int], number: int, measured: Run) -> None:
        """Keep a run of a round."""
        self._runs.setdefault(job, {})[number] = measured

    def values(self, client: str, size: int, value: Value, rows: int | None = None) -> list[float | None]:
        """A value of each round; None where the client did not run or failed."""
        runs = self._runs.get((client, size, rows or self.plan.many), {})
        found = (runs.get(number) for number in range(self.plan.rounds))
        return [None if one is None or one.failed else value(one) for one in found]

    def cpu_per_call(self, client: str) -> list[float | None]:
        """CPU milliseconds of a call in each round: the slope between few and many rows."""
        plan = self.plan
        high = self.values(client, plan.at, lambda one: one.cpu)
        low = self.values(client, plan.at, lambda one: one.cpu, plan.few)
        calls = (plan.many - plan.few) / 1000
        return [None if a is None or b is None else (a - b) / calls for a, b in zip(high, low, strict=True)]

    def failures(self) -> list[str]:
        """What failed, one line each."""
        found = [(client, "", why) for client, why in self.broken.items()]
        for (client, size, rows), runs in self._runs.items():
            found += [(client, f" C={size}, N={rows}:", one.failed) for one in runs.values() if one.failed]
        lines = [f"FAILED: {client}:{where} {why}" for client, where, why in found]
        return list(dict.fromkeys(lines))


def measure(plan: Plan, folder: Path, say: Callable[[str], None]) -> Results:
    """Run the whole plan against one server."""
    results = Results(plan)
    inputs = {rows: material.prompts(folder / f"prompts-{rows}.jsonl", rows) for rows in (plan.few, plan.many)}
    warm = material.prompts(folder / "prompts-warm.jsonl", WARM)
    with serving(plan.latency, plan.sigma) as server:
        for client in plan.clients if plan.slow_whole else [one for one in plan.clients if one not in SLOW]:
            results.warmed(client, ask_all(client, warm, WARM, WARM, server, folder))
        for number in range(plan.rounds):
            for job in plan.jobs(number):
                client, size, rows = job
                if client in results.broken:
                    continue
                measured = ask_all(client, inputs[rows], rows, size, server, folder)
                results.keep(job, number, measured)
                say(f"round {number + 1}: {client}, C={size}, N={rows}: {measured.failed or f'{measured.wall:.2f} s'}")
    return results


def ask_all(client: str, prompts: Path, rows: int, size: int, server: Server, folder: Path) -> Run:
    """One client once through a file of prompts, with a ledger of its own where it keeps one; checked."""
    output, ledger = folder / "rows.jsonl", folder / "ledger"
    server.reset()
    command = [sys.executable, CLIENTS / f"{client}.py", prompts, output, server.base, str(size)]
    measured = run([*command, ledger] if client.startswith("kardia") else command, folder, watch=output)
    counts = server.stats()
    problem = measured.failed or missing(output, rows) or unasked(counts, rows)
    for path in (output, *folder.glob("ledger*")):
        path.unlink(missing_ok=True)
    first = counts["first_request"] - measured.began if counts["first_request"] else None
    return replace(measured, first_request=first, connections=int(counts["peak_connections"]), failed=problem)


def missing(output: Path, rows: int) -> str:
    """What is wrong with the rows that came out; empty where all came, each once, each with its fields and reply."""
    seen = set()
    with output.open("rb") as file:
        for line in file:
            row = orjson.loads(line)
            if row.get("prompt") and len(row.get("reply", "").split()) > 150:
                seen.add(row["id"])
            else:
                return f"row {row.get('id')} lacks its prompt or its reply"
    return "" if len(seen) == rows else f"{len(seen)} distinct rows of {rows}"


def unasked(counts: dict[str, float], rows: int) -> str:
    """What is wrong with the number of requests."""
    return "" if counts["requests"] == rows else f"{counts['requests']:,.0f} requests for {rows:,} rows"


def report(results: Results) -> Report:
    """The tables, the bars and the failures."""
    tables = [_wall_table(results, size) for size in results.plan.sizes]
    return Report([*tables, _cpu_table(results)], _bars(results), results.failures())


def _ratio(results: Results, client: str, against: str, size: int, value: Value) -> float | None:
    return paired(results.values(client, size, value), results.values(against, size, value))


def _wall_table(results: Results, size: int) -> Table:
    plan = results.plan
    spread = f" (lognormal, {plan.sigma:g})" if plan.sigma else ""
    ideal = plan.many * plan.latency * math.exp(plan.sigma**2 / 2) / size
    title = f"{plan.many:,} calls of {plan.latency * 1000:.0f} ms{spread}, {size} in flight (ideal {ideal:.2f} s)"
    headings = (
        "client", "wall s", "× aiohttp", "% of ideal", "peak MB", "× aiohttp", "first request s", "first row s",
        "connections",
    )  # fmt: skip
    table = Table(title, headings)
    for client in plan.clients:
        wall = middle(results.values(client, size, lambda one: one.wall))
        table.rows.append(
            [
                client,
                wall,
                _ratio(results, client, BARE, size, lambda one: one.wall),
                wall and 100 * ideal / wall,
                middle(results.values(client, size, lambda one: one.peak_mb)),
                _ratio(results, client, BARE, size, lambda one: one.peak_mb),
                middle(results.values(client, size, lambda one: one.first_request)),
                middle(results.values(client, size, lambda one: one.first_row)),
                middle(results.values(client, size, lambda one: one.connections)),
            ]
        )
    return table


def _cpu_table(results: Results) -> Table:
    plan = results.plan
    title = f"CPU of a call: from N={plan.few} to N={plan.many:,}, {plan.at} in flight"
    table = Table(title, ("client", "ms a call", "× aiohttp", "start and end s"))
    for client in plan.clients:
        slopes = results.cpu_per_call(client)
        low = results.values(client, plan.at, lambda one: one.cpu, plan.few)
        fixed = [None if a is None or b is None else a - b * plan.few / 1000 for a, b in zip(low, slopes, strict=True)]
        ratio = paired(slopes, results.cpu_per_call(BARE))
        table.rows.append([client, middle(slopes), ratio, middle(fixed)])
    return table


def _bars(results: Results) -> list[Bar]:
    plan = results.plan

    def ours(value: Value, size: int = plan.at) -> float | None:
        return middle(results.values(OURS, size, value))

    walls = [
        Bar(f"wall, C={size}, × bare aiohttp", limit, _ratio(results, OURS, BARE, size, lambda one: one.wall))
        for size, limit in WALL_BARS.items()
    ]
    memory = [
        Bar(f"peak memory, C={size}, × bare aiohttp", 2.0, _ratio(results, OURS, BARE, size, lambda one: one.peak_mb))
        for size in WALL_BARS
    ]
    litellm = [
        Bar(
            f"LiteLLM backend: wall, C={size}, × bare litellm",
            1.05,
            _ratio(results, OUR_LITELLM, LITELLM, size, lambda one: one.wall),
        )
        for size in WALL_BARS
    ]
    return [
        *walls,
        Bar("CPU of a call, × bare aiohttp", 2.0, paired(results.cpu_per_call(OURS), results.cpu_per_call(BARE))),
        *memory,
        Bar("start to first request, s", 0.35, ours(lambda one: one.first_request)),
        Bar("first row beyond the latency, s", 0.4, ours(lambda one: one.first_row and one.first_row - plan.latency)),
        *litellm,
    ]
