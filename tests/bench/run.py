"""The benchmark suite: `python tests/bench/run.py [--quick] [--rounds N] [--only PART] [--markdown FILE]`.

It needs no network, only this package and its dependencies; a mock server answers on the loopback address. All that
matters is a ratio within this run, paired round by round; medians are shown. Ends with 1 if a run failed its check; a
missed bar is shown and changes nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import chat
import ledger
import passthrough
import startup
from report import Report, as_markdown, as_text

PARTS = ("startup", "chat", "passthrough", "ledger")


def main() -> int:
    """Run the parts, print the report."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that children and files go with it
    whole, began = Report(), time.monotonic()
    say = _quiet if given.quiet else _tell
    load = _load()
    for part in given.only or PARTS:
        say(f"{part} …")
        with tempfile.TemporaryDirectory(prefix="kardia-bench-") as folder:
            whole.add(_part(part, given, Path(folder), say))
    if given.quick:
        whole.notes.append(
            "One small round: the start weighs too much in it for the bars to mean anything but a first look."
        )
    whole.notes.append(_about(time.monotonic() - began, load))
    print(as_text(whole))
    if given.markdown:
        given.markdown.write_text(as_markdown(whole), encoding="utf-8")
    return 1 if any(note.startswith("FAILED") for note in whole.notes) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one small round, under a minute; its figures are rough")
    parser.add_argument(
        "--rounds", type=int, default=3, help="rounds of kardia and aiohttp; the slow clients have one less"
    )
    parser.add_argument("--only", action="append", choices=PARTS, help="run this part alone (may be given again)")
    parser.add_argument("--client", action="append", choices=chat.CLIENT_ORDER, help="of the clients, run these")
    parser.add_argument(
        "--sigma", type=float, default=0.0, help="lognormal latency with this spread instead of a fixed one"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the report there too, as Markdown")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    return parser.parse_args()


def _part(part: str, given: argparse.Namespace, folder: Path, say: Callable[[str], None]) -> Report:
    quick = given.quick
    if part == "startup":
        return startup.measure(3 if quick else 7, folder)
    if part == "passthrough":
        return passthrough.measure(passthrough.Plan(10_000, 2) if quick else passthrough.Plan(), folder)
    if part == "ledger":
        return ledger.measure(ledger.Plan(4000, 30, 10, 1, 4000) if quick else ledger.Plan(), folder)
    plan = chat.Plan(rounds=given.rounds, slow_rounds=max(1, given.rounds - 1))
    if quick:
        plan = chat.Plan((64, 256), 600, 100, 1, 1, (64,), slow_whole=False)
    plan = replace(plan, sigma=given.sigma)
    if given.client:
        plan = replace(plan, clients=tuple(name for name in chat.CLIENT_ORDER if name in given.client))
    return chat.report(chat.measure(plan, folder, say))


def _about(seconds: float, load: str) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("aiohttp", "orjson", "openai", "litellm", "pydantic"))
    where = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {packages}"
    return f"{where}; {seconds:.0f} s in all; load {load} before, {_load()} after."


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _quiet(text: str) -> None:
    """Say nothing."""


if __name__ == "__main__":
    sys.exit(main())
