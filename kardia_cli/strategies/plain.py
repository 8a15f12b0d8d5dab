"""A plain reply without spans: the baseline that shows what the four spans add (not in the paper)."""

from __future__ import annotations

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Dialogue, Turn


async def reply(dialogue: Dialogue, chat: Chat, temperature: float = 0.8) -> Turn:
    """Ask once, for the response alone."""
    answer = await chat.ask(dialogue.request(temperature, is_plain=True))
    return Turn(answer.text.strip(), answer.trace)
