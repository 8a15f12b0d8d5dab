"""The bare side of training.py: `python training_bare.py prepare|sft|grpo FOLDER`, with TRL and no kardia at all.

`prepare` is the exception: it writes kardia's samples as JSON, so that both sides learn the same.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def prepare(folder: Path) -> None:
    """The samples of both stages in FOLDER/sft.json and FOLDER/grpo.json."""
    from transformers import AutoTokenizer

    from kardia_cli.stream import jsonl
    from kardia_cli.training import samples

    rows = [line.row for line in jsonl.read_all(folder / "drafts.jsonl") if line.row is not None]
    tokenizer: Any = AutoTokenizer.from_pretrained(folder / "start" / "base")
    learned = samples.split_dev(rows)[0]
    for name, made in (
        ("sft", samples.for_sft(learned, tokenizer, 2048)),
        ("grpo", samples.for_grpo(rows, tokenizer, 1800)),
    ):
        plain = [{key: item[key] for key in ("prompt", "completion") if key in item} for item in made.items]
        (folder / f"{name}.json").write_text(json.dumps(plain))


def train(stage: str, folder: Path) -> dict[str, float]:
    """Train as bare.json says; seconds and tokens seen."""
    import datasets
    import torch
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, PrinterCallback, ProgressCallback, set_seed
    from trl import GRPOConfig, GRPOTrainer, SFTConfig, SFTTrainer

    datasets.disable_progress_bars()
    set_seed(0)
    told = json.loads((folder / "bare.json").read_text())
    gpu, lora = torch.cuda.is_available(), LoraConfig(task_type="CAUSAL_LM", **told["lora"]) if told["lora"] else None
    tokenizer: Any = AutoTokenizer.from_pretrained(told["start"])
    model = AutoModelForCausalLM.from_pretrained(told["start"], dtype="auto" if lora and gpu else "float32")
    data = datasets.Dataset.from_list(json.loads((folder / f"{stage}.json").read_text()))
    table = {
        "output_dir": str(folder / "bare"), "use_cpu": not gpu, "bf16": gpu, "gradient_checkpointing": gpu, "seed": 0,
        "report_to": "none", "disable_tqdm": True, "dataloader_pin_memory": gpu, **told["train"],
    }  # fmt: skip
    if stage == "sft":
        config = SFTConfig(**{"max_length": None, **table})
        trainer = SFTTrainer(model, config, train_dataset=data, processing_class=tokenizer, peft_config=lora)
    else:
        config = GRPOConfig(**table, reward_weights=[1 / 3] * 3)
        nothing = [_nothing, _nothing, _nothing]
        trainer = GRPOTrainer(model, nothing, config, data, processing_class=tokenizer, peft_config=lora)
    for printer in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(printer)
    trainer.train()
    trainer.save_model(str(folder / "bare"))
    seen = trainer.state.log_history
    return {
        "seconds": next(row["train_runtime"] for row in seen if "train_runtime" in row),
        "tokens": max(row.get("num_tokens", 0) for row in seen),
    }


def _nothing(completions: list[Any], **_: Any) -> list[float]:
    return [0.0] * len(completions)


if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    if what == "prepare":
        prepare(where)
    else:
        (where / "bare-result.json").write_text(json.dumps(train(what, where)))
