"""kardia evaluate: models answer held-out turns; every answer is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from kardia_cli.options import Calls, Inputs, Io, Judged, Seeded, Talk, expand

POSITION = 7
EXAMPLE = "Example: kardia evaluate data.jsonl --model runs/sft/base --model runs/sft --model runs/grpo > scores.jsonl"


@expand
def run(
    context: typer.Context,
    inputs: Inputs = None,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=0, help="Measure at most this many rows of the split.")] = None,
    model: Annotated[list[str] | None, typer.Option("--model", "-m", help="A model to measure; repeat it for a table of several.")] = None,
    judged: Judged = Judged(),
    calibration: Annotated[Path | None, typer.Option(metavar="FILE", rich_help_panel="Judge", help="Quote this record of the judge in place of the stored ones.")] = None,
    protocol: Annotated[str, typer.Option(help="How to measure: a name of `kardia --plugins`, or a .py file.")] = "kardiabench",
    settings: Annotated[list[str] | None, typer.Option("--with", metavar="KEY=VALUE", help="An option of the protocol.")] = None,
    split: Annotated[Literal["train", "test", "all"] | None, typer.Option(help="Whose rows: held-out people are the test split.", show_default="test")] = None,
    check: Annotated[bool, typer.Option("--check", help="Measure nothing: examine the models' tokenizers, templates and memory (exit 2 where one breaks).")] = False,
    io: Io = Io(),
    calls: Calls = Calls(),
    seeded: Seeded = Seeded(),
    talk: Talk = Talk(),
) -> None:  # fmt: skip
    """Let models answer each turn of held-out dialogues; score rows on stdout, a table on stderr."""
    import asyncio

    from kardia_cli import plugins
    from kardia_cli.commands import _check, _known
    from kardia_cli.errors import Unfinished, UsageError
    from kardia_cli.line import Row
    from kardia_cli.review import reviewing
    from kardia_cli.session import Session
    from kardia_cli.splits import Split
    from kardia_cli.stages.evaluation import evaluate, without_text

    if check:
        if not model:
            raise UsageError("no model to examine", "add --model FOLDER")
        return _check.measuring(model, talk.voice("evaluate"))

    async def go() -> None:
        async with Session("evaluate", io, calls, talk, seeded.seed) as session:
            named = session.required(context, inputs)
            measure = session.measure(protocol, settings or [])
            models = session.measured(model, measure.needs_model)
            players = session.chats(judged.roles(), judged.flags(), others=models)
            judge = session.judge(players, judged, calls="criterion", samples=3)
            session.tell_judge(judge)
            known = _known.records(judge, calibration)
            for warning in _known.relations(judge, models, session.board):
                session.voice.warn(warning)
            chats = {name: session.board.chat(name) for name in models}
            chosen = Split(split or ("test" if measure.needs_model else "all"))
            scores: list[Row] = []

            async def work(row: Row) -> list[Row]:
                return await evaluate(session.checked(row, "messages"), measure, chats, judge)

            source = session.limited(chosen.choose(session.lines(named, measure.builtin)), limit)
            unfinished = None
            try:
                with reviewing("evaluate", judged.review, io.force, session.voice, judge, live=True):
                    await session.move(source, work, on_row=lambda row: scores.append(without_text(row)))
            except Unfinished as error:  # what was measured is shown all the same
                unfinished = error
            chosen.check()
            session.voice.say(chosen.summary())
            title = f"{protocol}, judged by {session.label(judge)}, rubric {judge.rubric.id} {judge.rubric.read_hash}"
            session.voice.table(title, measure.summarize(scores))
            module = plugins.module("protocol", protocol)
            for further, table in getattr(module, "further", lambda rows: [])(scores):
                session.voice.table(further, table)
            kept = _known.keep(judge, getattr(module, "record", None), scores)
            if kept is not None:
                known = known if calibration else _known.records(judge, None)
                session.voice.say(f"record {kept.hash} of {judge.name} is kept in {kept.path}")
            for line in _known.quotes(judge, known):
                session.voice.say(line)
            if unfinished is not None:
                raise unfinished

    asyncio.run(go())
