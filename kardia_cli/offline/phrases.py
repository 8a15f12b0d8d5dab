"""The phrases and patterns of the offline pair: TOML files under data/offline/, one phrase a line, read lazily."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

PLACEHOLDER = "(offline placeholder)"
"""How a text begins that no rule here wrote."""
FOLDER = Path(__file__).parents[1] / "data" / "offline"


@cache
def table(name: str) -> dict[str, Any]:
    """Return the tables of data/offline/NAME.toml; raises `FileNotFoundError` for a name that is not there."""
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
