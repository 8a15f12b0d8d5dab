"""Six-field files called train and test keep their parts in every command, and a test set is never trained on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SAID = (
    "<|understanding_begin|>They failed.<|understanding_end|>"
    "<|reasoning_begin|>They need to be heard now.<|reasoning_end|>"
    "<|emotion_begin|>sad<|emotion_end|><|response_begin|>That hurts. What happened?<|response_end|>"
)
TALK = [{"role": "user", "content": "My exam went wrong today."}, {"role": "assistant", "content": SAID}]


def dialogue(person: int) -> dict[str, Any]:
    return {
        "person": "About: A student.", "mbti": "INFP", "emotion": "sad", "situation": f"I failed {person} exams.",
        "anon_username": f"u{person}", "messages": TALK,
    }  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with 24 people to train on, 16 to test on, and one who is in both."""
    for name, people in {"train": range(24), "test": range(23, 40)}.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(dialogue(each)) + "\n" for each in people))
    return tmp_path


def kardia(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KARDIA_SALT": "test", "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "kardia_cli", *words], cwd=folder, env=environment, capture_output=True, text=True,
        check=False, timeout=240, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("protocol", ["kardiabench", "references", "turns"])
def test_evaluate_takes_all_of_a_test_file_by_every_protocol(place: Path, protocol: str) -> None:
    done = kardia(place, "evaluate", "test.jsonl", "--model", "offline", "--protocol", protocol, "--split", "test")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 17
    assert "test.jsonl: all of it is test, as its name says" in done.stderr


def test_evaluate_takes_none_of_a_train_file_but_with_split_all(place: Path) -> None:
    refused = kardia(place, "evaluate", "train.jsonl", "--model", "offline")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "the test split is empty (24 train)" in refused.stderr
    taken = kardia(place, "evaluate", "train.jsonl", "--model", "offline", "--split", "all")
    assert len(taken.stdout.splitlines()) == 24


def test_judged_dialogues_carry_the_split_on_and_profiles_take_none(place: Path) -> None:
    judged = kardia(place, "critique", "test.jsonl")
    assert [json.loads(line)["split"] for line in judged.stdout.splitlines()] == ["test"] * 17
    for words in (("synthesize", "test.jsonl", "-n", "1"), ("build-profiles", "test.jsonl")):
        made = kardia(place, *words)
        assert made.returncode == 0, made.stderr
        assert '"split"' not in made.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("test.jsonl",), "the train split is empty (17 test)"),
        (("test.jsonl", "--split", "all"), "test.jsonl:1: this row is held out: its split is test"),
        (("train.jsonl", "test.jsonl", "--split", "all"), "test.jsonl:1: this row is held out: its split is test"),
        (("own.jsonl", "--split", "test"), "own.jsonl:1: this row is held out: its split is test"),
    ],
)
def test_a_row_that_is_held_out_is_never_trained_on(place: Path, words: tuple[str, ...], said: str) -> None:
    (place / "own.jsonl").write_text(json.dumps({**dialogue(1), "split": "test"}) + "\n")
    done = kardia(place, "sft", *words, "-o", "run")
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert "name data to train on" in done.stderr
    assert not (place / "run").exists()


def test_training_takes_a_train_file_whole_and_a_doubled_one_once(place: Path) -> None:
    done = kardia(place, "sft", "train.jsonl", "train.jsonl", "test.jsonl", "-o", "run", "--set", "train.max_steps=1")
    assert done.returncode == 0, done.stderr
    assert "split train: 48 rows, 17 test rows skipped; 1 people are in train and in test" in done.stderr
    assert "24 rows have the id of one before and are left out" in done.stderr
    config = json.loads((place / "run" / "config.json").read_text())
    assert (config["rows"]["count"], config["split"]) == (24, {"train": 24})


def test_test_people_are_as_many_as_was_asked_though_some_have_too_little_text(tmp_path: Path) -> None:
    rows = [{"source_id": each, "person": "I bake bread. " * (20 if each % 2 else 1)} for each in range(40)]
    (tmp_path / "people.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    made = kardia(tmp_path, "build-profiles", "people.jsonl", "--test-people", "6", "--min-words", "2", "-o", "p.jsonl")
    assert made.returncode == 0, made.stderr
    profiles = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    assert sorted({row["split"] for row in profiles}) == ["test", "train"]
    assert sum(row["split"] == "test" for row in profiles) == 6
    talks = kardia(tmp_path, "synthesize", "p.jsonl", "-n", "60", "--max-exchanges", "1", "--test-people", "1")
    assert talks.returncode == 2, "everybody has a split already"
    talks = kardia(tmp_path, "synthesize", "p.jsonl", "-n", "60", "--max-exchanges", "1")
    told = {row["anon_username"]: row["split"] for row in profiles}
    made_rows = [json.loads(line) for line in talks.stdout.splitlines()]
    assert all(told[row["anon_username"]] == row["split"] for row in made_rows)
