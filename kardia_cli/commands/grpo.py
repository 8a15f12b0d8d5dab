"""kardia grpo: reinforcement learning with the rubric judge as reward."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from kardia_cli.cli.options import CallFlags, CommonFlags, FormatFlags, Inputs, JudgeFlags, Limit, SeedFlags, expand

POSITION = 6
TRIAL = 16
EXAMPLE = (
    "Example: kardia grpo data.jsonl --model runs/sft -o runs/grpo "
    "--reward format=1 --reward emotion=1 --reward rubric=1"
)


@expand
def run(
    context: typer.Context,
    inputs: Inputs = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The run folder.")] = None,
    limit: Limit = None,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", help="What to train: a run folder of sft, a model folder, or hf/NAME."),
    ] = None,
    reward: Annotated[
        list[str] | None,
        typer.Option(
            "--reward",
            metavar="NAME=WEIGHT",
            help="A reward and its weight (default: format, emotion and rubric, one third each).",
        ),
    ] = None,
    reward_option: Annotated[
        list[str] | None, typer.Option("--with", metavar="NAME.KEY=VALUE", help="An option of a reward.")
    ] = None,
    think: Annotated[
        bool,
        typer.Option(
            "--think",
            help="Let the format reward pay a think block before the turn (a model that thinks also needs "
            "train.chat_template_kwargs={enable_thinking=true}).",
        ),
    ] = False,
    judged: JudgeFlags = JudgeFlags(),
    calibration: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", rich_help_panel="Judge", help="Go by this record of the judge in place of the stored ones."
        ),
    ] = None,
    require_calibration: Annotated[
        bool,
        typer.Option(
            "--require-calibration",
            rich_help_panel="Judge",
            help="Refuse a judge that was never held against people with this rubric.",
        ),
    ] = False,
    held_out_judge: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            rich_help_panel="Judge",
            help="A judge that pays nothing: scores a fixed set of prompts beside the training judge; the gap is "
            "logged (default: EPITOME's facets).",
        ),
    ] = None,
    probe_every: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="STEPS",
            rich_help_panel="Judge",
            help="Steps between two of those probes; 0: never (default: 10 with a held-out judge, else 50).",
        ),
    ] = None,
    stop_on_hack: Annotated[
        bool,
        typer.Option(
            "--stop-on-hack",
            rich_help_panel="Judge",
            help="End the run (exit 5) where a canary says that the judge is being gamed.",
        ),
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="TABLE.KEY=VALUE",
            help="An option of TRL's GRPOConfig (train.…), PEFT's LoraConfig (lora.…) or BitsAndBytesConfig "
            "(quantize.…). train.multi_objective_aggregation=normalize_then_sum normalises each reward, and "
            "each criterion of the rubric, within its group before they are summed (GDPO); the default sums "
            "first.",
        ),
    ] = None,
    formats: FormatFlags = FormatFlags(),
    split: Annotated[Literal["train", "test", "all"], typer.Option(help="Whose rows.")] = "train",
    difficulty: Annotated[
        Literal["auto", "hard", "easy", "all"],
        typer.Option(
            help="Which of them; auto: the hard ones, or all where those are less than one global batch. Rows "
            "without the field count as both."
        ),
    ] = "auto",
    truncate: Annotated[
        bool,
        typer.Option(
            "--truncate",
            help="Let a prompt that is too long lose its oldest turns; else it is an error that names the row.",
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Train nothing: score sampled replies, and each row's draft, refined reply and a copy of its "
            "reasoning (exit 5 unless refined wins). Rows on stdout; -n contexts, 16 by default.",
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Train nothing: examine tokenizer, chat template and memory (exit 2 where one breaks); rows, "
            "where given, tell the lengths.",
        ),
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Move an earlier run in this folder aside and begin anew.")
    ] = False,
    calls: CallFlags = CallFlags(),
    seeded: SeedFlags = SeedFlags(),
    common: CommonFlags = CommonFlags(),
) -> None:
    """Train with TRL's GRPOTrainer on dialogue prefixes; rewards: format, emotion, rubric. Metric rows on stdout."""
    from kardia_cli.cli import check as check_
    from kardia_cli.cli import dry_run_report
    from kardia_cli.cli.training import Training
    from kardia_cli.judge.review import reviewing
    from kardia_cli.stages.grpo import count_completions, run_grpo
    from kardia_cli.training.settings import load
    from kardia_cli.training.trl import ranks

    training = Training("grpo", context, common, split, formats)
    chosen = load(common.config, settings or [])
    if check:
        given = training.rows(inputs, limit) if inputs else []
        return check_.training("grpo", training.start_model(model), chosen, training.console, given)
    folder = None if dry_run else training.folder(output)
    start = model if dry_run else training.start_model(model)
    trial = TRIAL if limit is None else limit
    rows = ranks.shared(lambda: training.rows(inputs, None, trial) if dry_run else training.rows(inputs, limit))
    rewards = training.rewards(
        reward or ["format", "emotion", "rubric"], [*(reward_option or []), *(["format.think=true"] * think)],
        judged, calls, start, rows, seeded.seed, chosen=chosen, held_out=held_out_judge,
    )  # fmt: skip
    rows = training.in_written_format(rows, rewards)
    judge_notes = training.describe_judge(rewards, calibration, require_calibration)
    rows = training.choose_rows(rows, difficulty, rewards, start, chosen, dry_run)
    canary_settings = training.canary_settings(rewards, stop_on_hack, probe_every)
    review = reviewing("grpo", judged.review, True, training.console, rewards.judge, live=True)
    if folder is None or start is None:
        training.confirm(rows, rewards, dry_run_report.count_texts(rows, rewards, start, chosen))
        with training.reporting_calls(), review:
            training.dry_run(rows, rewards, start, chosen, seeded.seed)
        return training.finish()
    total = count_completions(rows, start, chosen, rewards.weights, canary_settings.probe_every)
    training.confirm(rows, rewards, total)
    rewards = training.split_by_part(rewards, chosen)
    with training.reporting_calls(), review, training.metrics() as emit:
        run_grpo(
            rows, folder, model=start, rewards=rewards, settings=chosen, seed=seeded.seed, fresh=fresh,
            say=training.console.say, emit=emit, judged=judge_notes, canary_settings=canary_settings, truncate=truncate,
            show=training.console.table,
        )  # fmt: skip
    return training.finish()
