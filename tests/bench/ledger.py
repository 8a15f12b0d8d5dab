"""The ledger: what keeping and finding a reply costs, and how fast finished work comes out again.

A second run over finished rows asks no model: every reply is in the ledger. Rates are of whole processes, start
included.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import material
from chat import missing
from measure import CLIENTS, Run, Server, middle, run, serving
from report import Bar, Report, Table

FIRST, AGAIN = "first, from a server without latency", "again"
KARDIA = (sys.executable, "-c", "from kardia_cli.cli.main import main; main()")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is run."""

    rows: int = 10_000
    talks: int = 300
    exchanges: int = 10
    rounds: int = 3
    entries: int = 20_000


def measure(plan: Plan, folder: Path) -> Report:
    """Single calls, whole dialogues, and the ledger alone."""
    with serving(0.0) as server:
        report = _single_calls(plan, server, folder)
        report.add(_dialogues(plan, server, folder))
    report.add(_alone(plan, folder))
    return report


def again(
    command: Sequence[str | Path], output: Path, server: Server, rounds: int, check: Callable[[], str], folder: Path
) -> tuple[Run, int, list[Run]]:
    """A first run, the requests it made, and the same command `rounds` times more: those must ask nothing."""
    server.reset()
    first = _checked(run(command, folder), check)
    asked = int(server.stats()["requests"])
    later = []
    for _ in range(0 if first.failed else rounds):
        output.unlink()
        server.reset()
        measured = _checked(run(command, folder), check)
        new = int(server.stats()["requests"])
        later.append(replace(measured, failed=measured.failed or (f"asked {new:,} calls again" if new else "")))
    output.unlink(missing_ok=True)
    clear(folder)
    return first, asked, later


def _checked(measured: Run, check: Callable[[], str]) -> Run:
    return measured if measured.failed else replace(measured, failed=check())


def _single_calls(plan: Plan, server: Server, folder: Path) -> Report:
    prompts, output = material.prompts(folder / "prompts.jsonl", plan.rows), folder / "rows.jsonl"
    command = [sys.executable, CLIENTS / "kardia.py", prompts, output, server.base, "256", folder / "ledger"]
    first, _, later = again(command, output, server, plan.rounds, lambda: missing(output, plan.rows), folder)
    rate = _rate(later, plan.rows)
    table = Table(f"{plan.rows:,} rows of one call, from the ledger", ("run", "s", "rows/s", "CPU s", "peak MB"))
    for name, runs in ((FIRST, [first]), (AGAIN, later)):
        table.rows.append([name, _of(runs, "wall"), _rate(runs, plan.rows), _of(runs, "cpu"), _of(runs, "peak_mb")])
    bar = Bar("re-emission from the ledger, rows/s", 15_000, rate, at_least=True)
    return Report([table], [bar], _problems("re-emission", [first, *later]))


def _dialogues(plan: Plan, server: Server, folder: Path) -> Report:
    output = folder / "dialogues.jsonl"
    command = [
        *KARDIA, "synthesize", "-q", "-n", str(plan.talks), "--max-exchanges", str(plan.exchanges),
        "--model", "openai/m",
        "--api-base", server.base, "--max-connections", "64", "--ledger", folder / "ledger", "-o", output,
    ]  # fmt: skip
    first, asked, later = again(command, output, server, plan.rounds, lambda: _talks(output, plan.talks), folder)
    title = f"{plan.talks} dialogues of {plan.exchanges} exchanges, from the ledger"
    table = Table(title, ("run", "s", "dialogues/s", "calls/s", "CPU s", "peak MB"))
    calls = 2 * plan.talks * plan.exchanges
    for name, runs in ((FIRST, [first]), (AGAIN, later)):
        rates = _rate(runs, plan.talks), _rate(runs, calls)
        table.rows.append([name, _of(runs, "wall"), *rates, _of(runs, "cpu"), _of(runs, "peak_mb")])
    problems = _problems("dialogues", [first, *later])
    if not problems and asked != calls:
        problems.append(f"FAILED: dialogues: {asked:,} calls, {calls:,} expected")
    return Report([table], [], problems)


def _talks(output: Path, count: int) -> str:
    with output.open("rb") as file:
        found = sum(1 for _ in file)
    return "" if found == count else f"{found} dialogues of {count}"


def _rate(runs: list[Run], count: int) -> float | None:
    return middle([None if one.failed else count / one.wall for one in runs])


def _of(runs: list[Run], name: str) -> float | None:
    return middle([None if one.failed else getattr(one, name) for one in runs])


def _problems(what: str, runs: list[Run]) -> list[str]:
    return sorted({f"FAILED: {what}: {one.failed}" for one in runs if one.failed})


def _alone(plan: Plan, folder: Path) -> Report:
    rates: list[dict[str, float]] = []
    problems: list[str] = []
    for _ in range(plan.rounds):
        measured, said = _said(
            [sys.executable, CLIENTS / "ledger_alone.py", folder / "ledger", str(plan.entries)], folder
        )
        if measured.failed:
            problems.append(f"FAILED: the ledger alone: {measured.failed}")
        else:
            rates.append(json.loads(said))
        clear(folder)
    table = Table(f"The ledger alone, {plan.entries:,} replies of 1.5 kB", ("operation", "a second"))
    for name in rates[0] if rates else ():
        table.rows.append([name, middle([one[name] for one in rates])])
    return Report([table], [], sorted(set(problems)))


def _said(command: list[str | Path], folder: Path) -> tuple[Run, str]:
    """A run, and what it printed."""
    printed = folder / "stdout.txt"
    with printed.open("wb") as file:
        measured = run(command, folder, stdout=file.fileno())
    return measured, printed.read_text(encoding="utf-8")


def clear(folder: Path) -> None:
    """Take the ledger away, with the files beside it."""
    for path in folder.glob("ledger*"):
        path.unlink()
