"""`tiny`: the built-in model, made on the spot from the rows it will learn.

A byte-level BPE of about 1,600 pieces, trained on the rows' own conversations, and a small Qwen3-shaped decoder with
random weights. It needs no download and shows that the whole flow works, from rows to a model that answers in four
spans; it understands nothing. Real runs name a real model.

Departs from a real model: the vocabulary is made from the training rows (a word that they do not have falls apart into
bytes, so any text still round-trips), and all parameters are trained, with learning rates that fit its size. Shape and
initial spread were chosen by trial on short made-up rows; on the longer built-in rows it learns the format in part and
emotions hardly above chance. The settings are not in the paper.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kardia_cli.rows import prompts, turn_format
from kardia_cli.rows.line import Row
from kardia_cli.training.markers import add_markers

NAME = "tiny"
VOCABULARY = 1600
LONG_LINE = 20
"""Characters from which a line that most prompts share becomes one token."""
CONTEXT = 2048
"""Tokens of prompt and reply together; longer talks lose their oldest turns, in training and in use."""
PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SHAPE: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 192,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "head_dim": 16,
    "max_position_embeddings": 4096,
    "tie_word_embeddings": True,
    "initializer_range": 0.1,
}
SFT: dict[str, Any] = {
    "max_steps": 900,
    "learning_rate": 5e-3,
    "adam_beta2": 0.99,
    "warmup_steps": 20,
    "per_device_train_batch_size": 4,
    "per_device_eval_batch_size": 16,
    "train_sampling_strategy": "group_by_length",
    "logging_steps": 50,
    "save_steps": 450,
    "save_total_limit": 2,
}
GRPO: dict[str, Any] = {
    "max_steps": 10,
    "learning_rate": 3e-4,
    "lr_scheduler_type": "constant",
    "beta": 0.02,
    "per_device_train_batch_size": 32,
    "num_generations": 8,
    "max_completion_length": 200,
    "temperature": 1.0,
    "logging_steps": 1,
    "save_steps": 5,
    "save_total_limit": 2,
}
"""Defaults of `tiny` in place of those for real models: all parameters are trained, a batch fits one core."""

CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{{ '" + START + "' + message['role'] + '\n' + message['content'] + '" + END + "' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '" + START + "assistant\n' }}{%- endif -%}"
)


def build(rows: Sequence[Row], folder: Path, seed: int) -> Path:
    """Make tokenizer and untrained model from `rows` and save them to `folder` in transformers' format.

    The same rows and seed give the same bytes.
    """
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    tokenizer = _tokenizer(rows)
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        kardia_built_in=NAME,
        **SHAPE,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Qwen3ForCausalLM(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def is_tiny(folder: Path) -> bool:
    """Return True where a model folder was made here; training and merging keep the note in its config."""
    config = folder / "config.json"
    return config.is_file() and json.loads(config.read_text(encoding="utf-8")).get("kardia_built_in") == NAME


def _tokenizer(rows: Sequence[Row]) -> Any:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PAD, START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    talks = [prompts.conversation(row) for row in rows]
    fixed = _fixed_lines([talk[0]["content"] for talk in talks])
    bpe.train_from_iterator(_texts(rows, talks, fixed), trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token=END, pad_token=PAD)
    tokenizer.model_max_length = CONTEXT
    tokenizer.chat_template = CHAT_TEMPLATE
    add_markers(tokenizer, turn_format.declared(rows[0]))
    tokenizer.add_tokens([AddedToken(line, special=False, normalized=False) for line in fixed])
    return tokenizer


def _fixed_lines(systems: Sequence[str]) -> list[str]:
    """Lines of the system message that at least half of the rows share: instructions, not news."""
    lines = Counter(line for system in systems for line in set(system.split("\n")) if len(line) >= LONG_LINE)
    return sorted(line for line, rows in lines.items() if 2 * rows >= len(systems))


def _texts(rows: Sequence[Row], talks: Sequence[list[prompts.ChatMessage]], fixed: Sequence[str]) -> Iterator[str]:
    """Yield the texts to train the tokenizer on: prompts without their fixed lines, and the supporter's own turns."""
    for row, talk in zip(rows, talks, strict=True):
        yield "\n".join(line for line in talk[0]["content"].split("\n") if line not in fixed)
        yield from (message["content"] for message in talk[1:] if message["role"] == "user")
        yield from (row["messages"][turn]["content"] for turn in prompts.supporter_turns(row))
