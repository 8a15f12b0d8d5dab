"""kardia critique: a verdict on every supporter turn, by rubric and judge."""

from __future__ import annotations

from kardia_cli.cli.options import (
    CallFlags,
    CommonFlags,
    FormatFlags,
    Inputs,
    JudgeFlags,
    Limit,
    OnRisk,
    OutputFlags,
    SeedFlags,
    expand,
)

POSITION = 3
EXAMPLE = "Example: kardia synthesize -n 20 | kardia critique --rubric kardia-core > judged.jsonl"


@expand
def run(
    inputs: Inputs = None,
    limit: Limit = None,
    on_risk: OnRisk = "flag",
    judged: JudgeFlags = JudgeFlags(),
    formats: FormatFlags = FormatFlags(),
    io: OutputFlags = OutputFlags(),
    calls: CallFlags = CallFlags(),
    seeded: SeedFlags = SeedFlags(),
    common: CommonFlags = CommonFlags(),
) -> None:
    """Judge every supporter turn: FAIL, PASS or SOLVED, with a level, a reason and a quote for each criterion."""
    import asyncio

    from kardia_cli.cli.session import Session
    from kardia_cli.judge.review import reviewing
    from kardia_cli.rows.line import Row
    from kardia_cli.stages.critiques import critique
    from kardia_cli.text import risk

    async def go() -> None:
        async with Session("critique", io, calls, common, seeded.seed, formats.declare()) as session:
            judge = session.judge(session.chats(judged.roles(), judged.flags()), judged)
            session.announce_judge(judge, inputs, limit)

            async def work(row: Row) -> list[Row]:
                return [await critique(risk.treat(session.prepare_row(row, "messages"), on_risk), judge)]

            with (
                reviewing("critique", judged.review, io.force, session.console, judge) as disputed,
                risk.counted(session.console.say) as count,
            ):
                await session.move(session.lines(inputs, "dialogues", limit), work, disputed, count.see)

    asyncio.run(go())
