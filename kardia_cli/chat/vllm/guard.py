"""A guard process that runs a command and ends all of its processes when the guard's own parent ends.

    python guard.py GRACE COMMAND…      stdin is a pipe whose other end the starter alone holds

The pipe ends with the starter, kill -9 included. Then, or on SIGTERM, the whole process group (a server, the workers
it spawned, this guard) gets SIGTERM and after GRACE seconds SIGKILL, so that no worker keeps a GPU. Where the command
ends by itself, its workers end with it. Started in a session of its own, as a file: it imports nothing of kardia.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from typing import Any

_PR_SET_PDEATHSIG = 1


def main(grace: float, command: list[str]) -> None:
    """Run the command until it ends or is no longer wanted, then end the group; does not return."""
    unwanted = threading.Event()

    def on_signal(*_: Any) -> None:
        unwanted.set()

    signal.signal(signal.SIGTERM, on_signal)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_end_with_guard)
    threading.Thread(target=_when_starter_ends, args=(unwanted,), daemon=True).start()
    while child.poll() is None and not unwanted.wait(0.1):
        pass
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    try:
        child.wait(grace)
    finally:
        os.killpg(0, signal.SIGKILL)


def _end_with_guard() -> None:
    """Ask Linux for SIGTERM should the guard be killed; runs in the command's process, before it begins."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _when_starter_ends(unwanted: threading.Event) -> None:
    while os.read(0, 1024):
        pass
    unwanted.set()


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
