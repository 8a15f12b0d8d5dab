"""Markers and padding in a tokenizer that knows nothing of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tokenizers_by_hand as by_hand

from kardia_cli.training.markers import end_of_turn, end_tokens, prepare, settle_padding
from tests.support.four_spans import FORM, MARKERS


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
    assert prepare(tokenizer, model, FORM) == len(MARKERS)
    for marker in MARKERS:
        (token,) = tokenizer.encode(marker, add_special_tokens=False)
        assert torch.allclose(model.get_input_embeddings().weight[token], before, atol=1e-4)
        assert model.get_output_embeddings().weight.shape[0] > token


def test_markers_are_added_once_and_count_as_new_until_somebody_has_trained_their_rows() -> None:
    import torch

    tokenizer, model = plain("<|im_end|>")
    prepare(tokenizer, model, FORM)
    size = len(tokenizer)
    assert prepare(tokenizer, model, FORM) == len(MARKERS)
    assert len(tokenizer) == size
    with torch.no_grad():
        model.get_input_embeddings().weight += torch.randn(size, 16)
    assert prepare(tokenizer, model, FORM) == 0


def test_markers_that_are_special_become_ordinary_under_their_old_numbers(tmp_path: Path) -> None:
    from tokenizers import AddedToken
    from transformers import AutoTokenizer

    tokenizer, model = plain("<|im_end|>")
    tokenizer.add_tokens([AddedToken(marker, special=True, normalized=False) for marker in MARKERS])
    model.resize_token_embeddings(len(tokenizer))
    ids = tokenizer.convert_tokens_to_ids(list(MARKERS))
    assert tokenizer.decode(ids, skip_special_tokens=True) == ""
    prepare(tokenizer, model, FORM)
    tokenizer.save_pretrained(tmp_path)
    for kept in (tokenizer, AutoTokenizer.from_pretrained(tmp_path)):
        assert kept.convert_tokens_to_ids(list(MARKERS)) == ids
        assert kept.decode(ids, skip_special_tokens=True) == "".join(MARKERS)


def test_the_token_that_closes_a_reply_is_one_that_generation_stops_at() -> None:
    tokenizer = by_hand.byte_level(by_hand.GEMMA, eos="<eos>", pad="<pad>", bos="<bos>", specials=("<end_of_turn>",))
    _, model = plain("<|im_end|>")
    prepare(tokenizer, model, FORM)
    end = tokenizer.convert_tokens_to_ids("<end_of_turn>")
    assert end_of_turn(tokenizer, FORM) == end
    assert end in end_tokens(tokenizer, model.generation_config)
    assert tokenizer.eos_token_id in end_tokens(tokenizer, model.generation_config)


def test_padding_with_the_end_of_a_turn_of_the_template_is_replaced_too() -> None:
    tokenizer = by_hand.byte_level(eos="<|endoftext|>", pad="<|im_end|>")
    settle_padding(tokenizer, FORM)
    assert tokenizer.pad_token_id not in (tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|im_end|>"))


def test_a_template_that_closes_nothing_has_no_end_of_turn() -> None:
    assert end_of_turn(by_hand.byte_level("{% for m in messages %}{{ m['content'] }}{% endfor %}"), FORM) is None
    assert end_of_turn(by_hand.byte_level(None), FORM) is None


@pytest.mark.parametrize("pad", [None, "<|im_end|>"])
def test_padding_with_the_end_of_a_turn_is_replaced(pad: str | None) -> None:
    tokenizer, model = plain(pad)
    prepare(tokenizer, model, FORM)
    assert tokenizer.pad_token_id not in (None, tokenizer.eos_token_id)
    assert model.config.pad_token_id == tokenizer.pad_token_id < model.get_input_embeddings().weight.shape[0]
