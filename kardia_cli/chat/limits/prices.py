"""Prices of calls: from the user's file, else from LiteLLM's table; an unknown price is None, never 0.

A user's prices are USD per million tokens, in the --config file:

    [prices."hosted_vllm/Qwen/Qwen2.5-7B-Instruct"]
    input = 0.10
    output = 0.30

or `price = {input = 0.10, output = 0.30}` in a [models.NAME] table.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kardia_cli.chat.names import ModelSpec, litellm_prices
from kardia_cli.errors import UsageError
from kardia_cli.rows.request import Request, Usage

_MILLION = 1e6
_KEYS = ("input", "output", "cached_input")
_LOCAL_PROVIDERS = (
    "ollama",
    "ollama_chat",
    "hosted_vllm",
    "vllm",
    "lm_studio",
    "llamafile",
    "xinference",
    "docker_model_runner",
)
FIRST_GUESS = 1024
"""Completion tokens that a call is taken to need before any was seen, where max_tokens does not say."""


@dataclass(frozen=True, slots=True)
class Price:
    """USD per token."""

    input: float
    output: float
    cached_input: float

    def cost(self, usage: Usage) -> float:
        """Return the USD of one call."""
        fresh = max(0, usage.prompt_tokens - usage.cached_tokens)
        return fresh * self.input + usage.cached_tokens * self.cached_input + usage.completion_tokens * self.output


def find_price(spec: ModelSpec, given: Mapping[str, Any]) -> Price | None:
    """Return the price of a model, or None if it is not known. Raises `UsageError` for a price that cannot be read."""
    for name in (spec.given, f"{spec.provider}/{spec.model}", spec.model):
        if name in given:
            return _of_user(name, given[name])
    if spec.price is not None:
        return _of_user(spec.given, spec.price)
    if spec.kind not in ("http", "lite") or (spec.base and is_private_address(spec.base)):
        return None
    table = litellm_prices()
    names = [spec.given, f"{spec.provider}/{spec.model}", spec.model]
    bare = spec.model.removeprefix(f"{spec.provider}/")  # so the table has the models of Anthropic, Bedrock, Cohere …
    if str(table.get(bare, {}).get("litellm_provider")).startswith(spec.provider or "-"):
        names.append(bare)
    for name in names:
        entry = table.get(name, {})
        if "input_cost_per_token" in entry and "output_cost_per_token" in entry:
            cost = float(entry["input_cost_per_token"])
            cached = float(entry.get("cache_read_input_token_cost") or cost)
            return Price(cost, float(entry["output_cost_per_token"]), cached)
    return None


def _of_user(name: str, table: Any) -> Price:
    remedy = 'e.g. [prices."NAME"] with input = 0.15 and output = 0.60, USD per million tokens'
    if not isinstance(table, Mapping) or not {"input", "output"} <= set(table) or not set(table) <= set(_KEYS):
        raise UsageError(f"the price of {name!r} needs `input` and `output`", remedy)
    try:
        values = {key: float(value) / _MILLION for key, value in table.items()}
    except (TypeError, ValueError):
        raise UsageError(f"the price of {name!r} is no number", remedy) from None
    if min(values.values()) < 0:
        raise UsageError(f"the price of {name!r} is below 0", remedy)
    return Price(values["input"], values["output"], values.get("cached_input", values["input"]))


def is_private_address(base: str) -> bool:
    """Return True for an address on this machine or in a private network, where no provider sends a bill."""
    host = urlsplit(base).hostname or ""
    if host == "localhost" or host.endswith((".local", ".localhost", ".internal")):
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host


def is_loopback(base: str) -> bool:
    """Return True for an address on this machine, so that nothing travels over a network."""
    host = urlsplit(base).hostname or ""
    try:
        return host == "localhost" or host.endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def may_cost(spec: ModelSpec) -> bool:
    """Return True if calls to a model are paid for, as far as its name tells."""
    if spec.kind == "lite":
        return spec.provider not in _LOCAL_PROVIDERS
    return spec.kind == "http" and not is_private_address(spec.base or "")


class UsageEstimate:
    """An upper estimate of a call's tokens: what the request allows, else the largest reply so far."""

    def __init__(self) -> None:
        self._largest = 0

    def learn(self, usage: Usage) -> None:
        """Learn from a reply."""
        self._largest = max(self._largest, usage.completion_tokens)

    def usage(self, request: Request) -> Usage:
        """Return tokens to set money aside for: a prompt's at 3 characters each, a reply's at the most allowed."""
        prompt = sum(len(message["content"]) for message in request.messages) // 3
        allowed = request.sampling.get("max_tokens") or request.sampling.get("max_completion_tokens")
        return Usage(prompt, int(allowed or self._largest * 5 // 4 or FIRST_GUESS))
