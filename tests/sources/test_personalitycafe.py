"""The PersonalityCafe CSV: its quotes, its separators, and what a broken record costs."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.sources.personalitycafe import rows


def written(path: Path, data: bytes) -> Path:
    file = path / "posts.csv"
    file.write_bytes(data)
    return file


def test_posts_are_split_and_a_matching_pair_of_quotes_comes_off(tmp_path: Path) -> None:
    data = b'type,posts\r\nINFJ,"\'one|||two, ""quoted""|||three\'"\r\nentp,"\'tis|||so"\r\nXXXX,plain\r\n'
    lines = list(rows(written(tmp_path, data)))
    assert [line.row and line.row["posts"] for line in lines] == [
        ["one", 'two, "quoted"', "three"],
        ["'tis", "so"],
        ["plain"],
    ]
    assert [line.row and line.row["mbti"] for line in lines] == ["INFJ", "ENTP", None]
    assert [line.number for line in lines] == [2, 3, 4]
    assert lines[2].raw == "XXXX,plain\r\n"


def test_the_header_may_have_any_case_a_mark_and_other_columns(tmp_path: Path) -> None:
    (line,) = rows(written(tmp_path, b"\xef\xbb\xbfid, Posts ,TYPE\r\n1,hello,istp\r\n"))
    assert line.row is not None
    assert (line.row["mbti"], line.row["posts"]) == ("ISTP", ["hello"])


def test_a_bad_record_costs_that_record(tmp_path: Path) -> None:
    data = (
        b"type,posts\r\n"
        b"INFJ,caf\xe9\r\n"
        b"INFJ,one,cell,too,many\r\n"
        b"INFJ,\r\n"
        b'INFJ,"never closed\r\n'
        b'ENTP,"fine"\r\n'
        b'INTJ,"two\r\nlines"\r\n'
        b'INTJ,"open until the end\r\n'
    )
    lines = list(rows(written(tmp_path, data)))
    assert [(line.number, line.row and line.row["posts"]) for line in lines] == [
        (2, None), (3, None), (4, None), (5, None), (6, ["fine"]), (7, ["two\r\nlines"]), (9, None)
    ]  # fmt: skip
    assert "UTF-8" in str(lines[0].error)
    assert "iconv" in str(lines[0].error)


def test_a_huge_record_costs_itself_and_is_not_held(tmp_path: Path) -> None:
    file = written(tmp_path, b"type,posts\n")
    with file.open("ab") as out:
        out.write(b'INFJ,"')
        for _ in range(50):
            out.write(b"x" * (1 << 20))
        out.write(b'"\nENTP,"' + b"y" * (1 << 20) + b'"\n')
    tracemalloc.start()
    lines = list(rows(file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [line.error is None for line in lines] == [False, True]
    assert "16 MB" in str(lines[0].error)
    assert peak < 45 << 20


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b'{"person": "x"}\n'])
def test_a_file_of_another_kind_is_a_usage_error_with_a_remedy(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UsageError) as raised:
        list(rows(written(tmp_path, data)))
    assert raised.value.remedy


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        list(rows(tmp_path / "none.csv"))
    with pytest.raises(UsageError):
        list(rows(tmp_path))
