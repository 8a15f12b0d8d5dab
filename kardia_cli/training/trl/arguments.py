"""The arguments of TRL's trainers: defaults for real models, what this machine decides, and what the samples decide.

Published by the paper (design note kardia-r1, 2.1): 2 epochs, learning rate 1e-4 (SFT) and 1e-6 (GRPO), a global batch
of 128 and of 32, 8 samples a context. The 128 are read as supporter turns. The 32 are completions, 4 contexts of 8: so
count TRL and the framework that the paper implies (ms-swift). Everything else is ours: the paper names no KL weight,
warm-up or lengths.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from kardia_cli.errors import UsageError
from kardia_cli.training import tiny
from kardia_cli.training.plan import Plan
from kardia_cli.training.settings import OWNED, Settings, check_keys, make
from kardia_cli.training.trl import ranks

SFT: dict[str, Any] = {
    "num_train_epochs": 2,
    "learning_rate": 1e-4,
    "lr_scheduler_type": "cosine",
    "warmup_steps": 0.03,
    "per_device_train_batch_size": 4,
    "per_device_eval_batch_size": 4,
    "logging_steps": 5,
    "save_steps": 100,
    "save_total_limit": 2,
}
GRPO: dict[str, Any] = {
    "num_train_epochs": 2,
    "learning_rate": 1e-6,
    "lr_scheduler_type": "constant",
    "per_device_train_batch_size": 8,
    "num_generations": 8,
    "max_completion_length": 384,
    "temperature": 1.0,
    "beta": 0.005,
    "logging_steps": 1,
    "save_steps": 100,
    "save_total_limit": 2,
}
GLOBAL_BATCH = 128
"""Supporter turns an SFT step learns from, where the user sets nothing."""
COMPLETIONS = 32
"""Completions that a GRPO step learns from, where the user sets nothing: 4 contexts of 8."""
ROUND_TO = 64
"""The measured `max_length` is a multiple of this: matrix units like round numbers."""
FEW_STEPS = 100
"""Steps below which the briefing warns (ours)."""
PACKED_AT_ONCE = 1000


def sft_table(settings: Settings, is_tiny: bool, has_dev: bool) -> dict[str, Any]:
    """The resolved [train] table of sft; the checkpoint with the lowest eval loss is kept where there is a dev part.

    Samples are packed where there is a GPU (on a CPU packing costs more than padding); then the accumulation is left to
    `measured`, which knows how many supporter turns a packed row holds.
    """
    from trl import SFTConfig

    check_keys(settings.train, SFTConfig, "train", OWNED)
    table = {**(tiny.SFT if is_tiny else SFT), **settings.train}
    table.setdefault("packing", _gpu() and not is_tiny)
    if is_tiny or not table["packing"]:
        table.setdefault("gradient_accumulation_steps", 1 if is_tiny else _accumulation(GLOBAL_BATCH, table))
    table.setdefault("eval_strategy", "steps" if has_dev else "no")
    table.setdefault("eval_steps", table["save_steps"])
    table.setdefault("load_best_model_at_end", table["eval_strategy"] == table.get("save_strategy", "steps"))
    return table


def grpo_table(settings: Settings, is_tiny: bool, weights: Mapping[str, float]) -> dict[str, Any]:
    """The resolved [train] table of grpo; checkpoints fall on whole generation rounds, where a resume is exact."""
    if settings.train:
        from trl import GRPOConfig  # takes seconds: not for a run that is about to be refused

        check_keys(settings.train, GRPOConfig, "train", OWNED)
    table = {**(tiny.GRPO if is_tiny else GRPO), **settings.train}
    completions = max(COMPLETIONS, table["num_generations"])
    if not is_tiny and "per_device_train_batch_size" not in settings.train:  # many processes share the completions
        table["per_device_train_batch_size"] = max(
            1, min(table["per_device_train_batch_size"], completions // ranks.count())
        )
    table.setdefault("gradient_accumulation_steps", _accumulation(completions, table) if not is_tiny else 1)
    rounds = max(1, table.get("steps_per_generation") or 0) // table["gradient_accumulation_steps"] or 1
    every = rounds * table.get("num_iterations", 1)
    if isinstance(table["save_steps"], int):
        table["save_steps"] = -(-table["save_steps"] // every) * every
    return {**table, "reward_weights": list(weights.values())}


def contexts_per_step(table: Mapping[str, Any]) -> int:
    """Different prompts that one generation round takes."""
    accumulated = table.get("steps_per_generation") or table["gradient_accumulation_steps"]
    completions = table.get("generation_batch_size") or (
        table["per_device_train_batch_size"] * accumulated * ranks.count()
    )
    return max(1, int(completions) // int(table["num_generations"]))


def turns_per_step(table: Mapping[str, Any]) -> int:
    """Supporter turns that an SFT step is to learn from."""
    accumulated = table.get("gradient_accumulation_steps")
    return int(table["per_device_train_batch_size"]) * int(accumulated) * ranks.count() if accumulated else GLOBAL_BATCH


def token_limit(table: Mapping[str, Any], context: int) -> int:
    """Most tokens that a sample may have: the user's `max_length`, and never more than the model's context."""
    given = table.get("max_length")
    if given is None:
        return context
    if not isinstance(given, int) or isinstance(given, bool) or given < 1:
        raise UsageError(
            f"[train] max_length is {given!r}", "give a number of tokens, or leave it out to have it measured"
        )
    return min(given, context)


def measured(table: Mapping[str, Any], lengths: Sequence[int], context: int) -> dict[str, Any]:
    """Return what sft's samples decide where the user does not: `max_length`, accumulation of packed rows, eval steps.

    `lengths` are tokens of each sample. A run shorter than `save_steps` is saved and measured once, at its end.
    """
    found: dict[str, Any] = {"max_length": table.get("max_length") or _up(max(lengths), ROUND_TO) * ROUND_TO}
    found["max_length"] = min(found["max_length"], context)
    rows = dataset_rows({**table, **found}, lengths)
    if "gradient_accumulation_steps" not in table:
        turns = int(table["per_device_train_batch_size"]) * ranks.count() * len(lengths) / rows
        found["gradient_accumulation_steps"] = max(1, round(GLOBAL_BATCH / turns))
    steps = sft_steps({**table, **found}, rows)
    if (
        table["save_steps"] == table["eval_steps"]
        and isinstance(table["save_steps"], int)
        and table["save_steps"] > steps
    ):
        found.update(save_steps=steps, eval_steps=steps)
    return found


def dataset_rows(table: Mapping[str, Any], lengths: Sequence[int]) -> int:
    """Rows that the samples make: as many as there are, fewer where they are packed."""
    if not table["packing"]:
        return len(lengths)
    return packs(lengths, table["max_length"], table.get("packing_strategy", "bfd"))


def packs(lengths: Sequence[int], size: int, strategy: str = "bfd") -> int:
    """Return the number of rows of `size` tokens that TRL packs the samples into: longest first, fullest row with room.

    TRL packs every 1,000 samples by themselves (`datasets.map`'s batch).
    """
    if strategy == "wrapped":
        return sum(_up(sum(lengths[at : at + PACKED_AT_ONCE]), size) for at in range(0, len(lengths), PACKED_AT_ONCE))
    return sum(_packed(lengths[at : at + PACKED_AT_ONCE], size) for at in range(0, len(lengths), PACKED_AT_ONCE))


def _packed(lengths: Sequence[int], size: int) -> int:
    rooms: list[int] = []
    for length in sorted((min(length, size) for length in lengths), reverse=True):
        at = bisect_left(rooms, length)
        room = rooms.pop(at) if at < len(rooms) else size
        insort(rooms, room - length)
    return len(rooms)


def sft_steps(table: Mapping[str, Any], rows: int) -> int:
    """Optimiser steps over `rows` rows of the dataset (packed or not), as transformers' Trainer counts them."""
    if int(table.get("max_steps") or 0) > 0:
        return int(table["max_steps"])
    batches = _up(_up(rows, int(table["per_device_train_batch_size"])), ranks.count())
    each = max(1, _up(batches, int(table["gradient_accumulation_steps"])))
    return int(-(-float(table["num_train_epochs"]) * each // 1))


def grpo_steps(table: Mapping[str, Any], contexts: int) -> int:
    """Optimiser steps over so many contexts, as TRL's GRPOTrainer counts them: a round that is not full is left out."""
    if int(table.get("max_steps") or 0) > 0:
        return int(table["max_steps"])
    accumulated = int(table["gradient_accumulation_steps"])
    rounds = contexts // contexts_per_step(table)
    batches = rounds * int(table.get("steps_per_generation") or accumulated) * int(table.get("num_iterations") or 1)
    return int(-(-float(table["num_train_epochs"]) * max(1, _up(batches, accumulated)) // 1))


def _up(number: int, by: int) -> int:
    return -(-number // by)


def describe_plan(plan: Plan) -> str:
    """Return one line that says what is about to be trained, and how."""
    kind = f"LoRA r={plan.lora['r']}" if plan.lora else "all parameters"
    bits = " on a quantised base" if plan.quantize else ""
    return f"training {plan.start.name} ({kind}{bits}): " + ", ".join(
        f"{key}={value}" for key, value in plan.train.items()
    )


def briefing(stage: Literal["sft", "grpo"], table: Mapping[str, Any], lengths: Sequence[int]) -> list[str]:
    """Return lines for the user before the start: samples, batch, steps, tokens, warm-up, a warning where it is short.

    `table` is the resolved one (sft: with what `measured` found), `lengths` the tokens of each sample (grpo: of each
    prompt).

        for line in briefing("grpo", plan.train, prompts.lengths):
            say(line)
    """
    mean = sum(lengths) / len(lengths)
    if stage == "sft":
        rows = dataset_rows(table, lengths)
        batch, steps, unit = turns_per_step(table) * len(lengths) / rows, sft_steps(table, rows), "supporter turns"
        tokens = f"about {batch * mean:,.0f}"
        counted = (
            f"{batch:,.0f} {unit} a global batch (the paper's is {GLOBAL_BATCH}; that it counts {unit} is our reading)"
        )
        packed = f", packed into {rows:,} rows of {table['max_length']:,}" if table["packing"] else ""
        size = (
            f"{mean:,.0f} tokens on average, the longest {max(lengths):,}{packed}; max_length {table['max_length']:,}"
        )
    else:
        batch, steps, unit = float(contexts_per_step(table)), grpo_steps(table, len(lengths)), "contexts"
        answers = batch * int(table["num_generations"])
        tokens = f"at most {answers * (mean + int(table['max_completion_length'])):,.0f}"
        size = f"prompts of {mean:,.0f} tokens on average, {table['num_generations']} completions each"
        counted = (
            f"a global batch of {answers:,.0f} completions: {batch:,.0f} contexts of {table['num_generations']} "
            f"(the paper's is {COMPLETIONS}, counted in completions as TRL and ms-swift do)"
        )
    lines = [
        f"{len(lengths):,} samples ({unit}): {size}",
        counted,
        f"{steps:,} steps of {tokens} tokens; warm-up takes {_warmup(table, steps):,} steps",
    ]
    if steps < FEW_STEPS:
        longer = (
            "a higher train.max_steps"
            if int(table.get("max_steps") or 0) > 0
            else "more rows or train.num_train_epochs"
        )
        lines.append(f"warning: the paper's settings mean little in so few steps: {steps:,} here; give {longer}")
    return lines


def _warmup(table: Mapping[str, Any], steps: int) -> int:
    """`warmup_steps` below 1 is a share of all steps."""
    given = float(table.get("warmup_steps") or 0)
    return int(given) if given >= 1 else int(-(-steps * given // 1))


def trainer_config(config: type[Any], plan: Plan, folder: Path, **changed: Any) -> Any:
    """TRL's config from the plan's table (`changed` over it) and from what this machine decides.

    `folder` is where the checkpoints go.
    """
    fixed = {"output_dir": str(folder.resolve()), "seed": plan.seed, "report_to": "none", "disable_tqdm": True}
    return make(config, "train", {**_machine(plan.start.tiny), **fixed, **plan.train, **changed})


def _machine(is_tiny: bool) -> dict[str, Any]:
    """TRL's own defaults ask for bf16 and recomputed activations: errors on a CPU, needless for `tiny`."""
    gpu = _gpu()
    return {
        "use_cpu": not gpu,
        "bf16": gpu and not is_tiny,
        "gradient_checkpointing": gpu and not is_tiny,
        "dataloader_pin_memory": gpu,
        **(
            {"ddp_find_unused_parameters": False} if ranks.count() > 1 else {}
        ),  # there are none, and looking costs time
    }


def _gpu() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def _accumulation(batch: int, table: Mapping[str, Any]) -> int:
    return max(1, batch // (int(table["per_device_train_batch_size"]) * ranks.count()))
