"""A server that nobody here wrote: `transformers serve` with the tiny model, asked through the Gateway.

The model learns eight answers by heart first: an untrained one never ends, and a reply cut at its limit is a failure.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_rows import rows

from kardia_cli.chat.gateway import CallSettings, Gateway
from kardia_cli.chat.local.backend import LocalChat
from kardia_cli.chat.local.chat_template import encode
from kardia_cli.rows.request import Reply, Request
from kardia_cli.training import tiny

NEEDED = ("transformers", "fastapi", "uvicorn", "openai")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"`transformers serve` needs {MISSING}")


QUESTIONS = [f"Day {day}: I cannot sleep." for day in range(8)]


def answer_to(question: str) -> str:
    return f"{question.split(':')[0]} sounds long. Tell me more."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tiny.build(rows(), tmp_path_factory.mktemp("model"), seed=3)
    learn_by_heart(folder)
    return folder


def learn_by_heart(folder: Path) -> None:
    """Train the model in place until it gives the answers."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    samples = []
    for question in QUESTIONS:
        prompt = encode(tokenizer, [{"role": "user", "content": question}])
        answer = tokenizer(answer_to(question) + tokenizer.eos_token)["input_ids"]
        samples.append(([*prompt, *answer], [*[-100] * len(prompt), *answer]))
    width = max(len(ids) for ids, _ in samples)
    ids = torch.tensor([[*ids, *[0] * (width - len(ids))] for ids, _ in samples])
    labels = torch.tensor([[*labels, *[-100] * (width - len(labels))] for _, labels in samples])
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(80):
        loss = model(input_ids=ids, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.save_pretrained(folder)


@pytest.fixture(scope="module")
def base(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server; its hub cache is empty and the network is off."""
    home = tmp_path_factory.mktemp("home")
    (home / "hub").mkdir()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(folder)]
    flags = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with (home / "log").open("wb") as log:
        environment = {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
        server = subprocess.Popen([*command, *flags], stdout=log, stderr=log, env=environment)
    try:
        wait_until_healthy(server, f"http://127.0.0.1:{port}/health", home / "log")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill()
        server.wait()


def wait_until_healthy(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + 120
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"transformers serve did not start:\n{log.read_text()[-2000:]}")


def requests() -> list[Request]:
    sampling = {"temperature": 0.0, "max_tokens": 60}
    return [Request([{"role": "user", "content": text}], "test", sampling=sampling) for text in QUESTIONS]


def served(folder: Path, base: str) -> list[Reply]:
    async def ask() -> list[Reply]:
        gateway = Gateway(CallSettings(api_base=base, use_ledger=False))
        try:
            chat = gateway.chat(f"openai/{folder}")
            return list(await asyncio.gather(*(chat.ask(request) for request in requests())))
        finally:
            await gateway.aclose()

    return asyncio.run(ask())


def in_this_process(folder: Path) -> list[Reply]:
    async def ask() -> list[Reply]:
        chat = LocalChat(folder)
        try:
            return list(await asyncio.gather(*(chat.complete(request) for request in requests())))
        finally:
            await chat.aclose()

    return asyncio.run(ask())


def test_eight_calls_at_once_have_their_text_and_usage(folder: Path, base: str) -> None:
    replies = served(folder, base)
    assert [reply.text for reply in replies] == [answer_to(question) for question in QUESTIONS]
    assert all(reply.usage.prompt_tokens > 0 and reply.usage.completion_tokens > 0 for reply in replies)


def test_a_greedy_reply_is_the_one_of_this_process(folder: Path, base: str) -> None:
    there, here = served(folder, base), in_this_process(folder)
    assert [reply.text for reply in there] == [reply.text for reply in here]
    assert [reply.finish_reason for reply in there] == [reply.finish_reason for reply in here]
    assert [reply.usage for reply in there] == [reply.usage for reply in here]
