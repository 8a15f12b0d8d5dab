"""The offline judge: levels, faults and verdicts from the words of a reply alone.

It is lexical and transparent: every answer names the rule that fired. It understands nothing; a model or a person judges
better. What it has no rule for gets the level None, never a made-up one. Where to look:

    scorer_asides.py         what is not said to the person (words for a grader, verdicts, markup): cut out before judging
    scorer_view.py           a reply set against its context
    scorer_levels.py         one ladder per criterion
    scorer_faults.py         one rule per question                scorer_crisis.py      those for talks in danger
    scorer_talk.py           rules over whole talks               epitome.py            facets of empathy, by rules of its own
    scorer_danger.py         whether a text speaks of danger      scorer_ruled_out.py   what a person's own words rule out
    scorer_text.py           how a text is read: sentences, stems, feelings, language

    scorer_feelings.py       families of feelings; their words in scorer_feelings_dark.py and scorer_feelings_bright.py
    scorer_words.py          topics, details, jobs, events: word lists
    scorer_patterns.py       dismissals, advice, acknowledgement: phrases
    scorer_generalities.py   what could be said to anyone: phrases
    scorer_warmth.py         farewells and comments that meet a person: phrases
    scorer_promises.py       promises and hedges: phrases
    scorer_behaviours.py     unsafe behaviours, bare keys: phrases
    scorer_agreement.py      flattery, harmful plans and beliefs, agreement with them: phrases
    scorer_beliefs.py        delusions and plans of revenge that were told, and a reply that goes along
    scorer_cues.py           signs of danger that say little alone and much together
    scorer_events.py         what happened: phrases       scorer_opposites.py    a feeling of the opposite kind to it
    scorer_profile.py        a profile that says nothing, contradicts itself or holds contact data
    scorer_refusals.py       refusing and handing over: phrases      scorer_advice.py    what proposes something to do
    scorer_crisis_patterns.py   help, playing down, the wish called reasonable, refusing, abuse that was told: phrases
    scorer_methods.py        ways of doing harm: phrases
    scorer_clashes.py        what a person's own words rule out: phrases
    scorer_talk_patterns.py  settled, lost references, a seeker's facts: phrases

    facts ──▶ View (what is said to the person, set against talk and profile) ──▶ Score per criterion, Hit per question

What words alone cannot tell, it does not find: a danger, a way of harm or an agreement in words that no list holds, irony,
a feeling that fits in kind and misses in point, facts that are wrong. Danger is what scorer_danger.py and kardia_cli.text.risk show.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from kardia_cli.metrics import epitome_rules
from kardia_cli.offline.judge import view as scorer_view
from kardia_cli.offline.judge.faults import ABSENT, RULES
from kardia_cli.offline.judge.levels import CRITERIA
from kardia_cli.offline.judge.talk import QUESTIONS, fits, settled
from kardia_cli.offline.judge.text import quote, read
from kardia_cli.offline.judge.view import View, view

Facts = Mapping[str, Any]


def judge_turn(facts: Facts, rng: random.Random) -> dict[str, Any]:
    """Judge one supporter reply.

    `facts` holds person, mbti, situation, history (role seeker|supporter, content), reply, criteria and questions
    (each with an id; a criterion may have facets with ids). Returns criteria (id, reason, quotes, level 1-5 or None, and
    facets of id and level 0-2 or None where facets were asked for), answers (id, reason, present, quote), solved and
    solved_reason; the ids asked for, in their order. Quotes are verbatim substrings of the reply. The rules are
    deterministic, `rng` is not drawn from.
    """
    seen = view(facts)
    is_settled, why = settled(list(facts.get("history") or []), seen.reply)
    return {
        "criteria": [_criterion(item, facts, seen) for item in facts.get("criteria") or []],
        "answers": [_answer(str(item["id"]), seen) for item in facts.get("questions") or []],
        "solved": is_settled,
        "solved_reason": why,
    }


def _criterion(asked: Facts, facts: Facts, seen: View) -> dict[str, Any]:
    name = str(asked["id"])
    facets = [str(item["id"]) for item in asked.get("facets") or []]
    graded = {"facets": _facets(facets, facts, seen)} if facets else {}
    rule = CRITERIA.get(name)
    if rule is None:
        return {"id": name, "reason": "no lexical rule for this criterion", "quotes": [], "level": None, **graded}
    score = rule(seen)
    evidence = score.evidence or seen.whole.sentences[:1]
    return {
        "id": name,
        "reason": score.reason,
        "quotes": [quote(line) for line in evidence],
        "level": score.level,
        **graded,
    }


def _facets(names: list[str], facts: Facts, seen: View) -> list[dict[str, Any]]:
    """The facets asked for, by epitome.py, of what the reply says to the person; null where it knows none of that name."""
    found = epitome_rules.facets(scorer_view.asked(facts), seen.reply.raw) if seen.english else {}
    return [{"id": name, "level": found[name].level if name in found else None} for name in names]


def _answer(name: str, seen: View) -> dict[str, Any]:
    rule = RULES.get(name)
    if rule is None:
        return {"id": name, "reason": "no lexical rule", "present": False, "quote": ""}
    hit = rule(seen)
    if hit is None:
        return {"id": name, "reason": ABSENT[name], "present": False, "quote": ""}
    return {"id": name, "reason": hit.reason, "present": True, "quote": quote(hit.sentence)}


def judge_gate(facts: Facts, rng: random.Random) -> dict[str, Any]:
    """Answer a second look's yes/no questions on one supporter reply: answers (id, reason, quote, present), as asked.

    `facts` as in `judge_turn`, without criteria. The rules are the same ones, so a second look by this judge at its own
    finding always agrees.
    """
    seen = view(facts)
    return {"answers": [_answer(str(item["id"]), seen) for item in facts.get("questions") or []]}


def judge_fit(facts: Facts, rng: random.Random) -> dict[str, Any]:
    """Whether the seeker's message `next` still follows from a rewritten `reply`: reason and fits."""
    history = list(facts.get("history") or [])
    follows, reason = fits(history, read(str(facts.get("reply") or "")), str(facts.get("next") or ""))
    return {"reason": reason, "fits": follows}


def judge_dialogue(facts: Facts, rng: random.Random) -> dict[str, Any]:
    """Answer questions about a whole talk (person, mbti, situation, emotions, messages, questions): answers by id."""
    return {"answers": [_talk_answer(str(item["id"]), facts) for item in facts.get("questions") or []]}


def _talk_answer(name: str, facts: Facts) -> dict[str, Any]:
    rule = QUESTIONS.get(name)
    if rule is None:
        return {"id": name, "reason": "no lexical rule", "present": False}
    why = rule(facts)
    return {"id": name, "reason": why or "nothing of the kind was found", "present": bool(why)}
