"""Judges of a test that order replies by a rule of the test's own, and models that say what the test gives them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import four_spans as spans
import pytest
import warm
from scripted import Scripted, chat

from kardia_cli.chat.gateway import Chat
from kardia_cli.errors import CallFailed
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.rows.request import Request

Key = Callable[[str], float]


def reply(words: str, emotion: str = "anxious") -> str:
    """A supporter turn in four spans with this response."""
    return spans.render(spans.Spans("They speak.", "Stay close.", emotion, words))


def model(said: str | CallFailed, name: str = "m") -> Chat:
    """A model that gives the same answer to everything."""
    return chat(lambda request: said, name)[0]


def models(**said: str | CallFailed) -> dict[str, Chat]:
    """Models by name, each with its one answer; a text without spans gets them, unless it begins with a dot."""
    whole = {name: text if isinstance(text, CallFailed) else _whole(text) for name, text in said.items()}
    return {name: model(text, name) for name, text in whole.items()}


def _whole(text: str) -> str:
    return text[1:] if text.startswith(".") else reply(text)


def placed(request: Request, key: Key) -> list[dict[str, Any]]:
    """The candidates' places by a key of their text: the smallest is first, equal ones share a place."""
    shown: Sequence[Mapping[str, str]] = request.facts["candidates"]
    keys = [key(item["reply"]) for item in shown]
    return [
        {"candidate": item["id"], "reason": "as the test says", "place": 1 + sum(other < own for other in keys)}
        for item, own in zip(shown, keys, strict=True)
    ]


def answered(request: Request, places: list[dict[str, Any]]) -> dict[str, Any]:
    """A whole answer with these places."""
    return {"nonce": request.facts["nonce"], "places": places}


def judge(answers: Callable[[Request], Any], seed: int = 0, name: str = "judge") -> tuple[Judge, Scripted]:
    """A judge that answers as the function says, and what it was asked."""
    speaker, backend = chat(answers, name)
    return Judge(rubric_file.load("kardia-core"), speaker, seed), backend


def by(key: Key, seed: int = 0) -> tuple[Judge, Scripted]:
    """A judge that goes by the content alone."""
    return judge(lambda request: answered(request, placed(request, key)), seed)


def by_position(seed: int = 0) -> tuple[Judge, Scripted]:
    """A judge that always takes what it is shown first."""

    def said(request: Request) -> dict[str, Any]:
        shown = [item["reply"] for item in request.facts["candidates"]]
        return answered(request, placed(request, lambda text: float(shown.index(text))))

    return judge(said, seed)


def people(folder: Path, *lines: dict[str, Any]) -> str:
    """A file of what people said."""
    path = folder / "people.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def silent() -> Judge:
    """A judge that fails the test where it is asked."""
    return judge(lambda request: pytest.fail("nobody is to be asked"))[0]


def kardia(folder: Path, *typed: str) -> subprocess.CompletedProcess[str]:
    """`kardia evaluate` as it is typed."""
    return warm.run(folder, "evaluate", *typed, COLUMNS="200")


def table(said: str) -> list[str]:
    """What stands under the title of the first table and after it, without what is said of the run."""
    lines = [line.rstrip() for line in said.splitlines() if not line.startswith("kardia")]
    return lines[1:]
