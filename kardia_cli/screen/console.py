"""Messages, tables and the live line on stderr; never on stdout, never a row's text.

`-q` leaves errors, `-v` adds detail. Rich draws tables and the live line (`terminal.py`); it obeys NO_COLOR and
TERM=dumb and drops colour where stderr is no terminal.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from kardia_cli.screen import terminal


class Console:
    """Writes to the user of one command. `level`: -1 errors only, 0 normal, 1 and more verbose."""

    def __init__(self, command: str, level: int = 0) -> None:
        self.command, self.level = command, level
        self.is_last_of_pipe = False
        self._shares_terminal = terminal.has_piped_output()
        self._live_line = ""
        self._lock = threading.RLock()

    def say(self, text: str) -> None:
        """Write a line that most users want to read."""
        if self.level >= 0:
            self.warn(text)

    def warn(self, text: str) -> None:
        """Write a line that is shown even with `-q`."""
        self._write(f"{self.command}: {text}")

    def table(self, title: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write a Rich table; numbers with three digits after the point, a dash for what is not known."""
        if self.level >= 0 and rows:
            self._write(_table(title, rows, error=True))

    @property
    def live_columns(self) -> int:
        """Return how many cells the live line may take; 0 where this process draws none."""
        draws = self.level >= 0 and self.is_last_of_pipe and terminal.is_screen(sys.stderr)
        return terminal.count_columns(sys.stderr) - 1 if draws else 0

    def show_live(self, markup: str) -> None:
        """Draw the live line anew, Rich markup; '' takes it away."""
        with self._lock:
            columns = self.live_columns
            line = terminal.draw(markup, columns) + "\r" if markup and columns else ""
            if line or (self._live_line and columns):
                self._send(terminal.CLEAR + line)
            self._live_line = line

    def close(self) -> None:
        """Take the live line away for good; messages may still follow."""
        self.show_live("")
        self.is_last_of_pipe = False

    def _write(self, text: str) -> None:
        """Write whole lines at once, so that those of several processes never mix, above the live line."""
        with self._lock:
            may_be_below = self._live_line or self._shares_terminal
            clear = terminal.CLEAR if may_be_below and terminal.is_screen(sys.stderr) else ""
            self._send(f"{clear}{text}\n{self._live_line if clear else ''}")

    def _send(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except BlockingIOError:
            pass  # a slow terminal; what is left goes out with the next line
        except OSError:  # nobody reads any more; the work goes on, its rows have a place of their own
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def print_table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a table to stdout, where it is what the user asked for."""
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


def _grid(rows: Sequence[Mapping[str, Any]], width: int) -> list[list[str]]:
    """Return headings and cells; turned on its side where it would not fit, so that no number is ever cut."""
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
