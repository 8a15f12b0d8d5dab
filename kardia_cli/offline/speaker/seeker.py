"""The seeker: tells a situation, answers the supporter, and comes to an end.

A turn is put together from an answer to the last reply, a concrete detail and a sentence that shows the feeling. The
length of a dialogue is drawn once, from what stays the same in all of its turns.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from kardia_cli.offline.phrases import table
from kardia_cli.offline.speaker import details
from kardia_cli.offline.speaker.feelings import Feeling, feelings, words
from kardia_cli.offline.speaker.scene import Scene, as_json, last_use, pick, put, scene_of, size, upper_first
from kardia_cli.rows.request import Reply, derive_seed

_SHORTEST, _LONGEST = 15, 50
_STORY = 36  # words of the situation that a first turn may hold, so that a sentence of feeling still fits
_NEVER_SETTLES = 0.08
_LAST_EXCHANGES = (3, 5, *[8] * 16, *[9] * 3, 10, 10)  # with 10 at most: a mean of 8.1, 92 % have 8 to 10
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|i|im|my|me|we|our|us|mine)\b", re.IGNORECASE)
_REPORT = re.compile(r"^(?:the )?(?:seeker|user|client|patient|person)\b", re.IGNORECASE)
_THIRD_PERSON = re.compile(r"^(?:to|of|being|not)\b|\b(?:s?he|they|his|hers?|him|theirs?|them)\b", re.IGNORECASE)
_CHILDREN = ("my son", "my daughter")  # they may notice things, but are not told them


def seeker_turn(facts: Mapping[str, Any], rng: random.Random) -> Reply:
    """Return one seeker turn as JSON {"message", "resolved"}; facts as in the task "seeker.turn"."""
    scene = scene_of(facts)
    emotion = facts["emotion"] if facts.get("emotion") in feelings() else "sad"
    exchange = int(facts.get("exchange") or 1)
    last = _last_exchange(scene, emotion, int(facts.get("max_exchanges") or 10))
    resolved = 1 < last <= exchange
    if exchange <= 1 or not scene.by("seeker"):
        message, resolved = _opening(scene, feelings()[emotion], rng), False
    elif resolved:
        tone = feelings()[emotion].tone
        parts = [pick(_lines(kind, tone), scene.transcript, rng) for kind in ("thanks", "settled", "plan")]
        message = _with_someone(" ".join(parts), scene, rng)
    else:
        message = _middle(scene, feelings()[emotion], rng, nearly=exchange == last - 1)
    return as_json({"message": message, "resolved": resolved})


def _last_exchange(scene: Scene, emotion: str, most: int) -> int:
    """Return the exchange in which this dialogue ends, 0 for never; the same in all its turns."""
    first = scene.by("seeker")[:1]
    rng = random.Random(derive_seed("last exchange", scene.person, scene.situation, emotion, *first))
    return 0 if rng.random() < _NEVER_SETTLES else min(rng.choice(_LAST_EXCHANGES), most)


def _lines(kind: str, name: str) -> Any:
    return table("speaker/seeker")[kind].get(name, [])


def _opening(scene: Scene, feeling: Feeling, rng: random.Random) -> str:
    first, *others = rng.sample(feeling.cues, 4)
    message = f"{_retold(scene.situation) or table('speaker/seeker')['story']} {first}"
    if size(message) <= _LONGEST - 14 and rng.random() < 0.6:
        message = f"{rng.choice(_lines('hello', feeling.tone))} {message}"
    while size(message) < _SHORTEST and others:
        message = f"{message} {others.pop()}"
    return message


def _retold(situation: str) -> str:
    """Return the first sentences of a situation as far as they fit; empty if the seeker cannot say them."""
    kept: list[str] = []
    for sentence in details.sentences(situation):
        if size(" ".join([*kept, sentence])) > _STORY:
            break
        kept.append(sentence)
    text = " ".join(kept)
    is_own = bool(_FIRST_PERSON.search(situation)) or not _THIRD_PERSON.search(text)
    return _tidied(text) if size(text) >= 4 and len(text) <= 320 and is_own and not _REPORT.match(text) else ""


def _tidied(text: str) -> str:
    """Return a sentence with capital "I", a capital first letter and a mark at its end."""
    text = re.sub(r"\bi(?='|’|\b)(?!\.)", "I", text.strip())
    return upper_first(text if text[-1:] in ".!?…)\"'" else text.rstrip(",;:- ") + ".")


def _middle(scene: Scene, feeling: Feeling, rng: random.Random, nearly: bool) -> str:
    reaction = _reaction(scene, feeling.tone, rng)
    scene = scene._replace(transcript=f"{scene.transcript} {reaction.lower()}")
    cue = pick(feeling.cues, scene.transcript, rng)
    detail = (
        pick(_lines("easing", feeling.tone), scene.transcript, rng) if nearly else _detail(scene, feeling.tone, rng)
    )
    parts = [reaction, *((detail, cue) if nearly or rng.random() < 0.6 else (cue, detail))]
    if last_use(cue, scene.transcript) >= 0:  # all cues were used: better none than one again
        parts.remove(cue)
    if size(" ".join(parts)) > _LONGEST:
        parts.remove(detail)
    while size(" ".join(parts)) < _SHORTEST:
        moment = pick(_lines("moment", feeling.tone), " ".join([scene.transcript, *parts]).lower(), rng)
        parts.append(moment)
    return " ".join(parts)


def _reaction(scene: Scene, tone: str, rng: random.Random) -> str:
    """Return the answer to the last reply: hurt, an offer taken up, a question answered, or a nod."""
    reply = scene.last("supporter")
    jarring = _jarring(reply)
    if jarring and rng.random() < 0.7:
        return pick(_lines("jarring", jarring)["lines"], scene.transcript, rng)
    asked = _asked(reply)
    answers = _lines("agreed", tone) if asked == "offer" else _lines("answer", tone).get(asked)
    return _with_someone(pick(answers or _lines("heard", tone), scene.transcript, rng), scene, rng)


def _asked(reply: str) -> str:
    """Return the kind of the reply's last question, "offer" for a suggestion, empty for neither."""
    question = next((part for part in reversed(details.sentences(reply)) if part.endswith("?")), "").lower()
    data = table("speaker/seeker")
    if _matches(data["offer"], question or reply) and not re.match(r"(?:who|what|when|which|how would)\b", question):
        return "offer"
    return next((kind for kind, sign in data["asked"].items() if _matches([sign], question)), "")


def _jarring(reply: str) -> str:
    """Return what is wrong with the reply in a seeker's ear, empty for nothing."""
    kinds = table("speaker/seeker")["jarring"]
    found = (kind for kind, entry in kinds.items() if _matches(entry["signs"], reply))
    return "too_long" if size(reply) > 60 else next(found, "")


def _matches(signs: list[str], text: str) -> bool:
    return any(re.search(sign, text.lower()) for sign in signs)


def _detail(scene: Scene, tone: str, rng: random.Random) -> str:
    """Return something new: the rest of the story, an activity or person of the profile, or a small moment."""
    rest = details.untold(scene.situation, scene.transcript)
    if 4 <= size(rest) <= 22 and rng.random() < 0.8:
        return _tidied(rest)
    own = [own for own, _ in details.activities(scene.person) if own not in scene.transcript]
    options = {"own": own, "someone": _people(scene)}
    kind = rng.choice([kind for kind in options if options[kind]] or ["moment"])
    if kind == "moment" or rng.random() < 0.4:
        return pick(_lines("moment", tone), scene.transcript, rng)
    return put(pick(_lines("touch", tone)[kind], scene.transcript, rng), **{kind: rng.choice(options[kind])})


def _people(scene: Scene) -> list[str]:
    """Return the relatives who may be mentioned: new to the dialogue, and not in the story (role unsure)."""
    story = words(scene.situation)
    people = details.household(scene.person)
    return [one for one in people if one.split()[-1] not in story and one not in scene.transcript]


def _with_someone(line: str, scene: Scene, rng: random.Random) -> str:
    """Fill the slot for a person to talk to."""
    people = [one for one in _people(scene) if one not in _CHILDREN]
    return put(line, someone=rng.choice(people or table("speaker/seeker")["anybody"]))
