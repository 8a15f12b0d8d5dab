"""A model folder in memory: loaded once, then asked for the replies of a batch of requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kardia_cli.chat import special_tokens
from kardia_cli.chat.local.batch import Batch, Row, token_limit
from kardia_cli.chat.local.chat_template import context_size, encode, fit
from kardia_cli.chat.responses import split_thinking
from kardia_cli.errors import MissingExtra, ProviderError
from kardia_cli.rows.request import Reply, Request, Usage
from kardia_cli.weights.fingerprint import is_adapter, tokenizer_source


class Loaded:
    """Model and tokenizer in memory. Blocking; used from one thread."""

    def __init__(self, folder: Path) -> None:
        try:
            import torch
            from transformers import GenerationConfig

            self.device = "cuda" if torch.cuda.is_available() else "cpu"
            self.model, self.tokenizer = _load(folder, self.device)
        except ImportError as error:
            raise MissingExtra.of("train", f"a local model needs {error.name or error}") from error
        except (OSError, ValueError) as error:
            raise ProviderError(
                f"no model can be loaded from {folder}: {error}", "name a transformers folder"
            ) from error
        self.context = context_size(self.model, self.tokenizer)
        self.ends = _end_tokens(self.model, self.tokenizer)
        self._dropped = special_tokens.dropped(self.tokenizer, self.ends)
        pad = self.tokenizer.pad_token_id
        self.padding = int(pad if pad is not None else self.tokenizer.eos_token_id)
        self.model.generation_config = GenerationConfig(eos_token_id=self.ends, pad_token_id=self.padding)

    def generate(self, requests: Sequence[Request], wanted: Callable[[int], bool]) -> Iterator[tuple[int, Reply]]:
        """The replies as they are done, each with the place of its request.

        `wanted` is asked with a place before every token; a row whose caller has gone is given up.
        """
        rows = [self._row(at, request, wanted) for at, request in enumerate(requests)]
        batch = Batch(self.model, rows, self.padding, self.ends)
        while batch.rows:
            for row, new in batch.advance():
                if row.wanted():
                    yield row.at, self._reply(row, new)

    def _row(self, at: int, request: Request, wanted: Callable[[int], bool]) -> Row:
        import torch

        extra = request.sampling.get("extra_body") or {}
        limit = min(token_limit(request), self.context - 1)
        room = self.context - limit
        messages, _ = fit(self.tokenizer, request.messages, room)
        return Row(
            at,
            prompt=encode(self.tokenizer, messages)[-room:],
            limit=limit,
            temperature=_number(request, "temperature", 0.0),
            top_p=_number(request, "top_p", 1.0),
            noise=torch.Generator(self.device).manual_seed(request.seed),
            wanted=lambda: wanted(at),
            top_k=int(extra.get("top_k") or 0),
            penalty=float(extra.get("repetition_penalty") or 1),
        )

    def _reply(self, row: Row, new: list[int]) -> Reply:
        end = next((index for index, token in enumerate(new) if token in self.ends), None)
        own = [token for token in new[:end] if token not in self._dropped]
        text, thinking = split_thinking(self.tokenizer.decode(own, skip_special_tokens=False).strip())
        usage = Usage(len(row.prompt), len(new) if end is None else end + 1)
        return Reply(text, finish_reason="length" if end is None else "stop", usage=usage, thinking=thinking)


def _number(request: Request, name: str, default: float) -> float:
    value = request.sampling.get(name)
    return default if value is None else float(value)


def _load(folder: Path, device: str) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from kardia_cli.chat.local import adapter

    dtype = "auto" if device == "cuda" else "float32"
    with without_bars():
        if is_adapter(folder):
            model = adapter.load(folder, dtype=dtype)
        else:
            model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    source, revision = tokenizer_source(folder)
    return model.to(device).eval(), AutoTokenizer.from_pretrained(source, revision=revision or "main")


@contextmanager
def without_bars() -> Iterator[None]:
    """Keep transformers' progress bars for weights off the terminal."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:  # else an outer one keeps them off
            logging.enable_progress_bar()


def _end_tokens(model: Any, tokenizer: Any) -> list[int]:
    own = model.generation_config.eos_token_id
    ends = own if isinstance(own, list) else [own]
    return sorted({token for token in (*ends, tokenizer.eos_token_id) if token is not None})
