"""kardia's own road with everything on: `kardia.py PROMPTS OUTPUT BASE CALLS_IN_FLIGHT LEDGER`.

A stage like every command's, on the same session: rows move in order and are flushed one by one; each call is validated
against a schema, retried, paced by the limiter, counted, and kept in the ledger before its row goes out.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field

from kardia_cli.cli.options import CallFlags, CommonFlags, OutputFlags
from kardia_cli.cli.session import Session
from kardia_cli.rows.request import Request, derive_seed


class Answer(BaseModel):
    """What the mock server's reply holds."""

    reply: str = Field(min_length=1)
    score: int = Field(ge=1, le=5)


async def main(via: Literal["auto", "litellm"] = "auto") -> None:
    """Ask for every prompt."""
    prompts, output, base, most, ledger = sys.argv[1:]
    calls = CallFlags(api_base=base, max_connections=int(most), ledger=Path(ledger), via=via)
    async with Session("bench", OutputFlags(output=Path(output)), calls, CommonFlags(quiet=True), 0) as session:
        chat = session.gateway.chat("openai/m")

        async def work(row: dict[str, Any]) -> list[dict[str, Any]]:
            request = Request(
                messages=[{"role": "user", "content": row["prompt"]}],
                task="bench",
                schema=Answer,
                sampling={"temperature": 0.7},
                seed=derive_seed(0, row["id"], "bench"),
            )
            parsed = (await chat.ask(request)).parsed
            assert isinstance(parsed, Answer)
            return [{**row, "reply": parsed.reply, "score": parsed.score}]

        await session.move(session.lines([prompts], "profiles"), work)


if __name__ == "__main__":
    asyncio.run(main())
