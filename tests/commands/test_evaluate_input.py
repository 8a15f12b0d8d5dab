"""Input that measures nothing and flags without effect: evaluate refuses them in one line and leaves no file."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import warm

from kardia_cli.rows.records import split_of

TALK = [
    {"role": "user", "content": "My exam went wrong today."},
    {"role": "assistant", "content": "Tell me more about the exam."},
]
TRAIN = next(name for name in map(str, range(100)) if split_of({"anon_username": name}) == "train")
DIALOGUE = {"id": "d", "person": "A student.", "situation": "I failed.", "anon_username": TRAIN, "messages": TALK}
SCORE: dict[str, Any] = {
    "id": "d", "anon_username": TRAIN, "protocol": "kardiabench", "model": "m", "turn": 1, "text": "Oh.", "value": 0.0,
    "parts": [],
}  # fmt: skip
SCENARIO = {"id": "s", "player": "A student.", "scene": "I failed.", "main_cha": "shy", "first_talk": "I failed."}
MODEL, SAVED, ALL = ("--model", "offline"), ("--predictions", "p.jsonl"), ("--split", "all")


def evaluate(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return warm.run(folder, "evaluate", *words, COLUMNS="200")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a file of each kind."""
    files = {
        "empty": [], "train": [DIALOGUE], "scores": [SCORE], "sage": [SCENARIO], "log": [{**SCENARIO, "history": []}],
        "p": [{"id": "d", "turn": 0, "text": "Oh.", "model": "m"}],
        "people": [{"id": "elsewhere", "turn": 1, "ranking": ["a", "b"]}],
    }  # fmt: skip
    for name, rows in files.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("empty.jsonl", *MODEL), "no rows came in"),
        (("empty.jsonl", *MODEL, *ALL), "no rows came in"),
        (("--from-scores", "empty.jsonl"), "no score rows came in"),
        (("train.jsonl", *MODEL), "the test split is empty (1 train)"),
        (("scores.jsonl", *MODEL), "scores.jsonl:1: these are score rows, not dialogues"),
        (("train.jsonl", *SAVED, *ALL, "--judge-model", "offline"), "no prediction is for a supporter turn"),
        (("train.jsonl", *MODEL, *MODEL, *ALL), "--model offline is there twice"),
        (("sage.jsonl", "--protocol", "sage", *SAVED), "protocol sage talks with a model"),
        (("log.jsonl", "--protocol", "sage", "--from-logs", *SAVED), "--predictions says nothing"),
        (("log.jsonl", "--protocol", "sage", "--from-logs", *MODEL), "--model says nothing"),
        (("train.jsonl", *MODEL, *ALL, "--with", "winrank.orders=2"), "'winrank' is not in use here"),
    ],
)
def test_what_measures_nothing_is_one_clear_line_and_leaves_no_file(
    place: Path, words: tuple[str, ...], said: str
) -> None:
    done = evaluate(place, *words, "-o", "out.jsonl")
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert not list(place.glob("out.jsonl*"))


def test_the_options_of_a_protocol_can_be_asked_for(place: Path) -> None:
    done = evaluate(place, "--protocol", "sage", "--with", "help")
    assert (done.returncode, done.stderr) == (0, "")
    told = [line.split() for line in done.stdout.splitlines()]
    assert ["delta_max", "10"] in told
    assert ["judge_last_turn", "false"] in told
    assert "`delta_max` 0 does not clip" in done.stdout
    assert evaluate(place, "--protocol", "turns", "--with", "help").stdout == "turns takes no option\n"


def test_a_broken_line_alone_is_a_row_that_failed(place: Path) -> None:
    (place / "broken.jsonl").write_text('{"id":\n')
    done = evaluate(place, "broken.jsonl", *MODEL)
    assert (done.returncode, "1 of 1 rows failed" in done.stderr) == (3, True)


def test_people_who_ranked_none_of_the_turns_end_the_run(place: Path) -> None:
    names = (*MODEL, "--name", "a", *MODEL, "--name", "b", *ALL)
    done = evaluate(place, "train.jsonl", *names, "--protocol", "winrank", "--with", "human=people.jsonl")
    assert (done.returncode, "nothing in people.jsonl is for any of these turns" in done.stderr) == (2, True)


def test_a_model_that_a_protocol_does_not_ask_is_named(place: Path) -> None:
    done = evaluate(place, "train.jsonl", *MODEL, "--name", "mine", *ALL, "--protocol", "turns")
    assert done.returncode == 0, done.stderr
    assert "mine: protocol turns measures no model" in done.stderr


def test_a_rubric_that_is_not_read_is_said_and_ranks_claim_no_way_of_grading(place: Path) -> None:
    names = (*MODEL, "--name", "a", *MODEL, "--name", "b", *ALL)
    done = evaluate(place, "train.jsonl", *names, "--protocol", "winrank", "--rubric", "kardiabench")
    assert done.returncode == 0, done.stderr
    assert "so --rubric says nothing" in done.stderr
    settings = json.loads(json.loads(done.stdout.splitlines()[0])["settings"])
    assert settings["judge"].keys() == {"hash"}  # not so many samples by criterion: nobody was asked so
