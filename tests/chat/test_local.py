"""A model folder as a backend: alone or in a batch, greedy or drawn, short or too long."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from small_rows import rows

from kardia_cli.chat.local import LocalChat, fold_system, folder_hash
from kardia_cli.chat.request import Reply, Request
from kardia_cli.errors import ProviderError
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


def test_the_hash_is_of_weights_and_tokenizer_only(folder: Path) -> None:
    before = LocalChat(folder).hash
    (folder / "notes.md").write_text("mine")
    assert folder_hash(folder) == before
    assert len(before) == 16
    template = folder / "chat_template.jinja"
    text = template.read_text()
    template.write_text(text + " ")
    assert folder_hash(folder) != before
    template.write_text(text)


def test_a_template_without_a_system_role_gets_it_with_the_first_user_turn(folder: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}]
    assert fold_system(tokenizer, messages) == messages
    strict = AutoTokenizer.from_pretrained(folder)
    refusal = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    strict.chat_template = refusal + tokenizer.chat_template
    assert fold_system(strict, messages) == [{"role": "user", "content": "Be kind.\n\nHello"}]
