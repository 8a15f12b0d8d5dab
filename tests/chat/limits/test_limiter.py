"""The limiter: how many calls are in flight, when nobody may go, and what happens when the endpoint dies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import chat_server as server
import pytest
import virtual_clock

from kardia_cli.chat.gateway import Gateway
from kardia_cli.chat.limits.limiter import Ceilings, Limiter, StopEvent
from kardia_cli.chat.limits.meter import Meter
from kardia_cli.chat.limits.window import Window
from kardia_cli.errors import CallFailed, Interrupted, ProviderError, Stopped
from kardia_cli.rows.request import Quota, Reply, Request


def all_well(replies: list[Reply | BaseException]) -> bool:
    return all(isinstance(reply, Reply) and reply.text == server.GOOD for reply in replies)


def window(gateway: Gateway) -> Window:
    """The window of the model under test, from where the composition puts it."""
    recorded: Any = gateway.chat("openai/m")._backend  # ─▶ retry ─▶ limiter
    limiter: Limiter = recorded._inner._limiter
    return limiter.window


# ── how many at once


def test_at_most_max_connections_calls_are_in_flight() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert all_well(await server.ask_all(gateway, 12))
        assert script.most_in_flight == 3
        assert gateway.meters[0].most_in_flight == 3

    server.play_against(play, server.slow(0.02), max_connections=3)


def test_the_window_opens_though_all_callers_wait_from_the_start_and_none_comes_anew() -> None:
    async def go() -> None:
        limiter = Limiter(Endpoint(0.05), Ceilings(64), Meter("m"), StopEvent(), "x", print)
        await asyncio.gather(*(limiter.complete(server.question(number)) for number in range(500)))
        assert limiter.window.limit > 16
        assert not limiter.window.opening  # it has seen two rounds that were full
        await limiter.aclose()

    virtual_clock.run(go())


def test_before_a_server_that_queues_few_calls_are_in_flight_and_it_is_kept_busy() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert all_well(await server.ask_all(gateway, 200))
        assert window(gateway).limit <= 32  # it began with 128

    server.play_against(play, server.queueing(4, 0.1), max_connections=256)


def test_an_abandoned_call_gives_its_place_back_whether_it_waits_or_flies() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        chat = gateway.chat("openai/m")
        calls = [asyncio.create_task(chat.ask(server.question(number))) for number in range(6)]
        await server.until(lambda: len(script.asked) == 2)
        for call in calls[:4]:  # two in flight, two that wait
            call.cancel()
        script.then(server.GOOD)
        assert all_well(await asyncio.gather(*calls[4:]))
        assert len(script.asked) == 4
        assert gateway.meters[0].in_flight == 0

    server.play_against(play, server.hang, max_connections=2)


# ── 429


def times_after(script: server.Script, count: int) -> float:
    """Seconds between the last of the first `count` requests and the next one."""
    return script.times[count] - script.times[count - 1]


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        (lambda: {"Retry-After": "1"}, 1.0),
        (lambda: {"retry-after-ms": "400", "Retry-After": "9"}, 0.4),
        (lambda: {"Retry-After": formatdate(time.time() + 100.0, usegmt=True)}, 90.0),
        (lambda: {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "400ms"}, 0.4),
    ],
    ids=["seconds", "milliseconds", "date", "reset"],
)
def test_the_wait_that_a_429_tells_is_kept_by_all_callers(headers: Callable[[], dict[str, str]], least: float) -> None:
    def busy(body: dict[str, Any]) -> server.Given:
        return server.status(429, **headers())(body)

    async def play(script: server.Script, gateway: Gateway) -> None:
        assert all_well(await server.ask_all(gateway, 6))
        assert times_after(script, 1) >= least
        assert script.times[1] - script.times[0] < 1.2 * least + 1.0

    server.play_against(play, busy, server.GOOD, max_connections=1)


def test_no_request_arrives_before_the_time_that_was_told_even_from_calls_that_had_been_waiting() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert all_well(await server.ask_all(gateway, 40))
        first = [at for at in script.times if at < script.times[0] + 0.3]
        assert len(first) == 16  # all that were out when the first 429 came
        assert script.times[16] - script.times[15] >= 0.5

    busy = server.slow(0.05, server.status(429, **{"Retry-After": "0.6"}))
    server.play_against(play, *[busy] * 16, server.GOOD)


def test_a_429_is_no_failed_attempt() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert all_well(await server.ask_all(gateway, 1))
        assert len(script.asked) == 9
        meter = gateway.meters[0]
        assert (meter.retries, meter.rate_limited, meter.calls) == (0, 8, 1)

    server.play_against(play, *[server.status(429, **{"retry-after-ms": "5"})] * 8, server.GOOD, max_retries=0)


def test_a_429_that_tells_a_wait_of_nothing_is_no_licence_to_hammer() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        asking = asyncio.create_task(server.ask_all(gateway, 4))
        await asyncio.sleep(1.0)
        assert len(script.asked) <= 12
        script.then(server.GOOD)
        assert all_well(await asking)

    server.play_against(play, server.status(429, **{"Retry-After": "0"}))


def test_a_burst_of_429_cuts_the_window_once_and_5xx_do_not_cut_it() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        chat = gateway.chat("openai/m")
        limit = window(gateway).limit = (
            64.0  # as it stands once it has climbed (test_limits), however busy this machine is
        )
        window(gateway).opening = False
        script.then(*[server.slow(0.05, server.status(500))] * 20, server.GOOD)
        assert all_well(await asyncio.gather(*(chat.ask(server.question(1000 + number)) for number in range(20))))
        assert (window(gateway).limit, window(gateway).cuts) == (limit, 0)
        script.then(*[server.slow(0.05, server.status(429, **{"retry-after-ms": "50"}))] * 20, server.GOOD)
        assert all_well(await asyncio.gather(*(chat.ask(server.question(2000 + number)) for number in range(20))))
        assert window(gateway).cuts == 1
        assert window(gateway).limit >= 0.7 * limit

    server.play_against(play, server.slow(0.05), max_connections=64, max_retries=4)


def test_before_a_server_that_takes_so_many_a_second_all_calls_come_through() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert all_well(await server.ask_all(gateway, 120))
        assert sum(script.counts().values()) == len(script.asked)
        assert gateway.meters[0].retries == 0

    limited = server.limited(60, server.slow(0.05), **{"retry-after-ms": "100"})
    server.play_against(play, limited, max_retries=0)


def test_what_the_headers_of_a_good_answer_say_is_used_up_is_waited_for() -> None:
    def last(body: dict[str, Any]) -> server.Given:
        answer = server.completion()
        answer.headers.update({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "500ms"})
        return answer

    async def play(script: server.Script, gateway: Gateway) -> None:
        assert all_well(await server.ask_all(gateway, 3))
        assert times_after(script, 1) >= 0.5

    server.play_against(play, last, server.GOOD, max_connections=1)


def test_an_endpoint_that_answers_nothing_but_429_stops_the_run_when_patience_ends() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        errors = await server.ask_all(gateway, 4)
        assert all(isinstance(error, Stopped) for error in errors)
        assert "nothing but 429" in str(errors[0])

    server.play_against(play, server.status(429, **{"retry-after-ms": "100"}), wait_endpoint=0.5)


# ── ceilings per minute


def test_rpm_spaces_the_requests() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert all_well(await server.ask_all(gateway, 45))
        took = script.times[-1] - script.times[0]
        assert (45 - 1 - 30) / 30 <= took < 1.0  # a second's worth at once, then 30 a second

    server.play_against(play, server.GOOD, rpm=1800)


def test_however_many_answers_come_at_once_no_more_calls_go_out_than_rpm_lets() -> None:
    class Noting(Endpoint):
        async def complete(self, request: Request, amount: float) -> Reply:
            sent.append(asyncio.get_running_loop().time())
            return await super().complete(request, amount)

    async def go() -> None:
        limiter = Limiter(Noting(0.01), Ceilings(64, rpm=1800), Meter("m"), StopEvent(), "x", print)
        await asyncio.gather(*(limiter.complete(server.question(number)) for number in range(60)))
        await limiter.aclose()

    sent: list[float] = []
    virtual_clock.run(go())
    assert len(sent) == 60
    for at, time_sent in enumerate(sent):
        assert at + 1 <= 30 + 30 * (time_sent - sent[0]) + 1  # a second's worth at once, then 30 a second


def test_tpm_is_charged_with_the_tokens_that_the_reply_tells() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert all_well(await server.ask_all(gateway, 3))
        # 400 tokens a second; each reply says that it took 420 more than what was announced for it
        assert script.times[2] - script.times[1] >= 1.0

    server.play_against(
        play, lambda body: server.completion(usage={"prompt_tokens": 480}), tpm=24_400, max_connections=1
    )


# ── the run stops


@pytest.mark.parametrize("code", [401, 402, 403, 404])
def test_a_refused_key_stops_at_once_and_the_calls_that_wait_are_not_sent(code: int) -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        errors = await server.ask_all(gateway, 50)
        assert all(isinstance(error, ProviderError) for error in errors)
        assert len(script.asked) == 16  # what was out before the first answer came
        with pytest.raises(ProviderError):
            await gateway.chat("openai/m").ask(server.question(99))
        assert len(script.asked) == 16

    server.play_against(play, server.slow(0.05, server.status(code)))


def test_a_stop_lets_what_is_in_flight_come_back_and_sends_nothing_more() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        asking = asyncio.create_task(server.ask_all(gateway, 10))
        await server.until(lambda: len(script.asked) == 4)
        gateway.stop(Interrupted("interrupted"))
        replies = await asking
        assert sum(isinstance(reply, Reply) for reply in replies) == 4
        assert sum(isinstance(reply, Interrupted) for reply in replies) == 6
        assert len(script.asked) == 4

    server.play_against(play, server.slow(0.2), max_connections=4)


def test_max_time_stops_dispatching() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        chat = gateway.chat("openai/m")
        assert gateway.stop_event.deadline is not None
        await chat.ask(server.question(0))
        gateway.stop_event.deadline = time.monotonic()  # as if the time were over now
        with pytest.raises(Stopped, match="max-time"):
            await chat.ask(server.question(1))
        assert len(script.asked) == 1

    server.play_against(play, server.GOOD, max_time=3600.0)


# ── outages


def test_a_server_that_dies_and_comes_back_costs_no_call() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        chat = gateway.chat("openai/m")

        async def worker(number: int) -> bool:
            replies = [await chat.ask(server.question(100 * number + turn)) for turn in range(12)]
            return all_well(list(replies))

        working = [asyncio.create_task(worker(number)) for number in range(8)]
        await server.until(lambda: len(script.asked) >= 30)
        await script.die()
        before = len(script.asked)
        said: list[str] = gateway.said  # type: ignore[attr-defined]  # the helper's
        await server.until(lambda: bool(said))
        assert len(script.asked) == before
        await script.revive()
        assert all(await asyncio.gather(*working))
        assert ["away" in said[0], "is back" in said[-1], len(said)] == [True, True, 2]

    server.play_against(play, server.slow(0.03), wait_endpoint=20.0)


def test_a_server_that_dies_is_waited_for_though_nothing_was_said_of_waiting() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        chat = gateway.chat("openai/m")
        await chat.ask(server.question())
        await script.die()
        asking = asyncio.create_task(server.ask_all(gateway, 8))
        await asyncio.sleep(0.5)
        await script.revive()
        assert all_well(await asking)

    server.play_against(play, server.GOOD)


def test_no_call_goes_out_while_the_server_says_at_its_door_that_it_is_still_starting() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        chat = gateway.chat("openai/m")
        await chat.ask(server.question())
        await script.die()
        asking = asyncio.create_task(server.ask_all(gateway, 8))
        await asyncio.sleep(0.2)
        script.ready = False
        await script.revive()
        await server.until(lambda: script.probes >= 1)
        assert len(script.asked) == 1
        script.ready = True
        assert all_well(await asking)

    server.play_against(play, server.GOOD)


def test_a_server_that_stays_away_stops_the_run_and_every_caller_is_told() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        chat = gateway.chat("openai/m")

        async def worker(number: int) -> None:
            for turn in range(1000):
                await chat.ask(server.question(1000 * number + turn))

        working = [asyncio.create_task(worker(number)) for number in range(8)]
        await server.until(lambda: len(script.asked) >= 20)
        await script.die()
        errors = await asyncio.gather(*working, return_exceptions=True)
        assert all(isinstance(error, Stopped) for error in errors), errors
        assert "has been away" in str(errors[0])
        assert gateway.meters[0].in_flight == 0

    server.play_against(play, server.slow(0.02), wait_endpoint=1.0)


def test_a_server_that_was_never_there_ends_the_run_quickly() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        await script.die()
        began = asyncio.get_running_loop().time()
        errors = await server.ask_all(gateway, 8)
        assert all(isinstance(error, ProviderError) for error in errors)
        assert "cannot reach" in str(errors[0])
        assert asyncio.get_running_loop().time() - began < 5.0

    server.play_against(play, server.GOOD)


def test_a_server_that_is_not_there_yet_is_waited_for_where_that_was_asked_for() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        await script.die()
        asking = asyncio.create_task(server.ask_all(gateway, 8))
        await asyncio.sleep(0.5)
        assert not asking.done()
        await script.revive()
        assert all_well(await asking)

    server.play_against(play, server.GOOD, wait_endpoint=20.0)


def test_a_server_that_never_comes_although_it_was_waited_for_stops_the_run() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        await script.die()
        errors = await server.ask_all(gateway, 4)
        assert all(isinstance(error, Stopped) for error in errors)

    server.play_against(play, server.GOOD, wait_endpoint=0.5)


# ── without a server


class Endpoint:
    """A backend that answers as the test says, and that costs nothing."""

    def __init__(self, *answers: Reply | CallFailed | float) -> None:
        self.answers, self.asked = list(answers), 0

    async def allow(self, request: Request) -> float:
        return 0.0

    async def complete(self, request: Request, amount: float) -> Reply:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return Reply("late")
        if isinstance(answer, CallFailed):
            raise answer
        return answer

    async def aclose(self) -> None:
        """Nothing to close."""


def test_a_hang_is_a_typed_timeout_that_frees_its_place() -> None:
    async def go() -> None:
        meter = Meter("m")
        limiter = Limiter(Endpoint(5.0, Reply("a")), Ceilings(1, timeout=0.05), meter, StopEvent(), "x", print)
        with pytest.raises(CallFailed) as caught:
            await limiter.complete(server.question())
        assert caught.value.why == "timeout"
        assert (await limiter.complete(server.question())).text == "a"
        assert (meter.in_flight, meter.failed["timeout"]) == (0, 1)
        await limiter.aclose()

    virtual_clock.run(go())


def test_the_first_reason_to_stop_stays() -> None:
    stop_event, heard = StopEvent(), []
    stop_event.on_set(lambda: heard.append(stop_event.error))
    first = Stopped("first")
    stop_event.set(first)
    stop_event.set(Interrupted("second"))
    assert heard == [first]
    with pytest.raises(Stopped, match="first"):
        stop_event.check()


def test_a_quota_that_is_not_used_up_holds_nobody() -> None:
    async def go() -> float:
        answer = Reply("a", quota=Quota(requests=1, tokens=5, requests_reset=60.0, tokens_reset=60.0))
        limiter = Limiter(Endpoint(answer), Ceilings(1), Meter("m"), StopEvent(), "x", print)
        began = asyncio.get_running_loop().time()
        for _ in range(3):
            await limiter.complete(server.question())
        await limiter.aclose()
        return asyncio.get_running_loop().time() - began

    assert virtual_clock.run(go()) < 1.0
