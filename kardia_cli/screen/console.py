"""What is said to a person: lines on stderr, never on stdout, never a row's text.

`-q` leaves errors, `-v` adds detail. Rich draws tables; it obeys NO_COLOR and TERM=dumb and drops colour where stderr is
no terminal. On a terminal each process also has one live line, below what all of a pipe say: see `terminal.py`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from kardia_cli.screen.terminal import Region


class Console:
    """Speaks to the user of one command. `level`: -1 errors only, 0 normal, 1 and more verbose."""

    def __init__(self, command: str, level: int = 0) -> None:
        self.command, self.level = command, level
        self.rows_on_screen = False
        self._stream: TextIO | None = None
        self._region: Region | None = None

    def say(self, text: str) -> None:
        """A line that most users want to read."""
        if self.level >= 0:
            self._line(text)

    def detail(self, text: str) -> None:
        """A line for `-v`."""
        if self.level >= 1:
            self._line(text)

    def warn(self, text: str) -> None:
        """A line that is shown even with `-q`."""
        self._line(text)

    def status(self, markup: str) -> None:
        """The live line of this process, where stderr is a terminal; the next one replaces it, '' takes it away."""
        if self.level >= 0 and (region := self._on_terminal()):
            region.show(_drawn(markup) if markup else "")

    @property
    def live(self) -> bool:
        """Whether a live line can be shown: not where rows themselves go to the terminal."""
        return self.level >= 0 and not self.rows_on_screen and self._on_terminal() is not None

    def close(self) -> None:
        """Take the live line away; what is said after it stays."""
        if self._region:
            self._region.close()

    def table(self, title: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """A Rich table on stderr; numbers with three digits after the point, a dash for what is not known."""
        if self.level < 0 or not rows:
            return
        self._put(_table(title, rows, error=True))

    def _line(self, text: str) -> None:
        self._put(f"{self.command}: {text}")

    def _put(self, text: str) -> None:
        """Whole lines in one write, so that those of several processes never mix."""
        if region := self._on_terminal():
            region.print(text)
            return
        try:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
        except BrokenPipeError:  # nobody listens any more; the work goes on, its rows have a place of their own
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)

    def _on_terminal(self) -> Region | None:
        if self._stream is not sys.stderr:  # the first time, or it was redirected since
            self.close()
            self._stream, self._region = sys.stderr, Region.of(sys.stderr)
        return self._region


def print_table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """A table on stdout, where it is what was asked for."""
    if rows:
        sys.stdout.write(_table(title, rows, error=False) + "\n")


def _table(title: str, rows: Sequence[Mapping[str, Any]], error: bool) -> str:
    from rich import box
    from rich.console import Console as RichConsole
    from rich.table import Table

    stream = sys.stderr if error else sys.stdout
    console = RichConsole(stderr=error, width=None if stream.isatty() else 180)
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for number, line in enumerate(_grid(rows, console.width)):
        if number == 0:
            for heading in line:
                table.add_column(heading, justify="right" if table.columns else "left", overflow="fold")
        else:
            table.add_row(*line)
    with console.capture() as drawn:
        console.print(table)
    return drawn.get().removesuffix("\n")


def _drawn(markup: str) -> str:
    """A line of Rich markup as the terminal takes it; NO_COLOR is obeyed."""
    from rich.console import Console as RichConsole

    console = RichConsole(stderr=True, width=1000, highlight=False)
    with console.capture() as drawn:
        console.print(markup, end="", soft_wrap=True)
    return drawn.get()


def _grid(rows: Sequence[Mapping[str, Any]], width: int) -> list[list[str]]:
    """Headings and cells; turned on its side where it would not fit, so that no number is ever cut."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    grid = [[name.replace("_", " ") for name in names], *([_cell(row.get(name)) for name in names] for row in rows)]
    needed = sum(
        max(len(word) for cell in column for word in cell.split(" ")) + 2 for column in zip(*grid, strict=True)
    )
    return grid if needed <= width else [list(column) for column in zip(*grid, strict=True)]


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
