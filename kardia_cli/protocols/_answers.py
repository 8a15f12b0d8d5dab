"""The reply of a measured model to the gold history before a turn: one way of asking, whatever the protocol."""

from __future__ import annotations

from typing import Any

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.request import Request, derive_seed
from kardia_cli.line import Row
from kardia_cli.prompts import conversation, history


def seed_of(row_id: str, turn: int) -> int:
    """The seed of the reply at this turn: it names the question, so saved replies are found by it."""
    return derive_seed(row_id, "evaluate", "supporter", turn)


async def answer(row: Row, turn: int, chat: Chat, sampling: dict[str, Any]) -> str:
    """The reply's text at `turn`, earlier supporter turns shown without their spans; raises `CallFailed`."""
    facts = {
        "person": row.get("person") or "",
        "mbti": row.get("mbti"),
        "situation": row.get("situation") or "",
        "history": history(row, turn),
    }
    request = Request(
        messages=conversation(row, turn),
        task="supporter.turn",
        facts=facts,
        sampling=sampling,
        seed=seed_of(row["id"], turn),
    )
    return (await chat.ask(request)).text.strip()
