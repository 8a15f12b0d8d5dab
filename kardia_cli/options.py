"""Flags that several commands share, as groups, and where their values come from.

flag > KARDIA_* variable > `--config` TOML > default. A command writes `io: Io` for a whole group of flags; `expand`
puts the group's fields into the command's signature for Typer.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast, get_type_hints

import typer

from kardia_cli.console import Voice
from kardia_cli.errors import UsageError

if TYPE_CHECKING:
    from kardia_cli.chat.gateway import CallSettings
    from kardia_cli.pipe import Channels


def read_config(context: typer.Context, path: Path | None) -> Path | None:
    """Take defaults from a TOML file: top-level keys and the table of this command."""
    if path is None or context.resilient_parsing:
        return path
    tables = load_toml(path)
    command = str(context.info_name)
    known = _options(context.command)
    defaults = {name: value for name, value in tables.items() if not isinstance(value, dict)}
    own = dict(tables.get(command, {}))
    chosen = {}
    for name, value in (defaults | own).items():
        option = name.replace("_", "-")
        if option in known:
            chosen[known[option]] = value
        elif name in own:
            raise UsageError(f"{path}: {command} has no option {name!r}", _nearest(option, set(known)))
        elif option not in (everywhere := _all_options(context)):
            raise UsageError(f"{path}: no command has an option {name!r}", _nearest(option, everywhere))
    _check_tables(path, tables)
    context.default_map = {**(context.default_map or {}), **chosen}
    return path


def _options(command: Any) -> dict[str, str]:
    """Option names of a command, without dashes in front, and the parameters that they set."""
    return {max(item.opts, key=len).lstrip("-"): str(item.name) for item in command.params}


def _all_options(context: typer.Context) -> set[str]:
    group = context.parent.command if context.parent is not None else context.command
    return {name for command in getattr(group, "commands", {}).values() for name in _options(command)}


def _check_tables(path: Path, tables: dict[str, Any]) -> None:
    from kardia_cli.cli import command_names

    known = {*command_names(), "models", "train", "lora"}
    for name, value in tables.items():
        if isinstance(value, dict) and name not in known:
            raise UsageError(f"{path}: unknown table [{name}]", _nearest(name, known))


def _nearest(name: str, known: set[str]) -> str:
    from kardia_cli.plugins import nearest

    return nearest(name, sorted(known))


Inputs = Annotated[
    list[str] | None, typer.Argument(metavar="[FILE]...", help="JSONL files, `-` for stdin, or `builtin`.")
]


Limit = Annotated[int | None, typer.Option("--limit", "-n", min=0, help="Read at most this many rows.")]


@dataclass
class Talk:
    """What is said, and where settings come from."""

    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say errors only.")] = False
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="Say more; -vv shows tracebacks.")] = 0
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", "-c", is_eager=True, callback=read_config,
            help="TOML file: a table for each command, models.NAME for aliases.",
        ),
    ] = None  # fmt: skip

    def voice(self, command: str) -> Voice:
        """How this command speaks on stderr."""
        return Voice(f"kardia {command}", -1 if self.quiet else self.verbose)


@dataclass
class Io:
    """Where rows go, and how a stage ends."""

    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write rows here instead of stdout.")] = None
    rejects: Annotated[Path | None, typer.Option(help="Keep rejected rows here, each with its reason.")] = None
    force: Annotated[bool, typer.Option("--force", help="Replace existing output files.")] = False
    min_rows: Annotated[int, typer.Option(min=0, help="Exit 3 if fewer rows come out.")] = 0
    unordered: Annotated[bool, typer.Option("--unordered", help="Write rows as they finish, not in input order.")] = (
        False
    )

    def channels(self, inputs: list[str], calls: Calls) -> Channels:
        """The channels of a stage that reads these inputs and makes these calls."""
        from kardia_cli.pipe import Channels

        return Channels(
            inputs, self.output, self.rejects, self.force, self.min_rows, not self.unordered, 4 * calls.max_connections
        )


@dataclass
class Calls:
    """How models are called."""

    api_base: Annotated[str | None, typer.Option(help="Address of an OpenAI-compatible endpoint, e.g. http://localhost:8000/v1.")] = None  # fmt: skip
    model_option: Annotated[
        list[str] | None, typer.Option("--model-option", metavar="KEY=VALUE", help="An option of every request, e.g. temperature=0.7.")
    ] = None  # fmt: skip
    max_connections: Annotated[int, typer.Option(min=1, help="Calls in flight to each model.")] = 16
    max_retries: Annotated[int, typer.Option(min=0, help="Tries after a call that failed in passing.")] = 4
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that one call may take.")] = 120.0

    def settings(self, config: Path | None) -> CallSettings:
        """The settings of the gateway."""
        from kardia_cli.chat.gateway import CallSettings

        chosen = key_values(self.model_option, "--model-option")
        return CallSettings(
            self.api_base, self.max_connections, self.max_retries, self.timeout, chosen, aliases(config)
        )


@dataclass
class Seeded:
    """The seed of every random choice."""

    seed: Annotated[int, typer.Option(help="Seed of every random choice: same seed, same bytes.")] = 0


@dataclass
class Judged:
    """Who judges, by which rubric."""

    judge_model: Annotated[
        str | None, typer.Option(envvar="KARDIA_JUDGE_MODEL", help="The judge; a name like that of --model.")
    ] = None  # fmt: skip
    rubric: Annotated[str, typer.Option(help="A rubric by name, or a YAML file.")] = "kardia-core"


@dataclass
class _Group:
    """A group of flags inside a command's signature."""

    name: str
    kind: type
    names: list[str] = field(default_factory=list)


def expand(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command with parameters such as `io: Io` the flags of those groups, in their place."""
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


def no_input(context: typer.Context, example: str) -> UsageError:
    """Show the command's help on stderr; the error that says what is missing."""
    with contextlib.redirect_stdout(sys.stderr):
        sys.stderr.write(context.get_help() + "\n")
    return UsageError("no input: name JSONL files, or pipe rows in", f"e.g. {example}")


def load_toml(path: Path) -> dict[str, Any]:
    """A TOML file; `UsageError` names what is wrong."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "name an existing TOML file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML: {error}", "mend that line") from None


def aliases(config: Path | None) -> dict[str, dict[str, Any]]:
    """The `[models.NAME]` tables of the config file."""
    return dict(load_toml(config).get("models", {})) if config else {}


def key_values(settings: list[str] | None, flag: str) -> dict[str, Any]:
    """`key=value` settings with values read as TOML where they are TOML, else as text."""
    chosen = {}
    for setting in settings or []:
        key, equals, value = setting.partition("=")
        if not equals or not key:
            raise UsageError(f"{flag} {setting!r} is not KEY=VALUE", f"e.g. {flag} temperature=0.7")
        try:
            chosen[key] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            chosen[key] = value
    return chosen
