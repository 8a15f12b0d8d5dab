"""What the offline judge has no rule for gets a placeholder, and the tables say so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RUBRICS = Path(__file__).parents[2] / "rubrics"


def kardia(*words: str, rows: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "kardia_cli", *words]
    environment = {**os.environ, "KARDIA_SALT": "placeholders", "COLUMNS": "200"}
    return subprocess.run(command, input=rows, capture_output=True, check=True, env=environment)


def test_tables_name_the_criteria_and_questions_that_were_drawn(tmp_path: Path) -> None:
    text = (RUBRICS / "kardia-core.yaml").read_text()
    text = (
        text.replace("- id: fluency", "- id: wit")
        .replace("- id: blames", "- id: scolds")
        .replace("blames: 3", "scolds: 3")
    )
    (tmp_path / "witty.yaml").write_text(text.replace("id: kardia-core", "id: witty"))
    asked = ("--protocol", "kardiabench", "--rubric", str(tmp_path / "witty.yaml"), "--split", "all", "-n", "2")
    measured = kardia("evaluate", "builtin", "--model", "offline", "--judge-model", "offline", *asked)
    assert "judged by offline (lexical), rubric witty" in measured.stderr.decode()
    assert "placeholders for wit, scolds" in " ".join(measured.stderr.decode().split())
    report = kardia("report", "-", rows=measured.stdout)
    assert "placeholders for scolds, wit" in (report.stderr + report.stdout).decode()


def test_tables_of_the_rubrics_of_kardia_hold_no_placeholder() -> None:
    from kardia_cli.judge import rubric_file
    from kardia_cli.offline.judge.judge import placeholders

    for path in sorted(RUBRICS.glob("*.yaml")):
        rubric = rubric_file.load(path.stem)
        asked = [item.id for part in (rubric.criteria, rubric.questions, rubric.dialogue) for item in part]
        # No rule is written for the criteria of another system: there all are placeholders.
        assert placeholders(asked) == (asked if path.stem == "perm" else []), path.name
