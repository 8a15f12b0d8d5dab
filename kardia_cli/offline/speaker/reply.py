"""The visible reply of a clean supporter turn: the feeling with a detail of the talk, then one question or one offer.

Candidates are drawn until one has 16 to 30 words; none ever has more than 34.
"""

from __future__ import annotations

import random
import re
from typing import NamedTuple

from kardia_cli.offline.speaker import details
from kardia_cli.offline.speaker.feelings import FEELINGS
from kardia_cli.offline.speaker.spoken import Details, Scene, pick, put, size
from kardia_cli.offline.speaker.words import replies
from kardia_cli.offline.speaker.words.activities import ANYONE
from kardia_cli.offline.speaker.words.nouns import SORROWFUL
from kardia_cli.offline.speaker.words.questions import QUESTIONS

SHORTEST, LONGEST, LIMIT = 16, 30, 34
_TRIES = 20
_NO_MOMENT = ("ahead", "bond", "calm")  # families of feelings that have no first minute to ask about
_SETTLED = re.compile(r"\b(?:thank you|thanks)\b", re.IGNORECASE)


class Composed(NamedTuple):
    """A reply, what it took up (a noun phrase, a first-person clause), and its end: question, offer or closing."""

    text: str
    thing: str
    echo: str
    close: str


def is_settled(scene: Scene) -> bool:
    """Whether the seeker has just taken leave: thanks, no question, and not in the first message."""
    last = scene.last("seeker")
    return len(scene.by("seeker")) > 1 and bool(_SETTLED.search(last)) and "?" not in last


def compose(scene: Scene, found: Details, emotion: str, rng: random.Random) -> Composed:
    """A clean reply that fits the emotion and the talk so far."""
    shortest: Composed | None = None
    if FEELINGS[emotion].tone == "bright":
        found = found._replace(things=[thing for thing in found.things if thing.split()[-1] not in SORROWFUL])
    settled = is_settled(scene)
    for _ in range(_TRIES):
        made = _farewell(scene, found, emotion, rng) if settled else _answer(scene, found, emotion, rng)
        if SHORTEST <= size(made.text) <= LONGEST:
            return made
        if shortest is None or abs(size(made.text) - 24) < abs(size(shortest.text) - 24):
            shortest = made
    assert shortest is not None
    return shortest if size(shortest.text) <= LIMIT else _plain(scene, emotion, rng)


def _answer(scene: Scene, found: Details, emotion: str, rng: random.Random) -> Composed:
    tone = FEELINGS[emotion].tone
    kind = _taken_up(scene, found, rng)
    values = _values(scene, found, emotion, rng)
    spoken = {**values, "echo": details.to_you(values["echo"])}
    line = put(pick(replies.FEELING_LINES[tone][kind], scene.said, rng), **spoken)
    if len(scene.by("seeker")) > 1 and rng.random() < 0.35:
        close, ending = "offer", _offer(scene, tone, rng)
    else:
        close, ending = "question", _question(scene, tone, FEELINGS[emotion].family, rng)
    return Composed(f"{line} {ending}", values["thing"], values["echo"] if kind == "echo" else "", close)


def _taken_up(scene: Scene, found: Details, rng: random.Random) -> str:
    """What the feeling line takes up; the story's thing mostly at the beginning, the latest words later on."""
    early = len(scene.by("seeker")) < 2
    weights = {
        "thing": (5 if early else 2) * bool(found.things),
        "echo": (3 if early else 6) * bool(found.echoes),
        "quote": 2 * bool(found.quotes),
    }
    if not any(weights.values()):
        return "plain"
    return rng.choices(list(weights), list(weights.values()))[0]


def _values(scene: Scene, found: Details, emotion: str, rng: random.Random) -> dict[str, str]:
    feeling = FEELINGS[emotion]
    return {
        "thing": rng.choice(found.things[:2]) if found.things else "",
        "echo": rng.choice(found.echoes[:3]) if found.echoes else "",
        "quote": rng.choice(found.quotes) if found.quotes else "",
        "named": pick(feeling.named, scene.said, rng),
        "why": pick(feeling.why, scene.said, rng),
    }


def _question(scene: Scene, tone: str, family: str, rng: random.Random) -> str:
    """An open question, if possible of a kind that was not asked yet."""
    kinds = {kind: asked for kind, asked in QUESTIONS[tone].items() if not (kind == "minute" and family in _NO_MOMENT)}
    new = [kind for kind, asked in kinds.items() if not any(question.lower() in scene.said for question in asked)]
    return pick(kinds[rng.choice(new or list(kinds))], scene.said, rng)


def _offer(scene: Scene, tone: str, rng: random.Random) -> str:
    """A small thing to do that suits how the person lives, without saying how that is known."""
    own = [offer for _, offer in details.activities(scene.person) if offer not in scene.said]
    options = own if own and rng.random() < 0.7 else [offer for offer in ANYONE if offer not in scene.said]
    return put(pick(replies.OFFERS[tone], scene.said, rng), offer=rng.choice(options or list(ANYONE)))


def _farewell(scene: Scene, found: Details, emotion: str, rng: random.Random) -> Composed:
    tone = FEELINGS[emotion].tone
    values = _values(scene, found, emotion, rng)
    kind = "thing" if found.things and rng.random() < 0.7 else "plain"
    text = put(pick(replies.FAREWELLS[tone][kind], scene.said, rng), **values)
    return Composed(text, values["thing"] if kind == "thing" else "", "", "closing")


def _plain(scene: Scene, emotion: str, rng: random.Random) -> Composed:
    """A reply from short phrases alone, which is never too long."""
    feeling = FEELINGS[emotion]
    named = min(feeling.named, key=size)
    text = f"What I hear is {named}, and I take it seriously. {_question(scene, feeling.tone, feeling.family, rng)}"
    return Composed(text, "", "", "question")
