"""Run as a script: train `tiny` a little with TRL in this process and print how far its memory rose, in bytes.

    python peak_memory.py FOLDER BATCH LENGTH CHECKPOINTED

The imports and one small training come before the start mark, so that what is printed is the training's own.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any


def resident() -> int:
    """Resident memory of this process (bytes)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


class Peak:
    """The highest resident memory seen while it is open, looked at each millisecond."""

    def __enter__(self) -> Peak:
        self.start = self.highest = resident()
        self._open = True
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while self._open:
            self.highest = max(self.highest, resident())
            time.sleep(0.001)

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._thread.join()


def train(folder: Path, batch: int, length: int, checkpointed: bool) -> None:
    """One step of TRL's SFTTrainer on texts of `length` tokens."""
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="float32")
    items = [{"input_ids": [5 + number % 50] * length, "labels": [7] * length} for number in range(batch)]
    config = SFTConfig(
        output_dir=str(folder / "out"), max_steps=1, per_device_train_batch_size=batch, use_cpu=True, bf16=False,
        gradient_checkpointing=checkpointed, report_to="none", save_strategy="no", disable_tqdm=True, max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
    )  # fmt: skip
    SFTTrainer(model=model, args=config, train_dataset=Dataset.from_list(items), processing_class=tokenizer).train()


if __name__ == "__main__":
    where, size, tokens, saving = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "True"
    train(where, 1, 16, saving)
    with Peak() as seen:
        train(where, size, tokens, saving)
    sys.stdout.write(f"PEAK {seen.highest - seen.start}\n")
