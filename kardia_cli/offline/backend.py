"""The offline backend: task and facts in, a reply out, no model and no network.

It reads `request.task` and `request.facts` and never the prompt's prose. `sampling["fault_share"]` overrides how many
supporter drafts carry a planted fault, `sampling["wrong_label_share"]` how many name another label than was heard.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from kardia_cli.offline import phrases
from kardia_cli.offline.speaker import biographer, seeker, sentient, supporter
from kardia_cli.offline.speaker.scene import as_json, size
from kardia_cli.rows.request import Reply, Request, Usage

FAULT_SHARE = 0.3
ROLES: dict[str, Callable[[dict[str, Any], random.Random], Reply]] = {
    "seeker.turn": seeker.seeker_turn,
    "supporter.turn": supporter.supporter_turn,
    "supporter.label": supporter.named_label,
    "rewriter.turn": supporter.rewritten_turn,
    "rewriter.label": supporter.corrected_spans,
    "profile.write": biographer.profile,
    "sentient.feel": sentient.feel,
    "sentient.say": sentient.say,
}
"""The tasks that it speaks in. Supporter tasks find the shares of faults and of wrong labels among their facts."""
JUDGES = ("judge.turn", "judge.gate", "judge.fit", "judge.dialogue", "judge.rank")


class OfflineChat:
    """A backend of the chat that answers by rule. `fault_share` is the share of supporter drafts with a fault."""

    def __init__(self, fault_share: float = FAULT_SHARE) -> None:
        self.fault_share = fault_share

    async def complete(self, request: Request) -> Reply:
        """Answer; the same request gives the same reply."""
        spoken = self._spoken(request, random.Random(request.seed))
        prompt = sum(size(str(message.get("content", ""))) for message in request.messages)
        return replace(spoken, usage=Usage(prompt, size(spoken.text)))

    async def aclose(self) -> None:
        """Nothing to give back."""

    def _spoken(self, request: Request, rng: random.Random) -> Reply:
        if request.task in ROLES:
            share = request.sampling.get("fault_share", self.fault_share)
            wrong = request.sampling.get("wrong_label_share", 0.0)
            return ROLES[request.task]({**request.facts, "fault_share": share, "wrong_label_share": wrong}, rng)
        if request.task in JUDGES:
            # A verdict carries the nonce of its call and the call's names for levels; the judge has no use for either.
            from kardia_cli.offline.judge import judge

            nonce = {"nonce": request.facts["nonce"]} if "nonce" in request.facts else {}
            verdict = getattr(judge, request.task.replace(".", "_"))(request.facts, rng)
            names = request.facts.get("labels") or ["1"]
            for item in verdict.get("criteria", []) if names[0] != "1" else []:
                item["level"] = None if item["level"] is None else names[item["level"] - 1]
            return as_json(nonce | verdict)
        from kardia_cli.offline.fill import fill
        from kardia_cli.offline.phrases import PLACEHOLDER

        if request.schema is not None:
            return as_json(fill(request.schema, rng))
        return Reply(f"{PLACEHOLDER} The built-in model does not know the task {request.task!r}.")


@cache
def source_hash() -> str:
    """Return 16 hex digits over the offline room's sources and words: its "weights" in a row's `models`."""
    digest = hashlib.sha256()
    danger = (phrases.FOLDER.parent, "danger.toml")
    for folder, pattern in ((Path(__file__).parent, "*.py"), (phrases.FOLDER, "*.toml"), danger):
        for path in sorted(folder.rglob(pattern)):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
