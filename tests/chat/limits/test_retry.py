"""Which failures are tried again and how often; which of them tell about all calls and stop the run."""

from __future__ import annotations

import asyncio
from typing import Any

import chat_server as server
import pytest

from kardia_cli.chat.gateway import Gateway
from kardia_cli.chat.limits.retry import FIRST_CALLS, HOPELESS
from kardia_cli.errors import CallFailed, ProviderError
from kardia_cli.rows.request import Reply


def whys(replies: list[Reply | BaseException]) -> list[str]:
    """What became of each call."""
    return ["well" if isinstance(reply, Reply) else getattr(reply, "why", type(reply).__name__) for reply in replies]


@pytest.mark.parametrize("answer", [server.reset, server.torn, server.truncated, server.malformed, server.status(500)])
@pytest.mark.parametrize("retries", [0, 1])
def test_a_failure_in_passing_is_tried_again_so_many_times_and_no_more(answer: server.Answer, retries: int) -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert whys(await server.ask_all(gateway, 1))[0] in ("server", "connection")
        assert len(script.asked) == 1 + retries
        assert gateway.meters[0].retries == retries

    server.play_against(play, answer, max_retries=retries)


def test_many_calls_that_fail_at_once_are_each_tried_again_so_many_times_and_no_more() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert whys(await server.ask_all(gateway, 12)) == ["server"] * 12
        assert max(script.counts().values()) <= 3
        assert len(script.asked) == 12 * 3

    server.play_against(play, server.slow(0.02, server.status(500)), max_retries=2)


def test_a_call_that_is_refused_for_good_among_good_ones_costs_itself_alone() -> None:
    def answer(body: dict[str, Any]) -> server.Given:
        return server.status(400, "bad")(body) if body["seed"] % 3 == 0 else server.completion()

    async def play(script: server.Script, gateway: Gateway) -> None:
        chat = gateway.chat("openai/m")
        await chat.ask(server.question(1))
        assert whys(await server.ask_all(gateway, 40)) == ["invalid" if n % 3 == 0 else "well" for n in range(40)]
        assert max(script.counts().values()) <= 2  # question 1 twice, for there is no ledger

    server.play_against(play, answer)


def test_where_each_of_the_first_calls_is_refused_the_run_stops_after_a_handful() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        found = whys(await server.ask_all(gateway, 60))
        assert found.count("invalid") == FIRST_CALLS - 1
        assert found.count("ProviderError") == 60 - found.count("invalid")
        assert len(script.asked) <= 16

    server.play_against(play, server.slow(0.02, server.status(400, "no such option")))


def test_the_stop_says_what_the_endpoint_said_and_what_to_check() -> None:
    async def play(script: server.Script, gateway: Gateway) -> ProviderError:
        errors = await server.ask_all(gateway, FIRST_CALLS)
        stop = next(error for error in errors if isinstance(error, ProviderError))
        assert "no such option" in stop.message
        assert stop.exit_code == 6
        assert stop.remedy
        return stop

    server.play_against(play, server.status(400, "no such option"))


def test_a_filtered_or_refused_reply_is_an_answer_and_no_sign_that_all_calls_fail() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert whys(await server.ask_all(gateway, 10)) == ["content_filter"] * 10
        script.then(server.status(400, "bad"))
        assert whys(await server.ask_all(gateway, 10)) == ["invalid"] * 10

    server.play_against(play, server.status(400, "content_filter"))


def test_where_call_after_call_fails_for_good_the_run_stops() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        found = whys(await server.ask_all(gateway, 60))
        assert found.count("server") == HOPELESS - 1
        assert found.count("ProviderError") == 60 - found.count("server")
        assert len(script.asked) <= 60

    server.play_against(play, server.slow(0.02, server.status(500)), max_retries=0)


def test_a_server_that_is_overloaded_now_and_then_costs_no_call() -> None:
    count = 0

    def answer(body: dict[str, Any]) -> server.Given:
        nonlocal count
        count += 1
        return server.status(503)(body) if count % 4 == 0 else server.completion()

    async def play(script: server.Script, gateway: Gateway) -> None:
        assert whys(await server.ask_all(gateway, 60)) == ["well"] * 60

    server.play_against(play, answer, max_retries=4)


def test_a_503_that_tells_a_wait_is_waited_for() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert whys(await server.ask_all(gateway, 1)) == ["well"]
        assert script.times[1] - script.times[0] >= 1.0

    server.play_against(play, server.status(503, **{"Retry-After": "1"}), server.GOOD)


def test_a_503_that_tells_a_wait_beyond_all_patience_is_given_up_at_once() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        began = asyncio.get_running_loop().time()
        assert whys(await server.ask_all(gateway, 1)) == ["server"]
        assert asyncio.get_running_loop().time() - began < 10.0

    server.play_against(play, server.status(503, **{"Retry-After": "3000"}))


def test_waits_grow_from_try_to_try() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        with pytest.raises(CallFailed):
            await gateway.chat("openai/m").ask(server.question())
        gaps = [after - before for before, after in zip(script.times, script.times[1:], strict=False)]
        assert len(gaps) == 4
        assert sum(gaps[2:]) > sum(gaps[:2])
        assert gaps[0] >= 0.04

    server.play_against(play, server.reset, max_retries=4)


def test_an_endpoint_that_answers_at_its_door_but_fails_every_call_is_no_outage() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        await gateway.chat("openai/m").ask(server.question(100))
        script.then(server.status(500))
        assert whys(await server.ask_all(gateway, 4)) == ["server"] * 4
        assert script.probes >= 1  # it was looked at
        assert max(script.counts().values()) <= 3
        assert gateway.said == []  # type: ignore[attr-defined]  # the helper's; nobody was told that it is away

    server.play_against(play, server.GOOD, max_retries=2)
