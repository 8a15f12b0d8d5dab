"""`kardia report --diff OLD NEW`: the verdicts that differ between two files of judged rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kardia_cli.cli import pipe
from kardia_cli.errors import Unfinished, UsageError

if TYPE_CHECKING:
    from kardia_cli.cli.report_flags import Compared, Files, Written
    from kardia_cli.reporting.flips import Comparison
    from kardia_cli.rows.line import Row
    from kardia_cli.screen.console import Console


def check_alone(inputs: list[str] | None, compared: Compared, written: Written) -> None:
    """Raise `UsageError` for anything beside --diff that only a comparison of scores reads."""
    flags = [f"--{name}" for group in (compared, written) for name, value in vars(group).items() if value]
    for word in [*(inputs or []), *flags]:
        raise UsageError(f"--diff compares OLD and NEW alone, and {word} is neither", f"leave out {word}")


def run(diff: tuple[str, str], rubric: str | None, judge: str | None, files: Files, console: Console) -> None:
    """Write the turns whose verdicts differ between two files of judged rows, and print the tables."""
    from kardia_cli.reporting.flips import Comparison, Side

    if diff == ("-", "-"):
        raise UsageError("OLD and NEW cannot both be stdin", "name a file for one of them")
    names = ["stdin" if name == "-" else name for name in diff]
    if names[0] == names[1]:
        names = [f"{names[0]} (old)", f"{names[1]} (new)"]
    comparison = Comparison(Side(names[0], rubric, judge), Side(names[1], rubric, judge))
    _compare(comparison, diff, files, console)


def _compare(comparison: Comparison, diff: tuple[str, str], files: Files, console: Console) -> None:
    """Move the rows and show the tables, those of a run in which rows failed too."""

    async def work(row: Row) -> list[Row]:
        return comparison.compare(row)

    channels = pipe.Channels(files.output, files.rejects, files.force)
    unfinished = None
    try:
        progress = pipe.run("report", comparison.lines(*diff, console), work, channels, console)
        if progress.closed_early:
            return
    except Unfinished as error:  # what was compared is shown all the same
        unfinished = error
    _show(comparison, console)
    if unfinished is not None:
        raise unfinished


def _show(comparison: Comparison, console: Console) -> None:
    flips, matched = comparison.flips.total(), comparison.matched
    share = f" ({flips / matched:.1%})" if matched else ""
    alone = f"turns only in OLD: {comparison.only_old}, only in NEW: {comparison.only_new}"
    console.say(f"{flips} of {matched} verdicts flip{share}; {alone}")
    for doubt in comparison.doubts():
        console.warn(doubt)
    console.table("compared", comparison.side_table())
    console.table("flips", comparison.flip_table())
