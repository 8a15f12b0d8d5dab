"""`synthesize | critique | refine` as real processes that are killed, and what must hold when the pipe is typed again."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipe_server import Call, Calls, PipeServer, every, paid

STAGES = ("synthesize", "critique", "refine")
MUST_END = 15.0
"""Seconds within which the others end when one is killed."""
JUST_NOW = 0.05
"""A reply that was sent less than so many seconds before a kill may not have been read."""
LONG_AGO = 0.2
"""A reply that was sent more than so many seconds before a kill is in the ledger."""
TRIES = 3
_TROUBLE = ("Traceback", "a bug:", "never retrieved", "Exception ignored", "never awaited")
_FAR_TOO_LONG = 120.0


@dataclass(frozen=True)
class Place:
    """Where pipes run: the server they ask, a folder for ledgers and output, how many rows they make."""

    server: PipeServer
    folder: Path
    rows: int
    connections: int = 16

    def inside(self, name: str) -> Place:
        """A fresh folder in this one."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return Place(self.server, folder, self.rows, self.connections)

    @property
    def ledger(self) -> Path:
        """The ledger that all processes share."""
        return self.folder / "ledger.sqlite"

    def command(self, stage: str) -> list[str]:
        """What is typed for a stage."""
        more = {
            "synthesize": ["-n", str(self.rows), "--max-exchanges", "3", "--model", "openai/speaker"],
            "critique": ["--judge-model", "openai/judge"],
            "refine": ["--model", "openai/speaker", "--judge-model", "openai/judge"],
        }[stage]
        shared = ["--ledger", str(self.ledger), "--max-connections", str(self.connections)]
        return [sys.executable, "-m", "kardia_cli", stage, *more, "--api-base", self.server.base(stage), *shared]

    def environment(self) -> dict[str, str]:
        """The user's environment without their settings and cache."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KARDIA_")}
        cache = str(self.folder / "cache")
        return {**kept, "KARDIA_SALT": "torture", "XDG_CACHE_HOME": cache, "NO_COLOR": "1", "OPENAI_API_KEY": "none"}


class Pipe:
    """The three processes, in a process group of their own as a shell does it; a context manager that leaves none behind.

    `name` tells two pipes in one folder apart. `reader` takes what refine writes, in place of a file.
    """

    def __init__(self, place: Place, name: str = "data", reader: list[str] | None = None) -> None:
        self.output = place.folder / f"{name}.jsonl"
        self._errors = {stage: place.folder / f"{name}.{stage}.err" for stage in STAGES}
        self.began = time.monotonic()
        self.ended: dict[str, float] = {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
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
                process = subprocess.Popen(
                    place.command(stage), stdin=before, stdout=mouth, stderr=errors, cwd=place.folder,
                    env=place.environment(), process_group=group,
                )  # fmt: skip
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

    def runs(self, stage: str) -> bool:
        """Whether that process is still there."""
        return self.processes[stage].poll() is None

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
        if self._reader is not None:
            self._reader.wait(seconds)
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
        """Whether all ended with 0."""
        return set(self.codes.values()) == {0}

    def said(self, stage: str) -> str:
        """What a process said on stderr."""
        return self._errors[stage].read_text(encoding="utf-8", errors="replace")

    def troubles(self) -> Iterator[str]:
        """What no process should say, whatever happens to the others."""
        for stage in STAGES:
            said = self.said(stage)
            if any(word in said for word in _TROUBLE) and not _is_before_kardia(said):
                yield f"{stage} said: {said.strip()[-1500:]}"


def _is_before_kardia(said: str) -> bool:
    """Whether a traceback is of Ctrl-C while Python itself was starting, before the first line of kardia ran."""
    return "KeyboardInterrupt" in said and "kardia_cli" not in said


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
    """One process, one signal, one moment (seconds after the start): all that is needed to do it again."""

    stage: str
    signal: signal.Signals
    moment: float

    def __str__(self) -> str:
        return f"--process {self.stage} --signal {self.signal.name} --moment {self.moment:.4f}"


@dataclass
class Report:
    """What one kill did, and all that was wrong with it."""

    kill: Kill
    problems: list[str] = field(default_factory=list)
    hit: bool = True
    reruns: int = 0
    differs: bool = False
    corrupt: bool = False
    in_flight: int = 0
    paid_twice: int = 0
    seconds_to_end: float = 0.0


def undisturbed(place: Place) -> Truth:
    """Run the pipe in peace, with a fresh ledger; raises `AssertionError` where even that goes wrong."""
    place = place.inside("undisturbed")
    place.server.reset()
    with Pipe(place) as pipe:
        assert pipe.wait(), "the undisturbed pipe does not end"
        assert pipe.went_well, f"the undisturbed pipe ends with {pipe.codes}: {[pipe.said(stage) for stage in STAGES]}"
        assert not list(pipe.troubles()), list(pipe.troubles())
        lives = {stage: ended - pipe.began for stage, ended in pipe.ended.items()}
    calls = place.server.calls()
    again = {mark for mark, times in paid(calls).items() if times != 1}
    assert not again, f"{len(again)} bodies of an undisturbed pipe were not answered well exactly once"
    return Truth(pipe.output.read_bytes(), frozenset(calls), lives)


def killed(place: Place, truth: Truth, kill: Kill) -> Report:
    """Run the pipe, kill one process, let the others end, type it again; tell what was wrong with that."""
    report = Report(kill)
    place.server.reset()
    with Pipe(place) as pipe:
        pipe.sleep_until(kill.moment)
        report.hit = pipe.runs(kill.stage)
        at = pipe.signal(kill.signal, kill.stage)
        in_time = pipe.wait(MUST_END)
        report.seconds_to_end = max(pipe.ended.values(), default=MUST_END) - at
    report.problems += _ending(pipe, kill, report.hit, in_time)
    before = place.server.calls()
    known = remembered(place.ledger)
    if known is None:
        report.corrupt = True
        report.problems.append("the ledger is not whole after the kill")
    if pipe.went_well and pipe.output.read_bytes() != truth.data:
        report.problems.append("every process said that all is well, and the output is not whole")
    typed_again = time.monotonic()
    _type_again(place, truth, report)
    after = place.server.calls()
    report.problems += _account(truth, kill, report, at, typed_again, before, after, known or set())
    return report


def _ending(pipe: Pipe, kill: Kill, hit: bool, in_time: bool) -> Iterator[str]:
    """What is wrong with how a pipe ended after one of its processes was killed."""
    if not in_time:
        yield f"after {MUST_END:.0f} s these still ran: {', '.join(set(STAGES) - set(pipe.ended))}"
    yield from pipe.troubles()
    for stage, code in pipe.codes.items():
        # A process that had all its rows out when the signal came may say so; see `killed`. The last line of a
        # process that was killed may be torn: the next one rejects it and ends with 3.
        fine = (128 + kill.signal, 0) if stage == kill.stage else (0, 3)
        if in_time and code not in fine:
            yield f"{stage} ended with {code}, not {fine[0]}: {pipe.said(stage).strip()[-1500:]}"


def _type_again(place: Place, truth: Truth, report: Report) -> None:
    """Type the pipe again until all ends well; it must be the first time."""
    for _ in range(TRIES):
        report.reruns += 1
        with Pipe(place) as pipe:
            in_time = pipe.wait()
        report.problems += pipe.troubles()
        if in_time and pipe.went_well:
            break
        report.problems.append(f"typed again, it ended with {pipe.codes}: {[pipe.said(stage) for stage in STAGES]}")
    report.differs = pipe.output.read_bytes() != truth.data
    if report.differs:
        report.problems.append("the bytes are not those of the undisturbed run")


def remembered(ledger: Path) -> set[str] | None:
    """The marks of the bodies whose replies stand in a ledger; None where the file is not whole."""
    if not ledger.exists():
        return set()
    with contextlib.closing(sqlite3.connect(ledger)) as database:
        try:
            if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                return None
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'replies'").fetchone():
                return set()
            return {f"{number:012x}" for (number,) in database.execute("SELECT prompt_tokens FROM replies")}
        except sqlite3.DatabaseError:
            return None


def _account(
    truth: Truth,
    kill: Kill,
    report: Report,
    at: float,
    typed_again: float,
    before: Calls,
    after: Calls,
    known: set[str],
) -> Iterator[str]:
    """What is wrong with who was asked, and how often."""
    flying = in_flight(before, kill.stage, at)
    twice = {mark for mark, times in paid(after).items() if times > 1}
    report.in_flight, report.paid_twice = len(flying), len(twice)
    asked_again = {mark for mark, call in every(after) if call.arrived >= typed_again}
    long_ago = {mark for mark, call in every(after) if call.paid and call.ended and call.ended < at - LONG_AGO}
    wrong: list[tuple[str, set[str]]] = [
        ("were answered well more than twice", {mark for mark, times in paid(after).items() if times > 2}),
        ("were paid twice without being in flight at the kill", twice - flying),
        ("were asked again though the reply was sent long before the kill", asked_again & long_ago),
        ("were asked again though the reply stood in the ledger", asked_again & known),
        ("were asked that an undisturbed run never asks", set(after) - truth.marks),
        ("were never answered well", truth.marks - {mark for mark, times in paid(after).items() if times}),
    ]
    if kill.signal == signal.SIGINT:
        wrong.append(("were paid twice after Ctrl-C, which waits for what is in flight", twice))
    for what, marks in wrong:
        if marks:
            yield f"{len(marks)} bodies {what}: {_histories(marks, after, at, known)}"


def in_flight(calls: Calls, stage: str, at: float) -> set[str]:
    """The bodies that a process had asked and whose reply it may not have read yet at a moment."""
    return {
        mark
        for mark, call in every(calls)
        if call.stage == stage and (call.ended is None or call.ended > at - JUST_NOW)
    }


def _histories(marks: set[str], calls: Calls, at: float, known: set[str]) -> str:
    """The first few bodies and when they came and went, in milliseconds from the kill."""
    shown = []
    for mark in sorted(marks)[:4]:
        times = "; ".join(_history(call, at) for call in calls.get(mark, []))
        shown.append(f"{mark}{' (in the ledger)' if mark in known else ''} {times}")
    return " | ".join(shown)


def _history(call: Call, at: float) -> str:
    ended = "…" if call.ended is None else f"{1000 * (call.ended - at):.0f}"
    return f"{call.stage} {1000 * (call.arrived - at):.0f} to {ended} {call.how}"


def eventually(what: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something is so; raises `AssertionError` where it never is."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)
