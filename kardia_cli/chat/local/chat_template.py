"""Messages rendered by a model's own chat template, and shortened where they are too long for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kardia_cli.rows.request import ChatMessage


def encode(tokenizer: Any, messages: Sequence[ChatMessage]) -> list[int]:
    """Return the token ids of a prompt that ends where the assistant begins, with thinking turned off."""
    ids = tokenizer.apply_chat_template(
        fold_system(tokenizer, messages), add_generation_prompt=True, return_dict=False, enable_thinking=False
    )
    return list(ids)


def fold_system(tokenizer: Any, messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """Return the messages; without a system role (Gemma) that text goes before the first user turn."""
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

    The system message and the last turn stay, and the dialogue goes on beginning with a user turn. The result can
    still be too long; `encode` tells.
    """
    system = list(messages[:1]) if messages and messages[0]["role"] == "system" else []
    talk = list(messages[len(system) :])
    before = len(talk)
    while len(talk) > 1 and len(encode(tokenizer, system + talk)) > limit:
        talk.pop(0)
        while len(talk) > 1 and talk[0]["role"] != "user":
            talk.pop(0)
    return system + talk, before - len(talk)


def context_size(model: Any, tokenizer: Any) -> int:
    """Return the tokens of prompt and reply together that the model was made for."""
    positions = getattr(model.config.get_text_config(), "max_position_embeddings", None) or tokenizer.model_max_length
    return int(min(positions, tokenizer.model_max_length))
