"""kardia report: scores compared, dialogues to read, verdicts that flip; for people, papers and CI."""

from __future__ import annotations

from typing import Annotated

import typer

from kardia_cli.cli.options import CommonFlags, expand
from kardia_cli.cli.report_flags import Compared, Files, Written

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
    from kardia_cli.cli import pipe, report_flips, report_scores
    from kardia_cli.cli.options import missing_input
    from kardia_cli.errors import UsageError
    from kardia_cli.reporting.runs import Choice

    console = common.console("report")
    if diff and all(diff):
        report_flips.check_alone(inputs, compared, written)
        return report_flips.run(diff, rubric, judge, files, console)
    words = pipe.named_inputs(inputs or [], console, default=None)
    if not words:
        example = "kardia report sft=s.jsonl grpo=g.jsonl --baseline sft, or kardia report --diff old.jsonl new.jsonl"
        raise UsageError("nothing to report on", missing_input(context, example).remedy)
    if files.rejects is not None:
        raise UsageError("--rejects goes with --diff", "a score row that cannot be read stops the report")
    report_scores.run(report_scores.Asked(words, Choice(judge, rubric), compared, written, files), console)
