"""Fill any pydantic model from the facts of a request: what the built-in speaker answers to a task it has no rule for.

A plug-in may ask a question that nobody here knows. Its schema still gets a valid answer: a field takes the fact of its
own name where that fits, else a value made from the facts and the bounds of the field. There is no understanding in it.
"""

from __future__ import annotations

import enum
import random
import re
import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

MAX_DEPTH = 8
"""Nesting beyond which an optional or possibly empty value stays empty (a schema may contain itself)."""

_SENTENCE_WORDS = 24
Facts = Mapping[str, Any]


def fill(schema: type[BaseModel], facts: Facts, rng: random.Random) -> dict[str, Any]:
    """Values that `schema.model_validate` accepts, made from `facts`.

    Raises `ValueError` where a field's own validator refuses all that can be made for it.
    """
    filled = _model(schema, facts, rng, 0)
    try:
        schema.model_validate(filled)
    except ValidationError as error:
        raise ValueError(f"no value from the facts fits {schema.__name__}: {error.errors()[0]['msg']}") from error
    return filled


def _model(schema: type[BaseModel], facts: Facts, rng: random.Random, depth: int) -> dict[str, Any]:
    filled = {}
    for name, field in schema.model_fields.items():
        key = field.alias or name
        if isinstance(field.validation_alias, str):
            key = field.validation_alias
        filled[key] = _field(name, field, facts, rng, depth)
    return filled


def _field(name: str, field: FieldInfo, facts: Facts, rng: random.Random, depth: int) -> Any:
    annotation = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    if name in facts and _accepts(annotation, facts[name]):
        return facts[name]
    if not field.is_required() and (field.default_factory is not None or field.default is not PydanticUndefined):
        default = field.get_default(call_default_factory=True, validated_data={})
        if default is not None or depth >= MAX_DEPTH:
            return _plain(default)
    return _value(name, field.annotation, _bounds(field.metadata), facts, rng, depth)


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else value


def _accepts(annotation: Any, value: Any) -> bool:
    try:
        TypeAdapter(annotation).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


def _bounds(metadata: list[Any] | tuple[Any, ...]) -> dict[str, Any]:
    """The constraints of a field as one mapping: ge, gt, le, lt, multiple_of, min_length, max_length, pattern."""
    names = ("ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length", "pattern")
    flat = [part for item in metadata for part in (item.metadata if isinstance(item, FieldInfo) else [item])]
    return {name: getattr(item, name) for item in flat for name in names if getattr(item, name, None) is not None}


def _value(name: str, kind: Any, bounds: dict[str, Any], facts: Facts, rng: random.Random, depth: int) -> Any:
    origin = get_origin(kind)
    if origin is Annotated:
        inner, *extra = get_args(kind)
        return _value(name, inner, bounds | _bounds(extra), facts, rng, depth)
    if origin is Literal:
        return rng.choice(get_args(kind))
    if origin in (Union, types.UnionType):
        return _union(name, get_args(kind), bounds, facts, rng, depth)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return rng.choice(list(kind))
    if isinstance(kind, type) and origin is None and issubclass(kind, BaseModel):
        nested = facts.get(name)
        return _model(kind, {**facts, **nested} if isinstance(nested, Mapping) else facts, rng, depth + 1)
    if (origin or kind) in (list, set, frozenset, tuple, dict):
        return _container(name, kind, bounds, facts, rng, depth)
    return _scalar(name, kind, bounds, facts, rng)


def _union(
    name: str, members: tuple[Any, ...], bounds: dict[str, Any], facts: Facts, rng: random.Random, depth: int
) -> Any:
    if type(None) in members and depth >= MAX_DEPTH:
        return None
    kept = [member for member in members if member is not type(None)]
    return _value(name, kept[0], bounds, facts, rng, depth) if kept else None


def _container(name: str, kind: Any, bounds: dict[str, Any], facts: Facts, rng: random.Random, depth: int) -> Any:
    base, inner = get_origin(kind) or kind, get_args(kind)
    least = int(bounds.get("min_length", 0))
    if base is tuple and inner and Ellipsis not in inner:
        return tuple(_value(name, member, {}, facts, rng, depth + 1) for member in inner)
    count = max(least, min(1, int(bounds.get("max_length", 1)))) if depth < MAX_DEPTH else least
    if base is dict:
        of = inner[1] if len(inner) == 2 else str
        key = inner[0] if inner else str
        return {_key(key, at): _value(name, of, {}, facts, rng, depth + 1) for at in range(count)}
    of = inner[0] if inner else str
    items = [_item(name, of, facts, rng, depth, at) for at in range(count)]
    return items if base is list else base(items)


def _item(name: str, kind: Any, facts: Facts, rng: random.Random, depth: int, at: int) -> Any:
    given = facts.get(name)
    if isinstance(given, (list, tuple)) and at < len(given) and _accepts(kind, given[at]):
        return given[at]
    value = _value(name, kind, {}, facts, rng, depth + 1)
    return f"{value} ({at + 1})" if kind is str and at else value


def _key(kind: Any, at: int) -> Any:
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        return choices[at % len(choices)]
    return at if kind is int else f"item {at + 1}"


def _scalar(name: str, kind: Any, bounds: dict[str, Any], facts: Facts, rng: random.Random) -> Any:
    if kind is bool:
        return rng.random() < 0.5
    if kind is int:
        return _integer(bounds, rng)
    if kind is float:
        return _real(bounds, rng)
    if kind is type(None):
        return None
    return _text(name, bounds, facts)


def _integer(bounds: dict[str, Any], rng: random.Random) -> int:
    """A seeded whole number within the bounds; without an upper one within ten of the lower."""
    step = int(bounds.get("multiple_of", 1))
    low = int(-(-bounds["ge"] // 1)) if "ge" in bounds else int(bounds["gt"] // 1) + 1 if "gt" in bounds else None
    high = int(bounds["le"] // 1) if "le" in bounds else int(-(-bounds["lt"] // 1)) - 1 if "lt" in bounds else None
    if low is None:
        low = 0 if high is None or high >= 0 else high - 10 * step
    high = low + 10 * step if high is None else high
    return rng.randint(-(-low // step), high // step) * step


def _real(bounds: dict[str, Any], rng: random.Random) -> float:
    """A seeded number strictly inside the bounds (their one value where they meet)."""
    low = bounds.get("ge", bounds.get("gt"))
    high = bounds.get("le", bounds.get("lt"))
    if low is None:
        low = 0.0 if high is None or high > 0 else high - 1.0
    high = low + 1.0 if high is None else high
    return float(low + (high - low) * (0.25 + 0.5 * rng.random()))


def _text(name: str, bounds: dict[str, Any], facts: Facts) -> str:
    """The fact of the same name, else a sentence from the nearest one, cut or stretched to the length bounds."""
    given = facts.get(name)
    text = given if isinstance(given, str) and given else _sentence(name, facts)
    text = text[: int(bounds.get("max_length", len(text) or 1))]
    least = int(bounds.get("min_length", 0))
    return text if len(text) >= least else (text + " " + "." * least)[:least] if text else "." * least


def _sentence(name: str, facts: Facts) -> str:
    """A short sentence from the longest fact whose name shares a word with `name`, else from the longest of all."""
    texts = {key: value.strip() for key, value in facts.items() if isinstance(value, str) and value.strip()}
    title = name.replace("_", " ").strip()
    if not texts:
        return f"Nothing is known of the {title}."
    wanted = set(re.findall(r"[a-z]+", name.lower()))
    related = [key for key in texts if wanted & set(re.findall(r"[a-z]+", key.lower()))] or list(texts)
    source = max(related, key=lambda key: (len(texts[key]), key))
    tokens = re.split(r"(?<=[.!?])\s", texts[source])[0].split()[:_SENTENCE_WORDS]
    return f"{' '.join(tokens).rstrip('.!?,;:')}."
