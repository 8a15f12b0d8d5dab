"""Flags that would make a training fit: each is tried on the prediction, on top of those before it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from kardia_cli.training.memory.parts import GIB, Memory
from kardia_cli.training.plan import Plan

LEAST_SAVING = 0.02
"""Share of the peak that a flag must save to be named."""
ADAPTER: dict[str, Any] = {"r": 16, "lora_alpha": 32, "target_modules": "all-linear"}
Flag = tuple[str, Callable[[Plan], Plan]]
"""Flags as they are typed, and what they change in a plan."""


def advice(now: Memory, plan: Plan, stage: str, processes: int, predict: Callable[[Plan], Memory]) -> list[str]:
    """Return one line a flag, with the lower bound after it; a last line where nothing here is enough.

    What saves nothing yet is tried again after the others: training and generation take turns at being the peak.
    """

    def after(flags: list[Flag]) -> Memory:
        changed = plan
        for _, change in flags:
            changed = change(changed)
        return predict(changed)

    taken: list[Flag] = []
    left, found = list(_flags(plan, stage, processes)), now
    while not found.fits:
        most = found.total * (1 - LEAST_SAVING)
        flag = next((flag for flag in left if after([*taken, flag]).total <= most), None)
        if flag is None:
            break
        left.remove(flag)
        taken.append(flag)
        found = after(taken)
    if found.fits:
        for flag in taken[:-1]:  # some turn out to be needless once a later one is taken
            others = [other for other in taken if other is not flag]
            taken = others if after(others).fits else taken
    lines = []
    for number, (shown, _) in enumerate(taken, 1):
        memory = after(taken[:number])
        lines.append(f"{shown}: at least {memory.total / GIB:.1f} GiB, {'fits' if memory.fits else 'still too much'}")
    if found.fits:
        return lines
    if stage == "evaluate":
        return [*lines, "serve it on a larger card (`vllm serve`) and name it with --api-base"]
    return [*lines, "more GPUs with FSDP or ZeRO-3 (examples/accelerate), a larger card or a smaller model"]


def _flags(plan: Plan, stage: str, processes: int) -> Iterator[Flag]:
    """Yield the cheap ones first: what costs only time, then what changes the training."""
    if stage == "evaluate":
        return
    table = plan.train
    batch = smaller = int(table.get("per_device_train_batch_size") or 8)
    rounds = int(table.get("gradient_accumulation_steps") or 1)
    while smaller > 1:
        smaller = max(1, smaller // 2)
        yield _train(per_device_train_batch_size=smaller, gradient_accumulation_steps=rounds * batch // smaller)
    if stage == "grpo":
        if table.get("use_vllm"):
            yield _train(vllm_enable_sleep_mode=True)
        else:
            least = math.lcm(int(table.get("num_generations") or 8), batch * processes)
            whole = batch * rounds * processes
            if whole > least:
                yield _train(generation_batch_size=least * max(1, whole // least // 4))
        if float(table.get("beta") or 0.0) > 0:
            yield _train(beta=0.0)
    if plan.lora is None:
        yield "--set lora.r=16", lambda old: replace(old, lora=dict(ADAPTER))
    if plan.quantize is None:
        bits = {"load_in_4bit": True}
        yield "--set quantize.load_in_4bit=true", lambda old: replace(old, quantize=bits) if old.lora else old
    if stage == "grpo":
        yield _train(max_completion_length=max(128, int(table.get("max_completion_length") or 256) // 2))


def _train(**values: Any) -> Flag:
    typed = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}
    shown = " ".join(f"--set train.{name}={value}" for name, value in typed.items())
    return shown, lambda old: replace(old, train={**old.train, **values})
