"""A model folder as a chat backend, in this process.

    requests that wait together ──▶ one left-padded batch ──▶ generate in a worker thread ──▶ replies

Loads on first use, on the GPU where there is one. Temperature 0 is greedy; above it a reply is drawn by the Gumbel-max
trick with noise from the request's own seed, so it does not depend on what else is in the batch (up to the rounding of
a padded batch). A model's own generation defaults (penalties, temperatures) are not used: only what the request says.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from kardia_cli.chat.request import ChatMessage, Reply, Request, Usage
from kardia_cli.errors import MissingExtra, ProviderError

MAX_TOKENS = 256
"""Tokens of a reply where the request does not say."""
IDENTITY = (
    "*.safetensors",
    "pytorch_model*.bin",
    "adapter_model.bin",
    "tokenizer*",
    "vocab.*",
    "merges.txt",
    "*.jinja",
)
"""Files whose bytes make a model folder the model that it is."""
_CHUNK = 1 << 22


def fetch(name: str) -> Path:
    """The folder of a hub model, downloaded where needed; `ProviderError` where the hub does not give it."""
    from huggingface_hub import snapshot_download

    patterns = ["*.json", "*.safetensors", "*.jinja", "*.txt", "*.model"]
    try:
        return Path(snapshot_download(name, allow_patterns=patterns))
    except Exception as error:
        remedy = "check the name, the network and HF_TOKEN"
        raise ProviderError(f"the hub does not give {name}: {error}", remedy) from error


def folder_hash(folder: Path) -> str:
    """16 hex digits over the weights and tokenizer files of a model folder, names and bytes."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in IDENTITY for path in folder.glob(pattern) if path.is_file()}):
        digest.update(f"{path.name}:{path.stat().st_size}:".encode())
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()[:16]


def encode(tokenizer: Any, messages: Sequence[ChatMessage]) -> list[int]:
    """Token ids of a prompt that ends where the assistant begins; templates that think are told not to."""
    ids = tokenizer.apply_chat_template(
        fold_system(tokenizer, messages), add_generation_prompt=True, return_dict=False, enable_thinking=False
    )
    return list(ids)


def fold_system(tokenizer: Any, messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The messages as the chat template takes them: where it has no system role (Gemma), before the first user turn."""
    messages = list(messages)
    if len(messages) < 2 or messages[0]["role"] != "system" or _takes_system(tokenizer):
        return messages
    first, second, *rest = messages
    return [{"role": second["role"], "content": f"{first['content']}\n\n{second['content']}"}, *rest]


def _takes_system(tokenizer: Any) -> bool:
    from jinja2.exceptions import TemplateError

    if not hasattr(tokenizer, "kardia_takes_system"):
        probe = [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]
        try:
            tokenizer.apply_chat_template(probe, tokenize=False)
            tokenizer.kardia_takes_system = True
        except TemplateError:
            tokenizer.kardia_takes_system = False
    return bool(tokenizer.kardia_takes_system)


def fit(tokenizer: Any, messages: Sequence[ChatMessage], limit: int) -> tuple[list[ChatMessage], int]:
    """Drop the oldest turns until the prompt has at most `limit` tokens; return what is left and how many went.

    The system message and the last turn stay, and the talk goes on beginning with a user turn. The result can still be
    too long; `encode` tells.
    """
    system = list(messages[:1]) if messages and messages[0]["role"] == "system" else []
    talk = list(messages[len(system) :])
    before = len(talk)
    while len(talk) > 1 and len(encode(tokenizer, system + talk)) > limit:
        talk.pop(0)
        while len(talk) > 1 and talk[0]["role"] != "user":
            talk.pop(0)
    return system + talk, before - len(talk)


class _Waiting(NamedTuple):
    request: Request
    reply: asyncio.Future[Reply]


class LocalChat:
    """A `Backend` over a model folder (or an adapter folder, whose base is loaded under it), or a hub model's name.

    `name` is the folder or name as given, `hash` 16 hex digits over weights and tokenizer.
    """

    def __init__(self, folder: Path | str, batch_size: int = 32) -> None:
        self.name = str(folder)
        self._given = folder
        self._batch_size = batch_size
        self._waiting: list[_Waiting] = []
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="local-model")
        self._serving: asyncio.Task[None] | None = None

    @cached_property
    def folder(self) -> Path:
        """Where the weights are; a hub model is fetched on first use."""
        return self._given if isinstance(self._given, Path) else fetch(self._given)

    @cached_property
    def hash(self) -> str:
        """16 hex digits over weights and tokenizer files."""
        return folder_hash(self.folder)

    async def complete(self, request: Request) -> Reply:
        """Generate one reply; requests that wait at the same time share a batch."""
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        return await waiting.reply

    async def aclose(self) -> None:
        """Stop the worker and let go of the weights."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
        self._worker.shutdown(wait=True)
        self.__dict__.pop("_loaded", None)

    async def _serve(self) -> None:
        while self._waiting:
            await self._settle()
            batch, self._waiting = self._waiting[: self._batch_size], self._waiting[self._batch_size :]
            batch = [item for item in batch if not item.reply.done()]
            if batch:
                await self._answer(batch)

    async def _settle(self) -> None:
        """Give other tasks turns until no more requests arrive or a batch is full."""
        seen = -1
        while seen < len(self._waiting) < self._batch_size:
            seen = len(self._waiting)
            for _ in range(3):
                await asyncio.sleep(0)

    async def _answer(self, batch: list[_Waiting]) -> None:
        loop = asyncio.get_running_loop()
        try:
            replies = await loop.run_in_executor(self._worker, self._generate, [item.request for item in batch])
        except Exception as error:  # noqa: BLE001 (whatever it is, it belongs to those who wait)
            for item in batch:
                _settle_with(item.reply, error)
            return
        for item, reply in zip(batch, replies, strict=True):
            _settle_with(item.reply, reply)

    def _generate(self, requests: list[Request]) -> list[Reply]:
        return self._loaded.generate(requests)

    @cached_property
    def _loaded(self) -> _Loaded:
        return _Loaded(self.folder)


def _settle_with(future: asyncio.Future[Reply], result: Reply | Exception) -> None:
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)


class _Loaded:
    """Model and tokenizer in memory. Blocking; used from one thread."""

    def __init__(self, folder: Path) -> None:
        try:
            import torch
            from transformers import GenerationConfig
        except ImportError as error:
            raise MissingExtra(f"a local model needs {error.name}", "pip install 'kardia[train]'") from error
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            self.model, self.tokenizer = _load(folder, self.device)
        except (OSError, ValueError) as error:
            raise ProviderError(
                f"no model can be loaded from {folder}: {error}", "name a transformers folder"
            ) from error
        self.context = context_size(self.model, self.tokenizer)
        self.ends = _end_tokens(self.model, self.tokenizer)
        self.model.generation_config = GenerationConfig(eos_token_id=self.ends, pad_token_id=_padding(self.tokenizer))

    def generate(self, requests: list[Request]) -> list[Reply]:
        """One reply for each request."""
        import torch

        limits = [min(int(item.sampling.get("max_tokens", MAX_TOKENS)), self.context - 1) for item in requests]
        prompts = [self._prompt(item, limit) for item, limit in zip(requests, limits, strict=True)]
        ids, mask = self._padded(prompts)
        with torch.inference_mode():
            written = self.model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=max(limits),
                do_sample=False,
                logits_processor=[_sampler(requests, self.device)],
            )
        new = written[:, ids.shape[1] :].tolist()
        return [self._reply(*item) for item in zip(prompts, new, limits, strict=True)]

    def _prompt(self, request: Request, limit: int) -> list[int]:
        messages, _ = fit(self.tokenizer, request.messages, self.context - limit)
        return encode(self.tokenizer, messages)[-(self.context - limit) :]

    def _padded(self, prompts: list[list[int]]) -> tuple[Any, Any]:
        import torch

        width, pad = max(map(len, prompts)), _padding(self.tokenizer)
        ids = [[pad] * (width - len(prompt)) + prompt for prompt in prompts]
        mask = [[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts]
        return torch.tensor(ids, device=self.device), torch.tensor(mask, device=self.device)

    def _reply(self, prompt: list[int], new: list[int], limit: int) -> Reply:
        kept = new[:limit]
        end = next((index for index, token in enumerate(kept) if token in self.ends), None)
        text = self.tokenizer.decode(kept[:end], skip_special_tokens=True).strip()
        usage = Usage(len(prompt), len(kept) if end is None else end + 1)
        return Reply(text, finish_reason="length" if end is None else "stop", usage=usage)


def _load(folder: Path, device: str) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    loader = AutoModelForCausalLM
    if (folder / "adapter_config.json").is_file():
        from peft import AutoPeftModelForCausalLM

        loader = AutoPeftModelForCausalLM
    with without_bars():
        model = loader.from_pretrained(folder, dtype="auto" if device == "cuda" else "float32")
    return model.to(device).eval(), AutoTokenizer.from_pretrained(folder)


@contextmanager
def without_bars() -> Iterator[None]:
    """Keep transformers' progress bars for weights off the terminal."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.enable_progress_bar()


def context_size(model: Any, tokenizer: Any) -> int:
    """Tokens of prompt and reply together that the model was made for."""
    positions = getattr(model.config.get_text_config(), "max_position_embeddings", None) or tokenizer.model_max_length
    return int(min(positions, tokenizer.model_max_length))


def _end_tokens(model: Any, tokenizer: Any) -> list[int]:
    own = model.generation_config.eos_token_id
    ends = own if isinstance(own, list) else [own]
    return sorted({token for token in (*ends, tokenizer.eos_token_id) if token is not None})


def _padding(tokenizer: Any) -> int:
    return int(tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id)


def _sampler(requests: list[Request], device: str) -> Any:
    """A logits processor after which the largest score is the sampled token: each row by its own seed."""
    import torch

    generators = [torch.Generator(device).manual_seed(item.seed) for item in requests]

    def process(_: Any, scores: Any) -> Any:
        for row, request in enumerate(requests):
            temperature = float(request.sampling.get("temperature", 0.0))
            if temperature > 0:
                warm = _nucleus(scores[row] / temperature, float(request.sampling.get("top_p", 1.0)))
                noise = torch.empty_like(warm).exponential_(generator=generators[row])
                scores[row] = warm - noise.log()
        return scores

    return process


def _nucleus(scores: Any, top_p: float) -> Any:
    """Leave the smallest set of tokens whose probability reaches `top_p`; the others get -inf."""
    if top_p >= 1:
        return scores
    ordered, order = scores.softmax(-1).sort(descending=True)
    outside = order[ordered.cumsum(-1) - ordered >= top_p]
    return scores.index_fill(-1, outside, float("-inf"))
