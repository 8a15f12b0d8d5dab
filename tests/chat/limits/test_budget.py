"""The budget: what may be spent, on how many calls, and what becomes of the calls in flight when it is empty."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import chat_server as server
import pytest
import virtual_clock

from kardia_cli.chat.gateway import Gateway, pipe_cap
from kardia_cli.chat.limits.budget import Caps
from kardia_cli.errors import CallFailed, Stopped, UsageError
from kardia_cli.rows.request import Reply

Play = Callable[[server.Script, Gateway], Awaitable[Any]]
PRICES = {"openai/m": {"input": 1000.0, "output": 10_000.0}}  # 0.001 and 0.01 USD a token
CALL = 7 * 0.001 + 3 * 0.01
"""USD that the server's usual answer costs at these prices."""


def with_server(play: Play, *answers: server.Answer, **settings: Any) -> Any:
    """Play against a server with these answers and a price."""

    async def go() -> Any:
        chosen = {"prices": PRICES, **settings}
        async with server.serving(*answers) as script, server.asking(script, **chosen) as gateway:
            return await play(script, gateway)

    return virtual_clock.run(go())


def outcome(replies: list[Reply | BaseException]) -> tuple[int, int]:
    """How many calls were answered, and how many stopped."""
    stopped = [reply for reply in replies if isinstance(reply, Stopped)]
    answered = [reply for reply in replies if isinstance(reply, Reply)]
    assert len(stopped) + len(answered) == len(replies), replies
    return len(answered), len(stopped)


# ── calls


@pytest.mark.parametrize("cap", [0, 1, 7, 40])
def test_max_calls_stops_after_exactly_so_many_requests_and_all_of_them_are_answered(cap: int) -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert outcome(await server.ask_all(gateway, 60)) == (cap, 60 - cap)
        assert len(script.asked) == cap

    with_server(play, server.slow(0.02), caps=Caps(calls=cap))


def test_max_calls_is_a_stop_that_can_be_resumed() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        with pytest.raises(Stopped, match="--max-calls 0") as caught:
            await gateway.chat("openai/m").ask(server.question())
        assert caught.value.exit_code == 4

    with_server(play, server.GOOD, caps=Caps(calls=0))


def test_a_call_that_is_tried_again_counts_again() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        with pytest.raises(Stopped):
            await gateway.chat("openai/m").ask(server.question())
        assert len(script.asked) == 2

    with_server(play, server.reset, caps=Caps(calls=2), max_retries=9)


def test_paid_calls_beyond_what_needs_a_yes_are_not_made_and_calls_on_this_machine_are_not_paid() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert outcome(await server.ask_all(gateway, 5)) == (5, 0)  # loopback: nobody bills it

    with_server(play, server.GOOD, caps=Caps(unconfirmed=3))


# ── money


@pytest.mark.parametrize("cap", [0.0, 0.3, 1.0])
def test_max_cost_is_never_overspent_by_calls_whose_size_was_foreseen(cap: float) -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        answered, stopped = outcome(await server.ask_all(gateway, 60))
        assert stopped
        spent = sum(script.counts().values()) * CALL
        assert spent <= cap
        assert gateway.budget.spent == pytest.approx(spent)
        assert gateway.budget.reserved == pytest.approx(0.0, abs=1e-9)
        assert len(script.asked) == answered
        # all but one call's reservation is used: max_tokens allows 4 tokens, 3 come
        assert spent >= cap - 0.001 * 3 - 0.01 * 4

    with_server(play, server.slow(0.02), caps=Caps(cost=cap), options={"max_tokens": 4})


def test_what_a_reply_really_cost_counts_and_frees_what_was_set_aside_beyond_it() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        answered, _ = outcome(await server.ask_all(gateway, 40))
        assert answered * CALL <= 1.0
        assert answered >= 20  # 20 tokens are set aside for each, 3 come

    with_server(play, server.slow(0.02), caps=Caps(cost=1.0), options={"max_tokens": 20})


def test_waiting_for_money_is_no_waiting_for_the_server() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        answered, stopped = outcome(await server.ask_all(gateway, 10))
        assert stopped
        assert answered >= 5
        assert gateway.meters[0].failed["timeout"] == 0
        assert gateway.meters[0].sent == len(script.asked) == answered
        assert gateway.meters[0].percentile(0.95) < 0.4  # type: ignore[operator]  # there were calls

    # one call at a time fits; the tenth waits longer than a call may take
    with_server(play, server.slow(0.1), caps=Caps(cost=0.45), options={"max_tokens": 25}, timeout=0.4)


def test_the_stop_says_what_is_spent_and_what_the_next_call_may_cost() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        chat = gateway.chat("openai/m")
        await chat.ask(server.question())
        with pytest.raises(
            Stopped, match=r"--max-cost 0\.05: 0\.0370 USD are spent and the next call may cost 0\.0"
        ) as caught:
            await chat.ask(server.question(1))
        assert caught.value.exit_code == 4

    with_server(play, server.GOOD, caps=Caps(cost=0.05), options={"max_tokens": 4})


def test_calls_in_flight_when_the_money_ends_are_finished_and_remembered_and_only_the_rest_is_asked_next_time(
    tmp_path: Path,
) -> None:
    ledger = {"use_ledger": True, "ledger": tmp_path / "l.sqlite", "options": {"max_tokens": 4}}

    async def first(script: server.Script, gateway: Gateway) -> int:
        return outcome(await server.ask_all(gateway, 30))[0]

    async def second(script: server.Script, gateway: Gateway) -> int:
        assert outcome(await server.ask_all(gateway, 30)) == (30, 0)
        return len(script.asked)

    answered = with_server(first, server.slow(0.03), caps=Caps(cost=0.5), **ledger)
    assert 0 < answered < 30
    assert with_server(second, server.GOOD, caps=Caps(cost=5.0), **ledger) == 30 - answered


def test_what_is_remembered_costs_nothing_again(tmp_path: Path) -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        assert outcome(await server.ask_all(gateway, 10)) == (10, 0)
        spent = gateway.budget.spent
        assert outcome(await server.ask_all(gateway, 10)) == (10, 0)
        assert gateway.budget.spent == spent

    ledger = {"use_ledger": True, "ledger": tmp_path / "l.sqlite", "options": {"max_tokens": 4}}
    with_server(play, server.GOOD, caps=Caps(cost=5.0), **ledger)


@pytest.mark.parametrize(
    ("answer", "spent"),
    [
        (server.status(500), False),
        (server.status(400), False),
        (server.reset, True),  # nobody knows whether the answer was made
        (server.hang, True),
    ],
)
def test_a_call_that_failed_is_taken_for_paid_where_it_may_have_been(answer: server.Answer, spent: bool) -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        with pytest.raises(CallFailed):
            await gateway.chat("openai/m").ask(server.question())
        assert (gateway.budget.spent > 0) == spent
        assert gateway.budget.reserved == 0.0

    with_server(play, answer, caps=Caps(cost=50.0), max_retries=0, timeout=0.3)


def test_the_provider_s_own_cost_is_what_is_spent() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        await gateway.chat("openai/m").ask(server.question())
        assert gateway.budget.spent == 0.125

    with_server(play, lambda body: server.completion(usage={"cost": 0.125}), caps=Caps(cost=50.0))


def test_an_unknown_price_under_a_cap_is_a_usage_error_that_says_how_to_name_it() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        with pytest.raises(UsageError, match="no price is known") as caught:
            gateway.chat("openai/other")
        assert '[prices."openai/other"]' in caught.value.remedy
        assert "--max-calls" in caught.value.remedy
        gateway.chat("offline")  # what is built in costs nothing

    with_server(play, server.GOOD, caps=Caps(cost=1.0))


def test_an_unknown_price_under_the_cap_of_a_pipe_is_an_error_where_a_provider_bills_and_said_on_one_s_own_server(
    tmp_path: Path,
) -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        gateway.chat("openai/other")
        assert "does not count" in gateway.said[0]  # type: ignore[attr-defined]  # the helper's
        with pytest.raises(UsageError, match="no price is known"):
            gateway.chat("openai/other@https://models.example/v1")

    with_server(play, server.GOOD, caps=Caps(pipe_cost=1.0), use_ledger=True, ledger=tmp_path / "l.sqlite")


def test_two_models_share_one_budget() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        one, two = gateway.chat("openai/m"), gateway.chat("openai/n")
        calls = [chat.ask(server.question(number)) for number in range(20) for chat in (one, two)]
        answered, stopped = outcome(await asyncio.gather(*calls, return_exceptions=True))
        assert stopped
        assert answered * CALL <= 0.5

    prices = {**PRICES, "openai/n": PRICES["openai/m"]}
    with_server(play, server.slow(0.02), caps=Caps(cost=0.5), prices=prices, options={"max_tokens": 4})


# ── a whole pipe


def test_the_cap_of_a_pipe_holds_for_a_process_that_is_alone_in_it(tmp_path: Path) -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        replies = await server.ask_all(gateway, 60)
        answered, stopped = outcome(replies)
        assert stopped
        assert 0.9 < answered * CALL <= 1.0
        assert "KARDIA_MAX_COST 1" in str(next(reply for reply in replies if isinstance(reply, Stopped)))

    ledger = {"use_ledger": True, "ledger": tmp_path / "l.sqlite", "options": {"max_tokens": 4}}
    with_server(play, server.slow(0.02), caps=Caps(pipe_cost=1.0), **ledger)


def test_the_cap_of_a_pipe_without_a_ledger_is_a_usage_error() -> None:
    async def play(script: server.Script, gateway: Gateway) -> None:
        with pytest.raises(UsageError, match="KARDIA_MAX_COST"):
            gateway.chat("openai/m")

    with_server(play, server.GOOD, caps=Caps(pipe_cost=1.0), use_ledger=False)


@pytest.mark.parametrize(("text", "cap"), [("", None), (" ", None), ("2.5", 2.5), ("0", 0.0)])
def test_the_cap_of_a_pipe_is_read_from_the_environment(
    text: str, cap: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KARDIA_MAX_COST", text)
    assert pipe_cap() == cap


@pytest.mark.parametrize("text", ["five", "-1", "5 USD", "nan"])
def test_a_cap_that_is_no_amount_is_a_usage_error(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KARDIA_MAX_COST", text)
    with pytest.raises(UsageError, match="KARDIA_MAX_COST"):
        pipe_cap()
