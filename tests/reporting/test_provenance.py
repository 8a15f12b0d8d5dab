"""Who judged what: unlike scores are refused with both named, and what does not go together is said."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from kardia_cli.contracts import spec_of_rows
from kardia_cli.errors import UsageError
from kardia_cli.reporting import compare, runs, specs
from tests.support import score_rows
from tests.support.score_rows import report, run, score


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"judge": "judge-b"}, "judge judge-a, grpo"),
        ({"rubric_hash": "read2"}, "rubric read2"),
        ({"policy_hash": "policy2"}, "policy policy2"),
        ({"protocol": "turns"}, "protocol turns"),
    ],
)
def test_scores_of_unlike_judges_are_refused_and_both_are_named(tmp_path: Path, change: Any, said: str) -> None:
    with pytest.raises(UsageError, match="not scored alike") as between:
        report(tmp_path, sft=run(), grpo=run(**change))
    assert said in between.value.message
    with pytest.raises(UsageError, match="not scored alike"):
        report(tmp_path, sft=[*run(dialogues=3), score(9, **change)])


def test_who_judged_does_not_matter_to_what_a_rule_decides(tmp_path: Path) -> None:
    found = report(tmp_path, "sft", ["emotion,format_rate"], sft=run(), grpo=run(judge="judge-b"))
    assert found.criteria == ["emotion_accuracy", "format_rate"]
    assert found.identity["judge"] == "judge-a · judge-b"


def test_options_that_differ_are_a_doubt(tmp_path: Path) -> None:
    one, other = ({"settings": json.dumps({"options": {"temperature": heat}, "split": "test"})} for heat in (0, 1))
    found = report(tmp_path, sft=run(**one), grpo=run(**other))
    assert 'the options of the protocol differ: sft {"temperature":0}, grpo {"temperature":1}' in found.warnings
    assert found.identity["split"] == "test"


def test_two_judges_are_compared_where_judges_are_what_is_measured(tmp_path: Path) -> None:
    one, other = (
        [
            score(n, model=judge, judge=judge, protocol="faults", parts={}, value=float(n % share == 0))
            for n in range(40)
        ]
        for judge, share in (("a", 5), ("b", 2))
    )
    found = report(tmp_path, "a", a=one, b=other)
    assert found.criteria == ["value"]
    assert found.differences["b"]["value"]["verdict"] == "better"
    with pytest.raises(UsageError, match="not scored alike"):
        report(tmp_path, a=one, b=[row | {"rubric_hash": "read2"} for row in other])


def test_one_file_under_two_names_and_rankings_of_several_runs_are_doubts(tmp_path: Path) -> None:
    file = score_rows.write(tmp_path / "same.jsonl", run())
    named = specs.parse([f"sft={file}", f"grpo={file}"])
    twice = compare.compare(asyncio.run(runs.load(named, spec_of_rows)).groups, "sft")
    assert f"sft and grpo are the same rows of {file}" in twice.warnings
    apart = report(tmp_path, sft=run(protocol="winrank"), grpo=run(protocol="winrank"))
    assert any("counts among the models of its own run" in each for each in apart.warnings)
    both = score_rows.write(
        tmp_path / "both.jsonl", [*run(model="sft", protocol="winrank"), *run(model="grpo", protocol="winrank")]
    )
    together = compare.compare(
        asyncio.run(runs.load(specs.parse([both]), spec_of_rows)).groups, spec=spec_of_rows("winrank")
    )
    assert together.warnings == []
