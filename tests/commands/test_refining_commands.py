"""synthesize with a judge, and refine, as commands: what switches the judge on, and what is shown at the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from warm import run


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n") if line]


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve offline drafts in a file."""
    folder = tmp_path_factory.mktemp("drafts")
    assert run(folder, "synthesize", "builtin", "-n", "12", "-o", "d.jsonl").returncode == 0
    return folder / "d.jsonl"


def test_a_judge_that_is_named_for_critique_does_not_judge_in_synthesize(tmp_path: Path, drafts: Path) -> None:
    done = run(tmp_path, "synthesize", "builtin", "-n", "12", KARDIA_JUDGE_MODEL="offline")
    assert done.stdout == drafts.read_text()


@pytest.mark.parametrize("how", ["flag", "variable"])
def test_its_own_flag_or_variable_switches_the_judge_on(how: str, tmp_path: Path) -> None:
    flags = ["--judge-model", "offline"] if how == "flag" else []
    variables = {"KARDIA_SYNTHESIZE_JUDGE_MODEL": "offline"} if how == "variable" else {}
    done = run(tmp_path, "synthesize", "builtin", "-n", "6", *flags, **variables)
    assert done.returncode == 0, done.stderr
    grown = rows(done.stdout)
    assert grown
    assert all(row["difficulty"] in ("easy", "hard") and row["critiques"] for row in grown)
    assert {entry["rubric"] for row in grown for entry in row["critiques"]} == {"synthesis"}
    assert {use["role"] for use in grown[0]["models"]} == {"seeker", "supporter", "judge", "rewriter"}


def test_a_judge_for_all_commands_in_the_config_file_does_not_judge_in_synthesize(tmp_path: Path, drafts: Path) -> None:
    (tmp_path / "k.toml").write_text('judge-model = "offline"\n')
    done = run(tmp_path, "synthesize", "builtin", "-n", "12", "-c", "k.toml")
    assert done.stdout == drafts.read_text()
    (tmp_path / "k.toml").write_text('[synthesize]\njudge-model = "offline"\n')
    done = run(tmp_path, "synthesize", "builtin", "-n", "2", "-c", "k.toml")
    assert all(row["critiques"] for row in rows(done.stdout)), done.stderr


@pytest.mark.parametrize(("how", "out", "marked"), [("keep", 2, False), ("flag", 2, True), ("drop", 2, False)])
def test_a_pair_that_shows_danger_is_kept_flagged_or_dropped(how: str, out: int, marked: bool, tmp_path: Path) -> None:
    told = ("I want to kill myself and I have thought about how.", "My bus was late again this morning.")
    pairs = [json.dumps({"situation": text, "emotion": "sad"}) for text in told]
    (tmp_path / "s.jsonl").write_text("\n".join(pairs) + "\n")
    done = run(
        tmp_path, "synthesize", "builtin", "-n", "2", "--scenarios", "s.jsonl", "--pairing", "round-robin",
        "--max-exchanges", "1", "--on-risk", how,
    )  # fmt: skip
    made = rows(done.stdout)
    assert (done.returncode, len(made)) == (0, out), done.stderr
    assert [mark["kind"] for row in made for mark in row.get("risk", [])] == ["suicide"] * marked
    assert ("1 of 2 rows marked" in done.stderr) == marked
    assert ("dropped 1: risk: suicide in the situation" in done.stderr) == (how == "drop")


def test_rewrites_without_a_judge_are_a_wrong_word(tmp_path: Path) -> None:
    done = run(tmp_path, "synthesize", "builtin", "-n", "1", "--rewrites", "2")
    assert done.returncode == 2
    assert "--judge-model" in done.stderr


def test_a_grown_dialogue_needs_no_refining(tmp_path: Path) -> None:
    run(tmp_path, "synthesize", "builtin", "-n", "8", "--judge-model", "offline", "-o", "g.jsonl")
    done = run(tmp_path, "refine", "g.jsonl", "--summary", "s.json")
    assert done.returncode == 0, done.stderr
    before, after = rows((tmp_path / "g.jsonl").read_text()), rows(done.stdout)
    assert [row["messages"] for row in before] == [row["messages"] for row in after]
    assert [row["critiques"] for row in before] == [row["critiques"] for row in after]


def test_critique_and_refine_by_the_same_rubric_pay_no_verdict_twice(tmp_path: Path, drafts: Path) -> None:
    for name in ("kardia-core", "synthesis"):
        judged, refined = f"c-{name}.jsonl", f"r-{name}.jsonl"
        assert run(tmp_path, "critique", str(drafts), "--rubric", name, "-o", judged).returncode == 0
        assert run(tmp_path, "refine", judged, "-o", refined).returncode == 0
        for row in rows((tmp_path / refined).read_text()):
            assert {entry["rubric"] for entry in row["critiques"]} == {name}
            seen = [(entry["turn"], entry["revision"], entry["text_hash"]) for entry in row["critiques"]]
            assert len(seen) == len(set(seen))


def test_rows_of_an_unknown_rubric_ask_for_it_and_exit_2(tmp_path: Path, drafts: Path) -> None:
    run(tmp_path, "critique", str(drafts), "-n", "1", "-o", "c.jsonl")
    row = rows((tmp_path / "c.jsonl").read_text())[0]
    for entry in row["critiques"]:
        entry["rubric_hash"] = "0" * 16
    (tmp_path / "c.jsonl").write_text(json.dumps(row) + "\n")
    done = run(tmp_path, "refine", "c.jsonl")
    assert done.returncode == 2
    assert "--rubric FILE" in done.stderr
    assert run(tmp_path, "refine", "c.jsonl", "--rubric", "synthesis").returncode == 0


def test_the_report_stands_on_stderr_once_and_never_on_stdout(tmp_path: Path, drafts: Path) -> None:
    done = run(tmp_path, "refine", str(drafts))
    assert all(isinstance(row, dict) for row in rows(done.stdout))
    for title in ("turns that pass, round by round", "what was wrong, in turns", "judge calls per kept"):
        assert done.stderr.count(title) == 1
    assert "turns that pass" not in run(tmp_path, "refine", str(drafts), "-q").stderr
    assert "turns that pass" not in run(tmp_path, "synthesize", "builtin", "-n", "2").stderr


def test_the_report_stands_there_too_where_rows_failed(tmp_path: Path, drafts: Path) -> None:
    (tmp_path / "d.jsonl").write_text("{oops\n" + drafts.read_text())
    done = run(tmp_path, "refine", "d.jsonl")
    assert done.returncode == 3
    assert "turns that pass, round by round" in done.stderr


def test_dropped_dialogues_are_in_the_report_with_what_was_to_blame(tmp_path: Path, drafts: Path) -> None:
    done = run(tmp_path, "refine", str(drafts), "--max-rewrites", "0", "--rejects", "r.jsonl")
    dropped = rows((tmp_path / "r.jsonl").read_text())
    assert dropped
    assert {item["kind"] for item in dropped} == {"dropped"}
    line = next(line for line in done.stderr.split("\n") if "still fails" in line and "dropped" not in line)
    assert line.split()[2] == str(len(dropped))


def test_an_estimate_of_a_judged_run_counts_the_judge_and_reports_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "synthesize", "builtin", "-n", "4", "--judge-model", "offline", "--estimate")
    assert done.returncode == 0, done.stderr
    assert "judge" in done.stderr
    assert "turns that pass" not in done.stderr
    assert done.stdout == ""


def test_told_drafts_are_noted_on_the_row_and_their_label_stands_in_no_system_message(tmp_path: Path) -> None:
    done = run(tmp_path, "synthesize", "builtin", "-n", "2", "--drafts", "told")
    made = rows(done.stdout)
    assert [row["drafts"] for row in made] == ["told", "told"], done.stderr
    assert not any("label of every turn" in row["messages"][0]["content"] for row in made)


def test_drafts_are_blind_or_told_and_nothing_else(tmp_path: Path) -> None:
    done = run(tmp_path, "synthesize", "builtin", "-n", "1", "--drafts", "half")
    assert (done.returncode, "'half' is not one of 'blind'" in done.stderr) == (2, True), done.stderr


def test_the_judge_ends_a_judged_talk_and_the_seeker_one_without_a_judge(tmp_path: Path, drafts: Path) -> None:
    for flags, same in ((["--judge-model", "offline"], "judge"), ([], "seeker")):
        made = [
            run(tmp_path, "synthesize", "builtin", "-n", "12", *flags, *ends_by).stdout
            for ends_by in ([], ["--ends-by", "judge"], ["--ends-by", "seeker"])
        ]
        assert made[0] == made[1 if same == "judge" else 2]
        assert made[1] != made[2]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("--cut-at-solved", "--ends-by both"),
        ("--no-cut-at-solved", "--ends-by seeker"),
        ("--pairing random", "--pairing natural"),
        ("--pairing=random", "--pairing natural"),
    ],
)
def test_a_flag_of_0_1_0_says_what_it_is_called_now(old: str, new: str, tmp_path: Path) -> None:
    done = run(tmp_path, "synthesize", "builtin", "-n", "1", *old.split())
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"kardia: {old.replace('=', ' ')} is called {new} now",
        f"        → write {new}",
    ]


def test_a_setting_of_0_1_0_in_the_config_file_says_what_it_is_called_now(tmp_path: Path) -> None:
    for line, new in (("cut-at-solved = true", "--ends-by both"), ('pairing = "random"', "--pairing natural")):
        (tmp_path / "k.toml").write_text(f"[synthesize]\n{line}\n")
        done = run(tmp_path, "synthesize", "builtin", "-n", "1", "-c", "k.toml")
        assert done.returncode == 2
        assert f"is called {new} now" in done.stderr
