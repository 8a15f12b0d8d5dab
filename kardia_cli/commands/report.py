"""kardia report: what came of a run, for people and for scripts; for now, which verdicts differ between two files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kardia_cli.options import Talk, expand

if TYPE_CHECKING:
    from kardia_cli.console import Voice
    from kardia_cli.stages.flips import Comparison

POSITION = 8
EXAMPLE = "Example: kardia report --diff judged-before.jsonl judged-after.jsonl > flips.jsonl"


@dataclass
class Files:
    """Where the rows of a report go."""

    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write rows here instead of stdout.")] = None
    rejects: Annotated[Path | None, typer.Option(help="Keep rejected rows here, each with its reason.")] = None
    force: Annotated[bool, typer.Option("--force", help="Replace existing output files.")] = False


@expand
def run(
    context: typer.Context,
    diff: Annotated[tuple[str, str] | None, typer.Option("--diff", metavar="OLD NEW", help="Two files of judged rows (one may be -): list the verdicts that flip.")] = None,
    rubric: Annotated[str | None, typer.Option(help="Compare verdicts by this rubric alone (its id).")] = None,
    judge: Annotated[str | None, typer.Option(help="Compare verdicts by this judge alone (its name in the rows).")] = None,
    files: Files = Files(),
    talk: Talk = Talk(),
) -> None:  # fmt: skip
    """Compare two files of judged rows: verdicts that flip and what changed them, rows on stdout, tables on stderr."""
    from kardia_cli.errors import UsageError
    from kardia_cli.options import no_input
    from kardia_cli.stages.flips import Comparison, Side

    if not diff or not all(diff):
        raise UsageError("nothing to report on", no_input(context, "kardia report --diff old.jsonl new.jsonl").remedy)
    if diff == ("-", "-"):
        raise UsageError("OLD and NEW cannot both be stdin", "name a file for one of them")
    names = ["stdin" if name == "-" else name for name in diff]
    if names[0] == names[1]:
        names = [f"{names[0]} (old)", f"{names[1]} (new)"]
    comparison = Comparison(Side(names[0], rubric, judge), Side(names[1], rubric, judge))
    _compare(comparison, diff, files, talk.voice("report"))


def _compare(comparison: Comparison, diff: tuple[str, str], files: Files, voice: Voice) -> None:
    """Move the rows and show the tables, those of a run in which rows failed too."""
    from kardia_cli import pipe
    from kardia_cli.errors import Unfinished
    from kardia_cli.line import Row

    async def work(row: Row) -> list[Row]:
        return comparison.compare(row)

    channels = pipe.Channels(list(diff), files.output, files.rejects, files.force)
    unfinished = None
    try:
        tally = pipe.run("report", comparison.lines(*diff, voice), work, channels, voice)
        if tally.closed_early:
            return
    except Unfinished as error:  # what was compared is shown all the same
        unfinished = error
    _show(comparison, voice)
    if unfinished is not None:
        raise unfinished


def _show(comparison: Comparison, voice: Voice) -> None:
    flips, matched = comparison.flips.total(), comparison.matched
    share = f" ({flips / matched:.1%})" if matched else ""
    alone = f"turns only in OLD: {comparison.only_old}, only in NEW: {comparison.only_new}"
    voice.say(f"{flips} of {matched} verdicts flip{share}; {alone}")
    for doubt in comparison.doubts():
        voice.warn(doubt)
    voice.table("compared", comparison.side_table())
    voice.table("flips", comparison.flip_table())
