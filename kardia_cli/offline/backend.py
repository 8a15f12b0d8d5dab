"""The offline backend: task and facts in, a reply out, no model and no network.

It reads `request.task` and `request.facts` and never the prompt's prose. `sampling["fault_share"]` overrides how many
supporter drafts carry a planted fault.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from kardia_cli.offline import phrases
from kardia_cli.offline.speaker import biographer, rewriter, seeker, sentient, supporter
from kardia_cli.offline.speaker.spoken import Spoken, size
from kardia_cli.rows.request import Reply, Request, Usage

FAULT_SHARE = 0.3
Role = Callable[[dict[str, Any], random.Random], Spoken]
Judging = Callable[[dict[str, Any], random.Random], dict[str, Any]]

ROLES: dict[str, Role] = {
    "seeker.turn": seeker.seeker_turn,
    "supporter.turn": supporter.supporter_turn,
    "supporter.plain": supporter.supporter_plain,
    "rewriter.turn": rewriter.rewritten_turn,
    "profile.write": biographer.profile,
    "sentient.feel": sentient.feel,
    "sentient.say": sentient.say,
}
"""The tasks that it speaks in. Supporter tasks find the share of faults among their facts."""
JUDGES = ("judge.turn", "judge.gate", "judge.fit", "judge.dialogue", "judge.rank")


class OfflineChat:
    """A backend of the chat that answers by rule. `fault_share` is the share of supporter drafts with a fault."""

    def __init__(self, fault_share: float = FAULT_SHARE) -> None:
        self.fault_share = fault_share

    async def complete(self, request: Request) -> Reply:
        """Answer; the same request gives the same reply."""
        spoken = self._spoken(request, random.Random(request.seed))
        prompt = sum(size(str(message.get("content", ""))) for message in request.messages)
        return Reply(text=spoken.text, usage=Usage(prompt, size(spoken.text)), trace=spoken.trace)

    async def aclose(self) -> None:
        """Nothing to give back."""

    def _spoken(self, request: Request, rng: random.Random) -> Spoken:
        if request.task in ROLES:
            share = request.sampling.get("fault_share", self.fault_share)
            return ROLES[request.task]({**request.facts, "fault_share": share}, rng)
        if request.task in JUDGES:
            # A verdict carries the nonce of its call and the call's names for levels; the scorer has no use for either.
            nonce = {"nonce": request.facts["nonce"]} if "nonce" in request.facts else {}
            return _as_json(nonce | _labelled(_judge(request.task)(request.facts, rng), request.facts.get("labels")))
        if request.schema is not None:
            from kardia_cli.offline.fill import fill

            return _as_json(fill(request.schema, request.facts, rng))
        return Spoken(_told(request.facts))


def _judge(task: str) -> Judging:
    from kardia_cli.offline.judge import judge, ranks

    judges: dict[str, Judging] = {
        "judge.turn": judge.judge_turn,
        "judge.gate": judge.judge_gate,
        "judge.fit": judge.judge_fit,
        "judge.dialogue": judge.judge_dialogue,
        "judge.rank": ranks.judge_rank,
    }
    return judges[task]


def _labelled(verdict: dict[str, Any], labels: list[str] | None) -> dict[str, Any]:
    """The verdict with its levels 1 to 5 under the names that the call gives them."""
    if labels is None or labels[0] == "1" or "criteria" not in verdict:
        return verdict
    named = [
        {**item, "level": None if item["level"] is None else labels[item["level"] - 1]} for item in verdict["criteria"]
    ]
    return {**verdict, "criteria": named}


def _as_json(value: dict[str, Any]) -> Spoken:
    return Spoken(orjson.dumps(value).decode())


def _told(facts: Mapping[str, Any]) -> str:
    """A sentence of the facts' texts, for a free-text task that nobody knows."""
    texts = [" ".join(value.split()) for value in facts.values() if isinstance(value, str) and value.strip()]
    return f"From what I was given: {'; '.join(texts)}." if texts else "I was given nothing to go on."


@cache
def source_hash() -> str:
    """16 hex digits over the offline room's sources and phrases: the speaker's "weights" in a row's `models`."""
    digest = hashlib.sha256()
    for folder, pattern in ((Path(__file__).parent, "*.py"), (phrases.FOLDER, "*.toml")):
        for path in sorted(folder.rglob(pattern)):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
