"""Fill any pydantic model with placeholders: the offline answer to a task that neither speaker nor judge knows.

A text says that it is a placeholder; a number or a choice is drawn within the bounds of its field. No understanding.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from kardia_cli.offline.phrases import PLACEHOLDER

MAX_DEPTH = 8
"""Nesting beyond which an optional or possibly empty value stays empty (a schema may contain itself)."""
Schema = Mapping[str, Any]


def fill(schema: type[BaseModel], rng: random.Random) -> dict[str, Any]:
    """Return values that `schema.model_validate` accepts; raises `ValueError` if a field's own validator refuses."""
    described = schema.model_json_schema()
    filled: dict[str, Any] = _value(described, described.get("$defs", {}), rng, 0)
    try:
        schema.model_validate(filled)
    except ValidationError as error:
        raise ValueError(f"no placeholder fits {schema.__name__}: {error.errors()[0]['msg']}") from error
    return filled


def _value(schema: Schema, definitions: Mapping[str, Schema], rng: random.Random, depth: int) -> Any:
    """Return a value for a JSON schema; `definitions` are what its references point to."""

    def inner(part: Schema) -> Any:
        return _value(part, definitions, rng, depth + 1)

    if schema.get("default") is not None:
        return schema["default"]
    if "$ref" in schema:
        return _value(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions, rng, depth)
    if "anyOf" in schema or "oneOf" in schema:
        options = schema.get("anyOf") or schema["oneOf"]
        kept = [option for option in options if option.get("type") != "null"]
        return None if not kept or (len(kept) < len(options) and depth >= MAX_DEPTH) else inner(kept[0])
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else rng.choice(schema["enum"])
    match schema.get("type"):
        case "object" if "properties" in schema:
            return {name: inner(part) for name, part in schema["properties"].items()}
        case "object":
            count, values = _count(schema, "Properties", depth), schema.get("additionalProperties")
            names = schema.get("propertyNames", {}).get("enum") or [str(number + 1) for number in range(count)]
            return {name: inner(values if isinstance(values, Mapping) else {}) for name in names[:count]}
        case "array":
            parts = schema.get("prefixItems") or [schema.get("items", {})] * _count(schema, "Items", depth)
            filled = [inner(part) for part in parts]
            return [f"{item} {at + 1}" if at and item == PLACEHOLDER else item for at, item in enumerate(filled)]
        case "integer" | "number":
            return _number(schema, rng)
        case "boolean":
            return rng.random() < 0.5
        case "null":
            return None
    text = PLACEHOLDER[: int(schema.get("maxLength", len(PLACEHOLDER)))]
    return text.ljust(int(schema.get("minLength", 0)), ".")


def _count(schema: Schema, of: str, depth: int) -> int:
    """Return the number of members of a container: one if its bounds allow it, none where it is nested too deeply."""
    least = int(schema.get(f"min{of}", 0))
    return max(least, min(1, int(schema.get(f"max{of}", 1)))) if depth < MAX_DEPTH else least


def _number(schema: Schema, rng: random.Random) -> Any:
    """Return a seeded number within the bounds; without an upper one within ten steps of the lower."""
    step = schema.get("multipleOf", 1)
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is None:
        low = 0 if high is None or high >= 0 else high - 10 * step
    high = low + 10 * step if high is None else high
    if schema["type"] == "number" and "multipleOf" not in schema:
        return low + (high - low) * (0.25 + 0.5 * rng.random())
    first = math.floor(low / step) + 1 if "exclusiveMinimum" in schema else math.ceil(low / step)
    last = math.ceil(high / step) - 1 if "exclusiveMaximum" in schema else math.floor(high / step)
    return rng.randint(first, last) * step
