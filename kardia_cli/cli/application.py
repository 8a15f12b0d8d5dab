"""The subcommands: one for each file of commands/, each option with its environment variable."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import typer


def command_names() -> list[str]:
    """Return the names of the subcommands, from the files of commands/."""
    files = (Path(__file__).parents[1] / "commands").glob("*.py")
    return sorted(path.stem.replace("_", "-") for path in files if not path.stem.startswith("_"))


def called_command(arguments: list[str]) -> str | None:
    """Return the subcommand that the first word calls, one of an installed package too; None where it is none."""
    first = arguments[0] if arguments else ""
    if first in command_names():
        return first
    if not first or first.startswith("-"):
        return None
    from kardia_cli.plugins import COMMANDS, installed

    return first if first in installed(COMMANDS) else None


def _module(name: str) -> ModuleType:
    if name in command_names():
        return importlib.import_module(f"kardia_cli.commands.{name.replace('-', '_')}")
    from kardia_cli.plugins import command

    return command(name)


def mount_commands(app: typer.Typer, only: str | None = None) -> Any:
    """Add the subcommands to an application, in the order of their POSITION, and return its click group.

    With `only` no other command is mounted: a filter that starts should not pay for its siblings' flags.
    """
    modules = {name: _module(name) for name in ([only] if only else command_names())}
    for name in sorted(modules, key=lambda name: (getattr(modules[name], "POSITION", 99), name)):
        settings = {"help_option_names": ["-h", "--help"]}
        app.command(name, epilog=getattr(modules[name], "EXAMPLE", None), context_settings=settings)(modules[name].run)
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]  # a group, with that many commands
        _name_variables(name, command)
    return group


def _name_variables(name: str, command: Any) -> None:
    """Let every option take KARDIA_<COMMAND>_<OPTION> too; help shows the shared ones (KARDIA_MODEL) alone."""
    for parameter in command.params:
        parameter.show_envvar = bool(parameter.envvar)
        long = max(parameter.opts, key=len)
        own = f"KARDIA_{name}_{long[2:]}".upper().replace("-", "_")
        if parameter.envvar is None and long.startswith("--"):
            parameter.envvar = own
        elif parameter.envvar == "KARDIA_JUDGE_MODEL":  # the reward judge and the judge of evaluate may be set apart
            parameter.envvar = [own, parameter.envvar]
