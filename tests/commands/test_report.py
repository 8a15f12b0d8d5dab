"""kardia report --diff as a user types it: rows on stdout, tables on stderr, one clear line for each mistake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import warm

ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "110"}


def kardia(folder: Path, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return warm.run(folder, "report", *arguments, stdin=stdin, TERM="dumb", COLUMNS="110")


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n") if line]


def judged(number: int, verdict: str = "PASS", empathy: float = 4.0, policy: str = "p1", **changes: Any) -> str:
    """A line as `kardia critique` writes it, with a secret that no report may show."""
    critique = {
        "turn": 1,
        "revision": 0,
        "rubric": "core",
        "rubric_hash": "read1",
        "policy_hash": policy,
        "judge": "judge-a",
        "text_hash": "t",
        "verdict": verdict,
        "score": (empathy - 1) / 4,
        "solved": False,
        "levels": [{"id": "empathy", "level": empathy, "reason": "SECRET", "quotes": ["SECRET"]}],
        "findings": [{"id": "harm", "present": False, "detail": ""}],
        "gates": [],
    } | changes
    talk = [{"role": "user", "content": "SECRET"}, {"role": "assistant", "content": "SECRET"}]
    return json.dumps({"id": f"row-{number}", "messages": talk, "critiques": [critique]}) + "\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """old.jsonl and new.jsonl: row 1 now fails by its level, row 2 by the policy; 3 is unchanged; 0 and 4 single."""
    (tmp_path / "old.jsonl").write_text("".join(judged(number) for number in (0, 1, 2, 3)))
    (tmp_path / "new.jsonl").write_text(judged(1, "FAIL", 2.0) + judged(2, "FAIL", policy="p2") + judged(3) + judged(4))
    return tmp_path


def test_flips_are_rows_and_the_tables_go_to_stderr(place: Path) -> None:
    done = kardia(place, "--diff", "old.jsonl", "new.jsonl")
    assert done.returncode == 0, done.stderr
    flips = rows(done.stdout)
    assert [(flip["id"], flip["changed"]) for flip in flips] == [("row-1", ["levels"]), ("row-2", ["policy"])]
    assert flips[0]["levels"] == [{"id": "empathy", "old": 4.0, "new": 2.0}]
    assert flips[0].keys() == flips[1].keys()
    assert "2 of 3 verdicts flip (66.7%); turns only in OLD: 1, only in NEW: 1" in done.stderr
    assert "PASS → FAIL" in done.stderr
    assert "p1, p2" in done.stderr
    assert "judge-a" in done.stderr


def test_no_text_of_a_row_is_ever_shown(place: Path) -> None:
    done = kardia(place, "--diff", "old.jsonl", "new.jsonl")
    assert "SECRET" not in done.stdout + done.stderr


def test_two_files_that_agree_give_no_row_and_exit_0(place: Path) -> None:
    done = kardia(place, "--diff", "old.jsonl", "old.jsonl")
    assert (done.returncode, done.stdout) == (0, "")
    assert "0 of 4 verdicts flip" in done.stderr


@pytest.mark.parametrize("piped", ["old.jsonl", "new.jsonl"])
def test_either_file_may_come_through_a_pipe(place: Path, piped: str) -> None:
    names = ["-" if name == piped else name for name in ("old.jsonl", "new.jsonl")]
    done = kardia(place, "--diff", *names, stdin=(place / piped).read_text())
    assert done.returncode == 0, done.stderr
    assert done.stdout == kardia(place, "--diff", "old.jsonl", "new.jsonl").stdout


def test_quiet_leaves_the_rows_alone_and_output_takes_a_file(place: Path) -> None:
    done = kardia(place, "--diff", "old.jsonl", "new.jsonl", "-q", "-o", "flips.jsonl")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(rows((place / "flips.jsonl").read_text())) == 2
    assert kardia(place, "--diff", "old.jsonl", "new.jsonl", "-o", "flips.jsonl").returncode == 2


def test_a_rubric_or_judge_can_be_chosen_and_one_that_is_not_there_is_named(place: Path) -> None:
    with (place / "new.jsonl").open("a") as file:
        file.write(judged(0, "FAIL", rubric="bench", judge="judge-b"))
    both = kardia(place, "--diff", "old.jsonl", "new.jsonl")
    assert len(rows(both.stdout)) == 3
    assert "choose with --rubric" in both.stderr
    assert len(rows(kardia(place, "--diff", "old.jsonl", "new.jsonl", "--rubric", "core").stdout)) == 2
    missing = kardia(place, "--diff", "old.jsonl", "new.jsonl", "--judge", "judge-b")
    assert missing.returncode == 2
    assert "old.jsonl holds no verdict by that rubric and judge" in missing.stderr
    assert "core by judge-a" in missing.stderr


def test_a_bad_line_of_either_file_costs_that_line_and_exits_3(place: Path) -> None:
    for name in ("old.jsonl", "new.jsonl"):
        with (place / name).open("a") as file:
            file.write('{oops\n{"id": "x", "critiques": [{"turn": 1}]}\n')
    done = kardia(place, "--diff", "old.jsonl", "new.jsonl", "--rejects", "bad.jsonl")
    assert done.returncode == 3
    assert len(rows(done.stdout)) == 2
    assert "PASS → FAIL" in done.stderr
    rejects = rows((place / "bad.jsonl").read_text())
    assert [(item["file"], item["line"]) for item in rejects] == [
        ("old.jsonl", 5), ("old.jsonl", 6), ("new.jsonl", 5), ("new.jsonl", 6),
    ]  # fmt: skip
    assert "not JSON" in rejects[0]["reason"]
    assert "'verdict' is missing" in rejects[1]["reason"]
    assert rejects[1]["row"] == {"id": "x", "critiques": [{"turn": 1}]}
    told = kardia(place, "--diff", "old.jsonl", "new.jsonl").stderr
    assert "old.jsonl:6 (x)" in told


def test_a_row_that_stands_twice_is_dropped_and_said(place: Path) -> None:
    with (place / "new.jsonl").open("a") as file:
        file.write(judged(3, "FAIL"))
    done = kardia(place, "--diff", "old.jsonl", "new.jsonl")
    assert done.returncode == 0
    assert len(rows(done.stdout)) == 2
    assert "new.jsonl:5 (row-3): row row-3 stands in new.jsonl twice" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--diff", "none.jsonl", "new.jsonl"], "cannot read none.jsonl"),
        (["--diff", "old.jsonl", "none.jsonl"], "cannot read none.jsonl"),
        (["--diff", "old.jsonl", "."], "is a folder"),
        (["--diff", "empty.jsonl", "new.jsonl"], "empty.jsonl holds no rows"),
        (["--diff", "old.jsonl", "empty.jsonl"], "empty.jsonl holds no rows"),
        (["--diff", "plain.jsonl", "new.jsonl"], "plain.jsonl: no row holds a critique"),
        (["--diff", "old.jsonl", "plain.jsonl"], "kardia critique"),
        (["--diff", "-", "-"], "cannot both be stdin"),
        (["--diff", "old.jsonl"], "requires 2 arguments"),
        (["old.jsonl", "new.jsonl"], "old.jsonl"),
    ],
)
def test_what_cannot_be_compared_is_one_clear_line_and_exit_2(place: Path, arguments: list[str], said: str) -> None:
    (place / "empty.jsonl").write_text("\n")
    (place / "plain.jsonl").write_text('{"id": "x", "messages": []}\n')
    done = kardia(place, "-o", "out.jsonl", *arguments)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(place.glob("out.jsonl*"))


def test_without_an_option_it_shows_its_help_and_exits_2(tmp_path: Path) -> None:
    done = kardia(tmp_path)
    assert done.returncode == 2
    assert "Usage:" in done.stderr
    assert "nothing to report on" in done.stderr
    assert "kardia report --diff old.jsonl new.jsonl" in done.stderr


def test_a_reader_that_stops_early_is_quiet_success(place: Path) -> None:
    (place / "old.jsonl").write_text("".join(judged(number) for number in range(3000)))
    (place / "new.jsonl").write_text("".join(judged(number, "FAIL", 1.0) for number in range(3000)))
    script = f"set -o pipefail; {sys.executable} -m kardia_cli report --diff old.jsonl new.jsonl -q | head -2"
    done = subprocess.run(
        ["bash", "-c", script], cwd=place, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(rows(done.stdout)) == 2


def test_the_verdicts_of_a_real_critique_compare_with_themselves(tmp_path: Path) -> None:
    script = f"{sys.executable} -m kardia_cli critique builtin -n 2 -q > judged.jsonl"
    subprocess.run(["bash", "-c", script], cwd=tmp_path, env={**ENVIRONMENT, "KARDIA_SALT": "test"}, check=True)
    done = kardia(tmp_path, "--diff", "judged.jsonl", "judged.jsonl")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "0 of" in done.stderr
