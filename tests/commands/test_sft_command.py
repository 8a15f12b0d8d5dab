"""kardia sft as it is typed: what is refused before anything is trained, and `--check`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from small_rows import rows
from warm import training_commands

from kardia_cli.stream.jsonl import dump


def sft(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return training_commands().run(folder, "sft", *arguments)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data.jsonl: easy and hard rows of two people."""
    folder = tmp_path_factory.mktemp("sft")
    made = [{**item, "difficulty": "hard" if number % 3 else "easy"} for number, item in enumerate(rows(6))]
    (folder / "data.jsonl").write_bytes(b"".join(dump(item) for item in made))
    return folder


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "train.max_length=100"], ["row row-", "tokens with its prompt, but 100 fit", "--truncate"]),
        (["--set", "quantize.load_in_4bit=true"], ["all parameters are trained", "lora.r"]),
        (["--set", "quantise.load_in_4bit=true"], ["quantize"]),
        (["--difficulty", "medium"], ["easy"]),
    ],
    ids=["too long", "quantised and full", "misspelt", "no difficulty"],
)
def test_what_cannot_be_trained_is_refused_with_what_to_do(place: Path, arguments: list[str], said: list[str]) -> None:
    done = sft(place, "data.jsonl", "-o", "x", "--split", "all", *arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    for text in said:
        assert text in done.stderr


def test_check_examines_and_predicts_and_makes_no_run_folder(place: Path) -> None:
    done = sft(place, "data.jsonl", "-o", "checked", "--split", "all", "--check")
    assert done.returncode == 0, done.stderr
    assert "checks passed" in done.stdout + done.stderr
    assert "memory of sft" in done.stdout + done.stderr
    assert not (place / "checked").exists()


def test_check_needs_no_rows(place: Path) -> None:
    done = sft(place, "--check")
    assert done.returncode == 0, done.stderr
    assert "rows would tell" in done.stdout + done.stderr


def test_the_briefing_stands_before_the_first_metric_row(place: Path) -> None:
    done = sft(place, "data.jsonl", "-o", "run", "--split", "all", "--difficulty", "hard", "--set", "train.max_steps=2")
    assert done.returncode == 0, done.stderr
    assert "difficulty: 2 easy, 4 hard; 4 rows are taken" in done.stderr
    assert "(the paper's is 128; that it counts supporter turns is our reading)" in done.stderr
    assert "so few steps: 2 here" in done.stderr
