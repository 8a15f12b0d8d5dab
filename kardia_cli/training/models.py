"""The model that is trained: find it, load it, put a LoRA on it; `saving` saves it.

A LoRA run trains an adapter and, where markers were added, the two vocabulary matrices (PEFT's single-token training
does not work on tied models). Its base may be quantised while it trains (QLoRA, see `quantize`), never where it is
saved.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kardia_cli.chat import names
from kardia_cli.chat.local.backend import fetch
from kardia_cli.errors import UsageError
from kardia_cli.rows.line import Row
from kardia_cli.training import quantize, tiny
from kardia_cli.training.markers import prepare
from kardia_cli.training.plan import Plan, Start
from kardia_cli.training.run_folder.whole_files import replacing
from kardia_cli.training.settings import Settings, check_keys, make
from kardia_cli.weights.fingerprint import folder_hash

LORA: dict[str, Any] = {"r": 16, "lora_alpha": 32, "lora_dropout": 0.0, "target_modules": "all-linear"}
"""LoRA defaults (ours; whether the paper used LoRA is not known). `r = 0` trains all parameters."""


def find(name: str) -> Start:
    """Say what `--model` means: `tiny`, a model or run folder, or `hf/NAME`; `UsageError` for anything else."""
    spec = names.resolve(name)
    if spec.kind == "tiny":
        return Start(name, None, "", tiny=True)
    if spec.kind not in ("local", "hub"):
        raise UsageError(f"{name} cannot be trained here", "name `tiny`, a model folder or hf/NAME")
    folder = spec.folder or fetch(spec.model)
    return Start(name, folder, folder_hash(folder), tiny=tiny.is_tiny(folder))


def base_folder(plan: Plan, rows: list[Row], run: Path) -> Path:
    """The folder to load: the start's own, or RUN/base, where `tiny` is made unless it is there already."""
    if plan.start.folder is not None:
        return plan.start.folder
    base = run / "base"
    if not base.is_dir():
        with replacing(base) as partial:
            tiny.build(rows, partial, plan.seed)
    return base


def load(folder: Path, plan: Plan) -> tuple[Any, Any, int]:
    """Model, tokenizer and the number of markers that were new to it.

    float32 on a CPU and for full training; a frozen base under LoRA stays in its own format on a GPU.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed

    set_seed(plan.seed)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    dtype = "auto" if plan.lora and torch.cuda.is_available() else "float32"
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, **quantize.loading(plan.quantize))
    added = prepare(tokenizer, model, plan.form)
    return model, tokenizer, added


def lora_table(settings: Settings, is_tiny: bool) -> dict[str, Any] | None:
    """The resolved [lora] table, or None for training all parameters (`tiny` unless it is set; `r = 0`)."""
    if settings.lora is None and is_tiny:
        return None
    from peft import LoraConfig

    table = {**LORA, **(settings.lora or {})}
    check_keys(table, LoraConfig, "lora")
    return table if table["r"] else None


def peft_config(plan: Plan, model: Any, added: int) -> Any:
    """PEFT's config, or None; with new markers the vocabulary matrices are trained too, tied where they were."""
    if plan.lora is None:
        return None
    from peft import LoraConfig

    values = dict(plan.lora)
    if added:
        values.setdefault("modules_to_save", ["embed_tokens", "lm_head"])
        if model.config.get_text_config().tie_word_embeddings:
            values.setdefault("ensure_weight_tying", True)
    return make(LoraConfig, "lora", {"task_type": "CAUSAL_LM", **values})
