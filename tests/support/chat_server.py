"""A real OpenAI-compatible server in this process: each test scripts its answers."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Script:
    """What the server answers, and what it was asked."""

    answers: list[Callable[[dict[str, Any]], web.StreamResponse] | str]
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    base: str = ""

    def next_answer(self, body: dict[str, Any]) -> web.StreamResponse:
        """The next scripted answer; the last one is given again for ever."""
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        return completion(answer) if isinstance(answer, str) else answer(body)


def completion(text: str, finish: str = "stop", **message: Any) -> web.Response:
    """A chat completion."""
    choice = {"message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
    return web.json_response({"choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 3}})


def status(code: int, said: str = "no", **headers: str) -> Callable[[dict[str, Any]], web.Response]:
    """An error answer."""
    return lambda body: web.json_response({"error": {"message": said}}, status=code, headers=headers)


@contextlib.asynccontextmanager
async def serving(*answers: Callable[[dict[str, Any]], web.StreamResponse] | str) -> AsyncIterator[Script]:
    """Run the server on a free port of the loopback address."""
    script = Script(list(answers))

    async def chat(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        script.asked.append(body)
        script.headers.append(dict(request.headers))
        return script.next_answer(body)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # the only place where aiohttp keeps it
    script.base = f"http://127.0.0.1:{port}/v1"
    try:
        yield script
    finally:
        await runner.cleanup()
