"""LiteLLM's road gives the same replies and the same typed failures as the direct one."""

from __future__ import annotations

import asyncio
from typing import Any

import chat_server as server
import pytest
from pydantic import BaseModel

from kardia_cli.chat.lite import LiteChat
from kardia_cli.chat.structured import ask
from kardia_cli.errors import CallFailed, ProviderError
from kardia_cli.rows.request import Reply, Request


class Mood(BaseModel):
    reason: str
    level: int


def through_litellm(*answers: Any, schema: type[BaseModel] | None = None) -> tuple[Reply, Any]:
    async def go() -> tuple[Reply, Any]:
        async with server.serving(*answers) as script:
            backend = LiteChat("openai/m", script.base)
            try:
                request = Request(
                    [{"role": "user", "content": "how?"}], "test", schema=schema, sampling={"temperature": 0.5}, seed=5
                )
                return await ask(backend, request), script
            finally:
                await backend.aclose()

    return asyncio.run(go())


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")


def test_a_reply_comes_with_text_usage_and_thinking_apart() -> None:
    reply, script = through_litellm("<think>hm</think>\nwell")
    assert (reply.text, reply.thinking, reply.usage.prompt_tokens) == ("well", "hm", 7)
    assert (script.asked[0]["model"], script.asked[0]["temperature"], script.asked[0]["seed"]) == ("m", 0.5, 5)


def test_a_schema_is_filled_and_repaired_as_on_the_direct_road() -> None:
    reply, script = through_litellm('{"reason": "r"}', '{"reason": "r", "level": 3}', schema=Mood)
    assert reply.parsed == Mood(reason="r", level=3)
    assert len(script.asked) == 2


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (server.status(500), "server"),
        (server.status(429), "rate_limit"),
        (server.status(400), "invalid"),
        (lambda body: server.completion("half", finish="length"), "length"),
        (lambda body: server.completion("", finish="content_filter"), "content_filter"),
    ],
)
def test_each_fault_has_its_type(answer: Any, why: str) -> None:
    with pytest.raises(CallFailed) as caught:
        through_litellm(answer)
    assert caught.value.why == why


@pytest.mark.parametrize("code", [401, 404])
def test_a_bad_key_or_an_unknown_model_stops_the_run(code: int) -> None:
    with pytest.raises(ProviderError):
        through_litellm(server.status(code))
