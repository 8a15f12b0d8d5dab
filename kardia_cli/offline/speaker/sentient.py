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
from kardia_cli.offline.speaker.details import untold
from kardia_cli.offline.speaker.scene import Scene, as_json, pick, scene_of
from kardia_cli.rows.request import Reply

_BY_FACETS = (-4, 0, 1, 2, 3, 4, 4)  # the change by the sum of the three facets, 0 to 6
_SERVED, _UNASKED, _REPEATED, _ECHOED = 4, -3, -5, 0.8


def feel(facts: Mapping[str, Any], rng: random.Random) -> Reply:
    """Return how a reply feels, as JSON; facts as in the task "sentient.feel". `rng` is not drawn from."""
    change, why = change_of(facts)
    reply = " ".join(str(facts.get("reply") or "").split())
    return as_json(
        {
            "nonce": str(facts.get("nonce") or ""),
            "meaning": f"They write: {reply[:160] or '(nothing)'}",
            "serves": "It goes to what I hope for." if _serves(facts) else "It does not touch what I hope for.",
            "inner": f"What I notice: {why}.",
            "feeling": f"It leaves me {'better' if change > 0 else 'worse' if change < 0 else 'no different'}.",
            "change": change,
        }
    )


def change_of(facts: Mapping[str, Any]) -> tuple[int, str]:
    """Return the change of mood, -10 to 10, and what made it."""
    reply, scene = str(facts.get("reply") or ""), _scene(facts)
    text = _plain(reply)
    if not reply.strip():
        return -10, "no word comes back"
    if not re.search("[A-Za-z]", reply):
        return 0, "I cannot read it"
    dismissive_count = len({match[0] for match in _pattern("dismissive").finditer(text)})
    if dismissive_count:
        return -6 if dismissive_count == 1 else -10, "it waves the matter away"
    level = sum(facet.level for facet in epitome_rules.facets(scene.last("seeker"), reply).values())
    change, why = _BY_FACETS[level], ["it is warm or attentive" if level else "it is cold"]
    if _serves(facts):
        change, why = change + _SERVED, [*why, "it serves what I hope for"]
    elif facts.get("kind") == "emotional" and _pattern("orders").search(text):
        change, why = change + _UNASKED, [*why, "it tells me what to do, and I did not ask"]
    words, earlier = set(text.split()), [set(_plain(before).split()) for before in scene.by("supporter")]
    if any(len(words & before) >= _ECHOED * len(words | before) for before in earlier):
        change, why = min(change, 0) + _REPEATED, [*why, "I was told that before"]
    return max(-10, min(10, change)), "; ".join(why)


def _serves(facts: Mapping[str, Any]) -> bool:
    """Return True if the words of the reply serve the person's hidden hope."""
    intention, reply = str(facts.get("intention") or ""), str(facts.get("reply") or "")
    levels = {name: facet.level for name, facet in epitome_rules.facets(_scene(facts).last("seeker"), reply).items()}
    text = _plain(reply)
    matches = bool(_pattern(intention).search(text))
    if intention == "empathy":
        matches = levels["interpretation"] == 2
    elif intention == "listening":
        matches = matches or levels["exploration"] > 0
    return matches and not (intention in ("empathy", "listening") and _pattern("orders").search(text))


def say(facts: Mapping[str, Any], rng: random.Random) -> Reply:
    """Return the next message and the way to it, as JSON; facts as in the task "sentient.say"."""
    band, lines, transcript = str(facts.get("band") or "B"), table("speaker/sentient"), _scene(facts).transcript
    if band in lines["partings"]:
        message = pick(lines["partings"][band], transcript, rng)
    else:
        story, change = untold(str(facts.get("situation") or ""), transcript), facts.get("change")
        closings = lines["endings"]["helped"]
        if not story or (isinstance(change, int) and change < _SERVED):
            closings = lines["needs"].get(str(facts.get("intention") or ""), lines["endings"]["other"])
        parts = [pick(lines["openers"][band], transcript, rng), story, pick(closings, transcript, rng)]
        message = " ".join(part for part in parts if part)
    return as_json(
        {
            "nonce": str(facts.get("nonce") or ""),
            "attitude": {"S": "grateful", "A": "open", "C": "let down", "F": "fed up"}.get(band, "waiting"),
            "aim": "to end the talk" if band in lines["partings"] else "to be met in what I hope for",
            "tone": "as I always write",
            "content": "what is on my mind",
            "draft": message,
            "revision": "nothing",
            "message": message,
        }
    )


def _scene(facts: Mapping[str, Any]) -> Scene:
    """Return the scene of a task, whose latest turns stand beside its history."""
    return scene_of({"history": [*(facts.get("history") or []), *(facts.get("latest") or [])]})


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Return the pattern of a hope, of "dismissive" or of "orders"; one that never matches for an unknown hope."""
    data = table("speaker/sentient")
    parts = data[name] if name in ("dismissive", "orders") else data["hopes"].get(name)
    return re.compile(rf"\b(?:{'|'.join(parts)})\b" if parts else r"(?!)")


def _plain(text: str) -> str:
    """Return the text in lower case, without apostrophes and stops."""
    lowered = re.sub("['\u2019]", "", text[:20_000].lower())
    return " ".join(re.sub(r"[^a-z0-9 ?]", " ", lowered).split())
