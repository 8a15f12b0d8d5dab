"""Flags of report: what it compares, and which files it writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

_COMPARED, _WRITTEN, _PAGE = "Comparison of score rows", "Files to write (- is stdout)", "The page"


@dataclass
class Compared:
    """Names and criteria to compare, gates, and what the page shows."""

    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", rich_help_panel=_COMPARED, help="Compare each other name with this one, turn by turn."
        ),
    ] = None
    criteria: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAMES", rich_help_panel=_COMPARED,
            help="Report on these alone, e.g. empathy,safety or 'empathy.*' (default: what the protocol shows; "
            "parts with a dot are asked for).",
        ),
    ] = None  # fmt: skip
    gate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="BOUND", rich_help_panel=_COMPARED,
            help="Exit 5 unless the 95 % interval of a difference keeps it ('empathy>=-0.1'), or of a mean "
            "('grpo:format_rate>=0.9').",
        ),
    ] = None  # fmt: skip
    calibration: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=_COMPARED,
            help="Quote this record of the judge (evaluate --protocol calibration keeps it).",
        ),
    ] = None
    protocol: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", rich_help_panel=_COMPARED,
            help="The .py file of the rows' protocol; one of `kardia --plugins` is found by its name.",
        ),
    ] = None  # fmt: skip
    cost: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=_COMPARED,
            help="Quote the cost in this summary (evaluate --summary FILE).",
        ),
    ] = None
    dialogues: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=_PAGE,
            help="Show these dialogues in the page, the scored replies beside them.",
        ),
    ] = None
    rate: Annotated[
        str | None,
        typer.Option(
            metavar="RUBRIC",
            rich_help_panel=_PAGE,
            help="What people can grade by in the page: a rubric's name or file.",
            show_default="kardia-core",
        ),
    ] = None
    blind: Annotated[
        bool,
        typer.Option(
            "--blind",
            rich_help_panel=_PAGE,
            help="A page for raters: no verdict, score, model's name, hidden span or gold emotion is shown or can be "
            "read in its file.",
        ),
    ] = False


@dataclass
class Written:
    """Files of the report, one for each form."""

    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", rich_help_panel=_WRITTEN, help="A page: tables, plots, dialogues to read and label."
        ),
    ] = None
    markdown: Annotated[
        Path | None,
        typer.Option(metavar="FILE", rich_help_panel=_WRITTEN, help="Tables, doubts and gates as Markdown."),
    ] = None
    json: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", rich_help_panel=_WRITTEN, help="All of it as JSON, with the intervals by dialogue, too."
        ),
    ] = None
    table: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", rich_help_panel=_WRITTEN, help="A LaTeX table (booktabs): intervals, n, bold after Holm."
        ),
    ] = None
    figure: Annotated[
        Path | None, typer.Option(metavar="FILE", rich_help_panel=_WRITTEN, help="A figure: .pdf, .svg or .png.")
    ] = None
    methods: Annotated[
        Path | None,
        typer.Option(metavar="FILE", rich_help_panel=_WRITTEN, help="A methods paragraph, from what the rows say."),
    ] = None

    def wanted(self) -> dict[str, Path]:
        """The forms that are asked for, each with its file."""
        return {name: path for name, path in vars(self).items() if path is not None}


@dataclass
class Files:
    """Files of the report's rows and rejects."""

    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write rows here instead of stdout.")] = None
    rejects: Annotated[Path | None, typer.Option(help="Keep rejected rows here, each with its reason.")] = None
    force: Annotated[bool, typer.Option("--force", help="Replace existing output files.")] = False
