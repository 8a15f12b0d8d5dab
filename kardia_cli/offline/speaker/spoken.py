"""What the speaker's roles share: what they return, what they know of the talk, and how they avoid repeating it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kardia_cli.offline.speaker.details import can_turn, clauses, noun_phrases, to_you, upper_first
from kardia_cli.offline.speaker.feelings import read_signs

_SLOT = re.compile(r"\{[A-Za-z]+\}")


class Spoken(NamedTuple):
    """What a role says; `trace` is a JSON string or empty."""

    text: str
    trace: str = ""


class Scene(NamedTuple):
    """The facts of a turn, made safe: strings where strings belong, in the order in which they were said."""

    person: str
    mbti: str
    situation: str
    talk: tuple[tuple[str, str], ...]
    said: str
    """All that was said so far, lower case."""

    def by(self, role: str) -> list[str]:
        """What one side has said."""
        return [text for name, text in self.talk if name == role]

    def last(self, role: str) -> str:
        """The latest words of one side, empty where it has not spoken."""
        return next((text for name, text in reversed(self.talk) if name == role), "")


def scene_of(facts: Mapping[str, Any]) -> Scene:
    """Read the facts of a seeker's or supporter's task; missing ones are empty."""
    talk = tuple((str(entry.get("role", "")), str(entry.get("content", ""))) for entry in facts.get("history") or [])
    return Scene(
        person=str(facts.get("person") or ""),
        mbti=str(facts.get("mbti") or ""),
        situation=str(facts.get("situation") or ""),
        talk=talk,
        said=" ".join(text for _, text in talk).lower(),
    )


def fresh(options: Sequence[str], said: str, rng: random.Random) -> Iterator[str]:
    """The options in random order: those whose wording the talk has not used yet, then those used longest ago."""
    yield from sorted(rng.sample(options, len(options)), key=lambda option: _last_said(option, said))


def pick(options: Sequence[str], said: str, rng: random.Random) -> str:
    """One option, if possible one whose wording was not yet used in the talk; empty where there are none."""
    return next(fresh(options, said, rng), "")


def _last_said(option: str, said: str) -> int:
    """Where the talk last used the option's longest fixed part, -1 for nowhere."""
    fixed = max(_SLOT.split(option), key=len).strip(" .,;:!?").lower()
    return said.rfind(fixed) if len(fixed) > 5 else -1


def put(template: str, **values: str) -> str:
    """Fill `{name}` with a value and `{Name}` with the same value beginning with a capital."""

    def value_of(slot: re.Match[str]) -> str:
        name = slot[0][1:-1]
        value = values[name.lower()]
        return upper_first(value) if name[0].isupper() else value

    return _SLOT.sub(value_of, template)


def size(text: str) -> int:
    """Number of words."""
    return len(text.split())


class Details(NamedTuple):
    """What a supporter can take up of the talk."""

    things: list[str]
    """Noun phrases of the story ("your old car")."""
    echoes: list[str]
    """Clauses of the story and of the last message that can be turned to another person, the latest first."""
    quotes: list[str]
    """Short clauses of the last message, word for word."""


def details_of(scene: Scene) -> Details:
    """Noun phrases and clauses of the story, and those clauses of the last message that show a feeling."""
    seeker = scene.by("seeker")
    last = [clause for clause in clauses(seeker[-1], 3, 11, inner=False) if read_signs(clause)] if seeker else []
    told = [clause for clause in last + clauses(scene.situation) if can_turn(clause)]
    return Details(
        things=noun_phrases(scene.situation or (seeker[0] if seeker else ""))[:3],
        echoes=[clause for clause in told if to_you(clause).lower() not in scene.said],
        quotes=[quote for quote in last if size(quote) <= 8],
    )
