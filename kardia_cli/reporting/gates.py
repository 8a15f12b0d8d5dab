"""Gates for CI: `CRITERION>=X` on the difference from the baseline, `NAME:CRITERION>=X` on a name's own mean.

A gate goes by the 95 % interval, because a point estimate passes by luck: `>=` needs its low end at X or above, `<=`
its high end at X or below. So `empathy>=-0.1` says that empathy has not fallen by more than 0.1 (non-inferiority).
Where the interval reaches over X, it cannot be told, and the gate is not met. All gates must be met, so p values need
no correction for their number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from kardia_cli import plugins
from kardia_cli.errors import GateFailed, UsageError
from kardia_cli.reporting.comparison import Cell, Comparison, Gap
from kardia_cli.reporting.criteria import resolve

Outcome = Literal["met", "not met", "cannot tell"]
_FORM = re.compile(r"(?:(?P<name>.*):)?(?P<criterion>[^:<>=]+?)\s*(?P<sign>>=|<=)\s*(?P<bound>\S+)")


class Gate(NamedTuple):
    """A bound on a criterion: of a name's own mean, or (no name) of each difference from the baseline."""

    text: str
    name: str
    criterion: str
    sign: str
    bound: float


def parse(text: str) -> Gate:
    """Read a gate; `UsageError` where it is none."""
    found = _FORM.fullmatch(text.strip())
    bound = _number(found["bound"]) if found else None
    if found is None or bound is None:
        raise UsageError(
            f"--gate {text!r} is not CRITERION>=NUMBER", "e.g. --gate 'empathy>=-0.1'; --gate 'grpo:format_rate>=0.9'"
        )
    return Gate(text.strip(), found["name"] or "", found["criterion"].strip(), found["sign"], bound)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def check(gates: Sequence[Gate], found: Comparison) -> list[dict[str, Any]]:
    """Return the outcome of each gate for each name it is about; `UsageError` for unknown names and criteria."""
    checked = []
    for gate in gates:
        criterion = resolve(gate.criterion, found.criteria)
        if gate.name:
            if gate.name not in found.names:
                raise UsageError(
                    f"--gate {gate.text!r}: no name is {gate.name!r}", plugins.nearest(gate.name, found.names)
                )
            checked.append(_outcome(gate, gate.name, criterion, found.cells[gate.name][criterion], found.clustered_by))
            continue
        if not found.differences:
            raise UsageError(
                f"--gate {gate.text!r} is about a difference, and there is none",
                "add --baseline NAME, or write NAME:CRITERION>=NUMBER",
            )
        checked += [
            _outcome(gate, name, criterion, gaps[criterion], found.clustered_by)
            for name, gaps in found.differences.items()
        ]
    return checked


def _outcome(gate: Gate, name: str, criterion: str, figure: Cell | Gap, clustered_by: str) -> dict[str, Any]:
    low, high = figure["low"], figure["high"]
    end, other = (low, high) if gate.sign == ">=" else (high, low)
    outcome: Outcome = "cannot tell"
    if end is not None and _holds(end, gate):
        outcome = "met"
    elif other is not None and not _holds(other, gate):
        outcome = "not met"
    return {
        "gate": gate.text,
        "name": name,
        "criterion": criterion,
        "sign": gate.sign,
        "bound": gate.bound,
        "of": "mean" if gate.name else "difference",
        **{key: figure[key] for key in ("value", "low", "high", "n", "clusters")},
        "detectable": figure.get("detectable"),
        "clustered_by": clustered_by,
        "outcome": outcome,
    }


def _holds(number: float, gate: Gate) -> bool:
    return number >= gate.bound if gate.sign == ">=" else number <= gate.bound


def sentence(checked: Mapping[str, Any]) -> str:
    """Return the outcome of a gate in one line."""
    value, low, high = checked["value"], checked["low"], checked["high"]
    figure = "nothing is scored" if value is None else f"{checked['of']} {value:+.3f}"
    if value is not None:
        figure += f", 95 % from {low:+.3f} to {high:+.3f}" if low is not None else ", no interval"
        figure += f", n {checked['n']:,}"
    told = f"gate {checked['gate']} {checked['outcome']}: {checked['name']} {checked['criterion']}, {figure}"
    if checked["outcome"] != "cannot tell":
        return told
    return f"{told}; {_why(checked)}"


def _why(checked: Mapping[str, Any]) -> str:
    """Return why the outcome of a gate cannot be told."""
    rows = f"{checked['n']:,} rows of {checked['clusters']:,} {checked['clustered_by']}s"
    if checked["low"] is None and checked["n"]:
        few = checked["clusters"] < 2
        return f"{'n is too small' if few else 'all rows say the same, so how sure it is cannot be had'} ({rows})"
    detectable = f", detectable difference is {checked['detectable']:.3f}" if checked["detectable"] else ""
    return f"n is too small ({rows}){detectable}"


def enforce(checked: Sequence[Mapping[str, Any]]) -> None:
    """Raise `GateFailed` if a gate is not met or cannot be told."""
    failed = [each for each in checked if each["outcome"] != "met"]
    if failed:
        told = "; ".join(f"{each['gate']} ({each['name']}: {each['outcome']})" for each in failed)
        raise GateFailed(
            f"{len(failed)} of {len(checked)} gates not met: {told}",
            "a gate needs the whole 95 % interval on its side; more dialogues make the interval narrower",
        )
