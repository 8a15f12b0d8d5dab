"""What the peers' scripts share: `CLIENT.py PROMPTS OUTPUT BASE CALLS_IN_FLIGHT`, workers, rows out one by one.

The workers share one iterator over the prompts; each row is written and flushed when its reply is there.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

Row = dict[str, Any]
MODEL = "m"
TEMPERATURE = 0.7


def arguments() -> tuple[str, str, str, int]:
    """Prompts, output, base address, calls in flight."""
    prompts, output, base, calls = sys.argv[1:5]
    return prompts, output, base, int(calls)


def messages(row: Row) -> list[dict[str, str]]:
    """A row's question."""
    return [{"role": "user", "content": row["prompt"]}]


async def work_through(prompts: str, output: str, calls: int, ask: Callable[[Row], Awaitable[str]]) -> None:
    """Ask once for every row, `calls` at a time."""
    with open(prompts, "rb") as source, open(output, "wb") as target:

        async def worker() -> None:
            for line in source:
                row = orjson.loads(line)
                row["reply"] = await ask(row)
                target.write(orjson.dumps(row) + b"\n")
                target.flush()

        await asyncio.gather(*(worker() for _ in range(calls)))
