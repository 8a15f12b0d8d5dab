"""Commands and pipes against a model that costs money: caps, stops, going on, summaries. As processes, as typed."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import chat_server as server
import pytest
from warm import ENVIRONMENT, run, type_line

COST = 0.03
"""USD of one call: three tokens of a reply at one cent; prompts are free here."""
CONFIG = '[prices."openai/m"]\ninput = 0\noutput = 10000.0\n'
OPTIONS = "-c k.toml --model-option max_tokens=4"
MODEL = f"--model openai/m {OPTIONS}"
JUDGE = f"--judge-model openai/m {OPTIONS}"
FAR = "openai/m@https://models.invalid/v1"
"""A model that is paid for and can never be reached."""


class Place:
    """A folder to type commands in, with a model that answers whatever kardia asks."""

    def __init__(self, folder: Path, script: server.Script) -> None:
        self.folder, self.script = folder, script
        (folder / "k.toml").write_text(f'api-base = "{script.base}"\n{CONFIG}')

    def type(self, line: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a line of shell in the folder."""
        return type_line(self.folder, line, COLUMNS="200", **variables)

    def dialogues(self, count: int = 12) -> str:
        """Write a file of dialogues and return its name."""
        (self.folder / "d.jsonl").write_text("".join(drafts()[:count]))
        return "d.jsonl"

    @property
    def asked(self) -> int:
        return len(self.script.asked)

    @property
    def spent(self) -> float:
        return self.asked * COST

    def summary(self, file: str = "s.json") -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / file).read_text())
        return found


@cache
def drafts() -> list[str]:
    """Thirty dialogues of the built-in speaker, one a line."""
    with tempfile.TemporaryDirectory() as folder:
        done = run(Path(folder), "synthesize", "builtin", "-q", "-n", "30")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(keepends=True)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with server.beside(server.player()) as script:
        yield Place(tmp_path, script)


def judge_joins_after(count: int) -> server.Answer:
    """A model whose speakers wait after so many replies until the first question to a judge has come."""
    player, talked = server.player(), 0
    judging = asyncio.Event()
    assert callable(player)

    async def answer(body: dict[str, Any]) -> server.Given:
        nonlocal talked
        if "JudgeReply" in json.dumps(body):
            judging.set()
        else:
            talked += 1
            if talked > count:
                await judging.wait()
        given = player(body)
        assert isinstance(given, server.web.Response)
        return given

    return answer


# ── one command


def test_max_calls_ends_with_4_after_exactly_so_many_requests_and_typed_again_it_asks_only_the_rest(
    place: Place,
) -> None:
    line = f"kardia critique {place.dialogues()} {JUDGE} -o out.jsonl"
    done = place.type(f"{line} --max-calls 10")
    assert done.returncode == 4, done.stderr
    assert "--max-calls 10" in done.stderr
    assert place.asked == 10
    assert place.type(line).returncode == 0
    whole = place.asked
    assert whole > 10
    assert set(place.script.counts().values()) == {1}
    assert place.type(f"{line} --force").returncode == 0
    assert place.asked == whole


def test_a_run_in_two_parts_gives_the_bytes_of_a_run_in_one(place: Place) -> None:
    line = f"kardia critique {place.dialogues()} {JUDGE}"
    first = place.type(f"{line} --max-calls 10").stdout
    whole = place.type(line).stdout
    assert whole.startswith(first)
    assert place.type(f"{line} --no-ledger").stdout == whole


@pytest.mark.parametrize("cap", [0.1, 0.5])
def test_max_cost_ends_with_4_before_more_is_spent(cap: float, place: Place) -> None:
    done = place.type(f"kardia critique {place.dialogues()} {JUDGE} --max-cost {cap}")
    assert done.returncode == 4, done.stderr
    assert "--max-cost" in done.stderr
    assert cap - 0.04 <= place.spent <= cap


def test_the_stop_tells_what_to_type_and_that_nothing_is_paid_twice(place: Place) -> None:
    done = place.type(f"kardia critique {place.dialogues()} {JUDGE} --max-calls 3")
    assert f"kardia critique d.jsonl {JUDGE} --max-calls 3" in done.stderr
    assert "remembered" in done.stderr
    assert "Traceback" not in done.stderr


def test_max_time_ends_with_4_however_long_an_answer_takes(tmp_path: Path) -> None:
    with server.beside(server.hang) as script:
        place = Place(tmp_path, script)
        done = place.type(f"kardia critique {place.dialogues()} {JUDGE} --max-connections 1 --timeout 3 --max-time 1s")
        assert done.returncode == 4, done.stderr
        assert "--max-time" in done.stderr
        assert place.asked <= 1


def test_a_cost_cap_on_a_model_of_unknown_price_is_exit_2_and_names_the_remedy(place: Place) -> None:
    done = place.type(f"kardia critique {place.dialogues()} -c k.toml --judge-model openai/other --max-cost 1")
    assert done.returncode == 2
    assert '[prices."openai/other"]' in done.stderr
    assert place.asked == 0


def test_on_one_s_own_machine_an_unknown_price_is_said_to_be_unknown_and_is_no_0(place: Place) -> None:
    done = place.type(f"kardia critique {place.dialogues(3)} -c k.toml --judge-model openai/other --summary s.json")
    assert done.returncode == 0, done.stderr
    assert "price unknown" in done.stderr
    assert "$0" not in done.stderr
    summary = place.summary()
    assert summary["cost"] is None
    assert summary["models"][0]["unpriced_calls"] == place.asked


def test_a_bad_key_is_exit_6_and_costs_a_handful_of_requests(tmp_path: Path) -> None:
    with server.beside(server.status(401, "bad key")) as script:
        place = Place(tmp_path, script)
        done = place.type(f"kardia critique {place.dialogues()} {JUDGE}")
        assert done.returncode == 6
        assert "refuses the key" in done.stderr
        assert place.asked <= 16


def test_an_endpoint_that_is_not_there_is_exit_6(tmp_path: Path) -> None:
    with server.beside(server.GOOD) as script:
        place = Place(tmp_path, script)
    done = place.type(f"kardia critique {place.dialogues()} {JUDGE}")
    assert done.returncode == 6
    assert "cannot reach" in done.stderr
    assert "--wait-endpoint" in done.stderr


def test_an_endpoint_that_dies_is_exit_4_after_patience_and_typed_again_the_command_ends_well(tmp_path: Path) -> None:
    with server.beside(server.slow(0.05, server.player())) as script:
        place = Place(tmp_path, script)
        line = f"kardia critique {place.dialogues()} {JUDGE} --max-connections 4 --wait-endpoint 1s"
        script.dies_after = 12
        done = place.type(line)
        assert done.returncode == 4, done.stderr
        assert "away" in done.stderr
        assert line.removeprefix("kardia ") in done.stderr
        script.revives.set()
        assert place.type(line).returncode == 0


def test_a_pipe_of_more_than_ten_thousand_paid_calls_has_to_be_confirmed(place: Place) -> None:
    line = f"kardia synthesize builtin -n 5000 --model {FAR}"
    done = place.type(line)
    assert done.returncode == 2, done.stderr
    assert "paid calls are ahead" in done.stderr
    assert "seeker" in done.stderr  # the table
    assert "--yes" in done.stderr
    for leave in ("--max-calls 0", "--yes --max-calls 0"):
        done = place.type(f"{line} {leave}")
        assert done.returncode == 4, done.stderr
        assert "--max-calls 0" in done.stderr
    assert place.type(f"kardia synthesize builtin -n 50 --model {FAR} --max-calls 0").returncode == 4


def test_where_nobody_knows_how_many_rows_will_come_the_bound_is_said(place: Place) -> None:
    done = place.type(f"cat {place.dialogues(2)} | kardia critique --judge-model {FAR} --max-retries 0")
    assert "stops after 10,000 paid calls" in done.stderr
    assert done.returncode == 6


# ── a pipe

PIPE = f"kardia synthesize builtin -n 12 --max-connections 1 {MODEL} | kardia critique {JUDGE}"
"""About 90 calls."""


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Place]:
    with server.beside(judge_joins_after(12)) as script:
        yield Place(tmp_path, script)


def test_the_cap_of_a_pipe_holds_for_its_processes_together(shared: Place) -> None:
    done = shared.type(f"{PIPE} > out.jsonl", KARDIA_MAX_COST="1.0")
    assert done.returncode == 4, done.stderr
    assert "KARDIA_MAX_COST" in done.stderr
    assert 0.7 <= shared.spent <= 1.0
    roles = {"judge" if "JudgeReply" in body else "dialogue" for body in shared.script.counts()}
    assert roles == {"judge", "dialogue"}  # both had some of it


def test_a_pipe_that_met_its_cap_names_both_commands_and_typed_again_with_more_it_asks_each_question_once(
    shared: Place,
) -> None:
    stopped = shared.type(f"{PIPE} > out.jsonl", KARDIA_MAX_COST="0.6")
    assert stopped.returncode == 4, stopped.stderr
    assert PIPE in stopped.stderr
    asked = shared.asked
    assert shared.spent <= 0.6
    done = shared.type(f"{PIPE} > out.jsonl", KARDIA_MAX_COST="50")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (shared.folder / "out.jsonl").read_text().splitlines()]
    assert len(rows) == 12
    assert all(row["critiques"] for row in rows)
    assert set(shared.script.counts().values()) == {1}
    assert shared.asked > asked


def test_a_pipe_stopped_again_and_again_gets_through_and_gives_the_bytes_of_an_undisturbed_one(shared: Place) -> None:
    codes = []
    for _ in range(12):
        done = shared.type(f"{PIPE} > out.jsonl", KARDIA_MAX_COST="1.0")
        codes.append(done.returncode)
        if done.returncode == 0:
            break
    assert codes[0] == 4
    assert codes[-1] == 0
    assert set(shared.script.counts().values()) == {1}
    once = shared.type(f"{PIPE} > whole.jsonl", KARDIA_LEDGER=str(shared.folder / "other.sqlite"))
    assert once.returncode == 0, once.stderr
    assert (shared.folder / "out.jsonl").read_bytes() == (shared.folder / "whole.jsonl").read_bytes()


def test_a_cap_of_a_pipe_that_is_no_amount_is_exit_2(place: Place) -> None:
    done = place.type(f"kardia critique {place.dialogues(2)} {JUDGE}", KARDIA_MAX_COST="much")
    assert done.returncode == 2
    assert "KARDIA_MAX_COST" in done.stderr


def test_ctrl_c_pays_nothing_twice(tmp_path: Path) -> None:
    with server.beside(server.slow(0.1, server.player())) as script:
        place = Place(tmp_path, script)
        words = f"critique {place.dialogues(30)} {JUDGE} --max-connections 4"
        command = [sys.executable, "-m", "kardia_cli", *shlex.split(words)]
        process = subprocess.Popen(
            command, cwd=tmp_path, env={**os.environ, **ENVIRONMENT}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        while place.asked < 10 and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
        assert process.returncode == 130, said
        assert f"kardia {words}" in said
        assert place.type(f"kardia {words}").returncode == 0
        assert set(script.counts().values()) == {1}


# ── the summary


def test_the_summary_of_a_run_tells_rows_calls_tokens_and_cost(place: Place) -> None:
    line = f"kardia critique {place.dialogues(5)} {JUDGE} --summary s.json"
    assert place.type(line).returncode == 0
    summary = place.summary()
    assert summary["exit_code"] == 0
    assert summary["rows"] == {"rows_in": 5, "rows_out": 5, "failed": {}, "dropped": {}}
    assert summary["command"] == f"kardia critique d.jsonl {JUDGE} --summary s.json"
    model = summary["models"][0]
    assert (model["model"], model["calls"], model["requests"], model["cached"]) == (
        "openai/m",
        place.asked,
        place.asked,
        0,
    )
    assert model["tokens"] == 10 * place.asked
    assert model["cost"] == summary["cost"] == pytest.approx(COST * place.asked)
    assert [role["role"] for role in model["roles"]] == ["judge"]
    assert place.type(line).returncode == 0
    again = place.summary()["models"][0]
    assert (again["calls"], again["cached"], again["cost"], again["requests"]) == (0, place.asked, 0.0, 0)


def test_a_run_whose_rows_failed_has_its_summary(place: Place) -> None:
    file = place.folder / place.dialogues(3)
    file.write_text(file.read_text() + "{oops\n")
    done = place.type(f"kardia critique d.jsonl {JUDGE} --summary s.json")
    assert done.returncode == 3
    summary = place.summary()
    assert summary["exit_code"] == 3
    assert (summary["rows"]["rows_in"], summary["rows"]["rows_out"]) == (4, 3)
    assert sum(summary["rows"]["failed"].values()) == 1


def test_a_run_that_was_stopped_has_its_summary(place: Place) -> None:
    done = place.type(f"kardia critique {place.dialogues()} {JUDGE} --max-calls 4 --summary s.json")
    assert done.returncode == 4
    summary = place.summary()
    assert summary["exit_code"] == 4
    model = summary["models"][0]
    assert (model["calls"], model["requests"]) == (4, 4)
    assert summary["cost"] == pytest.approx(4 * COST)


def test_a_run_that_a_provider_ended_has_its_summary(tmp_path: Path) -> None:
    with server.beside(server.status(401)) as script:
        place = Place(tmp_path, script)
        place.type(f"kardia critique {place.dialogues(3)} {JUDGE} --summary s.json")
        assert place.summary()["exit_code"] == 6


def test_what_went_wrong_on_the_way_stands_in_the_summary(tmp_path: Path) -> None:
    number = 0

    def now_and_then(body: dict[str, Any]) -> server.Given:
        nonlocal number
        number += 1
        if number in (3, 5):
            return server.status(429, **{"retry-after-ms": "20"})(body)
        if number == 7:
            return server.reset(body)
        play = server.player()
        assert callable(play)
        given = play(body)
        assert isinstance(given, server.web.Response)
        return given

    with server.beside(now_and_then) as script:
        place = Place(tmp_path, script)
        assert place.type(f"kardia critique {place.dialogues(6)} {JUDGE} --summary s.json").returncode == 0
        model = place.summary()["models"][0]
    assert (model["rate_limited"], model["retries"]) == (2, 1)
    assert model["failed"] == {"rate_limit": 2, "connection": 1}
    assert model["requests"] == model["calls"] + 3


def test_a_summary_that_cannot_be_written_is_exit_2(place: Place) -> None:
    done = place.type(f"kardia critique {place.dialogues(2)} {JUDGE} --summary none/s.json")
    assert done.returncode == 2
    assert "cannot write" in done.stderr
