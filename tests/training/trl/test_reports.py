"""Logs become rows: what is said twice after a resume, what is left out, where other trackers write."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from small_rows import rows

from kardia_cli.stages.sft import run_sft
from kardia_cli.training.run_folder import whole_files
from kardia_cli.training.settings import load
from kardia_cli.training.trl import reports

STATE = SimpleNamespace(is_world_process_zero=True, global_step=7)


def logged(stage: str, file: Path, *logs: dict[str, Any]) -> list[dict[str, Any]]:
    """What a recorder hands out for these logs."""
    emitted: list[dict[str, Any]] = []
    recorder = reports.recorder(stage, emitted.append, file)
    for log in logs:
        recorder.on_log(None, STATE, None, logs=log)
    return emitted


def test_tokens_are_counted_on_after_a_resume_where_trl_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    file.write_text('{"step": 4, "num_tokens": 900}\n{"step": 4, "eval_num_tokens": 900}\n')
    first, second = logged("sft", file, {"loss": 1.0, "num_tokens": 100}, {"eval_loss": 1.0, "eval_num_tokens": 150})
    assert (first["num_tokens"], second["eval_num_tokens"]) == (1000, 1050)
    assert reports.read(file)[2]["num_tokens"] == 1000


def test_grpo_counts_on_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    file.write_text('{"step": 4, "num_tokens": 900}\n')
    assert logged("grpo", file, {"reward": 1.0, "num_tokens": 1000})[0]["num_tokens"] == 1000


def test_the_mean_loss_at_the_end_is_left_out_for_it_begins_anew_at_a_resume(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    file.touch()
    assert logged("sft", file, {"train_runtime": 3.0, "train_loss": 2.0, "total_flos": 5.0}) == []
    assert reports.read(file) == [{"stage": "sft", "step": 7, "train_runtime": 3.0, "total_flos": 5.0}]


def test_rewinding_keeps_whole_lines_only(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    file.write_text('{"step": 1}\n{"step": 2}\n{"step": 1')
    whole_files.rewind(file, lambda row: row["step"] < 2)
    assert file.read_text() == '{"step": 1}\n'


def test_tensorboard_writes_into_a_folder_of_the_run(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    sets = ["train.max_steps=2", "train.logging_steps=1", "train.save_steps=2", "train.report_to=tensorboard"]
    run_sft(
        rows(), tmp_path / "run", model="tiny", settings=load(None, sets), seed=0, fresh=False,
        say=lambda text: None, emit=lambda item: json.dumps(item),
    )  # fmt: skip
    assert list((tmp_path / "run" / "tensorboard").glob("events.out.tfevents.*"))
    assert not (tmp_path / "run" / "checkpoints" / "runs").exists()


def test_the_newest_transformers_may_call_our_setting_deprecated_without_the_user_seeing_it() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with reports.quiet():
            warnings.warn("`gradient_checkpointing` is deprecated", FutureWarning, stacklevel=1)
            warnings.warn("something else", FutureWarning, stacklevel=1)
    assert [str(one.message) for one in seen] == ["something else"]
