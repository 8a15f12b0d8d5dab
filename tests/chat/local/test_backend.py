"""A model folder as a backend: alone or in a batch, greedy or drawn, short or too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_rows import rows

from kardia_cli.chat.local import batch
from kardia_cli.chat.local.backend import LocalChat, Waiting, together
from kardia_cli.chat.local.chat_template import fold_system
from kardia_cli.errors import ProviderError
from kardia_cli.rows.request import Reply, Request
from kardia_cli.training import tiny

PROMPTS = [
    "I cannot sleep.",
    "The exam is near, my stomach is in knots, and nobody asks how I am.",
    "Hello",
    "Tell me more",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(rows(), tmp_path_factory.mktemp("model"), seed=3)


def request(text: str, seed: int = 0, **sampling: float) -> Request:
    return Request([{"role": "user", "content": text}], "test", sampling={"max_tokens": 12, **sampling}, seed=seed)


def answers(folder: Path, requests: list[Request], batch_size: int = 32) -> list[Reply]:
    async def ask() -> list[Reply]:
        chat = LocalChat(folder, batch_size)
        try:
            return list(await asyncio.gather(*(chat.complete(item) for item in requests)))
        finally:
            await chat.aclose()

    return asyncio.run(ask())


def test_a_greedy_reply_is_the_same_alone_and_in_a_batch(folder: Path) -> None:
    requests = [request(text) for text in PROMPTS]
    together = answers(folder, requests)
    assert together == answers(folder, requests, batch_size=1)
    assert len({reply.text for reply in together}) > 1


def test_a_drawn_reply_depends_on_its_seed_and_not_on_its_neighbours(folder: Path) -> None:
    requests = [request(text, seed=at, temperature=1.0) for at, text in enumerate(PROMPTS)]
    together = answers(folder, requests)
    assert answers(folder, [requests[2]]) == [together[2]]
    assert answers(folder, list(reversed(requests)))[1] == together[2]
    assert answers(folder, [replace(requests[2], seed=99)]) != [together[2]]


def test_a_greedy_and_a_drawn_request_share_a_batch(folder: Path) -> None:
    greedy, drawn = answers(folder, [request("Hello"), request("Hello", seed=5, temperature=1.0)])
    assert greedy == answers(folder, [request("Hello")])[0]
    assert drawn.text != greedy.text


def test_a_tiny_nucleus_leaves_only_the_best_token(folder: Path) -> None:
    narrow = answers(folder, [request("Hello", seed=5, temperature=1.0, top_p=1e-6)])
    assert narrow == answers(folder, [request("Hello")])


def test_draws_follow_the_models_probabilities(folder: Path) -> None:
    """At a low temperature the greedy reply is drawn nearly always, at a high one seldom."""
    best = answers(folder, [request("Hello", max_tokens=4)])[0].text
    cold = answers(folder, [request("Hello", seed=at, temperature=0.01, max_tokens=4) for at in range(20)])
    hot = answers(folder, [request("Hello", seed=at, temperature=50.0, max_tokens=4) for at in range(20)])
    assert sum(reply.text == best for reply in cold) >= 15
    assert sum(reply.text == best for reply in hot) <= 5


def test_each_request_keeps_its_own_limit(folder: Path) -> None:
    short, long = answers(folder, [request("Hello", max_tokens=3), request("Hello", max_tokens=9)])
    assert (short.usage.completion_tokens, short.finish_reason) == (3, "length")
    assert long.usage.completion_tokens == 9
    assert long.text.startswith(short.text)


def test_replies_of_a_mixed_crowd_are_what_each_is_alone(folder: Path) -> None:
    """Long and short prompts and limits, greedy and drawn: rows leave the batch at different times."""
    crowd = [
        request(PROMPTS[at % 4] * (1 + at % 3 * 5), seed=at, temperature=at % 2, max_tokens=(2, 9, 30, 31, 60)[at % 5])
        for at in range(20)
    ]
    alone = [answers(folder, [item])[0] for item in crowd[:6]]
    assert answers(folder, crowd, batch_size=8)[:6] == alone


def test_without_a_limit_a_reply_has_the_default_one(folder: Path) -> None:
    (reply,) = answers(folder, [replace(request("Hello"), sampling={"max_tokens": None, "top_p": None})])
    assert 12 < reply.usage.completion_tokens <= 256


def test_a_short_reply_does_not_wait_for_its_long_neighbour(folder: Path) -> None:
    async def ask() -> tuple[bool, bool]:
        chat = LocalChat(folder)
        short = asyncio.create_task(chat.complete(request("Hello", max_tokens=2)))
        long = asyncio.create_task(chat.complete(request("Hello", seed=1, temperature=20.0, max_tokens=1500)))
        try:
            await short
            return short.done(), long.done()
        finally:
            long.cancel()
            await chat.aclose()

    assert asyncio.run(ask()) == (True, False)


def test_closing_gives_up_what_is_being_generated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = 0

    class Counting(batch._Stop):
        def __call__(self, ids: Any, scores: Any, **more: Any) -> Any:
            nonlocal tokens
            tokens += 1
            return super().__call__(ids, scores, **more)

    async def ask() -> None:
        chat = LocalChat(folder)
        long = asyncio.create_task(chat.complete(request("Hello", seed=1, temperature=20.0, max_tokens=1900)))
        await chat.complete(request("Hello", max_tokens=1))
        await chat.aclose()
        with pytest.raises(asyncio.CancelledError):
            await long

    monkeypatch.setattr(batch, "_Stop", Counting)
    asyncio.run(ask())
    assert tokens < 400  # 885 where nothing gives it up


class Small:
    """Stands for a model on a GPU that has no room for more than four rows."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def generate(self, requests: list[Request], wanted: Callable[[int], bool]) -> Iterator[tuple[int, Reply]]:
        self.batches.append(len(requests))
        if len(requests) > 4:
            raise OutOfMemoryError("no room")
        yield from ((at, Reply(item.messages[0]["content"])) for at, item in enumerate(requests))


class OutOfMemoryError(RuntimeError):
    """Named as torch's own, which is told by its name."""


def test_a_batch_that_does_not_fit_is_tried_in_halves(folder: Path) -> None:
    async def ask(small: Small) -> list[Reply]:
        chat = LocalChat(folder, batch_size=10)
        chat.__dict__["_loaded"] = small
        try:
            return list(await asyncio.gather(*(chat.complete(request(str(at))) for at in range(10))))
        finally:
            await chat.aclose()

    small = Small()
    assert [reply.text for reply in asyncio.run(ask(small))] == [str(at) for at in range(10)]
    assert small.batches == [10, 5, 3, 3, 3, 1]


def crowd(*prompts_and_limits: tuple[int, int]) -> list[Waiting]:
    loop = asyncio.new_event_loop()
    made = [Waiting(request("x" * size, max_tokens=limit), loop.create_future()) for size, limit in prompts_and_limits]
    loop.close()
    return made


def test_those_of_like_prompt_and_limit_are_taken_together() -> None:
    waiting = crowd((100, 9), (900, 9), (110, 9), (100, 200), (100, 9))
    taken, left = together(waiting, 3)
    assert taken == [waiting[0], waiting[3], waiting[4]]
    assert left == [waiting[1], waiting[2]]


def test_the_oldest_is_always_taken_so_nobody_starves() -> None:
    odd, *like = crowd((5000, 900), *[(100, 9)] * 20)
    assert odd in together([odd, *like], 4)[0]


def test_where_all_fit_all_are_taken_in_order() -> None:
    waiting = crowd((9, 9), (900, 9), (9, 9))
    assert together(waiting, 3) == (waiting, [])


def test_a_prompt_longer_than_the_context_loses_its_oldest_turns(folder: Path) -> None:
    system = {"role": "system", "content": "Be kind."}
    old = [{"role": role, "content": "x y z " * 1500} for role in ("user", "assistant")]
    last = {"role": "user", "content": "Hello"}
    long = replace(request("Hello"), messages=[system, *old, last])
    short = replace(request("Hello"), messages=[system, last])
    assert answers(folder, [long]) == answers(folder, [short])


def test_a_last_turn_longer_than_the_context_is_still_answered(folder: Path) -> None:
    (reply,) = answers(folder, [request("x y z " * 3000)])
    assert reply.usage.prompt_tokens + 12 == tiny.CONTEXT


def test_a_folder_without_a_model_ends_the_run_for_all_that_wait(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match="no model can be loaded"):
        answers(tmp_path, [request("a"), request("b")])


def test_a_caller_that_gives_up_leaves_the_others_alone(folder: Path) -> None:
    async def ask() -> Reply:
        chat = LocalChat(folder)
        impatient = asyncio.create_task(chat.complete(request("Hello")))
        patient = asyncio.create_task(chat.complete(request("Hello")))
        await asyncio.sleep(0)
        impatient.cancel()
        try:
            return await patient
        finally:
            await chat.aclose()

    assert asyncio.run(ask()) == answers(folder, [request("Hello")])[0]


def test_a_template_without_a_system_role_gets_it_with_the_first_user_turn(folder: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}]
    assert fold_system(tokenizer, messages) == messages
    strict = AutoTokenizer.from_pretrained(folder)
    refusal = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    strict.chat_template = refusal + tokenizer.chat_template
    assert fold_system(strict, messages) == [{"role": "user", "content": "Be kind.\n\nHello"}]
