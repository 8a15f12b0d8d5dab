"""Markers and padding in a tokenizer that knows nothing of them."""

from __future__ import annotations

from typing import Any

import pytest

from kardia_cli.spans import MARKERS
from kardia_cli.training.tokens import prepare


def plain(pad: str | None) -> tuple[Any, Any]:
    """A tokenizer and model without markers; `pad` as its padding token."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer, bpe.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        ["a b"], trainers.BpeTrainer(vocab_size=260, special_tokens=["<|im_end|>"], initial_alphabet=alphabet)
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="<|im_end|>", pad_token=pad)
    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    return tokenizer, LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), tie_word_embeddings=False, **shape))


def test_missing_markers_get_a_row_each_that_starts_at_the_mean() -> None:
    import torch

    tokenizer, model = plain("<|im_end|>")
    before = model.get_input_embeddings().weight.mean(dim=0).clone()
    assert prepare(tokenizer, model) == len(MARKERS)
    for marker in MARKERS:
        (token,) = tokenizer.encode(marker, add_special_tokens=False)
        assert torch.allclose(model.get_input_embeddings().weight[token], before, atol=1e-4)
        assert model.get_output_embeddings().weight.shape[0] > token


def test_markers_are_added_once() -> None:
    tokenizer, model = plain("<|im_end|>")
    prepare(tokenizer, model)
    size = len(tokenizer)
    assert prepare(tokenizer, model) == 0
    assert len(tokenizer) == size


@pytest.mark.parametrize("pad", [None, "<|im_end|>"])
def test_padding_with_the_end_of_a_turn_is_replaced(pad: str | None) -> None:
    tokenizer, model = plain(pad)
    prepare(tokenizer, model)
    assert tokenizer.pad_token_id not in (None, tokenizer.eos_token_id)
    assert model.config.pad_token_id == tokenizer.pad_token_id < model.get_input_embeddings().weight.shape[0]
