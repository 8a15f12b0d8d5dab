"""The same filter on kardia's stage machinery: rejects, order, back pressure, a count of what came and went."""

from __future__ import annotations

from typing import Any

from kardia_cli.cli import pipe
from kardia_cli.screen.console import Console
from kardia_cli.stream import jsonl


async def work(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Edit one field."""
    row["emotion"] = "content"
    return [row]


pipe.run("bench", jsonl.read_fd(0, "stdin"), work, pipe.Channels(), Console("bench", -1))
