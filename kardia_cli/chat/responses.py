"""Responses of OpenAI-compatible endpoints: completions, errors, and what is left of the rate limit."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from kardia_cli.errors import CallFailed, KardiaError, ProviderError
from kardia_cli.rows.request import Finish, Quota, Reply, Usage

_THINK = re.compile(r"^\s*(?:<think>)?(.*?)</think>\s*", re.DOTALL)
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_WORDS = re.compile(r"(?:retry|try again) in (\d[\w.]*)")
_FILTERED = ("content_filter", "content_policy", "content management policy")
LONGEST_WAIT = 3600.0


def read_reply(body: bytes, left: Quota | None = None) -> Reply:
    """Return a chat completion as a reply; raises `CallFailed` (server) if the body is none."""
    try:
        answer = orjson.loads(body)
        choice = answer["choices"][0]
        message = choice["message"]
        finish, text, thinking = read_choice(choice.get("finish_reason"), message)
        return Reply(
            text, finish_reason=finish, usage=read_usage(answer.get("usage") or {}), cost=_cost(answer.get("usage")),
            thinking=thinking, logprobs=read_logprobs(choice.get("logprobs")), quota=left,
        )  # fmt: skip
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise CallFailed("server", "the endpoint's answer is no chat completion") from None


def read_choice(finish: str | None, message: Mapping[str, Any]) -> tuple[Finish, str, str]:
    """Return the finish reason, the text, and the thinking that was in it or beside it."""
    if message.get("refusal"):
        return "refusal", str(message["refusal"]), ""
    text = message.get("content") or ""
    if not isinstance(text, str):
        raise TypeError("content is no text")
    thinking = message.get("reasoning_content") or message.get("reasoning") or ""
    text, thinking = split_thinking(text, thinking if isinstance(thinking, str) else "")
    if finish in ("length", "max_tokens"):
        return "length", text, thinking
    return ("content_filter" if finish == "content_filter" else "stop"), text, thinking


def split_thinking(text: str, thinking: str = "") -> tuple[str, str]:
    """Return the answer and the <think> block before it (some templates give the opening mark in the prompt)."""
    thought = _THINK.match(text) if "</think>" in text else None
    if thought is None:
        return text, thinking
    return text[thought.end() :], thinking or thought[1].strip()


def read_usage(used: Mapping[str, Any]) -> Usage:
    """Return the tokens of a completion's `usage`."""
    details = used.get("prompt_tokens_details") or {}
    return Usage(
        int(used.get("prompt_tokens") or 0),
        int(used.get("completion_tokens") or 0),
        int(details.get("cached_tokens") or 0),
    )


def _cost(used: Mapping[str, Any] | None) -> float | None:
    """Return the USD that the provider itself gives for the call (OpenRouter does), or None."""
    cost = (used or {}).get("cost")
    return float(cost) if isinstance(cost, int | float) else None


def read_logprobs(given: Mapping[str, Any] | None) -> list[Any] | None:
    """Return [token, log-probability, alternatives] for each token; None if there are none."""
    content = (given or {}).get("content")
    if not content:
        return None
    return [
        [
            item["token"],
            item["logprob"],
            [[other["token"], other["logprob"]] for other in item.get("top_logprobs") or []],
        ]
        for item in content
    ]


def classify(status: int, headers: Mapping[str, str], body: bytes, base: str, model: str) -> KardiaError | Reply:
    """Return the meaning of an HTTP error: the call's failure, the run's (`ProviderError`), or a filtered reply."""
    message = message_of(body)
    lower = message.lower()
    if status in (400, 403) and any(words in lower for words in _FILTERED):
        return Reply("", finish_reason="content_filter")
    if status in (401, 403):
        return ProviderError(
            f"{base} refuses the key ({status}: {message})", "set the key in the environment or in .env"
        )
    if status == 404:
        remedy = "check the name, and --api-base (often …/v1)"
        return ProviderError(f"{base} does not know {model!r} (404: {message})", remedy)
    wait = retry_after_of(headers)
    if wait is None and status == 429:
        wait = _wait_in_words(body)
    if status == 402 or (status == 429 and ("insufficient_quota" in lower or ("billing" in lower and wait is None))):
        return ProviderError(f"{base}: no credit left ({status}: {message})", "top up, or use another model")
    if status == 429 and "request too large" not in lower:  # else a minute's tokens are fewer: no wait will do
        return CallFailed("rate_limit", message, wait)
    if status in (408, 409, 425) or status >= 500:
        return CallFailed("server", f"{status}: {message}", wait)
    return CallFailed("invalid", f"{status}: {message}")


def message_of(body: bytes) -> str:
    """Return the message of an error answer in at most 200 characters, with its code in front."""
    text = body.decode("utf-8", "replace")
    try:
        error = orjson.loads(body).get("error")
        if isinstance(error, dict) and error.get("message"):
            code = error.get("code") or error.get("type")
            text = f"{code}: {error['message']}" if isinstance(code, str) else str(error["message"])
        elif isinstance(error, str):
            text = error
    except (orjson.JSONDecodeError, AttributeError):
        pass
    return " ".join(text.split())[:200]


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an error answer asks to wait, or None.

    Retry-After (seconds or a date), else the x-ratelimit-reset of what is used up.
    """
    precise = headers.get("retry-after-ms")
    if precise is not None:
        return _number(precise, 0.001)
    given = headers.get("Retry-After")
    if given is not None:
        seconds = _number(given, 1.0)
        return seconds if seconds is not None else _until(given)
    left = read_quota(headers)
    if left is None:
        return None
    waits = [
        reset for count, reset in ((left.requests, left.requests_reset), (left.tokens, left.tokens_reset)) if count == 0
    ]
    return max(waits) if waits else None


def _wait_in_words(body: bytes) -> float | None:
    """Return the seconds of `try again in 9.8s` (OpenAI) or `retry in 45.5s` (Gemini): they send no header."""
    found = _WORDS.search(body.decode("utf-8", "replace"))
    return read_duration(found[1].rstrip(".")) if found else None


def _number(text: str, unit: float) -> float | None:
    try:
        return min(LONGEST_WAIT, max(0.0, float(text) * unit))
    except ValueError:
        return None


def _until(text: str) -> float | None:
    try:
        return min(LONGEST_WAIT, max(0.0, parsedate_to_datetime(text).timestamp() - time.time()))
    except (TypeError, ValueError):
        return None


def read_quota(headers: Mapping[str, str]) -> Quota | None:
    """Return what is left by the x-ratelimit headers; None without them."""
    requests, tokens = headers.get("x-ratelimit-remaining-requests"), headers.get("x-ratelimit-remaining-tokens")
    if requests is None and tokens is None:
        return None
    return Quota(
        _count(requests),
        _count(tokens),
        read_duration(headers.get("x-ratelimit-reset-requests")),
        read_duration(headers.get("x-ratelimit-reset-tokens")),
    )


def _count(text: str | None) -> int | None:
    try:
        return None if text is None else int(float(text))
    except ValueError:
        return None


def read_duration(text: str | None) -> float:
    """Return the seconds of `6m0s`, `120ms` or a bare number; 0 for none."""
    if not text:
        return 0.0
    seconds = _number(text, 1.0)
    if seconds is not None:
        return seconds
    return min(LONGEST_WAIT, sum(float(count) * _SECONDS[unit] for count, unit in _SPAN.findall(text)))
