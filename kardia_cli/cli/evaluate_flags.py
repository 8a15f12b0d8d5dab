"""Flags of evaluate: the models, the saved replies, the protocol, the rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer


@dataclass
class Measured:
    """Models, saved replies and rows to measure, and how."""

    model: Annotated[
        list[str] | None, typer.Option("--model", "-m", help="A model to measure; repeat it for a table of several.")
    ] = None
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="What a model is called in rows and table: one for each --model, in order."),
    ] = None
    predictions: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Measure saved replies or labels ({id, turn, text, label, model}, or score rows): nothing is "
            "generated.",
        ),
    ] = None
    protocol: Annotated[str, typer.Option(help="How to measure: a name of `kardia --plugins`, or a .py file.")] = (
        "kardiabench"
    )
    settings: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="KEY=VALUE", help="An option of the protocol; `--with help` lists them."),
    ] = None
    history: Annotated[
        Literal["visible", "full"],
        typer.Option(
            help="Earlier supporter turns as the seeker saw them, or whole, with their hidden spans and labels."
        ),
    ] = "visible"
    system: Annotated[
        str,
        typer.Option(
            metavar="FILE|none|row",
            help="The system message: the row's own, else kardia's (row); none; or a file, where {{profile}} and "
            "{{situation}} stand for the row's.",
        ),
    ] = "row"
    sampling: Annotated[
        Literal["greedy", "card"],
        typer.Option(help="Greedy, or by the generation_config.json of the model's folder."),
    ] = "greedy"
    references: Annotated[
        bool, typer.Option("--references", help="Compare replies with the rows' own: BLEU, ROUGE-L and the like.")
    ] = False
    from_logs: Annotated[
        bool,
        typer.Option(
            "--from-logs",
            help="The rows are logs of finished talks: score them, ask no model.",
        ),
    ] = False
    split: Annotated[
        Literal["train", "test", "all"] | None,
        typer.Option(
            help="Whose rows: held-out people are the test split.", show_default="test; all where no model is asked"
        ),
    ] = None
    from_scores: Annotated[
        bool,
        typer.Option(
            "--from-scores",
            help="The rows are score rows: make the tables again, offline; with --rubric, decide anew by its policy.",
        ),
    ] = False
