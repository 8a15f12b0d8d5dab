"""From what the judge returned to verdict, score and difficulty: pure functions, shared by every stage.

Nothing here asks a model. A criterion that was not graded stays None and is never replaced by a number; what a rule
decides (a broken format, an empty reply, a gate that two looks agree on) is a number. So a change of the rubric's
policy alone decides anew from saved answers (`decide`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from kardia_cli.judge import disguise, profile_leaks
from kardia_cli.judge.rubric import FormatCheck, HiddenText, LabelMatch, Ngram, ProfileLeak, Rubric, Words
from kardia_cli.rows.labels import LabelSet
from kardia_cli.rows.records import Critique, Finding, Level, Look, Verdict
from kardia_cli.rows.turn_format import TurnFormat

EMPTY = "empty"
"""The finding of a reply that says nothing; every rubric has it."""
SPREAD = "spread."
_WORD = re.compile(r"\w+(?:['’]\w+)*")


def run_checks(
    rubric: Rubric,
    text: str,
    form: TurnFormat,
    label_set: LabelSet,
    gold: str | None,
    profile: str = "",
    talk: str = "",
) -> list[Finding]:
    """Return the deterministic checks of one supporter turn, in the rubric's order, and the finding that it is empty.

    `form` is the format that the turn should have; `gold` is the dialogue's label (None: unknown, the label check finds
    nothing); `profile` and `talk` are what a leak is measured against.
    """
    reply = form.visible(text)
    findings = []
    for rule in rubric.checks:
        detail = ""
        match rule:
            case FormatCheck():
                detail = "" if form.is_plain else form.error(text)
            case LabelMatch():
                detail = label_error(text, form, label_set, gold) if gold else ""
            case Words():
                count = len(_WORD.findall(reply))
                detail = f"{count} words, at most {rule.max}" if count > rule.max else ""
            case Ngram():
                share = repeated_share(reply, rule.n)
                detail = f"{share:.0%} of its {rule.n}-grams are repeats" if share > rule.max_share else ""
            case ProfileLeak():
                detail = profile_leaks.find_leak(reply, profile, talk)
            case HiddenText():
                detail = ", ".join(disguise.reveal(reply).hidden)
        findings.append(Finding(id=rule.id, present=bool(detail), detail=detail))
    if disguise.is_empty(reply):
        findings.append(Finding(id=EMPTY, present=True, detail="the reply says nothing"))
    return findings


def label_error(text: str, form: TurnFormat, label_set: LabelSet, gold: str) -> str:
    """Return the difference of a turn's label from the gold label; "" for none, or without a label to read."""
    span, parts = form.label_span, form.read(text)
    if span is None or parts is None or label_set.find(parts[span.name]) == gold:
        return ""
    return f"says {parts[span.name]!r}, the dialogue is {gold!r}"


def repeated_share(text: str, n: int) -> float:
    """Return the share of the text's word n-grams that occurred before in it, 0 to 1."""
    words = [word.lower() for word in _WORD.findall(text)]
    grams = [tuple(words[start : start + n]) for start in range(len(words) - n + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def decide(rubric: Rubric, critique: Critique) -> Critique:
    """Return the critique with derived levels, verdict and score as this rubric's policy makes them of its answers."""
    levels = all_levels(rubric, critique.levels, critique.findings, critique.gates)
    filled = critique.model_copy(update={"levels": levels, "policy_hash": rubric.policy_hash})
    verdict = verdict_of(rubric, filled)
    return filled.model_copy(update={"verdict": verdict, "score": overall(rubric, filled)})


def all_levels(
    rubric: Rubric, judged: Sequence[Level], findings: Sequence[Finding], gates: Sequence[Look] = ()
) -> list[Level]:
    """Return the levels of all criteria in the rubric's order: judged ones and those derived from questions.

    Empty where no criterion was judged (a rule decided the turn). A criterion that was not asked has none. A gate that
    the second look does not confirm subtracts nothing.
    """
    given = {level.id: level for level in judged}
    if rubric.judged and not any(criterion.id in given for criterion in rubric.judged):
        return []
    disputed = {look.id for look in gates if not look.agrees}
    found = {finding.id for finding in findings if finding.present} - disputed
    skipped = _not_asked(rubric, findings)
    levels = []
    for criterion in rubric.criteria:
        if criterion.id in skipped:
            continue
        if criterion.derive is None:
            levels += [given[criterion.id]] if criterion.id in given else []
            continue
        hits = [name for name in criterion.derive.subtract if name in found]
        level = criterion.derive.start - sum(criterion.derive.subtract[name] for name in hits)
        reason = f"derived: {', '.join(hits) or 'no unsafe behaviour found'}"
        levels.append(Level(id=criterion.id, level=max(criterion.derive.floor, level), reason=reason, quotes=[]))
    return levels


def _not_asked(rubric: Rubric, findings: Sequence[Finding]) -> set[str]:
    """Return the ids of the criteria that do not apply to this turn, as its findings note them."""
    limited = {c.id for c in rubric.criteria if c.applies != "always" or c.view == "analysis"}
    return {finding.id for finding in findings if finding.id in limited}


def verdict_of(rubric: Rubric, critique: Critique) -> Verdict:
    """Return FAIL if anything fails, ABSTAIN if nothing was graded, else SOLVED or PASS."""
    if failures(rubric, critique.levels, critique.findings, critique.gates):
        return "FAIL"
    judged = {criterion.id for criterion in rubric.judged}
    if all(level.level is None for level in critique.levels if level.id in judged):
        return "ABSTAIN"
    return "SOLVED" if critique.solved else "PASS"


def failures(
    rubric: Rubric, levels: Sequence[Level], findings: Sequence[Finding], gates: Sequence[Look] = ()
) -> list[Finding]:
    """Return the findings that fail a turn: broken checks, faults and gates found, levels under the passing mark."""
    effects = {part.id: part.effect for part in [*rubric.questions, *rubric.checks]}
    confirmed = {look.id for look in gates if look.agrees}
    quiet = {"note"} if rubric.gates.disagree == "fail" else {"note", "gate"}
    wrong = [item for item in findings if item.present and (item.id in confirmed or effects.get(item.id) not in quiet)]
    marks = {criterion.id: criterion.passing for criterion in rubric.criteria}
    low = []
    for item in levels:
        mark = marks.get(item.id)
        if item.level is not None and mark is not None and item.level < mark:
            low.append(Finding(id=item.id, present=True, detail=f"level {item.level:g}: {item.reason}"))
        elif item.level is None and rubric.abstain.policy == "fail":
            low.append(Finding(id=item.id, present=True, detail=f"not graded: {item.reason}"))
    return wrong + low


def overall(rubric: Rubric, critique: Critique) -> float | None:
    """Return the score of a turn, 0 to 1: the weighted mean of (level - 1) / 4, or what the rubric's `aggregate` says.

    0 by rule for a broken format, no text, or a gate.

    A criterion's share stops growing at its `saturate_at`. One that was not asked is not weighed: the other weights
    are scaled up. None where a criterion was not graded, unless the rubric's abstain policy is `skip` (scaled up, too)
    or `fail` (0): never a made-up number.
    """
    if is_decided_by_rule(rubric, critique) or is_vetoed(rubric, critique):
        return 0.0
    graded = {level.id: level.level for level in critique.levels}
    skipped = _not_asked(rubric, critique.findings)
    shares: list[tuple[float, float]] = []
    for criterion in rubric.criteria:
        if criterion.id in skipped or not criterion.weight:
            continue
        level = graded.get(criterion.id)
        if level is None:
            if rubric.abstain.policy == "skip":
                continue
            return 0.0 if rubric.abstain.policy == "fail" and criterion.id in graded else None
        shares.append((criterion.weight, criterion.share(level, rubric.aggregate.of_top)))
    return weighted_mean(shares, rubric.aggregate.mean) if shares else None


def weighted_mean(shares: Sequence[tuple[float, float]], kind: str) -> float:
    """Return the arithmetic, harmonic or geometric mean of (weight, share) pairs; a share of 0 makes the last two 0."""
    weights = sum(weight for weight, _ in shares)
    if kind == "arithmetic":
        return sum(weight * share for weight, share in shares) / weights
    if any(share <= 0 for _, share in shares):
        return 0.0
    if kind == "harmonic":
        return weights / sum(weight / share for weight, share in shares)
    return math.exp(sum(weight * math.log(share) for weight, share in shares) / weights)


def is_decided_by_rule(rubric: Rubric, critique: Critique) -> bool:
    """Return True if a rule decided this turn (broken spans, no text), so that no judge was asked."""
    return is_format_broken(rubric, critique) or any(item.id == EMPTY and item.present for item in critique.findings)


def is_vetoed(rubric: Rubric, critique: Critique) -> bool:
    """Return True if a gate was found that the second look confirmed."""
    gates = {question.id for question in rubric.questions if question.effect == "gate"}
    found = {finding.id for finding in critique.findings if finding.present}
    return any(look.agrees and look.id in gates and look.id in found for look in critique.gates)


def disputed(critique: Critique) -> list[str]:
    """Return the ids of the gates on which first and second look differ: for a person to see."""
    return [look.id for look in critique.gates if not look.agrees]


def is_format_broken(rubric: Rubric, critique: Critique) -> bool:
    """Return True if the four-span check of this turn failed (the judge is not asked then)."""
    ids = {check.id for check in rubric.checks if isinstance(check, FormatCheck)}
    return any(finding.present and finding.id in ids for finding in critique.findings)


def parts(critique: Critique) -> dict[str, float | None]:
    """Return levels by id, facets as `empathy.exploration`, `spread.ID` if several answers differ: for score rows."""
    levels: dict[str, float | None] = {}
    for level in critique.levels:
        levels[level.id] = level.level
        levels |= {f"{level.id}.{facet.id}": facet.level for facet in level.facets}
    spreads = {f"{SPREAD}{level.id}": level.spread for level in critique.levels if level.spread is not None}
    return levels | spreads


def difficulty(given: Iterable[Verdict]) -> Literal["easy", "hard"]:
    """Return the paper's difficulty (Eq. 4) over every verdict given.

    Easy if p_FAIL < p_PASS + p_SOLVED or p_FAIL + p_PASS < p_SOLVED, else hard.

    The frequencies sum to 1, so this is p_FAIL < 1/2.
    """
    verdicts = list(given)
    fails = verdicts.count("FAIL")
    return "easy" if fails * 2 < len(verdicts) else "hard"
