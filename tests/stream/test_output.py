"""An output file appears when it is whole; what a stopped run had written is kept beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kardia_cli.errors import Interrupted, KardiaError, ProviderError, Stopped, Unfinished, UsageError
from kardia_cli.stream.output import beside


def write(path: Path, text: bytes = b"row\n", error: KardiaError | None = None, force: bool = False) -> None:
    with beside(path, force) as descriptor:
        os.write(descriptor, text)
        if error is not None:
            raise error


def test_the_file_is_there_when_all_is_written_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    with beside(path, False) as descriptor:
        os.write(descriptor, b"row\n")
        assert not path.exists()
    assert path.read_bytes() == b"row\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [Stopped("--max-calls"), Interrupted("ctrl-c")])
def test_what_a_stopped_run_wrote_is_kept_until_it_is_typed_again(tmp_path: Path, error: KardiaError) -> None:
    path, part = tmp_path / "data.jsonl", tmp_path / "data.jsonl.part"
    with pytest.raises(type(error)):
        write(path, error=error)
    assert part.read_bytes() == b"row\n"
    assert not path.exists()
    write(path, b"all\n")
    assert path.read_bytes() == b"all\n"
    assert not part.exists()


def test_a_stopped_run_that_wrote_nothing_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        write(tmp_path / "data.jsonl", b"", Stopped("--max-calls"))
    assert not list(tmp_path.iterdir())


def test_rows_that_failed_are_no_harm_to_the_file(tmp_path: Path) -> None:
    with pytest.raises(Unfinished):
        write(tmp_path / "data.jsonl", error=Unfinished("1 of 2 rows failed"))
    assert (tmp_path / "data.jsonl").read_bytes() == b"row\n"


def test_a_run_that_could_not_work_at_all_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ProviderError):
        write(tmp_path / "data.jsonl", error=ProviderError("bad key"))
    assert not list(tmp_path.iterdir())


def test_an_existing_file_needs_force_and_stays_whole_until_the_new_one_is(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    write(path, b"old\n")
    with pytest.raises(UsageError, match="exists"):
        write(path, b"new\n")
    with pytest.raises(Stopped):
        write(path, b"new\n", Stopped("--max-time"), force=True)
    assert path.read_bytes() == b"old\n"
    write(path, b"new\n", force=True)
    assert path.read_bytes() == b"new\n"


def test_two_writers_of_one_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    with beside(path, False), pytest.raises(UsageError, match="another process"):
        write(path)
