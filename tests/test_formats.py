"""Every turn format and label set goes through all stages as a user types them: shipped ones, and one from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from warm import run, training_commands, type_line

from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.prompts import in_format

FIVE = """
ask = "Write five parts:"
[[span]]
name = "look"
markers = ["[look]", "[/look]"]
hint = "what you see"
hidden = true
[[span]]
name = "mood"
markers = ["[mood]", "[/mood]"]
hint = "one of {labels}"
role = "label"
hidden = true
[[span]]
name = "why"
markers = ["[why]", "[/why]"]
hint = "what brings it about"
hidden = true
[[span]]
name = "say"
markers = ["[say]", "[/say]"]
hint = "your reply, {limit} words at most"
limit = 25
role = "reply"
[[span]]
name = "next"
markers = ["[next]", "[/next]"]
hint = "what to ask later"
hidden = true
"""
MOODS = 'kind = "mood"\nlabels = ["joy", "sadness", "anger", "calm"]\n[aliases]\nhappy = "joy"\n'
RUBRIC = """
kardia_rubric: 1
id: tide
version: 0.1.0
language: en
summary: How well a reply knows the sea.
quotes: check
min_quotes: 0
abstain: {allowed: true, policy: mask, max_share: 0.05}
failures: {retry: 1, on_fail: mask}
criteria:
  - id: tide
    name: Tide
    weight: 1
    ask: How well does it know the tide?
    levels: {1: not, 2: hardly, 3: half, 4: well, 5: fully}
checks:
  - {id: format, kind: format}
  - {id: mood, kind: label_match}
"""
STEP = ["--set", "train.max_steps=1", "--set", "train.max_completion_length=16"]
SMALL = ["--set", "train.per_device_train_batch_size=8", "--set", "train.gradient_accumulation_steps=1"]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a format of five spans, a set of four moods and situations that are labelled with them."""
    (tmp_path / "five.toml").write_text(FIVE)
    (tmp_path / "moods.toml").write_text(MOODS)
    moods = ["joy", "sadness", "anger", "calm"]
    told = [{"situation": f"The boat number {at} is gone.", "emotion": mood} for at, mood in enumerate(moods * 4)]
    told[0]["emotion"] = "Happy"
    (tmp_path / "tide.yaml").write_text(RUBRIC)
    (tmp_path / "told.jsonl").write_text("\n".join(map(json.dumps, told)))
    return tmp_path


CASES = {
    "coe": (["--format", "coe"], "", ""),
    "perm": (["--format", "perm"], "", ""),
    "plain": (["--format", "plain"], "", ""),
    "five spans, four moods": (
        ["--format", "five.toml", "--labels", "moods.toml"], "--scenarios told.jsonl", "--rubric tide.yaml"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_format_goes_through_every_stage(place: Path, case: str) -> None:
    flags, given, rubric = CASES[case]
    words = " ".join(flags)
    pipe = f"kardia synthesize builtin -q -n 16 --max-exchanges 2 {given} {words} | kardia critique -q {words} {rubric}"
    done = type_line(place, f"{pipe} | kardia refine -q {words} {rubric} --rejects rejects.jsonl -o data.jsonl")
    assert done.returncode in (0, 3), done.stderr
    form = turn_format.load(flags[1] if "." not in flags[1] else str(place / flags[1]))
    data = rows(place / "data.jsonl")
    assert data
    for row in data:
        assert row["format"] == form.name
        turns = [message["content"] for message in row["messages"] if message["role"] == "assistant"]
        assert all(form.read(turn) is not None for turn in turns)
        if form.label_span is not None:
            assert {form.label(turn) for turn in turns} == {row["emotion"]}
    train = training_commands()
    for command in (
        ["sft", "data.jsonl", "-o", "sft", *STEP[:2]],
        ["grpo", "data.jsonl", "--model", "sft", "-o", "grpo", "--difficulty", "all", *STEP, *SMALL,
         "--reward", "format=1", "--reward", "rubric=1", *(["--reward", "emotion=1"] if rubric else [])],
        ["evaluate", "data.jsonl", "--model", "grpo", "--split", "all", "-n", "1", "--with", "max_tokens=16",
         "-o", "scores.jsonl"],
    ):  # fmt: skip
        done = train.run(place, *command, *flags)
        assert done.returncode == 0, done.stderr
    config = json.loads((place / "grpo" / "config.json").read_text())
    assert (config["format"], config["labels"]) == (form.name, "moods" if rubric else labels.DEFAULT)
    assert "a bug" not in done.stderr
    assert {row["format"] for row in rows(place / "scores.jsonl")} == {form.name}


def test_a_wrong_name_is_one_clear_line_and_nothing_is_read(place: Path) -> None:
    for flag, value, said in (
        ("--format", "coee", "there is no turn format 'coee'"),
        ("--format", "none.toml", "none.toml: No such file"),
        ("--labels", "moodz", "there is no label set 'moodz'"),
    ):
        done = run(place, "synthesize", "builtin", "-n", "1", flag, value)
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stdout == ""


def test_a_label_outside_the_set_costs_its_row_and_names_it(place: Path) -> None:
    done = run(place, "synthesize", "builtin", "-n", "4", "--scenarios", "told.jsonl", "-q")
    assert done.returncode == 2
    assert "told.jsonl:1: field 'emotion': 'Happy' is none of the 32 labels" in done.stderr


def test_a_row_of_a_file_format_says_which_flag_it_needs(place: Path) -> None:
    done = type_line(place, "kardia synthesize builtin -q -n 1 --format five.toml | kardia critique -q")
    assert done.returncode == 2
    assert "--format FILE.toml" in done.stderr


def test_in_another_format_hidden_spans_never_reach_the_history(place: Path) -> None:
    assert run(place, "synthesize", "builtin", "-q", "-n", "2", "-o", "d.jsonl").returncode == 0
    for row in rows(place / "d.jsonl"):
        said = [turn_format.load("kardia").visible(message["content"]) for message in row["messages"][2::2]]
        plain = in_format(row, turn_format.load("plain"), None)
        assert [message["content"] for message in plain["messages"][1::2]] == said
        assert plain["format"] == "plain"
        assert plain["messages"][0]["role"] == "user"  # kardia's own system message asked for four spans
        assert in_format(plain, turn_format.load("plain"), None) == plain


def test_a_system_message_of_ones_own_stays(place: Path) -> None:
    row = {"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello."}]}
    assert in_format(row, turn_format.load("coe"), None)["messages"] == row["messages"]
    assert in_format({"messages": "no list"}, turn_format.load("coe"), None) == {"messages": "no list", "format": "coe"}
