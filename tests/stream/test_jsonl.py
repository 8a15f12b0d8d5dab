"""Real lines are read as they are; each kind of bad line costs that line, with place and remedy."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.rows.line import Line
from kardia_cli.stream import jsonl
from kardia_cli.stream.jsonl import Splitter


def read(path: Path) -> list[Line]:
    async def go() -> list[Line]:
        return [line async for line in jsonl.read_file(path)]

    return asyncio.run(go())


def write(folder: Path, data: bytes) -> Path:
    path = folder / "rows.jsonl"
    path.write_bytes(data)
    return path


def test_a_line_separator_inside_a_string_does_not_split_the_line(tmp_path: Path) -> None:
    path = write(tmp_path, '{"a":"x\u2028y\u0085z"}\r\n{"a":2}'.encode())
    assert [line.row for line in read(path)] == [{"a": "x\u2028y\u0085z"}, {"a": 2}]


def test_blank_lines_count_as_lines_but_are_no_rows(tmp_path: Path) -> None:
    lines = read(write(tmp_path, b'\n{"a":1}\n\n  \n{"a":2}\n'))
    assert [(line.number, line.row) for line in lines] == [(2, {"a": 1}), (5, {"a": 2})]


def test_a_byte_order_mark_is_taken_off(tmp_path: Path) -> None:
    assert read(write(tmp_path, b'\xef\xbb\xbf{"a":1}\n'))[0].row == {"a": 1}


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    assert read(write(tmp_path, b"")) == []


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b"{oops}", "not JSON"),
        (b'{"a":1', "not JSON"),
        (b'{"a":NaN}', "not JSON"),
        (b'{"a":"\xe9"}', "invalid UTF-8 at byte 7"),
        (b"[1,2]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"[\n", "JSON list"),
        (b"\x1f\x8b\x08\x00\x00", "compressed; unpack it"),
    ],
)
def test_a_bad_line_costs_that_line_and_says_what_to_do(tmp_path: Path, bad: bytes, said: str) -> None:
    lines = read(write(tmp_path, b'{"a":1}\n' + bad.rstrip(b"\n") + b'\n{"a":3}\n'))
    assert [line.row for line in lines] == [{"a": 1}, None, {"a": 3}]
    assert lines[1].number == 2
    assert said in str(lines[1].error)


def test_a_line_of_50_mb_costs_that_line_and_is_not_held(tmp_path: Path) -> None:
    path = write(tmp_path, b'{"a":1}\n{"a":"' + b"x" * (50 << 20) + b'"}\n{"a":3}\n')
    lines = read(path)
    assert [line.row for line in lines] == [{"a": 1}, None, {"a": 3}]
    assert "longer than 32 MB" in str(lines[1].error)


def test_chunks_may_cut_anywhere() -> None:
    data = b'{"a":1}\n\n{"b":"\xc3\xa9"}\nlast'
    for size in range(1, len(data)):
        splitter = Splitter()
        pieces = [piece for start in range(0, len(data), size) for piece in splitter.feed(data[start : start + size])]
        assert [*pieces, *splitter.close()] == [b'{"a":1}', b"", b'{"b":"\xc3\xa9"}', b"last"]


def test_a_reject_is_reusable_as_input(tmp_path: Path) -> None:
    record = {"stage": "refine", "file": "-", "line": 3, "id": "x", "kind": "failed", "reason": "r", "row": {"a": 1}}
    assert read(write(tmp_path, jsonl.dump(record)))[0].row == {"a": 1}


def test_a_missing_file_and_a_folder_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read(tmp_path / "none.jsonl")
    with pytest.raises(UsageError, match="is a folder"):
        read(tmp_path)


def test_rows_come_through_a_pipe_as_they_are_written() -> None:
    async def go() -> list[object]:
        source, sink = os.pipe()
        seen = []
        writer = jsonl.RowWriter(sink)
        lines = jsonl.read_fd(source)
        for number in range(3):
            await writer.write({"n": number})
            seen.append((await anext(lines)).row)
        os.close(sink)
        assert await anext(lines, None) is None
        os.close(source)
        return seen

    assert asyncio.run(go()) == [{"n": 0}, {"n": 1}, {"n": 2}]


def test_writing_waits_for_a_slow_reader_without_blocking_other_work() -> None:
    async def go() -> int:
        source, sink = os.pipe()
        writer, ticks = jsonl.RowWriter(sink), 0
        writing = asyncio.create_task(writer.write({"text": "x" * (1 << 20)}))
        for _ in range(5):
            await asyncio.sleep(0.01)
            ticks += 1
        assert not writing.done()
        lines = jsonl.read_fd(source)
        row = (await anext(lines)).row
        await writing
        assert row is not None
        assert len(row["text"]) == 1 << 20
        os.close(sink)
        await lines.aclose()  # type: ignore[attr-defined]  # an async generator
        os.close(source)
        return ticks

    assert asyncio.run(go()) == 5


def test_a_reader_that_has_gone_is_noticed_before_the_next_write() -> None:
    async def go() -> None:
        source, sink = os.pipe()
        writer = jsonl.RowWriter(sink)
        watch = asyncio.create_task(writer.closed())
        await asyncio.sleep(0.3)
        assert not watch.done()
        os.close(source)
        await asyncio.wait_for(watch, timeout=60)
        with pytest.raises(jsonl.OutputClosed):
            await writer.write({"a": 1})
        os.close(sink)

    asyncio.run(go())
