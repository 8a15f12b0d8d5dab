"""The markers of a turn format in a tokenizer and its model, where a reply ends, and a padding token that is neither.

The markers are ordinary added tokens (`special=False`): GRPO decodes completions without special tokens, and a model
whose markers are special loses them there and scores 0 on format.
"""

from __future__ import annotations

from typing import Any

from kardia_cli.chat.local.chat_template import encode, fold_system
from kardia_cli.rows.turn_format import TurnFormat

PROBE = [
    {"role": "system", "content": "You listen to a woman who bakes bread."},
    {"role": "user", "content": "Nobody called."},
    {"role": "assistant", "content": "That sounds lonely."},
    {"role": "user", "content": "It is quiet here. I don't sleep."},
]
"""A talk that asks for a reply, for looking at what a chat template does."""
TEMPLATE_SETTINGS: dict[str, Any] = {"enable_thinking": False}
"""What every use of a chat template is called with; templates that do not think leave it unread."""


def reply_of(form: TurnFormat) -> str:
    """The reply to `PROBE` in this format."""
    thoughts = ["She waits for a call, and (still) hears nothing.", "Quiet nights make it worse; being asked helps."]
    return form.compose(thoughts, "lonely", "I'm glad you told me. What was Anna's last call like?")


def add_markers(tokenizer: Any, form: TurnFormat) -> int:
    """Make each marker of the format one ordinary token; return how many were new to the tokenizer.

    A marker that is there as a special token, or eats the spaces beside it, is made ordinary under its old number.
    """
    from tokenizers import AddedToken

    known = len(tokenizer)
    missing = [marker for marker in form.markers if len(tokenizer.encode(marker, add_special_tokens=False)) != 1]
    wrong = [marker for marker in form.markers if marker not in missing and not _is_ordinary(tokenizer, marker)]
    tokenizer.add_tokens([AddedToken(m, special=False, normalized=False) for m in (*missing, *wrong)])
    if wrong and getattr(tokenizer, "is_fast", False):
        backend = tokenizer.backend_tokenizer  # it goes on skipping what once was special until it is read anew
        tokenizer._tokenizer = type(backend).from_str(backend.to_str())
    return len(tokenizer) - known


def _is_ordinary(tokenizer: Any, marker: str) -> bool:
    token = tokenizer.added_tokens_decoder.get(tokenizer.convert_tokens_to_ids(marker))
    return token is None or not (token.special or token.lstrip or token.rstrip or token.single_word)


def end_of_turn(tokenizer: Any, form: TurnFormat) -> int | None:
    """The token that closes a reply in the chat template; None where there is no template or it closes nothing."""
    if not tokenizer.chat_template:
        return None
    from jinja2.exceptions import TemplateError

    answer = [{"role": "assistant", "content": reply_of(form)}]
    try:
        prompt = encode(tokenizer, PROBE)
        whole = tokenizer.apply_chat_template(
            fold_system(tokenizer, PROBE + answer), return_dict=False, **TEMPLATE_SETTINGS
        )
    except TemplateError:
        return None
    return closing(tokenizer, list(whole)[len(prompt) :], form)


def closing(tokenizer: Any, completion: list[int], form: TurnFormat) -> int | None:
    """Return the first added token after the text of a completion, or None; white space may surround it."""
    text = {tokenizer.convert_tokens_to_ids(marker) for marker in form.markers}
    known = set(tokenizer.added_tokens_decoder) | set(tokenizer.all_special_ids)
    found = None
    for token in reversed(completion):
        if token in known and token not in text:
            found = token
        elif token in text or tokenizer.decode([token]).strip():
            break
    return found


def end_tokens(tokenizer: Any, generation_config: Any = None) -> list[int]:
    """Return the tokens that generation stops at: the tokenizer's end and those of the generation config."""
    own = getattr(generation_config, "eos_token_id", None)
    ends = own if isinstance(own, list) else [own]
    return sorted({token for token in (*ends, tokenizer.eos_token_id) if token is not None})


def prepare(tokenizer: Any, model: Any, form: TurnFormat) -> int:
    """Fit both for training; return how many markers have an untrained row.

    Missing markers are added, their rows start at the mean of the old ones. Where the tokenizer has no padding token,
    or pads with the end of a turn (then the model never learns to stop), another token takes its place. The token
    that closes a reply in the chat template is made one that generation stops at.
    """
    known = len(tokenizer)
    added = add_markers(tokenizer, form)
    settle_padding(tokenizer, form)
    if len(tokenizer) > model.get_input_embeddings().weight.shape[0]:
        model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    new = added or alike(tokenizer, model, form)
    if len(tokenizer) > known:
        _start_at_mean(model, known, len(tokenizer))
    model.config.pad_token_id = tokenizer.pad_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    settle_end(tokenizer, model.generation_config, form)
    return new


def settle_end(tokenizer: Any, generation_config: Any, form: TurnFormat) -> None:
    """Let generation stop at the token that closes a reply, beside where it stopped before."""
    end, ends = end_of_turn(tokenizer, form), end_tokens(tokenizer, generation_config)
    if end is not None and end not in ends:
        generation_config.eos_token_id = [end, *ends]


def settle_padding(tokenizer: Any, form: TurnFormat) -> None:
    """Give the tokenizer a padding token that ends nothing."""
    ends = (None, tokenizer.eos_token_id, end_of_turn(tokenizer, form))
    if tokenizer.pad_token_id not in ends:
        return
    vocabulary = tokenizer.get_vocab()
    free = (token for token in ("<|endoftext|>", "<unk>", "<pad>") if vocabulary.get(token) not in ends)
    unused = next(free, None)
    if unused is None:
        tokenizer.add_special_tokens({"pad_token": "<|kardia_pad|>"})
    else:
        tokenizer.pad_token = unused


def alike(tokenizer: Any, model: Any, form: TurnFormat) -> int:
    """Return how many markers have no rows, or all the same, as after adding and before any training; else 0."""
    ids, matrix = tokenizer.convert_tokens_to_ids(list(form.markers)), model.get_input_embeddings().weight
    if max(ids, default=-1) >= matrix.shape[0]:
        return len(ids)
    rows = matrix[ids]
    return len(ids) if ids and bool((rows == rows[0]).all()) else 0


def _start_at_mean(model: Any, known: int, size: int) -> None:
    import torch

    heads = [model.get_input_embeddings(), model.get_output_embeddings()]
    with torch.no_grad():
        for layer in (head for head in heads if head is not None):
            layer.weight[known:size] = layer.weight[:known].mean(dim=0)
