"""The processes of a pipe share a terminal: one live line, every message whole, and nothing left behind."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from screen import Terminal

from kardia_cli.screen.terminal import draw, is_screen

STORM = """
import sys
from kardia_cli.screen.console import Console
name, place = sys.argv[1:]
console = Console(name)
console.is_last_of_pipe = place == "last"
console.show_live(f"{name} begins")
print("ready", flush=True)
sys.stdin.readline()
for number in range(200):
    console.show_live(f"{name} is at {number}")
    console.say(f"{number} of 200, and this is said in more words than one row of the terminal can hold.")
console.close()
"""
# A session of its own, whose terminal this is, with a background job in it.
BACKGROUND = """
import fcntl, os, termios
os.setsid()
fcntl.ioctl(2, termios.TIOCSCTTY, 0)
if os.fork():
    os.wait()
else:
    os.setpgid(0, 0)
    from kardia_cli.screen.console import Console
    console = Console("kardia critique")
    console.is_last_of_pipe = True
    console.show_live("live")
    console.say("a message")
"""
PIPE = "kardia synthesize builtin -n 4 | kardia critique > rows.jsonl"


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path)
    yield opened
    opened.close()


def test_messages_of_all_processes_stand_above_the_live_line_of_the_last(shared: Terminal) -> None:
    first, last = shared.console("kardia critique"), shared.console("kardia refine", "last")
    last.call("show_live", "refine 1/12")
    first.call("say", "a line")
    last.call("warn", "a warning")
    first.call("say", "one more")
    last.call("show_live", "refine 2/12")
    assert shared.lines() == [
        "kardia critique: a line",
        "kardia refine: a warning",
        "kardia critique: one more",
        "refine 2/12",
    ]


def test_only_the_last_process_draws_a_live_line(shared: Terminal) -> None:
    shared.console("kardia critique").call("show_live", "critique 1/12")
    assert shared.sent() == ""


def test_three_processes_at_once_say_every_message_whole_and_leave_no_live_line(shared: Terminal) -> None:
    names = ["synthesize", "critique", "refine"]
    storm = [shared.run(STORM, name, "last" if name == "refine" else "before") for name in names]
    for process in storm:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in storm:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in storm:
        process.wait()
    text = "".join(line.ljust(shared.columns) for line in shared.lines())
    *parts, rest = text.split(".")
    messages = [part.strip() for part in parts]
    tail = "of 200, and this is said in more words than one row of the terminal can hold"
    for name in names:
        assert [each for each in messages if each.startswith(name)] == [f"{name}: {n} {tail}" for n in range(200)]
    assert len(messages) == 600
    assert rest.strip() == ""


def test_a_closed_console_has_no_live_line_but_still_writes(shared: Terminal) -> None:
    last = shared.console("kardia refine", "last")
    last.call("show_live", "refine 3/12")
    last.call("close")
    last.call("close")
    last.call("show_live", "too late")
    last.call("say", "12 rows in")
    assert shared.lines() == ["kardia refine: 12 rows in"]


def test_what_a_stopped_process_leaves_is_gone_with_the_next_line_and_no_mode_was_changed(shared: Terminal) -> None:
    first, last = shared.console("kardia critique"), shared.console("kardia refine", "last")
    last.call("show_live", "refine 3/12")
    last.process.send_signal(signal.SIGSTOP)
    first.call("say", "a line")
    assert shared.lines() == ["kardia critique: a line"]
    assert "\x1b[?" not in shared.sent()
    last.process.send_signal(signal.SIGCONT)
    last.call("show_live", "refine 4/12")
    assert shared.lines() == ["kardia critique: a line", "refine 4/12"]


def test_foreign_rows_longer_than_the_live_line_stay_whole_and_it_comes_back_below(shared: Terminal) -> None:
    last = shared.console("kardia refine", "last")
    last.call("show_live", "refine 1")
    shared.foreign("a row that another program prints\n")
    last.call("show_live", "refine 2")
    assert shared.lines() == ["a row that another program prints", "refine 2"]


def test_a_long_line_is_cut_to_the_terminal_and_never_wraps(shared: Terminal) -> None:
    last = shared.console("kardia refine", "last", NO_COLOR="1")
    last.call("show_live", "x" * 200)
    screen = shared.screen()
    assert screen.overran == 0
    assert screen.lines() == ["x" * 58 + "…"]
    shared.resize(20, 12)
    last.call("show_live", "好" * 20)
    assert shared.lines() == ["好" * 9 + "…"]


def test_a_background_job_writes_but_draws_nothing(shared: Terminal) -> None:
    shared.run(BACKGROUND).communicate()
    assert shared.sent() == "kardia critique: a message\r\n"


@pytest.mark.parametrize("name", ["", "dumb"])
def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines(shared: Terminal, name: str) -> None:
    last = shared.console("kardia refine", "last", TERM=name)
    last.call("show_live", "refine 3/12")
    last.call("say", "a line")
    assert shared.sent() == "kardia refine: a line\r\n"


def test_a_quiet_console_has_no_live_line(shared: Terminal) -> None:
    last = shared.console("kardia refine", "last", -1)
    last.call("show_live", "refine 3/12")
    last.call("warn", "a warning")
    assert shared.lines() == ["kardia refine: a warning"]


def test_a_file_a_stand_in_and_a_closed_stream_are_no_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    with (tmp_path / "log").open("w") as stream:
        assert not is_screen(stream)
    assert not is_screen(stream)
    assert not is_screen(io.StringIO())


def test_a_real_pipe_leaves_whole_lines_alone_on_the_terminal(shared: Terminal, tmp_path: Path) -> None:
    kardia = f"{sys.executable} -m kardia_cli"
    subprocess.run(
        ["bash", "-c", PIPE.replace("kardia ", f"{kardia} ")], cwd=tmp_path, stdin=subprocess.DEVNULL,
        stderr=shared.descriptor, env={**os.environ, "TERM": "xterm", "KARDIA_SALT": "test"}, check=True,
    )  # fmt: skip
    shared.columns = 400  # of the model: no line wraps
    lines = shared.lines()
    assert all(line.startswith("kardia ") for line in lines)
    assert {line.split(":")[0] for line in lines if "rows in" in line} == {"kardia synthesize", "kardia critique"}


@pytest.mark.parametrize(
    ("markup", "columns", "drawn"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("two\nlines\tand\x1b", 40, "two lines and "),
        ("[bold]bold[/bold] \\[red]", 40, "bold [red]"),
        ("好好", 4, "好好"),
        ("any", 1, "…"),
    ],
)
def test_a_line_is_cut_by_the_cells_it_takes_and_text_cannot_paint(
    markup: str, columns: int, drawn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    assert draw(markup, columns) == drawn
