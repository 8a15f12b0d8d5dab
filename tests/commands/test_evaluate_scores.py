"""Score rows of every protocol, read again: the same bytes, the same tables, and what a rubric has to say of them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import warm

from kardia_cli import plugins

PAIR = ["-c", "k.toml", "--model", "sound", "--model", "faulty"]
WORDS = {
    "kardiabench": ["d.jsonl", *PAIR, "--references"],
    "sage": ["builtin", *PAIR],
    "winrank": ["d.jsonl", *PAIR, "--with", "orders=2"],
    "pairwise": ["d.jsonl", *PAIR],
    "references": ["d.jsonl", *PAIR, "--with", "gold=true"],
    "turns": ["d.jsonl"],
    "perm": ["d.jsonl", *PAIR, "--rubric", "perm"],
    "faults": ["d.jsonl"],
    "calibration": ["gold.jsonl"],
    "probes": ["builtin", "-n", "3"],
}
"""How each protocol is typed here."""


def kardia(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return warm.run(folder, *words, COLUMNS="200", XDG_DATA_HOME=str(folder))


def tables(said: str) -> list[str]:
    """What stderr shows but for the lines of the run itself."""
    return [line.rstrip() for line in said.splitlines() if not line.startswith("kardia evaluate:")]


def people_said(row: dict[str, Any], number: int) -> dict[str, Any]:
    """The row with a level of empathy that two people gave its first supporter turn."""
    turn = next(at for at, message in enumerate(row["messages"]) if message["role"] == "assistant")
    levels = [{"turn": turn, "rater": rater, "id": "empathy", "level": 2 + number % 3} for rater in "ab"]
    return {**row, "human": levels}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four dialogues (d.jsonl), the same with people's levels (gold.jsonl) and two speakers (k.toml)."""
    folder = tmp_path_factory.mktemp("scores")
    made = kardia(folder, "synthesize", "builtin", "-q", "-n", "4", "--max-exchanges", "2")
    rows = [json.loads(line) for line in made.stdout.splitlines()]
    (folder / "d.jsonl").write_text(made.stdout)
    gold = [people_said(row, number) for number, row in enumerate(rows)]
    (folder / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in gold))
    models = {"sound": 0.0, "faulty": 0.6}
    told = [
        f'[models.{name}]\nname = "offline"\nsampling = {{fault_share = {share}}}\n' for name, share in models.items()
    ]
    (folder / "k.toml").write_text("".join(told))
    return folder


def test_every_protocol_is_among_those_that_are_read_again() -> None:
    assert set(plugins.built_in("protocol")) == WORDS.keys()


@pytest.mark.parametrize("protocol", WORDS)
def test_score_rows_give_the_same_bytes_and_the_same_tables(place: Path, protocol: str) -> None:
    measured = kardia(place, "evaluate", *WORDS[protocol], "--protocol", protocol, "--split", "all")
    assert measured.returncode == 0, measured.stderr
    (place / f"{protocol}.jsonl").write_text(measured.stdout)
    again = kardia(place, "evaluate", "--from-scores", f"{protocol}.jsonl")
    assert again.returncode == 0, again.stderr
    assert measured.stdout.count("\n") >= 3
    assert again.stdout == measured.stdout
    assert len(tables(measured.stderr)) > 3
    assert tables(again.stderr) == tables(measured.stderr)


def test_no_rubric_decides_what_a_protocol_asked_in_its_own_words(place: Path) -> None:
    ranked = kardia(place, "evaluate", *WORDS["winrank"], "--protocol", "winrank", "--split", "all", "-o", "own.jsonl")
    assert ranked.returncode == 0, ranked.stderr
    done = kardia(place, "evaluate", "--from-scores", "own.jsonl", "--rubric", "kardia-core")
    assert done.returncode == 2
    assert "winrank asks its judge in words of its own" in done.stderr
    assert "--predictions" not in done.stderr  # no rubric would judge it otherwise


def test_what_people_judged_is_called_so_from_the_start(place: Path) -> None:
    rows = [json.loads(line) for line in (place / "d.jsonl").read_text().splitlines()]
    turns = [(row["id"], at) for row in rows for at, each in enumerate(row["messages"]) if each["role"] == "assistant"]
    ranked = [{"id": name, "turn": turn, "ranking": ["sound", "faulty"]} for name, turn in turns]
    (place / "h.jsonl").write_text("".join(json.dumps(each) + "\n" for each in ranked))
    words = ("d.jsonl", *PAIR, "--protocol", "winrank", "--split", "all", "--with", "human=h.jsonl")
    measured = kardia(place, "evaluate", *words, "-o", "people.jsonl")
    assert measured.returncode == 0, measured.stderr
    again = kardia(place, "evaluate", "--from-scores", "people.jsonl")
    assert tables(measured.stderr)[0] == "winrank, judged by human"
    assert tables(again.stderr) == tables(measured.stderr)


def test_rows_that_are_there_twice_are_counted_and_said(place: Path) -> None:
    own = place / "twice.jsonl"
    measured = kardia(place, "evaluate", "d.jsonl", "--model", "offline", "--split", "all", "-o", own.name)
    assert measured.returncode == 0, measured.stderr
    assert "count twice" not in measured.stderr
    done = kardia(place, "evaluate", "--from-scores", own.name, own.name)
    count = own.read_text().count("\n")
    assert f"{count} scores are of a model, id and turn that were there before, and count twice" in done.stderr


def test_a_protocol_cannot_be_named_for_rows_that_say_theirs(place: Path) -> None:
    done = kardia(place, "evaluate", "--from-scores", "d.jsonl", "--protocol", "sage")
    assert (done.returncode, "--protocol says nothing" in done.stderr) == (2, True)
