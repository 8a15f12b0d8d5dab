"""Requests and replies of the chat, and the one method that every backend has.

    request  messages + task + facts + schema + sampling + seed   ──▶ backend.complete ──▶  reply  text, parsed, usage

`task` names the job ("seeker.turn") and `facts` are the values that the prompt was rendered from. Real models see the
messages alone; the built-in speaker (`offline`) reads task and facts instead of the prose.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from kardia_cli.errors import CallFailed

ChatMessage = dict[str, str]
Finish = Literal["stop", "length", "content_filter", "refusal"]


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model.

    `messages` are role/content dicts; `schema` is the pydantic model that the reply must fill (None: free text);
    `sampling` holds temperature, top_p, max_tokens and provider options; `seed` is derived, see `derive_seed`;
    `sample` counts repeated questions, `attempt` the turns of one (1: the repair turn).
    """

    messages: list[ChatMessage]
    task: str
    facts: dict[str, Any] = field(default_factory=dict)
    schema: type[BaseModel] | None = None
    sampling: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    attempt: int = 0
    sample: int = 0

    @property
    def role(self) -> str:
        """Return the role that is asked, for counts and costs: seeker, supporter, judge, rewriter, profile."""
        return self.task.partition(".")[0]

    def with_messages(self, messages: list[ChatMessage]) -> Request:
        """Return the same request in other words (written out: `dataclasses.replace` takes four times as long)."""
        return Request(
            messages, self.task, self.facts, self.schema, self.sampling, self.seed, self.attempt, self.sample
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a call, as the provider counts them (0 where it does not); `cached_tokens` are part of the prompt's."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Quota:
    """The rest of a provider's quota (x-ratelimit headers): requests, tokens, seconds until each is whole again."""

    requests: int | None = None
    tokens: int | None = None
    requests_reset: float = 0.0
    tokens_reset: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's answer. `cost` in USD, None where no price is known. `thinking` is a reasoning model's thoughts.

    `logprobs` holds [token, log-probability, [[alternative, log-probability] …]] for each token, where the provider
    gives them. `trace` is a backend's own note on it (a JSON string), kept on the row and read by no task. `quota` and
    `seconds` (how long the model took, without the wait at the limiter) are not part of the answer.
    """

    text: str
    parsed: BaseModel | None = None
    finish_reason: Finish = "stop"
    usage: Usage = Usage()
    cost: float | None = None
    thinking: str = ""
    trace: str = ""
    logprobs: list[Any] | None = None
    quota: Quota | None = field(default=None, compare=False)
    seconds: float = field(default=0.0, compare=False)

    def measured(self, cost: float | None, seconds: float) -> Reply:
        """Return the same reply with its cost (USD) and duration (s)."""
        return Reply(
            self.text, self.parsed, self.finish_reason, self.usage, cost, self.thinking, self.trace, self.logprobs,
            self.quota, seconds,
        )  # fmt: skip

    def with_parsed(self, parsed: BaseModel) -> Reply:
        """Return the same reply with the object that its text holds."""
        return Reply(
            self.text, parsed, self.finish_reason, self.usage, self.cost, self.thinking, self.trace, self.logprobs
        )


class Backend(Protocol):
    """One way to reach a model; wrappers (retry, limits, ledger, budget) have the same shape."""

    async def complete(self, request: Request) -> Reply:
        """Answer, or raise `CallFailed` (this call) or another `KardiaError` (every call)."""

    async def aclose(self) -> None:
        """Give back connections and processes."""


def derive_seed(*parts: Any) -> int:
    """Return a 63-bit seed by its purpose (seed, row id, stage, role, turn, revision, sample), never arrival order."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


@cache
def json_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a reply; made once, since pydantic takes longer for it than a call takes."""
    return schema.model_json_schema()


@cache
def schema_hash(schema: type[BaseModel]) -> str:
    """Return 16 hex digits over a reply's schema, its name included."""
    import orjson

    text = orjson.dumps([schema.__name__, json_schema(schema)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:16]


def require_complete(reply: Reply) -> Reply:
    """Return the reply; raises the typed `CallFailed` of an answer that was cut, filtered or refused."""
    if reply.finish_reason == "stop":
        return reply
    if reply.finish_reason == "length":
        raise CallFailed("length", "the reply was cut at max_tokens; raise it with --model-option max_tokens=N")
    if reply.finish_reason == "refusal":
        raise CallFailed("refusal", f"the model refuses: {reply.text[:200]}")
    raise CallFailed("content_filter", "the provider's filter stopped the reply")
