"""Score rows by another policy of the rubric that judged them: no dialogue, no judge, no call.

What a critique holds are the judge's answers; verdict, score and value are made of them. So a rubric that is read alike
(`read_hash`) and decides otherwise (`policy_hash`) gives other values from the same rows.
"""

from __future__ import annotations

from kardia_cli.contracts import ProtocolSpec
from kardia_cli.errors import UsageError
from kardia_cli.judge import verdicts
from kardia_cli.judge.rubric import ProfileLeak, Rubric
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import Critique, Finding
from kardia_cli.stages.evaluation import decided_anew

AGAIN = "judge the saved replies again: kardia evaluate DATA --predictions SCORES --rubric"


def rescored(row: Row, rubric: Rubric, spec: ProtocolSpec, named: str) -> Row:
    """The row as this rubric decides it; `named` is what the user calls the rubric.

    `UsageError` where the judge read other words, where the row holds no critique though somebody judged, or where its
    protocol has no values of a rubric.
    """
    if not row["rubric_hash"]:
        return row  # nobody judged it
    if row["rubric_hash"] != rubric.read_hash:
        said = f"these scores were judged by a rubric that reads {row['rubric_hash']}, {named} reads {rubric.read_hash}"
        raise UsageError(said, f"{AGAIN} {named}")
    if row.get("critique") is None and any(part["id"] in _graded(rubric) for part in row["parts"]):
        raise UsageError("these score rows hold no critiques: an older kardia wrote them", f"{AGAIN} {named}")
    if spec.rescore is None:
        said = f"protocol {row['protocol']} cannot say what its scores are worth by another policy"
        raise UsageError(said, "leave out --rubric, or measure again")
    return decided_anew(row, rubric, lambda of, stored: _decided(of, stored, rubric, named), spec.rescore)


def _graded(rubric: Rubric) -> set[str]:
    return {criterion.id for criterion in rubric.judged}


def _decided(row: Row, stored: Critique, rubric: Rubric, named: str) -> Critique:
    """The critique with the checks run anew on the reply, and all decided by the rubric's policy."""
    text = str(row["text"])
    form = turn_format.declared(row)
    if stored.levels and form.read(text) is None:  # judged without spans: none were expected
        form = turn_format.load("plain")
    asked = {question.id for question in rubric.questions}
    asked |= {criterion.id for criterion in rubric.criteria}  # a finding about a criterion says that it was not asked
    answers = [finding for finding in stored.findings if finding.id in asked]
    checks = verdicts.run_checks(rubric, text, form, labels.of(row), row.get("emotion"))
    changes = {
        "rubric": rubric.id,
        "rubric_version": rubric.version,
        "findings": [_leak(found, stored, rubric, named) for found in checks] + answers,
        "levels": [level for level in stored.levels if level.id in _graded(rubric)],
    }
    return verdicts.decide(rubric, stored.model_copy(update=changes))


def _leak(found: Finding, stored: Critique, rubric: Rubric, named: str) -> Finding:
    """The finding; whether something of the profile leaked is taken from the critique, since no profile is at hand."""
    if not any(isinstance(check, ProfileLeak) and check.id == found.id for check in rubric.checks):
        return found
    for known in stored.findings:
        if known.id == found.id:
            return known
    said = f"the check {found.id!r} needs the profile, which score rows do not hold"
    raise UsageError(said, f"{AGAIN} {named}")
