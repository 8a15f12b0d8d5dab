"""The offline judge: it grades and answers from the words of a reply alone, and names the rule that fired.

    facts ──▶ asides   what is not said to the person (words for a grader, verdicts, markup) is cut out
          ──▶ view     the reply set against talk and profile: about a dozen features
          ──▶ levels   five ladders, one a criterion        rules   one rule a yes/no question        talk   whole talks

    text, feelings, patterns    how a text is read: sentences, stems, feelings by family, phrases
    data/offline/judge_*.toml   the words and phrases       data/danger.toml   danger, shared with kardia_cli.text.risk

It understands nothing; a model or a person judges better. A danger, a harm or an agreement in words that no list holds
is missed, and so are irony and wrong facts. Criteria, questions and axes without a rule get a seeded placeholder, whose
reason begins with PLACEHOLDER.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any

from kardia_cli.metrics import epitome_rules
from kardia_cli.offline.judge import PLACEHOLDER, talk
from kardia_cli.offline.judge.asides import unranked
from kardia_cli.offline.judge.levels import CRITERIA, Score
from kardia_cli.offline.judge.rules import RULES
from kardia_cli.offline.judge.talk import Facts
from kardia_cli.offline.judge.text import quote, read
from kardia_cli.offline.judge.view import View, view

RUNGS = 5


def placeholders(ids: Iterable[str]) -> list[str]:
    """Return the ids of criteria and questions that the offline judge has no rule for."""
    return [name for name in ids if not (name in CRITERIA or name in RULES or name in talk.QUESTIONS)]


def judge_turn(facts: Facts, rng: random.Random) -> dict[str, Any]:
    """Judge one supporter reply.

    `facts` holds person, mbti, situation, history (role seeker|supporter, content), reply, criteria and questions
    (each with an id; a criterion may have facets with ids). Returns criteria (id, reason, quotes, level 1-5 or None,
    and facets of id and level 0-2 or None where facets were asked for), answers (id, reason, present, quote), solved
    and solved_reason; the ids asked for, in their order. Quotes are verbatim substrings of the reply. `rng` is not
    drawn from, so a second call with other ids or another seed gives the same.
    """
    seen = view(facts)
    is_settled, why = talk.settled(list(facts.get("history") or []), seen.reply)
    return {
        "criteria": [_criterion(item, facts, seen) for item in facts.get("criteria") or []],
        "answers": [_answer(str(item["id"]), seen) for item in facts.get("questions") or []],
        "solved": is_settled,
        "solved_reason": why,
    }


def _criterion(asked: Facts, facts: Facts, seen: View) -> dict[str, Any]:
    name = str(asked["id"])
    score = _score(name, seen, len(facts.get("labels") or ()) or RUNGS)
    evidence = score.evidence or seen.whole.sentences[:1]
    graded = {"id": name, "reason": score.reason, "quotes": [quote(line) for line in evidence], "level": score.level}
    names = [str(item["id"]) for item in asked.get("facets") or []]
    if not names:
        return graded
    found = epitome_rules.facets(_answered(facts), seen.reply.raw) if seen.is_judged else {}
    return graded | {
        "facets": [{"id": facet, "level": found[facet].level if facet in found else None} for facet in names]
    }


def _answered(facts: Facts) -> str:
    """Return what the reply answers: the seeker's turns since the supporter's last one, else the situation."""
    turns = takewhile(lambda turn: turn.get("role") == "seeker", reversed(list(facts.get("history") or [])))
    texts = [str(turn["content"]) for turn in turns]
    return "\n".join(reversed(texts)) or str(facts.get("situation") or "")


def _score(name: str, seen: View, count: int = RUNGS) -> Score:
    """Return a level by its place among the scale's `count` levels, from 1; the ladders have `RUNGS`."""
    if name in CRITERIA and count == RUNGS:
        return CRITERIA[name](seen)
    return Score(_drawn(name, seen.whole.raw).randint(1, count), PLACEHOLDER)


def _drawn(name: str, text: str) -> random.Random:
    """Return the source of a placeholder, seeded by what is asked and the judged text: the same in every call."""
    return random.Random(hashlib.sha256(f"{name}\x1f{text}".encode()).digest())


def _answer(name: str, seen: View) -> dict[str, Any]:
    if name not in RULES:
        is_present = _drawn(name, seen.whole.raw).random() < 0.5
        evidence = quote(next(iter(seen.whole.sentences), None)) if is_present else ""
        return {"id": name, "reason": PLACEHOLDER, "present": is_present, "quote": evidence}
    hit = RULES[name](seen)
    if hit is None:
        return {"id": name, "reason": "nothing of the kind was found", "present": False, "quote": ""}
    return {"id": name, "reason": hit.reason, "present": True, "quote": quote(hit.sentence)}


def judge_gate(facts: Facts, rng: random.Random) -> dict[str, Any]:
    """Answer a second look's yes/no questions on one reply: answers (id, reason, quote, present).

    `facts` as in `judge_turn`. The rules are the same ones, so this judge always confirms its own finding.
    """
    seen = view(facts)
    return {"answers": [_answer(str(item["id"]), seen) for item in facts.get("questions") or []]}


def judge_fit(facts: Facts, rng: random.Random) -> dict[str, Any]:
    """Return whether the seeker's message `next` still follows from a rewritten `reply`: reason and fits."""
    follows, reason = talk.fits(read(str(facts.get("reply") or "")), str(facts.get("next") or ""))
    return {"reason": reason, "fits": follows}


def judge_dialogue(facts: Facts, rng: random.Random) -> dict[str, Any]:
    """Answer questions about a whole talk (person, mbti, situation, emotions, messages, questions): answers by id."""
    said = "\x1f".join(str(turn["content"]) for turn in facts.get("messages") or [])
    answers = []
    for name in (str(item["id"]) for item in facts.get("questions") or []):
        if name in talk.QUESTIONS:
            why = talk.QUESTIONS[name](facts)
            answers.append({"id": name, "reason": why or "nothing of the kind was found", "present": bool(why)})
        else:
            answers.append({"id": name, "reason": PLACEHOLDER, "present": _drawn(name, said).random() < 0.5})
    return {"answers": answers}


def judge_rank(facts: Facts, rng: random.Random) -> dict[str, Any]:
    """Place the `candidates` (id, reply) by the `axes` (id) among the facts; the rest as in `judge_turn`.

    Each reply is graded alone, so the order in which they are shown moves nothing; the sum of its levels decides, and
    equal sums share a place. Axes without a ladder count only where none has one. Returns `places`: candidate, reason
    and place (1 is best), in the order in which they came.
    """
    shown: Sequence[Facts] = list(facts.get("candidates") or [])
    views = [view({**facts, "reply": unranked(str(item["reply"]))}) for item in shown]
    asked = [str(axis["id"]) for axis in facts.get("axes") or []]
    known = [axis for axis in asked if axis in CRITERIA]
    scores = [{axis: _score(axis, seen).level or 0 for axis in known or asked} for seen in views]
    sums = [sum(levels.values()) for levels in scores]
    note = "" if known else f"{PLACEHOLDER}: "
    return {
        "places": [
            {
                "candidate": str(item["id"]),
                "reason": note + ", ".join(f"{axis} {level}" for axis, level in levels.items()),
                "place": 1 + sum(other > own for other in sums),
            }
            for item, levels, own in zip(shown, scores, sums, strict=True)
        ]
    }
