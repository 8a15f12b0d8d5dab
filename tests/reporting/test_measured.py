"""What evaluate shows below its own table: every mean with its interval, over all rows of each model."""

from __future__ import annotations

from pathlib import Path

from kardia_cli.protocols import kardiabench
from kardia_cli.reporting import tables
from kardia_cli.reporting.measured import intervals
from tests.support.score_rows import report, run


def test_the_intervals_are_those_that_report_gives_for_the_same_rows(tmp_path: Path) -> None:
    rows = run()
    found = report(tmp_path, sft=rows)
    _, table = intervals(rows, kardiabench.SPEC)
    told = {line["criterion"]: line[rows[0]["model"]] for line in table}
    assert told == {name: tables.figure(cell) for name, cell in found.cells["sft"].items()}


def test_a_model_that_was_measured_on_more_keeps_all_of_its_rows() -> None:
    whole = [{**row, "model": "whole"} for row in run()]
    part = [{**row, "model": "part"} for row in run()[:8]]
    _, beside = intervals([*whole, *part], kardiabench.SPEC)
    _, alone = intervals(whole, kardiabench.SPEC)
    assert [line["whole"] for line in beside] == [line["whole"] for line in alone]
    assert any(line["part"] != line["whole"] for line in beside)


def test_a_criterion_that_one_model_lacks_is_a_dash_and_no_nought() -> None:
    full = [{**row, "model": "full"} for row in run()]
    short = [{**row, "model": "short", "parts": [row["parts"][0]]} for row in run()]
    _, table = intervals([*full, *short], kardiabench.SPEC)
    lacking = [line for line in table if line["short"] == tables.DASH]
    assert lacking
    assert all(line["full"] != tables.DASH for line in lacking)


def test_rows_whose_parts_all_stay_in_the_rows_give_no_table() -> None:
    rows = [{**row, "value": None, "parts": [{"id": "ref.rouge_l", "value": 0.5}]} for row in run()]
    assert intervals(rows, kardiabench.SPEC)[1] == []
