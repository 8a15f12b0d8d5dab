"""Summaries of a ledger, and pruning it: `kardia --ledger-info`, with `--prune 30d`."""

from __future__ import annotations

import os
import sqlite3
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from kardia_cli.chat.ledger.ledger import connect, transaction
from kardia_cli.errors import UsageError

Lines = list[dict[str, Any]]


class Account:
    """A ledger that is only read, or pruned. Raises `UsageError` where there is none, or it is something else."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise UsageError(f"there is no ledger {path}", "it is made by the first run with a real model")
        try:
            self._database = connect(path, make=False)
        except sqlite3.Error as error:
            raise UsageError(f"{path} is no ledger: {error}", "name another file with --ledger") from None

    def summary(self) -> str:
        """Return the ledger's path, size, age and total cost as lines of text."""
        count, oldest, newest, cost, unpriced = self._database.execute(
            "SELECT count(*), min(at), max(at), sum(cost), sum(cost IS NULL) FROM replies"
        ).fetchone()
        size = sum(os.path.getsize(f"{self.path}{end}") for end in ("", "-wal") if os.path.exists(f"{self.path}{end}"))
        lines = [f"{self.path}: {count:,} replies, {size / 1e6:,.1f} MB"]
        if count:
            lines.append(f"from {_day(oldest)} to {_day(newest)}, {_money(cost, unpriced)}")
        return "\n".join(lines)

    def runs(self) -> Lines:
        """Return one line for each run that has paid for something: time, commands, calls, tokens, cost."""
        rows = self._database.execute(
            "SELECT run, min(at), count(*), sum(prompt_tokens + completion_tokens), sum(cost), sum(cost IS NULL) "
            "FROM replies GROUP BY run ORDER BY min(at)"
        ).fetchall()
        return [
            {
                "run": run,
                "began": _day(began),
                "calls": f"{calls:,}",
                "tokens": f"{tokens:,}",
                "cost": _money(cost, unpriced),
                "what": self._typed(run),
            }
            for run, began, calls, tokens, cost, unpriced in rows
        ]

    def models(self) -> Lines:
        """Return one line for each model and role."""
        rows = self._database.execute(
            "SELECT model, role, count(*), sum(prompt_tokens), sum(completion_tokens), sum(cost), sum(cost IS NULL), "
            "avg(seconds) FROM replies GROUP BY model, role ORDER BY model, role"
        ).fetchall()
        return [
            {
                "model": model,
                "role": role,
                "calls": f"{calls:,}",
                "prompt tokens": f"{asked:,}",
                "reply tokens": f"{said:,}",
                "cost": _money(cost, unpriced),
                "seconds a call": seconds,
            }
            for model, role, calls, asked, said, cost, unpriced, seconds in rows
        ]

    def prune(self, age: float) -> int:
        """Delete replies older than `age` seconds and shrink the file; returns how many."""
        with transaction(self._database):
            gone = self._database.execute("DELETE FROM replies WHERE at < ?", (time.time() - age,)).rowcount
            self._database.execute("DELETE FROM members WHERE run NOT IN (SELECT run FROM replies)")
            self._database.execute("DELETE FROM runs WHERE id NOT IN (SELECT run FROM replies)")
        try:
            self._database.execute("VACUUM")
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise UsageError(
                f"{gone:,} replies are forgotten, but the file cannot shrink: {error}", "try later"
            ) from None
        return gone

    def _typed(self, run: int) -> str:
        rows = self._database.execute("SELECT command FROM members WHERE run = ? ORDER BY pid", (run,)).fetchall()
        return " | ".join(command for (command,) in rows)


def _day(at: float) -> str:
    return datetime.fromtimestamp(at).isoformat(" ", "minutes")


def _money(cost: float | None, unpriced: int) -> str:
    known = f"${cost:,.2f}" if cost is not None else ""
    return known + (f"{' + ' if known else ''}{unpriced:,} calls of unknown price" if unpriced else "")
