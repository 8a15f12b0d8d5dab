"""CSV of any layout: RFC quoting, mapped columns, and errors that cost one record."""

from __future__ import annotations

from pathlib import Path

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.sources.csv import rows


def written(path: Path, text: str) -> Path:
    file = path / "people.csv"
    file.write_bytes(text.encode())
    return file


def test_mapped_columns_are_renamed_and_the_rest_pass_through(tmp_path: Path) -> None:
    file = written(tmp_path, 'name,bio,type,age\nann,"I bake, and ""rest""\nwell",INFP,31\n')
    (line,) = rows(file, map=["person=bio", "source_id=name", "mbti="])
    assert line.row == {
        "person": 'I bake, and "rest"\nwell',
        "source_id": "ann",
        "mbti": None,
        "type": "INFP",
        "age": "31",
    }


def test_two_columns_can_swap_names(tmp_path: Path) -> None:
    (line,) = rows(written(tmp_path, "a,b\n1,2\n"), map=["a=b", "b=a"])
    assert line.row == {"a": "2", "b": "1"}


def test_rows_with_a_wrong_number_of_cells_are_errors_at_their_line(tmp_path: Path) -> None:
    lines = list(rows(written(tmp_path, 'a,b\n"x\ny",1\nalone\n\n1,2,3\nlast,2')))
    assert [(line.number, line.error is None) for line in lines] == [(2, True), (4, False), (6, False), (7, True)]
    assert "3 cells" in str(lines[2].error)


def test_a_quote_inside_an_unquoted_cell_is_an_ordinary_character(tmp_path: Path) -> None:
    lines = list(rows(written(tmp_path, 'a,b\n5" disk,it "works"\nnext,one\n')))
    assert [line.row for line in lines] == [{"a": '5" disk', "b": 'it "works"'}, {"a": "next", "b": "one"}]


@pytest.mark.parametrize(("settings", "text"), [
    (["person=none"], "a,b\n"), (["person"], "a,b\n"), (["=a"], "a,b\n"), (["x=a", "x=b"], "a,b\n"), ([], "a,a\n"),
])  # fmt: skip
def test_a_map_that_does_not_fit_is_a_usage_error(tmp_path: Path, settings: list[str], text: str) -> None:
    with pytest.raises(UsageError) as raised:
        list(rows(written(tmp_path, text), map=settings))
    assert raised.value.remedy
