"""kardia report: what came of it, for people, papers and CI: scores compared, dialogues to read, verdicts that flip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kardia_cli.cli.options import CommonFlags, expand
from kardia_cli.cli.report_flags import Compared, Files, Written

if TYPE_CHECKING:
    from kardia_cli.reporting.flips import Comparison
    from kardia_cli.screen.console import Console

POSITION = 8
EXAMPLE = "Example: kardia report base=b.jsonl sft=s.jsonl grpo=g1.jsonl,g2.jsonl --baseline sft --html report.html"


@expand
def run(
    context: typer.Context,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME=]FILE[,FILE…]",
            help="Score rows of evaluate; several files of one name are training seeds. Also dialogues, or the folder "
            "of a run.",
            show_default=False,
        ),
    ] = None,
    diff: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--diff",
            metavar="OLD NEW",
            help="Two files of judged rows (one may be -): list the verdicts that flip.",
        ),
    ] = None,
    rubric: Annotated[
        str | None, typer.Option(help="Take what this rubric decided alone (its id; of score rows its hash, too).")
    ] = None,
    judge: Annotated[str | None, typer.Option(help="Take what this judge said alone (its name in the rows).")] = None,
    compared: Compared = Compared(),
    written: Written = Written(),
    files: Files = Files(),
    common: CommonFlags = CommonFlags(),
) -> None:  # fmt: skip
    """Compare scores: figures with intervals, paired differences, gates; as rows, table, figure, Markdown, page."""
    from kardia_cli.cli import pipe, report_scores
    from kardia_cli.cli.options import missing_input
    from kardia_cli.errors import UsageError
    from kardia_cli.reporting.runs import Choice

    console = common.console("report")
    if diff and all(diff):
        _check_alone(inputs, compared, written)
        return _flips(diff, rubric, judge, files, console)
    words = pipe.named_inputs(inputs or [], console, default=None)
    if not words:
        example = "kardia report sft=s.jsonl grpo=g.jsonl --baseline sft, or kardia report --diff old.jsonl new.jsonl"
        raise UsageError("nothing to report on", missing_input(context, example).remedy)
    if files.rejects is not None:
        raise UsageError("--rejects goes with --diff", "a score row that cannot be read stops the report")
    report_scores.run(report_scores.Asked(words, Choice(judge, rubric), compared, written, files), console)


def _check_alone(inputs: list[str] | None, compared: Compared, written: Written) -> None:
    """`UsageError` where --diff stands beside what only a comparison of scores reads."""
    from kardia_cli.errors import UsageError

    flags = [f"--{name}" for group in (compared, written) for name, value in vars(group).items() if value]
    for word in [*(inputs or []), *flags]:
        raise UsageError(f"--diff compares OLD and NEW alone, and {word} is neither", f"leave out {word}")


def _flips(diff: tuple[str, str], rubric: str | None, judge: str | None, files: Files, console: Console) -> None:
    """The verdicts that differ between two files of judged rows."""
    from kardia_cli.errors import UsageError
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
    from kardia_cli.cli import pipe
    from kardia_cli.errors import Unfinished
    from kardia_cli.rows.line import Row

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
