"""The live line at the bottom of a terminal that the processes of one shell pipe share.

The last process of the pipe draws it; the others write a plain line now and then. None of them asks who else is there:
the cursor rests at the start of the live line, whoever writes clears the screen from there (`CLEAR`), and the next
refresh puts the live line below what was written. No mode of the terminal is changed and the cursor stays visible, so a
process that is stopped or killed leaves a working terminal behind. (A foreign row that is shorter than the live line
keeps that line's tail on the screen.)
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TextIO

CLEAR = "\r\x1b[J"
"""Back to the start of the row, and erase all from there to the end of the screen."""


def is_screen(stream: TextIO) -> bool:
    """Return True where a stream is a terminal that can move its cursor and on which this job may draw.

    A background job may not: its terminal is somebody else's.
    """
    try:
        if not stream.isatty() or os.environ.get("TERM", "") in ("", "dumb", "unknown"):
            return False
        descriptor = stream.fileno()
    except (OSError, ValueError):  # a closed stream, or a stand-in for one
        return False
    with contextlib.suppress(OSError):  # raised where it is not the controlling terminal: there are no jobs then
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    return True


def count_columns(stream: TextIO) -> int:
    """Return the width of a terminal in cells; 80 where it does not know."""
    return os.get_terminal_size(stream.fileno()).columns or 80


def has_piped_output() -> bool:
    """Return True where stdout leads into a pipe or socket, so that a later process may draw on the same terminal."""
    try:
        mode = os.fstat(1).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def draw(markup: str, columns: int = 1000) -> str:
    """Return one line of Rich markup as the codes of stderr's terminal, cut to its width; NO_COLOR is obeyed."""
    from rich.console import Console
    from rich.text import Text

    text = Text.from_markup("".join(letter if letter.isprintable() else " " for letter in markup))
    text.truncate(columns, overflow="ellipsis")
    console = Console(stderr=True, width=columns, highlight=False)
    with console.capture() as drawn:
        console.print(text, end="", no_wrap=True)
    return drawn.get()
