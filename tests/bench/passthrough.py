"""A stage that asks no model: rows of 7.8 kB through kardia's machinery, against the least that Python can do."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import material
from measure import CLIENTS, Run, middle, paired, run
from report import Bar, Report, Table

LOOP, OURS = "pass_loop", "pass_kardia"
SCRIPTS = (LOOP, OURS)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is run."""

    rows: int = 20_000
    rounds: int = 5


def measure(plan: Plan, folder: Path) -> Report:
    """Both scripts, interleaved; whole processes, start included."""
    source = material.dialogues(folder / "dialogues.jsonl", plan.rows)
    runs: dict[str, list[Run]] = {script: [] for script in SCRIPTS}
    starts: dict[str, list[Run]] = {script: [] for script in SCRIPTS}
    check = [checked(script, source, plan.rows, folder) for script in SCRIPTS]
    for number in range(plan.rounds):
        for script in SCRIPTS[:: -1 if number % 2 else 1]:
            runs[script].append(through(script, source, folder))
            starts[script].append(through(script, Path(os.devnull), folder))
    megabytes = source.stat().st_size / 1e6
    source.unlink()
    rates = {script: [_rate(plan.rows, one) for one in kept] for script, kept in runs.items()}
    alone = {script: [_rate(plan.rows, one, quickest(starts[script])) for one in kept] for script, kept in runs.items()}
    headings = ("script", "rows/s", "× loop", "rows/s after the start", "× loop", "MB/s", "start s", "CPU s")
    table = Table(f"Pass-through of {plan.rows:,} rows, {megabytes:,.0f} MB: whole processes", headings)
    for script in SCRIPTS:
        rate = middle(rates[script])
        table.rows.append(
            [
                script,
                rate,
                paired(rates[script], rates[LOOP]),
                middle(alone[script]),
                paired(alone[script], alone[LOOP]),
                rate and rate * megabytes / plan.rows,
                middle([one.wall for one in starts[script]]),
                middle([one.cpu for one in runs[script]]),
            ]
        )
    bars = [
        Bar("pass-through, × an orjson loop, start included", 0.65, paired(rates[OURS], rates[LOOP]), at_least=True),
        Bar("pass-through, × an orjson loop, after the start", 0.65, paired(alone[OURS], alone[LOOP]), at_least=True),
    ]
    return Report([table], bars, [problem for problem in check if problem])


def quickest(starts: list[Run]) -> float:
    """What a start takes at the least: other work on the machine only ever adds to it."""
    return min(one.wall for one in starts)


def _rate(rows: int, whole: Run, start: float = 0.0) -> float | None:
    """Rows a second of a run, or of what is left of it without the start."""
    return None if whole.failed or whole.wall <= start else rows / (whole.wall - start)


def through(script: str, source: Path, folder: Path, stdout: int = subprocess.DEVNULL) -> Run:
    """`cat source | script`, to nowhere unless said otherwise."""
    with subprocess.Popen(["cat", source], stdout=subprocess.PIPE) as cat:
        assert cat.stdout is not None
        measured = run([sys.executable, CLIENTS / f"{script}.py"], folder, stdin=cat.stdout.fileno(), stdout=stdout)
        cat.stdout.close()
    return measured


def checked(script: str, source: Path, rows: int, folder: Path) -> str:
    """What is wrong with a script's output; empty if every row comes out, edited. It warms the caches too."""
    output = folder / "passed.jsonl"
    with output.open("wb") as file:
        measured = through(script, source, folder, file.fileno())
    with output.open("rb") as file:
        edited = sum(b'"emotion":"content"' in line for line in file)
    output.unlink()
    if measured.failed:
        return f"FAILED: {script}: {measured.failed}"
    return "" if edited == rows else f"FAILED: {script}: {edited} rows of {rows} came out edited"
