"""A model folder as a chat backend, in this process.

    requests that wait ──▶ the oldest and those of like length ──▶ one batch in a worker thread ──▶ each reply when done

Loads on first use, on the GPU where there is one. A model's own generation defaults (penalties, temperatures) are not
used: only what the request says. Where vLLM is installed, `vllm/child` serves the folder instead, much faster.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from kardia_cli.chat.local.batch import token_limit
from kardia_cli.chat.local.generate import Loaded
from kardia_cli.errors import ProviderError
from kardia_cli.rows.request import Reply, Request
from kardia_cli.weights.fingerprint import folder_hash


def fetch(name: str, revision: str = "") -> Path:
    """Return the folder of a hub model at this revision, downloaded if needed; `ProviderError` if that fails."""
    from huggingface_hub import snapshot_download

    patterns = ["*.json", "*.safetensors", "*.jinja", "*.txt", "*.model"]
    try:
        return Path(snapshot_download(name, revision=revision or None, allow_patterns=patterns))
    except Exception as error:
        remedy = "check the name, the network and HF_TOKEN"
        raise ProviderError(f"the hub does not give {name}: {error}", remedy) from error


class Waiting(NamedTuple):
    """A request and the caller's side of its reply."""

    request: Request
    reply: asyncio.Future[Reply]

    @property
    def characters(self) -> int:
        """Length of the prompt, roughly in step with its tokens."""
        return sum(len(message["content"]) for message in self.request.messages)


class Weights:
    """A model folder, or a hub model by its name, with the hash of all that makes it this model."""

    def __init__(self, given: Path | str, revision: str = "") -> None:
        self.name = str(given)
        self._given, self._revision = given, revision

    @cached_property
    def folder(self) -> Path:
        """The folder of the weights; a hub model is fetched on first use."""
        return self._given if isinstance(self._given, Path) else fetch(self._given, self._revision)

    @cached_property
    def hash(self) -> str:
        """16 hex digits, see `folder_hash`."""
        return folder_hash(self.folder)


class LocalChat(Weights):
    """A `Backend` over a model folder (or an adapter folder, whose base is loaded under it), or a hub model's name.

    `name` is the folder or name as given, `hash` 16 hex digits over all that makes it this model.
    """

    def __init__(self, folder: Path | str, batch_size: int = 32, revision: str = "") -> None:
        super().__init__(folder, revision)
        self._batch_size = batch_size
        self._waiting: list[Waiting] = []
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="local-model")
        self._serving: asyncio.Task[None] | None = None
        self._batch: list[Waiting] = []

    async def complete(self, request: Request) -> Reply:
        """Generate one reply; requests that wait at the same time share a batch."""
        waiting = Waiting(request, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        return await waiting.reply

    async def aclose(self) -> None:
        """Give up what is being generated (within a token's time), stop the worker and let go of the weights."""
        for item in (*self._waiting, *self._batch):
            item.reply.cancel()
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
        await asyncio.to_thread(self._worker.shutdown)
        self.__dict__.pop("_loaded", None)

    async def _serve(self) -> None:
        while self._waiting:
            await self._settle()
            self._waiting = [item for item in self._waiting if not item.reply.done()]
            self._batch, self._waiting = together(self._waiting, self._batch_size)
            if self._batch:
                await self._answer(self._batch)

    async def _settle(self) -> None:
        """Yield to other tasks until no more requests arrive or a batch is full."""
        seen = -1
        while seen < len(self._waiting) < self._batch_size:
            seen = len(self._waiting)
            for _ in range(3):
                await asyncio.sleep(0)

    async def _answer(self, batch: list[Waiting]) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._worker, self._generate, batch, loop)
        except Exception as error:  # noqa: BLE001 (whatever it is, it belongs to those who wait)
            unanswered = [item for item in batch if not item.reply.done()]
            if _out_of_memory(error) and len(unanswered) > 1:
                self._batch_size = (len(batch) + 1) // 2
                self._waiting = unanswered + self._waiting
                return
            for item in unanswered:
                item.reply.set_exception(error)

    def _generate(self, batch: list[Waiting], loop: asyncio.AbstractEventLoop) -> None:
        """Generate a batch in the worker thread; each reply is given out when it is done, the other rows go on."""
        requests = [item.request for item in batch]
        for at, reply in self._loaded.generate(requests, wanted=lambda at: not batch[at].reply.done()):
            loop.call_soon_threadsafe(_settle_with, batch[at].reply, reply)

    @cached_property
    def _loaded(self) -> Loaded:
        return Loaded(self.folder)


def together(waiting: Sequence[Waiting], size: int) -> tuple[list[Waiting], list[Waiting]]:
    """Take a batch out of those who wait (oldest first): the oldest, and the nearest to it in prompt, then in limit.

    Padding and long neighbours cost most, so like goes with like; the oldest is always in, so no request starves.
    """
    if len(waiting) <= size:
        return list(waiting), []
    first = waiting[0]

    def distance(at: int) -> tuple[int, int, int]:
        item = waiting[at]
        limits = abs(token_limit(item.request) - token_limit(first.request))
        return abs(item.characters - first.characters), limits, at

    taken = set(sorted(range(len(waiting)), key=distance)[:size])
    return [waiting[at] for at in sorted(taken)], [item for at, item in enumerate(waiting) if at not in taken]


def _out_of_memory(error: Exception) -> bool:
    """Return True if a GPU had no room for the batch; told by name, because torch may not be installed."""
    return type(error).__name__ == "OutOfMemoryError"


def _settle_with(future: asyncio.Future[Reply], reply: Reply) -> None:
    if not future.done():
        future.set_result(reply)
