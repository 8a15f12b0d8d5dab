"""The whole turn in its format, in one call (Kardia-R1's responder A)."""

from __future__ import annotations

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Dialogue, Turn
from kardia_cli.rows import turn_format
from kardia_cli.rows.prompts import conversation, history
from kardia_cli.rows.request import Request


async def reply(dialogue: Dialogue, chat: Chat, temperature: float = 0.8) -> Turn:
    """Ask once; the draft is kept as it comes, broken spans and all: critique is there to find them."""
    row = dialogue.row()
    asked, told = conversation(row), {"told": dialogue.emotion} if dialogue.emotion else {}
    if told:
        asked[0] = {**asked[0], "content": asked[0]["content"] + _TOLD + dialogue.emotion}
    request = Request(
        messages=asked,
        task="supporter.turn",
        facts={
            "person": dialogue.person,
            "mbti": dialogue.mbti,
            "situation": dialogue.situation,
            "history": history(row),
            **told,
            **turn_format.facts_of(row),
        },
        sampling={"temperature": temperature},
        seed=dialogue.seed_for("supporter"),
    )
    answer = await chat.ask(request)
    return Turn(answer.text.strip(), answer.trace)


_TOLD = """

What they feel, for you alone, and the label of every turn: """
