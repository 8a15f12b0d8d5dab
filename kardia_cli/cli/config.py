"""The `--config` file: defaults of flags, `[models.NAME]` aliases, prices, and the tables that go to TRL and PEFT.

flag > KARDIA_* variable > `--config` TOML > default. A name that no command knows is refused with its nearest neighbour.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import typer

from kardia_cli.errors import UsageError


def read_config(context: typer.Context, path: Path | None) -> Path | None:
    """Take defaults from a TOML file: top-level keys and the table of this command."""
    if path is None or context.resilient_parsing:
        return path
    tables = load_toml(path)
    command = str(context.info_name)
    known = _options(context.command)
    lists = {max(item.opts, key=len).lstrip("-") for item in context.command.params if getattr(item, "multiple", False)}
    defaults = {name: value for name, value in tables.items() if not isinstance(value, dict)}
    own = dict(tables.get(command, {}))
    chosen = {}
    for name, value in (defaults | own).items():
        option = name.replace("_", "-")
        if option in known:
            chosen[known[option]] = [value] if option in lists and not isinstance(value, list) else value
        elif name in own:
            raise UsageError(f"{path}: {command} has no option {name!r}", _nearest(option, set(known)))
        elif option not in (everywhere := _all_options()):
            raise UsageError(f"{path}: no command has an option {name!r}", _nearest(option, everywhere))
    _check_tables(path, tables)
    context.default_map = {**(context.default_map or {}), **chosen}
    return path


def _options(command: Any) -> dict[str, str]:
    """Option names of a command, without dashes in front, and the parameters that they set."""
    return {max(item.opts, key=len).lstrip("-"): str(item.name) for item in command.params}


def _all_options() -> set[str]:
    from kardia_cli.cli.main import build

    return {name for command in build().commands.values() for name in _options(command)}


def _check_tables(path: Path, tables: dict[str, Any]) -> None:
    from kardia_cli.cli.main import command_names

    known = {*command_names(), "models", "prices", "train", "lora", "quantize"}
    for name, value in tables.items():
        if isinstance(value, dict) and name not in known:
            raise UsageError(f"{path}: unknown table [{name}]", _nearest(name, known))


def _nearest(name: str, known: set[str]) -> str:
    from kardia_cli.plugins import nearest

    return nearest(name, sorted(known))


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
