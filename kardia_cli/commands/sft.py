"""kardia sft: supervised fine-tuning on refined dialogues."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from kardia_cli.cli.options import CommonFlags, FormatFlags, Inputs, Limit, SeedFlags, expand

POSITION = 5
EXAMPLE = "Example: kardia sft data.jsonl -o runs/sft --set train.max_steps=200 > metrics.jsonl"


@expand
def run(
    context: typer.Context,
    inputs: Inputs = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The run folder.")] = None,
    limit: Limit = None,
    model: Annotated[
        str, typer.Option("--model", "-m", help="What to train: tiny, a model folder, or hf/NAME.")
    ] = "tiny",
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="TABLE.KEY=VALUE",
            help="An option of TRL's SFTConfig (train.…), PEFT's LoraConfig (lora.…; lora.r=0 trains all "
            "parameters) or BitsAndBytesConfig (quantize.…; quantize.load_in_4bit=true is QLoRA).",
        ),
    ] = None,
    formats: FormatFlags = FormatFlags(),
    split: Annotated[Literal["train", "test", "all"], typer.Option(help="Whose rows.")] = "train",
    difficulty: Annotated[
        Literal["auto", "easy", "hard", "all"],
        typer.Option(
            help="Which of them; auto: the easy ones, or all where those are less than one global batch. Rows "
            "without the field count as both."
        ),
    ] = "auto",
    truncate: Annotated[
        bool,
        typer.Option(
            "--truncate", help="Leave out the oldest turns of a prompt that is too long, instead of refusing it."
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
    seeded: SeedFlags = SeedFlags(),
    common: CommonFlags = CommonFlags(),
) -> None:
    """Train a model on supporter turns with TRL's SFTTrainer (LoRA through PEFT); metric rows on stdout."""
    from kardia_cli.cli import check as check_
    from kardia_cli.cli.training import Training
    from kardia_cli.stages.sft import run_sft
    from kardia_cli.training.settings import load
    from kardia_cli.training.trl import ranks

    training = Training("sft", context, common, split, formats)
    chosen = load(common.config, settings or [])
    if check:
        given = training.in_written_format(training.rows(inputs, limit)) if inputs else []
        return check_.training("sft", model, chosen, training.console, given)
    folder = training.folder(output)
    rows = training.in_written_format(ranks.shared(lambda: training.rows(inputs, limit)))
    with training.metrics() as emit:
        run_sft(
            rows, folder, model=model, settings=chosen, seed=seeded.seed, fresh=fresh,
            say=training.console.say, emit=emit,
            difficulty=difficulty, truncate=truncate,
        )  # fmt: skip
    return training.finish()
