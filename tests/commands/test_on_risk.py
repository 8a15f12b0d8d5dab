"""--on-risk as a user types it: rows are marked, kept as they are, or dropped with a reason without quotes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from warm import run

CALM = "I keep bees behind the house and I write down what they do, day after day, in green notebooks. "
DARK = "There were weeks when I wanted to kill myself, and I told nobody but the bees. "


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("risk") / "people.jsonl"
    told = {"a": CALM * 4, "b": CALM * 2 + DARK + CALM, "c": CALM * 5}
    path.write_text("".join(json.dumps({"source_id": n, "person": text}) + "\n" for n, text in told.items()))
    return path


def build(people: Path, *more: str) -> tuple[list[dict[str, Any]], subprocess.CompletedProcess[str]]:
    done = run(people.parent, "build-profiles", str(people), "--min-words", "20", *more)
    return [json.loads(line) for line in done.stdout.split("\n") if line], done


def test_profiles_are_flagged_unless_told_otherwise_and_the_end_says_how_many(people: Path) -> None:
    rows, done = build(people)
    assert done.returncode == 0, done.stderr
    assert [[mark["kind"] for mark in row["risk"]] for row in rows] == [[], ["suicide"], []]
    (mark,) = rows[1]["risk"]
    assert (mark["part"], mark["turn"]) == ("profile", -1)
    assert mark["quote"] in rows[1]["person"]
    assert "risk: 1 of 3 rows marked (suicide 1)" in done.stderr


def test_keep_marks_nothing_and_says_nothing(people: Path) -> None:
    rows, done = build(people, "--on-risk", "keep")
    assert len(rows) == 3
    assert not any("risk" in row for row in rows)
    assert "risk" not in done.stderr


def test_drop_is_no_failure_and_gives_the_reason_without_the_words(people: Path) -> None:
    rows, done = build(people, "--on-risk", "drop")
    assert done.returncode == 0, done.stderr
    assert [row["risk"] for row in rows] == [[], []]
    assert "risk: suicide in the profile" in done.stderr
    assert "kill myself" not in done.stderr


def test_another_word_is_a_usage_error(people: Path) -> None:
    _, done = build(people, "--on-risk", "hide")
    assert done.returncode == 2
