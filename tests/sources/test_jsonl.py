"""JSON lines of any layout: mapped keys, and errors that cost one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.sources.jsonl import rows


def test_lines_end_at_newlines_only_and_keys_are_mapped(tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text('{"bio": "one\u2028two", "kind": "INFP", "age": 3}\r\n\n{"bio": "three"}', encoding="utf-8")
    lines = list(rows(file, map=["person=bio", "mbti="]))
    assert [line.number for line in lines] == [1, 3]
    assert lines[0].row == {"person": "one\u2028two", "mbti": None, "kind": "INFP", "age": 3}


def test_a_bad_line_costs_itself_and_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_bytes(b'[1]\n{"bio": "caf\xe9"}\nword\n{"other": 1}\n{"bio": "fine"}\n')
    lines = list(rows(file, map=["person=bio"]))
    assert [line.row for line in lines] == [None, None, None, None, {"person": "fine"}]
    hints = ("one object a line", "iconv", "one JSON object", "'bio'")
    assert all(hint in str(line.error) for line, hint in zip(lines[:4], hints, strict=True))


def test_a_missing_file_and_a_bad_map_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        list(rows(tmp_path / "none.jsonl"))
    with pytest.raises(UsageError):
        list(rows(tmp_path / "none.jsonl", map=["person"]))
