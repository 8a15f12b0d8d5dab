"""`kardia --ledger-info`: what a ledger holds and what it has cost, and how it is thinned out."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kardia_cli.chat.ledger.account import Account
from kardia_cli.chat.ledger.ledger import Entry, Ledger, connect
from kardia_cli.errors import UsageError
from kardia_cli.rows.request import Reply, Usage


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with three replies: two with a price, one without."""

    async def fill() -> None:
        ledger = Ledger(tmp_path / "ledger.sqlite", "kardia critique d.jsonl")
        for number, cost in enumerate((0.25, 0.5, None)):
            reply = Reply("well", usage=Usage(100, 20), cost=cost)
            ledger.put(Entry(bytes([number]) * 32, reply, "openai/m", "judge" if number else "seeker", 2.0))
        await ledger.aclose()

    asyncio.run(fill())
    return tmp_path / "ledger.sqlite"


def kardia(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kardia_cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "200"})


def test_it_tells_size_age_and_cost_by_run_and_by_model(path: Path) -> None:
    account = Account(path)
    assert "3 replies" in account.summary()
    assert "$0.75 + 1 calls of unknown price" in account.summary()
    (run,) = account.runs()
    assert (run["calls"], run["tokens"], run["what"]) == ("3", "360", "kardia critique d.jsonl")
    assert [(line["role"], line["calls"], line["cost"]) for line in account.models()] == [
        ("judge", "2", "$0.50 + 1 calls of unknown price"),
        ("seeker", "1", "$0.25"),
    ]


def test_pruning_forgets_what_is_older_and_keeps_the_rest(path: Path) -> None:
    database = connect(path)
    database.execute("UPDATE replies SET at = at - 10 * 86400 WHERE role = 'judge'")
    database.close()
    done = kardia("--ledger-info", "--ledger", str(path), "--prune", "7d")
    assert done.returncode == 0, done.stderr
    assert "forgotten: 2 replies" in done.stdout
    assert "1 replies" in done.stdout
    assert Account(path).prune(0) == 1
    assert Account(path).runs() == []


def test_the_table_goes_to_stdout(path: Path) -> None:
    done = kardia("--ledger-info", "--ledger", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "openai/m" in done.stdout


def test_where_there_is_no_ledger_or_something_else_one_line_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no ledger"):
        Account(tmp_path / "none.sqlite")
    (tmp_path / "notes.txt").write_text("not a database at all, but long enough to be looked at as one\n" * 20)
    with pytest.raises(UsageError, match="is no ledger"):
        Account(tmp_path / "notes.txt")
    done = kardia("--ledger-info")
    assert done.returncode == 2
    assert "there is no ledger" in done.stderr


def test_prune_alone_and_a_wrong_time_are_refused(path: Path) -> None:
    assert kardia("--prune", "3d").returncode == 2
    done = kardia("--ledger-info", "--ledger", str(path), "--prune", "soon")
    assert done.returncode == 2
    assert "is no duration" in done.stderr
