"""kardia synthesize: profiles and situations become dialogues with four spans."""

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
    OnRisk,
    OutputFlags,
    SeedFlags,
    SplitFlags,
    SynthesisJudgeFlags,
    expand,
)

POSITION = 2
EXAMPLE = "Example: kardia synthesize -n 20 --seed 7 | kardia refine > data.jsonl"


@expand
def run(
    context: typer.Context,
    inputs: Inputs = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=0, help="Dialogues to make; profiles are used again as needed.")
    ] = 128,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            envvar=["KARDIA_SYNTHESIZE_MODEL", "KARDIA_MODEL"],
            help="Who speaks: offline, provider/NAME, a folder, NAME@URL.",
        ),
    ] = None,
    seeker_model: Annotated[str | None, typer.Option(help="Who plays the seeker, if another model.")] = None,
    strategy: Annotated[
        str, typer.Option(help="How the supporter's turn is made: a name of `kardia --plugins`, or a .py file.")
    ] = "kardia",
    settings: Annotated[
        list[str] | None, typer.Option("--with", metavar="KEY=VALUE", help="An option of the strategy.")
    ] = None,
    exemplars: Exemplars = None,
    exemplar_encoder: ExemplarEncoder = None,
    scenarios: Annotated[
        list[str] | None, typer.Option(help="JSONL of situations, with `situation` and `emotion`.")
    ] = None,
    how: Annotated[
        Literal["balanced", "natural", "round-robin"],
        typer.Option(
            "--pairing",
            help="How profiles meet situations. balanced: each emotion as often; natural: as often as the situations "
            "have it (the paper's); round-robin: in the order of the file.",
        ),
    ] = "balanced",
    drafts: Annotated[
        Literal["blind", "told"],
        typer.Option(help="told: the supporter sees the gold label (not by strategy plain); the paper does not say."),
    ] = "blind",
    max_exchanges: Annotated[int, typer.Option(min=1, help="Exchanges of one dialogue at most.")] = 10,
    ends_by: EndsBy = None,
    judged: SynthesisJudgeFlags = SynthesisJudgeFlags(),
    rewrites: Annotated[
        int | None,
        typer.Option(
            min=0,
            rich_help_panel="Judge",
            help="Rewrites of one turn at most; 0: the judge drops what fails.",
            show_default="5",
        ),
    ] = None,
    formats: FormatFlags = FormatFlags(),
    held_out: SplitFlags = SplitFlags(),
    on_risk: OnRisk = "flag",
    io: OutputFlags = OutputFlags(),
    calls: CallFlags = CallFlags(),
    seeded: SeedFlags = SeedFlags(),
    common: CommonFlags = CommonFlags(),
) -> None:
    """Simulate seeker and supporter, four spans a turn, over profiles and situations."""
    import asyncio

    from kardia_cli.cli.config import is_named_for_command
    from kardia_cli.cli.session import Session
    from kardia_cli.errors import UsageError
    from kardia_cli.judge.review import reviewing
    from kardia_cli.rows import splits
    from kardia_cli.rows.line import Row
    from kardia_cli.stages import dialogues, pairing
    from kardia_cli.stages.refinements import DEFAULT_RUBRIC
    from kardia_cli.stages.rewriting import TurnRewriter
    from kardia_cli.stages.rounds import Rounds
    from kardia_cli.text import risk

    async def go() -> None:
        is_judged = bool(judged.judge_model) and is_named_for_command(context, "judge_model", common.config)
        for flag, value in {"--rewrites": rewrites, "--review": judged.review}.items():
            if value is not None and not is_judged:
                raise UsageError(f"{flag} is for a judge, and none is named", "add --judge-model NAME")
        declare = formats.declare()
        async with Session("synthesize", io, calls, common, seeded.seed) as session:
            chats = session.chats(
                {"supporter": model, "seeker": seeker_model, **(judged.roles() if is_judged else {})},
                {"supporter": "--model", "seeker": "--seeker-model", **judged.flags()},
                follow={"seeker": "supporter"},
            )
            session.read_exemplars(exemplars, exemplar_encoder)
            speak = session.strategy(strategy, settings, chats["supporter"])
            situations, bad = pairing.read_situations(session.situations(scenarios), on_risk, declare)
            pairing.require(situations, bad)
            pairs = pairing.Pairing(situations, how, seeded.seed, on_risk)
            if ends_by == "judge" and not is_judged:
                session.console.say("no judge ends a talk here: each has --max-exchanges; refine --ends-by judge cuts")

            async def check(profile: Row) -> None:
                pairing.check_profile(profile, on_risk)

            profiles = splits.assigned(
                session.lines(inputs, "profiles"), splits.person_of, held_out.test_share, held_out.test_people, check
            )
            session.expected = limit
            judge = None
            if is_judged:
                judge = session.judge(chats, judged, rubric=judged.rubric or DEFAULT_RUBRIC)
                session.announce_judge(judge)
            rounds = Rounds()

            async def work(row: Row) -> list[Row]:
                row = declare(session.prepare_row(row)) | ({"drafts": drafts} if drafts == "told" else {})
                counts, most = Rounds() if session.is_rehearsing else rounds, 5 if rewrites is None else rewrites
                turn_rewriter = TurnRewriter(judge, chats["supporter"], seeded.seed, most, counts) if judge else None
                made = await dialogues.synthesize(
                    row, chats["seeker"], speak, supporter_chat=chats["supporter"], strategy=strategy,
                    seed=seeded.seed, max_exchanges=max_exchanges, turn_rewriter=turn_rewriter,
                    ends_by=ends_by or ("judge" if judge else "seeker"),
                )  # fmt: skip
                return [made]

            with (
                reviewing("synthesize", judged.review, io.force, session.console) as disputed,
                risk.counted(session.console.say) as risks,
            ):
                await session.move(
                    pairing.paired(profiles, pairs, limit, bad), work, rounds.count_kept, disputed, risks.see,
                    tables=lambda: rounds.tables(session.gateway.meters),
                )  # fmt: skip

    asyncio.run(go())
