"""The seeker: a model plays the person of the profile who is in the situation and feels the gold emotion (paper's U).

It sees the visible dialogue only, never the supporter's reasoning, and says with each turn whether the matter is
settled.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from kardia_cli.chat.gateway import Chat
from kardia_cli.rows import labels
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import fill, history, transcript
from kardia_cli.rows.request import Request, derive_seed


class SeekerReply(BaseModel):
    """One seeker turn."""

    message: str = Field(min_length=1, description="what the person writes next")
    resolved: bool = Field(description="true when they feel that the matter is settled for now")


async def speak(
    row: Row, chat: Chat, *, seed: int, exchange: int, max_exchanges: int, revision: int = 0
) -> SeekerReply:
    """Return the seeker's turn after the row's messages so far; `exchange` counts from 1."""
    facts = {
        "person": row.get("person") or "",
        "mbti": row.get("mbti"),
        "situation": row.get("situation") or "",
        "emotion": row.get("emotion") or "",
        "history": history(row),
        "exchange": exchange,
        "max_exchanges": max_exchanges,
    }
    kind = labels.of(row).kind
    values = {**facts, "history": transcript(history(row)), "task": _FIRST if exchange == 1 else _NEXT}
    values |= {"kind": kind, "of_it": "What you feel about it" if kind == "feeling" else f"The {kind} of it"}
    request = Request(
        messages=[
            {"role": "system", "content": fill(_SYSTEM, values)},
            {"role": "user", "content": fill(_TURN, values)},
        ],
        task="seeker.turn",
        facts=facts,
        schema=SeekerReply,
        sampling={"temperature": 0.9},
        seed=derive_seed(seed, row["id"], "dialogue", "seeker", len(row["messages"]), revision, 0),
    )
    parsed = (await chat.ask(request)).parsed
    assert isinstance(parsed, SeekerReply)
    return parsed


_SYSTEM = """\
You play a person who writes to a supporter about something that happened to them. Stay this person throughout: their
voice, their life, what they know. Write as people type: short, concrete, not polished. Show the {kind} through what
you tell rather than by naming it. Never give support yourself and never mention that you play a part."""

_TURN = """\
You are this person:
{person}

What happened: {situation}
{of_it}: {emotion}

The talk so far:
{history}

{task} This is your message {exchange} of at most {max_exchanges}. Set resolved to true only when you feel heard and
nothing urgent is left, and then let the message show it."""

_FIRST = "Write your first message: tell what happened, in 15 to 50 words."
_NEXT = "Write your next message, in 10 to 50 words: react to what the supporter said last and add something new."
