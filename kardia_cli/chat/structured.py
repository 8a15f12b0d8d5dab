"""Replies that fill a schema: ask for JSON, read it, validate it; one repair turn that shows the model its error.

A reply that still does not fit is a `CallFailed`: `parse` where no JSON object was found, `invalid` where it breaks
the schema, `two_verdicts` where it holds two unlike objects, and what the task's own check says. Nothing is clamped,
guessed or filled in. Where the task has a nonce, the one object that carries it is the answer: another, quoted from
the material, is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import orjson
from pydantic import BaseModel, ValidationError

from kardia_cli.errors import CallFailed, Why
from kardia_cli.rows.request import Backend, Reply, Request, json_schema, require_complete

TYPED: frozenset[str] = frozenset({"off_menu"})
"""Errors of a schema's own validators that have a type of their own."""


class Violation(ValueError):
    """A reply that fits its schema and breaks a rule of its task; `why` is its type."""

    def __init__(self, why: Why, message: str) -> None:
        super().__init__(message)
        self.why = why


Check = Callable[[BaseModel], None]
"""A task's own check of a parsed reply; raises `Violation`, or `ValueError` (invalid), with what is wrong."""

_ASK = "\n\nAnswer with one JSON object and nothing else. It must fit this JSON Schema:\n"
_REPAIR = "That answer cannot be used: {error}\nGive the whole answer again as one JSON object that fits the schema."


async def ask(backend: Backend, request: Request, check: Check | None = None) -> Reply:
    """Return the reply to a request; with a schema, its `parsed` is valid, after at most one repair turn.

    Raises `CallFailed`, also for a reply that was cut, filtered or refused: that is no text to use.
    """
    if request.schema is None:
        return require_complete(await backend.complete(request))
    asked = request.with_messages(_with_schema(request))
    nonce = str(request.facts.get("nonce") or "")
    reply = require_complete(await backend.complete(asked))
    try:
        return reply.with_parsed(read(reply.text, request.schema, check, nonce))
    except CallFailed as error:
        again = require_complete(await backend.complete(_repair(asked, reply, str(error))))
        return again.with_parsed(read(again.text, request.schema, check, nonce))


def _with_schema(request: Request) -> list[dict[str, str]]:
    assert request.schema is not None
    schema = _schema_text(request.schema)
    *before, last = request.messages
    return [*before, {**last, "content": last["content"] + _ASK + schema}]


@cache
def _schema_text(schema: type[BaseModel]) -> str:
    return orjson.dumps(json_schema(schema)).decode()


def _repair(request: Request, reply: Reply, error: str) -> Request:
    shown = [
        {"role": "assistant", "content": reply.text},
        {"role": "user", "content": _REPAIR.replace("{error}", error)},
    ]
    return replace(request, messages=request.messages + shown, attempt=request.attempt + 1, seed=request.seed + 1)


def read(text: str, schema: type[BaseModel], check: Check | None = None, nonce: str = "") -> BaseModel:
    """Return the JSON object in a text as an instance of the schema; raises a typed `CallFailed`."""
    try:
        parsed = schema.model_validate(_only_object(text, nonce))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        # The types in TYPED are all of `Why`.
        why: Why = first["type"] if first["type"] in TYPED else "invalid"  # type: ignore[assignment]
        raise CallFailed(why, f"{place}: {first['msg']}") from None
    try:
        if check is not None:
            check(parsed)
    except Violation as error:
        raise CallFailed(error.why, str(error)) from None
    except ValueError as error:
        raise CallFailed("invalid", str(error)) from None
    return parsed


def _only_object(text: str, nonce: str = "") -> object:
    """Return the one JSON object of a text, alone, in a fence, or among prose; two different ones are a failure."""
    stripped = text.strip()
    try:
        return orjson.loads(stripped)
    except orjson.JSONDecodeError:
        pass
    found = _objects(stripped)
    if not found:
        raise CallFailed("parse", "no JSON object in the reply")
    own = [item for item in found if nonce and isinstance(item, dict) and item.get("nonce") == nonce] or found
    if any(other != own[0] for other in own[1:]):
        raise CallFailed("two_verdicts", "more than one JSON object in the reply")
    return own[0]


def _objects(text: str) -> list[object]:
    from json import JSONDecodeError, JSONDecoder  # the one reader that says where an object ends

    decoder, found, place = JSONDecoder(), [], text.find("{")
    while place >= 0:
        try:
            value, place_after = decoder.raw_decode(text, place)
        except JSONDecodeError as error:
            if error.pos >= len(text) or error.msg.startswith("Unterminated"):
                break  # an object that was cut: what is inside it is no answer
            place = text.find("{", place + 1)
            continue
        found.append(value)
        place = text.find("{", place_after)
    return found
