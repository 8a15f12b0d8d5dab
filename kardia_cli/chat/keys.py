"""API keys: from the environment, else from a `.env` file in this folder; never a flag, never in a row or a message."""

from __future__ import annotations

import os
from pathlib import Path


def find_key(*names: str) -> str | None:
    """Return the first key that is set under one of the names, in the environment or in `.env`; None for none."""
    stored = _dotenv(Path(".env"))
    for name in names:
        value = os.environ.get(name) or stored.get(name)
        if value:
            return value
    return None


def export() -> None:
    """Put the keys of `.env` that are not set yet into the environment, for libraries that look there (LiteLLM)."""
    for name, value in _dotenv(Path(".env")).items():
        os.environ.setdefault(name, value)


def _dotenv(path: Path) -> dict[str, str]:
    """Return the `…_KEY`, `…_TOKEN` and `…_SECRET` lines of a .env file; nothing else is read from it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    found = {}
    for line in text.split("\n"):
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and name.strip().endswith(("_KEY", "_TOKEN", "_SECRET")):
            found[name.strip()] = value.strip().strip("'\"")
    return found
