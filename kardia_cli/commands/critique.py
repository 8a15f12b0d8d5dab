"""kardia critique: a verdict on every supporter turn, by rubric and judge."""

from __future__ import annotations

from kardia_cli.options import Calls, Inputs, Io, Judged, Limit, Seeded, Talk, expand

POSITION = 3
EXAMPLE = "Example: kardia synthesize -n 20 | kardia critique --rubric kardia-core > judged.jsonl"


@expand
def run(
    inputs: Inputs = None,
    limit: Limit = None,
    judged: Judged = Judged(),
    io: Io = Io(),
    calls: Calls = Calls(),
    seeded: Seeded = Seeded(),
    talk: Talk = Talk(),
) -> None:
    """Judge every supporter turn: FAIL, PASS or SOLVED, with a level, a reason and a quote for each criterion."""
    import asyncio

    from kardia_cli.line import Row
    from kardia_cli.session import Session
    from kardia_cli.stages.critiques import critique

    async def go() -> None:
        async with Session("critique", io, calls, talk, seeded.seed) as session:
            chats = session.chats({"judge": judged.judge_model}, {"judge": "--judge-model"})
            judge = session.judge(chats["judge"], judged.rubric)

            async def work(row: Row) -> list[Row]:
                return [await critique(session.checked(row, "messages"), judge)]

            await session.move(session.lines(inputs, "dialogues", limit), work)

    asyncio.run(go())
