"""The seeker: tells a situation, answers the supporter, and comes to an end.

A turn is put together from an answer to the last reply, a concrete detail and a sentence that shows the feeling. How
long a talk lasts is drawn once for the dialogue, from what stays the same in all of its turns.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

import orjson

from kardia_cli.offline.speaker import details
from kardia_cli.offline.speaker.feelings import FEELINGS, sounds_wrong, words
from kardia_cli.offline.speaker.spoken import Scene, Spoken, fresh, pick, put, scene_of, size
from kardia_cli.offline.speaker.words import turns
from kardia_cli.offline.speaker.words.people import ANYBODY
from kardia_cli.offline.speaker.words.questions import ANSWERS, OFFER, SIGNS, TAKEN_UP
from kardia_cli.offline.speaker.words.topics import ANY_MIXED, ANY_TOPIC, Topic
from kardia_cli.rows.request import derive_seed

_SHORTEST, _LONGEST = 15, 50
_STORY = 36  # words of the situation that a first turn may hold, so that a sentence of feeling still fits
_NEVER_SETTLES = 0.08
_LAST_EXCHANGES = (3, 4, 4, 5, 5, 6, 7)
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|i|im|my|me|we|our|us|mine)\b", re.IGNORECASE)
_REPORT = re.compile(r"^(?:the )?(?:seeker|user|client|patient|person)\b", re.IGNORECASE)
_THIRD_PERSON = re.compile(r"^(?:to|of|being|not)\b|\b(?:s?he|they|his|hers?|him|theirs?|them)\b", re.IGNORECASE)
_CUT = re.compile(r"(?:, (?:and|but|so|because|which|who|while)|; | (?:because|but|while|although) )")
_CHILDREN = ("my son", "my daughter")  # they may notice things, but are not told them
_JARRING = (
    (
        "recited",
        r"\b(?:as an? [ie][ns][tf][jp]|your type|your profile|[ie][ns][tf][jp]s?\b|i know that you|according to)",
    ),
    ("promised", r"\b(?:i promise|guarantee|i will always|never leave|nobody will ever|for certain|a hundred percent)"),
    ("lectured", r"\b(?:step one|first,|firstly|you should|you need to|make a list of|download|just do)\b"),
    (
        "waved_off",
        r"\b(?:happens? to every|most people|stay positive|time heals|people your age|all of us|in general|as they say"
        r"|for every ?(?:one|body)|other people have|everyone (?:goes|should|deals))",
    ),
)


def seeker_turn(facts: Mapping[str, Any], rng: random.Random) -> Spoken:
    """One seeker turn as JSON {"message", "resolved"}; facts as in the task "seeker.turn"."""
    scene = scene_of(facts)
    emotion = facts["emotion"] if facts.get("emotion") in FEELINGS else "sad"
    exchange = int(facts.get("exchange") or 1)
    last = _last_exchange(scene, emotion, int(facts.get("max_exchanges") or 10))
    resolved = 1 < last <= exchange
    if exchange <= 1 or not scene.by("seeker"):
        message, resolved = _opening(scene, emotion, rng), False
    elif resolved:
        message = _closing(scene, emotion, rng)
    else:
        message = _middle(scene, emotion, rng, nearly=exchange == last - 1)
    return Spoken(orjson.dumps({"message": message, "resolved": resolved}).decode())


def _last_exchange(scene: Scene, emotion: str, most: int) -> int:
    """The exchange in which this dialogue ends, 0 for never; the same in all its turns."""
    first = scene.by("seeker")[:1]
    rng = random.Random(derive_seed("last exchange", scene.person, scene.situation, emotion, *first))
    return 0 if rng.random() < _NEVER_SETTLES else min(rng.choice(_LAST_EXCHANGES), most)


def _opening(scene: Scene, emotion: str, rng: random.Random) -> str:
    feeling = FEELINGS[emotion]
    story = _story(scene, rng)
    cues = fresh(feeling.cues, scene.said, rng)
    message = f"{story} {next(cues)}"
    if size(message) <= _LONGEST - 14 and rng.random() < 0.6:
        message = f"{pick(turns.HELLO[feeling.tone], scene.said, rng)} {message}"
    if size(message) < 28:
        message = f"{message} {next(cues)}"
    return message


def _story(scene: Scene, rng: random.Random) -> str:
    """The situation as the seeker tells it: its own first sentences where they can stand, else its heading."""
    told = _retold(scene.situation)
    if told:
        return told
    heading = scene.situation.strip().rstrip(".!?")
    if heading and not _REPORT.match(heading) and size(heading) <= 8 and len(heading) <= 80 and '"' not in heading:
        return put(rng.choice(turns.QUOTED_ONLY), words=heading)
    return put(rng.choice(turns.NAMED_ONLY), topic=details.topic(scene.situation).name)


def _retold(situation: str) -> str:
    kept: list[str] = []
    for sentence in details.sentences(situation):
        if size(" ".join([*kept, sentence])) > _STORY:
            break
        kept.append(sentence)
    if not kept:
        first = next(iter(details.sentences(situation)), "")
        cut = [match.start() for match in _CUT.finditer(first) if 6 <= size(first[: match.start()]) <= _STORY]
        kept = [first[: cut[-1]]] if cut else []
    text = " ".join(kept)
    if size(text) < 4 or len(text) > 320 or not _is_own_story(situation, text):
        return ""
    return _tidied(text)


def _is_own_story(situation: str, text: str) -> bool:
    """Whether the seeker can say the text as it stands: in the first person, or about no person in particular."""
    if _REPORT.match(text):
        return False
    return bool(_FIRST_PERSON.search(situation)) or not _THIRD_PERSON.search(text)


def _tidied(text: str) -> str:
    text = re.sub(r"\bi(?='|’|\b)(?!\.)", "I", text.strip())
    return details.upper_first(text if text[-1:] in ".!?…)\"'" else text.rstrip(",;:- ") + ".")


def _middle(scene: Scene, emotion: str, rng: random.Random, nearly: bool) -> str:
    tone = FEELINGS[emotion].tone
    cue = pick(FEELINGS[emotion].cues, scene.said, rng)
    reaction = _reaction(scene, emotion, rng)
    scene = scene._replace(said=f"{scene.said} {reaction.lower()}")
    parts = [reaction, _detail(scene, emotion, rng), cue]
    if nearly:
        parts[1] = pick(turns.EASING[tone], scene.said, rng)
    elif rng.random() < 0.4:
        parts[1:] = [cue, parts[1]]
    if size(" ".join(parts)) > _LONGEST:
        parts = [parts[0], cue]
    if size(" ".join(parts)) < _SHORTEST:
        said = " ".join([scene.said, *parts]).lower()
        parts.append(pick(_moments(ANY_TOPIC, tone), said, rng))
    return " ".join(part for part in parts if part)


def _reaction(scene: Scene, emotion: str, rng: random.Random) -> str:
    """What the seeker makes of the last reply: hurt, an offer taken up, a question answered, or a nod."""
    feeling, reply = FEELINGS[emotion], scene.last("supporter")
    jarred = _jarred(reply, emotion)
    if jarred and rng.random() < 0.7:
        return pick(turns.HURT[jarred], scene.said, rng)
    asked = _asked(reply)
    if asked == "offer":
        return pick(TAKEN_UP[feeling.tone], scene.said, rng)
    if asked == "most":
        return pick(feeling.core, scene.said, rng)
    if asked:
        answers = ANSWERS[feeling.tone].get(asked) or turns.HEARD[feeling.tone]
        return _filled(pick(answers, scene.said, rng), scene, rng)
    return pick(turns.HEARD[feeling.tone], scene.said, rng)


def _asked(reply: str) -> str:
    """The kind of the reply's last question, "offer" for a suggestion, empty where there is neither."""
    question = next((part for part in reversed(details.sentences(reply)) if part.endswith("?")), "").lower()
    told = question or reply.lower()
    if re.search(OFFER, told) and not re.match(r"(?:who|what|when|which|where)\b", told):
        return "offer"
    return next((kind for kind, signs in SIGNS if re.search(signs, question)), "how" if question else "")


def _jarred(reply: str, emotion: str) -> str:
    """What is wrong with the reply in a seeker's ear, empty where nothing is."""
    if size(reply) > 60:
        return "too_long"
    lowered = reply.lower()
    found = next((kind for kind, signs in _JARRING if re.search(signs, lowered)), "")
    return found or ("misread" if sounds_wrong(reply, emotion) else "")


def _detail(scene: Scene, emotion: str, rng: random.Random) -> str:
    """Something new and concrete: the rest of the story, daily life, or the field that it is about."""
    rest = _untold(scene)
    if rest and rng.random() < 0.8:
        return rest
    tone = FEELINGS[emotion].tone
    if rng.random() < 0.45:
        touch = _touch(scene, tone, rng)
        if touch:
            return touch
    topic = details.topic(scene.situation)
    topic = topic if rng.random() < 0.6 else ANY_TOPIC
    return pick(_moments(topic, tone), scene.said, rng)


def _moments(topic: Topic, tone: str) -> tuple[str, ...]:
    """Small moments that go with the field and the tone."""
    return {"dark": topic.dark, "bright": topic.bright}.get(tone, ANY_MIXED)


def _untold(scene: Scene) -> str:
    """The next sentence of the situation that has not been told yet."""
    if not _is_own_story(scene.situation, scene.situation):
        return ""
    told = set(words(scene.said))
    for sentence in details.sentences(scene.situation)[1:]:
        if 4 <= size(sentence) <= 22 and len(sentence) < 200 and sum(word not in told for word in words(sentence)) >= 3:
            return _tidied(sentence)
    return ""


def _touch(scene: Scene, tone: str, rng: random.Random) -> str:
    """A moment of the seeker's own life as the profile tells it: an activity, a person at home, the work."""
    own = [own for own, _ in details.activities(scene.person) if own not in scene.said]
    people = [person for person in details.household(scene.person) if _may_appear(person, scene)]
    moment = details.moment_at_work(scene.person)
    values = {"own": own, "someone": people, "moment": [moment] if moment and moment not in scene.said else []}
    kinds = [kind for kind, options in values.items() if options]
    if not kinds:
        return ""
    kind = rng.choice(kinds)
    return put(pick(turns.TOUCHES[tone][kind], scene.said, rng), **{kind: rng.choice(values[kind])})


def _may_appear(person: str, scene: Scene) -> bool:
    """Whether a relative may be told of: not one who is part of the story, whose role the speaker cannot know."""
    return person.split()[-1] not in words(scene.situation) and person not in scene.said[-400:]


def _filled(answer: str, scene: Scene, rng: random.Random) -> str:
    people = [
        person
        for person in details.household(scene.person)
        if _may_appear(person, scene) and person not in scene.said and person not in _CHILDREN
    ]
    return put(answer, someone=rng.choice(people or list(ANYBODY)))


def _offers(replies: list[str]) -> list[str]:
    """The sentences in which a supporter proposed something, lower case."""
    found = [sentence.lower() for reply in replies for sentence in details.sentences(reply)]
    return [sentence for sentence in found if re.search(OFFER, sentence)]


def _closing(scene: Scene, emotion: str, rng: random.Random) -> str:
    feeling = FEELINGS[emotion]
    replies = " ".join(_offers(scene.by("supporter")[-3:]))
    plans = [plan for signs, options in turns.PLANS if re.search(signs, replies) for plan in options]
    if not plans or (feeling.tone == "bright" and rng.random() < 0.5):
        plans = list(turns.PLANS_ANYWAY[feeling.tone])
    parts = [
        pick(turns.THANKS[feeling.tone], scene.said, rng),
        pick(feeling.settled, scene.said, rng),
        _filled(pick(plans, scene.said, rng), scene, rng),
    ]
    return " ".join(parts)
