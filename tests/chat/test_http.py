"""An OpenAI-compatible endpoint: good answers come through, every fault has its type, and nothing is retried in vain."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import chat_server as server
import pytest
from pydantic import BaseModel

from kardia_cli.chat.gateway import CallSettings, Switchboard
from kardia_cli.chat.request import Reply, Request
from kardia_cli.errors import CallFailed, ProviderError


class Mood(BaseModel):
    reason: str
    level: int


def ask(*answers: Any, schema: type[BaseModel] | None = None, **settings: Any) -> tuple[Reply, Any]:
    """Ask one question of a server with these answers; gives the reply and the server's script."""

    async def go() -> tuple[Reply, Any]:
        async with server.serving(*answers) as script:
            board = Switchboard(CallSettings(api_base=script.base, **{"max_retries": 2, "timeout": 5, "use_ledger": False, **settings}))
            try:
                request = Request(
                    [{"role": "user", "content": "how?"}], "test", schema=schema, sampling={"temperature": 0.5}, seed=5
                )
                return await board.chat("openai/m").ask(request), script
            finally:
                await board.aclose()

    return asyncio.run(go())


def failing(*answers: Any, **settings: Any) -> tuple[Exception, int]:
    """The error that these answers end in, and how often the server was asked."""
    seen: list[Any] = []

    async def go() -> None:
        async with server.serving(*answers) as script:
            seen.append(script)
            board = Switchboard(CallSettings(api_base=script.base, **{"max_retries": 2, "timeout": 5, "use_ledger": False, **settings}))
            try:
                await board.chat("openai/m").ask(Request([{"role": "user", "content": "how?"}], "test"))
            finally:
                await board.aclose()

    with pytest.raises((CallFailed, ProviderError)) as caught:
        asyncio.run(go())
    return caught.value, len(seen[0].asked)


def test_a_reply_comes_with_its_text_and_usage_and_the_provider_prefix_is_not_sent() -> None:
    reply, script = ask("well")
    assert (reply.text, reply.usage.prompt_tokens, reply.usage.completion_tokens) == ("well", 7, 3)
    assert script.asked[0]["model"] == "m"
    assert (script.asked[0]["temperature"], script.asked[0]["seed"]) == (0.5, 5)


def test_thinking_is_kept_apart_from_the_text() -> None:
    reply, _ = ask("<think>hm</think>\nwell")
    assert (reply.text, reply.thinking) == ("well", "hm")
    reply, _ = ask(lambda body: server.completion("well", reasoning_content="hm"))
    assert (reply.text, reply.thinking) == ("well", "hm")


def test_options_of_the_user_reach_every_request() -> None:
    _, script = ask("well", options={"top_p": 0.9, "extra_body": {"min_p": 0.1}})
    assert (script.asked[0]["top_p"], script.asked[0]["min_p"]) == (0.9, 0.1)


def test_a_schema_is_sent_and_the_reply_is_validated() -> None:
    reply, script = ask('{"reason": "r", "level": 3}', schema=Mood)
    assert reply.parsed == Mood(reason="r", level=3)
    assert script.asked[0]["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    "text", ['```json\n{"reason": "r", "level": 3}\n```', 'Sure: {"reason": "r", "level": 3} done']
)
def test_a_json_object_among_prose_is_read(text: str) -> None:
    assert ask(text, schema=Mood)[0].parsed == Mood(reason="r", level=3)


def test_a_reply_that_breaks_the_schema_gets_one_repair_turn_that_shows_the_error() -> None:
    reply, script = ask('{"reason": "r", "level": "high"}', '{"reason": "r", "level": 2}', schema=Mood)
    assert reply.parsed == Mood(reason="r", level=2)
    assert "level" in script.asked[1]["messages"][-1]["content"]
    assert script.asked[1]["messages"][-2]["content"] == '{"reason": "r", "level": "high"}'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no json here", "parse"),
        ('{"reason": "r"}', "invalid"),
        ('{"reason": "a", "level": 1} {"reason": "b", "level": 5}', "invalid"),
    ],
)
def test_a_reply_that_stays_wrong_is_a_typed_failure_and_never_a_guess(text: str, why: str) -> None:
    with pytest.raises(CallFailed) as caught:
        ask(text, schema=Mood)
    assert caught.value.why == why


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda body: server.completion("half", finish="length"), "length"),
        (lambda body: server.completion("", finish="content_filter"), "content_filter"),
        (lambda body: server.completion("", refusal="I cannot"), "refusal"),
    ],
)
def test_cut_filtered_and_refused_replies_are_failures_that_are_not_asked_again(answer: Any, why: str) -> None:
    error, asked = failing(answer)
    assert isinstance(error, CallFailed)
    assert (error.why, asked) == (why, 1)


def test_a_server_error_is_tried_again_and_then_given_up() -> None:
    reply, script = ask(server.status(500), "well")
    assert (reply.text, len(script.asked)) == ("well", 2)
    error, asked = failing(server.status(500), max_retries=1)
    assert isinstance(error, CallFailed)
    assert (error.why, asked) == ("server", 2)


def test_a_body_that_is_no_completion_counts_as_a_server_error() -> None:
    from aiohttp import web

    reply, _ = ask(lambda body: web.Response(text="<html>busy</html>"), "well")
    assert reply.text == "well"


def test_a_429_waits_as_told_and_is_no_failed_attempt() -> None:
    busy = server.status(429, **{"Retry-After": "0.1"})
    reply, script = ask(busy, busy, busy, "well", max_retries=0)
    assert (reply.text, len(script.asked)) == ("well", 4)


@pytest.mark.parametrize(
    ("code", "said"), [(401, "refuses the key"), (403, "refuses the key"), (404, "does not know"), (402, "no credit")]
)
def test_a_bad_key_an_unknown_model_or_an_empty_purse_stops_the_run_at_once(code: int, said: str) -> None:
    error, asked = failing(server.status(code))
    assert isinstance(error, ProviderError)
    assert said in error.message
    assert error.remedy
    assert asked == 1


def test_a_400_is_not_asked_again() -> None:
    error, asked = failing(server.status(400, "context too long"))
    assert isinstance(error, CallFailed)
    assert (error.why, asked) == ("invalid", 1)


def test_a_parameter_that_the_provider_refuses_is_dropped_once_and_remembered() -> None:
    def picky(body: dict[str, Any]) -> Any:
        return server.status(400, "Unsupported parameter: seed")(body) if "seed" in body else server.completion("well")

    async def go() -> tuple[list[str], list[dict[str, Any]]]:
        said: list[str] = []
        async with server.serving(picky) as script:
            board = Switchboard(CallSettings(api_base=script.base, use_ledger=False), said.append)
            for _ in range(2):
                await board.chat("openai/m").ask(Request([{"role": "user", "content": "?"}], "test"))
            await board.aclose()
            return said, script.asked

    said, asked = asyncio.run(go())
    assert [("seed" in body) for body in asked] == [True, False, False]
    assert len(said) == 1


def test_a_call_that_hangs_fails_after_its_deadline() -> None:
    async def go() -> CallFailed:
        release = asyncio.Event()

        async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await release.wait()
            writer.close()

        listener = await asyncio.start_server(hang, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1"
        board = Switchboard(CallSettings(api_base=base, max_retries=0, timeout=0.2))
        with pytest.raises(CallFailed) as caught:
            await board.chat("openai/m").ask(Request([{"role": "user", "content": "?"}], "test"))
        release.set()
        await board.aclose()
        listener.close()
        return caught.value

    assert asyncio.run(go()).why == "timeout"


def test_an_endpoint_that_was_never_there_stops_the_run() -> None:
    async def go() -> None:
        board = Switchboard(CallSettings(api_base="http://127.0.0.1:9/v1", max_retries=1, timeout=2))
        try:
            await board.chat("openai/m").ask(Request([{"role": "user", "content": "?"}], "test"))
        finally:
            await board.aclose()

    with pytest.raises(ProviderError, match="cannot reach"):
        asyncio.run(go())


def test_the_key_goes_into_the_header_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / ".env").write_text("OPENAI_API_KEY='sk-secret'\nOTHER=1\n")
    _, script = ask("well")
    assert script.headers[0]["Authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in str(script.asked)


def test_at_most_max_connections_calls_are_in_flight() -> None:
    async def go() -> int:
        flying = most = 0

        async def slow(body: dict[str, Any]) -> None:
            nonlocal flying, most
            flying += 1
            most = max(most, flying)
            await asyncio.sleep(0.02)
            flying -= 1

        from aiohttp import web

        async def answer(request: web.Request) -> web.Response:
            await slow({})
            return server.completion("well")

        app = web.Application()
        app.router.add_post("/v1/chat/completions", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        base = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/v1"  # type: ignore[union-attr]  # as in server.py
        board = Switchboard(CallSettings(api_base=base, max_connections=3, use_ledger=False))
        chat = board.chat("openai/m")
        questions = [Request([{"role": "user", "content": "?"}], "test", seed=seed) for seed in range(12)]
        await asyncio.gather(*(chat.ask(question) for question in questions))
        await board.aclose()
        await runner.cleanup()
        return most

    assert asyncio.run(go()) == 3
