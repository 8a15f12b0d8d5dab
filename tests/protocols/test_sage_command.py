"""Protocol sage as it is typed: stored logs, the embedded scenarios offline, and a run that was killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import chat_server as server
import pytest
import warm
from sentient_users import ROW

from kardia_cli.environments.sentient_calls import Felt, Said

COLUMNS = {"COLUMNS": "200", "NO_COLOR": "1", "KARDIA_SALT": "test"}
SAGE = ("evaluate", "--protocol", "sage")


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "kardia_cli", *words]


def kardia(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return warm.run(folder, *words, COLUMNS="200")


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n") if line]


def stored(number: int, *moods: int, said: str = "行。") -> dict[str, Any]:
    history: list[dict[str, Any]] = []
    for at, mood in enumerate(moods):
        planning = {"planning": {"change": mood - moods[at - 1]}} if at else {}
        history += [
            {"role": "user", "content": said, "emotion-point": mood, **planning},
            {"role": "assistant", "content": "嗯"},
        ]
    return {
        "id": f"{number}", "emo_point": moods[-1], "player": "p", "scene": "s", "character": "c", "topic": "t",
        "task": "你希望对方用心倾听你的情绪宣泄", "history": history[:-1] if moods[-1] in (0, 100) else history,
    }  # fmt: skip


def test_stored_logs_print_mean_success_and_failure_without_a_model_and_split_on_newlines_alone(tmp_path: Path) -> None:
    logs = [
        stored(1, *range(40, 101, 10)), stored(2, 40, 30, 20, 10, 0), stored(3, *[40] * 9, 45, said="一\u2028二\x85三"),
        stored(4, *range(40, 50)),
    ]  # fmt: skip
    text = "".join(json.dumps(log, ensure_ascii=False) + "\n" for log in logs)
    (tmp_path / "o9_result.jsonl").write_text(text, encoding="utf-8")
    flagged = kardia(tmp_path, *SAGE, "o9_result.jsonl", "--from-logs")
    option = kardia(tmp_path, *SAGE, "o9_result.jsonl", "--with", "from_logs=true")
    assert (flagged.returncode, option.returncode, flagged.stdout) == (0, 0, option.stdout)
    assert [row["value"] for row in rows(flagged.stdout)] == [100.0, 0.0, 45.0, 49.0]
    assert re.search(r" 4 +48\.500? +1 +1 +0 +8\.000? ", flagged.stderr)
    assert "breaks of" not in flagged.stderr


def test_the_embedded_scenarios_run_offline_and_alike_each_time(tmp_path: Path) -> None:
    words = (*SAGE, "builtin", "--model", "offline", "--judge-model", "offline")
    first, second = kardia(tmp_path, *words), kardia(tmp_path, *words)
    assert (first.returncode, first.stdout) == (0, second.stdout), first.stderr
    found = rows(first.stdout)
    assert len(found) == 8 == len({row["hidden_intention"] for row in found})
    assert all(row["value"] is not None for row in found)
    changes = [change for row in found for change in row["deltas"]]
    assert min(changes) < 0 < max(changes)  # it tells replies apart


def test_scores_of_talks_are_printed_again_from_their_rows(tmp_path: Path) -> None:
    scored = kardia(tmp_path, *SAGE, "builtin", "-n", "2", "--model", "offline", "--judge-model", "offline")
    (tmp_path / "s.jsonl").write_text(scored.stdout)
    again = kardia(tmp_path, "evaluate", "s.jsonl", "--from-scores")
    assert (again.returncode, again.stdout) == (0, scored.stdout), again.stderr


def answer(body: dict[str, Any]) -> Any:
    """What a model and a simulator behind one endpoint say: the mood rises by 10, less by 4 in talk 0."""
    text = json.dumps(body, ensure_ascii=False)
    nonce = re.search(r"Set nonce to (\w+)", text)
    if nonce is None:
        return server.completion(f"I see, {len(body['messages'])}.")
    texts = dict.fromkeys([*Felt.model_fields, *Said.model_fields], "so")
    change = 6 if "bowl number 0" in text else 10
    said = {**texts, "nonce": nonce[1], "change": change, "message": f"Part {text.count('[')}."}
    return server.completion(json.dumps(said))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
def test_a_run_that_was_killed_goes_on_with_each_id_once_and_earlier_lines_byte_for_byte(
    number: signal.Signals, tmp_path: Path
) -> None:
    count = 10
    data = [{**ROW, "id": f"t{at}", "first_talk": f"This is bowl number {at}.", "split": "test"} for at in range(count)]
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in data))
    with server.beside(server.slow(0.02, answer)) as script:
        judge = ("--model", "m", "--judge-model", "j", "--api-base", script.base, "--max-connections", "2")
        words = (*SAGE, "p.jsonl", *judge, "--ledger", "l.sqlite", "-o", "s.jsonl")
        part = tmp_path / "s.jsonl.part"
        run = subprocess.Popen(
            command(*words), cwd=tmp_path, env={**os.environ, **COLUMNS}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not (part.exists() and part.read_bytes().count(b"\n") >= 3):
            assert run.poll() is None, run.stderr and run.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        run.send_signal(number)
        run.communicate(timeout=60)
        early = part.read_bytes()
        early = early[: early.rfind(b"\n") + 1]
        assert not (tmp_path / "s.jsonl").exists()
        done = kardia(tmp_path, *words)
        twice = [body for body, times in script.counts().items() if times > 1]
    whole = (tmp_path / "s.jsonl").read_bytes()
    assert done.returncode == 0, done.stderr
    assert 3 <= early.count(b"\n") < count
    assert whole.startswith(early)
    assert [row["id"] for row in rows(whole.decode())] == [row["id"] for row in data]
    assert {row["stop_reason"] for row in rows(whole.decode())} <= {"success", "turn_limit"}
    assert len(twice) <= 12  # of 200: what was in flight or just answered, at two models and two connections each
