"""The real pipes, as processes: what a user types, and what goes wrong on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from warm import type_line

from tests.support import four_spans as spans

ENVIRONMENT = {**os.environ, "KARDIA_SALT": "test", "NO_COLOR": "1"}
COMMAND = [sys.executable, "-m", "kardia_cli"]


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n") if line]


def test_synthesize_pipes_into_refine_with_no_argument_at_all(tmp_path: Path) -> None:
    done = type_line(tmp_path, "kardia synthesize -n 12 | kardia refine > data.jsonl")
    assert done.returncode == 0, done.stderr
    refined = rows((tmp_path / "data.jsonl").read_text())
    assert refined
    for row in refined:
        supporter = [spans.parse(m["content"]) for m in row["messages"] if m["role"] == "assistant"]
        assert {turn.emotion for turn in supporter} == {row["emotion"]}
        assert row["difficulty"] in ("easy", "hard")
        assert row["messages"][-1]["role"] == "assistant"


def test_posts_become_refined_dialogues_in_one_pipe(tmp_path: Path) -> None:
    posts = "|||".join(
        f"I have been a baker for {n} years and I still love the smell of bread in the early morning."
        for n in range(3, 12)
    )
    (tmp_path / "posts.csv").write_text(f'type,posts\nINFP,"{posts}"\nESTJ,"\'{posts.replace("baker", "nurse")}\'"\n')
    (tmp_path / "ed.jsonl").write_text('{"situation": "My sister moved away last week.", "emotion": "sad"}\n')
    done = type_line(
        tmp_path,
        "kardia build-profiles posts.csv --source personalitycafe | kardia synthesize --scenarios ed.jsonl -n 6 "
        "| kardia critique | kardia refine --min-rows 1",
    )
    assert done.returncode == 0, done.stderr
    given = rows(done.stdout)
    assert {row["emotion"] for row in given} == {"sad"}
    assert {row["mbti"] for row in given} <= {"INFP", "ESTJ"}
    assert {origin["source"] for row in given for origin in row["origin"] if origin["part"] == "situation"} == {
        "ed.jsonl"
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    line = "kardia synthesize builtin -n 6 --seed {} | kardia refine"
    first, again, other = (type_line(tmp_path, line.format(seed)).stdout for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_the_number_of_connections_changes_nothing_that_is_said(tmp_path: Path) -> None:
    line = "kardia synthesize builtin -n 6 --max-connections {0} | kardia critique --max-connections {0}"
    assert type_line(tmp_path, line.format(1)).stdout == type_line(tmp_path, line.format(50)).stdout


def test_files_and_pipes_give_the_same_rows(tmp_path: Path) -> None:
    piped = type_line(tmp_path, "kardia synthesize builtin -n 5 | kardia critique").stdout
    type_line(tmp_path, "kardia synthesize builtin -n 5 -o d.jsonl")
    type_line(tmp_path, "kardia critique d.jsonl -o c.jsonl")
    assert (tmp_path / "c.jsonl").read_text() == piped


def test_the_first_rows_do_not_hang_on_how_many_are_made(tmp_path: Path) -> None:
    few = type_line(tmp_path, "kardia synthesize builtin -n 5").stdout
    many = type_line(tmp_path, "kardia synthesize builtin -n 20").stdout
    assert many.startswith(few)


def test_stdout_carries_rows_alone_and_what_is_used_by_default_is_said_once(tmp_path: Path) -> None:
    done = type_line(tmp_path, "kardia synthesize -n 2")
    assert len(rows(done.stdout)) == 2
    assert done.stderr.count("embedded profiles") == 1
    assert done.stderr.count("embedded situations") == 1
    assert "offline model" in done.stderr
    assert "--model" in done.stderr


def test_quiet_says_nothing_when_all_is_well(tmp_path: Path) -> None:
    assert type_line(tmp_path, "kardia synthesize builtin -n 2 -q").stderr == ""


def test_a_bad_line_costs_that_line_and_the_command_exits_3(tmp_path: Path) -> None:
    good = type_line(tmp_path, "kardia synthesize builtin -n 2").stdout.split("\n")
    (tmp_path / "in.jsonl").write_text("\n".join([good[0], "{oops", '{"messages": 5}', '{"a": 1}', good[1], ""]))
    done = type_line(tmp_path, "kardia critique in.jsonl --rejects bad.jsonl")
    assert done.returncode == 3
    assert len(rows(done.stdout)) == 2
    rejects = rows((tmp_path / "bad.jsonl").read_text())
    assert [(item["line"], item["kind"], item["file"]) for item in rejects] == [
        (n, "failed", "in.jsonl") for n in (2, 3, 4)
    ]
    assert "not JSON" in rejects[0]["reason"]
    assert "messages" in rejects[1]["reason"]
    assert rejects[0]["row"] == "{oops"


def test_without_rejects_stderr_names_the_line_and_the_reason_but_never_the_text(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "x", "person": "SECRET TEXT", "messages": []}\n')
    done = type_line(tmp_path, "kardia critique in.jsonl")
    assert done.returncode == 3
    assert "in.jsonl:1 (x)" in done.stderr
    assert "SECRET" not in done.stderr


def test_rejects_can_be_given_again_as_input(tmp_path: Path) -> None:
    type_line(tmp_path, "kardia synthesize builtin -n 30 -o d.jsonl")
    type_line(tmp_path, "kardia refine d.jsonl --max-rewrites 0 --rejects bad.jsonl -o good.jsonl")
    rejected = rows((tmp_path / "bad.jsonl").read_text())
    assert rejected
    assert {item["kind"] for item in rejected} == {"dropped"}
    done = type_line(tmp_path, "kardia refine bad.jsonl")
    assert done.returncode == 0
    assert {row["id"] for row in rows(done.stdout)} <= {item["id"] for item in rejected}


def test_dropped_rows_are_no_failure(tmp_path: Path) -> None:
    done = type_line(tmp_path, "kardia build-profiles builtin")
    assert done.returncode == 0
    assert "dropped 2: too little text" in done.stderr


def test_too_few_rows_exit_3(tmp_path: Path) -> None:
    assert type_line(tmp_path, "kardia synthesize builtin -n 2 --min-rows 3").returncode == 3


def test_an_empty_input_makes_no_row_and_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    for command in ("critique", "refine", "synthesize", "build-profiles"):
        done = type_line(tmp_path, f"kardia {command} empty.jsonl")
        assert (done.returncode, done.stdout) == (0, ""), command


@pytest.mark.parametrize("command", ["sft -o run", "grpo -o run --model x", "evaluate --model x"])
def test_commands_without_embedded_input_print_help_and_exit_2(command: str, tmp_path: Path) -> None:
    done = type_line(tmp_path, f"kardia {command}")
    assert done.returncode == 2
    assert "Usage:" in done.stderr
    assert "no input" in done.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("kardia critique none.jsonl", "none.jsonl"),
        ("kardia critique .", "is a folder"),
        ("kardia synthesize --strategy kardai", "did you mean 'kardia'"),
        ("kardia synthesize --with speed=1", "no option 'speed'"),
        ("kardia synthesize --model olama/x", "did you mean ollama/x"),
        ("kardia synthesize --modle x", "--model"),
        ("kardia synthesise", "synthesize"),
        ("kardia critique --rubric kardia-cor", "kardia-core"),
        ("kardia synthesize --scenarios none.jsonl", "no file"),
        ("kardia synthesize --seeker-model openai/x", "--model"),
        ("kardia refine --judge-model openai/x", "--model"),
        ("kardia synthesize --config none.toml", "cannot read"),
        ("kardia build-profiles x.csv --source personalitycaf", "personalitycafe"),
        ("kardia synthesize -o /none/x.jsonl builtin", "cannot write"),
        ("kardia evaluate builtin", "--model"),
    ],
)
def test_a_wrong_word_is_one_clear_line_and_exit_2(line: str, said: str, tmp_path: Path) -> None:
    done = type_line(tmp_path, line)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_existing_file_is_not_replaced_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text("precious\n")
    assert type_line(tmp_path, "kardia synthesize builtin -n 1 -o d.jsonl").returncode == 2
    assert (tmp_path / "d.jsonl").read_text() == "precious\n"
    assert type_line(tmp_path, "kardia synthesize builtin -n 1 -o d.jsonl --force").returncode == 0
    assert len(rows((tmp_path / "d.jsonl").read_text())) == 1


def test_two_stages_cannot_write_the_same_rejects(tmp_path: Path) -> None:
    done = type_line(
        tmp_path,
        "kardia synthesize builtin -n 400 --rejects r.jsonl | (until [ -e r.jsonl.part ]; do sleep 0.1; done; "
        "kardia critique --rejects r.jsonl; echo code $? >&2)",
    )
    assert "code 2" in done.stderr


def test_a_reader_that_stops_early_ends_every_stage_quietly(tmp_path: Path) -> None:
    done = type_line(
        tmp_path,
        "kardia synthesize builtin -n 1000000 -q | kardia critique -q | kardia refine -q --rejects r.jsonl | head -5",
    )
    assert len(rows(done.stdout)) == 5
    assert done.stderr == ""
    assert done.returncode == 0


def test_ctrl_c_ends_with_130_and_whole_lines(tmp_path: Path) -> None:
    command = [*COMMAND, "synthesize", "builtin", "-n", "1000000", "-q"]
    with (tmp_path / "out.jsonl").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, env=ENVIRONMENT)
        while (tmp_path / "out.jsonl").stat().st_size < 50_000 and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in said
    text = (tmp_path / "out.jsonl").read_text()
    assert text.endswith("\n")
    assert rows(text)


def test_a_silent_stdin_is_named_after_three_seconds(tmp_path: Path) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with subprocess.Popen([*COMMAND, "critique"], cwd=tmp_path, env=ENVIRONMENT, text=True, **pipes) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        said = next(line for line in process.stderr if "waiting for rows on stdin" in line)
        process.stdin.close()
        process.stderr.read()
    assert "`kardia critique builtin`" in said
    assert process.returncode == 0


def test_the_word_builtin_never_touches_stdin(tmp_path: Path) -> None:
    command = [*COMMAND, "critique", "builtin", "-n", "1", "-q"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT, cwd=tmp_path)
    assert process.stdout is not None
    assert len(rows(process.stdout.read().decode())) == 1  # stdin is still open
    assert process.wait() == 0
    assert process.stdin is not None
    process.stdin.close()


def test_unknown_fields_pass_through_every_stage(tmp_path: Path) -> None:
    profile = {"person": "About: a gardener", "anon_username": "u1", "mbti": None, "my_note": {"deep": [1, 2]}}
    (tmp_path / "p.jsonl").write_text(json.dumps(profile) + "\n")
    done = type_line(tmp_path, "kardia synthesize p.jsonl -n 4 | kardia critique | kardia refine")
    given = rows(done.stdout)
    assert given
    assert all(row["my_note"] == {"deep": [1, 2]} and row["mbti"] is None for row in given)


def test_rows_made_with_a_real_model_ask_for_a_named_judge(tmp_path: Path) -> None:
    row = rows(type_line(tmp_path, "kardia synthesize builtin -n 1").stdout)[0]
    row["models"] = [{"role": "supporter", "model": "openai/gpt-4o-mini", "hash": ""}]
    (tmp_path / "d.jsonl").write_text(json.dumps(row) + "\n")
    done = type_line(tmp_path, "kardia critique d.jsonl")
    assert done.returncode == 2
    assert "--judge-model" in done.stderr
    assert type_line(tmp_path, "kardia critique d.jsonl --judge-model offline").returncode == 0


def test_settings_come_from_the_flag_then_the_environment_then_the_config_file(tmp_path: Path) -> None:
    (tmp_path / "k.toml").write_text("seed = 5\n[synthesize]\nlimit = 3\nmax-exchanges = 2\n")

    def count(flags: str, **variables: str) -> int:
        return len(rows(type_line(tmp_path, f"kardia synthesize builtin {flags}", **variables).stdout))

    assert count("-c k.toml") == 3
    assert count("-c k.toml", KARDIA_SYNTHESIZE_LIMIT="2") == 2
    assert count("-c k.toml -n 1", KARDIA_SYNTHESIZE_LIMIT="2") == 1
    (tmp_path / "bad.toml").write_text("[synthesize]\nlimt = 3\n")
    done = type_line(tmp_path, "kardia synthesize builtin -c bad.toml")
    assert done.returncode == 2
    assert "limit" in done.stderr
    (tmp_path / "bad.toml").write_text("sed = 3\n")
    assert "did you mean 'seed'" in type_line(tmp_path, "kardia synthesize builtin -c bad.toml").stderr
    (tmp_path / "bad.toml").write_text("[synthesise]\nlimit = 3\n")
    assert "did you mean 'synthesize'" in type_line(tmp_path, "kardia synthesize builtin -c bad.toml").stderr
