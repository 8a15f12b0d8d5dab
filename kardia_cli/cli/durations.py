"""Lengths of time as a user types them."""

from __future__ import annotations

import re
from typing import Any

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(text: Any) -> float:
    """Seconds of `90`, `90s`, `10m`, `2h` or `1d`; raises Typer's `BadParameter` for anything else."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)?", str(text).strip())
    if found is None:
        import typer

        raise typer.BadParameter(f"{text!r} is no duration; e.g. 90s, 10m, 2h")
    return float(found[1]) * _UNITS[found[2] or "s"]
