"""Word lists and patterns that are data: the TOML files under data/, read when first asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "data"


@cache
def read_table(name: str) -> dict[str, Any]:
    """Return the tables of data/NAME.toml; raises `FileNotFoundError` for a name that is not there."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def fill_parts(patterns: Iterable[str], parts: Mapping[str, str]) -> list[str]:
    """Return the patterns with each {NAME} replaced by the part of that name; other braces stay, as regex has them."""
    filled = list(patterns)
    for name, part in parts.items():
        filled = [pattern.replace(f"{{{name}}}", part) for pattern in filled]
    return filled
