"""The supporter: reads the feeling from the seeker's words and answers in four spans, or in plain text.

It never sees the gold label. With the share in `fault_share` of the facts (absent: none), a turn carries one planted
fault (faults.py), so that a critique has something to find; the trace says which.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from kardia_cli.offline.speaker import details, faults
from kardia_cli.offline.speaker.feelings import FEELINGS, infer
from kardia_cli.offline.speaker.reply import compose
from kardia_cli.offline.speaker.spoken import Details, Scene, Spoken, details_of, put, scene_of, size
from kardia_cli.offline.speaker.words import hidden
from kardia_cli.rows import spans

_UNDERSTANDING, _REASONING = (25, 50), (30, 60)


def supporter_turn(facts: Mapping[str, Any], rng: random.Random) -> Spoken:
    """One turn of four spans, blind to the gold emotion; facts as in the task "supporter.turn"."""
    scene = scene_of(facts)
    kind = faults.draw(rng, float(facts.get("fault_share") or 0.0), faults.KINDS)
    return Spoken(written(scene, heard_emotion(scene), kind, rng), planted(kind))


def supporter_plain(facts: Mapping[str, Any], rng: random.Random) -> Spoken:
    """The same reply as plain text; only faults that plain text can have."""
    scene = scene_of(facts)
    kind = faults.draw(rng, float(facts.get("fault_share") or 0.0), faults.TEXT_KINDS)
    return Spoken(turn_spans(scene, heard_emotion(scene), kind, rng).response, planted(kind))


def heard_emotion(scene: Scene) -> str:
    """The emotion that the supporter hears in the seeker's words and the situation."""
    return infer(scene.by("seeker"), scene.situation)


def planted(kind: str | None) -> str:
    """The trace of a turn: which fault was planted, null for none."""
    return orjson.dumps({"planted": kind}).decode()


def written(scene: Scene, emotion: str, kind: str | None, rng: random.Random) -> str:
    """A four-span turn with the fault `kind` (None: clean)."""
    text = spans.render(turn_spans(scene, emotion, kind, rng))
    return faults.broken(text, rng) if kind == "broken_span" else text


def turn_spans(scene: Scene, emotion: str, kind: str | None, rng: random.Random) -> spans.Spans:
    """The four spans of a turn; a fault of content is already in them, a broken marker is not."""
    if kind == "wrong_emotion":
        emotion = faults.other_emotion(emotion, rng)
    found = details_of(scene)
    reply = compose(scene, found, emotion, rng)
    notes = Notes(emotion, reply.thing, reply.echo, reply.close)
    response = reply.text
    if kind not in (None, "wrong_emotion", "broken_span"):
        response = faults.faulty_response(kind, scene, found, emotion, reply.text, rng)
    return spans.Spans(_understanding(notes, found, rng), _reasoning(notes, rng), emotion, response)


class Notes(NamedTuple):
    """What the hidden spans speak of, so that they agree with the reply."""

    emotion: str
    thing: str
    echo: str
    close: str


def _understanding(notes: Notes, found: Details, rng: random.Random) -> str:
    feeling = FEELINGS[notes.emotion]
    values = {"thing": notes.thing, "echo": details.told_of(notes.echo or next(iter(found.echoes), ""))}
    kinds = [kind for kind in ("echo", "thing") if values[kind]] or ["plain"]
    seen = [put(rng.choice(hidden.SEEN[kind]), **values) for kind in kinds[: rng.choice((1, 2))]]
    felt = put(rng.choice(hidden.FELT), named=rng.choice(feeling.named), label=notes.emotion)
    wanted = rng.choice(hidden.WANTED["closing" if notes.close == "closing" else feeling.tone])
    text = _within(_UNDERSTANDING, [*seen, felt, wanted], rng.choice(hidden.SEEN["plain"]))
    return details.to_they(text)


def _reasoning(notes: Notes, rng: random.Random) -> str:
    why = rng.choice(FEELINGS[notes.emotion].why)
    because = put(rng.choice(hidden.BECAUSE), why=why)
    ground = put(rng.choice(hidden.WITH_THING), thing=notes.thing) if notes.thing else rng.choice(hidden.WITHOUT_THING)
    helps = rng.choice(hidden.HELPS[notes.close])
    return details.to_they(_within(_REASONING, [because, ground, helps], rng.choice(hidden.WITHOUT_THING)))


def _within(bounds: tuple[int, int], parts: list[str], filler: str) -> str:
    """The parts as one text inside the bounds on words: the second part goes when too long, filler comes when short."""
    if size(" ".join(parts)) < bounds[0] and filler not in parts:
        parts = [*parts, filler]
    while size(" ".join(parts)) > bounds[1] and len(parts) > 2:
        parts = [parts[0], *parts[2:]]
    return re.sub(r"\s+", " ", " ".join(parts))
