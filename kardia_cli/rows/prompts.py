"""Render a dialogue for a model: one way for synthesis, training, rewards and evaluation.

`conversation` is the only function that turns a row into the prompt of a supporter turn. It shows earlier supporter
turns by their reply alone, and it never reads the gold emotion (a test proves both). `prompt_hash()` is in
every run folder, so a model is only compared with rows that were rendered the same way.

The wording is not in the paper, whose system prompt is not published (Kardia-R1, section 4.2).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.persona import parse
from kardia_cli.rows.turn_format import TurnFormat

ChatMessage = dict[str, str]

SYSTEM = (
    "You are a supportive companion in a written talk. Listen first, stay close to what this person says, and answer "
    "briefly."
)
"""Who the model is, where the format does not say."""

_ABOUT = """

Who you talk with:
{person}

What happened:
{situation}"""

_SLOT = re.compile(r"\{([a-z_]+)\}")


def fill(template: str, values: Mapping[str, Any]) -> str:
    """Put values into `{name}` slots in one pass: braces inside a value stay as they are.

    Raises `KeyError` where a slot has no value.
    """
    return _SLOT.sub(lambda slot: str(values[slot[1]]), template)


def system_prompt(row: Row, with_format: bool = True) -> str:
    """Return the system message of a dialogue: the person, the situation and how a turn is written."""
    persona = parse(str(row.get("person") or ""))
    known = "\n".join(
        line for line in str(row.get("person") or "").split("\n") if not _is_unknown_type(line, persona.mbti)
    )
    form = turn_format.declared(row)
    text = (form.system or SYSTEM) + fill(
        _ABOUT, {"person": known or "(nothing is known)", "situation": row.get("situation") or "(not told yet)"}
    )
    told = form.instructions(", ".join(labels.of(row).labels)) if with_format else ""
    return f"{text}\n\n{told}" if told else text


def _is_unknown_type(line: str, mbti: str | None) -> bool:
    return line.startswith("MBTI:") and not mbti


def conversation(row: Row, turn: int | None = None) -> list[ChatMessage]:
    """Return the messages that ask for the supporter turn at index `turn` of `messages` (default: after the last one).

    The row's own system message is kept; a row without one gets `system_prompt`. Assistant turns show their reply
    alone.
    """
    messages: list[dict[str, Any]] = list(row.get("messages") or [])
    form = turn_format.declared(row)
    shown = [_show_message(message, form) for message in messages[: len(messages) if turn is None else turn]]
    if not shown or shown[0]["role"] != "system":
        shown.insert(0, {"role": "system", "content": system_prompt(row)})
    return shown


def _show_message(message: Mapping[str, Any], form: TurnFormat) -> ChatMessage:
    text = str(message["content"])
    return {"role": message["role"], "content": form.visible(text) if message["role"] == "assistant" else text}


def history(row: Row, turn: int | None = None) -> list[ChatMessage]:
    """Return the visible dialogue before index `turn` as facts for a task: role is seeker or supporter."""
    names = {"user": "seeker", "assistant": "supporter"}
    return [
        {"role": names[message["role"]], "content": message["content"]}
        for message in conversation(row, turn)
        if message["role"] in names
    ]


def supporter_turns(row: Row) -> list[int]:
    """Return the indices in `messages` of the supporter's turns."""
    return [index for index, message in enumerate(row.get("messages") or []) if message["role"] == "assistant"]


def transcript(dialogue: list[ChatMessage]) -> str:
    """Return the visible dialogue as lines for a prompt."""
    return "\n".join(f"{message['role'].capitalize()}: {message['content']}" for message in dialogue) or "(nothing yet)"


def in_format(row: Row, form: TurnFormat | None, known: labels.LabelSet | None) -> Row:
    """Return the row as one of another turn format and label set (None: as the row says).

    A supporter turn that reads as this format stays. Of any other its visible reply stays: what one format hides would
    be said aloud in another. The system message goes where it is kardia's own for the row, so that it comes anew. A
    name that is the default is left out of the row.
    """
    names = {"format": form and form.name, "labels": known and known.name}
    defaults = {"format": turn_format.DEFAULT, "labels": labels.DEFAULT}
    before = {name: row.get(name) or default for name, default in defaults.items()}
    after = {name: names[name] or before[name] for name in defaults}
    named = known.find(row["emotion"]) if known is not None and isinstance(row.get("emotion"), str) else None
    if named is not None and named != row["emotion"]:  # an alias
        row = {**row, "emotion": named}
    if after == before:
        return row
    kept = {name: value for name, value in row.items() if name not in defaults}
    told = {name: value for name, value in after.items() if value != defaults[name]}
    messages = row.get("messages")
    if not isinstance(messages, list) or not all(map(_is_message, messages)):
        return {**kept, **told}  # the check of the row says what is wrong with it
    given = turn_format.detect(row)
    own = [{"role": "system", "content": system_prompt(row, with_format)} for with_format in (True, False)]
    kept["messages"] = [_converted(message, given, form or given) for message in messages if message not in own]
    return {**kept, **told}


def _is_message(message: Any) -> bool:
    return isinstance(message, dict) and isinstance(message.get("content"), str) and "role" in message


def _converted(message: ChatMessage, given: TurnFormat, form: TurnFormat) -> ChatMessage:
    text = message["content"]
    is_kept = message["role"] != "assistant" or form is given or (not form.is_plain and form.read(text) is not None)
    return message if is_kept else {**message, "content": given.visible(text)}


def prompt_hash(row: Mapping[str, Any] | None = None) -> str:
    """Return the hash of all that decides how rows of this row's format and label set become prompts."""
    form, label_set = turn_format.declared(row or {}), labels.of(row or {})
    told = form.instructions()
    parts = [form.system or SYSTEM, _ABOUT, f"\n\n{told}" if told else "", "visible-response-1"]
    if label_set.name != labels.DEFAULT:
        parts += label_set.labels
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]
