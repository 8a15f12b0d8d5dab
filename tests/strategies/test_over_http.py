"""Strategies of several steps against an endpoint: the calls on the rows are those that the server was asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import chat_server
import pytest
from aiohttp import web

from kardia_cli.rows import turn_format
from tests.support.warm import run


def speaker(body: dict[str, Any]) -> web.Response:
    """The played model, which also names strategies and labels, and breaks the first of every three turns."""
    asked = str(body["messages"][-1]["content"])
    if body.get("response_format", {}).get("json_schema", {}).get("name") == "Strategies":
        return chat_server.completion(json.dumps({"strategies": ["questions", "Self Disclosure"]}))
    if "as one of these and nothing else" in asked:
        return chat_server.completion("Sad")
    if "For you alone, before you write the turn" in str(body["messages"][0]["content"]) and body["seed"] % 3 == 0:
        return chat_server.completion("no spans")
    answer = chat_server.player()(body)
    assert isinstance(answer, web.Response)
    return answer


@pytest.mark.parametrize(
    ("strategy", "steps"), [("aptness", ["draft", "strategies", "rewrite"]), ("lempex", ["label", "write"])]
)
def test_calls_on_the_rows_are_the_servers(tmp_path: Path, strategy: str, steps: list[str]) -> None:
    with chat_server.beside(speaker) as script:
        told = ["--model", "openai/m", "--api-base", script.base, "--no-ledger", "--summary", "summary.json"]
        done = run(
            tmp_path, "synthesize", "builtin", "-n", "6", "--strategy", strategy, "--exemplars", "builtin", *told,
            "--max-exchanges", "2",
        )  # fmt: skip
        asked = list(script.asked)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    made = [json.loads(note["trace"])["steps"] for row in rows for note in row["traces"]]
    assert all([step["name"] for step in each] == steps for each in made)
    seeker = sum(message["role"] == "user" for row in rows for message in row["messages"])
    assert sum(step["calls"] for each in made for step in each) + seeker == len(asked)
    assert any("That cannot be used" in str(body["messages"][-1]["content"]) for body in asked)
    form = turn_format.load("kardia")
    said = [message["content"] for row in rows for message in row["messages"] if message["role"] == "assistant"]
    assert all(form.read(text) for text in said)


def test_a_turn_that_stays_broken_fails_its_row_and_the_stream_goes_on(tmp_path: Path) -> None:
    scenes = [{"emotion": "sad", "situation": "The heron left."}, {"emotion": "sad", "situation": "The otter left."}]
    (tmp_path / "s.jsonl").write_text("\n".join(map(json.dumps, scenes)), encoding="utf-8")

    def broken(body: dict[str, Any]) -> web.Response:
        system = str(body["messages"][0]["content"])
        is_otters = "The otter left." in system and "For you alone" in system
        return chat_server.completion("no spans") if is_otters else speaker({**body, "seed": 1})

    with chat_server.beside(broken) as script:
        done = run(
            tmp_path, "synthesize", "builtin", "-n", "4", "--strategy", "aptness", "--exemplars", "builtin",
            "--model", "openai/m", "--api-base", script.base, "--no-ledger", "--scenarios", "s.jsonl",
            "--pairing", "round-robin", "--rejects", "rejects.jsonl",
        )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert [json.loads(line)["situation"] for line in done.stdout.splitlines()] == ["The heron left."] * 2
    rejects = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [reject["kind"] for reject in rejects] == ["failed"] * 2
    assert all("rewrite: " in reject["reason"] and "3 times" in reject["reason"] for reject in rejects)
