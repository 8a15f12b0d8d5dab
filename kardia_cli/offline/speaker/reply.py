"""The visible reply of a clean supporter turn: the feeling with a detail of the story, then one question or one offer.

Candidates are drawn until one has 16 to 30 words, else the nearest to that is taken.
"""

from __future__ import annotations

import random
import re
from typing import Any, NamedTuple

from kardia_cli.offline.phrases import table
from kardia_cli.offline.speaker import details
from kardia_cli.offline.speaker.details import Details
from kardia_cli.offline.speaker.feelings import feelings
from kardia_cli.offline.speaker.scene import Scene, pick, put, size

_SHORTEST, _LONGEST = 16, 30
_SETTLED = re.compile(r"\b(?:thank you|thanks)\b", re.IGNORECASE)


class Composed(NamedTuple):
    """A reply, what it took up (a noun phrase, a first-person clause), and its end: question, offer or closing."""

    text: str
    thing: str
    echo: str
    close: str


def is_settled(scene: Scene) -> bool:
    """Return True if the seeker has just taken leave: thanks, no question, and not in the first message."""
    last = scene.last("seeker")
    return len(scene.by("seeker")) > 1 and bool(_SETTLED.search(last)) and "?" not in last


def compose(scene: Scene, found: Details, emotion: str, rng: random.Random) -> Composed:
    """Return a clean reply that fits the emotion and the dialogue so far."""
    if feelings()[emotion].tone == "bright":
        sorrowful = table("speaker/reading")["nouns"]["sorrowful"].split()
        found = found._replace(things=[thing for thing in found.things if thing.split()[-1] not in sorrowful])
    compose_once = _farewell if is_settled(scene) else _answer
    made = []
    for _ in range(40):
        made.append(compose_once(scene, found, emotion, rng))
        if _SHORTEST <= size(made[-1].text) <= _LONGEST:
            return made[-1]
    return min(made, key=lambda one: abs(size(one.text) - 24))


def _answer(scene: Scene, found: Details, emotion: str, rng: random.Random) -> Composed:
    feeling, kind = feelings()[emotion], _taken_up(scene, found, rng)
    echo = rng.choice(found.echoes[:3]) if found.echoes else ""
    values = {
        "named": pick(feeling.named, scene.transcript, rng),
        "why": pick(feeling.why, scene.transcript, rng),
        "thing": rng.choice(found.things) if found.things else "",
        "echo": details.turned(echo),
        "quote": rng.choice(found.quotes) if found.quotes else "",
    }
    line = put(pick(_lines("line", feeling.tone)[kind], scene.transcript, rng), **values)
    if len(scene.by("seeker")) > 1 and rng.random() < 0.35:
        close, ending = "offer", _offer(scene, feeling.tone, rng)
    else:
        close, ending = "question", _question(scene, feeling.tone, rng)
    return Composed(f"{line} {ending}", values["thing"], echo if kind == "echo" else "", close)


def _lines(kind: str, tone: str) -> Any:
    return table("speaker/supporter")[kind][tone]


def _taken_up(scene: Scene, found: Details, rng: random.Random) -> str:
    """Draw what the first line takes up: mostly the story's thing at the beginning, the latest words later on."""
    early = len(scene.by("seeker")) < 2
    weights = {
        "thing": (5 if early else 2) * bool(found.things),
        "echo": (3 if early else 6) * bool(found.echoes),
        "quote": 2 * bool(found.quotes),
    }
    if not any(weights.values()):
        return "plain"
    return rng.choices(list(weights), list(weights.values()))[0]


def _question(scene: Scene, tone: str, rng: random.Random) -> str:
    """Return an open question, if possible of a kind that was not asked yet."""
    kinds: dict[str, list[str]] = _lines("question", tone)
    new = [kind for kind, asked in kinds.items() if not any(line.lower() in scene.transcript for line in asked)]
    return pick(kinds[rng.choice(new or list(kinds))], scene.transcript, rng)


def _offer(scene: Scene, tone: str, rng: random.Random) -> str:
    """Return a small thing to do that suits how the person lives, without saying how that is known."""
    anyone: list[str] = table("speaker/reading")["activities"]["anyone"]
    own = [offer for _, offer in details.activities(scene.person) if offer not in scene.transcript]
    options = own if own and rng.random() < 0.7 else [offer for offer in anyone if offer not in scene.transcript]
    return put(pick(_lines("offer", tone), scene.transcript, rng), offer=rng.choice(options or anyone))


def _farewell(scene: Scene, found: Details, emotion: str, rng: random.Random) -> Composed:
    kind = "thing" if found.things and rng.random() < 0.7 else "plain"
    thing = rng.choice(found.things) if kind == "thing" else ""
    lines = _lines("farewell", feelings()[emotion].tone)[kind]
    return Composed(put(pick(lines, scene.transcript, rng), thing=thing), thing, "", "closing")
