"""A model folder served by a vLLM child process: many times faster than in this process, if there is a GPU.

    first request ──▶ `vllm serve FOLDER` on a free port of the loopback address ──▶ HttpChat ──▶ replies

It has the key of its own run (in the environment, not on the command line), serves one kardia process, and ends with
it. Requests are prepared as `local` does: told not to think, shortened to the context, greedy unless they say
otherwise.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kardia_cli.chat.http import HttpChat
from kardia_cli.chat.local.backend import Weights
from kardia_cli.chat.local.batch import token_limit
from kardia_cli.chat.local.chat_template import encode, fit, fold_system
from kardia_cli.chat.special_tokens import ends_of
from kardia_cli.chat.vllm.process import VllmProcess, executable, servable
from kardia_cli.errors import CallFailed
from kardia_cli.rows.request import Reply, Request
from kardia_cli.weights.fingerprint import tokenizer_source

PATIENCE = 15 * 60.0
"""Seconds that the child may take to load the model."""
STARTS = 2
"""A child that died in the middle of a run is started again once."""


def can_serve(folder: Path | None = None) -> bool:
    """Return True if vLLM is installed, sees a GPU and can serve this folder; imports no torch."""
    installed = importlib.util.find_spec("vllm") is not None and executable() is not None
    return installed and _gpu_visible() and (folder is None or servable(folder))


def _gpu_visible() -> bool:
    if os.environ.get("CUDA_VISIBLE_DEVICES", "all").strip() in ("", "-1"):
        return False
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


@dataclass(frozen=True, slots=True)
class _Server:
    """A child that answers, with its client, tokenizer and context size."""

    process: VllmProcess
    http: HttpChat
    tokenizer: Any
    context: int | None

    def prepared(self, request: Request) -> Request:
        """Return the request as the same folder would be asked in this process."""
        sampling: dict[str, Any] = {name: value for name, value in request.sampling.items() if value is not None}
        extra = {"chat_template_kwargs": {"enable_thinking": False}, **sampling.get("extra_body", {})}
        limit, messages = token_limit(request), request.messages
        if self.context is not None:
            limit = min(limit, self.context - 1)
            room = self.context - limit
            if _may_exceed(request, room):
                messages, _ = fit(self.tokenizer, messages, room)
                if len(encode(self.tokenizer, messages)) > room:
                    extra["truncate_prompt_tokens"] = room
        sampling = {"temperature": 0.0, **sampling, "max_tokens": limit, "extra_body": extra}
        return replace(request, messages=fold_system(self.tokenizer, messages), sampling=sampling)


class VllmChat(Weights):
    """A `Backend` over a model folder (or an adapter folder) or a hub model's name, served by a child of this process.

    `name` is the folder or name as given, `hash` the same as `LocalChat`'s. `say` is told once that the child starts
    and where its log is.
    """

    def __init__(
        self,
        folder: Path | str,
        say: Callable[[str], None] = lambda text: None,
        revision: str = "",
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(folder, revision)
        self._say, self._patience = say, patience
        self._starting: asyncio.Task[_Server] | None = None
        self._starts = 0

    async def prepare(self) -> None:
        """Start the child, before any call is timed."""
        await self._server()

    async def complete(self, request: Request) -> Reply:
        """Ask the child, which is started by the first request."""
        server = await self._server()
        try:
            return await server.http.complete(server.prepared(request))
        except CallFailed as failed:
            if failed.why == "connection" and not server.process.alive:
                said = server.process.last_words(1)
                raise CallFailed("connection", f"vLLM ended ({said}); its log: {server.process.log}") from failed
            raise

    async def aclose(self) -> None:
        """End the child; it is gone when this returns."""
        if self._starting is None:
            return
        self._starting.cancel()
        (server,) = await asyncio.gather(self._starting, return_exceptions=True)
        self._starting = None
        if isinstance(server, _Server):
            await _end(server)
            if self._starts == 1:
                server.process.log.unlink(missing_ok=True)

    async def _server(self) -> _Server:
        """Return the running child; all callers share one start, and a cancelled one does not stop it."""
        if self._starting is None or _has_died(self._starting):
            if self._starting is not None:
                await self._bury(self._starting.result())
            if self._starting is None or _has_died(self._starting):
                self._starts += 1
                self._starting = asyncio.create_task(self._start())
        return await asyncio.shield(self._starting)

    async def _bury(self, dead: _Server) -> None:
        if self._starts >= STARTS:
            raise dead.process.failure(f"ended {self._starts} times while it served {self.name}")
        await _end(dead)

    async def _start(self) -> _Server:
        process = await asyncio.to_thread(self._spawn)
        again = "" if self._starts == 1 else " again"
        self._say(f"starting vLLM{again} for {self.name}, which takes a minute or more; its log: {process.log}")
        try:
            tokenizer, context = await asyncio.gather(
                asyncio.to_thread(_tokenizer, self.folder), process.ready(self._patience)
            )
        except BaseException:
            await process.stop()
            raise
        ends = ends_of(tokenizer)
        return _Server(process, HttpChat(process.name, process.base, process.key, self._say, ends), tokenizer, context)

    def _spawn(self) -> VllmProcess:
        return VllmProcess(self.folder, name=self.folder.resolve().name, key=secrets.token_hex(16))


def _has_died(starting: asyncio.Task[_Server]) -> bool:
    """Return True if a child that answered once is gone; one that never did has raised its `ProviderError`."""
    failed = not starting.done() or starting.cancelled() or starting.exception() is not None
    return not failed and not starting.result().process.alive


async def _end(server: _Server) -> None:
    await server.http.aclose()
    await server.process.stop()


def _may_exceed(request: Request, tokens: int) -> bool:
    """Return True if a prompt could have more tokens than this: a token has a byte at least, a message some markers."""
    size = sum(len(message["content"].encode()) + 32 for message in request.messages)
    return size + 64 > tokens


def _tokenizer(folder: Path) -> Any:
    from transformers import AutoTokenizer

    source, revision = tokenizer_source(folder)
    return AutoTokenizer.from_pretrained(source, revision=revision or "main")
