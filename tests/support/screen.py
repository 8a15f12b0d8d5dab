"""A real pseudo-terminal, processes that speak on it, and a small model of what its screen shows."""

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
REGION = "import sys; from kardia_cli.screen.terminal import Region; speaker = Region.of(sys.stderr)"
VOICE = "import sys; from kardia_cli.screen.console import Voice; speaker = Voice('kardia critique')"
OBEY = """
import json
for order in sys.stdin:
    word, *arguments = json.loads(order)
    getattr(speaker, word)(*arguments)
    print("done", flush=True)
"""


class Screen:
    """Rows of a terminal, those scrolled away first; knows the codes that `terminal.py` sends, and no other."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.grid: list[list[str]] = [[]]
        self.x = self.y = 0
        self.wraps = True
        self.overran = 0

    def feed(self, text: str) -> Screen:
        """Take in what was sent."""
        for number, code, control, words in TOKEN.findall(text):
            for character in words:
                self._put(character)
            if control == "\r":
                self.x = 0
            elif control == "\n":
                self._down()
            elif code == "J":
                self.grid[self.y :] = [self.grid[self.y][: self.x], *([] for _ in self.grid[self.y + 1 :])]
            elif code == "A":
                self.y = max(0, len(self.grid) - self.rows, self.y - int(number or 1))
            elif number == "?7":
                self.wraps = code == "h"
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
            if self.wraps:
                self.x = 0
                self._down()
            else:
                self.x = self.columns - wide
        row = self.grid[self.y]
        row += [" "] * (self.x + wide - len(row))
        row[self.x : self.x + wide] = [character, *[""] * (wide - 1)]
        self.x += wide

    def _down(self) -> None:
        self.y += 1
        if self.y == len(self.grid):
            self.grid.append([])


class Terminal:
    """A pseudo-terminal on which processes speak."""

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

    def speaker(self, kind: str = REGION, **environment: str) -> Speaker:
        """Start a process that does what it is told."""
        return Speaker(self.run(kind + OBEY, **environment))

    def foreign(self, text: str) -> None:
        """Write as a program that knows nothing of live lines."""
        os.write(self.descriptor, text.encode())

    def sent(self) -> str:
        """All that was written so far."""
        with self._came:
            self._marks += 1
            os.write(self.descriptor, MARK)
            assert self._came.wait_for(lambda: self._data.count(MARK) == self._marks, timeout=20)
            return self._data.replace(MARK, b"").decode()

    def screen(self) -> Screen:
        """What it shows now."""
        return Screen(self.columns, self.rows).feed(self.sent())

    def lines(self) -> list[str]:
        """The rows it shows now and those scrolled away."""
        return self.screen().lines()

    def close(self) -> None:
        """End what still speaks."""
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


class Speaker:
    """A process with a `Region` or a `Console` that does what it is told; each call returns when it is done."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def tell(self, word: str, *arguments: object) -> None:
        """Call a method there."""
        self.start(word, *arguments)
        self.wait()

    def start(self, word: str, *arguments: object) -> None:
        """Call a method there, and do not wait for it."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([word, *arguments]) + "\n")
        self.process.stdin.flush()

    def wait(self) -> None:
        """Wait for the call that was started."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "done\n"

    def leave(self) -> None:
        """Let the process end by itself."""
        self.process.communicate()
        assert self.process.returncode == 0
