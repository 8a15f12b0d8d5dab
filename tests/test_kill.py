"""A pipe that was killed and is typed again gives the same bytes, and pays twice at most for what was in flight.

`make torture` does the same on 200 rows, at 120 moments.
"""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from killed_pipe import (
    ALL,
    JUST_NOW,
    KARDIA,
    STAGES,
    Kill,
    Pipe,
    Place,
    Truth,
    in_flight,
    killed,
    remembered,
    slowest_commit,
    undisturbed,
)
from pipe_server import Calls, PipeServer, every, paid
from warm import data_commands, run

BUSY = 5.0
"""Times of `make torture` are multiplied by this at least; the slowest commit of a run may stretch them further."""
WHEN = {"early": (0.25, 0.6), "late": (0.6, 0.95)}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with PipeServer() as server:
        yield Place(server, tmp_path_factory.mktemp("pipes"), rows=16, patience=BUSY, warm=data_commands())


@pytest.fixture(scope="module")
def truth(place: Place) -> Truth:
    return undisturbed(place)


def moment(truth: Truth, process: str, number: signal.Signals, when: str) -> float:
    """A moment in the life of a process, the same in every run up to the pace of the machine."""
    life = min(truth.lives.values()) if process == ALL else truth.lives[process]
    return life * random.Random(f"{process} {number.name} {when}").uniform(*WHEN[when])


def twice(calls: Calls) -> set[str]:
    """The bodies that were paid more than once."""
    return {mark for mark, count in paid(calls).items() if count > 1}


@pytest.mark.parametrize(
    ("process", "number", "when"),
    [
        ("synthesize", signal.SIGKILL, "late"), ("synthesize", signal.SIGINT, "early"),
        ("critique", signal.SIGKILL, "early"), ("critique", signal.SIGINT, "late"),
        ("refine", signal.SIGKILL, "late"), ("refine", signal.SIGINT, "early"),
        (ALL, signal.SIGKILL, "early"), (ALL, signal.SIGINT, "late"),
    ],
)  # fmt: skip
def test_typed_again_it_gives_the_same_bytes_and_pays_twice_only_for_what_was_in_flight(
    process: str, number: signal.Signals, when: str, place: Place, truth: Truth
) -> None:
    report = killed(place.inside("killed"), truth, Kill(process, number, moment(truth, process, number, when)))
    assert not report.problems, "\n".join(report.problems)


def test_two_pipes_at_once_on_one_ledger_pay_each_call_once(place: Place, truth: Truth) -> None:
    place = place.inside("twins")
    place.server.reset()
    with Pipe(place, "one") as one, Pipe(place, "two") as two:
        assert one.wait()
        assert two.wait()
    assert one.went_well, one.codes
    assert two.went_well, two.codes
    assert one.output.read_bytes() == two.output.read_bytes() == truth.data
    calls = place.server.calls()
    assert set(calls) == truth.marks
    assert not twice(calls)


def test_a_twin_takes_over_what_the_other_was_asking_when_it_was_killed(place: Place, truth: Truth) -> None:
    place = place.inside("takeover")
    place.server.reset()
    with Pipe(place, "one") as one, Pipe(place, "two") as two:
        one.sleep_until(truth.seconds / 2)
        killed_at = one.signal(signal.SIGKILL, *STAGES)
        before, known = place.server.calls(), remembered(place.ledger) or {}
        assert two.wait()
    flying = in_flight(before, STAGES, killed_at - max(JUST_NOW * BUSY, 4 * slowest_commit(before, known)))
    assert two.went_well, two.codes
    assert two.output.read_bytes() == truth.data
    calls = place.server.calls()
    assert set(calls) == truth.marks
    assert twice(calls) <= flying


def test_a_reader_that_has_enough_ends_the_whole_pipe_and_nothing_is_paid_twice(place: Place, truth: Truth) -> None:
    long = Place(place.server, place.inside("head").folder, rows=5000)
    place.server.reset()
    with Pipe(long, "three", reader=["head", "-3"]) as pipe:
        assert pipe.wait()
    assert pipe.went_well, pipe.codes
    assert not list(pipe.troubles())
    assert pipe.output.read_bytes().splitlines() == truth.data.splitlines()[:3]
    calls = place.server.calls()
    assert len(calls) < 5000, "5,000 rows would ask some 100,000"
    assert not twice(calls)
    assert all(call.how != "lost" for _, call in every(calls)), "what is in flight is waited for"


def test_what_was_paid_for_a_reader_that_left_is_remembered(place: Place, truth: Truth) -> None:
    again = place.inside("left")
    place.server.reset()
    with Pipe(again, "one", reader=["head", "-1"]) as pipe:
        assert pipe.wait()
    with Pipe(again) as pipe:
        assert pipe.wait()
    assert pipe.output.read_bytes() == truth.data
    assert not twice(place.server.calls())


def test_equal_rows_are_asked_about_once_however_fast_they_come(place: Place) -> None:
    place = place.inside("equal")
    row = _dialogues(place).read_bytes().splitlines(keepends=True)[0]
    (place.folder / "equal.jsonl").write_bytes(row * 100)
    place.server.reset()
    done = run(place.folder, *place.command("critique"), "equal.jsonl", **place.environment())
    assert done.returncode == 0, done.stderr
    assert len(set(done.stdout.splitlines())) == 1
    assert set(paid(place.server.calls()).values()) == {1}


def test_after_ctrl_c_a_row_waits_for_all_of_its_turns(tmp_path: Path) -> None:
    with PipeServer(least=0.5) as server:
        place = Place(server, tmp_path, rows=4, connections=1)
        dialogues = _dialogues(place)
        command = [*KARDIA, *place.command("critique"), dialogues.name]
        critique = subprocess.Popen(
            command, cwd=tmp_path, env=place.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        while not in_flight(server.calls(), ["critique"], time.monotonic()):
            time.sleep(0.01)
        critique.send_signal(signal.SIGINT)
        _, said = critique.communicate()
        assert critique.returncode == 130, said
        answered = {mark for mark, count in paid(server.calls()).items() if count}
        assert answered
        assert set(remembered(place.ledger) or ()) == answered


def _dialogues(place: Place) -> Path:
    """Write a file of dialogues with several turns each, made by the built-in speaker."""
    path = place.folder / "dialogues.jsonl"
    done = run(place.folder, "synthesize", "builtin", "-n", "4", "-o", str(path), **place.environment())
    assert done.returncode == 0, done.stderr
    return path
