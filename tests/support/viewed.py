"""Rows for the viewer's tests, and a look at a page of them in a browser."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import chromium
from chromium import Tab
from small_rows import row, turn

from kardia_cli.reporting.page.page import page

Steps = Callable[[Tab], Coroutine[Any, Any, Any]]


def critique(at: int, quotes: list[str], revision: int = 0) -> dict[str, Any]:
    names = ("empathy", "relevance")
    levels = [
        {"id": name, "level": 2.0, "reason": f"because of {name}", "quotes": quotes, "misquotes": 0} for name in names
    ]
    made = {"turn": at, "revision": revision, "rubric": "kardia-core", "rubric_hash": "abc", "judge": "SecretJudge"}
    return {**made, "verdict": "FAIL", "score": 0.4321, "levels": levels, "findings": []}


def judged(number: int = 0) -> dict[str, Any]:
    revision = {
        "turn": 1, "revision": 1, "kind": "rewrite", "before": turn("anxious", "the garden"),
        "after": turn("anxious", "the exam"), "reason": "too vague",
    }  # fmt: skip
    quotes = ["Tell me more", "more about the exam", "words that nobody said"]
    models = [{"role": "supporter", "model": "SecretModel", "hash": ""}]
    critiques = [critique(1, ["garden"]), critique(1, quotes, 1)]
    return {**row(number), "critiques": critiques, "revisions": [revision], "models": models}


def answers(name: str) -> list[dict[str, Any]]:
    """Replies of two models to the same turns."""
    return [
        {
            "id": f"row-{number}",
            "turn": 1,
            "model": model,
            "text": turn("sad", topic),
            "value": 0.5,
            "critique": critique(1, []),
        }
        for number in range(6)
        for model, topic in ((f"{name}One", "rain"), (f"{name}Two", "snow"))
    ]


def talk(model: str, moods: list[int], stop: str = "failure") -> dict[str, Any]:
    """A score row of a talk with a simulated person, as protocol sage writes it."""
    said = [{"role": "user", "content": f"At first {moods[0]}."}]
    for at, mood in enumerate(moods[1:]):
        said += [{"role": "assistant", "content": f"Reply {at} of it."}, {"role": "user", "content": f"Now {mood}."}]
    thoughts = [{"turn": 2 * at, "inner": f"thinking of {mood}"} for at, mood in enumerate(moods) if at]
    told = {"emotions": moods, "thoughts": thoughts, "stop_reason": stop, "hidden_intention": "wants_praise"}
    return {"id": "talk-0", "turn": -1, "model": model, "protocol": "sage", "text": "", "value": moods[-1],
            "messages": said, "emotion": None, "broken": [], **told}  # fmt: skip


def look(folder: Path, data: dict[str, Any], steps: Steps, fragment: str = "", width: int = 1280) -> Any:
    """What the steps return, in a browser that shows this page; no page may throw or ask for anything."""
    path = folder / "page.html"
    path.write_text(page(data), encoding="utf-8")

    async def go(tab: Tab) -> Any:
        await tab.size(width)
        await tab.open(path, fragment)
        value = await steps(tab)
        assert tab.errors == []
        assert {address.split("#")[0] for address in tab.requests if not address.startswith(("data:", "blob:"))} <= {
            "about:blank",
            path.resolve().as_uri(),
        }
        return value

    return chromium.walk(folder, go)
