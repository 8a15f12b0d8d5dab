"""The [quantize] table: a base that stays in 4 (or 8) bit under a LoRA, QLoRA, by bitsandbytes.

    --set quantize.load_in_4bit=true        the defaults below: nf4, twice quantised, computing in bfloat16
    [quantize] in the --config file         any key of transformers' BitsAndBytesConfig

Only the frozen base is kept in few bits. The adapter is trained in bfloat16, and the model that is saved is the base in
its own number format, loaded anew, with the adapter merged in float32: never the quantised weights.

    table = quantize.table(settings, lora)                                      # None: no quantising
    quantize.require(table)                                                     # before a run folder is opened
    AutoModelForCausalLM.from_pretrained(folder, **quantize.loading(table))     # {} where the table is None
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from kardia_cli.errors import MissingExtra, UsageError
from kardia_cli.training.settings import Settings, check_keys, make

DEFAULTS: dict[str, Any] = {
    "load_in_4bit": True,
    "bnb_4bit_quant_type": "nf4",
    "bnb_4bit_use_double_quant": True,
    "bnb_4bit_compute_dtype": "bfloat16",
}
"""Those of the QLoRA paper (Dettmers et al. 2023); whether Kardia-R1 used it is not known."""


def table(settings: Settings, lora: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The resolved [quantize] table, or None; `UsageError` for an unknown key or where all parameters are trained."""
    if settings.quantize is None:
        return None
    from transformers import BitsAndBytesConfig

    check_keys(settings.quantize, BitsAndBytesConfig, "quantize")
    given = settings.quantize
    values = dict(given) if given.get("load_in_8bit") else {**DEFAULTS, **given}
    if not (values.get("load_in_4bit") or values.get("load_in_8bit")):
        return None
    if lora is None:
        raise UsageError("[quantize] keeps the base frozen, and here all parameters are trained", "set lora.r=16 or so")
    return values


def require(values: Mapping[str, Any] | None) -> None:
    """Raise `MissingExtra` without bitsandbytes and `UsageError` without a GPU, where a base is to be quantised."""
    if values is None:
        return
    from importlib.util import find_spec

    import torch

    if find_spec("bitsandbytes") is None:
        raise MissingExtra("[quantize] needs bitsandbytes", "pip install bitsandbytes, or leave [quantize] out")
    if _is_sharded():
        raise UsageError(
            "[quantize] and weights that FSDP or ZeRO-3 spreads over processes do not go together here",
            "start with accelerate launch --multi_gpu, or with ZeRO-2",
        )
    if not torch.cuda.is_available():
        raise UsageError(
            "[quantize] needs a CUDA GPU, and none is here", "leave [quantize] out: LoRA and full run on a CPU"
        )


def _is_sharded() -> bool:
    """Return True where `accelerate launch` asks for FSDP or ZeRO-3."""
    stage = os.environ.get("ACCELERATE_DEEPSPEED_ZERO_STAGE")
    by_deepspeed = os.environ.get("ACCELERATE_USE_DEEPSPEED", "false").lower() == "true" and stage == "3"
    return by_deepspeed or os.environ.get("ACCELERATE_USE_FSDP", "false").lower() == "true"


def loading(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the further arguments of `from_pretrained` ({} where nothing is quantised).

    Each process loads onto its own GPU.
    """
    if values is None:
        return {}
    from transformers import BitsAndBytesConfig

    config = make(BitsAndBytesConfig, "quantize", values)
    return {"quantization_config": config, "device_map": {"": int(os.environ.get("LOCAL_RANK", "0"))}}
