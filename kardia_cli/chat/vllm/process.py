"""A `vllm serve` process: its command line, its readiness, its log and its end."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from kardia_cli.chat.local.adapter import base_folder
from kardia_cli.errors import ProviderError
from kardia_cli.weights.fingerprint import base_of, is_adapter, tokenizer_source

EXTRA_FLAGS = "KARDIA_VLLM_ARGS"
"""Environment variable with more flags for `vllm serve`, as they would be typed."""
LORA_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""The ranks that vLLM lets `--max-lora-rank` be."""
GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL when it is ended."""
_GUARD = Path(__file__).with_name("guard.py")
_REMEDY = f"{EXTRA_FLAGS} takes flags for it (--max-model-len 8192 …), or go without it by --via transformers"


def executable() -> str | None:
    """Return the path of the `vllm` command, beside this Python, else on the PATH; None for none."""
    return shutil.which("vllm", path=str(Path(sys.executable).parent)) or shutil.which("vllm")


def serve_flags(folder: Path, name: str) -> list[str]:
    """Return the flags that serve a folder under this name, an adapter folder over its base."""
    own = ["--generation-config", "vllm"]  # as in this process: only what the request says
    if not is_adapter(folder):
        return [str(folder), "--served-model-name", name, *own]
    base, revision = base_of(folder)
    base = str(base_folder(folder) or base)
    if revision:
        own += ["--revision", revision]
    if tokenizer_source(folder)[0] == str(folder):
        own += ["--tokenizer", str(folder)]
    lora = ["--enable-lora", "--lora-modules", f"{name}={folder}", "--max-lora-rank", str(_rank(folder))]
    return [base, "--served-model-name", f"{name}-base", *lora, *own]


def servable(folder: Path) -> bool:
    """Return True if vLLM can serve the folder: of adapters plain LoRA only, without trained vocabulary matrices."""
    if not is_adapter(folder):
        return True
    config = _adapter(folder)
    plain = config.get("peft_type") == "LORA" and config.get("bias", "none") == "none"
    special = ("modules_to_save", "trainable_token_indices", "use_dora", "layer_replication", "alora_invocation_tokens")
    return plain and not any(config.get(key) for key in special) and _needed_rank(config) <= LORA_RANKS[-1]


class VllmProcess:
    """A running `vllm serve` under its guard."""

    def __init__(self, folder: Path, name: str, key: str) -> None:
        self.name, self.key, self.port = name, key, _free_port()
        handle, log = tempfile.mkstemp(prefix="kardia-vllm-", suffix=".log")
        self.log = Path(log)
        where = ["--host", "127.0.0.1", "--port", str(self.port)]
        extra = shlex.split(os.environ.get(EXTRA_FLAGS, ""))
        command = [executable() or "vllm", "serve", *serve_flags(folder, name), *where, *extra]
        with os.fdopen(handle, "wb") as output:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", str(_GUARD), str(GRACE), *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={"VLLM_NO_USAGE_STATS": "1", **os.environ, "VLLM_API_KEY": key},
                start_new_session=True,
            )

    @property
    def base(self) -> str:
        """The address of its OpenAI-compatible API."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def alive(self) -> bool:
        """True while it runs."""
        return self._guard.poll() is None

    def failure(self, what: str) -> ProviderError:
        """Return the error that ends a run, with the end of the log."""
        return ProviderError(f"vLLM {what}; the end of its log, {self.log}:\n{self.last_words()}", _REMEDY)

    def last_words(self, lines: int = 12) -> str:
        """Return the last lines of its log."""
        said = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(line[:300] for line in said[-lines:])

    async def ready(self, patience: float) -> int | None:
        """Wait until it answers; returns its context length in tokens, or None. `ProviderError` if it never will."""
        import aiohttp

        deadline = asyncio.get_running_loop().time() + patience
        headers = {"Authorization": f"Bearer {self.key}"}
        async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=5)) as session:
            while not await self._healthy(session):
                if not self.alive:
                    raise self.failure(f"ended before it could serve {self.name}")
                if asyncio.get_running_loop().time() > deadline:
                    raise self.failure(f"does not answer for {self.name} after {patience:.0f} s")
                await asyncio.sleep(0.25)
            async with session.get(f"{self.base}/models") as response:
                return _context(await response.json())

    async def _healthy(self, session: Any) -> bool:
        import aiohttp

        try:
            async with session.get(f"http://127.0.0.1:{self.port}/health") as response:
                return bool(response.status == 200)
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def stop(self) -> None:
        """End it with all its workers; the guard sends SIGTERM, and SIGKILL after `GRACE`."""
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        await asyncio.to_thread(self._guard.wait)


def _context(models: Any) -> int | None:
    lengths = [entry.get("max_model_len") for entry in models.get("data", ())]
    return min((int(length) for length in lengths if length), default=None)


def _adapter(folder: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((folder / "adapter_config.json").read_bytes())
    return config


def _needed_rank(config: dict[str, Any]) -> int:
    return max(int(config.get("r") or 0), *map(int, (config.get("rank_pattern") or {}).values()), 1)


def _rank(folder: Path) -> int:
    needed = _needed_rank(_adapter(folder))
    return next((rank for rank in LORA_RANKS if rank >= needed), needed)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
