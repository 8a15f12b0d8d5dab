"""Flags that would make a training fit: each is tried on the prediction, on top of those before it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from kardia_cli.training.memory.parts import GIB, Memory
from kardia_cli.training.plan import Plan

WORTH = 0.02
"""Share of the peak that a flag must save to be named."""
ADAPTER: dict[str, Any] = {"r": 16, "lora_alpha": 32, "target_modules": "all-linear"}
FOUR_BIT: dict[str, Any] = {"load_in_4bit": True}


Change = Callable[[Plan], Plan]
Step = tuple[str, Change]


def advice(now: Memory, plan: Plan, stage: str, processes: int, again: Callable[[Plan], Memory]) -> list[str]:
    """One line a flag, with the peak after it; a last line where nothing here is enough.

    What saves nothing yet is tried again after the others: training and generation take turns at being the peak.
    """
    taken: list[Step] = []
    left, peak = list(_steps(plan, stage, processes)), now.total
    while step := next((step for step in left if _peak([*taken, step], plan, again) <= peak * (1 - WORTH)), None):
        left.remove(step)
        taken.append(step)
        after = again(_with(taken, plan))
        peak = after.total
        if after.fits:
            return _told(_needed(taken, plan, again), plan, again)
    last = (
        "serve it on a larger card (`vllm serve`) and name it with --api-base"
        if stage == "evaluate"
        else "more GPUs with FSDP or ZeRO-3 (examples/accelerate), a larger card or a smaller model"
    )
    return [*_told(taken, plan, again), last]


def _peak(steps: list[Step], plan: Plan, again: Callable[[Plan], Memory]) -> int:
    return again(_with(steps, plan)).total


def _needed(taken: list[Step], plan: Plan, again: Callable[[Plan], Memory]) -> list[Step]:
    """The steps without those that turned out to be needless once a later one was taken."""
    for step in list(taken[:-1]):
        without = [other for other in taken if other is not step]
        if again(_with(without, plan)).fits:
            taken = without
    return taken


def _told(taken: list[Step], plan: Plan, again: Callable[[Plan], Memory]) -> list[str]:
    lines = []
    for count, (flags, _) in enumerate(taken, 1):
        after = again(_with(taken[:count], plan))
        lines.append(f"{flags}: peak {after.total / GIB:.1f} GiB, {'fits' if after.fits else 'too much still'}")
    return lines


def _with(steps: list[Step], plan: Plan) -> Plan:
    for _, change in steps:
        plan = change(plan)
    return plan


def _steps(plan: Plan, stage: str, processes: int) -> Iterator[Step]:
    """The cheap ones first: what costs only time, then what changes the training."""
    if stage == "evaluate":
        return
    table = plan.train
    yield _set(gradient_checkpointing=True)
    batch = smaller = int(table.get("per_device_train_batch_size") or 8)
    accumulated = int(table.get("gradient_accumulation_steps") or 1)
    while smaller > 1:
        smaller = max(1, smaller // 2)
        yield _set(per_device_train_batch_size=smaller, gradient_accumulation_steps=accumulated * batch // smaller)
    if stage == "grpo":
        yield from _grpo_steps(table, processes)
    if plan.lora is None:
        yield "--set lora.r=16", lambda old: replace(old, lora=dict(ADAPTER))
    if plan.quantize is None:
        yield "--set quantize.load_in_4bit=true", lambda old: replace(old, quantize=dict(FOUR_BIT)) if old.lora else old
    if stage == "grpo":
        yield _set(max_completion_length=max(128, int(table.get("max_completion_length") or 256) // 2))


def _grpo_steps(table: dict[str, Any], processes: int) -> Iterator[Step]:
    if table.get("use_vllm"):
        yield _set(vllm_enable_sleep_mode=True)
    else:
        batch, rounds = (
            int(table.get(name) or 1) for name in ("per_device_train_batch_size", "gradient_accumulation_steps")
        )
        whole, group = batch * rounds * processes, int(table.get("num_generations") or 8)
        least = math.lcm(group, batch * processes)
        if whole > least:
            yield _set(generation_batch_size=least * max(1, whole // least // 4))
    if float(table.get("beta") or 0.0) > 0:
        yield _set(beta=0.0)


def _set(**values: Any) -> Step:
    shown = " ".join(f"--set train.{name}={_toml(value)}" for name, value in values.items())
    return shown, lambda old: replace(old, train={**old.train, **values})


def _toml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
