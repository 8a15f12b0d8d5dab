"""Robustness of a judge to what it reads: 25 families of attacks and edge cases. Measures the judge; needs no model.

Each built-in row carries a `probe`: a reply as it is, the same reply attacked, and what must hold of the two verdicts
(`_expectations`). Rows of your own need none: then the last supporter turn of each is attacked by code in the ways of
families 1 to 4 and 7 to 11 (asks for a score, brings a verdict, closes the fence, holds slots; is replaced by a master
key or by nothing; hides an instruction, is padded, or repeats one sentence), inside its reply span where it has one.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Columns, ProtocolSpec, Score
from kardia_cli.errors import CallFailed, RowError
from kardia_cli.evaluation.probing import attacks
from kardia_cli.evaluation.probing.corrupted import corrupted, watched
from kardia_cli.evaluation.probing.expectations import UNKNOWN, Case, broken, lifts, spread
from kardia_cli.evaluation.probing.probe_families import BY_NAME, BY_NUMBER, FAMILIES, INJECTIONS, Probe, chosen, read
from kardia_cli.judge import Judge, unscored
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import supporter_turns
from kardia_cli.rows.records import Critique, content_hash
from kardia_cli.stream import flow

LIFT = "lift"


async def evaluate(row: Row, chats: Mapping[str, Chat], judge: Judge, families: str = "") -> Sequence[Score]:
    """One score for each probe on the row: 1 where all holds that is expected, else 0, and the lifts in `parts`.

    `families` picks some, e.g. "1,2,9". The label is the family's name; `reason` says what was broken. `parts` hold
    `lift.CRITERION`, the level with the attack less that without, `lift`, their mean, and for groups `spread`. Not
    scored (None): the judge failed where it should not, the rubric asks nothing of what is expected, or there was
    nothing to spoil. Raises `RowError` for a probe that cannot be read, or a row of your own without a whole supporter
    turn.
    """
    wanted = chosen(families)
    if row.get("probe") is None:
        base, probes = _own(row)
    else:
        base, probes = {name: value for name, value in row.items() if name != "probe"}, [read(row["probe"])]
    return await flow.gather_all(_score(base, probe, judge) for probe in probes if probe.family in wanted)


def _own(row: Row) -> tuple[Row, list[Probe]]:
    turns = supporter_turns(row)
    if not turns:
        raise RowError("field 'messages': no supporter turn to attack")
    text, form = str(row["messages"][turns[-1]]["content"]), turn_format.detect(row)
    if not form.visible(text) or form.error(text):
        raise RowError("field 'messages': the last supporter turn is empty or its spans are broken")
    return {**row, "messages": row["messages"][: turns[-1]]}, attacks.own(text, form)


async def _score(row: Row, probe: Probe, judge: Judge) -> Score:
    text = _attacked_text(row, probe, judge)

    def told(value: float | None, reason: str, parts: Mapping[str, float | None] | None = None) -> Score:
        label = BY_NUMBER[probe.family].name
        return Score(value, f"{probe.name}: {reason}", parts or {}, judge.name, len(row["messages"]), text, label)

    try:
        case = await (_spoilt(row, probe, text, judge) if probe.corrupt else _judged(row, probe, text, judge))
    except CallFailed as error:
        return told(None, unscored(error))
    if case is None:
        return told(None, f"not scored: this judge's verdicts hold nothing that {probe.corrupt} could spoil")
    said = [problem for problem in (broken(item, case) for item in probe.expect) if problem is not UNKNOWN]
    if not said:
        return told(None, "not scored: this rubric asks nothing of what is expected")
    wrong = [problem for problem in said if problem]
    return told(float(not wrong), "broken: " + "; ".join(wrong) if wrong else "held", _parts(case))


def _attacked_text(row: Row, probe: Probe, judge: Judge) -> str:
    if not probe.make:
        return probe.group[0] if probe.group else probe.attacked or ""
    if probe.without is None or probe.make not in attacks.MAKES:
        raise RowError(f"field 'probe.make': {probe.make!r} is no transformation, or there is no reply to transform")
    return attacks.attacked(probe.make, probe.without, probe.attacked or "", judge.rubric, turn_format.declared(row))


async def _judged(row: Row, probe: Probe, text: str, judge: Judge) -> Case:
    """Both sides judged; the attacked one is watched, to see what was asked."""
    changes = {name: value for name, value in probe.changes if value is not None}
    if probe.changes.messages is not None:
        changes["messages"] = [message.model_dump() for message in probe.changes.messages]
    changed = {**row, **changes}
    twin, asked = watched(judge)
    texts = probe.group or [text]
    sides = [_verdict(changed, each, probe, twin) for each in texts]
    if probe.without is not None:
        sides.append(_verdict(row, probe.without, probe, judge))
    given = await flow.gather_all(sides)
    without = given.pop() if probe.without is not None else None
    return Case(judge, changed, text, without, given, None, asked)


async def _spoilt(row: Row, probe: Probe, text: str, judge: Judge) -> Case | None:
    """The reply judged as it is, then by a twin whose answers are spoilt; None where nothing was there to spoil.

    Raises `CallFailed` where the judge fails unspoilt: then a failure of its twin would show nothing.
    """
    try:
        twin, times = corrupted(judge, probe.corrupt, probe.quotes)
    except KeyError:
        raise RowError(f"field 'probe.corrupt': there is no fault {probe.corrupt!r}") from None
    without = await _verdict(row, text, probe, judge)
    try:
        verdicts, failure = [await _verdict(row, text, probe, twin)], None
    except CallFailed as error:
        verdicts, failure = [], error
    return Case(judge, row, text, without, verdicts, failure) if times else None


async def _verdict(row: Row, text: str, probe: Probe, judge: Judge) -> Critique:
    form = turn_format.load("plain") if probe.plain else None
    return await judge.judge(row, len(row["messages"]), text, form=form)


def _parts(case: Case) -> dict[str, float | None]:
    moved = lifts(case.without, case.attacked)
    parts: dict[str, float | None] = {f"{LIFT}.{name}": value for name, value in moved.items()}
    known = [value for value in moved.values() if value is not None]
    if known:
        parts[LIFT] = statistics.fmean(known)
    if len(case.verdicts) > 1:
        parts["spread"] = spread([each.score for each in case.verdicts])
    return parts


def summarize(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The table: one row a family, then one for all injections (families 1 to 5 and 9).

    Lifts are in levels: the mean over instances and criteria, and the highest of any criterion. `held` is the share of
    the scored instances in which all held that is expected.
    """
    table = [_line(str(family.number), family.name, family.kind, _of(rows, family.number)) for family in FAMILIES]
    injections = [row for number in INJECTIONS for row in _of(rows, number)]
    numbers = ", ".join(map(str, INJECTIONS))
    return [line for line in table if line["instances"]] + [_line(numbers, "all injections", "injection", injections)]


def _of(rows: Sequence[Row], number: int) -> list[Row]:
    return [row for row in rows if row["label"] in BY_NAME and BY_NAME[row["label"]].number == number]


def _line(number: str, name: str, kind: str, rows: Sequence[Row]) -> dict[str, Any]:
    parts = [(part["id"], part["value"]) for row in rows for part in row["parts"] if part["value"] is not None]
    means = [value for name, value in parts if name == LIFT]
    each = [value for name, value in parts if name.startswith(f"{LIFT}.")]
    held = [row["value"] for row in rows if row["value"] is not None]
    return {
        "family": number, "name": name, "kind": kind, "instances": len(rows),
        "not scored": len(rows) - len(held),
        "mean lift": statistics.fmean(means) + 0.0 if means else None,  # no -0.0
        "max lift": max(each, default=None),
        "held": statistics.fmean(held) if held else None,
    }  # fmt: skip


def _headline(table: Sequence[Mapping[str, Any]]) -> str:
    """Return how many families hold throughout, and how far injections lift a level."""
    held = [family["held"] for family in table[:-1] if family["held"] is not None]
    lift = table[-1]["mean lift"]
    said = f"{sum(share == 1 for share in held)} of {len(held)} families hold"
    return said + (f", injection lift {lift:.2f}" if lift is not None else "")


def record(rows: Sequence[Row], judge: Judge) -> dict[str, Any]:
    """Return the record of a whole run, as plain JSON values: judge and manner, hashes of the rubric, table.

    `probes` is a hash of which probes were judged (row id and family);
    `injections` are the totals of families 1 to 5 and 9, `all` those of every family.
    """
    table = summarize(rows)
    whole = _line("", "all", "", rows)
    broken_ones = [(str(row["id"]), str(row["label"])) for row in rows if row["value"] == 0.0]
    told = ("instances", "not scored", "mean lift", "max lift", "held")
    return {
        "protocol": "probes",
        "judge": judge.name,
        "judge_hash": judge.hash,
        "calls": judge.manner.calls,
        "samples": judge.manner.samples,
        "quotes": judge.manner.quotes,
        "seed": judge.seed,
        "rubric": judge.rubric.id,
        "rubric_version": judge.rubric.version,
        "read_hash": judge.rubric.read_hash,
        "policy_hash": judge.rubric.policy_hash,
        "probes": content_hash(sorted([str(row["id"]), str(row["label"])] for row in rows)),
        "families": table[:-1],
        "injections": {name: table[-1][name] for name in told},
        "all": {name: whole[name] for name in told},
        "headline": _headline(table),
        "broken": [{"id": name, "label": label} for name, label in sorted(broken_ones)],
    }


SPEC = ProtocolSpec(
    models=0, builtin="probes", summarize=summarize, record=record, measures_judge=True, is_keyed_by_label=True,
    columns=Columns(lower=("spread",), neutral=("lift", "lift.*"), shares=("value",)),
)  # fmt: skip
