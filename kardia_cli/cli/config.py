"""Settings as a user writes them: the `--config` file, `KEY=VALUE` pairs and lengths of time.

The file holds defaults of flags, `[models.NAME]` aliases, prices, and the tables that go to TRL and PEFT. A flag wins
over a KARDIA_* variable, that over the file, that over the default. A name that no command knows is refused with its
nearest neighbour.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from kardia_cli.errors import UsageError

RENAMED = {
    "--cut-at-solved": "--ends-by both",
    "--no-cut-at-solved": "--ends-by seeker",
    "--pairing random": "--pairing natural",
}
"""What flags of 0.1.0, alone or with a value, are called now."""


def check_renamed(words: Sequence[str]) -> None:
    """Raise `UsageError` for a flag, or a flag with its value, that has another name now."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        for old in (word, word.replace("=", " "), f"{word} {following}"):
            if old in RENAMED:
                raise UsageError(f"{old} is called {RENAMED[old]} now", f"write {RENAMED[old]}")


def read_config(context: typer.Context, path: Path | None) -> Path | None:
    """Take defaults from a TOML file, its top-level keys and the table of this command, and return the path."""
    if path is None or context.resilient_parsing:
        return path
    tables = load_toml(path)
    command = str(context.info_name)
    known = _name_options(context.command)
    lists = {max(item.opts, key=len).lstrip("-") for item in context.command.params if getattr(item, "multiple", False)}
    defaults = {name: value for name, value in tables.items() if not isinstance(value, dict)}
    own = dict(tables.get(command, {}))
    chosen = {}
    for name, value in (defaults | own).items():
        option = name.replace("_", "-")
        check_renamed([f"--{option}", str(value)])
        if option in known:
            chosen[known[option]] = [value] if option in lists and not isinstance(value, list) else value
        elif name in own:
            raise UsageError(f"{path}: {command} has no option {name!r}", _nearest(option, set(known)))
        elif option not in (everywhere := _all_options()):
            raise UsageError(f"{path}: no command has an option {name!r}", _nearest(option, everywhere))
    _check_tables(path, tables)
    context.default_map = {**(context.default_map or {}), **chosen}
    return path


def _name_options(command: Any) -> dict[str, str]:
    """Return the option names of a command, without dashes in front, and the parameters that they set."""
    return {max(item.opts, key=len).lstrip("-"): str(item.name) for item in command.params}


def _all_options() -> set[str]:
    from kardia_cli.cli.application import mount_commands

    commands = mount_commands(typer.Typer()).commands.values()
    return {name for command in commands for name in _name_options(command)}


def _check_tables(path: Path, tables: dict[str, Any]) -> None:
    from kardia_cli.cli.application import command_names

    known = {*command_names(), "models", "prices", "train", "lora", "quantize"}
    for name, value in tables.items():
        if isinstance(value, dict) and name not in known:
            raise UsageError(f"{path}: unknown table [{name}]", _nearest(name, known))


def _nearest(name: str, known: set[str]) -> str:
    from kardia_cli.plugins import nearest

    return nearest(name, sorted(known))


def load_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file; raises `UsageError` that names what is wrong."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "name an existing TOML file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML: {error}", "correct that line") from None


def read_aliases(config: Path | None) -> dict[str, dict[str, Any]]:
    """Return the `[models.NAME]` tables of the config file."""
    return dict(load_toml(config).get("models", {})) if config else {}


def parse_key_values(settings: list[str] | None, flag: str) -> dict[str, Any]:
    """Return `key=value` settings as a dict, values read as TOML where they are TOML, else as text."""
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


def parse_duration(text: Any) -> float:
    """Return the seconds of `90`, `90s`, `10m`, `2h` or `1d`; raises Typer's `BadParameter` for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", str(text).strip())
    if match is None:
        raise typer.BadParameter(f"{text!r} is no duration; e.g. 90s, 10m, 2h")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]


def is_named_for_command(context: typer.Context, parameter: str, config: Path | None) -> bool:
    """Return False where a parameter is set by a top-level key of the config file alone, for every command."""
    source = context.get_parameter_source(parameter)
    if config is None or source is None or source.name != "DEFAULT_MAP":
        return True
    own = load_toml(config).get(str(context.info_name), {})
    return parameter in own or parameter.replace("_", "-") in own
