"""sft, grpo and evaluate as a user types them, on the tiny model and a few offline rows."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from warm import run, training_commands

STEPS = ["--set", "train.max_steps=2", "--set", "train.save_steps=1"]


def kardia(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return training_commands().run(folder, *arguments)


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n") if line]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data.jsonl: refined offline dialogues of built-in people, test people among them."""
    folder = tmp_path_factory.mktemp("training")
    for command in (
        ["synthesize", "builtin", "-q", "-n", "28", "--max-exchanges", "2", "-o", "drafts.jsonl"],
        ["refine", "drafts.jsonl", "-q", "--rejects", "r.jsonl", "-o", "data.jsonl"],
    ):
        assert run(folder, *command).returncode == 0
    done = kardia(folder, "sft", "data.jsonl", "-o", "sft", *STEPS)
    assert done.returncode == 0, done.stderr
    (folder / "sft.jsonl").write_text(done.stdout)
    (folder / "sft.err").write_text(done.stderr)
    return folder


def test_sft_streams_metric_rows_and_leaves_a_whole_run_folder(place: Path) -> None:
    metrics = rows((place / "sft.jsonl").read_text())
    assert {row["stage"] for row in metrics} == {"sft"}
    for name in ("model/config.json", "base/config.json", "config.json", "metrics.jsonl", "README.md", "done.json"):
        assert (place / "sft" / name).is_file(), name
    said = (place / "sft.err").read_text()
    assert "test rows skipped" in said
    assert "learning_rate=0.005" in said
    assert "Traceback" not in said


def test_a_finished_run_says_so_and_exits_0(place: Path) -> None:
    done = kardia(place, "sft", "data.jsonl", "-o", "sft", *STEPS)
    assert done.returncode == 0
    assert "finished" in done.stderr


def test_changed_settings_are_refused_with_the_differences(place: Path) -> None:
    done = kardia(place, "sft", "data.jsonl", "-o", "sft", *STEPS, "--set", "train.learning_rate=0.1")
    assert done.returncode == 2
    assert "learning_rate" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sft", "data.jsonl", "-o", "x", "--set", "train.learnin_rate=1"], "learning_rate"),
        (["sft", "data.jsonl", "-o", "x", "--set", "trian.max_steps=1"], "train"),
        (["sft", "data.jsonl", "-o", "x", "--model", "./none"], "none"),
        (["sft", "data.jsonl"], "-o runs/sft"),
        (["grpo", "data.jsonl", "-o", "x"], "--model"),
        (["grpo", "data.jsonl", "-o", "x", "--model", "sft", "--reward", "formt=1"], "'format'"),
        (["grpo", "data.jsonl", "-o", "x", "--model", "sft", "--reward", "format=-1"], "not negative"),
        (["evaluate", "data.jsonl"], "--model"),
        (["evaluate", "data.jsonl", "--model", "sft", "--protocol", "kardiabenhc"], "kardiabench"),
    ],
)
def test_a_wrong_word_is_one_clear_line_and_exit_2(place: Path, arguments: list[str], said: str) -> None:
    done = kardia(place, *arguments)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_grpo_and_evaluate_go_on_from_there(place: Path) -> None:
    done = kardia(
        place, "grpo", "data.jsonl", "-o", "grpo", "--model", "sft", "--set", "train.max_steps=1",
        "--set", "train.max_completion_length=16", "--set", "train.per_device_train_batch_size=8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    probed, dev, step = rows(done.stdout)[:3]  # the fixed prompts are probed before the first step
    assert "eval_reward" in probed
    assert "dev_reward" in dev
    assert {"reward", "rewards/format", "rewards/emotion", "rewards/rubric"} <= set(step)
    measured = kardia(
        place, "evaluate", "data.jsonl", "--model", "sft/base", "--model", "grpo", "--with", "max_tokens=16", "-n", "2"
    )
    assert measured.returncode == 0, measured.stderr
    scores = rows(measured.stdout)
    assert {row["model"] for row in scores} == {"sft/base", "grpo"}
    assert {row["protocol"] for row in scores} == {"kardiabench"}
    assert "offline (lexical)" in measured.stderr
    assert "mean reward" in measured.stderr


def test_an_empty_split_exits_2_with_the_counts_and_the_way_out(place: Path) -> None:
    train = [line for line in (place / "data.jsonl").read_text().split("\n") if line]
    one = json.loads(train[0]) | {"split": "train"}
    (place / "one.jsonl").write_text(json.dumps(one) + "\n")
    done = kardia(place, "evaluate", "one.jsonl", "--model", "sft")
    assert done.returncode == 2
    assert "1 train" in done.stderr
    assert "--split all" in done.stderr
    empty = kardia(place, "sft", "one.jsonl", "-o", "y", "--split", "test")
    assert empty.returncode == 2


def test_the_speaker_may_be_evaluated_too(place: Path) -> None:
    done = kardia(place, "evaluate", "data.jsonl", "--model", "offline", "-n", "3")
    assert done.returncode == 0
    values = [row["value"] for row in rows(done.stdout)]
    assert values
    assert sum(values) / len(values) > 0.5
