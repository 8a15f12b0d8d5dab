"""The reply of a measured model to the gold history before a turn: one way of asking, whatever the protocol."""

from __future__ import annotations

import re
from typing import Any

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.predicted import Predicted
from kardia_cli.chat.prompting import Prompting
from kardia_cli.errors import CallFailed
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import conversation, fill, history, supporter_turns, transcript
from kardia_cli.rows.request import ChatMessage, Request, derive_seed

MOST = 80
"""Characters that are kept of an answer that is no label."""
_MARKS = " \t\n.,:;!?\"'*`"
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
    request = Request(
        messages=prompt(row, turn, chat.prompting),
        task="supporter.turn",
        facts=_facts(row, turn),
        sampling={**sampling, **(chat.prompting.sampling or {})},
        seed=seed_of(row["id"], turn),
    )
    return (await chat.ask(request)).text.strip()


async def ask_label(row: Row, turn: int, chat: Chat, sampling: dict[str, Any]) -> str | None:
    """Return the label that a model names before `turn` where it is asked for nothing else; None where the call failed.

    A word that is no label comes back as it is, in lower case. Of a saved reply the label is the one saved with it.
    """
    label_set = labels.of(row)
    if isinstance(chat, Predicted):
        found = chat.saved(seed_of(row["id"], turn))
        word = found.label if found is not None else ""
        return label_set.find(word) or word or None
    facts = _facts(row, turn)
    shown = {"history": transcript(facts["history"]), "kind": label_set.kind, "labels": ", ".join(label_set.labels)}
    request = Request(
        messages=[{"role": "user", "content": fill(_LABEL, {**facts, **shown})}],
        task="supporter.label",
        facts=facts,
        sampling={**sampling, "temperature": 0.0},
        seed=derive_seed(row["id"], "evaluate", "label", turn),
    )
    try:
        text = (await chat.ask(request)).text
    except CallFailed:
        return None
    word = turn_format.load("plain").visible(text).strip(_MARKS).lower()
    return label_set.find(word) or word[:MOST] or None


def _facts(row: Row, turn: int) -> dict[str, Any]:
    return {
        "person": row.get("person") or "",
        "mbti": row.get("mbti"),
        "situation": row.get("situation") or "",
        "history": history(row, turn),
        **turn_format.facts_of(row),
    }


_LABEL = """\
About a person who writes to you:
{person}

What happened: {situation}

The talk so far:
{history}

Which {kind} fits this person in this talk? Answer with one of these and nothing else: {labels}"""
