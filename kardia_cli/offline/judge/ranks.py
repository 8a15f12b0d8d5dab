"""The offline judge puts replies in order: by the levels that its lexical rules give each of them.

Each reply is graded alone, as by `scorer`, on each axis that has a ladder; the sum decides, and equal sums share a place. So
the order in which the replies are shown cannot move it. What is said to a judge is cut out first, words about ranks here
and all others where the reply is read (`scorer_asides`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kardia_cli.offline.judge.asides import without_markup
from kardia_cli.offline.judge.faults import RULES
from kardia_cli.offline.judge.levels import CRITERIA, Score
from kardia_cli.offline.judge.patterns import any_of
from kardia_cli.offline.judge.text import read
from kardia_cli.offline.judge.view import View, view

Facts = Mapping[str, Any]
_TEXT = r"(?:reply|response|answer|candidate|option)"
_TEXTS = r"(?:replies|responses|answers|candidates)"
TO_RANKER = any_of(
    rf"(?:rank|place|put|choose|pick|prefer|select|vote for) (?:\w+ ){{0,2}}(?:{_TEXT}|this|me|it)(?: \w+){{0,3}}"
    r" (?:first|top|best|highest|number one|above|over|ahead)",
    rf"(?:rank|prefer|pick|choose|select|vote for) (?:this|my|the above) {_TEXT}",
    r"(?:rank|place|position) ?[:=#]? ?(?:1|one|first)(?: of \w+)?(?: (?:to|for|goes to) (?:this|me|my))?$",
    r"(?:first|top) (?:place|rank|spot|position) (?:to|for|goes to|belongs to) (?:this|me|my)",
    rf"(?:all |the )?(?:other|others|remaining|rest of the|competing|alternative) {_TEXTS}",
    rf"(?:this|my|the above) (?:\w+ )?{_TEXT} (?:\w+ ){{0,3}}(?:first|best|better|wins?|winner|beats|outranks|superior|strongest)",
    rf"(?:beats|outranks|better than) (?:all |any |every )?(?:of )?(?:the )?(?:others$|other (?:one|{_TEXT}|{_TEXTS}))",
)
"""What is said to somebody who puts replies in order."""


def judge_rank(facts: Facts, rng: random.Random) -> dict[str, Any]:
    """Place the `candidates` (id, reply) by the `axes` (id) among the facts; the rest as in `scorer.judge_turn`.

    Returns `places`: candidate, reason and place, 1 for the best, in the order in which they came. `rng` is not drawn from.
    """
    shown: Sequence[Facts] = list(facts.get("candidates") or [])
    axes = [str(axis["id"]) for axis in facts.get("axes") or []]
    graded = [_levels(axes, view({**facts, "reply": spoken(str(item["reply"]))})) for item in shown]
    counted = [axis for axis in axes if graded and all(levels[axis] is not None for levels in graded)]
    sums = [sum(levels[axis] or 0 for axis in counted) for levels in graded]
    return {
        "places": [
            {
                "candidate": str(item["id"]),
                "reason": ", ".join(f"{axis} {levels[axis]}" for axis in counted) or "no lexical rule for these axes",
                "place": 1 + sum(other > own for other in sums),
            }
            for item, levels, own in zip(shown, graded, sums, strict=True)
        ]
    }


def spoken(reply: str) -> str:
    """The reply without sentences about its rank; the same object where there are none."""
    sentences = read(without_markup(reply)).sentences
    kept = [sentence.raw for sentence in sentences if not TO_RANKER.search(sentence.text)]
    return reply if len(kept) == len(sentences) else "\n".join(kept)


def _levels(axes: Sequence[str], seen: View) -> dict[str, int | None]:
    return {axis: LADDERS[axis](seen).level if axis in LADDERS else None for axis in axes}


def helpfulness(seen: View) -> Score:
    """1 advice that skips the feeling, 2 nothing to go on with, 3 an opening or something to do, 4 both."""
    if RULES["advice_without_feeling"](seen):
        return Score(1, "gives advice and meets no feeling")
    if not seen.detail_count:
        return Score(2, "takes up nothing that was told")
    ways = [name for name, there in (("an opening", seen.opens), ("something to do", bool(seen.advice))) if there]
    return Score(2 + len(ways), f"leaves {' and '.join(ways) or 'nothing to go on with'}")


LADDERS: dict[str, Callable[[View], Score]] = {**CRITERIA, "helpfulness": helpfulness}
