"""KardiaBench rows come as they are, with one spelling of the spans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.rows.line import Row
from kardia_cli.sources.kardiabench import rows
from tests.support import four_spans as spans

TAGS = "".join(f"<{name}>text</{name}>" for name in spans.NAMES)


def dialogue(**changed: Any) -> Row:
    messages = [{"role": "user", "content": TAGS}, {"role": "assistant", "content": TAGS}]
    row: Row = {"person": "MBTI: INFP", "mbti": "INFP", "emotion": "sad", "situation": "rain", "anon_username": "u1"}
    return {**row, "messages": messages, **changed}


def written(path: Path, *items: Any) -> Path:
    file = path / "train.jsonl"
    file.write_text("".join(json.dumps(item) + "\n" for item in items))
    return file


def test_spans_of_the_supporter_alone_are_normalised(tmp_path: Path) -> None:
    (line,) = rows(written(tmp_path, dialogue(extra=1)))
    assert line.row is not None
    assert line.row["extra"] == 1
    assert line.row["messages"][0]["content"] == TAGS
    assert line.row["messages"][1]["content"] == spans.render(spans.Spans("text", "text", "text", "text"))
    assert {entry["part"] for entry in line.row["origin"]} == {"profile", "situation", "dialogue"}


def test_every_dialogue_of_a_person_is_passed_on_and_bad_rows_cost_themselves(tmp_path: Path) -> None:
    lines = list(rows(written(tmp_path, dialogue(), dialogue(emotion="sleepy"), dialogue(messages="no"), dialogue())))
    assert [line.error is None for line in lines] == [True, False, False, True]


def test_another_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        list(rows(written(tmp_path, {"bio": "x"})))
    with pytest.raises(UsageError):
        list(rows(tmp_path / "none.jsonl"))
