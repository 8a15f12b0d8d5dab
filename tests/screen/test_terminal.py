"""Processes that share a terminal keep each other's lines whole, and leave nothing behind."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
from screen import Screen, Speaker, Terminal

from kardia_cli.screen import terminal
from kardia_cli.screen.terminal import Region, fit

STORM = """
import sys
from kardia_cli.screen.terminal import Region
region, name = Region.of(sys.stderr), sys.argv[1]
region.show(f"{name} begins")
print("ready", flush=True)
sys.stdin.readline()
for number in range(200):
    region.show(f"{name} is at {number}")
    region.print(f"{name} says {number} of 200, and this is said in more words than one row of the terminal can hold.")
region.close()
"""
# A session of its own, whose terminal this is, with a background job in it.
BACKGROUND = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(2, termios.TIOCSCTTY, 0)
if os.fork():
    os.wait()
else:
    os.setpgid(0, 0)
    from kardia_cli.screen.terminal import Region
    region = Region.of(sys.stderr)
    region.show("live")
    region.print("a message")
"""
# Takes the lock and is stopped before it lets go.
HOLD = """
import fcntl, os, signal, sys
fcntl.flock(os.open(sys.argv[1], os.O_RDWR), fcntl.LOCK_EX)
print("held", flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
"""
FORK = """
import os, sys
from kardia_cli.screen.terminal import Region
region = Region.of(sys.stderr)
region.show("of the parent")
if os.fork() == 0:
    region.show("of the child")
    region.print("the child speaks")
    sys.exit()
os.wait()
region.show("of the parent alone")
print("done", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path)
    yield opened
    opened.close()


def state_file(shared: Terminal) -> Path:
    (found,) = (shared.folder / "kardia").iterdir()
    return found


def speakers(shared: Terminal, *names: str) -> list[Speaker]:
    started = [shared.speaker() for _ in names]
    for name, speaker in zip(names, started, strict=True):
        speaker.tell("show", name)
    return started


def test_each_process_has_a_line_in_the_order_of_their_start_and_messages_go_above(shared: Terminal) -> None:
    first, second, third = speakers(shared, "one", "two", "three")
    second.tell("print", "said")
    first.tell("show", "one more")
    third.tell("print", "said too")
    assert shared.lines() == ["said", "said too", "one more", "two", "three"]


def test_between_two_draws_the_cursor_stands_at_the_top_left_of_the_live_lines(shared: Terminal) -> None:
    first, *_ = speakers(shared, "one", "two", "three")
    first.tell("print", "said")
    screen = shared.screen()
    assert (screen.x, screen.y) == (0, 1)


def test_a_message_and_the_live_lines_of_all_go_out_in_one_write(
    shared: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(descriptor: int, data: bytes) -> int:
        written.append(data.decode())
        return len(data)

    written: list[str] = []
    speakers(shared, "one", "two")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(shared.folder))
    with open(shared.descriptor, "w", closefd=False) as stream, monkeypatch.context() as patched:
        region = Region.of(stream)
        assert region is not None
        patched.setattr("os.write", write)
        region.print("said")
        region.close()
    assert len(written) == 2
    assert Screen(60, 12).feed(written[0].replace("\n", "\r\n")).lines() == ["said", "one", "two"]


def test_three_processes_at_once_say_every_message_whole_and_leave_no_live_line(shared: Terminal) -> None:
    names = ["critique", "refine", "synthesize"]
    storm = [shared.run(STORM, name) for name in names]
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
    said = [part.strip() for part in parts]
    tail = "of 200, and this is said in more words than one row of the terminal can hold"
    for name in names:
        assert [part for part in said if part.startswith(name)] == [f"{name} says {n} {tail}" for n in range(200)]
    assert len(said) == 600
    assert rest.strip() == ""
    assert not list((shared.folder / "kardia").iterdir())


def test_a_line_goes_when_its_process_closes_or_ends(shared: Terminal) -> None:
    first, second, third = speakers(shared, "one", "two", "three")
    first.tell("close")
    assert shared.lines() == ["two", "three"]
    first.tell("close")
    first.tell("show", "too late")
    first.tell("print", "but it may speak")
    second.leave()
    assert shared.lines() == ["but it may speak", "three"]
    third.tell("show", "")
    assert shared.lines() == ["but it may speak"]


def test_the_line_of_a_killed_process_vanishes_with_the_next_draw_of_another(shared: Terminal) -> None:
    first, second = speakers(shared, "one", "two")
    first.process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, first.process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, though nobody has asked how
    second.tell("show", "two more")
    assert shared.lines() == ["two more"]


def test_a_line_of_an_earlier_process_with_the_same_number_is_dropped(shared: Terminal) -> None:
    first, second = speakers(shared, "one", "two")
    lines = json.loads(state_file(shared).read_text())
    lines[str(first.process.pid)][0] -= 1
    state_file(shared).write_text(json.dumps(lines))
    second.tell("show", "two more")
    assert shared.lines() == ["two more"]


def test_the_last_to_close_takes_the_state_file_away_and_the_next_begins_another(shared: Terminal) -> None:
    first, second = speakers(shared, "one", "")
    first.tell("close")
    assert not list((shared.folder / "kardia").iterdir())
    second.tell("show", "two")
    third = speakers(shared, "three")[0]
    third.tell("print", "said")
    assert shared.lines() == ["said", "two", "three"]


@pytest.mark.parametrize("garbage", ["}{", "[1, 2]", '{"x": [1, "y"]}', '{"7": "y"}', '{"7": null}', "\0\0", "["])
def test_garbage_in_the_state_file_counts_as_no_lines(shared: Terminal, garbage: str) -> None:
    first, second = speakers(shared, "one", "two")
    state_file(shared).write_text(garbage * 3)
    first.tell("print", "said")
    second.tell("show", "two more")
    first.tell("show", "one more")
    assert shared.lines() == ["said", "one more", "two more"]


def test_a_process_stopped_with_the_lock_holds_up_no_message(shared: Terminal) -> None:
    first, second = speakers(shared, "one", "two")
    holder = shared.run(HOLD, str(state_file(shared)))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    for number in range(40):
        first.tell("print", f"said {number}")
    second.tell("show", "is skipped")
    assert shared.lines() == [*(f"said {number}" for number in range(40)), "one", "two"]
    holder.kill()
    holder.wait()
    second.tell("show", "two more")
    assert shared.lines()[-2:] == ["one", "two more"]


def test_foreign_rows_longer_than_the_live_lines_stay_whole_and_those_come_back_below(shared: Terminal) -> None:
    first, second = speakers(shared, "one", "two")
    shared.foreign("a row that another program prints\nand one more of its rows\n")
    second.tell("show", "two more")
    shared.foreign('{"id": 1}\n')
    first.tell("print", "said")
    assert shared.lines() == [
        "a row that another program prints",
        "and one more of its rows",
        '{"id": 1}',
        "said",
        "one",
        "two more",
    ]


def test_long_lines_are_cut_to_the_terminal_and_never_wrap(shared: Terminal) -> None:
    first, second = speakers(shared, "x" * 200, "\x1b[32m" + "好" * 100 + "\x1b[0m")
    screen = shared.screen()
    assert screen.overran == 0
    assert screen.lines() == ["x" * 59 + "…", "好" * 29 + " …"]
    shared.resize(20, 12)
    first.tell("show", "y" * 20)
    second.tell("show", "z" * 21)
    assert shared.lines() == ["y" * 20, "z" * 19 + "…"]


def test_more_lines_than_the_screen_can_hold_leave_one_row_free(shared: Terminal) -> None:
    shared.rows = 3
    shared.resize(60, 3)
    first, *_ = speakers(shared, "one", "two", "three", "four")
    for number in range(5):
        first.tell("print", f"said {number}")
    assert shared.lines() == [*(f"said {number}" for number in range(5)), "one", "two"]


def test_without_live_lines_a_message_is_sent_bare(shared: Terminal) -> None:
    first, second = speakers(shared, "", "")
    first.tell("print", "said")
    second.tell("print", "said too")
    first.tell("close")
    assert shared.sent() == "said\r\nsaid too\r\n"


def test_a_background_job_speaks_but_draws_nothing(shared: Terminal) -> None:
    shared.run(BACKGROUND).communicate()
    assert shared.sent() == "a message\r\n"


def test_nothing_is_drawn_over_a_full_screen_program(shared: Terminal) -> None:
    tty.setcbreak(shared.descriptor)
    (first,) = speakers(shared, "one")
    first.tell("print", "said")
    assert shared.sent() == "said\r\n"


def test_a_forked_child_has_a_line_of_its_own_and_leaves_its_parents_alone(shared: Terminal) -> None:
    forking = shared.run(FORK)
    assert forking.stdout is not None
    assert forking.stdout.readline() == "done\n"
    assert "the child speaks\r\n\x1b[?7lof the parent\r\nof the child" in shared.sent()
    assert shared.lines() == ["the child speaks", "of the parent alone"]


def test_a_user_without_a_runtime_folder_shares_a_private_one_among_the_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "missing"))
    made = terminal.folder()
    assert made == tmp_path / f"kardia-{os.getuid()}"
    assert made.stat().st_mode & 0o777 == 0o700
    made.chmod(0o755)
    assert terminal.folder() is None, "others can look in"
    made.rmdir()
    made.symlink_to(tmp_path)
    assert terminal.folder() is None, "it leads elsewhere"


def test_without_proc_a_process_that_answers_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "PROC", "/nowhere")
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert terminal.birth(os.getpid()) == 0
    assert terminal.birth(ended.pid) is None


@pytest.mark.parametrize("name", ["", "dumb"])
def test_a_terminal_that_cannot_move_its_cursor_has_no_region(
    shared: Terminal, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("TERM", name)
    with open(shared.descriptor, "w", closefd=False) as stream:
        assert Region.of(stream) is None


def test_a_file_a_stand_in_and_nothing_at_all_have_no_region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    with (tmp_path / "log").open("w") as stream:
        assert Region.of(stream) is None
    assert Region.of(io.StringIO()) is None
    assert Region.of(None) is None


@pytest.mark.parametrize(
    ("line", "columns", "cut"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("two\nlines\tand\x1b[2K", 40, "two lines and [2K"),
        ("\x1b[31mred\x1b[0m and \x1b[1mbold\x1b[0m", 9, "\x1b[31mred\x1b[0m and \x1b[1m…\x1b[0m"),
        ("好好", 4, "好好"),
        ("好好好", 4, "好 …"),
        ("", 5, ""),
        ("any", 1, "…"),
    ],
)
def test_a_line_is_cut_by_the_cells_it_takes_not_by_its_characters(line: str, columns: int, cut: str) -> None:
    assert fit(line, columns) == cut
