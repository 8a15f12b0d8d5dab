"""`kardia --help` against the smallest Typer app's."""

from __future__ import annotations

import sys
from pathlib import Path

from measure import CLIENTS, Run, middle, paired, run
from report import Report, Table

COMMANDS = {
    "bare Typer app --help": (sys.executable, CLIENTS / "typer_app.py", "--help"),
    "kardia --help": (sys.executable, "-c", "from kardia_cli.cli.main import main; main()", "--help"),
    "kardia synthesize --help": (
        sys.executable,
        "-c",
        "from kardia_cli.cli.main import main; main()",
        "synthesize",
        "--help",
    ),
}


def measure(rounds: int, folder: Path) -> Report:
    """All commands, interleaved, after one that warms the caches."""
    runs: dict[str, list[Run]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, command in COMMANDS.items():
            measured = run(command, folder)
            if number:
                runs[name].append(measured)
    table = Table(f"Start-up, {rounds} runs", ("command", "s", "× bare app", "peak MB"))
    walls = {name: [None if one.failed else one.wall for one in kept] for name, kept in runs.items()}
    base = next(iter(walls.values()))
    for name, kept in runs.items():
        table.rows.append([name, middle(walls[name]), paired(walls[name], base), middle([one.peak_mb for one in kept])])
    problems = [f"FAILED: {name}: {kept[0].failed}" for name, kept in runs.items() if kept and kept[0].failed]
    return Report([table], [], problems)
