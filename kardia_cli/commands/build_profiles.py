"""kardia build-profiles: real persona text becomes profiles."""

from __future__ import annotations

from typing import Annotated

import typer

from kardia_cli.cli.options import (
    CallFlags,
    CommonFlags,
    Inputs,
    Limit,
    OnRisk,
    OutputFlags,
    SeedFlags,
    SplitFlags,
    expand,
)

POSITION = 1
EXAMPLE = "Example: kardia build-profiles posts.csv --source personalitycafe -o profiles.jsonl"


@expand
def run(
    inputs: Inputs = None,
    limit: Limit = None,
    source: Annotated[
        str, typer.Option(help="What the files are: a name of `kardia --plugins`, or a .py file.")
    ] = "jsonl",
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="FIELD=COLUMN", help="Which column is which field, e.g. person=bio; `mbti=` for none."
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN", help="A column that no --map names and that comes along, cleaned; others are left out."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--with", metavar="KEY=VALUE", help="An option of the source.")
    ] = None,
    min_words: Annotated[int, typer.Option(min=0, help="Usable words that a person must have left.")] = 60,
    enrich: Annotated[
        bool,
        typer.Option("--enrich", help="Let a model write About and Signature, with quotes checked against the posts."),
    ] = False,
    held_out: SplitFlags = SplitFlags(),
    on_risk: OnRisk = "flag",
    model: Annotated[
        str | None,
        typer.Option(
            "--model", "-m", envvar=["KARDIA_BUILD_PROFILES_MODEL", "KARDIA_MODEL"], help="The model of --enrich."
        ),
    ] = None,
    io: OutputFlags = OutputFlags(),
    calls: CallFlags = CallFlags(),
    seeded: SeedFlags = SeedFlags(),
    common: CommonFlags = CommonFlags(),
) -> None:
    """Clean, mask and anonymise persona text, and write it as MBTI / About / Signature / Recent Activities."""
    import asyncio
    from collections import Counter
    from functools import partial

    from kardia_cli.cli.session import Session
    from kardia_cli.rows import splits
    from kardia_cli.rows.line import Row
    from kardia_cli.stages.profiles import build_profile, one_per_person, person_name, unnamed_columns
    from kardia_cli.text import risk

    async def go() -> None:
        async with Session("build-profiles", io, calls, common, seeded.seed) as session:
            chat = session.chats({"profile": model}, {"profile": "--model"})["profile"] if enrich else None
            options = [*(settings or []), *(f"map={item}" for item in mapping or [])]
            people = session.raw_lines(inputs, source, options, limit)
            tried = partial(build_profile, chat=None, seed=seeded.seed, min_words=min_words, on_risk=on_risk)
            people = splits.assigned(people, person_name, held_out.test_share, held_out.test_people, tried)
            seen: set[str] = set()
            mapped = [item.removeprefix("map=") for item in options if item.startswith("map=")]
            kept = {*(keep or []), *(item.partition("=")[0] for item in mapped)}
            left_out, found = Counter[str](), set[str]()

            async def work(raw: Row) -> list[Row]:
                if not session.is_rehearsing:
                    one_per_person(raw, seen)
                    left_out.update(unnamed_columns(raw, kept))
                    found.update(raw)
                made = await build_profile(raw, chat, seed=seeded.seed, min_words=min_words, on_risk=on_risk, keep=kept)
                return [made]

            with risk.counted(session.console.say) as count:
                try:
                    await session.move(people, work, count.see)
                finally:
                    if left_out:
                        session.console.say(f"columns left out: {', '.join(left_out)} (--keep COLUMN for one you want)")
                    for column in set(keep or []) - found if found else ():
                        session.console.warn(f"--keep {column}: no row has this column")

    asyncio.run(go())
