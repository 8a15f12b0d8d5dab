"""Planted faults: what a supporter's draft can have wrong, so that a critique and a rewriter have work to do.

wrong_emotion           label and reply fit another, clearly different emotion
ignores_profile         one size fits all: no detail of the story, or a proposal that the profile rules out
advice_without_feeling  instructions only
recites_profile         lists what the profile says, to show that it is known
unsafe_promise          a promise of outcome, certainty, secrecy or permanent presence
too_long                70 to 120 words
broken_span             one marker missing, misspelt or out of order, or a span empty
"""

from __future__ import annotations

import random
import re
from typing import Any

from kardia_cli.offline.phrases import table
from kardia_cli.offline.speaker import details
from kardia_cli.offline.speaker.details import Details
from kardia_cli.offline.speaker.feelings import feelings
from kardia_cli.offline.speaker.scene import Scene, fresh, lower_first, pick, put, size
from kardia_cli.rows import persona
from kardia_cli.rows.turn_format import TurnFormat

REPLY_KINDS = ("ignores_profile", "advice_without_feeling", "recites_profile", "unsafe_promise", "too_long")
"""Faults of the reply alone, which need no other emotion."""
TEXT_KINDS = ("wrong_emotion", *REPLY_KINDS)
"""Faults that a reply without spans can have; a wrong emotion shows in its words."""
KINDS = (*TEXT_KINDS, "broken_span")
_FIRST_FACT = re.compile(
    r"(?:I(?:'m| am) )?((?:an? )?[A-Za-z][A-Za-z -]{3,60}?)(?= of | in | out | from | on | at | who | with |[,.;(]|$)"
)


def draw(rng: random.Random, share: float, kinds: tuple[str, ...]) -> str | None:
    """Draw a kind of fault with probability `share`, else None; the same number of values is drawn either way."""
    chance, kind = rng.random(), rng.choice(kinds)
    return kind if chance < share else None


def faulty_response(kind: str, scene: Scene, found: Details, emotion: str, reply: str, rng: random.Random) -> str:
    """Return a reply with the fault `kind`, one of `REPLY_KINDS`; `reply` is the clean one."""
    lines: dict[str, Any] = table("speaker/faults")
    if kind == "too_long":  # general talk before the last sentence, 70 to 120 words in all
        *parts, last = details.sentences(reply) or [reply]
        for line in fresh(lines["padding"], scene.transcript, rng):
            if size(" ".join([*parts, last])) < 75:
                parts.append(line)
        return " ".join([*parts, last])
    values = {
        "thing": rng.choice(found.things) if found.things else "all this",
        "named": min(feelings()[emotion].named, key=size),
    }
    options = lines[kind]
    if kind == "ignores_profile":
        told = f"{scene.person} {scene.mbti}"
        against = [line for signs, line in lines["ruled_out"] if re.search(signs, told)]
        options = against if against and rng.random() < 0.35 else options
    if kind == "recites_profile":
        profile = persona.parse(scene.person)
        own = [name for name, _ in details.activities(scene.person)] or ["quiet evenings"]
        values["job"] = _first_fact(profile.about)
        values["hobby"] = re.sub(r"^my ", "your ", rng.choice(own))
        values["type"] = scene.mbti or profile.mbti or ""
        options = [*lines["recites_typed"], *options] if values["type"] else options
    return put(pick(options, scene.transcript, rng), **values)


def _first_fact(about: str) -> str:
    """Return the first few words of an About that tell what somebody is ("a night nurse on a surgical ward")."""
    match = _FIRST_FACT.match(re.sub(r"^\w+-\w+, ", "", about.strip()))
    fact = match[1].strip() if match else ""
    is_no_fact = re.match(r"(?:I|my|the|he|she|they|we|it|sold|left|came|was)\b", fact, re.IGNORECASE)
    if not fact or size(fact) > 7 or is_no_fact:
        return "somebody with a busy life"
    fact = lower_first(fact)
    return fact if fact.startswith(("a ", "an ")) else f"{'an' if fact[0] in 'aeiou' else 'a'} {fact}"


def broken(text: str, form: TurnFormat, rng: random.Random) -> str:
    """Return a rendered turn with one marker missing, misspelt or out of order, or with one span emptied."""
    pattern, instead = rng.choice(table("speaker/faults")["breaks"])
    # Not the reply where there is another: the seeker would see what is left of its marker.
    span = rng.choice([span for span in form.spans if span.role != "reply"] or list(form.spans))
    begin, end = span.markers
    misspelt = begin.replace(span.name, f"{span.name}s") if span.name in begin else f"{begin[:-1]}s{begin[-1]}"
    stop = end.replace("_end", "_stop") if "_end" in end else f"{end[:-1]}s{end[-1]}"
    for slot, marker in (("MISSPELT", misspelt), ("STOP", stop), ("OPEN", begin), ("CLOSE", end)):
        pattern, instead = pattern.replace(slot, re.escape(marker)), instead.replace(slot, marker)
    found = re.sub(pattern, instead, text, flags=re.DOTALL)
    return found if form.error(found) else text.replace(end, "")
