"""A sentient user by rule: what a reply does to a person's mood, and what they write next. No understanding in it.

The change hangs on four things: warmth, interpretation and exploration by the lexical facets (epitome.py); whether the words
serve what the person secretly hopes for; whether they wave the matter away; and whether they repeat what was said. So a
reply that names the feeling, asks on and serves the hope raises the mood, and a dismissive one lowers it. It reads English: a
reply without Latin letters changes nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

import orjson

from kardia_cli.metrics import epitome_rules
from kardia_cli.offline.speaker import details
from kardia_cli.offline.speaker import sentient_words as phrases
from kardia_cli.offline.speaker.spoken import Spoken, pick

_BY_FACETS = (-4, 0, 1, 2, 3, 4, 4)
"""The change by the sum of the three facets, 0 to 6."""
_SERVED, _UNASKED, _REPEATED, _ECHOED = 4, -3, -5, 0.8
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)


def feel(facts: Mapping[str, Any], rng: random.Random) -> Spoken:
    """How a reply feels, as JSON; facts as in the task "sentient.feel". `rng` is not drawn from."""
    change, why = change_of(facts)
    served = serves(str(facts.get("intention") or ""), _reply(facts), _last(facts))
    felt = "better" if change > 0 else "worse" if change < 0 else "no different"
    told = {
        "nonce": str(facts.get("nonce") or ""),
        "meaning": f"They write: {' '.join(_reply(facts).split())[:160] or '(nothing)'}",
        "serves": "It goes to what I hope for." if served else "It does not touch what I hope for.",
        "inner": f"What I notice: {why}.",
        "feeling": f"It leaves me {felt}.",
        "change": change,
    }
    return Spoken(orjson.dumps(told).decode())


def change_of(facts: Mapping[str, Any]) -> tuple[int, str]:
    """The change, -10 to 10, and what made it."""
    reply = _reply(facts)
    if not reply.strip():
        return -10, "no word comes back"
    if not _LATIN.search(reply):
        return 0, "I cannot read it"
    waved = len({found[0].lower() for found in phrases.DISMISSIVE.finditer(_plain(reply))})
    if waved:
        return -6 if waved == 1 else -10, "it waves the matter away"
    levels = {name: facet.level for name, facet in epitome_rules.facets(_last(facts), reply).items()}
    change, why = (
        _BY_FACETS[sum(levels.values())],
        ["it is " + ("warm or attentive" if any(levels.values()) else "cold")],
    )
    if serves(str(facts.get("intention") or ""), reply, _last(facts)):
        change, why = change + _SERVED, [*why, "it serves what I hope for"]
    elif facts.get("kind") == "emotional" and phrases.ORDERS.search(_plain(reply)):
        change, why = change + _UNASKED, [*why, "it tells me what to do, and I did not ask"]
    if _repeats(facts, reply):
        change, why = min(change, 0) + _REPEATED, [*why, "I was told that before"]
    return max(-10, min(10, change)), "; ".join(why)


def serves(intention: str, reply: str, said: str) -> bool:
    """Whether the words of a reply serve this hidden hope."""
    text = _plain(reply)
    if intention == "empathy":
        levels = epitome_rules.facets(said, reply)
        return levels["interpretation"].level == 2 and not phrases.ORDERS.search(text)
    if intention == "listening":
        asks = epitome_rules.facets(said, reply)["exploration"].level > 0
        return (asks or bool(phrases.HOPES["listening"].search(text))) and not phrases.ORDERS.search(text)
    return intention in phrases.HOPES and bool(phrases.HOPES[intention].search(text))


def say(facts: Mapping[str, Any], rng: random.Random) -> Spoken:
    """The next message and the way to it, as JSON; facts as in the task "sentient.say"."""
    band, said = str(facts.get("band") or "B"), _said(facts)
    message = pick(phrases.PARTINGS[band], said, rng) if band in phrases.PARTINGS else _going_on(facts, band, said, rng)
    told = {
        "nonce": str(facts.get("nonce") or ""),
        "attitude": {"S": "grateful", "A": "open", "C": "let down", "F": "fed up"}.get(band, "waiting"),
        "aim": "to end the talk" if band in phrases.PARTINGS else "to be met in what I hope for",
        "tone": "as I always write",
        "content": "what is on my mind",
        "draft": message,
        "revision": "nothing",
        "message": message,
    }
    return Spoken(orjson.dumps(told).decode())


def _going_on(facts: Mapping[str, Any], band: str, said: str, rng: random.Random) -> str:
    parts = [pick(phrases.OPENERS[band], said, rng)]
    told = _untold(str(facts.get("situation") or ""), said)
    if told:
        parts.append(told)
    change = facts.get("change")
    missed = isinstance(change, int) and change < _SERVED
    options = (
        phrases.NEEDS.get(str(facts.get("intention") or ""), phrases.CLOSINGS)
        if missed or not told
        else phrases.WHAT_HELPS
    )
    return " ".join([*parts, pick(options, said, rng)])


def _untold(scene: str, said: str) -> str:
    """The next sentence of the story that the talk does not hold yet; empty for a story that is not told in English as I."""
    for sentence in details.sentences(scene):
        if sentence.lower() not in said and re.search(r"\b(?:I|my|me)\b", sentence) and len(sentence) < 200:
            return sentence
    return ""


def _reply(facts: Mapping[str, Any]) -> str:
    return str(facts.get("reply") or "")


def _talk(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    talk = [*(facts.get("history") or []), *(facts.get("latest") or [])]
    return [(str(turn.get("role", "")), str(turn.get("content", ""))) for turn in talk]


def _last(facts: Mapping[str, Any]) -> str:
    return next((text for role, text in reversed(_talk(facts)) if role == "seeker"), "")


def _said(facts: Mapping[str, Any]) -> str:
    return " ".join(text for _, text in _talk(facts)).lower()


def _repeats(facts: Mapping[str, Any], reply: str) -> bool:
    """Whether nearly all words of the reply stand in one earlier reply."""
    words = set(_plain(reply).split())
    before = [set(_plain(text).split()) for role, text in _talk(facts) if role == "supporter"]
    return any(len(words & earlier) >= _ECHOED * len(words | earlier) for earlier in before)


def _plain(text: str) -> str:
    lowered = re.sub("['\u2019]", "", text[:20_000].lower())
    return " ".join(re.sub(r"[^a-z0-9 ?]", " ", lowered).split())
