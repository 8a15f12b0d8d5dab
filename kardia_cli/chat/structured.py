"""Replies that fill a schema: ask for JSON, read it, validate it; one repair turn that shows the model its error.

A reply that still does not fit is a `CallFailed`: `parse` where no JSON object was found, `invalid` where it breaks the
schema or the task's own check. Nothing is clamped, guessed or filled in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import orjson
from pydantic import BaseModel, ValidationError

from kardia_cli.chat.request import Backend, Reply, Request, json_schema, whole
from kardia_cli.errors import CallFailed

Check = Callable[[BaseModel], None]
"""A task's own check of a parsed reply; raises `ValueError` with what is wrong."""

_ASK = "\n\nAnswer with one JSON object and nothing else. It must fit this JSON Schema:\n"
_REPAIR = "That answer cannot be used: {error}\nGive the whole answer again as one JSON object that fits the schema."


async def ask(backend: Backend, request: Request, check: Check | None = None) -> Reply:
    """Complete the request; with a schema, give a reply whose `parsed` is valid, after at most one repair turn.

    Raises `CallFailed`, also for a reply that was cut, filtered or refused: that is no text to use.
    """
    if request.schema is None:
        return whole(await backend.complete(request))
    asked = request.with_messages(_with_schema(request))
    reply = whole(await backend.complete(asked))
    try:
        return reply.with_parsed(read(reply.text, request.schema, check))
    except CallFailed as error:
        again = whole(await backend.complete(_repair(asked, reply, str(error))))
        return again.with_parsed(read(again.text, request.schema, check))


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


def read(text: str, schema: type[BaseModel], check: Check | None = None) -> BaseModel:
    """The JSON object in a text as an instance of the schema; raises `CallFailed` (parse, invalid)."""
    try:
        parsed = schema.model_validate(_only_object(text))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CallFailed("invalid", f"{place}: {first['msg']}") from None
    try:
        if check is not None:
            check(parsed)
    except ValueError as error:
        raise CallFailed("invalid", str(error)) from None
    return parsed


def _only_object(text: str) -> object:
    """The one JSON object of a text, alone, in a code fence, or among prose; two different ones are a failure."""
    stripped = text.strip()
    try:
        return orjson.loads(stripped)
    except orjson.JSONDecodeError:
        pass
    found = _objects(stripped)
    if not found:
        raise CallFailed("parse", "no JSON object in the reply")
    if any(other != found[0] for other in found[1:]):
        raise CallFailed("invalid", "more than one JSON object in the reply")
    return found[0]


def _objects(text: str) -> list[object]:
    from json import JSONDecodeError, JSONDecoder  # the one reader that says where an object ends

    decoder, found, place = JSONDecoder(), [], text.find("{")
    while place >= 0:
        try:
            value, place_after = decoder.raw_decode(text, place)
        except JSONDecodeError:
            place = text.find("{", place + 1)
            continue
        found.append(value)
        place = text.find("{", place_after)
    return found
