"""An OpenAI-compatible endpoint: good answers come through whole, and every fault has its type."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import chat_server as server
import pytest
import virtual_clock
from aiohttp import web
from pydantic import BaseModel

from kardia_cli.errors import CallFailed, ProviderError
from kardia_cli.rows.request import Reply, Request


class Mood(BaseModel):
    reason: str
    level: int


def ask(
    *answers: server.Answer,
    schema: type[BaseModel] | None = None,
    sampling: dict[str, Any] | None = None,
    **settings: Any,
) -> tuple[Reply, server.Script]:
    """Ask one question of a server with these answers; gives the reply and the server's script."""

    async def go() -> tuple[Reply, server.Script]:
        async with server.serving(*answers) as script, server.asking(script, **settings) as gateway:
            asked = server.question(5, schema=schema, sampling=sampling or {"temperature": 0.5})
            return await gateway.chat("openai/m").ask(asked), script

    return virtual_clock.run(go())


def failing(*answers: server.Answer, **settings: Any) -> tuple[CallFailed | ProviderError, int]:
    """The error that these answers end in, and how often the server was asked."""

    async def go() -> tuple[CallFailed | ProviderError, int]:
        async with server.serving(*answers) as script, server.asking(script, **settings) as gateway:
            with pytest.raises((CallFailed, ProviderError)) as caught:
                await gateway.chat("openai/m").ask(server.question())
            return caught.value, len(script.asked)

    return virtual_clock.run(go())


def why(*answers: server.Answer, **settings: Any) -> tuple[str, int]:
    """The type of a call's failure, and how often the server was asked."""
    error, asked = failing(*answers, **settings)
    assert isinstance(error, CallFailed)
    return error.why, asked


# ── good answers


def test_a_reply_comes_with_its_text_and_usage_and_the_provider_prefix_is_not_sent() -> None:
    reply, script = ask("well")
    assert (reply.text, reply.usage.prompt_tokens, reply.usage.completion_tokens) == ("well", 7, 3)
    assert script.asked[0]["model"] == "m"
    assert (script.asked[0]["temperature"], script.asked[0]["seed"]) == (0.5, 5)


def test_a_vllm_server_keeps_special_tokens_and_what_ends_the_reply_is_cut_off() -> None:
    async def go(model: str, *answers: server.Answer) -> tuple[str, list[dict[str, Any]]]:
        async with server.serving(*answers) as script, server.asking(script) as gateway:
            return (await gateway.chat(model).ask(server.question())).text, script.asked

    said = "<|response_begin|>Tell me.<|response_end|>"
    text, asked = asyncio.run(go("hosted_vllm/m", f"{said}<|im_end|>"))
    assert (text, asked[0]["skip_special_tokens"]) == (said, False)
    text, asked = asyncio.run(go("openai/m", f"{said}<|im_end|>"))
    assert text == f"{said}<|im_end|>"
    assert "skip_special_tokens" not in asked[0]
    text, asked = asyncio.run(go("hosted_vllm/m", picky("skip_special_tokens")))
    assert [("skip_special_tokens" in body) for body in asked] == [True, False]


def test_thinking_is_kept_apart_from_the_text() -> None:
    reply, _ = ask("<think>hm</think>\nwell")
    assert (reply.text, reply.thinking) == ("well", "hm")
    for field in ("reasoning_content", "reasoning"):
        reply, _ = ask(lambda body, field=field: server.completion("well", **{field: "hm"}))
        assert (reply.text, reply.thinking) == ("well", "hm")


def test_thinking_whose_opening_mark_stood_in_the_prompt_is_kept_apart_too() -> None:
    reply, _ = ask("hm, so\nperhaps</think>\n\nwell")
    assert (reply.text, reply.thinking) == ("well", "hm, so\nperhaps")


def test_thinking_before_json_does_not_spoil_it() -> None:
    reply, _ = ask('is it {"level": 9}?</think>{"reason": "r", "level": 3}', schema=Mood)
    assert reply.parsed == Mood(reason="r", level=3)


def test_log_probabilities_come_with_their_alternatives() -> None:
    def answer(body: dict[str, Any]) -> web.Response:
        tops = [{"token": "yes", "logprob": -0.1}, {"token": "no", "logprob": -2.5}]
        logprobs = {"content": [{"token": "yes", "logprob": -0.1, "top_logprobs": tops}]}
        choice = {"message": {"content": "yes"}, "finish_reason": "stop", "logprobs": logprobs}
        return web.json_response({"choices": [choice]})

    reply, script = ask(answer, options={"logprobs": True, "top_logprobs": 2})
    assert reply.logprobs == [["yes", -0.1, [["yes", -0.1], ["no", -2.5]]]]
    assert (script.asked[0]["logprobs"], script.asked[0]["top_logprobs"]) == (True, 2)
    assert ask("well")[0].logprobs is None


def test_what_the_provider_itself_says_of_the_cost_wins_over_any_price() -> None:
    prices = {"openai/m": {"input": 1e6, "output": 1e6}}
    assert ask(lambda body: server.completion(usage={"cost": 0.25}), prices=prices)[0].cost == 0.25
    assert ask("well", prices=prices)[0].cost == 10.0
    assert ask("well")[0].cost is None


def test_cached_tokens_are_told_apart_and_cost_their_own_price() -> None:
    usage = {"prompt_tokens": 100, "prompt_tokens_details": {"cached_tokens": 80}}
    prices = {"openai/m": {"input": 1e6, "output": 1e6, "cached_input": 5e5}}
    reply, _ = ask(lambda body: server.completion(usage=usage), prices=prices)
    assert reply.usage.cached_tokens == 80
    assert reply.cost == 20 + 40 + 3


def test_an_answer_without_usage_is_one_all_the_same() -> None:
    reply, _ = ask(server.raw('{"choices": [{"message": {"content": "well"}, "finish_reason": "stop"}]}'))
    assert (reply.text, reply.usage.prompt_tokens) == ("well", 0)


def test_options_of_the_user_reach_every_request() -> None:
    _, script = ask("well", options={"top_p": 0.9, "extra_body": {"min_p": 0.1}})
    assert (script.asked[0]["top_p"], script.asked[0]["min_p"]) == (0.9, 0.1)


def test_the_key_goes_into_the_header_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / ".env").write_text("OPENAI_API_KEY='sk-secret'\nOTHER=1\n")
    _, script = ask("well")
    assert script.headers[0]["Authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in str(script.asked)


# ── a schema


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
        ('{"reason": "a", "level": 1} {"reason": "b", "level": 5}', "two_verdicts"),
    ],
)
def test_a_reply_that_stays_wrong_is_a_typed_failure_and_never_a_guess(text: str, why: str) -> None:
    with pytest.raises(CallFailed) as caught:
        ask(text, schema=Mood)
    assert caught.value.why == why


# ── faults


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (lambda body: server.completion("half", finish="length"), "length"),
        (lambda body: server.completion("half", finish="max_tokens"), "length"),
        (lambda body: server.completion("", finish="content_filter"), "content_filter"),
        (lambda body: server.completion("", refusal="I cannot"), "refusal"),
        (server.status(400, "blocked by our content management policy"), "content_filter"),
        (server.status(403, "content_filter: blocked"), "content_filter"),
        (server.status(400, "bad messages"), "invalid"),
        (server.status(400, "context too long"), "invalid"),
        (server.status(413, "request entity too large"), "invalid"),
        (server.status(422, "unprocessable"), "invalid"),
    ],
)
def test_what_would_only_come_again_is_asked_once(answer: server.Answer, found: str) -> None:
    assert why(answer, max_retries=3) == (found, 1)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (server.status(500), "server"),
        (server.status(502), "server"),
        (server.status(503), "server"),
        (server.status(504), "server"),
        (server.status(408), "server"),
        (server.html, "server"),
        (server.malformed, "server"),
        (server.raw('{"error": {"message": "overloaded"}}'), "server"),
        (server.raw('{"choices": []}'), "server"),
        (server.raw("[]"), "server"),
        (server.raw(""), "server"),
        (server.raw('{"choices": [{"message": {"content": ["a"]}}]}'), "server"),
        (server.reset, "connection"),
        (server.torn, "connection"),
        (server.truncated, "connection"),
    ],
)
def test_what_fails_in_passing_is_tried_again_and_then_given_up_as_what_it_was(
    answer: server.Answer, found: str
) -> None:
    reply, script = ask(answer, "well")
    assert (reply.text, len(script.asked)) == ("well", 2)
    assert why(answer, max_retries=1) == (found, 2)


def test_a_call_that_hangs_fails_after_its_deadline() -> None:
    assert why(server.hang, max_retries=0, timeout=0.2) == ("timeout", 1)
    reply, script = ask(server.hang, "well", timeout=0.2)
    assert (reply.text, len(script.asked)) == ("well", 2)


def test_an_answer_that_dribbles_in_is_cut_off_at_the_deadline_too() -> None:
    def dribble(body: dict[str, Any]) -> server.Fault:
        async def play(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            while True:
                await response.write(b" ")
                await asyncio.sleep(0.02)

        return server.Fault(play)

    assert why(dribble, max_retries=0, timeout=0.3) == ("timeout", 1)


@pytest.mark.parametrize(
    ("code", "said"), [(401, "refuses the key"), (403, "refuses the key"), (404, "does not know"), (402, "no credit")]
)
def test_a_bad_key_an_unknown_model_or_no_credit_stops_the_run_at_once(code: int, said: str) -> None:
    error, asked = failing(server.status(code))
    assert isinstance(error, ProviderError)
    assert said in error.message
    assert error.remedy
    assert asked == 1


def test_a_429_that_means_no_credit_stops_the_run() -> None:
    error, asked = failing(server.status(429, "insufficient_quota: add a card"))
    assert isinstance(error, ProviderError)
    assert asked == 1


# ── parameters that a provider refuses


def picky(*names: str, said: str = "Unsupported parameter: {name}") -> server.Answer:
    """A server that refuses the first of these that it is sent."""

    def answer(body: dict[str, Any]) -> web.Response:
        for name in names:
            if name in body:
                return server.status(400, said.replace("{name}", name))(body)
        return server.completion()

    return answer


def test_a_parameter_that_the_provider_refuses_is_dropped_once_and_remembered() -> None:
    async def go() -> tuple[list[str], list[dict[str, Any]]]:
        async with server.serving(picky("seed")) as script, server.asking(script) as gateway:
            for number in range(2):
                await gateway.chat("openai/m").ask(server.question(number))
            return gateway.said, script.asked  # type: ignore[attr-defined]  # the helper's

    said, asked = asyncio.run(go())
    assert [("seed" in body) for body in asked] == [True, False, False]
    assert len(said) == 1


def test_several_refused_parameters_are_dropped_one_after_the_other() -> None:
    _, script = ask(picky("seed", "temperature"))
    assert [sorted({"seed", "temperature"} & set(body)) for body in script.asked] == [
        ["seed", "temperature"], ["temperature"], [],
    ]  # fmt: skip


def test_sixteen_calls_at_once_that_are_all_told_that_seed_is_refused_all_succeed_and_it_is_said_once() -> None:
    async def go() -> None:
        refusing = picky("seed")
        assert callable(refusing)
        async with server.serving(server.slow(0.05, refusing)) as script, server.asking(script) as gateway:
            replies = await server.ask_all(gateway, 16)
            assert all(isinstance(reply, Reply) for reply in replies)
            assert sum("seed" in body for body in script.asked) == 16
            assert len(script.asked) == 32
            assert len(gateway.said) == 1  # type: ignore[attr-defined]  # the helper's

    asyncio.run(go())


def test_max_tokens_that_is_refused_in_favour_of_max_completion_tokens_is_renamed_and_keeps_its_value() -> None:
    said = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    reply, script = ask(picky("max_tokens", said=said), sampling={"max_tokens": 40})
    assert reply.text == "well"
    assert [(body.get("max_tokens"), body.get("max_completion_tokens")) for body in script.asked] == [
        (40, None),
        (None, 40),
    ]


def test_a_context_length_error_that_mentions_max_tokens_does_not_drop_it() -> None:
    said = "This model's maximum context length is 4096 tokens; reduce your messages or max_tokens"
    asked: list[int] = []

    async def go() -> None:
        async with server.serving(server.status(400, said)) as script, server.asking(script) as gateway:
            with pytest.raises(CallFailed) as caught:
                await gateway.chat("openai/m").ask(server.question(sampling={"max_tokens": 9}))
            assert caught.value.why == "invalid"
            asked.extend(body["max_tokens"] for body in script.asked)

    asyncio.run(go())
    assert asked == [9]


def test_a_refused_parameter_that_was_not_sent_is_an_invalid_call_and_no_endless_loop() -> None:
    assert why(server.status(400, "temperature is not supported")) == ("invalid", 1)


# ── never there


def test_an_address_that_is_none_is_a_usage_error() -> None:
    from kardia_cli.chat.gateway import CallSettings, Gateway
    from kardia_cli.errors import UsageError

    with pytest.raises(UsageError, match="no address"):
        Gateway(CallSettings(api_base="ftp://127.0.0.1/v1")).chat("m")


def test_a_plain_http_address_outside_of_this_network_is_warned_of() -> None:
    async def go() -> list[str]:
        async with server.serving("well") as script, server.asking(script) as gateway:
            gateway.chat("openai/m@http://models.example.org/v1")
            gateway.chat("openai/m")
            return gateway.said  # type: ignore[attr-defined]  # the helper's

    said = asyncio.run(go())
    assert len(said) == 1
    assert "not https" in said[0]


def test_many_requests_share_one_session_without_cookies() -> None:
    def baker(body: dict[str, Any]) -> web.Response:
        answer = server.completion()
        answer.set_cookie("track", "1")
        return answer

    async def go() -> list[dict[str, str]]:
        async with server.serving(baker) as script, server.asking(script) as gateway:
            for number in range(3):
                await gateway.chat("openai/m").ask(Request(server.question(number).messages, "test", seed=number))
            return script.headers

    assert all("Cookie" not in headers for headers in asyncio.run(go()))
