"""`python -m kardia_cli …` from a process that has imported the packages already, so that no test pays for a start.

It forks: each command is a process of its own, in a process group of its own, that a test can kill like any other.

    run(folder, "critique", "d.jsonl")   a command as it is typed, to its end: exit code, stdout, stderr
    type_line(folder, "kardia …")        a line of shell, each `kardia` in it forked as above (warm_client.py)
    begin(["critique"], …)               a process with streams of the caller's, to be signalled and polled
    training_commands()                  the same for training commands (saves 8 s each): run, or start and wait
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
import re
import runpy
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

ENVIRONMENT = {"KARDIA_SALT": "test", "NO_COLOR": "1", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
TRAINING = ("datasets.arrow_dataset", "peft", "trl.trainer.sft_trainer", "trl.trainer.grpo_trainer")
ROOMS = (
    "chat",
    "cli",
    "commands",
    "evaluation",
    "judge",
    "metrics",
    "offline",
    "protocols",
    "reporting",
    "stages",
    "text",
)
DATA = (
    "aiohttp",
    *(f"kardia_cli.{room}" for room in ROOMS),
)
HUNG = 300
"""Seconds after which a command of `run` is killed (SIGALRM): far more than any takes, however busy the machine is."""


class Warm:
    """Starts commands; a context manager. What a command says goes to files NAME.out and NAME.err in its folder."""

    def __init__(self, modules: Sequence[str] = TRAINING) -> None:
        self._modules = modules

    def __enter__(self) -> Warm:
        self._folder = tempfile.mkdtemp(prefix="kardia-warm-")
        self.socket = f"{self._folder}/socket"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.socket)
            listener.listen(64)
            self._process = self._started(listener.fileno())
        return self

    def _started(self, listener: int) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, __file__, str(listener), *self._modules],
            pass_fds=[listener],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ENVIRONMENT},
            text=True,
        )

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()
        shutil.rmtree(self._folder)

    def start(self, folder: Path, name: str, *arguments: str, **more: Any) -> int:
        """Start `kardia ARGUMENTS` in a folder; the id of its process and group. For `more` see `_become`."""
        return int(self._ask({"arguments": arguments, "folder": str(folder), "said": str(folder / name), **more}))

    def wait(self, process: int) -> int:
        """The exit code of a started command, or minus the signal that ended it."""
        return int(self._ask({"wait": process}))

    def run(
        self, folder: Path, *arguments: str, stdin: str | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `kardia ARGUMENTS` in a folder to its end, `variables` in its environment.

        Its stdin is a pipe with a text, or /dev/null where that is None.
        """
        with tempfile.TemporaryDirectory(prefix="kardia-said-") as scratch:
            environment = _environment() | variables
            more: dict[str, Any] = {"said": f"{scratch}/said", "environment": environment, "seconds": HUNG}
            if stdin is not None:
                more["read"] = f"{scratch}/stdin"
                Path(more["read"]).write_text(stdin, encoding="utf-8", newline="")
            code = self.wait(self.start(folder, "", *arguments, **more))
            out, err = (Path(f"{scratch}/said.{suffix}").read_text(encoding="utf-8") for suffix in ("out", "err"))
        return subprocess.CompletedProcess(["kardia", *arguments], code, out, err)

    def begin(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: dict[str, str],
        streams: Sequence[int],
        group: int = 0,
    ) -> Begun:
        """Start `kardia ARGUMENTS` with stdin, stdout and stderr of the caller's, in a process group (0: its own)."""
        said = {"arguments": arguments, "folder": str(folder), "environment": environment, "group": group}
        talk = socket.socket(socket.AF_UNIX)
        talk.connect(self.socket)
        text = json.dumps(said).encode()
        socket.send_fds(talk, [len(text).to_bytes(8, "big")], streams)
        talk.sendall(text)
        return Begun(self, int.from_bytes(talk.recv(4), "big"), talk)

    def _ask(self, question: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


class Begun:
    """A process that was begun; what tests use of `subprocess.Popen`."""

    def __init__(self, warm: Warm, process: int, talk: socket.socket) -> None:
        self._warm, self.pid, self._talk = warm, process, talk
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or minus the signal that ended it; None while it runs."""
        return self.wait() if self.returncode is None and select.select([self._talk], [], [], 0)[0] else self.returncode

    def wait(self) -> int:
        """Return the same once it has ended."""
        if self.returncode is None:
            self._talk.recv(1)  # until its end closes the connection
            self._talk.close()
            self.returncode = self._warm.wait(self.pid)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


def _environment() -> dict[str, str]:
    """The environment of the tests without settings of their user."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KARDIA_")} | ENVIRONMENT


@cache
def _commands(modules: Sequence[str]) -> Warm:
    warm = Warm(modules)
    atexit.register(warm.__exit__, None, None, None)
    return warm.__enter__()


def training_commands() -> Warm:
    """Return the process that training commands fork from, one for all tests of this process."""
    return _commands(TRAINING)


def data_commands() -> Warm:
    """Return the process that commands of the data stages fork from, one for all tests of this process."""
    return _commands(DATA)


def run(folder: Path, *arguments: str, stdin: str | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the data stages, or one that fails before it trains; see `Warm.run`."""
    return _commands(DATA).run(folder, *arguments, stdin=stdin, **variables)


class _Forked:
    """What the examples use of `subprocess`, for `python -m kardia_cli …` alone: such a command is run as above."""

    @staticmethod
    def run(command: Sequence[str], cwd: Path, check: bool) -> subprocess.CompletedProcess[str]:
        assert tuple(command[:3]) == (sys.executable, "-m", "kardia_cli")
        done = run(cwd, *command[3:])
        assert not check or done.returncode == 0, done.stderr
        return done


FORKED = _Forked()


def type_line(folder: Path, line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell, `kardia` meaning this kardia; the exit code is that of the last command that failed."""
    if not re.search(r"[|&;<>$]", line):
        return run(folder, *shlex.split(line)[1:], **variables)
    warm = _commands(DATA)
    client = Path(__file__).with_name("warm_client.py")
    typed = shlex.join([sys.executable, "-I", "-S", str(client), warm.socket])
    script = f"set -o pipefail; {line.replace('kardia ', f'{typed} ')}"
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env=_environment() | variables, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=HUNG,
    )  # fmt: skip


def _serve(number: int, modules: Sequence[str]) -> None:
    for module in modules:
        package = importlib.import_module(module)
        if module.startswith("kardia_cli."):
            for inner in pkgutil.walk_packages(package.__path__, f"{module}."):
                importlib.import_module(inner.name)
    listener = socket.socket(fileno=number)
    asked = os.fdopen(0, "rb", buffering=0)
    typed: list[int] = []
    ended: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([asked, listener], [], [])
        ended |= dict(os.waitpid(process, os.WNOHANG) for process in typed)
        typed = [process for process in typed if process not in ended]
        if listener in ready:
            client = listener.accept()[0]
            typed.append(os.fork())
            if typed[-1] == 0:
                _become_typed(client)
            client.close()
            continue
        line = asked.readline()
        if not line:
            return
        question = json.loads(line)
        if "wait" in question:
            process = question["wait"]
            typed = [other for other in typed if other != process]
            status = ended.pop(process) if process in ended else os.waitpid(process, 0)[1]
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                _become(**question)
        print(json.dumps(answer), flush=True)


def _become_typed(client: socket.socket) -> None:
    """Be the command of a client (warm_client.py) with its streams, and tell it the exit code; never returns."""
    size, streams, _, _ = socket.recv_fds(client, 8, 3)
    text = b""
    while len(text) < int.from_bytes(size, "big"):
        text += client.recv(1 << 16)
    question = json.loads(text)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    if "group" in question:  # of `Warm.begin`
        os.setpgid(0, question["group"])
        client.sendall(os.getpid().to_bytes(4, "big"))
    _run(question["arguments"], question["folder"], question["environment"], HUNG, client)


def _become(
    arguments: Sequence[str],
    folder: str,
    said: str,
    environment: dict[str, str] | None = None,
    seconds: int = 0,
    read: str = "",
) -> None:
    """Be the command, in the forked process; never returns. It is killed after `seconds` (0: never).

    Its stdin is a pipe with the text of the file `read`, or /dev/null without one.
    """
    os.setsid()
    try:
        for descriptor, suffix in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{said}.{suffix}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), descriptor)
        if read:
            writer = subprocess.Popen(["cat", read], stdout=subprocess.PIPE)
            assert writer.stdout is not None
            os.dup2(writer.stdout.fileno(), 0)
        else:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    except OSError as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(1)
    _run(arguments, folder, environment, seconds)


def _run(
    arguments: Sequence[str],
    folder: str,
    environment: dict[str, str] | None,
    seconds: int,
    client: socket.socket | None = None,
) -> None:
    """Run the command in this process and end it; a `client` is told the exit code."""
    code = 1
    try:
        os.chdir(folder)
        if environment is not None:
            os.environ.clear()
            os.environ.update(environment)
        signal.alarm(seconds)
        signal.signal(signal.SIGINT, signal.default_int_handler)
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
        if client is not None:
            client.sendall(code.to_bytes(4, "big"))
        os._exit(code)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), sys.argv[2:])
