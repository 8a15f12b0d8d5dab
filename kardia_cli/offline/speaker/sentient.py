"""A sentient user by rule: what a reply does to a person's mood, and what they write next. No understanding in it.

The change depends on four things: warmth, interpretation and exploration by the lexical facets (epitome_rules.py);
whether the words serve what the person secretly hopes for; whether they wave the matter away; and whether they repeat
an earlier reply. It reads English: a reply without Latin letters changes nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from kardia_cli.metrics import epitome_rules
from kardia_cli.offline.phrases import table
from kardia_cli.offline.speaker import details
from kardia_cli.offline.speaker.scene import Spoken, as_json, pick

_BY_FACETS = (-4, 0, 1, 2, 3, 4, 4)
"""The change by the sum of the three facets, 0 to 6."""
_SERVED, _UNASKED, _REPEATED, _ECHOED = 4, -3, -5, 0.8
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Return the pattern of a hope, of "dismissive" or of "orders"; one that never matches for an unknown hope."""
    data = table("speaker/sentient")
    parts = data[name] if name in ("dismissive", "orders") else data["hopes"].get(name)
    return re.compile(rf"\b(?:{'|'.join(parts)})\b" if parts else r"(?!)")


def feel(facts: Mapping[str, Any], rng: random.Random) -> Spoken:
    """Return how a reply feels, as JSON; facts as in the task "sentient.feel". `rng` is not drawn from."""
    change, why = change_of(facts)
    served = serves(str(facts.get("intention") or ""), _reply(facts), _last(facts))
    felt = "better" if change > 0 else "worse" if change < 0 else "no different"
    return as_json(
        {
            "nonce": str(facts.get("nonce") or ""),
            "meaning": f"They write: {' '.join(_reply(facts).split())[:160] or '(nothing)'}",
            "serves": "It goes to what I hope for." if served else "It does not touch what I hope for.",
            "inner": f"What I notice: {why}.",
            "feeling": f"It leaves me {felt}.",
            "change": change,
        }
    )


def change_of(facts: Mapping[str, Any]) -> tuple[int, str]:
    """Return the change of mood, -10 to 10, and what made it."""
    reply, text = _reply(facts), _plain(_reply(facts))
    if not reply.strip():
        return -10, "no word comes back"
    if not _LATIN.search(reply):
        return 0, "I cannot read it"
    dismissive_count = len({match[0] for match in _pattern("dismissive").finditer(text)})
    if dismissive_count:
        return -6 if dismissive_count == 1 else -10, "it waves the matter away"
    level = sum(facet.level for facet in epitome_rules.facets(_last(facts), reply).values())
    change, why = _BY_FACETS[level], ["it is warm or attentive" if level else "it is cold"]
    if serves(str(facts.get("intention") or ""), reply, _last(facts)):
        change, why = change + _SERVED, [*why, "it serves what I hope for"]
    elif facts.get("kind") == "emotional" and _pattern("orders").search(text):
        change, why = change + _UNASKED, [*why, "it tells me what to do, and I did not ask"]
    if _repeats(facts, text):
        change, why = min(change, 0) + _REPEATED, [*why, "I was told that before"]
    return max(-10, min(10, change)), "; ".join(why)


def serves(intention: str, reply: str, message: str) -> bool:
    """Return True if the words of a reply to `message` serve this hidden hope."""
    text = _plain(reply)
    if intention in ("empathy", "listening"):
        facets = epitome_rules.facets(message, reply)
        met = (
            facets["interpretation"].level == 2
            if intention == "empathy"
            else facets["exploration"].level > 0 or bool(_pattern("listening").search(text))
        )
        return met and not _pattern("orders").search(text)
    return bool(_pattern(intention).search(text))


def say(facts: Mapping[str, Any], rng: random.Random) -> Spoken:
    """Return the next message and the way to it, as JSON; facts as in the task "sentient.say"."""
    band, partings = str(facts.get("band") or "B"), table("speaker/sentient")["partings"]
    transcript = " ".join(text for _, text in _turns(facts)).lower()
    message = pick(partings[band], transcript, rng) if band in partings else _going_on(facts, band, transcript, rng)
    return as_json(
        {
            "nonce": str(facts.get("nonce") or ""),
            "attitude": {"S": "grateful", "A": "open", "C": "let down", "F": "fed up"}.get(band, "waiting"),
            "aim": "to end the talk" if band in partings else "to be met in what I hope for",
            "tone": "as I always write",
            "content": "what is on my mind",
            "draft": message,
            "revision": "nothing",
            "message": message,
        }
    )


def _going_on(facts: Mapping[str, Any], band: str, transcript: str, rng: random.Random) -> str:
    """Return an opener, the next sentence of the story, and what the person still needs or what helped."""
    lines = table("speaker/sentient")
    story = _untold(str(facts.get("situation") or ""), transcript)
    change = facts.get("change")
    options = lines["endings"]["helped"]
    if not story or (isinstance(change, int) and change < _SERVED):
        options = lines["needs"].get(str(facts.get("intention") or ""), lines["endings"]["other"])
    parts = [pick(lines["openers"][band], transcript, rng), story, pick(options, transcript, rng)]
    return " ".join(part for part in parts if part)


def _untold(story: str, transcript: str) -> str:
    """Return the next sentence of the story that the dialogue lacks; empty if none is in English as I."""
    for sentence in details.sentences(story):
        if sentence.lower() not in transcript and re.search(r"\b(?:I|my|me)\b", sentence) and len(sentence) < 200:
            return sentence
    return ""


def _reply(facts: Mapping[str, Any]) -> str:
    return str(facts.get("reply") or "")


def _turns(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    turns = [*(facts.get("history") or []), *(facts.get("latest") or [])]
    return [(str(turn.get("role", "")), str(turn.get("content", ""))) for turn in turns]


def _last(facts: Mapping[str, Any]) -> str:
    """Return the person's latest message."""
    return next((text for role, text in reversed(_turns(facts)) if role == "seeker"), "")


def _repeats(facts: Mapping[str, Any], reply: str) -> bool:
    """Return True if nearly all words of the reply are those of one earlier reply."""
    words = set(reply.split())
    before = [set(_plain(text).split()) for role, text in _turns(facts) if role == "supporter"]
    return any(len(words & earlier) >= _ECHOED * len(words | earlier) for earlier in before)


def _plain(text: str) -> str:
    """Return the text in lower case, without apostrophes and stops."""
    lowered = re.sub("['\u2019]", "", text[:20_000].lower())
    return " ".join(re.sub(r"[^a-z0-9 ?]", " ", lowered).split())
