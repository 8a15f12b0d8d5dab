"""kardia evaluate: models answer held-out turns; every answer is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kardia_cli.cli.evaluate_flags import Measured
from kardia_cli.cli.options import (
    CallFlags,
    CommonFlags,
    FormatFlags,
    Inputs,
    JudgeFlags,
    OutputFlags,
    SeedFlags,
    expand,
)

POSITION = 7
EXAMPLE = "Example: kardia evaluate data.jsonl --model runs/sft/base --model runs/sft --model runs/grpo > scores.jsonl"


@expand
def run(
    context: typer.Context,
    inputs: Inputs = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=0, help="Measure at most this many rows of the split.")
    ] = None,
    what: Measured = Measured(),
    judged: JudgeFlags = JudgeFlags(),
    formats: FormatFlags = FormatFlags(),
    calibration: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel="Judge",
            help="Quote this record of the judge in place of the stored ones.",
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Measure nothing: examine the models' tokenizers, templates and memory (exit 2 where one breaks).",
        ),
    ] = False,
    io: OutputFlags = OutputFlags(),
    calls: CallFlags = CallFlags(),
    seeded: SeedFlags = SeedFlags(),
    common: CommonFlags = CommonFlags(),
) -> None:  # fmt: skip
    """Let models answer each turn of held-out dialogues; score rows on stdout, a table on stderr."""
    import asyncio

    from kardia_cli.cli import check as check_
    from kardia_cli.cli import evaluate_measure, evaluate_scores, evaluating
    from kardia_cli.cli.session import Session
    from kardia_cli.errors import UsageError
    from kardia_cli.rows import turn_format

    if "help" in (what.settings or []):
        return evaluate_measure.explain(what.protocol)
    if check:
        if not what.model:
            raise UsageError("no model to examine", "add --model FOLDER")
        form = turn_format.load(formats.format or turn_format.DEFAULT)
        return check_.measuring(what.model, form, common.console("evaluate"))

    async def go() -> None:
        async with Session("evaluate", io, calls, common, seeded.seed, formats.declare()) as session:
            if what.from_scores:
                await evaluate_scores.run(session, context, inputs, what, judged, limit)
            else:
                await evaluating.run(session, context, inputs, what, judged, calibration, limit)

    asyncio.run(go())
