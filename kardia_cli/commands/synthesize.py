"""kardia synthesize: profiles and situations become dialogues with four spans."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from kardia_cli.options import Calls, Inputs, Io, Seeded, Talk, expand

POSITION = 2
EXAMPLE = "Example: kardia synthesize -n 20 --seed 7 | kardia refine > data.jsonl"


@expand
def run(
    inputs: Inputs = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="Dialogues to make; profiles are used again as needed.")] = 128,
    model: Annotated[str | None, typer.Option("--model", "-m", envvar=["KARDIA_SYNTHESIZE_MODEL", "KARDIA_MODEL"], help="Who speaks: offline, provider/NAME, a folder, NAME@URL.")] = None,
    seeker_model: Annotated[str | None, typer.Option(help="Who plays the seeker, if another model.")] = None,
    strategy: Annotated[str, typer.Option(help="How the supporter's turn is made: a name of `kardia --plugins`, or a .py file.")] = "kardia",
    settings: Annotated[list[str] | None, typer.Option("--with", metavar="KEY=VALUE", help="An option of the strategy.")] = None,
    scenarios: Annotated[list[str] | None, typer.Option(help="JSONL of situations, with `situation` and `emotion`.")] = None,
    how: Annotated[Literal["balanced", "random", "round-robin"], typer.Option("--pairing", help="How profiles meet situations.")] = "balanced",
    max_exchanges: Annotated[int, typer.Option(min=1, help="Exchanges of one dialogue at most.")] = 10,
    io: Io = Io(),
    calls: Calls = Calls(),
    seeded: Seeded = Seeded(),
    talk: Talk = Talk(),
) -> None:  # fmt: skip
    """Simulate seeker and supporter, four spans a turn, over profiles and situations."""
    import asyncio

    from kardia_cli.line import Row
    from kardia_cli.session import Session
    from kardia_cli.stages import dialogues, pairing

    async def go() -> None:
        async with Session("synthesize", io, calls, talk, seeded.seed) as session:
            chats = session.chats(
                {"supporter": model, "seeker": seeker_model},
                {"supporter": "--model", "seeker": "--seeker-model"},
                follow={"seeker": "supporter"},
            )
            speak = session.strategy(strategy, settings, chats["supporter"])
            situations, bad = pairing.read_situations(session.situations(scenarios))
            pairing.require(situations, bad)
            pairs = pairing.Pairing(situations, how, seeded.seed)
            profiles = session.lines(inputs, "profiles")
            session.expected = limit

            async def work(row: Row) -> list[Row]:
                session.checked(row)
                made = await dialogues.synthesize(
                    row, chats["seeker"], speak, supporter_chat=chats["supporter"], strategy=strategy,
                    seed=seeded.seed, max_exchanges=max_exchanges,
                )  # fmt: skip
                return [made]

            await session.move(pairing.paired(profiles, pairs, limit, bad), work)

    asyncio.run(go())
