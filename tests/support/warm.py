"""`python -m kardia_cli …` from a process that has imported the training packages already: 8 s less for each start.

It forks: each command is a process of its own, in a process group of its own, that a test can kill like any other.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

ENVIRONMENT = {"KARDIA_SALT": "test", "NO_COLOR": "1", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


class Warm:
    """Starts commands; a context manager. What a command says goes to files NAME.out and NAME.err in its folder."""

    def __enter__(self) -> Warm:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ENVIRONMENT},
            text=True,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()

    def start(self, folder: Path, name: str, *arguments: str) -> int:
        """Start `kardia ARGUMENTS` in a folder; the id of its process and group."""
        return int(self._ask({"start": list(arguments), "folder": str(folder), "name": name}))

    def wait(self, process: int) -> int:
        """The exit code of a started command, or minus the signal that ended it."""
        return int(self._ask({"wait": process}))

    def _ask(self, question: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def _serve() -> None:
    import datasets
    import peft
    import trl

    _ = datasets.Dataset, peft.LoraConfig, trl.SFTTrainer, trl.GRPOTrainer
    for line in sys.stdin:
        question = json.loads(line)
        if "wait" in question:
            answer = os.waitstatus_to_exitcode(os.waitpid(question["wait"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                _become(question["start"], Path(question["folder"]), question["name"])
        print(json.dumps(answer), flush=True)


def _become(arguments: Sequence[str], folder: Path, name: str) -> None:
    """Be the command, in the forked process; never returns."""
    code = 1
    try:
        os.setsid()
        os.chdir(folder)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for descriptor, suffix in ((1, "out"), (2, "err")):
            os.dup2(os.open(folder / f"{name}.{suffix}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.argv = ["kardia", *arguments]
        runpy.run_module("kardia_cli", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 (whatever it is, it is this process that it ends)
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
