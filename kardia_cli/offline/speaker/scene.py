"""The scene of a turn, shared by all roles, and the choice of phrases that a dialogue has not used yet."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from kardia_cli.rows.request import Reply

_SLOT = re.compile(r"\{[A-Za-z]+\}")


class Scene(NamedTuple):
    """The facts of a turn: strings where strings belong, empty where a fact is missing."""

    person: str
    mbti: str
    situation: str
    turns: tuple[tuple[str, str], ...]
    """(role, text) in the order of the dialogue."""
    transcript: str
    """All texts of the dialogue, lower case."""

    def by(self, role: str) -> list[str]:
        """Return the texts of one side."""
        return [text for name, text in self.turns if name == role]

    def last(self, role: str) -> str:
        """Return the latest text of one side, empty if it has none."""
        return next((text for name, text in reversed(self.turns) if name == role), "")


def scene_of(facts: Mapping[str, Any]) -> Scene:
    """Read the facts of a seeker's or supporter's task."""
    turns = tuple((str(entry.get("role", "")), str(entry.get("content", ""))) for entry in facts.get("history") or [])
    return Scene(
        person=str(facts.get("person") or ""),
        mbti=str(facts.get("mbti") or ""),
        situation=str(facts.get("situation") or ""),
        turns=turns,
        transcript=" ".join(text for _, text in turns).lower(),
    )


def as_json(value: Mapping[str, Any]) -> Reply:
    """Return a structured reply."""
    return Reply(orjson.dumps(value).decode())


def fresh(options: Sequence[str], transcript: str, rng: random.Random) -> list[str]:
    """Return the options in random order: first those that the transcript lacks, then those used longest ago."""
    return sorted(rng.sample(options, len(options)), key=lambda option: last_use(option, transcript))


def pick(options: Sequence[str], transcript: str, rng: random.Random) -> str:
    """Return one option, if possible one that the transcript lacks; empty if there are none."""
    return next(iter(fresh(options, transcript, rng)), "")


def last_use(option: str, transcript: str) -> int:
    """Return the last position of the option's longest fixed part in the transcript, -1 if it is not there."""
    fixed = max(_SLOT.split(option), key=len).strip(" .,;:!?").lower()
    return transcript.rfind(fixed) if len(fixed) > 5 else -1


def put(template: str, **values: str) -> str:
    """Fill `{name}` with a value and `{Name}` with the same value beginning with a capital."""

    def value_of(slot: re.Match[str]) -> str:
        name = slot[0][1:-1]
        value = values[name.lower()]
        return upper_first(value) if name[0].isupper() else value

    return _SLOT.sub(value_of, template)


def size(text: str) -> int:
    """Return the number of words."""
    return len(text.split())


def lower_first(text: str) -> str:
    """Return the text with a small first letter, for use inside a sentence; "I" stays."""
    return text if re.match(r"I\b", text) else text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]
