"""The calls of one supporter turn that is made in several steps, counted for its trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson

from kardia_cli.chat import structured
from kardia_cli.chat.gateway import Chat
from kardia_cli.errors import CallFailed
from kardia_cli.rows.request import Backend, Reply, Request


class Steps:
    """A chat that counts its calls by step, repairs among them: `{"steps": [{"name": "draft", "calls": 1}]}`."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._calls: dict[str, int] = {}

    async def ask(self, name: str, request: Request, check: structured.Check | None = None) -> Reply:
        """Ask, as `Chat.ask` does, and count the calls for the step `name`."""
        self._calls.setdefault(name, 0)  # now: calls in flight end in any order
        return await self._chat.wrapped(lambda backend: _Counting(backend, self._calls, name)).ask(request, check)

    async def write(self, name: str, request: Request, fault: Callable[[str], str], tries: int = 3) -> Reply:
        """Return a free text of which `fault` says "" (nothing is wrong), repaired up to `tries` - 1 times.

        Raises `CallFailed` (invalid) where the last one still has a fault.
        """
        while True:
            answer = await self.ask(name, request)
            wrong = fault(answer.text)
            if not wrong:
                return answer
            if request.attempt + 1 >= tries:
                raise CallFailed("invalid", f"{name}: {wrong}, {tries} times")
            shown = [
                {"role": "assistant", "content": answer.text},
                {"role": "user", "content": f"That cannot be used: {wrong}. Write the whole of it again."},
            ]
            request = replace(
                request, messages=request.messages + shown, attempt=request.attempt + 1, seed=request.seed + 1
            )

    def trace(self, last: Reply, **control: Any) -> str:
        """Return the trace of a turn as JSON: the last reply's own, the steps, and control signals by name."""
        own = orjson.loads(last.trace) if last.trace else {}
        steps = [{"name": name, "calls": count} for name, count in self._calls.items()]
        return orjson.dumps({**own, "steps": steps, **control}).decode()


class _Counting:
    """A backend whose replies are counted for a step."""

    def __init__(self, inner: Backend, calls: dict[str, int], name: str) -> None:
        self._inner, self._calls, self._name = inner, calls, name

    async def complete(self, request: Request) -> Reply:
        reply = await self._inner.complete(request)
        self._calls[self._name] += 1
        return reply

    async def aclose(self) -> None:
        await self._inner.aclose()
