"""The supporter, who answers in the dialogue's turn format, and the rewriter of its failed turns.

The supporter reads the feeling from the seeker's words and never sees the gold label (unless `told` of the facts
holds it). With the share in `fault_share` of the facts (absent: none), a turn carries one planted fault (faults.py),
so that a critique has something to find; the trace says which; with the share in `wrong_label_share` its label and
hidden spans name another feeling, its reply not. The rewriter alone is told the gold emotion; it starts over from the
dialogue, so every problem of the draft goes, and now and then a fault slips in again, so that a second round happens.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from kardia_cli.offline.phrases import PLACEHOLDER, table
from kardia_cli.offline.speaker import details, faults
from kardia_cli.offline.speaker.details import Details, details_of
from kardia_cli.offline.speaker.feelings import contrary, feelings, infer
from kardia_cli.offline.speaker.reply import Composed, compose, is_settled
from kardia_cli.offline.speaker.scene import Scene, as_json, fresh, put, scene_of, size
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.request import Reply
from kardia_cli.rows.turn_format import TurnFormat

_UNDERSTANDING, _REASONING = (25, 50), (30, 60)  # bounds on words
_SLIP_SHARE, _SLIPS = 0.12, (*faults.REPLY_KINDS, "broken_span")


def supporter_turn(facts: Mapping[str, Any], rng: random.Random) -> Reply:
    """Return one turn in its format, blind to the gold emotion; facts as in the task "supporter.turn"."""
    scene, form = scene_of(facts), turn_format.declared(facts)
    kinds = faults.TEXT_KINDS if form.is_plain else faults.KINDS
    kind = faults.draw(rng, float(facts.get("fault_share") or 0.0), kinds)
    told = str(facts.get("told") or "")
    emotion = told if told in feelings() else infer(scene.by("seeker"), scene.situation)
    text, share = _written(facts, scene, emotion, kind, rng, told), float(facts.get("wrong_label_share") or 0.0)
    if share and not told and rng.random() < share:
        text = _mislabelled(text, scene, emotion, rng, form)
    return Reply(text, trace=as_json({"planted": kind}).text)


def _mislabelled(text: str, scene: Scene, emotion: str, rng: random.Random, form: TurnFormat) -> str:
    """Return the turn with thoughts and label of another feeling of the same tone; its reply stays.

    A turn that is broken or names none of the feelings is left as it is.
    """
    named, tone = form.label(text), feelings()[emotion].tone
    if named not in feelings():
        return text
    other = rng.choice([name for name, feeling in feelings().items() if feeling.tone == tone and name != named])
    return _in_format(_about_reply(scene, form.visible(text), other, rng), form)


def corrected_spans(facts: Mapping[str, Any], rng: random.Random) -> Reply:
    """Return the hidden spans of a turn for its gold emotion, as JSON; facts as in the task "rewriter.label"."""
    gold, told = str(facts.get("emotion")), [dict(span) for span in facts.get("spans") or []]
    if gold in feelings():
        thoughts = _about_reply(scene_of(facts), str(facts.get("reply") or ""), gold, rng).thoughts(len(told))
        told = [{**span, "text": thoughts[number % len(thoughts)]} for number, span in enumerate(told)]
    return as_json({"spans": told})


def _about_reply(scene: Scene, reply: str, emotion: str, rng: random.Random) -> _Parts:
    """Return what a turn with this reply holds, its thoughts written for this emotion."""
    found = details_of(scene)
    thing = next((thing for thing in found.things if thing in reply), "")
    close = "closing" if is_settled(scene) else "question" if reply.rstrip().endswith("?") else "offer"
    about = Composed(reply, thing, "", close)
    return _Parts(_understanding(about, emotion, found, rng), _reasoning(about, emotion, rng), emotion, reply)


def named_label(facts: Mapping[str, Any], rng: random.Random) -> Reply:
    """Return the label alone, heard as in a turn or drawn; facts as in the task "supporter.label"."""
    known, scene = labels.of(facts), scene_of(facts)
    heard = infer(scene.by("seeker"), scene.situation)
    return Reply(heard if known.name == labels.DEFAULT else rng.choice(known.labels))


def rewritten_turn(facts: Mapping[str, Any], rng: random.Random) -> Reply:
    """Return a turn in place of the draft; facts as in the task "rewriter.turn"."""
    scene, form = scene_of(facts), turn_format.declared(facts)
    draft = form.visible(str(facts.get("draft") or ""))
    scene = scene._replace(transcript=f"{scene.transcript} {draft.lower()}")
    gold = facts.get("emotion")
    emotion = str(gold) if gold in feelings() else infer(scene.by("seeker"), scene.situation)
    kind = faults.draw(rng, _SLIP_SHARE, faults.REPLY_KINDS if form.is_plain else _SLIPS)
    for _ in range(8):
        text = _written(facts, scene, emotion, kind, rng, str(gold or ""))
        if form.visible(text) != draft:
            break
    return Reply(text, trace=as_json({"planted": kind}).text)


class _Parts(NamedTuple):
    """What a turn holds, whatever its format; `understanding` and `reasoning` are what is thought."""

    understanding: str
    reasoning: str
    emotion: str
    reply: str

    def thoughts(self, count: int) -> list[str]:
        """The thoughts for so many spans: the two as they are, or their sentences."""
        both = [self.understanding, self.reasoning]
        return both if count <= len(both) else [line for text in both for line in details.sentences(text)]


def _written(
    facts: Mapping[str, Any], scene: Scene, emotion: str, kind: str | None, rng: random.Random, label: str
) -> str:
    """Return a turn with the fault `kind` (None: clean); `label` is what it names where it is none of the emotions.

    In another domain's label set nothing here understands a word: the reply is a placeholder with the first words of
    what was said last, so that replies differ, and the label is drawn.
    """
    form, known = turn_format.declared(facts), labels.of(facts)
    parts = _parts(scene, emotion, kind, rng)
    if known.name != labels.DEFAULT:
        named = label if label in known.labels else rng.choice(known.labels)
        topic = " ".join((scene.last("seeker") or scene.situation).split()[:6])
        parts = parts._replace(emotion=named, reply=f"{PLACEHOLDER} {len(scene.turns)}: {topic}")
    text = _in_format(parts, form)
    return faults.broken(text, form, rng) if kind == "broken_span" else text


def _in_format(parts: _Parts, form: TurnFormat) -> str:
    return form.compose(parts.thoughts(sum(span.role == "plain" for span in form.spans)), parts.emotion, parts.reply)


def _parts(scene: Scene, emotion: str, kind: str | None, rng: random.Random) -> _Parts:
    """Return what a turn holds; a fault of content is already in it, a broken marker is not."""
    if kind == "wrong_emotion":
        emotion = contrary(emotion, rng)
    found = details_of(scene)
    reply = compose(scene, found, emotion, rng)
    response = reply.text
    if kind in faults.REPLY_KINDS:
        response = faults.faulty_response(kind, scene, found, emotion, reply.text, rng)
    return _Parts(_understanding(reply, emotion, found, rng), _reasoning(reply, emotion, rng), emotion, response)


def _understanding(reply: Composed, emotion: str, found: Details, rng: random.Random) -> str:
    feeling, lines = feelings()[emotion], table("speaker/supporter")["understanding"]
    echo = reply.echo or next(iter(found.echoes), "") if reply.close != "closing" else ""
    if re.search(r"\bthe(?:y|m|ir)\b", echo, re.IGNORECASE):  # "they" would be two people
        echo = ""
    values = {"thing": reply.thing, "echo": details.turned(echo, 3)}
    kinds = [kind for kind in ("echo", "thing") if values[kind]] or ["plain"]
    heard = [put(rng.choice(lines[kind]), **values) for kind in kinds[: rng.choice((1, 2))]]
    felt = put(rng.choice(lines["felt"]), named=rng.choice(feeling.named), label=emotion)
    wanted = rng.choice(lines["closing" if reply.close == "closing" else feeling.tone])
    return details.to_they(_within(_UNDERSTANDING, [*heard, felt, wanted], fresh(lines["plain"], "", rng)))


def _reasoning(reply: Composed, emotion: str, rng: random.Random) -> str:
    lines = table("speaker/supporter")["reasoning"]
    because = put(rng.choice(lines["because"]), why=rng.choice(feelings()[emotion].why))
    ground = put(rng.choice(lines["thing" if reply.thing else "plain"]), thing=reply.thing)
    parts = [because, ground, rng.choice(lines[reply.close])]
    return details.to_they(_within(_REASONING, parts, fresh(lines["plain"], "", rng)))


def _within(bounds: tuple[int, int], parts: list[str], fillers: list[str]) -> str:
    """Join the parts inside the bounds on words: the second part goes when too long, fillers come when short."""
    for filler in fillers:
        if size(" ".join(parts)) < bounds[0] and filler not in parts:
            parts = [*parts, filler]
    while size(" ".join(parts)) > bounds[1] and len(parts) > 2:
        parts = [parts[0], *parts[2:]]
    return " ".join(parts)
