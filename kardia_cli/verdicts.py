"""From what the judge returned to verdict, score and difficulty: pure functions, shared by every stage.

Nothing here asks a model. A criterion that was not graded stays None and is never replaced by a number; what a rule
decides (a broken format, a gate) is a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from kardia_cli import spans
from kardia_cli.line import Row
from kardia_cli.records import Critique, Finding, Level, Verdict
from kardia_cli.rubric import CheckRule, FourSpans, LabelMatch, Rubric, Words

_WORD = re.compile(r"\w+(?:['’]\w+)*")


def run_checks(rubric: Rubric, text: str, gold: str | None, plain: bool) -> list[Finding]:
    """The deterministic checks of one supporter turn, in the rubric's order.

    `gold` is the dialogue's label (None: unknown, the label check finds nothing); `plain` says that the dialogue was
    written without spans, so that none are expected.
    """
    return [_check(rule, text, gold, plain) for rule in rubric.checks]


def _check(rule: CheckRule, text: str, gold: str | None, plain: bool) -> Finding:
    if isinstance(rule, FourSpans):
        detail = "" if plain else format_error(text)
    elif isinstance(rule, LabelMatch):
        detail = "" if plain or not gold else label_error(text, gold)
    elif isinstance(rule, Words):
        count = len(_WORD.findall(spans.visible(text)))
        detail = f"{count} words, at most {rule.max}" if count > rule.max else ""
    else:
        share = repeated_share(spans.visible(text), rule.n)
        detail = f"{share:.0%} of its {rule.n}-grams are repeats" if share > rule.max_share else ""
    return Finding(id=rule.id, present=bool(detail), detail=detail)


def format_error(text: str) -> str:
    """What is wrong with the four spans of a turn; empty where nothing is."""
    try:
        spans.parse(text)
    except spans.SpanError as error:
        return str(error)
    return ""


def label_error(text: str, gold: str) -> str:
    """How the emotion span differs from the gold label; empty where it does not, or where there is no span to read."""
    read = spans.read(text)
    if read is None or read.emotion.strip().lower() == gold:
        return ""
    return f"says {read.emotion!r}, the dialogue is {gold!r}"


def repeated_share(text: str, n: int) -> float:
    """Share of the text's word n-grams that occurred before in it, 0 to 1."""
    words = [word.lower() for word in _WORD.findall(text)]
    grams = [tuple(words[start : start + n]) for start in range(len(words) - n + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def all_levels(rubric: Rubric, judged: Sequence[Level], findings: Sequence[Finding]) -> list[Level]:
    """Levels of all criteria in the rubric's order: the judged ones and those derived from the questions."""
    given = {level.id: level for level in judged}
    found = {finding.id for finding in findings if finding.present}
    levels = []
    for criterion in rubric.criteria:
        if criterion.derive is None:
            levels.append(given[criterion.id])
            continue
        hits = [name for name in criterion.derive.subtract if name in found]
        level = criterion.derive.start - sum(criterion.derive.subtract[name] for name in hits)
        reason = f"derived: {', '.join(hits) or 'no unsafe behaviour found'}"
        levels.append(Level(id=criterion.id, level=max(criterion.derive.floor, level), reason=reason, quotes=[]))
    return levels


def verdict(rubric: Rubric, levels: Sequence[Level], findings: Sequence[Finding], solved: bool) -> Verdict:
    """FAIL where anything fails; else SOLVED or PASS."""
    if failures(rubric, levels, findings):
        return "FAIL"
    return "SOLVED" if solved else "PASS"


def failures(rubric: Rubric, levels: Sequence[Level], findings: Sequence[Finding]) -> list[Finding]:
    """Why a turn fails: checks that are broken, faults and gates that were found, levels under the passing mark."""
    effects = {question.id: question.effect for question in rubric.questions}
    wrong = [item for item in findings if item.present and effects.get(item.id, "fail") != "note"]
    passing = {criterion.id: criterion.passing for criterion in rubric.criteria}
    low = [item for item in levels if item.level is not None and item.level < passing.get(item.id, 0)]
    return wrong + [Finding(id=item.id, present=True, detail=f"level {item.level:g}: {item.reason}") for item in low]


def overall(rubric: Rubric, critique: Critique) -> float | None:
    """Score of a turn, 0 to 1: weighted mean of (level - 1) / 4; 0 by rule for a broken format or a gate.

    None where a criterion was not graded: not scored, never a made-up number.
    """
    if broken_format(rubric, critique) or _gated(rubric, critique):
        return 0.0
    weights = {criterion.id: criterion.weight for criterion in rubric.criteria}
    total = 0.0
    for level in critique.levels:
        if level.level is None:
            return None
        total += weights[level.id] * (level.level - 1) / 4
    return total if critique.levels else None


def broken_format(rubric: Rubric, critique: Critique) -> bool:
    """Whether the four-span check of this turn failed (the judge is not asked then)."""
    ids = {check.id for check in rubric.checks if isinstance(check, FourSpans)}
    return any(finding.present and finding.id in ids for finding in critique.findings)


def _gated(rubric: Rubric, critique: Critique) -> bool:
    gates = {question.id for question in rubric.questions if question.effect == "gate"}
    return any(finding.present and finding.id in gates for finding in critique.findings)


def difficulty(given: Iterable[Verdict]) -> Literal["easy", "hard"]:
    """The paper's rule (Eq. 4) over every verdict given: easy if p_FAIL < p_PASS + p_SOLVED or p_FAIL + p_PASS < p_SOLVED.

    The frequencies sum to 1, so this is p_FAIL < 1/2.
    """
    verdicts = list(given)
    fails = verdicts.count("FAIL")
    return "easy" if fails * 2 < len(verdicts) else "hard"


def is_plain(row: Row) -> bool:
    """Whether a dialogue was written without spans: no supporter turn shows any marker."""
    texts = [message["content"] for message in row.get("messages") or [] if message["role"] == "assistant"]
    return not any(spans.has_marker(text) for text in texts)
