"""What every backend of the chat takes and gives: a request, a reply, one method.

    request  messages + task + facts + schema + sampling + seed   ──▶ backend.complete ──▶  reply  text, parsed, usage

`task` names the job ("seeker.turn") and `facts` are the values that the prompt was rendered from. Real models see the
messages alone; the built-in speaker (`offline`) reads task and facts instead of the prose.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel

ChatMessage = dict[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model.

    `messages` are role/content dicts; `schema` is the pydantic model that the reply must fill (None: free text);
    `sampling` holds temperature, top_p, max_tokens and provider options; `seed` is derived, see `derive_seed`.
    """

    messages: list[ChatMessage]
    task: str
    facts: dict[str, Any] = field(default_factory=dict)
    schema: type[BaseModel] | None = None
    sampling: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a call, as the provider counted them (0 where it does not say)."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's answer. `trace` is a backend's own note on it (a JSON string), kept on the row and read by no task."""

    text: str
    parsed: BaseModel | None = None
    finish_reason: str = "stop"
    usage: Usage = Usage()
    cost: float | None = None
    thinking: str = ""
    trace: str = ""


class Backend(Protocol):
    """One way to reach a model; wrappers (retry, limits, ledger, budget) have the same shape."""

    async def complete(self, request: Request) -> Reply:
        """Answer, or raise `CallFailed` (this call) or `ProviderError` (every call)."""

    async def aclose(self) -> None:
        """Give back connections and processes."""


def derive_seed(*parts: Any) -> int:
    """A 63-bit seed from what it is for (seed, row id, stage, role, turn, revision, sample): never arrival order."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
