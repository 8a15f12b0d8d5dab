"""One process measured whole (wall, CPU, peak memory, first request, first row), and the mock server around it.

This process stays small on purpose: on Linux a child's peak memory is never below that of the process that started it.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CLIENTS = HERE / "clients"
LIMIT = 90.0
"""Seconds after which a process is killed and counts as failed."""


@dataclass(frozen=True, slots=True)
class Run:
    """One process, measured whole. Seconds, from `began` (a time.time()) on; None for what was not seen."""

    began: float
    wall: float
    cpu: float
    peak_mb: float
    first_row: float | None = None
    first_request: float | None = None
    connections: int = 0
    failed: str = ""


def environment(home: Path) -> dict[str, str]:
    """A child's environment: this clone's package, a home of its own, no settings or proxies of whoever runs this."""
    foreign = ("KARDIA_", "OPENAI_", "LITELLM_", "AIOHTTP_", "PYTHON")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(foreign) and not name.lower().endswith("_proxy")
    }
    own = {"HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CACHE_HOME": str(home), "XDG_STATE_HOME": str(home)}
    return {**kept, **own, "PYTHONPATH": str(ROOT), "OPENAI_API_KEY": "bench", "KARDIA_SALT": "bench"}


def run(
    command: Sequence[str | Path],
    folder: Path,
    *,
    watch: Path | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> Run:
    """Run a command in `folder` to its end. `watch` is the file whose first bytes count as the first row."""
    said = folder / "stderr.txt"
    with said.open("wb") as errors:
        began, clock = time.time(), time.perf_counter()
        child = subprocess.Popen(
            [str(word) for word in command],
            stdin=stdin, stdout=stdout, stderr=errors, cwd=folder, env=environment(folder),
        )  # fmt: skip
        watchdog = threading.Timer(LIMIT, child.kill)
        watchdog.start()
        try:
            first_row, ended = _first_row(child.pid, watch, began) if watch else (None, None)
            _, status, used = ended or os.wait4(child.pid, 0)
            wall = time.perf_counter() - clock
        except BaseException:
            child.kill()
            raise
        finally:
            watchdog.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    failed = f"exit {child.returncode}: {_tail(said)}" if child.returncode else ""
    if wall >= LIMIT:
        failed = f"not done after {LIMIT:.0f} s"
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Run(began, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / unit, first_row, failed=failed)


def _first_row(pid: int, path: Path, began: float) -> tuple[float | None, Any]:
    """Seconds until the file, or the part file beside it that becomes it, has bytes in it; else wait4 at the end."""
    while not any(_size(found) for found in path.parent.glob(f"*{path.name}*")):
        ended = os.wait4(pid, os.WNOHANG)
        if ended[0]:
            return None, ended
        time.sleep(0.002)
    return time.time() - began, None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # renamed in the meantime
        return 0


def _tail(path: Path) -> str:
    """The last line that says something (Typer draws boxes around errors)."""
    lines = [line.strip(" │╭╮╰╯─") for line in path.read_text(errors="replace").split("\n")]
    return next((line[-300:] for line in reversed(lines) if line), "")


class Server:
    """The mock server in its own process."""

    def __init__(self, latency: float, sigma: float = 0.0) -> None:
        command = [sys.executable, HERE / "server.py", "--latency-ms", str(latency * 1000), "--sigma", str(sigma)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._port = int(self._process.stdout.readline())
        self.base = f"http://127.0.0.1:{self._port}/v1"

    def stats(self) -> dict[str, float]:
        """What it has counted since the last reset."""
        counts: dict[str, float] = json.loads(self._page("GET /stats"))
        return counts

    def reset(self) -> None:
        """Count from zero."""
        self._page("POST /reset")

    def _page(self, what: str) -> bytes:
        """A page of the server, over a bare socket: HTTP libraries would make this process large."""
        with socket.create_connection(("127.0.0.1", self._port), timeout=10) as talk:
            talk.sendall(f"{what} HTTP/1.1\r\n\r\n".encode())
            talk.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: talk.recv(65536), b"")).split(b"\r\n\r\n", 1)[1]

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@contextlib.contextmanager
def serving(latency: float, sigma: float = 0.0) -> Iterator[Server]:
    """A mock server for the time of a block."""
    server = Server(latency, sigma)
    try:
        yield server
    finally:
        server.close()


def middle(values: Sequence[float | None]) -> float | None:
    """The median of the values that are there."""
    there = [value for value in values if value is not None]
    return median(there) if there else None


def paired(values: Sequence[float | None], against: Sequence[float | None]) -> float | None:
    """The median of ratios, each within one round."""
    return middle([a / b if a is not None and b else None for a, b in zip(values, against, strict=False)])
