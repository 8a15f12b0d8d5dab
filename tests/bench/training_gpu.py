"""Training on a GPU against bare TRL: `python tests/bench/training_gpu.py [--size 0.5B] [--steps N]`. Untried so far.

Qwen2-shaped models with random weights, bf16, LoRA and all parameters; what does not fit is said and left out. SFT:
tokens a second and their share of the chip's dense bf16 peak (6 operations a parameter and token, 4 under LoRA,
attention and the recomputed activations not counted). GRPO: seconds a step, transformers generation; with random
weights every completion is broken and as long as it may be, so no judge is asked. Memory is what nvidia-smi shows at
most (the allocator's reserve included). Both sides: same samples, same settings, one after the other in the same run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from report import Report, Table, as_text
from training import bare, kardia, spent

HERE = Path(__file__).parent
SHAPES: dict[str, dict[str, Any]] = {
    "0.5B": {
        "hidden_size": 896, "intermediate_size": 4864, "num_hidden_layers": 24, "num_attention_heads": 14,
        "num_key_value_heads": 2, "vocab_size": 151936, "tie_word_embeddings": True,
    },
    "7B": {
        "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28,
        "num_key_value_heads": 4, "vocab_size": 152064, "tie_word_embeddings": False,
    },
}  # fmt: skip
PEAKS = {
    "H100": 989e12,
    "H200": 989e12,
    "GH200": 989e12,
    "B200": 2250e12,
    "A100": 312e12,
    "L40S": 362e12,
    "4090": 165e12,
}
"""Dense bf16 operations a second by the makers' data sheets; of two names that fit, the longer one counts."""
LORA: dict[str, Any] = {"r": 16, "lora_alpha": 32, "lora_dropout": 0.0, "target_modules": "all-linear"}
SFT: dict[str, Any] = {
    "per_device_train_batch_size": 4, "gradient_accumulation_steps": 2, "packing": True, "max_length": 2048,
    "learning_rate": 1e-4, "logging_steps": 5, "eval_strategy": "no", "save_strategy": "no",
}  # fmt: skip
GRPO: dict[str, Any] = {
    "per_device_train_batch_size": 32, "gradient_accumulation_steps": 1, "num_generations": 8,
    "max_completion_length": 256, "beta": 0.005, "learning_rate": 1e-6, "lr_scheduler_type": "constant",
    "temperature": 1.0, "logging_steps": 1, "save_strategy": "no",
}  # fmt: skip


def chip() -> str:
    """Name of the first GPU; ends the benchmark with one line where there is none."""
    import torch

    if not torch.cuda.is_available():
        raise SystemExit("bench-gpu: no GPU here (torch.cuda.is_available() is false); nothing was measured")
    if shutil.which("nvidia-smi") is None:
        raise SystemExit("bench-gpu: nvidia-smi is not there to measure memory; nothing was measured")
    return str(torch.cuda.get_device_name(0))


class Memory:
    """The most memory of the first GPU in use (MiB) while it is open, looked at twice a second."""

    def __enter__(self) -> Memory:
        self.most, self._over = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        ask = ["nvidia-smi", "--id=0", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
        while not self._over.wait(0.5):
            said = subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
            self.most = max(self.most, float(said or 0))

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def build(folder: Path, size: str) -> int:
    """Make a random bf16 model with `tiny`'s tokenizer in START/base and START/model; return its parameters."""
    import torch
    from transformers import AutoTokenizer, Qwen2Config, Qwen2ForCausalLM

    from kardia_cli.stream import jsonl
    from kardia_cli.training import tiny

    rows = [line.row for line in jsonl.read_all(folder / "drafts.jsonl") if line.row is not None]
    tokenizer: Any = AutoTokenizer.from_pretrained(tiny.build(rows, folder / "tiny", seed=0))
    ends = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id, "bos_token_id": None}
    torch.manual_seed(0)
    with torch.device("cuda"):
        model = Qwen2ForCausalLM(Qwen2Config(**SHAPES[size], **ends, max_position_embeddings=4096, dtype="bfloat16"))
    model.to(torch.bfloat16).save_pretrained(folder / "start" / "base")
    tokenizer.save_pretrained(folder / "start" / "base")
    count: int = sum(weight.numel() for weight in model.parameters())
    del model
    torch.cuda.empty_cache()
    return count


def tried(side: Callable[[], dict[str, float]]) -> dict[str, float] | None:
    """What one side measured with its GPU memory; None where it does not fit."""
    try:
        with Memory() as memory:
            found = side()
    except SystemExit as error:
        if "out of memory" in str(error).lower():
            return None
        raise
    return {**found, "gpu": memory.most}


def measured(folder: Path, stage: str, table: Mapping[str, Any], lora: bool) -> dict[str, dict[str, float] | None]:
    """Both sides of one training."""
    start, options = folder / "start" / "base", LORA if lora else {"r": 0}
    more: list[object] = ["--model", start]
    more += [part for key, value in options.items() for part in ("--set", f"lora.{key}={value}")]
    more += ["--difficulty", "all"] if stage == "sft" else ["--judge-model", "offline", "--probe-every", "0"]
    return {
        "bare": tried(lambda: bare(folder, stage, table, start, LORA if lora else None)),
        "kardia": tried(lambda: kardia(folder, stage, stage, table, *more)),
    }


def of_size(folder: Path, size: str, steps: int, peak: float | None) -> Table:
    """All trainings of one size as a table."""
    table = Table(
        f"Qwen2 shape, {size}", ("training", "bare", "kardia", "ratio", "of the peak", "GiB bare", "GiB kardia")
    )
    parameters = build(folder, size)
    spent([sys.executable, HERE / "training_bare.py", "prepare", folder], folder)
    for stage, settings in (("sft", SFT), ("grpo", GRPO)):
        for lora in (True, False):
            both = measured(folder, stage, {**settings, "max_steps": steps}, lora)
            unit = "tokens/s" if stage == "sft" else "s a step"
            table.rows.append([f"{stage}, {'LoRA' if lora else 'all'}, {unit}", *_cells(stage, both, steps)])
            if stage == "sft" and both["kardia"] is not None and peak:
                speed = both["kardia"]["tokens"] / both["kardia"]["seconds"]
                table.rows[-1][4] = f"{speed * parameters * (4 if lora else 6) / peak:.1%}"
            sys.stderr.write(json.dumps({table.rows[-1][0]: both}) + "\n")
    return table


def _cells(stage: str, both: Mapping[str, dict[str, float] | None], steps: int) -> list[Any]:
    figures: list[float | None] = []
    for found in both.values():
        if found is None:
            figures.append(None)
        else:
            figures.append(found["tokens"] / found["seconds"] if stage == "sft" else found["seconds"] / steps)
    one, other = figures
    ratio = other / one if one and other else None
    memory = [found["gpu"] / 1024 if found else "does not fit" for found in both.values()]
    return [*figures, ratio, None, *memory]


def main() -> int:
    """Measure what fits, print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--size", action="append", choices=SHAPES, help="of the sizes, this one (may be given again)")
    parser.add_argument("--steps", type=int, default=20)
    given, name = parser.parse_args(), chip()
    known = max((key for key in PEAKS if key in name), key=len, default="")
    whole = Report(notes=[f"{name}; bf16 peak {PEAKS[known] / 1e12:.0f} T/s" if known else f"{name}; peak not known"])
    for size in given.size or SHAPES:
        with tempfile.TemporaryDirectory(prefix="kardia-gpu-") as place:
            folder = Path(place)
            drafts = ["synthesize", "builtin", "-n", "2000", "--max-exchanges", "3", "-o", folder / "drafts.jsonl"]
            spent([sys.executable, "-m", "kardia_cli", *drafts], folder)
            whole.add(Report([of_size(folder, size, given.steps, PEAKS.get(known))]))
    sys.stdout.write(as_text(whole) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
