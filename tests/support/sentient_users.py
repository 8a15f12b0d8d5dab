"""A scripted sentient user: the test says how each reply feels and what comes next; other fields are filled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scripted import Answer, Scripted, chat

from kardia_cli.environments.sentient import Conversation, Player, Profile, Rules, converse
from kardia_cli.judge import Judge, rubric_file
from kardia_cli.rows.line import Row
from kardia_cli.rows.request import Request

SECRET = "to hear honest praise for the soup"
PERSON = "Ottoline, a lighthouse cook with a wooden leg"
SCENE = "On the night of the storm Ottoline fed forty sailors from one kettle."
ROW: Row = {
    "id": "talk-1",
    "person": PERSON,
    "scene": SCENE,
    "traits": ["gruff"],
    "hidden_intention": SECRET,
    "intention_kind": "emotional",
    "reactions": {"raise": "naming the kettle", "lower": "haste"},
    "first_talk": "Forty bowls, and not one of them said a word.",
}


def answers(changes: Iterable[Any], says: Iterable[str] = ()) -> Callable[[Request], Answer]:
    """A simulator's answers: the changes in turn (the last one for ever), the messages in turn (then numbered ones)."""
    left, lines = list(changes), list(says)
    spoken = 0

    def answer(request: Request) -> Answer:
        nonlocal spoken
        nonce = request.facts["nonce"]
        if request.task == "sentient.feel":
            change = left.pop(0) if len(left) > 1 else left[0]
            texts = dict.fromkeys(("meaning", "serves", "inner", "feeling"), "so")
            return change if isinstance(change, str) else {"nonce": nonce, **texts, "change": change}
        spoken += 1
        texts = dict.fromkeys(("attitude", "aim", "tone", "content", "draft", "revision"), "so")
        return {"nonce": nonce, **texts, "message": lines.pop(0) if lines else f"And then, part {spoken}."}

    return answer


def simulator(changes: Iterable[Any], says: Iterable[str] = ()) -> tuple[Judge, Scripted]:
    """A judge that plays this user, and what it was asked."""
    player, script = chat(answers(changes, says), "player")
    return Judge(rubric_file.load("kardia-core"), player, 7), script


def talk(
    changes: Iterable[Any], says: Iterable[str] = (), rules: Rules | None = None, replies: Sequence[str] = ()
) -> Conversation:
    """The talk of this user with somebody who gives these replies, then "I see."."""
    player, _ = chat(answers(changes, says), "player")
    left = list(replies)

    async def say(messages: list[dict[str, str]]) -> str:
        return left.pop(0) if left else "I see."

    profile = Profile("talk-1", PERSON, SCENE, SECRET, str(ROW["first_talk"]))
    return asyncio.run(converse(Player(profile, player, 7), say, rules or Rules()))
