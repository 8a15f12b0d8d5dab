"""A base of exemplars by a model: `python examples/exemplar_base.py --model openai/NAME > base.jsonl`.

APTNESS's chain in our words: emotion → factors that bring it about → situations → openings → a dialogue of two
exchanges → its last reply written anew, with emotion, factor and situation in mind. Each row has its `lineage`: the
ids and texts of what it came from. With F factors, S situations and O openings an emotion takes 1 + F (1 + S (1 + 2 O))
calls and gives F S O rows. A branch whose call fails is left out and said (exit 3).

    kardia synthesize builtin -n 4 --strategy aptness --exemplars base.jsonl
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Sequence
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel, Field, conlist, create_model

from kardia_cli.chat.gateway import CallSettings, Chat, Gateway
from kardia_cli.errors import CallFailed
from kardia_cli.rows import labels
from kardia_cli.rows.prompts import fill
from kardia_cli.rows.records import content_hash
from kardia_cli.rows.request import Request, derive_seed
from kardia_cli.stream.flow import gather_all

FACTORS = "Name {count} unlike things in people's lives that make them feel {emotion}, each in two to six words."
SITUATIONS = (
    "Someone feels {emotion}. What brings it about: {factor}. Write {count} unlike situations in which that happens, "
    "each in one or two sentences, in the first person, with a concrete detail."
)
OPENINGS = (
    "{situation}\n\nThis person, who feels {emotion}, writes to someone who listens. Write {count} unlike first "
    "messages, each in 15 to 40 words, as people type."
)
DIALOGUE = (
    "{situation}\n\nThis person, who feels {emotion}, writes: {opening}\n\nContinue the talk: a short reply of the "
    "listener, the person's next message, and the listener's next reply."
)
REWRITE = (
    "{situation}\n\nThe talk:\n{talk}\n\nImagine first how this person feels ({emotion}), what brings it about "
    "({factor}) and what the situation is like for them. Then write the listener's last reply anew, so that it shows "
    "that this was understood. Two or three sentences."
)


class Exchange(BaseModel):
    """What follows an opening."""

    reply: str = Field(min_length=1)
    message: str = Field(min_length=1, description="the person's next message")
    next_reply: str = Field(min_length=1)


class Rewritten(BaseModel):
    """The last reply anew, after what was imagined."""

    imagined: str
    reply: str = Field(min_length=1)


class Node(NamedTuple):
    """A step of the chain: its id, made from all above it, and the texts so far by name."""

    id: str
    texts: dict[str, str]
    ids: dict[str, str]

    def child(self, name: str, text: str) -> Node:
        """Return the node of a text that came from this one."""
        own = content_hash(self.id, name, text)
        return Node(own, {**self.texts, name: text}, {**self.ids, name: own})


@cache
def several(count: int) -> type[BaseModel]:
    """Return the schema of so many texts."""
    return create_model("Several", items=(conlist(str, min_length=count, max_length=count), ...))


class Builder:
    """Asks one model; `failed` holds why branches were left out."""

    def __init__(self, chat: Chat, seed: int, factors: int, situations: int, openings: int) -> None:
        self.chat, self.seed, self.failed = chat, seed, list[str]()
        self.steps = [
            ("factor", FACTORS, factors), ("situation", SITUATIONS, situations), ("opening", OPENINGS, openings),
        ]  # fmt: skip

    async def ask(self, node: Node, task: str, prompt: str, schema: type[BaseModel], **values: Any) -> Any:
        """Return the parsed answer at a node."""
        request = Request(
            messages=[{"role": "user", "content": fill(prompt, {**node.texts, **values})}], task=f"base.{task}",
            facts={**node.texts, **values}, schema=schema, sampling={"temperature": 0.9},
            seed=derive_seed(self.seed, node.id, task),
        )  # fmt: skip
        return (await self.chat.ask(request)).parsed

    async def grow(self, node: Node, depth: int = 0) -> list[dict[str, Any]]:
        """Return the rows below a node, in order."""
        try:
            if depth == len(self.steps):
                return [await self.row(node)]
            name, prompt, count = self.steps[depth]
            items = (await self.ask(node, name, prompt, several(count), count=count)).items
        except CallFailed as error:
            self.failed.append(str(error))
            return []
        below: Sequence[Awaitable[list[dict[str, Any]]]] = [
            self.grow(node.child(name, text), depth + 1) for text in items
        ]
        return [row for rows in await gather_all(below) for row in rows]

    async def row(self, node: Node) -> dict[str, Any]:
        """Return the dialogue of an opening, its last reply written anew."""
        made: Exchange = await self.ask(node, "dialogue", DIALOGUE, Exchange)
        lines = [node.texts["opening"], made.reply, made.message, made.next_reply]
        talk = "\n".join(f"{('Person', 'Listener')[at % 2]}: {text}" for at, text in enumerate(lines))
        anew: Rewritten = await self.ask(node, "rewrite", REWRITE, Rewritten, talk=talk)
        said = [*lines[:3], anew.reply]
        return {
            "id": node.id, "emotion": node.texts["emotion"], "situation": node.texts["situation"], "split": "train",
            "messages": [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(said)],
            "origin": [{"part": "dialogue", "source": "exemplar_base", "licence": "", "consent": "fictional"}],
            "models": [{"role": "supporter", "model": self.chat.name, "hash": self.chat.hash}],
            "lineage": {
                "emotion": node.texts["emotion"], "factor": node.texts["factor"], "ids": node.ids,
                "imagined": anew.imagined, "before": made.next_reply,
            },
        }  # fmt: skip


async def build(chat: Chat, emotions: Sequence[str], seed: int, counts: tuple[int, int, int]) -> Builder:
    """Write the rows of these emotions to stdout, each emotion as soon as it is whole; returns the builder."""
    builder = Builder(chat, seed, *counts)
    for emotion in emotions:
        for row in await builder.grow(Node(content_hash(emotion), {"emotion": emotion}, {})):
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    return builder


def say(text: str) -> None:
    """Write a line to stderr."""
    sys.stderr.write(f"{text}\n")


async def run(options: argparse.Namespace) -> int:
    """Build the base with the model that is named; returns the exit code."""
    gateway = Gateway(CallSettings(api_base=options.api_base), say)
    counts = (options.factors, options.situations, options.openings)
    try:
        builder = await build(gateway.chat(options.model), options.emotions, options.seed, counts)
    finally:
        await gateway.aclose()
    for why in builder.failed:
        say(f"a branch is left out: {why}")
    return 3 if builder.failed else 0


def main() -> int:
    """Read the options and build."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--model", default="offline", help="as `kardia synthesize --model`")
    parser.add_argument("--api-base", help="address of an OpenAI-compatible endpoint")
    parser.add_argument("--emotions", nargs="+", default=list(labels.load(labels.DEFAULT).labels))
    for name, count in (("factors", 4), ("situations", 4), ("openings", 4), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=count)
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
