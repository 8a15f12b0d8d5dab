"""The base of exemplars: rows with their lineage, each with its last reply rewritten, that the store reads."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from scripted import chat

from kardia_cli.errors import CallFailed
from kardia_cli.exemplars import store
from kardia_cli.rows.request import Request

FILE = Path(__file__).parents[2] / "examples" / "exemplar_base.py"


@pytest.fixture(scope="module")
def base() -> ModuleType:
    """The example as a module."""
    spec = importlib.util.spec_from_file_location("exemplar_base", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["exemplar_base"] = module
    spec.loader.exec_module(module)
    return module


def answer(request: Request) -> Any:
    facts, task = request.facts, request.task.removeprefix("base.")
    if task == "dialogue":
        return {"reply": "Oh?", "message": f"Yes, {facts['opening']}", "next_reply": "Hm."}
    if task == "rewrite":
        return {"imagined": "heavy", "reply": f"That is much, {facts['factor']}."}
    above = {"factor": "emotion", "situation": "factor", "opening": "situation"}[task]
    return {"items": [f"{facts[above]} {task[0]}{number}" for number in range(facts["count"])]}


def built(base: ModuleType, capsys: pytest.CaptureFixture[str], answers: Any = answer) -> tuple[Any, Any, Any]:
    model, script = chat(answers)
    builder = asyncio.run(base.build(model, ["sad", "proud"], 0, (2, 3, 4)))
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()], script.asked, builder.failed


def test_every_row_has_its_lineage_and_its_last_reply_is_the_rewritten_one(
    base: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, asked, failed = built(base, capsys)
    assert (len(rows), len(asked), failed) == (2 * 2 * 3 * 4, 2 * (1 + 2 * (1 + 3 * (1 + 2 * 4))), [])
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        lineage = row["lineage"]
        assert lineage["emotion"] == row["emotion"]
        assert row["situation"].startswith(lineage["factor"])
        assert row["messages"][0]["content"].startswith(row["situation"])
        assert row["messages"][-1]["content"] == f"That is much, {lineage['factor']}."
        assert (lineage["before"], lineage["ids"]["opening"]) == ("Hm.", row["id"])
    assert len({row["lineage"]["ids"]["factor"] for row in rows}) == 4
    assert len({row["lineage"]["ids"]["situation"] for row in rows}) == 12


def test_a_failed_call_costs_its_branch_alone(base: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    def failing(request: Request) -> Any:
        is_lost = request.task == "base.opening" and request.facts["situation"] == "sad f0 s1"
        return CallFailed("refusal", "no") if is_lost else answer(request)

    rows, _, failed = built(base, capsys, failing)
    assert len(rows) == 48 - 4
    assert failed == ["refusal: no"]


def test_offline_it_writes_marked_placeholders_that_the_store_reads(tmp_path: Path) -> None:
    flags = ["--emotions", "sad", "--factors", "1", "--situations", "2", "--openings", "2"]
    done = subprocess.run([sys.executable, str(FILE), *flags], capture_output=True, text=True, check=True)
    (tmp_path / "base.jsonl").write_text(done.stdout, encoding="utf-8")
    assert len(store.read([str(tmp_path)]).exemplars) == 8
    assert "placeholder" in done.stdout
