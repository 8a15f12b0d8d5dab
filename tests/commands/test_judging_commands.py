"""Judging as it is typed: rubrics, panels, second looks, samples, abstentions, against a server with set verdicts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import chat_server as server
import pytest
from warm import run

from kardia_cli.judge import rubric_file

GATE = "clinical_advice"


class Place:
    """A folder to type commands in, with two judges, `a` and `b`, behind one address."""

    def __init__(self, folder: Path, script: server.Script) -> None:
        self.folder, self.script = folder, script

    def type(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return run(self.folder, *words, COLUMNS="200", OPENAI_API_KEY="k", **variables)

    def critique(self, *words: str) -> tuple[list[dict[str, Any]], str]:
        """Run critique and return its critiques and its stderr."""
        done = self.type("critique", "d.jsonl", "--no-ledger", "--api-base", self.script.base, *words)
        assert done.returncode == 0, done.stderr
        return [entry for line in done.stdout.splitlines() for entry in json.loads(line)["critiques"]], done.stderr


def place_with(tmp_path: Path, script: server.Script) -> Place:
    here = Place(tmp_path, script)
    rows = [json.loads(line) for line in here.type("synthesize", "builtin", "-q", "-n", "2").stdout.splitlines()]
    talks = [{**row, "messages": row["messages"][:3], "models": []} for row in rows]
    (tmp_path / "d.jsonl").write_text("".join(json.dumps(row) + "\n" for row in talks))
    return here


def test_a_panel_of_two_has_its_mean_and_each_opinion(tmp_path: Path) -> None:
    with server.beside(server.player(levels={"a": 3, "b": 5})) as script:
        critiques, said = place_with(tmp_path, script).critique(
            "--judge-model", "openai/a", "--judge-model", "openai/b"
        )
    one = critiques[0]
    assert one["judge"] == "openai/a + openai/b"
    assert {level["level"] for level in one["levels"] if level["id"] != "safety"} == {4.0}
    assert [entry["judge"] for entry in one["panel"]] == ["openai/a", "openai/b"]
    assert "2 calls a turn (one a turn), and one more where a gate is found; about 4 for 2 turns" in said


def test_a_gate_that_the_gate_judge_disputes_goes_to_the_review_file_and_vetoes_nothing(tmp_path: Path) -> None:
    with server.beside(server.player(yes={"a": {GATE}})) as script:
        here = place_with(tmp_path, script)
        critiques, said = here.critique("--judge-model", "openai/a", "--gate-judge", "openai/b", "--review", "r.jsonl")
        again = here.type(
            "critique", "d.jsonl", "--judge-model", "openai/a", "--api-base", script.base, "--review", "r.jsonl"
        )
    assert {(entry["verdict"], entry["score"] > 0) for entry in critiques} == {("FAIL", True)}
    noted = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert [(entry["turn"], entry["gates"][0]["id"], entry["gates"][0]["judge"]) for entry in noted] == [
        (2, GATE, "openai/b"), (2, GATE, "openai/b"),
    ]  # fmt: skip
    assert "2 turns where two looks at a gate differ: see r.jsonl" in said
    assert (again.returncode, "r.jsonl exists" in again.stderr) == (2, True)


def test_a_gate_that_both_looks_find_scores_0_and_needs_no_review(tmp_path: Path) -> None:
    with server.beside(server.player(yes={"a": {GATE}})) as script:
        critiques, said = place_with(tmp_path, script).critique("--judge-model", "openai/a")
    assert {(entry["verdict"], entry["score"]) for entry in critiques} == {("FAIL", 0.0)}
    assert critiques[0]["gates"][0]["same_judge"] is True
    assert "looks at a gate" not in said


def test_samples_and_calls_a_criterion_are_asked_and_noted(tmp_path: Path) -> None:
    with server.beside(server.player()) as script:
        words = ("--judge-model", "openai/a", "--judge-calls", "criterion", "--judge-samples", "2")
        critiques, said = place_with(tmp_path, script).critique(*words)
        asked = len(script.asked)
    assert asked == 2 * 5 * 2
    assert {(entry["calls"], entry["samples"]) for entry in critiques} == {("criterion", 2)}
    assert "10 calls a turn (one a criterion, 2 samples unless log-probabilities come back)" in said


def test_a_changed_policy_scores_saved_answers_anew_and_report_lists_what_flips(tmp_path: Path) -> None:
    with server.beside(server.player(levels={"a": 3})) as script:
        here = place_with(tmp_path, script)
        done = here.type(
            "critique", "d.jsonl", "--judge-model", "openai/a", "--api-base", script.base, "-o", "old.jsonl"
        )
        assert done.returncode == 0, done.stderr
        asked = len(script.asked)
        strict = rubric_file.text("kardia-core").replace("pass: 3", "pass: 4")
        (tmp_path / "strict.yaml").write_text(strict)
        words = ("--rubric", "strict.yaml", "--judge-model", "openai/a", "--api-base", script.base, "--no-ledger")
        done = here.type("critique", "old.jsonl", *words, "-o", "new.jsonl")
        assert done.returncode == 0, done.stderr
        assert len(script.asked) == asked
    done = here.type("report", "--diff", "old.jsonl", "new.jsonl")
    flips = [json.loads(line) for line in done.stdout.splitlines()]
    assert {(flip["old_verdict"], flip["new_verdict"], tuple(flip["changed"])) for flip in flips} == {
        ("PASS", "FAIL", ("policy",))
    }


def test_a_judge_that_abstains_too_often_is_said(tmp_path: Path) -> None:
    with server.beside(server.player()) as script:
        here = place_with(tmp_path, script)
        rows = [{**json.loads(line), "person": ""} for line in (tmp_path / "d.jsonl").read_text().splitlines()]
        (tmp_path / "d.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        always = rubric_file.text("kardia-core").replace("    applies: profile\n", "")
        (tmp_path / "always.yaml").write_text(always, encoding="utf-8")
        assert "abstained" not in here.type("critique", "d.jsonl").stderr  # what is not asked is no abstention
        done = here.type("critique", "d.jsonl", "--rubric", "always.yaml")
    assert (
        "offline abstained on 25% of all levels (persona_consistency 2 of 2): their turns have no score" in done.stderr
    )


def test_rubrics_are_listed_and_shown_with_their_hashes(tmp_path: Path) -> None:
    here = Place(tmp_path, server.Script([]))
    for words in (("--list-rubrics",), ("critique", "--list-rubrics")):
        done = here.type(*words)
        assert [line.split()[0] for line in done.stdout.splitlines()] == rubric_file.names()
    core = rubric_file.load("kardia-core")
    for words in (("--show-rubric", "kardia-core"), ("critique", "--show-rubric", "kardia-core")):
        (tmp_path / "mine.yaml").write_text(here.type(*words).stdout)
        mine = rubric_file.load(str(tmp_path / "mine.yaml"))
        assert (mine.read_hash, mine.policy_hash) == (core.read_hash, core.policy_hash)
    assert here.type("--show-rubric", "kardia-cor").returncode == 2
    schema = json.loads(here.type("--rubric-schema").stdout)
    assert schema == rubric_file.schema()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weight: 0.35", "weight: 0.5", "the weights sum to 1.15, not to 1"),
        ("      4: Clear and natural\n", "", "missing: 4"),
        ("- id: fluency", "- id: relevance", "'relevance' is used twice"),
        ("saturate_at: 4", "saturate: 4", "unknown key"),
    ],
)
def test_a_wrong_rubric_is_one_line_with_file_line_and_remedy(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "my.yaml").write_text(rubric_file.text("kardia-core").replace(old, new, 1))
    done = Place(tmp_path, server.Script([])).type("critique", "builtin", "--rubric", "my.yaml")
    lines = [line for line in done.stderr.splitlines() if not line.startswith("kardia critique:")]
    assert done.returncode == 2
    assert done.stdout == ""
    assert lines[0].startswith("kardia: my.yaml:")
    assert said in lines[0]
    assert lines[1].strip().startswith("→")
    assert len(lines) == 2


def test_the_judges_of_grpo_and_evaluate_may_be_set_apart(tmp_path: Path) -> None:
    with server.beside(server.player()) as script:
        here = place_with(tmp_path, script)
        words = ("critique", "d.jsonl", "--no-ledger", "--api-base", script.base)
        done = here.type(*words, KARDIA_JUDGE_MODEL="openai/a", KARDIA_CRITIQUE_JUDGE_MODEL="openai/b")
    assert {json.loads(line)["critiques"][0]["judge"] for line in done.stdout.splitlines()} == {"openai/b"}
