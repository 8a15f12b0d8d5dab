"""The whole turn in its format, in one call (Kardia-R1's responder A)."""

from __future__ import annotations

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Dialogue, Turn


async def reply(dialogue: Dialogue, chat: Chat, temperature: float = 0.8) -> Turn:
    """Ask once; the draft is kept as it comes, broken spans and all: critique is there to find them."""
    answer = await chat.ask(dialogue.request(temperature))
    return Turn(answer.text.strip(), answer.trace)
