"""Kill `synthesize | critique | refine` again and again, at moments drawn by chance, and type it again each time.

    python tests/torture.py [--rows N] [--moments N] [--seed N]
    python tests/torture.py --process critique --signal SIGKILL --moment 1.2345      one kill once more

What must hold (see `killed_pipe`): the others end by themselves, without a traceback; the ledger is whole; typed again,
the pipe ends well, gives the bytes of an undisturbed run, and pays twice at most for what the killed process had in
flight; after Ctrl-C for nothing at all. Ends with 1 if anything of that broke, and says what to type to see it again.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).with_name("support")))

from killed_pipe import ALL, STAGES, Kill, Place, Report, Truth, killed, undisturbed
from pipe_server import PipeServer

SIGNALS = (signal.SIGKILL, signal.SIGINT)


def main() -> int:
    """Run the pipe in peace, then kill it; print the table."""
    given = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave no process behind
    began = time.monotonic()
    with PipeServer() as server, tempfile.TemporaryDirectory(prefix="kardia-torture-") as folder:
        place = Place(server, Path(folder), given.rows, given.connections)
        truth = _truth(place)
        kills = _kills(given, truth)
        print(
            f"undisturbed: {len(truth.marks):,} calls in {truth.seconds:.1f} s; {len(kills)} kills follow", flush=True
        )
        reports = [_killed(place, truth, kill, f"{at}/{len(kills)}", given) for at, kill in enumerate(kills, 1)]
    print(_table(reports))
    print(f"it took {time.monotonic() - began:.0f} s")
    return 1 if any(report.problems for report in reports) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=200, help="dialogues that the pipe makes")
    parser.add_argument("--moments", type=int, default=20, help="moments for each process and signal")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments")
    parser.add_argument("--connections", type=int, default=32, help="--max-connections of each process")
    parser.add_argument("--process", choices=[*STAGES, ALL], help="kill this process alone, or all at once")
    parser.add_argument("--signal", choices=[number.name for number in SIGNALS], help="with this signal alone")
    parser.add_argument("--moment", type=float, help="at this moment alone (seconds after the start)")
    return parser.parse_args()


def _truth(place: Place) -> Truth:
    """Return the faster of two undisturbed runs that agree, so that few kills come too late."""
    one, other = undisturbed(place), undisturbed(place)
    if one.data != other.data or one.marks != other.marks:
        sys.exit("two undisturbed runs differ: nothing can be said about disturbed ones")
    return one if one.seconds < other.seconds else other


def _kills(given: argparse.Namespace, truth: Truth) -> list[Kill]:
    """The kills to do: every process and signal in turn, at moments uniform over the life of the process."""
    processes = [given.process] if given.process else STAGES
    signals = [signal.Signals[given.signal]] if given.signal else SIGNALS
    count = given.moments if given.moment is None else 1
    return [
        Kill(process, number, _moment(given, truth, process, number, at) if given.moment is None else given.moment)
        for at in range(count)
        for process in processes
        for number in signals
    ]


def _moment(given: argparse.Namespace, truth: Truth, process: str, number: signal.Signals, at: int) -> float:
    """Hangs on seed, process, signal and count alone, up to the pace of the machine."""
    life = min(truth.lives.values()) if process == ALL else truth.lives[process]
    return random.Random(f"{given.seed} {process} {number.name} {at}").uniform(0.0, life)


def _killed(place: Place, truth: Truth, kill: Kill, count: str, given: argparse.Namespace) -> Report:
    """Do one kill and print it in one line, with one more for each problem."""
    report = killed(place.inside("killed"), truth, kill)
    late = "" if report.hit else ", too late: it had ended"
    print(
        f"{count:>7} {kill.signal.name} to {kill.process} at {kill.moment:.2f} s: {report.in_flight} in flight, "
        f"{report.paid_twice} paid twice, the others ended after {report.seconds_to_end:.1f} s{late}",
        flush=True,
    )
    for problem in report.problems:
        print(f"        BROKEN: {problem}", flush=True)
    if report.problems:
        again = f"--seed {given.seed} --rows {given.rows} --connections {given.connections} {kill}"
        print(f"        → python tests/torture.py {again}", flush=True)
    return report


def _table(reports: list[Report]) -> str:
    """Return the table of all kills, for each signal and process."""
    heads = (
        "", "kills", "too late", "reruns", "differing", "in flight", "paid twice", "most in one", "slowest end",
        "slowest commit", "corrupt", "broken",
    )  # fmt: skip
    groups = {
        f"{number.name} {process}": [r for r in reports if (r.kill.process, r.kill.signal) == (process, number)]
        for number in SIGNALS
        for process in (*STAGES, ALL)
    }
    groups["together"] = reports
    lines = [heads, *(_line(name, group) for name, group in groups.items() if group)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_row(line, widths) for line in lines)


def _line(name: str, reports: list[Report]) -> tuple[str, ...]:
    end, commit = max(r.seconds_to_end for r in reports), max(r.slowest_commit for r in reports)
    return (
        name, str(len(reports)), _sum(not r.hit for r in reports), _sum(r.reruns for r in reports),
        _sum(r.differs for r in reports), _sum(r.in_flight for r in reports), _sum(r.paid_twice for r in reports),
        str(max(r.paid_twice for r in reports)), f"{end:.1f} s", f"{1000 * commit:.0f} ms",
        _sum(r.corrupt for r in reports), _sum(bool(r.problems) for r in reports),
    )  # fmt: skip


def _sum(numbers: Iterable[int]) -> str:
    return str(sum(numbers))


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    name, *rest = cells
    return "  ".join(
        [name.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
    )


if __name__ == "__main__":
    sys.exit(main())
