"""Plain replies, as ESConv has them, are trained on and paid for as they stand; a label reward needs a label."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from warm import training_commands

STEP = ["--split", "all", "--set", "train.max_steps=1"]
SMALL = [
    "--difficulty",
    "all",
    "--set",
    "train.max_completion_length=16",
    "--set",
    "train.per_device_train_batch_size=8",
]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with eight dialogues without profile, markers or judge."""
    told = ["my exam", "my job", "the move", "my brother", "the fall", "the debt", "my dog", "the test"]
    rows = [
        {"id": f"d{at}", "emotion": "anxious", "situation": f"It is about {what}.", "messages": [
            {"role": "user", "content": f"I keep thinking about {what}."},
            {"role": "assistant", "content": f"That sounds hard. What about {what} is it?"},
            {"role": "user", "content": "I do not know how it will end."},
            {"role": "assistant", "content": "Not knowing is often the worst of it. I am glad that you write."},
        ]}
        for at, what in enumerate(told)
    ]  # fmt: skip
    (tmp_path / "plain.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path


@pytest.mark.parametrize("flags", [[], ["--format", "plain"]], ids=["found out", "named"])
def test_plain_replies_are_trained_on_and_the_rubric_pays_for_them(place: Path, flags: list[str]) -> None:
    train = training_commands()
    done = train.run(place, "sft", "plain.jsonl", "-o", "sft", *STEP, *flags)
    assert done.returncode == 0, done.stderr
    assert ("taken as plain replies" in done.stderr) == (not flags)
    assert json.loads((place / "sft" / "done.json").read_text())["counts"]["without_spans"] == 0
    done = train.run(
        place, "grpo", "plain.jsonl", "--model", "sft", "-o", "grpo", "--reward", "rubric=1", *STEP, *SMALL, *flags
    )
    assert done.returncode == 0, done.stderr
    for run in ("sft", "grpo"):
        assert json.loads((place / run / "config.json").read_text())["format"] == "plain"
    asked = train.run(place, "grpo", "plain.jsonl", "--dry-run", "--split", "all", "--reward", "rubric=1", *flags)
    paid = [json.loads(line) for line in asked.stdout.splitlines()]
    assert paid
    assert max(row["total"] for row in paid) > 0


def test_a_reward_for_the_label_is_refused_where_the_format_has_none(place: Path) -> None:
    done = training_commands().run(
        place, "grpo", "plain.jsonl", "--model", "tiny", "-o", "grpo", *STEP, "--format", "plain"
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "the reward emotion needs a label, and the format plain names none" in done.stderr
    assert "--reward format=1 --reward rubric=1" in done.stderr
    assert not (place / "grpo").exists()


def test_no_row_at_all_is_one_clear_line(place: Path) -> None:
    (place / "none.jsonl").write_text("")
    done = training_commands().run(place, "sft", "none.jsonl", "-o", "sft", *STEP)
    assert done.returncode == 2
    assert "no row came in that can be used" in done.stderr
