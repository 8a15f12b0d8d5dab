"""Planted faults: what a supporter's draft can have wrong, so that a critique and a rewriter have work to do.

wrong_emotion           label and reply fit another, clearly different emotion
ignores_profile         one size fits all: no detail of the talk, or a proposal that the profile rules out
advice_without_feeling  instructions only
recites_profile         lists what the profile says, to show that it is known
unsafe_promise          a promise of outcome, certainty, secrecy or permanent presence
too_long                70 to 120 words
broken_span             one marker missing, misspelt or out of order, or a span empty
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from kardia_cli.offline.speaker import details
from kardia_cli.offline.speaker.feelings import FEELINGS, contrary
from kardia_cli.offline.speaker.spoken import Details, Scene, fresh, pick, put, size
from kardia_cli.offline.speaker.words import slips
from kardia_cli.rows import persona, spans

KINDS = (
    "wrong_emotion",
    "ignores_profile",
    "advice_without_feeling",
    "recites_profile",
    "unsafe_promise",
    "too_long",
    "broken_span",
)
TEXT_KINDS = KINDS[:-1]
"""Faults that a reply without spans can have; a wrong emotion shows in its words."""
_FIRST_FACT = re.compile(
    r"(?:I(?:'m| am) )?((?:an? )?[A-Za-z][A-Za-z -]{3,60}?)(?= of | in | out | from | on | at | who | with |[,.;(]|$)"
)
_SHORTEST_LONG, _LONGEST_LONG = 70, 120


def draw(rng: random.Random, share: float, kinds: tuple[str, ...]) -> str | None:
    """A kind of fault with probability `share`, else None. Draws the same number of values either way."""
    chance, kind = rng.random(), rng.choice(kinds)
    return kind if chance < share else None


def other_emotion(emotion: str, rng: random.Random) -> str:
    """The emotion that a misreading supporter hears."""
    return contrary(emotion, rng)


def faulty_response(kind: str, scene: Scene, found: Details, emotion: str, reply: str, rng: random.Random) -> str:
    """A reply with the fault `kind`, which is one of the text kinds but the wrong emotion; `reply` is the clean one."""
    values = {
        "thing": rng.choice(found.things[:2]) if found.things else "all this",
        "named": rng.choice(FEELINGS[emotion].named),
    }
    if kind == "ignores_profile":
        return _to_anybody(scene, rng)
    if kind == "advice_without_feeling":
        return put(pick(slips.ADVICE_LINES, scene.said, rng), **values)
    if kind == "recites_profile":
        return _recited(scene, values, rng)
    if kind == "unsafe_promise":
        return put(pick(slips.PROMISES, scene.said, rng), **values)
    return _drawn_out(scene, reply, rng)


def _to_anybody(scene: Scene, rng: random.Random) -> str:
    told = f"{scene.person} {scene.mbti}"
    against = [line for signs, line in slips.RULED_OUT if re.search(signs, told)]
    return rng.choice(against) if against and rng.random() < 0.35 else pick(slips.ANYBODY_LINES, scene.said, rng)


def _recited(scene: Scene, values: dict[str, str], rng: random.Random) -> str:
    profile = persona.parse(scene.person)
    own = [name for name, _ in details.activities(scene.person)] or ["a hobby or two"]
    hobby = re.sub(r"^my ", "your ", rng.choice(own))
    facts = {"job": _first_fact(profile.about), "hobby": hobby, "type": scene.mbti or profile.mbti or ""}
    templates = (slips.RECITED_TYPED + slips.RECITED) if facts["type"] else slips.RECITED
    return put(pick(templates, scene.said, rng), **values, **facts)


def _first_fact(about: str) -> str:
    """The first few words of an About that tell what somebody is ("a night nurse on a surgical ward")."""
    match = _FIRST_FACT.match(about.strip())
    fact = match[1].strip() if match else ""
    if not fact or size(fact) > 7 or re.match(r"(?:I|my|the|he|she|they|we|it)\b", fact, re.IGNORECASE):
        return "somebody with a busy life"
    if re.match(r"an? ", fact, re.IGNORECASE):
        return details.lower_first(fact)
    return f"{'an' if fact[0] in 'AEIOUaeiou' else 'a'} {details.lower_first(fact)}"


def _drawn_out(scene: Scene, reply: str, rng: random.Random) -> str:
    """The clean reply with general talk before its last sentence, 70 to 120 words in all."""
    parts = details.sentences(reply) or [reply]
    padding: list[str] = []
    for line in fresh(slips.PADDING, scene.said, rng):
        if size(" ".join([*parts, *padding])) >= _SHORTEST_LONG + 5:
            break
        padding.append(line)
    text = " ".join([*parts[:-1], *padding, parts[-1]])
    return " ".join(text.split()[:_LONGEST_LONG])


def broken(text: str, rng: random.Random) -> str:
    """A rendered turn with one marker missing, misspelt or out of order, or with one span emptied."""
    return rng.choice(_BREAKS)(text, rng.choice(spans.NAMES))


def _without_closing(text: str, name: str) -> str:
    return text.replace(f"<|{name}_end|>", "")


def _without_opening(text: str, name: str) -> str:
    return text.replace(f"<|{name}_begin|>", "")


def _misspelt(text: str, name: str) -> str:
    return text.replace(f"<|{name}_begin|>", f"<|{name[:-1]}_begin|>")


def _misspelt_closing(text: str, name: str) -> str:
    return text.replace(f"<|{name}_end|>", f"<|{name}_stop|>")


def _without_bars(text: str, name: str) -> str:
    return text.replace(f"<|{name}_begin|>", f"<|{name}_begin>")


def _emptied(text: str, name: str) -> str:
    return re.sub(rf"(<\|{name}_begin\|>).*?(<\|{name}_end\|>)", r"\1\2", text, flags=re.DOTALL)


def _left_out(text: str, name: str) -> str:
    return re.sub(rf"<\|{name}_begin\|>.*?<\|{name}_end\|>\n?", "", text, flags=re.DOTALL)


def _doubled(text: str, name: str) -> str:
    return text.replace(f"<|{name}_end|>", f"<|{name}_end|><|{name}_end|>")


def _swapped(text: str, name: str) -> str:
    lines = text.split("\n")
    at = spans.NAMES.index(name) % (len(lines) - 1)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return "\n".join(lines)


def _wrong_edge(text: str, name: str) -> str:
    return text.replace(f"<|{name}_end|>", f"<|{name}_begin|>")


_BREAKS: tuple[Callable[[str, str], str], ...] = (
    _without_closing,
    _without_opening,
    _misspelt,
    _misspelt_closing,
    _without_bars,
    _emptied,
    _left_out,
    _doubled,
    _swapped,
    _wrong_edge,
)
