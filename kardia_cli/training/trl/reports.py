"""Metric rows from a trainer's logs; everything else that libraries print goes to stderr.

stdout belongs to the rows of the command (house rule), so inside `quiet` the name `sys.stdout` is stderr, and a metric
row is handed out with the real stdout in place. Rows that are emitted hold numbers only and no times, so the same run
gives the same bytes; `metrics.jsonl` in the run folder holds the times as well.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kardia_cli.chat.local.generate import without_bars

Emit = Callable[[dict[str, Any]], None]
_TIMES = ("time", "per_second", "runtime", "profiling")
_MEAN = "train_loss"
"""In the last row of a run: a mean that TRL begins anew at a resume, so it is left out."""
_COUNTED = ("num_tokens", "eval_num_tokens")
_WARNINGS = ("gradient_checkpointing",)
"""The name that works with every supported version of transformers is deprecated in the newest."""
_LOGGERS = ("trl.trainer.grpo_trainer", "transformers.trainer", "transformers.tokenization_utils_base")
_MESSAGES = (
    "All reward functions returned None",  # shows the whole row; the share is logged as `masked`
    "missing keys in the checkpoint model loaded: ['lm_head.weight']",  # tied to the embedding, so not missing
    "longer than the specified maximum sequence length",  # measured on purpose, then shortened
)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Send prints to stderr, switch progress bars off and drop warnings that the settings here make moot."""
    import datasets

    bars = not datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    loggers, hider = [logging.getLogger(name) for name in _LOGGERS], _HideNoise()
    for logger in loggers:
        logger.addFilter(hider)
    try:
        with without_bars(), contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
            for text in _WARNINGS:
                warnings.filterwarnings("ignore", message=f".*{text}")
            yield
    finally:
        for logger in loggers:
            logger.removeFilter(hider)
        if bars:
            datasets.enable_progress_bars()


class _HideNoise(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return not any(text in record.getMessage() for text in _MESSAGES)


def recorder(stage: str, emit: Emit, file: Path) -> Any:
    """A TrainerCallback that turns each log into a row: `emit` gets it without times, `file` with them.

    Made outside `quiet`: `emit` runs with the stdout of that moment.
    """
    from transformers import TrainerCallback

    stdout = sys.stdout
    before = _tokens_before(file) if stage == "sft" else 0

    class Recorder(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
        is_paused = False

        def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any] | None = None, **_: Any) -> None:
            if logs and not self.is_paused:
                self.write(state, numbers(logs))

        def write(self, state: Any, found: dict[str, float]) -> None:
            if not state.is_world_process_zero:
                return
            ended = found.pop(_MEAN, None) is not None
            found |= {name: found[name] + before for name in _COUNTED if name in found}
            row = {"stage": stage, "step": state.global_step, **found}
            with file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(row) + "\n")
            shown = {key: value for key, value in row.items() if not any(part in key for part in _TIMES)}
            if len(shown) > 2 and not ended:
                with contextlib.redirect_stdout(stdout):
                    emit(shown)

    return Recorder()


def read(file: Path) -> list[dict[str, Any]]:
    """The rows of a metrics file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _tokens_before(file: Path) -> float:
    """Tokens that were learned from before a resume: TRL's SFTTrainer begins to count anew, GRPOTrainer goes on."""
    return max((row[name] for row in read(file) for name in _COUNTED if name in row), default=0) if file.exists() else 0


def numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    """The finite numbers of a log; TRL's names lose their `/mean`, so `rewards/format/mean` is `rewards/format`."""
    pairs = ((key.removesuffix("/mean"), value) for key, value in logs.items())
    known = {key: value for key, value in pairs if isinstance(value, int | float) and not isinstance(value, bool)}
    return {key: value for key, value in known.items() if math.isfinite(value)}
