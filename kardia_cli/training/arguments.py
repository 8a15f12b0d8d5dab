"""The arguments of TRL's trainers: defaults for real models, what this machine decides, and the global batch.

Published by the paper (design note kardia-r1, 2.1): 2 epochs, learning rate 1e-4 (SFT) and 1e-6 (GRPO), a global batch
of 128, 32 contexts with 8 samples each. Everything else is ours: the paper names no KL weight, warm-up or lengths.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kardia_cli.training import tiny
from kardia_cli.training.plan import Plan
from kardia_cli.training.settings import OWNED, Settings, check_keys, make

SFT: dict[str, Any] = {
    "num_train_epochs": 2,
    "learning_rate": 1e-4,
    "lr_scheduler_type": "cosine",
    "warmup_steps": 0.03,
    "per_device_train_batch_size": 4,
    "per_device_eval_batch_size": 4,
    "max_length": 4096,
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
    "save_steps": 20,
    "save_total_limit": 2,
}
GLOBAL_BATCH = 128
CONTEXTS = 32


def sft_table(settings: Settings, is_tiny: bool, has_dev: bool) -> dict[str, Any]:
    """The resolved [train] table of sft; the checkpoint with the lowest eval loss is kept where there is a dev part."""
    from trl import SFTConfig

    check_keys(settings.train, SFTConfig, "train", OWNED)
    table = {**(tiny.SFT if is_tiny else SFT), **settings.train}
    table.setdefault("gradient_accumulation_steps", _accumulation(GLOBAL_BATCH, table) if not is_tiny else 1)
    table.setdefault("eval_strategy", "steps" if has_dev else "no")
    table.setdefault("eval_steps", table["save_steps"])
    table.setdefault("load_best_model_at_end", table["eval_strategy"] == table.get("save_strategy", "steps"))
    return table


def grpo_table(settings: Settings, is_tiny: bool, weights: Mapping[str, float]) -> dict[str, Any]:
    """The resolved [train] table of grpo; checkpoints fall on whole generation rounds, where a resume is exact."""
    from trl import GRPOConfig

    check_keys(settings.train, GRPOConfig, "train", OWNED)
    table = {**(tiny.GRPO if is_tiny else GRPO), **settings.train}
    completions = CONTEXTS * table["num_generations"]
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
        table["per_device_train_batch_size"] * accumulated * _processes()
    )
    return max(1, int(completions) // int(table["num_generations"]))


def told(plan: Plan) -> str:
    """One line that says what is about to be trained, and how."""
    kind = f"LoRA r={plan.lora['r']}" if plan.lora else "all parameters"
    return f"training {plan.start.name} ({kind}): " + ", ".join(f"{key}={value}" for key, value in plan.train.items())


def trainer_config(config: type[Any], plan: Plan, folder: Path, **changed: Any) -> Any:
    """TRL's config from the plan's table (`changed` over it) and from what this machine decides.

    `folder` is where the checkpoints go.
    """
    fixed = {"output_dir": str(folder.resolve()), "seed": plan.seed, "report_to": "none", "disable_tqdm": True}
    return make(config, "train", {**_machine(plan.start.tiny), **fixed, **plan.train, **changed})


def _machine(is_tiny: bool) -> dict[str, Any]:
    """TRL's own defaults ask for bf16 and recomputed activations: errors on a CPU, needless for `tiny`."""
    import torch

    gpu = torch.cuda.is_available()
    return {
        "use_cpu": not gpu,
        "bf16": gpu and not is_tiny,
        "gradient_checkpointing": gpu and not is_tiny,
        "dataloader_pin_memory": gpu,
    }


def _accumulation(batch: int, table: Mapping[str, Any]) -> int:
    return max(1, batch // (int(table["per_device_train_batch_size"]) * _processes()))


def _processes() -> int:
    """Processes that `accelerate launch` or torchrun started."""
    return int(os.environ.get("WORLD_SIZE", "1"))
