"""kardia report over score rows as a user types it: rows on stdout, tables on stderr, files, gates as exit codes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import warm

from tests.support.score_rows import lines, run, score, write

ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "120"}
BOTH = ("sft=sft.jsonl", "grpo=grpo.jsonl", "--baseline", "sft")


def kardia(folder: Path, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return warm.run(folder, "report", *arguments, stdin=stdin, TERM="dumb", COLUMNS="120")


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n") if line]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """sft.jsonl and grpo.jsonl: the same turns, empathy about 0.45 higher in grpo and nothing else."""
    write(tmp_path / "sft.jsonl", run())
    write(tmp_path / "grpo.jsonl", run(0.3))
    return tmp_path


def talk(number: int) -> dict[str, Any]:
    said = [{"role": role, "content": f"words {at}"} for at, role in enumerate(["user", "assistant"] * 3)]
    return {"id": f"talk-{number}", "emotion": "sad", "situation": "<script>alert(1)</script>", "messages": said}


def test_stdout_has_a_row_for_each_name_and_criterion_and_the_tables_go_to_stderr(place: Path) -> None:
    done = kardia(place, *BOTH)
    assert done.returncode == 0, done.stderr
    found = {(row["name"], row["criterion"]): row for row in rows(done.stdout)}
    assert len({tuple(row) for row in found.values()}) == 1
    gain = found["grpo", "empathy"]
    assert (gain["baseline"], gain["verdict"], gain["n"], gain["clusters"]) == ("sft", "better", 48, 12)
    assert 0.4 < gain["difference_low"] < gain["difference"] < gain["difference_high"] < 0.5
    assert found["sft", "empathy"]["verdict"] is None
    assert {row["verdict"] for key, row in found.items() if key[0] == "grpo"} == {"better", "tied", "not tested"}
    assert "48 turns of 24 dialogues by 12 profiles; judge judge-a, rubric read1" in done.stderr
    assert "grpo less sft, turn by turn" in done.stderr
    assert "SECRET" not in done.stdout + done.stderr


def test_the_same_rows_give_the_same_bytes_in_every_form(place: Path) -> None:
    pytest.importorskip("matplotlib")
    forms = {
        "html": "r.html",
        "markdown": "r.md",
        "json": "r.json",
        "table": "r.tex",
        "figure": "r.pdf",
        "methods": "r.txt",
    }
    flags = [word for name, file in forms.items() for word in (f"--{name}", file)]
    seen = []
    for _ in range(2):
        done = kardia(place, *BOTH, *flags, "--force", "-q")
        assert done.returncode == 0, done.stderr
        seen.append(
            [done.stdout, *(hashlib.sha256((place / file).read_bytes()).hexdigest() for file in forms.values())]
        )
    assert seen[0] == seen[1]
    assert str(place) not in "".join((place / file).read_bytes().decode("latin-1") for file in forms.values())
    assert json.loads((place / "r.json").read_text())["by_dialogue"]["cells"]["sft"]["empathy"]["clusters"] == 24


def test_a_form_on_stdout_takes_the_place_of_the_rows(place: Path) -> None:
    done = kardia(place, *BOTH, "--json", "-", "-q")
    assert json.loads(done.stdout)["baseline"] == "sft"
    beside = kardia(place, *BOTH, "--markdown", "-", "-o", "rows.jsonl", "-q")
    assert beside.stdout.startswith("# Comparison\n")
    assert len(rows((place / "rows.jsonl").read_text())) == 12


def test_gates_exit_5_after_everything_is_written(place: Path) -> None:
    met = kardia(place, *BOTH, "--gate", "empathy>=-0.1", "--gate", "grpo:format_rate>=0.7")
    assert met.returncode == 0, met.stderr
    assert met.stderr.count(" met: grpo") == 2
    failed = kardia(place, *BOTH, "--gate", "empathy>=-0.1", "--gate", "empathy>=2", "--markdown", "r.md")
    assert failed.returncode == 5
    assert "1 of 2 gates not met: empathy>=2 (grpo: not met)" in failed.stderr
    assert len(rows(failed.stdout)) == 12
    assert "- gate empathy>=2 not met: grpo empathy" in (place / "r.md").read_text()


def test_seeds_are_files_of_one_name(place: Path) -> None:
    write(place / "second.jsonl", run(0.5))
    done = kardia(place, "sft=sft.jsonl", "grpo=grpo.jsonl,second.jsonl", "--baseline", "sft")
    assert done.returncode == 0, done.stderr
    assert "grpo (2 seeds)" in done.stderr
    assert {row["seeds"] for row in rows(done.stdout) if row["name"] == "grpo"} == {2}


def test_one_file_may_come_through_a_pipe_and_alone_needs_no_name(place: Path) -> None:
    piped = kardia(place, "sft=-", "grpo=grpo.jsonl", "--baseline", "sft", stdin=(place / "sft.jsonl").read_text())
    assert piped.stdout == kardia(place, *BOTH).stdout
    alone = kardia(place, stdin=lines([*run(model="base"), *run(0.3, model="sft")]))
    assert alone.returncode == 0, alone.stderr
    assert {row["name"] for row in rows(alone.stdout)} == {"base", "sft"}
    assert "nothing is compared: name what to compare with, --baseline NAME" in alone.stderr


def test_one_group_alone_has_figures_and_no_differences(place: Path) -> None:
    done = kardia(place, "sft.jsonl")
    assert done.returncode == 0, done.stderr
    assert all(row["difference"] is None and row["value"] is not None for row in rows(done.stdout))


def test_the_page_shows_dialogues_with_replies_and_the_curves_of_runs(place: Path) -> None:
    write(place / "data.jsonl", [talk(number) for number in range(24)])
    (place / "my-run").mkdir()
    (place / "my-run" / "metrics.jsonl").write_text('{"step": 1, "loss": 2.5}\n{"step": 2, "loss": 1.5}\n')
    done = kardia(place, *BOTH, "my-run", "--dialogues", "data.jsonl", "--html", "r.html")
    assert done.returncode == 0, done.stderr
    page = (place / "r.html").read_text()
    assert "my-run" in page
    assert "words 1" in page
    assert "SECRET" in page  # the reply of a model stands beside the dialogue's own
    assert "<script>alert(1)" not in page


def test_dialogues_alone_and_a_run_alone_have_a_page_too(place: Path) -> None:
    write(place / "data.jsonl", [talk(number) for number in range(3)])
    done = kardia(place, "data.jsonl", "--html", "view.html")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "words 1" in (place / "view.html").read_text()
    (place / "my-run").mkdir()
    (place / "my-run" / "metrics.jsonl").write_text('{"step": 1, "loss": 2.5}\n{"step": 2, "loss": 1.5}\n')
    alone = kardia(place, "my-run", "--html", "run.html")
    assert alone.returncode == 0, alone.stderr
    assert [row["run"] for row in rows(alone.stdout)] == ["my-run", "my-run"]
    assert "2.5 → 1.5" in alone.stderr


@pytest.mark.parametrize(
    "row",
    [
        {"person": "Keeps bees on a roof.", "mbti": "INFP", "anon_username": "someone"},
        {"id": "talk-1", "turn": 2, "text": "Keeps bees on a roof.", "model": "m"},
        {"person": "Keeps bees on a roof.", "situation": "It rained.", "emotion": "sad"},
    ],
)
def test_the_page_opens_profiles_scenarios_and_saved_replies_too(place: Path, row: dict[str, Any]) -> None:
    write(place / "any.jsonl", [row])
    done = kardia(place, "any.jsonl", "--html", "view.html")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "Keeps bees on a roof." in (place / "view.html").read_text()


def test_the_metrics_of_a_run_are_the_run(place: Path) -> None:
    (place / "my-run").mkdir()
    (place / "my-run" / "metrics.jsonl").write_text('{"step": 1, "loss": 2.5}\n{"step": 2, "loss": 1.5}\n')
    assert kardia(place, "my-run/metrics.jsonl").stdout == kardia(place, "my-run").stdout != ""


def test_a_page_for_raters_holds_no_verdict(place: Path) -> None:
    write(place / "data.jsonl", [talk(number) | {"critiques": [{"verdict": "TELLTALE"}]} for number in range(3)])
    assert kardia(place, "data.jsonl", "--html", "open.html").returncode == 0
    assert kardia(place, "data.jsonl", "--html", "blind.html", "--blind").returncode == 0
    assert "TELLTALE" in (place / "open.html").read_text()
    assert "TELLTALE" not in (place / "blind.html").read_text()


def test_a_cost_is_quoted_from_the_summary_of_evaluate(place: Path) -> None:
    models = [{"model": "judge-a", "calls": 900, "cost": 0.5}]
    (place / "s.json").write_text(json.dumps({"cost": 0.5, "models": models}))
    done = kardia(place, *BOTH, "--cost", "s.json", "--methods", "-", "-q")
    assert "900 calls and cost 0.50 USD" in done.stdout.replace("\n", " ")


BAD_LINES = {
    "words.jsonl": ("{oops\n", "words.jsonl:1: not JSON"),
    "list.jsonl": ("[1]\n", "list.jsonl:1: not a JSON object"),
    "empty.jsonl": ("\n", "empty.jsonl holds no rows"),
    "data.jsonl": (lines([score(), talk(1)]), "data.jsonl:2: a dialogue, no score row"),
    "mixed.jsonl": (lines([talk(1), score()]), "mixed.jsonl:2: no dialogue"),
    "other.jsonl": ('{"a": 1}\n', "other.jsonl:1: no score row: 'id' is missing"),
    "text.jsonl": (lines([score(value="high")]), "text.jsonl:1: field 'value' is not a number"),
    "turn.jsonl": (lines([score(turn=True)]), "turn.jsonl:1: field 'turn' is not an index"),  # type: ignore[arg-type]
    "parts.jsonl": (lines([score(parts={"a": "x"})]), "parts.jsonl:1: field 'parts': "),
    "twice.jsonl": (
        lines([score(), score(1), score()]),
        "twice.jsonl:3: m on talk-0, turn 2, stands in line 1 already",
    ),
    "models.jsonl": (lines([score(), score(1, model="n")]), "models.jsonl holds rows of several models: m, n"),
    "judges.jsonl": (
        lines([score(), score(1, judge="judge-b")]),
        "not scored alike: it (judges.jsonl:1) by judge judge-a",
    ),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_file_is_one_clear_line_with_its_place_and_exit_2(place: Path, name: str) -> None:
    text, said = BAD_LINES[name]
    (place / name).write_text(text)
    done = kardia(place, f"it={name}", "-o", "out.jsonl")
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "→" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(place.glob("out.jsonl*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.jsonl"], "cannot read none.jsonl"),
        (["."], "is a folder without metrics.jsonl"),
        (["=sft.jsonl"], "no name before the ="),
        (["sft="], "a file is missing"),
        (["sft=sft.jsonl,"], "a file is missing"),
        (["sft=sft.jsonl,sft.jsonl"], "sft.jsonl is named twice"),
        (["sft=sft.jsonl", "sft=grpo.jsonl"], "the name sft stands twice"),
        (["-", "-"], "stdin can be read once only"),
        ([*BOTH[:3], "stf"], "the baseline 'stf' is none of the names"),
        ([*BOTH, "--criteria", "empahty"], "did you mean 'empathy'?"),
        ([*BOTH, "--gate", "empahty>=0"], "did you mean 'empathy'?"),
        ([*BOTH, "--gate", "nonsense"], "is not CRITERION>=NUMBER"),
        ([*BOTH[:2], "--gate", "empathy>=0"], "add --baseline NAME"),
        ([*BOTH, "--figure", "r.gif"], "name it .pdf, .svg, .png"),
        ([*BOTH, "--json", "-", "--table", "-"], "two forms of the report would go to stdout"),
        ([*BOTH, "--json", "there.json"], "there.json exists"),
        ([*BOTH, "--json", "sft.jsonl", "--force"], "sft.jsonl is read for this report, and would be replaced by it"),
        ([*BOTH, "-o", "./grpo.jsonl", "--force"], "grpo.jsonl is read for this report"),
        ([*BOTH, "--json", "r.txt", "--methods", "./r.txt"], "two forms of the report would go to r.txt"),
        (["sft=odd.jsonl", "--rubric", "x"], "odd.jsonl holds no score by that judge and rubric"),
        ([*BOTH, "--json", "no/where.json"], "cannot write no/where.json"),
        ([*BOTH, "--judge", "judge-b"], "holds no score by that judge and rubric"),
        ([*BOTH, "--cost", "sft.jsonl"], "sft.jsonl is no summary of a run"),
        ([*BOTH, "--calibration", "sft.jsonl"], "sft.jsonl is no record of a judge"),
        ([*BOTH, "--dialogues", "sft.jsonl", "--html", "r.html"], "sft.jsonl:1: no dialogue"),
        (["sft.jsonl", "--rejects", "bad.jsonl"], "--rejects goes with --diff"),
        (["sft.jsonl", "--blind"], "--blind is about the page, and none is asked for"),
        (["sft.jsonl", "--dialogues", "talks.jsonl"], "--dialogues is about the page"),
        (["talks.jsonl"], "to read them: --html FILE"),
        (["talks.jsonl", "--baseline", "sft", "--html", "r.html"], "--baseline needs score rows"),
        (
            ["sft=sft.jsonl", "far=far.jsonl"],
            "sft and far have no turn in common (ids such as 'talk-0' against 'talk-900')",
        ),
        (["sft=sft.jsonl,far.jsonl"], "they are training seeds of sft"),
        (["--diff", "sft.jsonl", "grpo.jsonl", "--html", "r.html"], "--html is neither"),
    ],
)
def test_what_cannot_be_reported_is_one_clear_line_and_exit_2(place: Path, arguments: list[str], said: str) -> None:
    write(place / "talks.jsonl", [talk(1)])
    write(place / "far.jsonl", [score(900)])
    write(place / "odd.jsonl", [score(critique="no table")])
    (place / "there.json").write_text("mine")
    before = (place / "sft.jsonl").read_bytes()
    done = kardia(place, *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert (place / "sft.jsonl").read_bytes() == before
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not [path.name for path in place.iterdir() if path.name.endswith((".part", "r.html"))]


def test_a_reader_that_stops_early_is_quiet_success(place: Path) -> None:
    script = f"set -o pipefail; {sys.executable} -m kardia_cli report {' '.join(BOTH)} -q --json - | head -c 1"
    done = subprocess.run(
        ["bash", "-c", script], cwd=place, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")


def test_the_scores_of_a_real_evaluate_can_be_reported(tmp_path: Path) -> None:
    evaluate = f"{sys.executable} -m kardia_cli evaluate builtin --protocol turns --split all -n 4 -q > scores.jsonl"
    environment = {**ENVIRONMENT, "KARDIA_SALT": "test"}
    subprocess.run(["bash", "-c", evaluate], cwd=tmp_path, env=environment, check=True)
    done = kardia(tmp_path, "scores.jsonl")
    assert done.returncode == 0, done.stderr
    assert "offline (lexical)" in done.stderr
    assert "empathy" in {row["criterion"] for row in rows(done.stdout)}
