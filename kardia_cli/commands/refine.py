"""kardia refine: rewrite failed turns until they pass; what still fails goes to the rejects."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from kardia_cli.options import Calls, Inputs, Io, Judged, Limit, Seeded, Talk, expand

POSITION = 4
EXAMPLE = "Example: kardia synthesize | kardia critique | kardia refine --rejects rejects.jsonl > data.jsonl"


@expand
def run(
    inputs: Inputs = None,
    limit: Limit = None,
    model: Annotated[str | None, typer.Option("--model", "-m", envvar=["KARDIA_REFINE_MODEL", "KARDIA_MODEL"], help="Who rewrites, and speaks when a tail is simulated anew.")] = None,
    seeker_model: Annotated[str | None, typer.Option(help="Who plays the seeker in a new tail, if another model.")] = None,
    judged: Judged = Judged(),
    strategy: Annotated[str | None, typer.Option(help="Strategy of a new tail (default: the row's own).")] = None,
    settings: Annotated[list[str] | None, typer.Option("--with", metavar="KEY=VALUE", help="An option of that strategy.")] = None,
    max_rewrites: Annotated[int, typer.Option(min=0, help="Rewrites of one turn at most.")] = 5,
    max_exchanges: Annotated[int, typer.Option(min=1, help="Exchanges of one dialogue at most.")] = 10,
    tail: Annotated[Literal["regenerate", "keep"], typer.Option(help="What follows a rewritten turn that it no longer fits.")] = "regenerate",
    max_tails: Annotated[int, typer.Option(min=0, help="New tails of one dialogue at most.")] = 3,
    cut_at_solved: Annotated[bool, typer.Option("--cut-at-solved", help="End a dialogue at its first SOLVED.")] = False,
    io: Io = Io(),
    calls: Calls = Calls(),
    seeded: Seeded = Seeded(),
    talk: Talk = Talk(),
) -> None:  # fmt: skip
    """Walk through each dialogue, rewrite what fails (critique in hand) and judge again."""
    import asyncio

    from kardia_cli.line import Row
    from kardia_cli.session import Session
    from kardia_cli.stages.refinements import Refiner, refine

    async def go() -> None:
        async with Session("refine", io, calls, talk, seeded.seed) as session:
            chats = session.chats(
                {"rewriter": model, "seeker": seeker_model, "judge": judged.judge_model},
                {"rewriter": "--model", "seeker": "--seeker-model", "judge": "--judge-model"},
                follow={"seeker": "rewriter", "judge": "rewriter"},
            )
            if not judged.judge_model and chats["judge"].real:
                session.voice.say(
                    f"the judge is the speaker's model, {chats['judge'].name} (as in the paper; --judge-model for another)"
                )
            judge = session.judge(chats["judge"], judged.rubric)

            async def work(row: Row) -> list[Row]:
                speak = session.strategy(strategy or row.get("strategy") or "kardia", settings, chats["rewriter"])
                refiner = Refiner(
                    judge, chats["rewriter"], chats["seeker"], speak, seeded.seed,
                    max_rewrites, max_exchanges, max_tails, tail, cut_at_solved,
                )  # fmt: skip
                return [await refine(session.checked(row, "messages"), refiner)]

            await session.move(session.lines(inputs, "dialogues", limit), work)

    asyncio.run(go())
