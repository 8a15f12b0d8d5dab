"""A scripted backend in a provider's place: the replies of a test, and what was asked; nothing is patched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.names import ModelSpec
from kardia_cli.errors import CallFailed
from kardia_cli.rows.request import Reply, Request

Answer = str | dict[str, Any] | CallFailed
Answers = Callable[[Request], Answer]


class Scripted:
    """Answers each request with what the test's function says; a dict is sent as JSON, a CallFailed is raised."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.asked: list[Request] = []

    async def complete(self, request: Request) -> Reply:
        self.asked.append(request)
        answer = self._answers(request)
        if isinstance(answer, CallFailed):
            raise answer
        return Reply(answer if isinstance(answer, str) else orjson.dumps(answer).decode())

    async def aclose(self) -> None:
        """Nothing to close."""


def chat(answers: Answers, name: str = "scripted") -> tuple[Chat, Scripted]:
    """A chat whose model is the script, and the script."""
    backend = Scripted(answers)
    return Chat(ModelSpec(name, "http", name), backend, "", {}), backend


def verdict(
    request: Request, level: Any = 4, solved: bool = False, present: tuple[str, ...] = (), facet: int | None = 1
) -> dict[str, Any]:
    """A judge's whole answer to a judge.turn or judge.gate request: one level for all, yes to the named questions."""
    facts = request.facts
    quote = " ".join(facts["reply"].split()[:3])
    answer: dict[str, Any] = {"nonce": facts["nonce"]}
    if facts.get("criteria"):
        answer["criteria"] = [
            {
                "id": c["id"], "reason": "r", "quotes": [quote], "level": level,
                "facets": [{"id": f["id"], "level": facet} for f in c["facets"]],
            }
            for c in facts["criteria"]
        ]  # fmt: skip
    if facts["questions"]:
        answer["answers"] = [
            {"id": q["id"], "reason": "r", "quote": "", "present": q["id"] in present} for q in facts["questions"]
        ]
    return answer | ({"solved_reason": "r", "solved": solved} if facts.get("solved") else {})
