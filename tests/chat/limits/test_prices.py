"""What a call costs: whose price counts, and that unknown stays unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kardia_cli.chat.limits.prices import (
    FIRST_GUESS,
    Price,
    UsageEstimate,
    find_price,
    is_loopback,
    is_private_address,
    may_cost,
)
from kardia_cli.chat.names import resolve
from kardia_cli.errors import UsageError
from kardia_cli.rows.request import Request, Usage

LOCAL = "http://127.0.0.1:8000/v1"
CLOUD = "https://models.example/v1"


def test_the_user_s_price_is_per_million_tokens_and_wins_over_the_packaged_table() -> None:
    given = {"openai/gpt-4o-mini": {"input": 2, "output": 4.0}}
    assert find_price(resolve("openai/gpt-4o-mini"), given) == Price(2e-6, 4e-6, 2e-6)


@pytest.mark.parametrize("name", ["openai/m", "m"])
def test_a_price_is_found_by_the_name_as_given_or_as_the_endpoint_knows_it(name: str) -> None:
    price = {"input": 1, "output": 1}
    assert find_price(resolve("openai/m", LOCAL), {name: price}) is not None
    assert find_price(resolve(f"openai/m@{LOCAL}"), {name: price}) is not None
    assert find_price(resolve("openai/other", LOCAL), {name: price}) is None


def test_an_alias_has_its_own_price() -> None:
    aliases = {"cheap": {"name": "openai/m", "base": CLOUD, "price": {"input": 1, "output": 2, "cached_input": 0.5}}}
    assert find_price(resolve("cheap", None, aliases), {}) == Price(1e-6, 2e-6, 0.5e-6)
    assert find_price(resolve("cheap", None, aliases), {"cheap": {"input": 7, "output": 7}}) == Price(7e-6, 7e-6, 7e-6)


@pytest.mark.parametrize("name", ["openai/gpt-4o-mini", "gpt-4o-mini", "anthropic/claude-sonnet-4-5"])
def test_known_models_have_the_price_of_litellm_s_table(name: str) -> None:
    price = find_price(resolve(name), {})
    assert price is not None
    assert 0 < price.cached_input <= price.input < price.output < 1e-3


def test_a_model_that_nobody_knows_has_no_price_and_never_one_of_0() -> None:
    assert find_price(resolve("openai/no-such-model", CLOUD), {}) is None


def test_on_one_s_own_machine_a_well_known_name_is_no_reason_for_a_bill() -> None:
    assert find_price(resolve("openai/gpt-4o-mini", LOCAL), {}) is None


def test_what_runs_in_this_process_has_no_price(tmp_path: Path) -> None:
    assert find_price(resolve("offline"), {}) is None
    assert not may_cost(resolve("offline"))


@pytest.mark.parametrize(
    "table",
    [{"input": 1}, {"output": 1}, {"input": 1, "output": 1, "outptu": 1}, {"input": "cheap", "output": 1}, 5,
     {"input": -1, "output": 1}, {"input": None, "output": 1}],
)  # fmt: skip
def test_a_price_that_cannot_be_read_is_a_usage_error_that_shows_how(table: Any) -> None:
    with pytest.raises(UsageError, match="price of 'openai/m'") as caught:
        find_price(resolve("openai/m", LOCAL), {"openai/m": table})
    assert "USD per million tokens" in caught.value.remedy


def test_cached_tokens_are_part_of_the_prompt_and_cost_their_own_price() -> None:
    price = Price(input=2.0, output=10.0, cached_input=1.0)
    assert price.cost(Usage(10, 3, 4)) == 6 * 2 + 4 * 1 + 3 * 10
    assert price.cost(Usage(3, 0, 5)) == 5  # more cached than there are: nothing becomes negative
    assert price.cost(Usage()) == 0


@pytest.mark.parametrize(
    ("base", "near"),
    [
        ("http://localhost:8000/v1", True),
        ("http://127.0.0.1/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://192.168.1.7:8000/v1", True),
        ("http://10.0.0.2/v1", True),
        ("http://gpu-box:8000/v1", True),
        ("http://gpu.local/v1", True),
        ("http://vllm.internal/v1", True),
        ("https://api.openai.com/v1", False),
        ("https://8.8.8.8/v1", False),
        ("https://models.example/v1", False),
    ],
)
def test_a_bill_comes_from_outside_of_this_network_alone(base: str, near: bool) -> None:
    assert is_private_address(base) == near
    assert may_cost(resolve("openai/m", base)) == (not near)


@pytest.mark.parametrize(
    ("base", "here"),
    [
        ("http://localhost:8000/v1", True),
        ("http://vllm.localhost/v1", True),
        ("http://127.0.0.1:8000/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://192.168.1.7:8000/v1", False),
        ("http://gpu-box:8000/v1", False),
        ("http://models.example/v1", False),
    ],
)
def test_only_on_this_machine_can_nobody_else_read_what_goes_there(base: str, here: bool) -> None:
    assert is_loopback(base) == here


def test_providers_that_run_on_one_s_own_machine_send_no_bill() -> None:
    assert not may_cost(resolve("ollama/llama3"))
    assert may_cost(resolve("anthropic/claude-sonnet-4-5"))


def test_money_is_set_aside_for_the_longest_reply_that_is_allowed_else_for_a_little_more_than_the_longest_seen() -> (
    None
):
    guess, asked = UsageEstimate(), Request([{"role": "user", "content": "x" * 300}], "test")
    assert guess.usage(asked) == Usage(100, FIRST_GUESS)
    guess.learn(Usage(100, 80))
    guess.learn(Usage(100, 40))
    assert guess.usage(asked) == Usage(100, 100)
    for name in ("max_tokens", "max_completion_tokens"):
        bounded = Request(asked.messages, "test", sampling={name: 30})
        assert guess.usage(bounded) == Usage(100, 30)
