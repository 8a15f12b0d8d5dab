"""kardia refine: rewrite failed turns until they pass; what still fails goes to the rejects."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from kardia_cli.cli.options import (
    CallFlags,
    CommonFlags,
    EndsBy,
    ExemplarEncoder,
    Exemplars,
    FormatFlags,
    Inputs,
    Limit,
    OutputFlags,
    RefineJudgeFlags,
    SeedFlags,
    expand,
)

POSITION = 4
EXAMPLE = "Example: kardia synthesize | kardia critique | kardia refine --rejects rejects.jsonl > data.jsonl"


@expand
def run(
    inputs: Inputs = None,
    limit: Limit = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            envvar=["KARDIA_REFINE_MODEL", "KARDIA_MODEL"],
            help="Who rewrites, and speaks when a tail is simulated anew.",
        ),
    ] = None,
    seeker_model: Annotated[
        str | None, typer.Option(help="Who plays the seeker in a new tail, if another model.")
    ] = None,
    judged: RefineJudgeFlags = RefineJudgeFlags(),
    strategy: Annotated[str | None, typer.Option(help="Strategy of a new tail (default: the row's own).")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--with", metavar="KEY=VALUE", help="An option of that strategy.")
    ] = None,
    exemplars: Exemplars = None,
    exemplar_encoder: ExemplarEncoder = None,
    max_rewrites: Annotated[int, typer.Option(min=0, help="Rewrites of one turn at most.")] = 5,
    max_exchanges: Annotated[int, typer.Option(min=1, help="Exchanges of one dialogue at most.")] = 10,
    ends_by: EndsBy = "seeker",
    tail: Annotated[
        Literal["regenerate", "keep"], typer.Option(help="What follows a rewritten turn that it no longer fits.")
    ] = "regenerate",
    max_tails: Annotated[int, typer.Option(min=0, help="New tails of one dialogue at most.")] = 3,
    formats: FormatFlags = FormatFlags(),
    io: OutputFlags = OutputFlags(),
    calls: CallFlags = CallFlags(),
    seeded: SeedFlags = SeedFlags(),
    common: CommonFlags = CommonFlags(),
) -> None:
    """Walk through each dialogue, rewrite what fails (critique in hand) and judge again."""
    import asyncio

    from kardia_cli.cli.session import Session
    from kardia_cli.judge.review import reviewing
    from kardia_cli.rows.line import Row
    from kardia_cli.stages.refinements import Refiner, refine, rubric_for
    from kardia_cli.stages.rounds import Rounds

    async def go() -> None:
        async with Session("refine", io, calls, common, seeded.seed, formats.declare()) as session:
            chats = session.chats(
                {"rewriter": model, "seeker": seeker_model, **judged.roles()},
                {"rewriter": "--model", "seeker": "--seeker-model", **judged.flags()},
                follow={"seeker": "rewriter", "judge": "rewriter"},
            )
            if not judged.judge_model and chats["judge"].real:
                session.console.say(
                    f"the judge is the speaker's model, {chats['judge'].name} "
                    "(as in the paper; --judge-model for another)"
                )
            session.read_exemplars(exemplars, exemplar_encoder)
            rounds, announced = Rounds(), set[str]()

            async def work(given: Row) -> list[Row]:
                row = session.prepare_row(given, "messages")
                judge = session.judge(chats, judged, rubric=judged.rubric or rubric_for(row))
                if judge.rubric.read_hash not in announced:
                    announced.add(judge.rubric.read_hash)
                    session.announce_judge(judge)
                speak = session.strategy(strategy or row.get("strategy") or "kardia", settings, chats["rewriter"])
                refiner = Refiner(
                    judge, chats["rewriter"], chats["seeker"], speak, seeded.seed,
                    max_rewrites, max_exchanges, max_tails, tail, ends_by or "seeker",
                    rounds=Rounds() if session.is_rehearsing else rounds,
                )  # fmt: skip
                return [await refine(row, refiner)]

            with reviewing("refine", judged.review, io.force, session.console) as disputed:
                await session.move(
                    session.lines(inputs, "dialogues", limit), work, rounds.count_kept, disputed,
                    tables=lambda: rounds.tables(session.gateway.meters),
                )  # fmt: skip

    asyncio.run(go())
