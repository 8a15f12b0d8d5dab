"""Judge whole talks: settled or not, a fit after a rewrite, a seeker who drifts, labels that jump."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from kardia_cli.offline.judge.feelings import family_of, valence_of
from kardia_cli.offline.judge.patterns import phrases
from kardia_cli.offline.judge.text import Reading, detail_stems, first, read
from kardia_cli.offline.judge.view import is_advice

Facts = Mapping[str, Any]
_TYPE_CLAIM = re.compile(r"(?:i am|as|being|me) an? ([ie][ns][ft][jp])(?![a-z])")


def settled(history: Sequence[Mapping[str, str]], reply: Reading) -> tuple[bool, str]:
    """Return whether the last turn says that the matter is settled and the reply leaves it so, and why."""
    if not any(turn["role"] == "supporter" for turn in history) or history[-1]["role"] != "seeker":
        return False, "the talk has only begun"
    last = read(history[-1]["content"])
    if phrases("unsettled").search(last.text) or any(sentence.is_question for sentence in last.sentences):
        return False, "the last turn still doubts or asks"
    strong, thanks = phrases("settled").search(last.text), set(phrases("thanks").findall(last.text))
    if not strong and (len(thanks) < 2 or last.valence < 0):
        return False, "the last turn does not say that the matter is settled"
    if first(phrases("reopens"), reply.sentences):
        return False, "the person sounds settled, but the reply opens the matter again"
    said = f"says {strong[0]!r}" if strong else "thanks and closes"
    return True, f"the last turn {said}, and the reply leaves it there"


def fits(reply: Reading, following: str) -> tuple[bool, str]:
    """Return whether the seeker's next message still follows from a rewritten reply, and why; in doubt it does."""
    text = read(following).text
    is_open = any(sentence.is_question for sentence in reply.sentences) or bool(phrases("opens").search(reply.text))
    if not is_open and phrases("short_answer").match(text):
        return False, "the next message answers a question that the reply does not ask"
    if phrases("takes_idea").search(text) and not is_open and not any(map(is_advice, reply.sentences)):
        return False, "the next message takes up an idea that the reply does not give"
    back = phrases("refers_back").search(text)
    if back and not detail_stems(text[back.end() :].split()) & reply.details:
        return False, f"the next message refers to {back[0]!r}, of which the reply says nothing"
    return True, "nothing in the next message leans on words that the reply does not have"


def identity_drift(facts: Facts) -> str:
    """Return why the seeker of a talk is no longer the person of the profile; empty where no drift was found."""
    mbti = str(facts.get("mbti") or "").lower()
    said = [read(str(turn["content"])) for turn in facts.get("messages") or [] if turn.get("role") == "seeker"]
    for turn in said:
        helping = first(phrases("helper_voice"), turn.sentences)
        if helping:
            return f"the seeker speaks as the helper: {helping.raw!r}"
        claim = _TYPE_CLAIM.search(turn.text)
        if claim and mbti and claim[1] != mbti:
            return f"the seeker claims the type {claim[1].upper()}"
    return ""


def emotion_jump(facts: Facts) -> str:
    """Return why the labels jump to the opposite side and back while the seeker's words do not; else empty."""
    labels = [str(label).strip().lower() for label in facts.get("emotions") or []]
    sides = [valence_of(family) if (family := family_of(label)) else 0 for label in labels]
    moods = list[float]()
    for before, turn in pairwise([{"role": "", "content": ""}, *(facts.get("messages") or [])]):
        if turn["role"] == "supporter":
            moods.append(read(before["content"]).valence if before["role"] == "seeker" else 0.0)
    for at in range(1, len(sides) - 1):
        before_side, side, after_side = sides[at - 1 : at + 2]
        is_backed = at < len(moods) and moods[at] * side > 0
        if side and before_side == after_side == -side and not is_backed:
            return f"the labels go {labels[at - 1]}, {labels[at]}, {labels[at + 1]}, and the seeker's words do not"
    return ""


QUESTIONS: dict[str, Callable[[Facts], str]] = {"identity_drift": identity_drift, "emotion_jump": emotion_jump}
