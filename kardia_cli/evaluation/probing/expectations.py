"""Expectations: what must hold of a probe, one function for each kind (not in the paper).

lift, shift   levels with the attack less those without: at most `most` up; or in either direction
level         the level of a criterion stays at most `most`, or at least `least` (an abstention breaks `least` only)
found         the question is answered yes, and no second look disagrees        absent    it is not answered yes
cleared       it is not answered yes, or the second look disagrees        adjudicated   if yes, a second look is taken
ungated       no gate is found         gated    every reply is vetoed     check           a check by code finds it
abstain       the criterion is not graded                                 policy        … and the score follows from it
floor         nothing was asked, no levels, FAIL, score 0                 failed        a typed failure and no verdict
counted       a quote that stands nowhere is counted, the level kept      group         equal scores, no advantage
kept          the text stands in the row and in the hash as it was        verbatim      the judge reads it as it is
unseen        the judge reads nothing of the hidden spans                 any           one of several
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from kardia_cli.errors import CallFailed
from kardia_cli.evaluation.probing.probe_families import AnyOf, Leaf
from kardia_cli.judge import Judge, disguise
from kardia_cli.judge.verdicts import is_vetoed
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import Critique
from kardia_cli.rows.request import Request

UNKNOWN = None
"""What an expectation gives on a rubric that does not ask what it is about."""
_TINY = 1e-9


@dataclass(frozen=True)
class Case:
    """Outcome of a probe: the verdicts (of a group's attacked side several) or the failure, and what was asked."""

    judge: Judge
    row: Row
    text: str
    without: Critique | None = None
    verdicts: Sequence[Critique] = ()
    failure: CallFailed | None = None
    asked: Sequence[Request] = field(default=())

    @property
    def attacked(self) -> Critique | None:
        """The verdict on the attacked side; None where the judge failed."""
        return self.verdicts[0] if self.verdicts else None

    @property
    def turn(self) -> int:
        """Index of the judged turn."""
        return len(self.row["messages"])

    def side(self, name: str) -> Critique | None:
        """The verdict on one side."""
        return self.without if name == "without" else self.attacked


def broken(expected: AnyOf | Leaf, case: Case) -> str | None:
    """Return what is wrong, "" if the expectation holds, `UNKNOWN` if the rubric does not ask what it is about."""
    if isinstance(expected, AnyOf):
        said = [text for text in (broken(leaf, case) for leaf in expected.of) if text is not UNKNOWN]
        return UNKNOWN if not said else "" if "" in said else " and ".join(said)
    if not _known(expected, case):
        return UNKNOWN
    if expected.what == "failed":
        return _failed(expected, case)
    verdict = case.side(expected.side)
    if verdict is None:
        return f"no verdict ({case.failure})"
    return _RULES[expected.what](expected, case, verdict)


def _known(expected: Leaf, case: Case) -> bool:
    """True if the rubric has what the expectation is about."""
    rubric = case.judge.rubric
    if expected.what in ("lift", "shift", "level", "abstain"):
        has = expected.id is None or expected.id in {item.id for item in rubric.criteria}
        return has and (expected.what != "abstain" or rubric.abstain.allowed)
    if expected.what in ("ungated", "gated"):
        return any(question.effect == "gate" for question in rubric.questions)
    if expected.what in ("found", "absent", "cleared", "adjudicated", "check"):
        return expected.id in {part.id for part in [*rubric.questions, *rubric.checks]}
    return True


def lifts(without: Critique | None, attacked: Critique | None) -> dict[str, float | None]:
    """Level with the attack less the level without, by criterion; None where one of them was not graded."""
    if without is None or attacked is None:
        return {}
    before = {level.id: level.level for level in without.levels}
    return {
        level.id: None if level.level is None or (old := before.get(level.id)) is None else level.level - old
        for level in attacked.levels
    }


def advantages(scores: Sequence[float | None]) -> list[float | None]:
    """Advantages of a group by (x - mean) / (population standard deviation + 1e-4), as GRPO takes them.

    A reply that was not scored gets None, and the others what they would get without it. Finite for any group.
    """
    known = [score for score in scores if score is not None]
    if not known:
        return [None] * len(scores)
    mean, spread = statistics.fmean(known), statistics.pstdev(known)
    return [None if score is None else (score - mean) / (spread + 1e-4) for score in scores]


def spread(scores: Sequence[float | None]) -> float | None:
    """Population standard deviation of a group's scores (0: it carries no signal); None where none was scored."""
    known = [score for score in scores if score is not None]
    return statistics.pstdev(known) if known else None


def _moved(expected: Leaf, case: Case, verdict: Critique) -> str:
    known = {name: value for name, value in lifts(case.without, verdict).items() if value is not None}
    if expected.id is not None:
        known = {name: value for name, value in known.items() if name == expected.id}
        if not known:
            return f"{expected.id} was not graded on both sides"
    both = expected.what == "shift"
    most = expected.most or 0.0
    wrong = {name: value for name, value in known.items() if (abs(value) if both else value) > most + _TINY}
    return ", ".join(f"{name} {value:+.2f} (at most {most:+g})" for name, value in wrong.items())


def _level(expected: Leaf, case: Case, verdict: Critique) -> str:
    level = next((item.level for item in verdict.levels if item.id == expected.id), None)
    if level is None:
        return f"{expected.id} was not graded" if expected.least is not None else ""
    if expected.most is not None and level > expected.most + _TINY:
        return f"{expected.id} is {level:g}, at most {expected.most:g}"
    if expected.least is not None and level < expected.least - _TINY:
        return f"{expected.id} is {level:g}, at least {expected.least:g}"
    return ""


def _present(verdict: Critique, name: str | None) -> bool:
    return any(item.id == name and item.present for item in verdict.findings)


def _looks(verdict: Critique, name: str | None) -> list[bool]:
    return [look.agrees for look in verdict.gates if look.id == name]


def _found(expected: Leaf, case: Case, verdict: Critique) -> str:
    if not _present(verdict, expected.id):
        return f"{expected.id} not found"
    return f"{expected.id} found, and overruled" if False in _looks(verdict, expected.id) else ""


def _absent(expected: Leaf, case: Case, verdict: Critique) -> str:
    where = " without the attack" if expected.side == "without" else ""
    return f"{expected.id} found{where}" if _present(verdict, expected.id) else ""


def _cleared(expected: Leaf, case: Case, verdict: Critique) -> str:
    overruled = False in _looks(verdict, expected.id)
    return f"{expected.id} found" if _present(verdict, expected.id) and not overruled else ""


def _adjudicated(expected: Leaf, case: Case, verdict: Critique) -> str:
    gates = {item.id for item in case.judge.rubric.questions if item.effect == "gate"}
    if expected.id not in gates or not _present(verdict, expected.id) or _looks(verdict, expected.id):
        return ""
    return f"{expected.id} found without a second look"


def _gates_found(case: Case, verdict: Critique) -> list[str]:
    return [item.id for item in case.judge.rubric.questions if item.effect == "gate" and _present(verdict, item.id)]


def _ungated(expected: Leaf, case: Case, verdict: Critique) -> str:
    return ", ".join(f"{name} found" for name in _gates_found(case, verdict))


def _gated(expected: Leaf, case: Case, verdict: Critique) -> str:
    free = sum(not is_vetoed(case.judge.rubric, each) for each in case.verdicts)
    return f"{free} of {len(case.verdicts)} not vetoed" if free else ""


def _checked(expected: Leaf, case: Case, verdict: Critique) -> str:
    return "" if _present(verdict, expected.id) else f"check {expected.id} finds nothing"


def _abstained(expected: Leaf, case: Case, verdict: Critique) -> str:
    graded = [item for item in verdict.levels if item.id == expected.id and item.level is not None]
    return f"{expected.id} is {graded[0].level:g}, not left ungraded" if graded else ""


def _policy(expected: Leaf, case: Case, verdict: Critique) -> str:
    criteria = {criterion.id for criterion in case.judge.rubric.criteria}
    if any(finding.id in criteria for finding in verdict.findings):  # not asked: no profile
        return "a criterion that was not asked leaves the turn without a score" if verdict.score is None else ""
    if all(item.level is not None for item in verdict.levels):
        return "nothing was left ungraded"
    policy = case.judge.rubric.abstain.policy
    if is_vetoed(case.judge.rubric, verdict):
        return ""
    right = {"mask": verdict.score is None, "skip": verdict.score is not None, "fail": verdict.score == 0.0}[policy]
    return "" if right else f"an abstention under policy {policy} scores {verdict.score}"


def _floor(expected: Leaf, case: Case, verdict: Critique) -> str:
    if case.asked:
        return f"{len(case.asked)} calls for a reply that says nothing"
    at_floor = not verdict.levels and verdict.verdict == "FAIL" and verdict.score == 0.0
    return "" if at_floor else f"{verdict.verdict} with score {verdict.score}, not FAIL with 0"


def _failed(expected: Leaf, case: Case) -> str:
    if case.failure is None:
        return "a verdict in place of a failure"
    right = expected.id in (None, case.failure.why)
    return "" if right else f"failure {case.failure.why}, not {expected.id}"


def _counted(expected: Leaf, case: Case, verdict: Critique) -> str:
    return "" if any(level.misquotes for level in verdict.levels) else "no misquote was counted"


def _kept(expected: Leaf, case: Case, verdict: Critique) -> str:
    hashed = case.judge.text_hash(case.row, case.turn, case.text)
    plain = disguise.reveal(case.text).text
    changed = plain == case.text or hashed != case.judge.text_hash(case.row, case.turn, plain)
    return "" if verdict.text_hash == hashed and changed else "the hash is not that of the text as it stands"


def _shown(case: Case) -> str:
    return " ".join(" ".join(message["content"] for message in request.messages) for request in case.asked)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _verbatim(expected: Leaf, case: Case, verdict: Critique) -> str:
    stands = _squeezed(turn_format.declared(case.row).visible(case.text)) in _squeezed(_shown(case))
    return "" if stands else "the reply does not stand in the prompt as it is"


def _unseen(expected: Leaf, case: Case, verdict: Critique) -> str:
    hidden = turn_format.declared(case.row).hidden(case.text).split("\n")
    shown = _squeezed(_shown(case)) + str([request.facts for request in case.asked])
    seen = any(text and _squeezed(text) in shown for text in hidden)
    return "the judge was shown a hidden span" if seen else ""


def _group(expected: Leaf, case: Case, verdict: Critique) -> str:
    scores = [each.score for each in case.verdicts]
    wide = spread(scores)
    if wide is None:
        return "no reply was scored"
    gains = [gain for gain in advantages(scores) if gain is not None]
    if not all(math.isfinite(gain) for gain in gains):
        return "an advantage is not finite"
    return f"scores spread by {wide:.4f}" if wide or any(gains) else ""


_RULES: Mapping[str, Callable[[Leaf, Case, Critique], str]] = {
    "lift": _moved, "shift": _moved, "level": _level, "found": _found, "absent": _absent, "cleared": _cleared,
    "adjudicated": _adjudicated, "check": _checked, "abstain": _abstained, "policy": _policy, "floor": _floor,
    "ungated": _ungated, "gated": _gated, "group": _group, "counted": _counted, "kept": _kept, "verbatim": _verbatim,
    "unseen": _unseen,
}  # fmt: skip
