"""Profile rows → dialogue rows: a simulated seeker talks with a strategy (Kardia-R1's U and A, section 1.3).

Up to `max_exchanges` exchanges. `ends_by` says who ends a dialogue before: the seeker (with the supporter's answer to a
turn that says the matter is settled; ours), the judge (with a turn that is SOLVED; the paper's), or both. The seeker
never sees reasoning, the supporter sees the gold emotion only where its drafts are `told`; the paper does not say
whether its supporter does. With a judge (the paper's R) each supporter turn is rewritten until it passes, before the
seeker goes on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Dialogue, Turn
from kardia_cli.environments.seeker import speak
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import supporter_turns, system_prompt
from kardia_cli.stages.rewriting import Draft, TurnRewriter, finish, settle

Speaker = Callable[[Dialogue], Awaitable[Turn]]
"""A strategy with its chat and options bound."""
EndsBy = Literal["both", "judge", "seeker"]
"""Who ends a dialogue before it has `max_exchanges`: the judge's SOLVED, the seeker, or who comes first."""
Messages = list[dict[str, str]]
SettleTurn = Callable[[Messages, Turn], Awaitable[tuple[Turn, bool]]]
"""Given the messages that end with the turn: the turn to put there, and True if the judge calls it SOLVED."""


async def simulate(
    row: Row,
    seeker: Chat,
    supporter: Speaker,
    *,
    seed: int,
    max_exchanges: int,
    ends_by: EndsBy = "both",
    revision: int = 0,
    settle_turn: SettleTurn | None = None,
) -> tuple[Row, list[Turn]]:
    """Continue the dialogue from the row's messages until it ends (see `ends_by`) or has `max_exchanges`.

    The messages end before a seeker turn.

    Returns the row with all messages and `resolved`, and the supporter turns that were made here. The seeker answers
    what `settle_turn` makes of a supporter turn.
    """
    messages = list(row["messages"])
    made: list[Turn] = []
    resolved = is_over = False
    exchange = sum(message["role"] == "user" for message in messages)
    while exchange < max_exchanges and not is_over:
        exchange += 1
        so_far = {**row, "messages": messages}
        said = await speak(so_far, seeker, seed=seed, exchange=exchange, max_exchanges=max_exchanges, revision=revision)
        messages.append({"role": "user", "content": said.message.strip()})
        resolved = said.resolved
        is_over = resolved and ends_by != "judge"
        turn = await supporter(as_dialogue({**row, "messages": messages}, seed, revision))
        if settle_turn is not None:
            turn, is_solved = await settle_turn([*messages, {"role": "assistant", "content": turn.text}], turn)
            is_over = is_over or (is_solved and ends_by != "seeker")
        made.append(turn)
        messages.append({"role": "assistant", "content": turn.text})
    return {**row, "messages": messages, "resolved": resolved}, made


def as_dialogue(row: Row, seed: int, revision: int = 0) -> Dialogue:
    """Return a row as a strategy sees it: without the gold emotion, unless the row's drafts are told it."""
    return Dialogue(
        id=row["id"],
        person=row.get("person") or "",
        mbti=row.get("mbti"),
        situation=row.get("situation") or "",
        messages=list(row["messages"]),
        seed=seed,
        revision=revision,
        format=row.get("format"),
        labels=row.get("labels"),
        emotion=row.get("emotion") or "" if row.get("drafts") == "told" else "",
        anon_username=row.get("anon_username") or "",
    )


async def synthesize(
    row: Row,
    seeker: Chat,
    supporter: Speaker,
    *,
    strategy: str,
    supporter_chat: Chat,
    seed: int,
    max_exchanges: int,
    turn_rewriter: TurnRewriter | None = None,
    ends_by: EndsBy = "both",
) -> Row:
    """Return a whole dialogue for a paired row, with its system message, strategy, traces and models.

    With a `turn_rewriter` each supporter turn is judged and rewritten before the seeker goes on, and the row is as
    refine leaves one (raises what refine raises). The judge is asked what refine would ask it, so a dialogue whose
    drafts all pass and are not SOLVED early is the dialogue without a judge.
    """
    chats = {"seeker": seeker, "supporter": supporter_chat}
    if turn_rewriter is None:
        done, made = await simulate(row, seeker, supporter, seed=seed, max_exchanges=max_exchanges, ends_by=ends_by)
        form = turn_format.declared(row)
        in_format = any(form.read(turn.text) is not None for turn in made)
        return _whole(done, system_prompt(done, with_format=in_format), made, strategy, chats)
    draft, system = Draft.from_row(row), system_prompt(row)
    settle_turn = _settler(draft, system, turn_rewriter)
    with turn_rewriter.rounds.counting(draft.verdicts):
        done, made = await simulate(
            row, seeker, supporter, seed=seed, max_exchanges=max_exchanges, ends_by=ends_by, settle_turn=settle_turn
        )
        draft.row = _whole(done, system, made, strategy, chats)
        return await finish(draft, turn_rewriter)


def _settler(draft: Draft, system: str, turn_rewriter: TurnRewriter) -> SettleTurn:
    """Return the function that settles each new turn in the draft, as refine would settle it in the whole row."""

    async def settle_turn(messages: Messages, turn: Turn) -> tuple[Turn, bool]:
        draft.row["messages"] = [_as_system(system), *messages]
        at = len(messages)
        draft.note(at, turn.trace)
        critique = await settle(draft, at, turn_rewriter)
        return Turn(draft.text(at), draft.trace(at)), critique.verdict == "SOLVED"

    return settle_turn


def _as_system(text: str) -> dict[str, str]:
    return {"role": "system", "content": text}


def _whole(done: Row, system: str, made: Sequence[Turn], strategy: str, chats: dict[str, Chat]) -> Row:
    """Return the dialogue's row, its fields in the order in which they are written."""
    row: dict[str, Any] = {**done, "messages": [_as_system(system), *done["messages"]]}
    turns = supporter_turns(row)
    return {
        **row,
        "strategy": strategy,
        "traces": [{"turn": at, "trace": turn.trace} for at, turn in zip(turns, made, strict=True) if turn.trace],
        "models": [
            *(row.get("models") or []),
            *({"role": role, "model": chat.name, "hash": chat.hash} for role, chat in chats.items()),
        ],
    }
