"""Run a trainer of TRL, from its start or from a checkpoint, with the callbacks that fill the run folder."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kardia_cli.training.run_folder import artifacts, checkpoints, proof
from kardia_cli.training.trl import order, ranks

TENSORBOARD = "tensorboard"
"""Folder in the run folder that `--set train.report_to=tensorboard` writes to; its files bear the host's name."""


def fit(trainer: Any, checkpoint: Path | None, say: Callable[[str], None] | None = None) -> None:
    """Train, from a checkpoint where there is one, without the trainer's own prints; the run folder is written along.

    Raises `UsageError` where the checkpoint, once loaded, does not say what it said when it was saved (`proof`).
    """
    from transformers import PrinterCallback, ProgressCallback

    run = Path(trainer.args.output_dir).parent
    for printer in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(printer)
    for callback in trainer.callback_handler.callbacks:
        if hasattr(callback, "logging_dir") and callback.logging_dir is None:
            callback.logging_dir = str(run / TENSORBOARD)  # else below the checkpoints
    trainer.args.run_name = (
        trainer.args.run_name or run.resolve().name
    )  # what W&B shows; it writes ./wandb or WANDB_DIR
    trainer.add_callback(order.keeper(trainer.args.seed))
    if ranks.is_first():
        artifacts.note_environment(run, checkpoints.step_of(checkpoint) if checkpoint else 0)
    last = checkpoints.last(checkpoint, trainer.args.load_best_model_at_end) if checkpoint else None
    start = last or checkpoint
    trainer.add_callback(proof.keeper(trainer, start, say, only_load=last is not None))
    with contextlib.suppress(proof.Loaded):
        trainer.train(resume_from_checkpoint=str(start) if start else None)
