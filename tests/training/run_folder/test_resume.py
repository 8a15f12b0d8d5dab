"""A run that was killed with SIGKILL and typed again is the run that nobody disturbed: real commands, bit for bit."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from small_rows import rows
from warm import Warm, training_commands

STEPS = 9
SETS = [
    f"train.max_steps={STEPS}", "train.save_steps=4", "train.logging_steps=3", "train.warmup_steps=2",
    "train.lr_scheduler_type=cosine", "train.learning_rate=0.002",
]  # fmt: skip
LORA = ["lora.r=4", "lora.lora_dropout=0.1"]
RANDOM_ORDER = [
    "train.train_sampling_strategy=random", "train.per_device_train_batch_size=2",
    "train.gradient_accumulation_steps=2",
]  # fmt: skip
TWICE = ["train.steps_per_generation=2"]
GRPO = ["train.per_device_train_batch_size=8", "train.num_generations=4", "train.max_completion_length=12"]
LETTERS = '''"""Pays for the letter e."""

from kardia_cli.contracts import RewardSpec, Score

SUMMARY = "the letter e"
SPEC = RewardSpec(judge=False)


async def score(row, completion, judge, chat):
    """The share of e."""
    return Score(completion.count("e") / max(1, len(completion)), "letters")
'''
COMMON = ["rows.jsonl", "--split", "all", "--model", "base", *SETS]
COMMANDS = {
    "sft": ["sft", *COMMON],
    "sft-lora": ["sft", *COMMON, *LORA, *RANDOM_ORDER],
    "grpo": ["grpo", *COMMON, "--reward", "./letters.py", "--reward", "rubric", *GRPO],
    "grpo-lora": ["grpo", *COMMON, "--reward", "./letters.py", *GRPO, *LORA, *TWICE],
}  # fmt: skip


def command(name: str, run: str) -> list[str]:
    """The words of a command that trains into the folder `run`."""
    words = [["--set", word] if word.startswith(("train.", "lora.")) else [word] for word in COMMANDS[name]]
    return [*(word for pair in words for word in pair), "-o", run]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from kardia_cli.training import tiny

    folder = tmp_path_factory.mktemp("resume")
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows(5)))
    (folder / "letters.py").write_text(LETTERS)
    tiny.build(rows(5), folder / "base", seed=5)
    return folder


@pytest.fixture(scope="module")
def warm() -> Warm:
    return training_commands()


def metrics(run: Path) -> list[dict[str, Any]]:
    """The whole rows of a run's metrics so far, without times (the last row of a run holds little else)."""
    file = run / "metrics.jsonl"
    lines = file.read_text().splitlines(keepends=True) if file.exists() else []
    found = [row for line in lines if line.endswith("\n") and "train_runtime" not in (row := json.loads(line))]
    times = ("time", "per_second", "runtime", "profiling")
    return [{name: row[name] for name in row if not any(part in name for part in times)} for row in found]


def wait_for(step: int, run: Path) -> None:
    """Wait until this step, or a later one, is logged."""
    deadline = time.monotonic() + 120
    while not any(row["step"] >= step for row in metrics(run)):
        assert time.monotonic() < deadline, f"step {step} was never logged"
        time.sleep(0.002)


def kill_at(step: int, run: Path, process: int) -> None:
    """SIGKILL for the whole group as soon as this step, or a later one, is logged."""
    wait_for(step, run)
    os.killpg(process, signal.SIGKILL)


def said(place: Path, name: str) -> str:
    return (place / f"{name}.err").read_text()


@pytest.mark.parametrize(("name", "steps"), [("sft", [3, 8]), ("sft-lora", [6]), ("grpo", [6]), ("grpo-lora", [5])])
def test_a_run_that_was_killed_and_typed_again_is_the_undisturbed_run(
    name: str, steps: list[int], place: Path, warm: Warm
) -> None:
    from kardia_cli.weights.fingerprint import folder_hash

    whole, killed = place / f"{name}-whole", place / f"{name}-killed"
    undisturbed = warm.start(place, whole.name, *command(name, whole.name))
    for step in steps:
        process = warm.start(place, killed.name, *command(name, killed.name))
        kill_at(step, killed, process)
        assert warm.wait(process) == -signal.SIGKILL, said(place, killed.name)
        assert not (killed / "done.json").exists()
    last = warm.start(place, killed.name, *command(name, killed.name))
    assert warm.wait(undisturbed) == 0, said(place, whole.name)
    assert warm.wait(last) == 0, said(place, killed.name)
    assert "goes on from step" in said(place, killed.name)
    once, again = metrics(whole), metrics(killed)
    assert [row["step"] for row in again] == [row["step"] for row in once]
    assert again == once
    assert {row["step"] for row in once} >= {3, 4, 6, 8, 9}
    weights = [(run / "model" / "model.safetensors").read_bytes() for run in (whole, killed)]
    assert weights[0] == weights[1]
    assert folder_hash(whole / "model") != folder_hash(place / "base")
    assert (whole / "done.json").read_bytes() == (killed / "done.json").read_bytes()
    if name.startswith("grpo") and (whole / "samples.jsonl").exists():
        assert (whole / "samples.jsonl").read_bytes() == (killed / "samples.jsonl").read_bytes()


def test_a_run_that_was_killed_after_its_last_step_is_not_trained_further(place: Path, warm: Warm) -> None:
    """transformers would take one step more.

    Here the highest eval loss is called the best, so the first checkpoint is what the run ends with.
    """
    run = place / "ended"
    worse = [*command("sft", run.name), "--set", "train.greater_is_better=true"]
    assert warm.wait(warm.start(place, run.name, *worse)) == 0, said(place, run.name)
    before = metrics(run), (run / "model" / "model.safetensors").read_bytes()
    losses = {row["step"]: row["eval_loss"] for row in before[0] if "eval_loss" in row}
    assert max(losses, key=lambda step: losses[step]) < STEPS
    for name in ("model", "README.md", "done.json"):
        shutil.rmtree(run / name) if (run / name).is_dir() else (run / name).unlink()
    assert warm.wait(warm.start(place, run.name, *worse)) == 0, said(place, run.name)
    assert (metrics(run), (run / "model" / "model.safetensors").read_bytes()) == before


@pytest.mark.skipif("KARDIA_KILLS" not in os.environ, reason="set KARDIA_KILLS=10 for as many kills at random moments")
@pytest.mark.parametrize("name", list(COMMANDS))
def test_kills_at_random_moments_change_nothing(name: str, place: Path, warm: Warm) -> None:
    """Also while a checkpoint is written: each step is saved."""
    whole, killed = place / f"{name}-once", place / f"{name}-often"
    often = [
        "--set",
        "train.save_steps=2" if name == "grpo-lora" else "train.save_steps=1",
        "--set",
        "train.max_steps=40",
    ]
    seed = random.SystemRandom().randrange(10**6)
    moments = random.Random(seed)
    assert warm.wait(warm.start(place, whole.name, *command(name, whole.name), *often)) == 0, said(place, whole.name)
    kills = 0
    for _ in range(int(os.environ["KARDIA_KILLS"])):
        process = warm.start(place, killed.name, *command(name, killed.name), *often)
        time.sleep(moments.uniform(1, 3))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
        if (code := warm.wait(process)) == 0:
            break
        kills += code == -signal.SIGKILL
    assert warm.wait(warm.start(place, killed.name, *command(name, killed.name), *often)) == 0, said(place, killed.name)
    print(f"{name}: {kills} kills, seed {seed}")
    assert kills
    assert metrics(killed) == metrics(whole), f"seed {seed}"
    weights = [(run / "model" / "model.safetensors").read_bytes() for run in (whole, killed)]
    assert weights[0] == weights[1], f"seed {seed}"


def test_a_checkpoint_that_does_not_say_what_it_said_stops_with_the_reasons(place: Path, warm: Warm) -> None:
    from safetensors.torch import load_file, save_file

    run = place / "edited"
    process = warm.start(place, run.name, *command("sft", run.name))
    kill_at(6, run, process)
    warm.wait(process)
    weights = run / "checkpoints" / "checkpoint-4" / "model.safetensors"
    edited = {name: value * 1.01 for name, value in load_file(weights).items()}
    save_file(edited, weights, metadata={"format": "pt"})
    assert warm.wait(warm.start(place, run.name, *command("sft", run.name))) == 2
    assert "checkpoint-4 does not say what it said when it was saved" in said(place, run.name)
    assert "delete checkpoint-4" in said(place, run.name)
    assert "Traceback" not in said(place, run.name)
    assert not (run / "done.json").exists()
