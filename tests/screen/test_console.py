"""Tables show every number whole, however narrow the terminal; lines of several processes are never mixed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from screen import Terminal

from kardia_cli.screen.console import Console, _grid

ROWS = [
    {"model": "runs/sft", "emotion_accuracy": 0.5, "mean reward": None},
    {"model": "runs/grpo", "emotion_accuracy": 0.25},
]
MANY = """
import sys
from kardia_cli.screen.console import Console
console = Console(sys.argv[1])
sys.stdin.readline()
for number in range(200):
    console.show_live(f"at {number}")
    console.say(f"message {number} ends here")
console.close()
"""


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path)
    yield opened
    opened.close()


def test_a_table_that_fits_has_one_row_a_model() -> None:
    assert _grid(ROWS, 80) == [
        ["model", "emotion accuracy", "mean reward"],
        ["runs/sft", "0.500", "–"],
        ["runs/grpo", "0.250", "–"],
    ]


def test_a_table_that_does_not_fit_is_turned_on_its_side() -> None:
    assert _grid(ROWS, 20) == [
        ["model", "runs/sft", "runs/grpo"],
        ["emotion accuracy", "0.500", "0.250"],
        ["mean reward", "–", "–"],
    ]


def test_a_table_is_whole_above_the_live_line(shared: Terminal) -> None:
    first, last = shared.console("kardia critique"), shared.console("kardia refine", "last")
    last.call("show_live", "refine 3/12")
    first.call("table", "Scores", ROWS)
    last.call("show_live", "refine 4/12")
    rows = [line for line in shared.lines() if line.strip()]
    assert [" ".join(line.split()) for line in (rows[0], *rows[1:2], *rows[3:])] == [
        "Scores",
        "model emotion accuracy mean reward",
        "runs/sft 0.500 –",
        "runs/grpo 0.250 –",
        "refine 4/12",
    ]


def test_in_a_log_there_are_no_live_lines_and_no_codes_and_every_line_is_whole(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("ab") as stream:
        started = [
            subprocess.Popen([sys.executable, "-c", MANY, name], stdin=subprocess.PIPE, stderr=stream, text=True)
            for name in ("one", "two", "three")
        ]
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in started:
            process.communicate()
    said = log.read_text().splitlines()
    for name in ("one", "two", "three"):
        assert [line for line in said if line.startswith(name)] == [
            f"{name}: message {n} ends here" for n in range(200)
        ]
    assert len(said) == 600


def test_a_message_is_one_write_and_goes_where_stderr_points_by_then(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stream(io.StringIO):
        def write(self, text: str) -> int:
            written.extend([text] if text else [])
            return len(text)

    written: list[str] = []
    console = Console("kardia sft")
    console.say("said to the first")
    monkeypatch.setattr(sys, "stderr", Stream())
    console.say("two lines\nat once")
    console.table("Scores", ROWS)
    assert written[0] == "kardia sft: two lines\nat once\n"
    assert len(written) == 2
    assert "\x1b" not in written[1]
    assert written[1].endswith("\n")


def test_a_closed_stderr_ends_what_is_said_and_not_the_work(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)  # as of `2>&1 | head -1`, gone before the first word
    words = [sys.executable, "-m", "kardia_cli", "synthesize", "builtin", "-n", "2", "-o", str(tmp_path / "rows.jsonl")]
    done = subprocess.run(words, stderr=writer, check=False)
    os.close(writer)
    assert done.returncode == 0
    assert len((tmp_path / "rows.jsonl").read_text().splitlines()) == 2
