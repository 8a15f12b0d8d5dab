"""Perplexity of texts under a causal model folder: e to the mean loss **per token over the corpus**.

Not the mean of each text's perplexity, which is larger and which papers have printed by mistake. Bound to the
tokeniser: two models with different tokenisers cannot be compared, so the tokeniser's name and the model's hash stay
with the number. Needs the extra `train`; the folder is local, nothing is downloaded.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from kardia_cli.errors import MissingExtra, UsageError


class Loss(NamedTuple):
    """The summed loss of one text in nats, and its tokens (those that were predicted)."""

    nats: float
    tokens: int


class Perplexity(NamedTuple):
    """Over a corpus, with the tokens it is a mean of."""

    value: float
    tokens: int
    texts: int


class Reader:
    """A causal model and its tokeniser, read from a folder; use `reader` to load each folder once."""

    def __init__(self, folder: Path) -> None:
        self._model, self._tokenizer = _load(folder)
        self._limit = int(getattr(self._model.config, "max_position_embeddings", 0) or 0) or None

    @property
    def tokeniser(self) -> str:
        """Its class and the size of its vocabulary: what a perplexity is bound to."""
        return f"{type(self._tokenizer).__name__}/{len(self._tokenizer)}"

    def losses(self, texts: Sequence[str], before: Sequence[Any] | None = None) -> list[Loss]:
        """Return the loss of each text, after the messages before it.

        `before`: for each text the chat messages that it answers (the tokenizer's chat template is used, else their
        contents on lines), or "" for none: then the text follows the beginning-of-text token, or the end token where
        there is no other. Too long talks lose their oldest tokens, never the text's. An empty text has no token.
        """
        return [self._loss(text, talk) for text, talk in zip(texts, before or [""] * len(texts), strict=True)]

    def _loss(self, text: str, talk: Any) -> Loss:
        import torch

        own = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        ahead = self._ahead(talk)
        if self._limit is not None:
            own = own[: self._limit - 1]
            ahead = ahead[-(self._limit - len(own)) :]
        if not own:
            return Loss(0.0, 0)
        ids = torch.tensor([ahead + own], device=self._model.device)
        with torch.inference_mode():
            logits = self._model(ids).logits[0, len(ahead) - 1 : -1].float()
        loss = torch.nn.functional.cross_entropy(logits, ids[0, len(ahead) :], reduction="sum")
        return Loss(float(loss), len(own))

    def _ahead(self, talk: Any) -> list[int]:
        """Return the tokens before a text; always at least one, so that its first token is predicted too."""
        tokenizer = self._tokenizer
        if talk and getattr(tokenizer, "chat_template", None):
            shown = tokenizer.apply_chat_template(talk, add_generation_prompt=True, tokenize=False)
        else:
            shown = "".join(f"{message['content']}\n" for message in talk)
        ids: list[int] = tokenizer(shown, add_special_tokens=False)["input_ids"] if shown else []
        first = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
        return ids or [first]


@lru_cache(maxsize=2)
def reader(folder: str) -> Reader:
    """Return the reader of a folder, loaded once. `UsageError` without a model, `MissingExtra` without the packages."""
    return Reader(Path(folder))


def signature(folder: str) -> str:
    """Return what a perplexity is bound to: the folder's name, the hash of its weights, the tokeniser."""
    from kardia_cli.weights.fingerprint import folder_hash

    return f"{Path(folder).name}@{folder_hash(Path(folder))}|tok:{reader(folder).tokeniser}"


def corpus_perplexity(losses: Iterable[Loss]) -> Perplexity | None:
    """Return the perplexity of a corpus; None if nothing has a token."""
    known = [each for each in losses if each.tokens]
    count = sum(each.tokens for each in known)
    return Perplexity(math.exp(sum(each.nats for each in known) / count), count, len(known)) if count else None


def _load(folder: Path) -> tuple[Any, Any]:
    if not any((folder / name).is_file() for name in ("config.json", "adapter_config.json")):
        raise UsageError(f"{folder} is no model folder (it has no config.json)", "name the folder of a causal model")
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as error:
        raise MissingExtra.of("train", f"perplexity needs {error.name}") from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype="auto")
    except (OSError, ValueError) as error:
        said = str(error).strip().split("\n")[0]
        raise UsageError(f"no causal model in {folder}: {said}", "name the folder of a causal model") from error
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval(), tokenizer
