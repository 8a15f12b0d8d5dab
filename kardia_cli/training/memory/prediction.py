"""Will it fit? Memory of a training on one device, predicted from a config, against what is free.

    memory = memory.predict(config, plan, stage="grpo", tokens=900)
    for row in memory.table(): ...
    for line in memory.advice: ...              # flags that would make it fit, empty where it does

    weights + gradients + optimiser + reference + vLLM  +  the larger of: one training pass, one round of generation

The formulas are ours (see `memory_sizes`). A prediction, not a promise: a tenth is put on top for what allocators waste.
`tokens` is the longest sample (sft, prompt and reply) or prompt (grpo).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from kardia_cli.training.memory.advice import advice
from kardia_cli.training.memory.free import Free, free
from kardia_cli.training.memory.parts import GIB, SLACK, Memory, Part
from kardia_cli.training.memory.sizes import Counts, Pass, Shape, count
from kardia_cli.training.plan import Plan

CONTEXT = int(0.7 * GIB)
"""What CUDA itself takes of a card (ours, rounded)."""
_FORMATS = {"float32": 4, "bfloat16": 2, "float16": 2, "float8_e4m3fn": 1}
_FOUR_BIT = 0.52
"""Bytes a parameter in nf4 with double quantisation takes, its constants included."""
Stage = Literal["sft", "grpo", "evaluate"]


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it runs: a GPU or not, how many processes share, and what they share (ZeRO stage; FSDP is 3)."""

    gpu: bool
    processes: int = 1
    sharing: int = 0
    number: int = 4
    """Bytes of a number in the layers: 2 under bf16."""
    card: int = 0
    """Bytes of the whole card, of which vLLM takes its share."""

    @classmethod
    def here(cls, table: Mapping[str, Any], is_tiny: bool) -> Machine:
        """This machine, as `accelerate launch` has set it up."""
        import torch

        gpu = bool(torch.cuda.is_available())
        stage = int(os.environ.get("ACCELERATE_DEEPSPEED_ZERO_STAGE") or (2 if table.get("deepspeed") else 0))
        sharded = os.environ.get("ACCELERATE_USE_FSDP") == "true" or table.get("fsdp")
        low = table.get("bf16", gpu and not is_tiny) or table.get("fp16")
        card = int(torch.cuda.mem_get_info()[1]) if gpu else 0
        return cls(gpu, int(os.environ.get("WORLD_SIZE", "1")), 3 if sharded else stage, 2 if low else 4, card)

    def share(self, size: float, stage: int) -> int:
        """A process's share of what is split from this ZeRO stage on."""
        return int(size / self.processes) if self.sharing >= stage else int(size)


def predict(
    config: Any,
    plan: Plan,
    *,
    stage: Stage,
    tokens: int,
    untrained: int = 8,
    machine: Machine | None = None,
    available: Free | None = None,
    judge: int = 0,
) -> Memory:
    """Predict the peak of one process. `untrained`: new markers (then LoRA trains the vocabulary matrices too).

    `judge`: bytes of a judge that is to stand on the same card and does not run yet. Flags that would make it fit are
    found by predicting again with each.
    """
    machine = machine or Machine.here(plan.train, plan.start.tiny)
    counts = count(config, (plan.lora or {}).get("target_modules") or "all-linear")
    there = available or free()

    def again(other: Plan) -> Memory:
        return Memory(tuple(_parts(config, counts, other, stage, tokens, untrained, machine, judge)), there)

    made = again(plan)
    if made.fits:
        return made
    return replace(made, advice=tuple(advice(made, plan, stage, machine.processes, again)))


def _parts(
    config: Any, counts: Counts, plan: Plan, stage: Stage, tokens: int, untrained: int, machine: Machine, judge: int
) -> list[Part]:
    shape, table = Shape.of(config), plan.train
    parts = [
        Part("CUDA", CONTEXT if machine.gpu else 0, "always", reserved=True),
        *_weights(config, counts, plan, stage, machine),
    ]
    parts.append(Part("judge", judge, "always", "on the same device", reserved=True))
    if stage != "evaluate":
        parts += _learning(config, counts, plan, untrained, machine)
        parts += _pass(shape, plan, stage, tokens, untrained, machine)
    if stage == "grpo":
        parts.append(_reference(counts, plan, machine))
    if stage != "sft":
        parts += _generation(shape, counts, table, stage, tokens, machine)
    return parts


def _stored(config: Any, plan: Plan, stage: Stage, machine: Machine) -> int:
    """Bytes of a number in the weights, as `models.load` and the local model load them."""
    if not machine.gpu or (plan.lora is None and stage != "evaluate"):
        return 4
    return _FORMATS.get(str(getattr(config.get_text_config(), "dtype", None)).removeprefix("torch."), 2)


def _weights(config: Any, counts: Counts, plan: Plan, stage: Stage, machine: Machine) -> list[Part]:
    number = _stored(config, plan, stage, machine)
    quantised = (plan.quantize or {}).get("load_in_4bit"), (plan.quantize or {}).get("load_in_8bit")
    if any(quantised):
        few = _FOUR_BIT if quantised[0] else 1.0
        size, note = counts.linear * few + (counts.all - counts.linear) * 2, f"linear layers in {few:.2g} bytes each"
    else:
        size, note = counts.all * number, f"{counts.all / 1e6:,.1f} million of {number} bytes"
    parts = [Part("weights", machine.share(size, 3), "always", note)]
    if stage != "evaluate" and machine.number < number:
        parts.append(Part("16-bit copies", machine.share(2 * counts.linear, 3), "training", "autocast"))
    return parts


def _learning(config: Any, counts: Counts, plan: Plan, untrained: int, machine: Machine) -> list[Part]:
    """Trained copies, gradients and optimiser."""
    base = 2 if plan.quantize else _stored(config, plan, "sft", machine)
    if plan.lora is None:
        trained, own, kind = counts.all, 0.0, "all parameters"
        bytes_trained = counts.all * 4.0
    else:
        copies = counts.vocabulary if _saves_vocabulary(plan, untrained) else 0
        adapter = counts.rank * int(plan.lora.get("r") or 8)
        trained = adapter + copies
        own = bytes_trained = adapter * (2.0 if plan.quantize else 4.0) + copies * float(base)
        kind = f"LoRA {adapter / 1e6:,.1f} million" + (f", vocabulary {copies / 1e6:,.1f} million" if copies else "")
    return [
        Part("trained copies", machine.share(own, 3), "always", kind),
        Part("gradients", machine.share(bytes_trained, 2), "always", f"{trained / 1e6:,.1f} million"),
        Part("optimiser", machine.share(_states(plan, trained, bytes_trained), 1), "always", _optim(plan)),
    ]


def _saves_vocabulary(plan: Plan, untrained: int) -> bool:
    return bool((plan.lora or {}).get("modules_to_save", untrained))


def _optim(plan: Plan) -> str:
    return str(plan.train.get("optim") or "adamw_torch_fused")


def _states(plan: Plan, trained: int, bytes_trained: float) -> float:
    name = _optim(plan)
    if "8bit" in name:
        return (1 if "lion" in name else 2) * trained
    if "adafactor" in name or "sgd" in name:
        return 0.05 * bytes_trained
    return (1 if "lion" in name else 2) * bytes_trained


def _pass(shape: Shape, plan: Plan, stage: Stage, tokens: int, untrained: int, machine: Machine) -> list[Part]:
    """One forward and backward pass of one micro-batch."""
    from trl.trainer import utils

    table = plan.train
    batch, long = int(table.get("per_device_train_batch_size") or 8), tokens
    if stage == "grpo":
        long = tokens + int(table.get("max_completion_length") or 256)
    elif table.get("packing"):
        long = int(table.get("max_length") or tokens)
    learned = batch * (int(table.get("max_completion_length") or 256) if stage == "grpo" else long)
    given = table.get("gradient_checkpointing", table.get("activation_checkpointing"))
    checkpointed = bool(machine.gpu and not plan.start.tiny if given is None else given)
    residual = 2 if machine.gpu and plan.lora is not None else 4
    once = Pass(shape, batch, long, machine.number, residual, machine.number < 4, plan.lora is None)
    trains_head = plan.lora is None or _saves_vocabulary(plan, untrained)
    head = once.head(learned, trains_head, hasattr(utils, "add_fused_lm_head"))
    how = f"{batch} x {long:,} tokens" + (", checkpointed" if checkpointed else "")
    return [
        Part("activations", once.activations(checkpointed), "training", how),
        Part("their gradients", once.passing(), "training", "of one layer at a time"),
        Part("head and loss", head, "training", f"{learned:,} tokens, vocabulary {shape.vocabulary:,}"),
    ]


def _reference(counts: Counts, plan: Plan, machine: Machine) -> Part:
    """With beta above 0 and all parameters trained, TRL loads the start a second time, in float32."""
    second = plan.lora is None and float(plan.train.get("beta") or 0.0) > 0
    return Part("reference", machine.share(counts.all * 4 if second else 0, 3), "always", "beta above 0")


def _generation(
    shape: Shape, counts: Counts, table: Mapping[str, Any], stage: Stage, tokens: int, machine: Machine
) -> list[Part]:
    if table.get("use_vllm"):
        return [_vllm(shape, counts, table, machine)] if table.get("vllm_mode", "colocate") == "colocate" else []
    batch, new = int(table.get("per_device_train_batch_size") or 32), int(table.get("max_completion_length") or 256)
    if stage == "grpo" and table.get("generation_batch_size"):
        batch = -(-int(table["generation_batch_size"]) // machine.processes)
    elif stage == "grpo":
        batch *= int(table.get("steps_per_generation") or table.get("gradient_accumulation_steps") or 1)
    cache = shape.cache(batch * (tokens + new), machine.number)
    picked = batch * shape.vocabulary * 4 * 3
    return [
        Part("key-value cache", cache, "generation", f"{batch} replies at once, {tokens + new:,} tokens each"),
        Part("next tokens", picked, "generation", "logits of the last position and their sorted copies"),
    ]


def _vllm(shape: Shape, counts: Counts, table: Mapping[str, Any], machine: Machine) -> Part:
    """vLLM in the same process: its share of the whole card, and what of it is left for the key-value cache."""
    share = float(table.get("vllm_gpu_memory_utilization") or 0.3)
    size = int(share * machine.card)
    left = (size * (1 - SLACK) - 2 * counts.all / int(table.get("vllm_tensor_parallel_size") or 1)) / shape.cache(1, 2)
    room = f"its weights and about {left:,.0f} tokens of cache" if left > 0 else "too little for its weights"
    asleep = bool(table.get("vllm_enable_sleep_mode"))
    note = f"{share:.0%} of the card: {room}" + (", asleep while training" if asleep else "")
    return Part("vLLM", size, "generation" if asleep else "always", note, reserved=True)
