"""The eight span markers in a tokenizer and its model, and a padding token that is not the end of a turn.

The markers are ordinary added tokens (`special=False`): GRPO decodes completions without special tokens, and a model
whose markers are special loses them there and scores 0 on format.
"""

from __future__ import annotations

from typing import Any

from kardia_cli.spans import MARKERS


def add_markers(tokenizer: Any) -> int:
    """Make each marker one ordinary token; return how many were new to the tokenizer."""
    from tokenizers import AddedToken

    missing = [marker for marker in MARKERS if len(tokenizer.encode(marker, add_special_tokens=False)) != 1]
    return int(tokenizer.add_tokens([AddedToken(m, special=False, normalized=False) for m in missing]))


def prepare(tokenizer: Any, model: Any) -> int:
    """Add missing markers to both and settle the padding token; return how many markers were new.

    A new row of the embedding starts at the mean of the old ones. Where the tokenizer has no padding token, or pads
    with the end of a turn (then the model never learns to stop), another token takes its place.
    """
    known = len(tokenizer)
    added = add_markers(tokenizer)
    _settle_padding(tokenizer)
    if len(tokenizer) > model.get_input_embeddings().weight.shape[0]:
        model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    if len(tokenizer) > known:
        _start_at_mean(model, known, len(tokenizer))
    model.config.pad_token_id = tokenizer.pad_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    return added


def _settle_padding(tokenizer: Any) -> None:
    if tokenizer.pad_token_id is not None and tokenizer.pad_token_id != tokenizer.eos_token_id:
        return
    unused = next((token for token in ("<|endoftext|>", "<unk>", "<pad>") if _is_free(tokenizer, token)), None)
    if unused is None:
        tokenizer.add_special_tokens({"pad_token": "<|kardia_pad|>"})
    else:
        tokenizer.pad_token = unused


def _is_free(tokenizer: Any, token: str) -> bool:
    return token in tokenizer.get_vocab() and token != tokenizer.eos_token


def _start_at_mean(model: Any, known: int, size: int) -> None:
    import torch

    heads = [model.get_input_embeddings(), model.get_output_embeddings()]
    with torch.no_grad():
        for layer in (head for head in heads if head is not None):
            layer.weight[known:size] = layer.weight[:known].mean(dim=0)
