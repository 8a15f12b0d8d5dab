"""Small tokenizers of the kinds that real models have: those that the preflight must pass and must refuse."""

from __future__ import annotations

import json
from typing import Any

CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
THINKING = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' }}"
    "{% if m['role'] == 'assistant' and loop.last %}{{ '<think>\n\n</think>\n\n' }}{% endif %}"
    "{{ m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
    "{% if enable_thinking is defined and enable_thinking is false %}"
    "{{ '<think>\n\n</think>\n\n' }}{% endif %}{% endif %}"
)
"""As Qwen3: the last reply has an empty think block, a prompt only where thinking is turned off."""
GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for m in messages %}{% set role = 'model' if m['role'] == 'assistant' else m['role'] %}"
    "{{ '<start_of_turn>' + role + '\n' + m['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
LLAMA_2 = (
    "{% for m in messages %}{% if m['role'] == 'system' %}"
    "{{ bos_token + '<<SYS>>\n' + m['content'] + '\n<</SYS>>\n\n' }}"
    "{% elif m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}"
    "{% else %}{{ ' ' + m['content'] + ' ' + eos_token }}{% endif %}{% endfor %}"
)
TEXTS = [
    "You listen to a woman who bakes bread. Nobody called. That sounds lonely. It is quiet here. I don't sleep.",
    "She waits for a call, and (still) hears nothing. Quiet nights make it worse; being asked helps.",
    "I'm glad you told me. What was Anna's last call like? user assistant system model [INST] [/INST] <<SYS>> <</SYS>>",
]


def byte_level(
    template: str | None = CHATML,
    eos: str = "<|im_end|>",
    pad: str | None = "<|endoftext|>",
    specials: tuple[str, ...] = ("<|im_start|>",),
    bos: str | None = None,
) -> Any:
    """Byte-level BPE as Qwen and Llama 3 have it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer, bpe.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    special = list(dict.fromkeys(name for name in (pad, bos, *specials, eos) if name))
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        TEXTS,
        trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=alphabet, show_progress=False),
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token=eos, pad_token=pad, bos_token=bos)
    tokenizer.chat_template = template
    return tokenizer


def sentence_piece() -> Any:
    """Metaspace BPE with byte fallback and a space before every text, as Llama 2 has it; it pads with <unk>."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE(unk_token="<unk>"))
    bpe.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False)
    bpe.train_from_iterator(TEXTS, trainer)
    learned = json.loads(bpe.to_str())["model"]
    vocabulary = {**learned["vocab"]}
    for name in (f"<0x{byte:02X}>" for byte in range(256)):
        vocabulary[name] = len(vocabulary)
    merges = [tuple(pair) for pair in learned["merges"]]
    bpe = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    bpe.add_special_tokens(["<unk>", "<s>", "</s>"])
    bpe.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    strip = decoders.Strip(content=" ", left=1, right=0)
    bpe.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), strip])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="</s>", bos_token="<s>", unk_token="<unk>")
    tokenizer.chat_template = LLAMA_2
    return tokenizer


def word_piece() -> Any:
    """Lower-casing WordPiece as BERT has it."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    words.normalizer, words.pre_tokenizer = (
        normalizers.BertNormalizer(lowercase=True),
        pre_tokenizers.BertPreTokenizer(),
    )
    words.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[SEP]", "<|im_start|>", "<|im_end|>"]
    words.train_from_iterator(
        TEXTS, trainers.WordPieceTrainer(vocab_size=400, special_tokens=special, show_progress=False)
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, eos_token="<|im_end|>", pad_token="[PAD]", unk_token="[UNK]"
    )
    tokenizer.chat_template = CHATML
    return tokenizer


def config(tokenizer: Any, kind: str = "qwen2", tied: bool = True, rows: int | None = None) -> Any:
    """A config of this architecture, as large as a real one may be: only its numbers are used."""
    from transformers import AutoConfig

    return AutoConfig.for_model(
        kind, vocab_size=rows or len(tokenizer), hidden_size=512, intermediate_size=1024, num_hidden_layers=6,
        num_attention_heads=8, num_key_value_heads=4, max_position_embeddings=2048, tie_word_embeddings=tied,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
