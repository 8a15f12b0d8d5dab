"""kardia grpo: reinforcement learning with the rubric judge as reward."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from kardia_cli.options import Calls, Inputs, Judged, Limit, Seeded, Talk, expand

POSITION = 6
EXAMPLE = "Example: kardia grpo data.jsonl --model runs/sft -o runs/grpo --reward format=1 --reward emotion=1 --reward rubric=1"


@expand
def run(
    context: typer.Context,
    inputs: Inputs = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The run folder.")] = None,
    limit: Limit = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help="What to train: a run folder of sft, a model folder, or hf/NAME.")] = None,
    reward: Annotated[list[str] | None, typer.Option("--reward", metavar="NAME=WEIGHT", help="A reward and its weight (default: format, emotion and rubric, one third each).")] = None,
    reward_option: Annotated[list[str] | None, typer.Option("--with", metavar="NAME.KEY=VALUE", help="An option of a reward.")] = None,
    judged: Judged = Judged(),
    calibration: Annotated[Path | None, typer.Option(metavar="FILE", rich_help_panel="Judge", help="Go by this record of the judge in place of the stored ones.")] = None,
    require_calibration: Annotated[bool, typer.Option("--require-calibration", rich_help_panel="Judge", help="Refuse a judge that was never held against people with this rubric.")] = False,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="TABLE.KEY=VALUE", help="An option of TRL's GRPOConfig (train.…) or PEFT's LoraConfig (lora.…).")] = None,
    split: Annotated[Literal["train", "test", "all"], typer.Option(help="Whose rows.")] = "train",
    fresh: Annotated[bool, typer.Option("--fresh", help="Move an earlier run in this folder aside and begin anew.")] = False,
    calls: Calls = Calls(),
    seeded: Seeded = Seeded(),
    talk: Talk = Talk(),
) -> None:  # fmt: skip
    """Train with TRL's GRPOTrainer on dialogue prefixes; rewards: format, emotion, rubric. Metric rows on stdout."""
    from kardia_cli.review import reviewing
    from kardia_cli.stages.grpo import run_grpo
    from kardia_cli.trainee import Training
    from kardia_cli.training.settings import load

    training = Training("grpo", context, talk, split)
    folder = training.folder(output)
    rows = training.rows(inputs, limit)
    start = training.start_model(model)
    rewards = training.rewards(
        reward or ["format", "emotion", "rubric"], reward_option or [], judged, calls, start, rows, seeded.seed
    )
    known = training.known_judge(rewards, calibration, require_calibration)
    chosen = load(talk.config, settings or [])
    training.confirm(rows, rewards, start, chosen)
    review = reviewing("grpo", judged.review, True, training.voice, rewards.judge, live=True)
    with training.going_on(), review, training.metrics() as emit:
        run_grpo(
            rows, folder, model=start, rewards=rewards, settings=chosen, seed=seeded.seed, fresh=fresh,
            say=training.voice.say, emit=emit, judged=known,
        )  # fmt: skip
    training.finish()
