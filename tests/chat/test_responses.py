"""Reading what an endpoint answers: errors by status and words, waits by header, replies by shape."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import orjson
import pytest

from kardia_cli.chat import responses
from kardia_cli.errors import CallFailed, KardiaError, ProviderError
from kardia_cli.rows.request import Quota, Reply, Usage


def classified(status: int, said: str = "no", **headers: str) -> KardiaError | Reply:
    return responses.classify(status, headers, orjson.dumps({"error": {"message": said}}), "http://x/v1", "m")


@pytest.mark.parametrize(
    ("status", "why"),
    [(400, "invalid"), (413, "invalid"), (422, "invalid"), (429, "rate_limit"), (408, "server"), (409, "server"),
     (425, "server"), (500, "server"), (502, "server"), (503, "server"), (529, "server")],
)  # fmt: skip
def test_a_status_that_tells_about_this_call_is_its_typed_failure(status: int, why: str) -> None:
    error = classified(status)
    assert isinstance(error, CallFailed)
    assert error.why == why


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_a_status_that_tells_about_all_calls_ends_the_run_with_a_remedy(status: int) -> None:
    error = classified(status)
    assert isinstance(error, ProviderError)
    assert error.remedy


def test_a_429_for_want_of_money_ends_the_run_and_one_that_names_a_wait_does_not() -> None:
    said = "You exceeded your current quota, please check your plan and billing details."
    assert isinstance(classified(429, f"insufficient_quota: {said}"), ProviderError)
    assert isinstance(classified(429, said), ProviderError)
    told = classified(429, said, **{"Retry-After": "30"})  # Gemini's words for its limit per minute
    assert isinstance(told, CallFailed)
    assert (told.why, told.retry_after) == ("rate_limit", 30.0)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Rate limit reached: Limit 10000, Used 8554, Requested 3082. Please try again in 9.816s. Visit x", 9.816),
        ("Please try again in 120ms.", 0.12),
        ("your plan and billing details. Please retry in 45.5s.", 45.5),
        ("slow down", None),
    ],
)
def test_a_429_may_tell_its_wait_in_words(said: str, seconds: float | None) -> None:
    error = classified(429, said)
    assert isinstance(error, CallFailed)
    assert error.retry_after == (seconds if seconds is None else pytest.approx(seconds))


def test_a_request_that_is_larger_than_a_whole_minute_allows_is_invalid_and_not_waited_for() -> None:
    error = classified(429, "Request too large for m on tokens per min (TPM): Limit 1000, Requested 2000")
    assert isinstance(error, CallFailed)
    assert error.why == "invalid"


@pytest.mark.parametrize("words", ["content_filter", "content management policy", "content_policy_violation"])
def test_a_filtered_400_is_a_reply_that_was_filtered(words: str) -> None:
    assert classified(400, words) == Reply("", finish_reason="content_filter")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"error": {"message": "bad", "code": "no_model"}}', "no_model: bad"),
        (b'{"error": {"message": "bad", "type": "t", "code": 7}}', "bad"),
        (b'{"error": "bad"}', "bad"),
        (b"<html>\n  busy\n</html>", "<html> busy </html>"),
        (b"[1, 2]", "[1, 2]"),
        (b"\xff", "�"),
        (b"x" * 500, "x" * 200),
    ],
)
def test_the_message_of_an_error_is_short_and_on_one_line(body: bytes, shown: str) -> None:
    assert responses.message_of(body) == shown


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "99999999"}, responses.LONGEST_WAIT),
        ({"Retry-After": "soon"}, None),
        ({"retry-after-ms": "250", "Retry-After": "9"}, 0.25),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1s"}, 1.0),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s"}, 360.0),
        ({"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "1s"}, None),
    ],
)
def test_the_wait_that_an_answer_asks_for_is_read_from_each_of_its_headers(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert responses.retry_after_of(headers) == seconds


def test_the_wait_may_be_told_as_a_date() -> None:
    told = responses.retry_after_of({"Retry-After": formatdate(time.time() + 100, usegmt=True)})
    assert told is not None
    assert 90 < told <= 100
    assert responses.retry_after_of({"Retry-After": formatdate(time.time() - 100, usegmt=True)}) == 0.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360.0),
        ("120ms", 0.12),
        ("2m3s", 123.0),
        ("2h2m3s", responses.LONGEST_WAIT),
        ("1.5", 1.5),
        ("7.66s", 7.66),
        ("", 0.0),
        (None, 0.0),
        ("?", 0.0),
    ],
)
def test_spans_of_time_are_read_as_providers_write_them(text: str | None, seconds: float) -> None:
    assert responses.read_duration(text) == pytest.approx(seconds)


def test_what_is_left_is_read_from_the_headers_and_nothing_is_made_up() -> None:
    assert responses.read_quota({}) is None
    assert responses.read_quota({"x-ratelimit-remaining-requests": "many"}) == Quota()
    headers = {"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "2s"}
    assert responses.read_quota(headers) == Quota(requests=3, requests_reset=2.0)


@pytest.mark.parametrize(
    ("text", "answer", "thinking"),
    [
        ("<think>a</think>\n\nb", "b", "a"),
        ("  <think>\na\n</think>b", "b", "a"),
        ("a</think>b", "b", "a"),
        ("<think></think>b", "b", ""),
        ("<think>cut", "<think>cut", ""),
        ("b", "b", ""),
    ],
)
def test_thinking_is_told_from_the_answer(text: str, answer: str, thinking: str) -> None:
    assert responses.split_thinking(text) == (answer, thinking)


def reply(message: dict[str, Any], finish: str | None = "stop", **answer: Any) -> Reply:
    return responses.read_reply(orjson.dumps({"choices": [{"message": message, "finish_reason": finish}], **answer}))


def test_a_reply_is_read_whatever_is_missing_beside_its_text() -> None:
    assert reply({"content": "a"}, None) == Reply("a")
    assert reply({"content": None}) == Reply("")
    assert reply({"content": "a"}, usage=None) == Reply("a")
    assert reply({"content": "a"}, usage={"prompt_tokens": 1, "completion_tokens": None}) == Reply(
        "a", usage=Usage(1, 0)
    )
    assert reply({"content": "a"}, "tool_calls") == Reply("a")
    assert reply({"content": "", "refusal": "no"}).finish_reason == "refusal"


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"choices": null}', b'{"choices": [{}]}', b"\xff\xfe"])
def test_a_body_that_is_no_completion_is_a_failure_of_the_server(body: bytes) -> None:
    with pytest.raises(CallFailed) as caught:
        responses.read_reply(body)
    assert caught.value.why == "server"
