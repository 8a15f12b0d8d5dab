"""The tables of a training run, `[train]`, `[lora]` and `[quantize]`: where they come from and what they may hold.

    built-in defaults  <  TOML file  <  --set table.key=value

Their keys are those of TRL's SFTConfig or GRPOConfig, of PEFT's LoraConfig and of transformers' BitsAndBytesConfig,
passed on as they are; an unknown one is refused with its nearest neighbour. A few keys belong to the run itself (its
folder, seed, rewards) and are refused too.
"""

from __future__ import annotations

import difflib
import inspect
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kardia_cli.errors import UsageError
from kardia_cli.plugins import nearest

TABLES = ("train", "lora", "quantize")
OWNED = {
    "output_dir": "it is the run folder",
    "seed": "use --seed",
    "data_seed": "use --seed",
    "resume_from_checkpoint": "type the same command again to resume",
    "reward_weights": "weights are given with the rewards",
    "reward_funcs": "rewards are given with --reward",
    "run_name": "it is the run folder",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's settings: `train` for TRL, `lora` for PEFT, `quantize` for bitsandbytes (None: not mentioned).

    Defaults are not in here.
    """

    train: dict[str, Any] = field(default_factory=dict)
    lora: dict[str, Any] | None = None
    quantize: dict[str, Any] | None = None


def load(toml_path: Path | None = None, sets: Sequence[str] = ()) -> Settings:
    """Read the TOML file, then the `table.key=value` settings over it. Other tables of the file are left to others.

    Raises `UsageError` for a file that cannot be read, a misspelt table or a setting without a table.
    """
    tables = _read(toml_path) if toml_path else {}
    for text in sets:
        table, key, value = _parse(text)
        tables.setdefault(table, {})[key] = value
    return Settings(tables.get("train", {}), tables.get("lora"), tables.get("quantize"))


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "name an existing TOML file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from None
    for name, table in tables.items():
        close = difflib.get_close_matches(name, TABLES, n=1, cutoff=0.7)
        if close and name not in TABLES and isinstance(table, dict):
            raise UsageError(f"{path} has an unknown table [{name}]", f"did you mean [{close[0]}]?")
        if name in TABLES and not isinstance(table, dict):
            raise UsageError(f"{path}: {name} is not a table", f"write [{name}] and its keys below it")
    return {name: dict(tables[name]) for name in TABLES if name in tables}


def _parse(text: str) -> tuple[str, str, Any]:
    """`train.learning_rate=1e-4` as table, key and value; the value is TOML, else a string."""
    name, equals, value = text.partition("=")
    table, dot, key = name.strip().partition(".")
    if not (equals and dot and key):
        raise UsageError(f"--set {text!r} is not table.key=value", "e.g. --set train.learning_rate=1e-4")
    if table not in TABLES:
        raise UsageError(f"--set {text!r}: there is no table {table!r}", nearest(table, TABLES))
    try:
        return table, key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return table, key, value.strip()


def check_keys(given: Mapping[str, Any], config: type[Any], table: str, owned: Collection[str] = ()) -> None:
    """Raise `UsageError` for a key that the class `config` does not take or that the run itself sets."""
    parameters = inspect.signature(config).parameters.values()
    known = [item.name for item in parameters if item.kind not in (item.VAR_KEYWORD, item.VAR_POSITIONAL)]
    for key in given:
        if key in owned:
            raise UsageError(f"[{table}] {key} cannot be set", OWNED[key])
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            remedy = f"did you mean {close[0]!r}?" if close else f"its keys are those of {config.__name__}"
            raise UsageError(f"[{table}] has no key {key!r}", remedy)


def make(config: type[Any], table: str, values: Mapping[str, Any]) -> Any:
    """An instance of TRL's or PEFT's config; its own complaint about a value becomes a `UsageError`."""
    try:
        return config(**values)
    except (TypeError, ValueError) as error:
        raise UsageError(f"[{table}] {config.__name__}: {error}") from error
