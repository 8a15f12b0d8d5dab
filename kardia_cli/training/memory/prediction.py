"""Does a training fit on one device? The memory that can be counted exactly, predicted from a config.

    memory = prediction.predict(config, plan, stage="grpo", tokens=900)
    for row in memory.table(): ...
    for line in memory.advice: ...              # flags that would make it fit, () where it does

    weights + gradients + optimiser + reference + vLLM  +  max(logits of one step, key-value cache of one round)

An estimate, and a lower bound: activations, CUDA's own share and fragments come on top and are not counted. Not in the
paper. Parameters are counted on the architecture itself, built on torch's `meta` device (exact, 2 s for 7B).
"""

from __future__ import annotations

import copy
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from kardia_cli.training.memory.advice import advice
from kardia_cli.training.memory.free import Free, free
from kardia_cli.training.memory.parts import Memory, Part
from kardia_cli.training.plan import Plan

_FORMATS = {"float32": 4, "bfloat16": 2, "float16": 2, "float8_e4m3fn": 1}
_FOUR_BIT = 0.52
"""Bytes a parameter in nf4 with double quantisation takes, its constants included (Dettmers et al. 2023)."""
_TILE = (4096, 32768)
"""Tokens and vocabulary entries that TRL's fused head computes at once."""
Stage = Literal["sft", "grpo", "evaluate"]


@dataclass(frozen=True, slots=True)
class Machine:
    """The device: a GPU or not, how many processes share the state, and by which ZeRO stage (FSDP is 3).

    `number` is the bytes of a number in the layers (2 under bf16), `card` those of the whole card.
    """

    gpu: bool
    processes: int = 1
    sharing: int = 0
    number: int = 4
    card: int = 0

    @classmethod
    def current(cls, table: Mapping[str, Any], is_tiny: bool) -> Machine:
        """Return this machine, as `accelerate launch` has set it up."""
        import torch

        gpu = bool(torch.cuda.is_available())
        stage = int(os.environ.get("ACCELERATE_DEEPSPEED_ZERO_STAGE") or (2 if table.get("deepspeed") else 0))
        sharded = os.environ.get("ACCELERATE_USE_FSDP") == "true" or table.get("fsdp")
        low = table.get("bf16", gpu and not is_tiny) or table.get("fp16")
        card = int(torch.cuda.mem_get_info()[1]) if gpu else 0
        return cls(gpu, int(os.environ.get("WORLD_SIZE", "1")), 3 if sharded else stage, 2 if low else 4, card)

    def share(self, size: float, stage: int) -> int:
        """Return a process's share of what is split from this ZeRO stage on."""
        return int(size / self.processes) if self.sharing >= stage else int(size)


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of parameters: all, those of linear layers (that 4 bit applies to), of the vocabulary matrices.

    `rank` are those of a LoRA of rank 1.
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


def cache_size(config: Any, number: int) -> int:
    """Return the bytes that one token takes in the key-value cache, `number` bytes a number."""
    text = config.get_text_config()
    heads = int(text.num_attention_heads)
    width = getattr(text, "head_dim", None) or text.hidden_size // heads
    keys = int(getattr(text, "num_key_value_heads", None) or heads) * int(width)
    return 2 * int(text.num_hidden_layers) * keys * number


def predict(
    config: Any,
    plan: Plan,
    *,
    stage: Stage,
    tokens: int,
    untrained: int = 8,
    machine: Machine | None = None,
    available: Free | None = None,
) -> Memory:
    """Predict a lower bound of the peak of one process.

    `tokens` is the longest sample (sft: prompt and reply) or prompt (grpo), `untrained` the number of new markers (then
    LoRA trains the vocabulary matrices too). Flags that would make it fit are found by predicting again with each.
    """
    machine = machine or Machine.current(plan.train, plan.start.tiny)
    counts = count(config, (plan.lora or {}).get("target_modules") or "all-linear")
    there = available or free()

    def predict_plan(changed: Plan) -> Memory:
        return Memory(tuple(_parts(config, counts, changed, stage, tokens, untrained, machine)), there)

    made = predict_plan(plan)
    if made.fits:
        return made
    return replace(made, advice=tuple(advice(made, plan, stage, machine.processes, predict_plan)))


def _parts(
    config: Any, counts: Counts, plan: Plan, stage: Stage, tokens: int, untrained: int, machine: Machine
) -> list[Part]:
    parts = [_weights(config, counts, plan, stage, machine)]
    if stage != "evaluate":
        parts += _learning(config, counts, plan, untrained, machine)
        parts.append(_logits(config, plan, stage, tokens, machine))
    if stage == "grpo":
        # with beta above 0 and all parameters trained, TRL loads the start a second time, in float32
        second = plan.lora is None and float(plan.train.get("beta") or 0.0) > 0
        parts.append(Part("reference", machine.share(counts.all * 4 if second else 0, 3), "always", "beta above 0"))
    if stage != "sft":
        parts += _generation(config, counts, plan.train, stage, tokens, machine)
    return parts


def _stored(config: Any, plan: Plan, stage: Stage, machine: Machine) -> int:
    """Return the bytes of a number in the weights, as `models.load` and the local model load them."""
    if not machine.gpu or (plan.lora is None and stage != "evaluate"):
        return 4
    return _FORMATS.get(str(getattr(config.get_text_config(), "dtype", None)).removeprefix("torch."), 2)


def _weights(config: Any, counts: Counts, plan: Plan, stage: Stage, machine: Machine) -> Part:
    bits = plan.quantize or {}
    if bits.get("load_in_4bit") or bits.get("load_in_8bit"):
        few = _FOUR_BIT if bits.get("load_in_4bit") else 1.0
        size, note = counts.linear * few + (counts.all - counts.linear) * 2, f"linear layers in {few:.2g} bytes each"
    else:
        number = _stored(config, plan, stage, machine)
        size, note = counts.all * number, f"{counts.all / 1e6:,.1f} million of {number} bytes"
    return Part("weights", machine.share(size, 3), "always", note)


def _learning(config: Any, counts: Counts, plan: Plan, untrained: int, machine: Machine) -> list[Part]:
    """Return trained copies, gradients and optimiser."""
    if plan.lora is None:
        trained, own, kind = counts.all, 0.0, "all parameters"
        bytes_trained = counts.all * 4.0
    else:
        base = 2 if plan.quantize else _stored(config, plan, "sft", machine)
        copies = counts.vocabulary if plan.lora.get("modules_to_save", untrained) else 0
        adapter = counts.rank * int(plan.lora.get("r") or 8)
        trained = adapter + copies
        own = bytes_trained = adapter * (2.0 if plan.quantize else 4.0) + copies * float(base)
        kind = f"LoRA {adapter / 1e6:,.1f} million" + (f", vocabulary {copies / 1e6:,.1f} million" if copies else "")
    optim = str(plan.train.get("optim") or "adamw_torch_fused")
    if "adafactor" in optim or "sgd" in optim:
        states = 0.05 * bytes_trained
    else:
        states = (1 if "lion" in optim else 2) * (trained if "8bit" in optim else bytes_trained)
    return [
        Part("trained copies", machine.share(own, 3), "always", kind),
        Part("gradients", machine.share(bytes_trained, 2), "always", f"{trained / 1e6:,.1f} million"),
        Part("optimiser", machine.share(states, 1), "always", optim),
    ]


def _logits(config: Any, plan: Plan, stage: Stage, tokens: int, machine: Machine) -> Part:
    """Return the logits of one micro-batch: as computed, in float32, and their gradient (of one tile, where tiled)."""
    from trl.trainer import utils

    table, vocabulary = plan.train, int(config.get_text_config().vocab_size)
    long = tokens
    if stage == "grpo":
        long = int(table.get("max_completion_length") or 256)
    elif table.get("packing"):
        long = int(table.get("max_length") or tokens)
    learned = int(table.get("per_device_train_batch_size") or 8) * long
    size = learned * vocabulary
    if hasattr(utils, "add_fused_lm_head"):
        size = min(learned, _TILE[0]) * min(vocabulary, _TILE[1])
    return Part("logits", size * (machine.number + 8), "training", f"{learned:,} tokens, vocabulary {vocabulary:,}")


def _generation(
    config: Any, counts: Counts, table: Mapping[str, Any], stage: Stage, tokens: int, machine: Machine
) -> list[Part]:
    """Return the key-value cache and last logits of a round, or vLLM's share of the card ([] where it is a server)."""
    if table.get("use_vllm"):
        if table.get("vllm_mode", "colocate") != "colocate":
            return []
        share = float(table.get("vllm_gpu_memory_utilization") or 0.3)
        size = int(share * machine.card)
        left = size - 2 * counts.all / int(table.get("vllm_tensor_parallel_size") or 1)
        room = f"its weights and {left / cache_size(config, 2):,.0f} tokens of cache at most"
        asleep = bool(table.get("vllm_enable_sleep_mode"))
        note = f"{share:.0%} of the card: {room if left > 0 else 'too little for its weights'}"
        note += ", asleep while training" if asleep else ""
        return [Part("vLLM", size, "generation" if asleep else "always", note)]
    batch, new = int(table.get("per_device_train_batch_size") or 32), int(table.get("max_completion_length") or 256)
    if stage == "grpo" and table.get("generation_batch_size"):
        batch = -(-int(table["generation_batch_size"]) // machine.processes)
    elif stage == "grpo":
        batch *= int(table.get("steps_per_generation") or table.get("gradient_accumulation_steps") or 1)
    cache = cache_size(config, machine.number) * batch * (tokens + new)
    last = batch * int(config.get_text_config().vocab_size) * 4
    return [
        Part("key-value cache", cache, "generation", f"{batch} replies at once, {tokens + new:,} tokens each"),
        Part("last logits", last, "generation", "of one position of each reply, float32"),
    ]
