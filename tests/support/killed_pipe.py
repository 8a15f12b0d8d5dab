"""`synthesize | critique | refine` as processes that are killed, and what must hold when the pipe is typed again."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipe_server import Calls, PipeServer, every, paid
from warm import Begun, Warm

STAGES = ("synthesize", "critique", "refine")
KARDIA = (sys.executable, "-m", "kardia_cli")
ALL = "all"
"""In place of one process: the whole pipe, as Ctrl-C on a terminal and `kill -9 -PGID` do it."""
MUST_END = 60.0
"""Seconds after which the others are said to hang when one is killed (they end within two on a quiet machine)."""
JUST_NOW = 0.05
"""A reply that was sent less than so many seconds before a kill may not be in the ledger; on a busy machine, where
replies took longer than a quarter of that to get there, four times as long as the slowest took."""
LONG_AGO = 0.2
"""A reply that was sent more than so many seconds before a kill is in the ledger; on a busy machine as above."""
TRIES = 3
_TROUBLE = ("Traceback", "a bug:", "never retrieved", "Exception ignored", "never awaited")
_FIRST_LINES = re.compile(r'File "\S*kardia_cli/__main__\.py", line \d+, in <module>\n +import (os|signal)\n')
_FAR_TOO_LONG = 120.0


@dataclass(frozen=True)
class Place:
    """The place of a pipe: the server it asks, a folder for ledger and output, the rows it makes.

    `patience` multiplies the times within which a busy machine gets to read a reply and to commit it. The processes
    are forked from `warm` where there is one, which saves each its imports.
    """

    server: PipeServer
    folder: Path
    rows: int
    connections: int = 16
    patience: float = 1.0
    warm: Warm | None = None

    def inside(self, name: str) -> Place:
        """A fresh folder in this one."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return replace(self, folder=folder)

    @property
    def ledger(self) -> Path:
        """The ledger that all processes share."""
        return self.folder / "ledger.sqlite"

    def command(self, stage: str) -> list[str]:
        """Return what follows `kardia` to run a stage."""
        more = {
            "synthesize": ["-n", str(self.rows), "--max-exchanges", "3", "--model", "openai/speaker"],
            "critique": ["--judge-model", "openai/judge"],
            "refine": ["--model", "openai/speaker", "--judge-model", "openai/judge"],
        }[stage]
        shared = ["--ledger", str(self.ledger), "--max-connections", str(self.connections)]
        return [stage, *more, "--api-base", self.server.base(stage), *shared]

    def begin(self, stage: str, streams: tuple[int, int, int], group: int) -> Begun | subprocess.Popen[bytes]:
        """Start a stage with these streams in a process group (0: its own)."""
        if self.warm is not None:
            return self.warm.begin(self.command(stage), self.folder, self.environment(), streams, group)
        before, after, errors = streams
        return subprocess.Popen(
            [*KARDIA, *self.command(stage)], stdin=before, stdout=after, stderr=errors, cwd=self.folder,
            env=self.environment(), process_group=group, preexec_fn=_heed_ctrl_c,
        )  # fmt: skip

    def environment(self) -> dict[str, str]:
        """The user's environment without their settings and cache."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KARDIA_")}
        cache = str(self.folder / "cache")
        return {**kept, "KARDIA_SALT": "torture", "XDG_CACHE_HOME": cache, "NO_COLOR": "1", "OPENAI_API_KEY": "none"}


def _heed_ctrl_c() -> None:
    """In a new process: whoever runs in the background of a shell would pass on that Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Pipe:
    """The three processes, in a process group of their own; a context manager that leaves none behind.

    `name` tells two pipes in one folder apart. `reader` takes what refine writes, in place of a file.
    """

    def __init__(self, place: Place, name: str = "data", reader: list[str] | None = None) -> None:
        self.output = place.folder / f"{name}.jsonl"
        self._errors = {stage: place.folder / f"{name}.{stage}.err" for stage in STAGES}
        self.began = time.monotonic()
        self.ended: dict[str, float] = {}
        self.processes: dict[str, Begun | subprocess.Popen[bytes]] = {}
        self._reader: subprocess.Popen[bytes] | None = None
        with self.output.open("wb") as output:
            self._start(place, output.fileno(), reader)

    def _start(self, place: Place, output: int, reader: list[str] | None) -> None:
        """Connect each process to the next by a real pipe, and keep no end of it here."""
        before, group = os.open(os.devnull, os.O_RDONLY), 0
        for stage in STAGES:
            is_last = stage == STAGES[-1] and reader is None
            after, mouth = (-1, output) if is_last else os.pipe()
            with self._errors[stage].open("wb") as errors:
                process = place.begin(stage, (before, mouth, errors.fileno()), group)
            group = group or process.pid
            self.processes[stage] = process
            os.close(before)
            if not is_last:
                os.close(mouth)
            before = after
        if reader is not None:
            self._reader = subprocess.Popen(reader, stdin=before, stdout=output)
            os.close(before)

    def __enter__(self) -> Pipe:
        return self

    def __exit__(self, *_: object) -> None:
        for process in [*self.processes.values(), *([self._reader] if self._reader else [])]:
            if process.poll() is None:
                process.kill()
            process.wait()

    def signal(self, number: int, *stages: str) -> float:
        """Send a signal to some of the processes; when it was sent."""
        for stage in stages:
            self.processes[stage].send_signal(number)
        return time.monotonic()

    def runs(self, *stages: str) -> bool:
        """Return True while these processes all run."""
        return all(self.processes[stage].poll() is None for stage in stages)

    def sleep_until(self, moment: float) -> None:
        """Wait until so many seconds after the start."""
        time.sleep(max(0.0, self.began + moment - time.monotonic()))

    def wait(self, seconds: float = _FAR_TOO_LONG) -> bool:
        """Wait until all have ended, for so many seconds at most; notes when each did. False where one still runs."""
        deadline = time.monotonic() + seconds
        while len(self.ended) < len(STAGES) and time.monotonic() < deadline:
            for stage in STAGES:
                if stage not in self.ended and not self.runs(stage):
                    self.ended[stage] = time.monotonic()
            time.sleep(0.005)
        return len(self.ended) == len(STAGES)

    @property
    def codes(self) -> dict[str, int | None]:
        """Exit codes as a shell shows them: 128 + N for a process that died of signal N."""
        return {
            stage: 128 - code if (code := process.returncode) is not None and code < 0 else code
            for stage, process in self.processes.items()
        }

    @property
    def went_well(self) -> bool:
        """Return True where all ended with 0."""
        return set(self.codes.values()) == {0}

    def stderr_of(self, stage: str) -> str:
        """Return the stderr of a process."""
        return self._errors[stage].read_text(encoding="utf-8", errors="replace")

    def troubles(self) -> Iterator[str]:
        """Yield what no process should write, whatever happens to the others."""
        for stage in STAGES:
            said = self.stderr_of(stage)
            if any(word in said for word in _TROUBLE) and not _is_before_kardia(said):
                yield f"{stage} said: {said.strip()[-1500:]}"


def _is_before_kardia(said: str) -> bool:
    """Return True for a traceback of Ctrl-C while Python itself was starting or `signal` was imported."""
    rest = _FIRST_LINES.sub("", said)
    return "KeyboardInterrupt" in rest and "kardia_cli" not in rest and not re.search("^kardia", rest, re.MULTILINE)


# ── What must hold ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Truth:
    """An undisturbed run: its bytes, the bodies that were asked, and how long each process lived."""

    data: bytes
    marks: frozenset[str]
    lives: dict[str, float]

    @property
    def seconds(self) -> float:
        """How long the whole pipe ran."""
        return max(self.lives.values())


@dataclass(frozen=True)
class Kill:
    """One process (or ALL), one signal, one moment (seconds after the start): all that is needed to do it again."""

    process: str
    signal: signal.Signals
    moment: float

    @property
    def stages(self) -> tuple[str, ...]:
        """Return the processes that get the signal."""
        return STAGES if self.process == ALL else (self.process,)

    def __str__(self) -> str:
        return f"--process {self.process} --signal {self.signal.name} --moment {self.moment:.4f}"


@dataclass
class Report:
    """The effects of one kill, and all that was wrong with them."""

    kill: Kill
    problems: list[str] = field(default_factory=list)
    hit: bool = True
    reruns: int = 0
    differs: bool = False
    corrupt: bool = False
    in_flight: int = 0
    paid_twice: int = 0
    seconds_to_end: float = 0.0
    slowest_commit: float = 0.0


def undisturbed(place: Place) -> Truth:
    """Run the pipe in peace, with a fresh ledger; raises `AssertionError` where even that goes wrong."""
    place = place.inside("undisturbed")
    place.server.reset()
    with Pipe(place) as pipe:
        assert pipe.wait(), "the undisturbed pipe does not end"
        assert pipe.went_well, (
            f"the undisturbed pipe ends with {pipe.codes}: {[pipe.stderr_of(stage) for stage in STAGES]}"
        )
        assert not list(pipe.troubles()), list(pipe.troubles())
        lives = {stage: ended - pipe.began for stage, ended in pipe.ended.items()}
    calls = place.server.calls()
    again = {mark for mark, times in paid(calls).items() if times != 1}
    assert not again, f"{len(again)} bodies of an undisturbed pipe were not answered well exactly once"
    return Truth(pipe.output.read_bytes(), frozenset(calls), lives)


def killed(place: Place, truth: Truth, kill: Kill) -> Report:
    """Run the pipe, kill it or a part of it, let the others end, type it again; tell what was wrong with that."""
    report = Report(kill)
    place.server.reset()
    with Pipe(place) as pipe:
        pipe.sleep_until(kill.moment)
        report.hit = pipe.runs(*kill.stages)
        at = pipe.signal(kill.signal, *kill.stages)
        in_time = pipe.wait(MUST_END)
        report.seconds_to_end = max(pipe.ended.values(), default=at + MUST_END) - at
    report.problems += _ending(pipe, kill, in_time)
    before, known = place.server.calls(), remembered(place.ledger)
    if known is None:
        report.corrupt = True
        report.problems.append("the ledger is not whole after the kill")
    if pipe.went_well and pipe.output.read_bytes() != truth.data:
        report.problems.append("every process said that all is well, and the output is not whole")
    account = _Account(place, truth, report, before, known or {}, kill_at=at, again_at=time.monotonic())
    _type_again(place, truth, report)
    report.problems += account.problems(place.server.calls())
    return report


def _ending(pipe: Pipe, kill: Kill, in_time: bool) -> Iterator[str]:
    """Yield what is wrong with the end of a pipe after a kill.

    A process that had all its rows out when the signal came may say that all is well; see `killed`. The last line of a
    process that died of SIGKILL may be torn: the next one rejects it and ends with 3.
    """
    if not in_time:
        yield f"after {MUST_END:.0f} s these still ran: {', '.join(set(STAGES) - set(pipe.ended))}"
        return
    yield from pipe.troubles()
    others = (0, 3) if kill.signal == signal.SIGKILL else (0,)
    for stage, code in pipe.codes.items():
        fine = (128 + kill.signal, 0) if stage in kill.stages else others
        if code not in fine and not _is_before_kardia(pipe.stderr_of(stage)):
            yield f"{stage} ended with {code}, not {fine[0]}: {pipe.stderr_of(stage).strip()[-1500:]}"


def _type_again(place: Place, truth: Truth, report: Report) -> None:
    """Type the pipe again until all ends well; it must be the first time."""
    for _ in range(TRIES):
        report.reruns += 1
        with Pipe(place) as pipe:
            in_time = pipe.wait()
        report.problems += pipe.troubles()
        if in_time and pipe.went_well:
            break
        report.problems.append(
            f"typed again, it ended with {pipe.codes}: {[pipe.stderr_of(stage) for stage in STAGES]}"
        )
    report.differs = pipe.output.read_bytes() != truth.data
    if report.differs:
        report.problems.append("the bytes are not those of the undisturbed run")


def remembered(ledger: Path) -> dict[str, float] | None:
    """Return the marks of the bodies in a ledger and when each got there; None where the ledger is not whole."""
    if not ledger.exists():
        return {}
    since_boot = time.monotonic() - time.time()
    with contextlib.closing(sqlite3.connect(ledger)) as database:
        try:
            if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                return None
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'replies'").fetchone():
                return {}
            rows = database.execute("SELECT prompt_tokens, at FROM replies")
            return {f"{number:012x}": at + since_boot for number, at in rows}
        except sqlite3.DatabaseError:
            return None


@dataclass(frozen=True)
class _Account:
    """How often each body was asked, by the server's account and the ledger between the kill and the next try."""

    place: Place
    truth: Truth
    report: Report
    before: Calls
    known: dict[str, float]
    kill_at: float
    again_at: float

    def problems(self, after: Calls) -> Iterator[str]:
        """Yield what is wrong in the account of both tries together."""
        kill, slack = self.report.kill, self.place.patience
        slowest = self.report.slowest_commit = slowest_commit(self.before, self.known)
        just_now, long_ago = max(JUST_NOW * slack, 4 * slowest), max(LONG_AGO * slack, 4 * slowest)
        flying = in_flight(self.before, kill.stages, self.kill_at - just_now)
        times = paid(after)
        twice = {mark for mark, count in times.items() if count > 1}
        again = {mark for mark, call in every(after) if call.arrived >= self.again_at}
        self.report.in_flight, self.report.paid_twice = len(flying), len(twice)
        wrong: list[tuple[str, set[str]]] = [
            ("were answered well more than twice", {mark for mark in twice if times[mark] > 2}),
            ("were paid twice without being in flight at the kill", twice - flying),
            ("were asked again though the reply had come long before", again & self._sent_before(long_ago)),
            ("were asked again though the reply stood in the ledger", again & self.known.keys()),
            ("were asked that an undisturbed run never asks", set(after) - self.truth.marks),
            ("were never answered well", {mark for mark in self.truth.marks if not times.get(mark)}),
        ]
        if kill.signal == signal.SIGINT:
            wrong.append(("were paid twice after Ctrl-C, which waits for what is in flight", twice))
        for what, marks in wrong:
            if marks:
                histories = " | ".join(self._history(mark, after) for mark in sorted(marks)[:4])
                yield f"{len(marks)} bodies {what}: {histories}"

    def _sent_before(self, seconds: float) -> set[str]:
        """The bodies whose reply was sent so many seconds before the kill, or earlier."""
        sent = ((mark, call.ended) for mark, call in every(self.before) if call.paid)
        return {mark for mark, ended in sent if ended is not None and ended < self.kill_at - seconds}

    def _history(self, mark: str, calls: Calls) -> str:
        """Describe when a body came and went, in milliseconds from the kill."""
        shown = [mark, "(in the ledger)" if mark in self.known else ""]
        for call in calls.get(mark, []):
            ended = "…" if call.ended is None else f"{1000 * (call.ended - self.kill_at):.0f}"
            shown.append(f"{call.stage} {1000 * (call.arrived - self.kill_at):.0f} to {ended} {call.how};")
        return " ".join(shown)


def slowest_commit(calls: Calls, known: dict[str, float]) -> float:
    """The longest time (s) that a reply took from the server to the ledger; 0 where none got there."""
    sent = {mark: call.ended for mark, call in every(calls) if call.how == "sent"}
    return max((at - ended for mark, at in known.items() if (ended := sent.get(mark)) is not None), default=0.0)


def in_flight(calls: Calls, stages: Iterable[str], since: float) -> set[str]:
    """The bodies of some processes that were still at work at a moment, or came to the server after it."""
    return {mark for mark, call in every(calls) if call.stage in stages and (call.ended is None or call.ended > since)}
