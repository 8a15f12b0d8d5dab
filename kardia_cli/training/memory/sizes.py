"""What memory is made of: counts of a model's parameters, and bytes a token leaves behind. No weights are needed.

Parameters are counted on the architecture itself, built on torch's `meta` device (exact, 2 s for 7B). Activations follow
what transformers' decoder layers keep for the backward pass, written out in `Pass.layer`; the tests hold it against what
autograd keeps and against the memory of a real training, on a CPU.
"""

from __future__ import annotations

import copy
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

TILE = (4096, 32768)
"""Tokens and vocabulary entries that TRL's fused head computes at once."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of parameters: all, in linear layers that 4 bit applies to, in the two vocabulary matrices.

    `rank`: those of a LoRA of rank 1.
    """

    all: int
    linear: int
    vocabulary: int
    rank: int


def count(config: Any, targets: str | Collection[str] = "all-linear") -> Counts:
    """Count the parameters of a config's architecture and of a LoRA on its `targets`."""
    import torch
    from transformers import AutoModelForCausalLM

    text = copy.deepcopy(config.get_text_config())
    if getattr(text, "quantization_config", None) is not None:
        del text.quantization_config
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(text)
    heads = [head for head in (model.get_input_embeddings(), model.get_output_embeddings()) if head is not None]
    vocabulary = sum({id(head.weight): head.weight.numel() for head in heads}.values())
    linear = rank = 0
    for name, layer in model.named_modules():
        if isinstance(layer, torch.nn.Linear) and layer not in heads:
            linear += layer.weight.numel()
            if targets == "all-linear" or name.rpartition(".")[2] in targets:
                rank += layer.in_features + layer.out_features
    return Counts(sum(weight.numel() for weight in model.parameters()), linear, vocabulary, rank)


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a decoder: widths in numbers, not bytes. `queries` and `keys` are heads times their width."""

    vocabulary: int
    hidden: int
    mlp: int
    layers: int
    queries: int
    keys: int
    heads_normed: bool = False
    """Whether queries and keys are normalised (Qwen3, Gemma 3)."""

    @classmethod
    def of(cls, config: Any) -> Shape:
        """Read a transformers config; a mixture of experts counts the experts that one token visits."""
        text = config.get_text_config()

        def value(*names: str, default: int = 0) -> int:
            found = (getattr(text, name, None) for name in names)
            return int(next((number for number in found if isinstance(number, int)), default))

        hidden, heads = value("hidden_size", "n_embd"), value("num_attention_heads", "n_head", default=1)
        width = value("head_dim", default=hidden // heads)
        mlp = value("intermediate_size", "n_inner", default=4 * hidden)
        if visited := value("num_experts_per_tok"):
            mlp = visited * value("moe_intermediate_size", default=mlp)
        return cls(
            vocabulary=value("vocab_size"), hidden=hidden, mlp=mlp, layers=value("num_hidden_layers", "n_layer"),
            queries=heads * width, keys=value("num_key_value_heads", default=heads) * width,
            heads_normed=str(text.model_type).startswith(("qwen3", "gemma3")),
        )  # fmt: skip

    def cache(self, tokens: int, number: int) -> int:
        """Bytes of the key-value cache of so many tokens."""
        return 2 * self.layers * self.keys * number * tokens


@dataclass(frozen=True, slots=True)
class Pass:
    """One forward and backward pass of `batch` samples of `long` tokens.

    `number` and `residual` are bytes of a number in the layers and in the residual stream; `apart`: each linear layer
    keeps its own copy of its input (autocast, or a LoRA in another format); `full`: all parameters are trained.
    """

    shape: Shape
    batch: int
    long: int
    number: int
    residual: int
    apart: bool
    full: bool

    @property
    def tokens(self) -> int:
        """Tokens of the whole pass."""
        return self.batch * self.long

    def layer(self) -> int:
        """Bytes that one layer keeps of one token for the backward pass, its row of a padded batch's mask included."""
        shape, number = self.shape, self.number
        norms = 2 * shape.hidden * (4 + (self.residual if self.full else 0))
        if shape.heads_normed:
            norms += (shape.queries + shape.keys) * (4 + number)
        inputs = number * ((5 if self.apart else 2) * shape.hidden + shape.queries + shape.mlp)
        attention = number * (4 * shape.queries + (self.long if self.batch > 1 else 0))
        return norms + inputs + attention + number * 3 * shape.mlp

    def activations(self, checkpointed: bool) -> int:
        """Bytes kept for the backward pass; checkpointed: the inputs of the layers, and one layer at a time."""
        layers = self.shape.layers
        inputs = layers * self.residual * self.shape.hidden
        kept = inputs + self.layer() if checkpointed else layers * self.layer()
        return self.tokens * (kept + (4 + 2 * self.residual) * self.shape.hidden)

    def passing(self) -> int:
        """Bytes of the gradients of activations that live at once: those of one layer's MLP and of the residual stream."""
        return self.tokens * (4 * self.number * self.shape.mlp + 4 * self.residual * self.shape.hidden)

    def head(self, learned: int, trained: bool, fused: bool) -> int:
        """Bytes of the LM head's loss over `learned` tokens: TRL's tiles with 2 passing copies, or the logits whole."""
        shape = self.shape
        gradients = 4 * shape.hidden * learned + (4 * shape.vocabulary * shape.hidden if trained else 0)
        if not fused:
            return gradients + learned * shape.vocabulary * (self.number + 4 + 4)
        return gradients + min(learned, TILE[0]) * min(shape.vocabulary, TILE[1]) * (self.number + 8)
