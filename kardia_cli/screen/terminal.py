"""The kardia processes of one shell pipe share one terminal: each has a live line there, and none tears another's.

There is no leader. A small file for each process group and terminal holds the line of every process; who draws takes
its lock, drops the dead, and sends everything in one write. Between two draws the cursor stands at the top left of the
live lines, so that whatever comes, a message or a foreign program's output, takes their place, and the next draw puts
them back below it. (A foreign row that is shorter than the live line under it keeps that line's tail on the screen.)
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import re
import select
import stat
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

PATIENCE = 0.05
"""Seconds to wait for the lock; a process that was stopped while it held it must not stop the others."""
LITTLE_PATIENCE = 0.005
"""The same after a wait that was in vain."""
LAST_PATIENCE = 0.5
"""The same where a line is taken away for good."""
PROC = "/proc"
NO_SCREEN = ("", "dumb", "unknown")
CLEAR = "\r\x1b[J"
RESET = "\x1b[0m"
NO_WRAP, WRAP = "\x1b[?7l", "\x1b[?7h"

_CODE = re.compile(r"(\x1b\[[0-9;:]*m)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

Lines = dict[int, tuple[int, str]]
"""By process id: when the process began, and its live line."""


class Region:
    """The live lines at the bottom of a terminal, one for each kardia process of a pipe; messages go above them."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream, self._name = stream, name
        self._begin()
        atexit.register(self.close)

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._birth = birth(self._pid) or 0
        self._shared = Shared(self._name)
        self._guard = threading.RLock()
        self._closed = False

    @classmethod
    def of(cls, stream: TextIO | None) -> Region | None:
        """The region of a terminal; None where there is none, or it cannot move its cursor, or no folder is to be had."""
        if stream is None or os.environ.get("TERM", "") in NO_SCREEN:
            return None
        try:
            if not stream.isatty():
                return None
            device = os.fstat(stream.fileno())
        except (OSError, ValueError):  # a stand-in for a stream, or a closed one
            return None
        name = f"terminal-{os.getpgrp()}-{device.st_dev:x}-{device.st_rdev:x}"
        return cls(stream, name) if folder() else None

    def print(self, text: str) -> None:
        """Put whole lines above the live ones; without the newline at the end, colours are welcome."""
        self._draw(text, None)

    def show(self, line: str) -> None:
        """Make this the live line of this process ('' takes it away), and draw those of all."""
        if not self._closed:
            self._draw(None, line)

    def close(self) -> None:
        """Take this process's line away for good; messages may still follow."""
        if self._closed or os.getpid() != self._pid:
            return
        with self._guard:
            self._closed = True
            if self._shared.opened:
                self._draw(None, "", LAST_PATIENCE)
                self._shared.close()

    def _draw(self, message: str | None, line: str | None, patience: float | None = None) -> None:
        if os.getpid() != self._pid:  # a fork: the line and the lock that it came with are its parent's
            self._begin()
        # A terminal that has gone is no reason to fail.
        with self._guard, contextlib.suppress(OSError, ValueError), self._shared.locked(patience) as locked:
            if message is None and not locked:
                return  # the next draw of anyone will do
            drawn, lines = self._shared.load()
            if line is not None:
                lines[self._pid] = (self._birth, line)
            lines = {pid: (began, line) for pid, (began, line) in lines.items() if line and self._lives(pid, began)}
            if locked:
                self._shared.save(lines, last=self._closed)
            ordered = sorted(lines, key=lambda pid: (lines[pid][0], pid))
            self._send(self._frame(message, [lines[pid][1] for pid in ordered], drawn or not locked))

    def _lives(self, pid: int, began: int) -> bool:
        return began == self._birth if pid == self._pid else began == birth(pid)

    def _frame(self, message: str | None, lines: list[str], drawn: bool) -> str:
        """What one draw sends. Where no line is, and none was `drawn` before, that is the bare message."""
        descriptor = self._stream.fileno()
        if not ((lines or drawn) and has_screen(descriptor)):
            return "" if message is None else message + "\n"
        columns, rows = size(descriptor)
        lines = [fit(line, columns) for line in lines[: max(1, rows - 1)]]
        back = f"\x1b[{len(lines) - 1}A" if len(lines) > 1 else ""
        above = "" if message is None else message + (RESET if "\x1b" in message else "") + "\n"
        return CLEAR + above + (NO_WRAP + "\n".join(lines) + WRAP + "\r" + back if lines else "")

    def _send(self, text: str) -> None:
        data = text.encode(self._stream.encoding or "utf-8", "backslashreplace")
        descriptor = self._stream.fileno()
        self._stream.flush()
        while data:
            try:
                data = data[os.write(descriptor, data) :]
            except BlockingIOError:
                select.select([], [descriptor], [])


class Shared:
    """The file in which the processes of a pipe tell each other their lines; gone when the last of them closes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._descriptor = -1
        self._missed = False

    @property
    def opened(self) -> bool:
        """Whether anything was drawn through it."""
        return self._descriptor >= 0

    @contextlib.contextmanager
    def locked(self, patience: float | None) -> Iterator[bool]:
        """Hold the lock, or go on without it after `patience` seconds; not given, the last wait decides how many."""
        if patience is None:
            patience = LITTLE_PATIENCE if self._missed else PATIENCE
        held = self._lock(time.monotonic() + patience)
        self._missed = not held
        try:
            yield held
        finally:
            if held:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _lock(self, until: float) -> bool:
        while True:
            try:
                if self._descriptor < 0:
                    self._open()
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(self._descriptor).st_nlink:
                    return True
                self.close()  # the last one to close took the file away: begin another
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(0.0001)
            except OSError:  # the folder has gone, or the disk cannot lock
                return False

    def _open(self) -> None:
        home = folder()
        if home is None:
            raise FileNotFoundError(self._name)
        self._descriptor = os.open(home / self._name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)

    def load(self) -> tuple[bool, Lines]:
        """Whether lines were drawn before, and what they are; garbage counts as drawn, but unknown."""
        try:
            raw = os.pread(self._descriptor, 1 << 20, 0)
            return bool(raw), parse(raw)
        except OSError:
            return True, {}

    def save(self, lines: Lines, last: bool) -> None:
        """Keep the lines for the others; with none left, the `last` one takes the file away."""
        data = json.dumps(lines).encode() if lines else b""
        with contextlib.suppress(OSError):
            if data != os.pread(self._descriptor, 1 << 20, 0):
                os.pwrite(self._descriptor, data, 0)
                os.ftruncate(self._descriptor, len(data))
            home = folder() if last and not lines else None
            if home is not None:
                (home / self._name).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file; the next lock opens it again."""
        os.close(self._descriptor)
        self._descriptor = -1


def folder() -> Path | None:
    """A folder that is this user's alone: in XDG_RUNTIME_DIR, else among the temporary files."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    candidates = [Path(runtime) / "kardia"] if runtime else []
    for path in [*candidates, Path(tempfile.gettempdir()) / f"kardia-{os.getuid()}"]:
        with contextlib.suppress(OSError):
            with contextlib.suppress(FileExistsError):
                path.mkdir(mode=0o700)
            found = path.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077:
                return path
    return None


def birth(pid: int) -> int | None:
    """When a process began, so that a number given out again is not taken for it; None where it has ended.

    Without /proc (macOS) every living process counts as born at 0.
    """
    try:
        with open(f"{PROC}/{pid}/stat", "rb", buffering=0) as file:
            fields = file.read(4096).rpartition(b")")[2].split()
        return None if fields[0] in (b"Z", b"X") else int(fields[19])
    except (OSError, IndexError):
        return None if os.path.exists(f"{PROC}/self/stat") or not _answers(pid) else 0


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def parse(raw: bytes) -> Lines:
    """The lines in the shared file; none where it holds anything else."""
    try:
        return {int(pid): (int(began), str(line)) for pid, (began, line) in json.loads(raw or b"{}").items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def size(descriptor: int) -> tuple[int, int]:
    """Columns and rows; 80 and 24 where a terminal does not know."""
    columns, rows = os.get_terminal_size(descriptor)
    return columns or 80, rows or 24


def has_screen(descriptor: int) -> bool:
    """Whether the screen is ours to draw on: no background job, and no full-screen program (`| less`) that holds it."""
    with contextlib.suppress(OSError):  # raised where it is not our controlling terminal: there are no jobs then
        if os.tcgetpgrp(descriptor) != os.getpgrp():
            return False
    try:
        return bool(termios.tcgetattr(descriptor)[3] & termios.ICANON)
    except termios.error:
        return False


def fit(line: str, columns: int) -> str:
    """The line cut to the width of a terminal; colours take no room, other control characters become spaces."""
    from rich.cells import cell_len, set_cell_size

    pieces = _CODE.split(line)  # text and colours in turn
    pieces[::2] = [_CONTROL.sub(" ", text) for text in pieces[::2]]
    coloured = RESET if len(pieces) > 1 else ""
    if sum(cell_len(text) for text in pieces[::2]) > columns:
        at, room = 0, columns - 1
        while (wide := cell_len(pieces[at])) <= room:
            at, room = at + 2, room - wide
        pieces[at:] = [set_cell_size(pieces[at], room) + "…"]
    return "".join(pieces) + coloured
