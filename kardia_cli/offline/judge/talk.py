"""What the offline judge reads off whole talks: settled or not, a fit after a rewrite, drift and jumps."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from kardia_cli.offline.judge import patterns, talk_patterns, words
from kardia_cli.offline.judge.advice import is_advice
from kardia_cli.offline.judge.feelings import EMOTION_FAMILY
from kardia_cli.offline.judge.text import Reading, detail_stems, first, plain, read, topics, valence_of

Turn = Mapping[str, str]


def settled(history: Sequence[Turn], reply: Reading) -> tuple[bool, str]:
    """Whether the seeker's last turn says that the matter is settled and the reply leaves it so, and why."""
    if not any(turn["role"] == "supporter" for turn in history) or history[-1]["role"] != "seeker":
        return False, "the talk has only begun"
    last = read(history[-1]["content"])
    if talk_patterns.UNSETTLED.search(last.text) or any(sentence.is_question for sentence in last.sentences):
        return False, "the last turn still doubts or asks"
    strong, weak = talk_patterns.SETTLED.search(last.text), len(set(talk_patterns.SETTLED_WEAK.findall(last.text)))
    if not strong and (weak < 2 or last.valence < 0):
        return False, "the last turn does not say that the matter is settled"
    if first(talk_patterns.REOPEN, reply.sentences):
        return False, "the person sounds settled, but the reply opens the matter again"
    said = f"says {strong[0]!r}" if strong else "thanks and closes"
    return True, f"the last turn {said}, and the reply leaves it there"


def fits(history: Sequence[Turn], reply: Reading, following: str) -> tuple[bool, str]:
    """Whether the seeker's next message still follows from a rewritten reply, and why; in doubt it does."""
    following_text = read(following)
    asks = any(sentence.is_question for sentence in reply.sentences)
    invites = asks or bool(patterns.OPENING.search(reply.text))
    if not invites and _answers(following_text, reply):
        return False, "the next message answers a question that the reply does not ask"
    if talk_patterns.IDEA_THANKS.search(following_text.text) and not any(map(_proposes, reply.sentences)):
        return False, "the next message takes up an idea that the reply does not give"
    lost = _lost_reference(following_text, reply, history)
    if lost:
        return False, f"the next message refers to {lost!r}, of which the reply says nothing"
    return True, "nothing in the next message leans on words that the reply does not have"


def _proposes(sentence: Any) -> bool:
    return is_advice(sentence) or bool(patterns.OPENING.search(sentence.text))


def _answers(following: Reading, reply: Reading) -> bool:
    text = following.text
    if detail_stems(following.words) & reply.details and not talk_patterns.SHORT_ANSWER.match(text):
        return False
    if talk_patterns.SHORT_ANSWER.match(text) or (talk_patterns.SELF_ANSWER.match(text) and len(following.words) <= 5):
        return True
    lead = talk_patterns.YES_NO.match(text)
    if not lead:
        return False
    rest = text[lead.end() :]
    if talk_patterns.SELF_ANSWER.match(rest) or "no" in lead[0]:
        return True
    return not (rest and talk_patterns.AGREES.match(rest))


def _lost_reference(following: Reading, reply: Reading, history: Sequence[Turn]) -> str:
    match = talk_patterns.BACK_REFERENCE.search(following.text)
    if not match:
        return ""
    asked = match[0].startswith(("you asked", "your question", "to answer"))
    if asked and "?" not in reply.raw:
        return match[0].strip()
    said = reply.details.union(*(read(turn["content"]).details for turn in history if turn["role"] == "supporter"))
    own = detail_stems(match[1].split())
    return match[0].strip() if own and not own & said and not topics(match[1].split()) & reply.topics else ""


def identity_drift(facts: Mapping[str, Any]) -> str:
    """Why the seeker of a talk is no longer the person of the profile; empty where no drift was found."""
    said = [read(str(turn["content"])) for turn in facts.get("messages") or [] if turn.get("role") == "seeker"]
    profile = plain(str(facts.get("person") or ""))
    mbti = str(facts.get("mbti") or "").lower()
    for turn in said:
        why = _speaks_as_helper(turn) or _other_type(turn, mbti)
        if why:
            return why
    return _drift_of_facts([profile, *(turn.text for turn in said)])


def _speaks_as_helper(turn: Reading) -> str:
    sentence = first(talk_patterns.HELPER_VOICE, turn.sentences)
    return f"the seeker speaks as the helper: {sentence.raw!r}" if sentence else ""


def _other_type(turn: Reading, mbti: str) -> str:
    claim = re.search(r"(?:i am|as|being|me) an? ([ie][ns][ft][jp])(?![a-z])", turn.text)
    return f"the seeker claims the type {claim[1].upper()}" if claim and mbti and claim[1] != mbti else ""


def _drift_of_facts(texts: Sequence[str]) -> str:
    known: list[str] = []
    for text in texts:
        for earlier in known:
            why = _contradiction(earlier, text)
            if why:
                return why
        known.append(text)
    return ""


def _contradiction(earlier: str, later: str) -> str:
    for slot in talk_patterns.FAMILY_SLOTS:
        one, other = (bool(slot.one.search(earlier)), bool(slot.other.search(earlier)))
        if (one and not other and slot.other.search(later)) or (other and not one and slot.one.search(later)):
            return f"the seeker contradicts an earlier word on {slot.name}"
    return _other_value("job", _jobs(earlier), _jobs(later)) or _other_value("age", _ages(earlier), _ages(later))


def _other_value(name: str, earlier: frozenset[str], later: frozenset[str]) -> str:
    if earlier and later and not earlier & later:
        return f"the seeker states another {name} ({min(later)}, not {min(earlier)})"
    return ""


def _jobs(text: str) -> frozenset[str]:
    claims = (f"{match[1]}{match[2]}".split() for match in talk_patterns.JOB_CLAIM.finditer(text))
    return frozenset(word for claim in claims for word in claim if word in words.JOBS)


def _ages(text: str) -> frozenset[str]:
    return frozenset(next(filter(None, match.groups())) for match in talk_patterns.AGE_CLAIM.finditer(text))


def emotion_jump(facts: Mapping[str, Any]) -> str:
    """Why the supporter's labels jump: to the opposite side and back while the seeker's words do not; else empty."""
    labels = [str(label).strip().lower() for label in facts.get("emotions") or []]
    sides = [_side(label) for label in labels]
    moods = _moods(facts.get("messages") or [])
    for at in range(1, len(sides) - 1):
        before, here, after = sides[at - 1 : at + 2]
        backed = at < len(moods) and moods[at] * here > 0
        if here and before == after == -here and not backed:
            return f"the labels go {labels[at - 1]}, {labels[at]}, {labels[at + 1]}, and the seeker's words do not"
    return ""


def _side(label: str) -> int:
    family = EMOTION_FAMILY.get(label)
    return valence_of(family) if family else 0


def _moods(messages: Sequence[Turn]) -> list[float]:
    """The valence of the seeker turn before each supporter turn (0 where there is none)."""
    moods = []
    for before, turn in pairwise([{"role": "", "content": ""}, *messages]):
        if turn["role"] == "supporter":
            moods.append(read(before["content"]).valence if before["role"] == "seeker" else 0.0)
    return moods


QUESTIONS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "identity_drift": identity_drift,
    "emotion_jump": emotion_jump,
}
