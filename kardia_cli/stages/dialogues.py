"""Profile rows → dialogue rows: a simulated seeker talks with a strategy (Kardia-R1's U and A, section 1.3).

Up to `max_exchanges` exchanges; the talk ends with the supporter's answer to a seeker turn that says the matter is
settled. The seeker never sees reasoning, the supporter never sees the gold emotion (`Dialogue` has no such field).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Dialogue, Turn
from kardia_cli.environments.seeker import speak
from kardia_cli.line import Row
from kardia_cli.prompts import system_prompt

Speaker = Callable[[Dialogue], Awaitable[Turn]]
"""A strategy with its chat and options bound."""


async def simulate(
    row: Row, seeker: Chat, supporter: Speaker, *, seed: int, max_exchanges: int, revision: int = 0
) -> tuple[Row, list[Turn]]:
    """Continue the talk from the row's messages (ending before a seeker turn) until it is settled or the cap is met.

    Returns the row with all messages and `resolved`, and the supporter turns that were made here.
    """
    messages = list(row["messages"])
    made: list[Turn] = []
    resolved = False
    exchange = sum(message["role"] == "user" for message in messages)
    while exchange < max_exchanges and not resolved:
        exchange += 1
        so_far = {**row, "messages": messages}
        said = await speak(so_far, seeker, seed=seed, exchange=exchange, max_exchanges=max_exchanges, revision=revision)
        messages.append({"role": "user", "content": said.message.strip()})
        resolved = said.resolved
        turn = await supporter(as_dialogue({**row, "messages": messages}, seed, revision))
        made.append(turn)
        messages.append({"role": "assistant", "content": turn.text})
    return {**row, "messages": messages, "resolved": resolved}, made


def as_dialogue(row: Row, seed: int, revision: int = 0) -> Dialogue:
    """A row as a strategy sees it: without the gold emotion."""
    return Dialogue(
        id=row["id"],
        person=row.get("person") or "",
        mbti=row.get("mbti"),
        situation=row.get("situation") or "",
        messages=list(row["messages"]),
        seed=seed,
        revision=revision,
    )


async def synthesize(
    row: Row, seeker: Chat, supporter: Speaker, *, strategy: str, supporter_chat: Chat, seed: int, max_exchanges: int
) -> Row:
    """A whole dialogue for a paired row, with its system message, strategy, traces and models."""
    done, made = await simulate(row, seeker, supporter, seed=seed, max_exchanges=max_exchanges)
    has_spans = any(turn.spans for turn in made)
    system = {"role": "system", "content": system_prompt(done, four_spans=has_spans)}
    messages = [system, *done["messages"]]
    turns = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
    notes = [{"turn": at, "trace": turn.trace} for at, turn in zip(turns, made, strict=True) if turn.trace]
    spoke = [("seeker", seeker), ("supporter", supporter_chat)]
    return {
        **done,
        "messages": messages,
        "resolved": done["resolved"],
        "strategy": strategy,
        "traces": notes,
        "models": [*(row.get("models") or []), *({"role": r, "model": c.name, "hash": c.hash} for r, c in spoke)],
    }
