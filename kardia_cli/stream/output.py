"""Output of rows: to stdout, or to a file that is written beside and renamed when all is done.

Rows of a run that is stopped by budget, time or Ctrl-C are kept beside, under `NAME.part`, until the same command is
typed again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from kardia_cli.errors import Interrupted, Stopped, Unfinished, UsageError
from kardia_cli.stream import jsonl


@contextlib.contextmanager
def output_descriptor(path: Path | None, force: bool) -> Iterator[int]:
    """Open the place for rows: stdout, or a file that is written beside and renamed at the end.

    While stdout carries rows, file descriptor 1 points at stderr, so that no library can write between them.
    """
    if path is not None:
        with beside(path, force) as descriptor:
            yield descriptor
        return
    sys.stdout.flush()
    private = os.dup(1)
    os.dup2(2, 1)
    try:
        yield private
    finally:
        os.dup2(private, 1)
        os.close(private)


@contextlib.contextmanager
def beside(path: Path, force: bool) -> Iterator[int]:
    """Open a part file that becomes `path` when all went well, also where rows failed; yield its descriptor."""
    if path.exists() and not force and not _is_device(path):
        raise UsageError(f"{path} exists", "give another name, or --force to replace it")
    if _is_device(path):
        descriptor = os.open(path, os.O_WRONLY)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
        return
    part = path.with_name(f"{path.name}.part")
    descriptor = _open_locked(part, path)
    try:
        yield descriptor
    except Unfinished:
        os.replace(part, path)
        raise
    except (Stopped, Interrupted):
        if not os.fstat(descriptor).st_size:
            part.unlink()
        raise
    except BaseException:
        part.unlink()
        raise
    else:
        os.replace(part, path)
    finally:
        os.close(descriptor)


def _open_locked(part: Path, path: Path) -> int:
    """Open the part file, empty and locked; raises `UsageError` where another process writes it."""
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT, 0o644)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", "choose a folder that exists and is yours") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
    except BlockingIOError:
        os.close(descriptor)
        raise UsageError(f"another process writes {path}", "give each stage its own file") from None
    return descriptor


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file()


@contextlib.contextmanager
def rejects_file(path: Path | None, force: bool) -> Iterator[jsonl.RowWriter | None]:
    """Open a writer of rejected rows; None where no file is named."""
    if path is None:
        yield None
        return
    with beside(path, force) as descriptor:
        yield jsonl.RowWriter(descriptor)
