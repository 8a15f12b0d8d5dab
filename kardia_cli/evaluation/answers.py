"""The reply of a measured model to the gold history before a turn: one way of asking, whatever the protocol."""

from __future__ import annotations

import re
from typing import Any

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.predicted import Predicted
from kardia_cli.chat.prompting import Prompting
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import conversation, history, supporter_turns
from kardia_cli.rows.request import ChatMessage, Request, derive_seed

_SLOT = re.compile(r"\{\{(?:profile|situation)\}\}")


def seed_of(row_id: str, turn: int) -> int:
    """The seed of the reply at this turn: it names the question, so saved replies are found by it."""
    return derive_seed(row_id, "evaluate", "supporter", turn)


def turns(row: Row, chat: Chat) -> list[int]:
    """The turns that a chat is asked for: each supporter turn; of a saved prediction without a turn the first alone."""
    own = supporter_turns(row)
    return chat.turns(row["id"], own, len(row["messages"])) if isinstance(chat, Predicted) else own


def label_alone(row: Row, turn: int, chat: Chat) -> str | None:
    """The emotion that is saved for this turn without a reply; None where there is a reply, or nothing."""
    found = chat.saved(seed_of(row["id"], turn)) if isinstance(chat, Predicted) else None
    return found.label if found is not None and found.text is None else None


def prompt(row: Row, turn: int, prompting: Prompting) -> list[ChatMessage]:
    """Return the messages that ask for the reply at `turn`, with another history or system message where asked for."""
    system, *shown = conversation(row, turn)
    if prompting.history == "full":
        whole = [message for message in row["messages"][:turn] if message["role"] != "system"]
        shown = [{"role": message["role"], "content": str(message["content"])} for message in whole]
    if prompting.system is not None:
        slots = {"{{profile}}": row.get("person") or "", "{{situation}}": row.get("situation") or ""}
        text = _SLOT.sub(lambda slot: str(slots[slot[0]]), prompting.system)
        return [{"role": "system", "content": text}, *shown] if text.strip() else shown
    return [system, *shown]


async def answer(row: Row, turn: int, chat: Chat, sampling: dict[str, Any]) -> str:
    """The reply's text at `turn`, earlier supporter turns shown without their spans; raises `CallFailed`."""
    facts = {
        "person": row.get("person") or "",
        "mbti": row.get("mbti"),
        "situation": row.get("situation") or "",
        "history": history(row, turn),
        **turn_format.facts_of(row),
    }
    request = Request(
        messages=prompt(row, turn, chat.prompting),
        task="supporter.turn",
        facts=facts,
        sampling={**sampling, **(chat.prompting.sampling or {})},
        seed=seed_of(row["id"], turn),
    )
    return (await chat.ask(request)).text.strip()
