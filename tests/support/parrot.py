"""A tiny model that says one reply to everything, and its twin whose span markers are special tokens."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

from four_spans import MARKERS
from small_rows import rows

from kardia_cli.training import tiny

REPLY = (
    "<|understanding_begin|>They speak of the exam<|understanding_end|>"
    "<|reasoning_begin|>knots in my stomach<|reasoning_end|><|emotion_begin|>anxious<|emotion_end|>"
    "<|response_begin|>Tell me more<|response_end|>"
)


def build(folder: Path) -> Path:
    """Make the model: attention and layers add nothing, so each token alone decides on the next one."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tiny.build(rows(), folder, seed=3)
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Hello"}], add_generation_prompt=True, return_dict=False
    )
    said = [prompt[-1], *tokenizer.encode(REPLY, add_special_tokens=False), tokenizer.eos_token_id]
    assert len(set(said)) == len(said), "a token twice: choose other words"
    table = torch.nn.functional.normalize(torch.randn(len(tokenizer), model.config.hidden_size), dim=-1)
    head = torch.zeros_like(table)
    for token, following in itertools.pairwise(said):
        head[following] = table[token]
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "o_proj" in name or "down_proj" in name:
                weight.zero_()
        model.config.tie_word_embeddings = False
        model.model.embed_tokens.weight = torch.nn.Parameter(table)
        model.lm_head.weight = torch.nn.Parameter(head)
    model.save_pretrained(folder)
    return folder


def special_twin(folder: Path, twin: Path) -> Path:
    """Copy the model with its eight markers as special tokens, as the card of Kardia-R1 has them."""
    from tokenizers import AddedToken
    from transformers import AutoTokenizer

    shutil.copytree(folder, twin)
    tokenizer = AutoTokenizer.from_pretrained(twin)
    tokenizer.add_tokens(
        [AddedToken(marker, special=True, normalized=False) for marker in MARKERS], special_tokens=True
    )
    tokenizer.save_pretrained(twin)
    return twin
