"""Special tokens in a reply: a published model's span markers may be special, so only ends, padding and headers go.

The card of Kardia-R1 lists its eight markers as special tokens: decoded without special tokens, a reply of four
spans is one run of words. What is cut is what a chat template writes around a reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from kardia_cli.chat.local.chat_template import encode

ENDS = (
    "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "<|end|>", "<end_of_turn>", "<turn|>", "</s>",
    "<eos>", "<pad>", "<|return|>", "<\uff5cend\u2581of\u2581sentence\uff5c>",
)  # fmt: skip
"""Ends and padding of common families, for a server whose tokenizer is not known here."""
_HEADER = re.compile(
    r"^\s*(?:<\|im_start\|>assistant|<\|start_header_id\|>assistant<\|end_header_id\|>|<start_of_turn>model)\s*"
)


def dropped(tokenizer: Any, ends: Iterable[int]) -> frozenset[int]:
    """Return the ids that are no part of a reply's text: ends, padding, and the special tokens of the chat template."""
    special = set(tokenizer.all_special_ids)
    template = special & set(encode(tokenizer, [{"role": "user", "content": "Hello"}])) if special else set()
    own = {tokenizer.eos_token_id, tokenizer.pad_token_id, tokenizer.bos_token_id} - {None}
    return frozenset(own | template | set(ends))


def ends_of(tokenizer: Any) -> tuple[str, ...]:
    """Return what may stand at the end of a reply that was decoded with its special tokens."""
    return (*ENDS, *tokenizer.convert_ids_to_tokens(sorted(dropped(tokenizer, ()))))


def cut(text: str, ends: Iterable[str]) -> str:
    """Return a reply without the ends and padding after it and the template's header before it."""
    shorter = _HEADER.sub("", text)
    while found := next((end for end in ends if end and shorter.rstrip().endswith(end)), ""):
        shorter = shorter.rstrip().removesuffix(found)
    return shorter
