"""A plain reply without spans: the baseline that shows what the four spans add (not in the paper)."""

from __future__ import annotations

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Dialogue, Turn
from kardia_cli.rows import turn_format
from kardia_cli.rows.prompts import conversation, history, system_prompt
from kardia_cli.rows.request import Request


async def reply(dialogue: Dialogue, chat: Chat, temperature: float = 0.8) -> Turn:
    """Ask once, for the response alone."""
    row = dialogue.row()
    shown = [message for message in conversation(row) if message["role"] != "system"]
    request = Request(
        messages=[{"role": "system", "content": system_prompt(row, with_format=False)}, *shown],
        task="supporter.turn",
        facts={
            "person": dialogue.person,
            "mbti": dialogue.mbti,
            "situation": dialogue.situation,
            "history": history(row),
            **turn_format.facts_of({**row, "format": "plain"}),
        },
        sampling={"temperature": temperature},
        seed=dialogue.seed_for("supporter"),
    )
    answer = await chat.ask(request)
    return Turn(answer.text.strip(), answer.trace)
