"""A real pseudo-terminal, processes that write to it, and a small model of what its screen shows."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path

from rich.cells import cell_len

TOKEN = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|([\x00-\x1f])|([^\x00-\x1f]+)")
MARK = b"\x05"
"""Shows nothing; once it has come through, so has all that was written before it."""
OBEY = """
import json, sys
from kardia_cli.screen.console import Console
console = Console(sys.argv[1], int(sys.argv[3]))
console.is_last_of_pipe = sys.argv[2] == "last"
for order in sys.stdin:
    word, *arguments = json.loads(order)
    getattr(console, word)(*arguments)
    print("done", flush=True)
"""


class Screen:
    """Rows of a terminal, those scrolled away first; knows the codes that a console sends, and no other."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.grid: list[list[str]] = [[]]
        self.x = self.y = 0
        self.overran = 0

    def feed(self, text: str) -> Screen:
        """Take in what was sent."""
        for _, code, control, words in TOKEN.findall(text):
            for character in words:
                self._put(character)
            if control == "\r":
                self.x = 0
            elif control == "\n":
                self._down()
            elif code == "J":
                self.grid[self.y :] = [self.grid[self.y][: self.x], *([] for _ in self.grid[self.y + 1 :])]
            else:
                assert (control, code) in (("", "m"), ("", "")), f"no model of {control or code!r}"
        return self

    def lines(self) -> list[str]:
        """All rows, without the empty ones at the end."""
        return "\n".join("".join(row).rstrip() for row in self.grid).rstrip("\n").split("\n")

    def _put(self, character: str) -> None:
        wide = cell_len(character)
        if self.x + wide > self.columns:
            self.overran += 1
            self.x = 0
            self._down()
        row = self.grid[self.y]
        row += [" "] * (self.x + wide - len(row))
        row[self.x : self.x + wide] = [character, *[""] * (wide - 1)]
        self.x += wide

    def _down(self) -> None:
        self.y += 1
        if self.y == len(self.grid):
            self.grid.append([])


class Terminal:
    """A pseudo-terminal to which processes write."""

    def __init__(self, folder: Path, columns: int = 60, rows: int = 12) -> None:
        self.folder, self.columns, self.rows = folder, columns, rows
        self.master, self.descriptor = pty.openpty()
        self.resize(columns, rows)
        self._data, self._marks, self._came = bytearray(), 0, threading.Condition()
        self._started: list[subprocess.Popen[str]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of its window."""
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))

    def run(self, script: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a Python process whose stderr is this terminal."""
        settings = {**os.environ, "TERM": "xterm", "XDG_RUNTIME_DIR": str(self.folder), **environment}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self.descriptor}
        process = subprocess.Popen([sys.executable, "-c", script, *arguments], env=settings, text=True, **pipes)
        self._started.append(process)
        return process

    def console(self, name: str, place: str = "before", level: int = 0, **environment: str) -> RemoteConsole:
        """Start a process with a console, the "last" of its pipe or one "before"."""
        return RemoteConsole(self.run(OBEY, name, place, str(level), **environment))

    def foreign(self, text: str) -> None:
        """Write as a program that knows nothing of the live line."""
        os.write(self.descriptor, text.encode())

    def sent(self) -> str:
        """All that was written so far."""
        with self._came:
            self._marks += 1
            os.write(self.descriptor, MARK)
            assert self._came.wait_for(lambda: self._data.count(MARK) == self._marks, timeout=20)
            return self._data.replace(MARK, b"").decode()

    def screen(self) -> Screen:
        """Return the screen as it is now."""
        return Screen(self.columns, self.rows).feed(self.sent())

    def lines(self) -> list[str]:
        """The rows it shows now and those scrolled away."""
        return self.screen().lines()

    def close(self) -> None:
        """End the processes that are left."""
        for process in self._started:
            process.kill()
            process.communicate()
        os.close(self.descriptor)

    def _listen(self) -> None:
        try:
            while came := os.read(self.master, 1 << 16):
                with self._came:
                    self._data += came
                    self._came.notify_all()
        except OSError:  # nobody holds the other side any more
            os.close(self.master)


class RemoteConsole:
    """A `Console` in a process of its own, whose stdout is a pipe; each call returns when it is done there."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def call(self, method: str, *arguments: object) -> None:
        """Call a method there and wait until it has returned."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([method, *arguments]) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"
