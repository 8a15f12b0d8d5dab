"""Flags that several commands share, as groups.

A command writes `io: OutputFlags` for a whole group; `expand` puts the group's fields into its signature for Typer.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_type_hints

import typer

from kardia_cli.cli.config import load_toml, parse_duration, parse_key_values, read_aliases, read_config
from kardia_cli.errors import UsageError
from kardia_cli.screen.console import Console

if TYPE_CHECKING:
    from kardia_cli.chat.gateway import CallSettings
    from kardia_cli.rows.line import Row


Inputs = Annotated[
    list[str] | None, typer.Argument(metavar="[FILE]...", help="JSONL files, `-` for stdin, or `builtin`.")
]


Limit = Annotated[int | None, typer.Option("--limit", "-n", min=0, help="Read at most this many rows.")]


OnRisk = Annotated[
    Literal["keep", "flag", "drop"],
    typer.Option(
        "--on-risk",
        help="Rows that show suicide, self-harm, harm to others or abuse: keep, flag in `risk`, or drop. "
        "A screen by rule.",
    ),
]


Exemplars = Annotated[
    list[str] | None,
    typer.Option(
        "--exemplars",
        metavar="FILE|FOLDER",
        help="Rows whose replies the strategy shows as examples: JSONL, a folder of it, or `builtin`. Test people and "
        "the dialogue under work are left out.",
    ),
]

ExemplarEncoder = Annotated[
    str | None,
    typer.Option(
        "--exemplar-encoder",
        metavar="FOLDER",
        help="Search exemplars by the cosine of this encoder's vectors, a model folder, instead of BM25.",
    ),
]


EndsBy = Annotated[
    Literal["both", "judge", "seeker"] | None,
    typer.Option(
        "--ends-by",
        help="Who ends a talk before --max-exchanges: the judge by a SOLVED (the paper's), the seeker by calling it "
        "settled, or who comes first (default of synthesize: the judge where one judges, else the seeker).",
    ),
]


@dataclass
class CommonFlags:
    """Messages on stderr, and the file of settings."""

    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say errors only.")] = False
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="Say more; -vv shows tracebacks.")] = 0
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", "-c", is_eager=True, callback=read_config,
            help="TOML file: a table for each command, models.NAME for aliases.",
        ),
    ] = None  # fmt: skip

    def console(self, command: str) -> Console:
        """Return the console of a command."""
        return Console(f"kardia {command}", -1 if self.quiet else self.verbose)


@dataclass
class OutputFlags:
    """The files of rows, rejects and summary, and the conditions of a good end."""

    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write rows here instead of stdout.")] = None
    rejects: Annotated[Path | None, typer.Option(help="Keep rejected rows here, each with its reason.")] = None
    force: Annotated[bool, typer.Option("--force", help="Replace existing output files.")] = False
    min_rows: Annotated[int, typer.Option(min=0, help="Exit 3 if fewer rows come out.")] = 0
    unordered: Annotated[bool, typer.Option("--unordered", help="Write rows as they finish, not in input order.")] = (
        False
    )
    summary: Annotated[Path | None, typer.Option(help="Write counts, tokens and cost of the run here, as JSON.")] = None


_model_option = functools.partial(typer.Option, rich_help_panel="How models are reached")
_limit_option = functools.partial(typer.Option, rich_help_panel="Limits")
_money_option = functools.partial(typer.Option, rich_help_panel="Ledger and budget")
_judge_option = functools.partial(typer.Option, rich_help_panel="Judge")


@dataclass
class CallFlags:
    """The way to the models, the ledger, and the caps on calls, money and time."""

    api_base: Annotated[
        str | None, _model_option(help="Address of an OpenAI-compatible endpoint, e.g. http://localhost:8000/v1.")
    ] = None
    model_option: Annotated[
        list[str] | None,
        _model_option("--model-option", metavar="KEY=VALUE", help="An option of every request, e.g. temperature=0.7."),
    ] = None
    via: Annotated[
        Literal["auto", "litellm", "transformers"],
        _model_option(help="Another road: LiteLLM for every endpoint, or transformers though vLLM is there."),
    ] = "auto"
    max_connections: Annotated[
        int, _limit_option(min=1, help="Calls in flight to each model at most; starts low and climbs while it pays.")
    ] = 64
    rpm: Annotated[float | None, _limit_option(min=0.01, help="Calls a minute to each model at most.")] = None
    tpm: Annotated[float | None, _limit_option(min=1, help="Tokens a minute to each model at most.")] = None
    max_retries: Annotated[
        int, _limit_option(min=0, help="Tries after a call that failed in passing (a 429 is none).")
    ] = 4
    timeout: Annotated[float, _limit_option(min=0.1, help="Seconds that one call may take.")] = 120.0
    row_timeout: Annotated[float | None, _limit_option(min=0.1, help="Seconds that one row may take.")] = None
    wait_endpoint: Annotated[
        float | None,
        _limit_option(
            parser=parse_duration,
            metavar="TIME",
            help="How long an endpoint that dies is waited for, then exit 4; given, at the start too.",
            show_default="10m",
        ),
    ] = None
    ledger: Annotated[
        Path | None,
        _money_option(
            envvar="KARDIA_LEDGER",
            help="File that remembers every paid reply (default: in your cache folder, for real models).",
        ),
    ] = None
    no_ledger: Annotated[bool, _money_option("--no-ledger", help="Remember nothing.")] = False
    refresh: Annotated[bool, _money_option("--refresh", help="Ask again what is remembered, and overwrite it.")] = False
    max_cost: Annotated[
        float | None,
        _money_option(
            min=0, metavar="USD", help="Stop (exit 4) before this is spent; KARDIA_MAX_COST caps a whole pipe."
        ),
    ] = None
    max_calls: Annotated[int | None, _money_option(min=0, help="Stop (exit 4) after so many calls.")] = None
    max_time: Annotated[
        float | None,
        _money_option(parser=parse_duration, metavar="TIME", help="Stop (exit 4) after this time, e.g. 2h."),
    ] = None
    estimate: Annotated[
        bool, _money_option("--estimate", help="Print calls, tokens, cost and time by role, and call nobody.")
    ] = False
    yes: Annotated[bool, _money_option("--yes", "-y", help="Go on though more than 10,000 paid calls are ahead.")] = (
        False
    )

    @property
    def is_capped(self) -> bool:
        """Return True where the user has confirmed the run or set a cap."""
        caps = (self.max_cost, self.max_calls, self.max_time)
        return self.yes or any(cap is not None for cap in caps) or "KARDIA_MAX_COST" in os.environ

    def settings(self, config: Path | None) -> CallSettings:
        """Return the settings of the gateway; raises `UsageError` where flags exclude each other."""
        from kardia_cli.chat.gateway import CallSettings, pipe_cap
        from kardia_cli.chat.limits.budget import UNCONFIRMED, Caps

        if self.ledger is not None and self.no_ledger:
            raise UsageError("--ledger and --no-ledger exclude each other", "give one of them")
        return CallSettings(
            api_base=self.api_base, max_connections=self.max_connections, max_retries=self.max_retries,
            timeout=self.timeout, options=parse_key_values(self.model_option, "--model-option"),
            aliases=read_aliases(config), prices=dict(load_toml(config).get("prices", {})) if config else {},
            via=self.via, rpm=self.rpm, tpm=self.tpm, wait_endpoint=self.wait_endpoint, max_time=self.max_time,
            ledger=self.ledger, use_ledger=not self.no_ledger, refresh=self.refresh,
            caps=Caps(self.max_cost, self.max_calls, pipe_cap(), None if self.is_capped else UNCONFIRMED),
            command=shlex.join(["kardia", *sys.argv[1:]]),
        )  # fmt: skip


@dataclass
class SeedFlags:
    """The seed of every random choice."""

    seed: Annotated[int, typer.Option(help="Seed of every random choice: same seed, same bytes.")] = 0


@dataclass
class FormatFlags:
    """The format of supporter turns and the labels of dialogues."""

    format: Annotated[
        str | None,
        typer.Option(
            help="How a supporter turn is written: a name of `kardia --plugins`, or a .toml file (default: as the row "
            "says, else kardia)."
        ),
    ] = None
    labels: Annotated[
        str | None,
        typer.Option(
            help="The labels that a dialogue may have: a name of `kardia --plugins`, or a .toml file (default: as the "
            "row says, else empathetic_dialogues)."
        ),
    ] = None

    def declare(self) -> Callable[[Row], Row]:
        """Return a function that puts a row into the named format and label set; raise `UsageError` for a wrong one."""
        from kardia_cli.rows import labels, turn_format
        from kardia_cli.rows.prompts import in_format

        form = turn_format.load(self.format) if self.format else None
        known = labels.load(self.labels) if self.labels else None
        return lambda row: in_format(row, form, known)


@dataclass
class SplitFlags:
    """Who is held out, written once on the rows; later stages go by it."""

    test_share: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Write `split`: this share of the people is test, by hash (see --split)."),
    ] = None
    test_people: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Write `split`: so many people are test, by hash; reads all rows first (the paper: 32 of 671).",
        ),
    ] = None


def print_rubrics(context: typer.Context, wanted: bool) -> bool:
    """Print the shipped rubrics, one a line: name, version, hash of what the judge reads / of the policy, summary."""
    if wanted and not context.resilient_parsing:
        from kardia_cli.judge import rubric_file

        for name in rubric_file.names():
            rubric = rubric_file.load(name)
            typer.echo(f"{name:<12} {rubric.version}  {rubric.read_hash} / {rubric.policy_hash}  {rubric.summary}")
        raise typer.Exit
    return wanted


def print_rubric(context: typer.Context, name: str | None) -> str | None:
    """Print a rubric's file under its two hashes; raises `UsageError` where it is wrong or missing."""
    if name and not context.resilient_parsing:
        from kardia_cli.judge import rubric_file

        rubric = rubric_file.load(name)
        typer.echo(f"# what the judge reads: {rubric.read_hash}, policy: {rubric.policy_hash}")
        typer.echo(rubric_file.text(name).rstrip())
        raise typer.Exit
    return name


@dataclass
class JudgeFlags:
    """The judge or panel, its rubric, and how it is asked."""

    judge_model: Annotated[
        list[str] | None,
        _judge_option(
            envvar="KARDIA_JUDGE_MODEL",
            help="The judge; a name like that of --model. Repeat it for a panel: mean levels, majority of answers.",
        ),
    ] = None
    rubric: Annotated[
        str | None, _judge_option(help="A rubric by name, or a YAML file.", show_default="kardia-core")
    ] = None
    gate_judge: Annotated[
        str | None,
        _judge_option(help="Who must agree before a gate vetoes (default: the judge again, in other words)."),
    ] = None
    judge_calls: Annotated[
        Literal["turn", "criterion"] | None,
        _judge_option(help="One call a turn, or one for each criterion (evaluate's default)."),
    ] = None
    judge_samples: Annotated[
        int | None,
        _judge_option(
            min=1,
            help="Ask so often and take the mean; log-probabilities do, where they are given (default: 1, evaluate 3).",
        ),
    ] = None
    review: Annotated[
        Path | None, _judge_option(help="Write turns on whose gates two looks differ here, for a person.")
    ] = None
    list_rubrics: Annotated[
        bool,
        _judge_option(
            "--list-rubrics", is_eager=True, callback=print_rubrics, help="Print the rubrics that come with kardia."
        ),
    ] = False
    show_rubric: Annotated[
        str | None,
        _judge_option(
            is_eager=True, callback=print_rubric, metavar="NAME", help="Print a rubric's file and its hashes."
        ),
    ] = None

    def roles(self) -> dict[str, str | None]:
        """Return the models of the judge, of the panel's other members and of the gate's judge, by role.

        The judge is None where none is named.
        """
        names = list(dict.fromkeys(self.judge_model or []))
        roles: dict[str, str | None] = {"judge": names[0] if names else None}
        roles |= {f"judge {number}": name for number, name in enumerate(names[1:], 2)}
        return roles | ({"gate judge": self.gate_judge} if self.gate_judge else {})

    def flags(self) -> dict[str, str]:
        """Return the flag of each of those roles."""
        return {role: "--gate-judge" if role == "gate judge" else "--judge-model" for role in self.roles()}


@dataclass
class SynthesisJudgeFlags(JudgeFlags):
    """The judge of each turn before the seeker goes on; KARDIA_JUDGE_MODEL, critique's judge, is not read."""

    judge_model: Annotated[
        list[str] | None,
        _judge_option(help="Judge and rewrite each supporter turn before the seeker goes on. Repeat it for a panel."),
    ] = None
    rubric: Annotated[str | None, _judge_option(help="A rubric by name, or a YAML file.", show_default="synthesis")] = (
        None
    )


@dataclass
class RefineJudgeFlags(JudgeFlags):
    """The judge of refine, which goes by the rubric that judged a row before."""

    rubric: Annotated[
        str | None,
        _judge_option(help="A rubric by name, or a YAML file (default: the one that judged the row, else synthesis)."),
    ] = None


@dataclass
class _Group:
    """A group of flags inside a command's signature."""

    name: str
    kind: type
    names: list[str] = field(default_factory=list)


def expand(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the command with the flags of its groups (`io: OutputFlags`) in their place in its signature."""
    hints = get_type_hints(function, include_extras=True)
    flat: list[inspect.Parameter] = []
    groups: list[_Group] = []
    for parameter in inspect.signature(function).parameters.values():
        kind = hints[parameter.name]
        if not is_dataclass(kind):
            flat.append(parameter.replace(annotation=kind, kind=inspect.Parameter.KEYWORD_ONLY))
            continue
        group = _Group(parameter.name, cast(type, kind))
        own = get_type_hints(kind, include_extras=True)
        for item in fields(kind):
            group.names.append(item.name)
            flat.append(
                inspect.Parameter(
                    item.name, inspect.Parameter.KEYWORD_ONLY, default=item.default, annotation=own[item.name]
                )
            )
        groups.append(group)

    @functools.wraps(function)
    def command(**values: Any) -> Any:
        for group in groups:
            values[group.name] = group.kind(**{name: values.pop(name) for name in group.names})
        return function(**values)

    command.__signature__ = inspect.Signature(flat)  # type: ignore[attr-defined]  # what inspect and Typer read
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in flat}
    del command.__wrapped__  # else Typer reads the inner signature
    return command


def missing_input(context: typer.Context, example: str) -> UsageError:
    """Write the command's help to stderr and return the error that says what is missing."""
    with contextlib.redirect_stdout(sys.stderr):
        sys.stderr.write(context.get_help() + "\n")
    return UsageError("no input: name JSONL files, or pipe rows in", f"e.g. {example}")
