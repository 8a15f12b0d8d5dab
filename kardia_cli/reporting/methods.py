"""The methods paragraph of a paper, from what the rows themselves say; nothing is claimed that they do not hold."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from typing import Any

from kardia_cli.contracts import Columns, ProtocolSpec
from kardia_cli.reporting import tables
from kardia_cli.reporting.comparison import Comparison
from kardia_cli.reporting.criteria import FIRST, MACRO_F1, is_ruled, is_share

WIDTH = 100


def render(found: Comparison, spec: ProtocolSpec) -> str:
    """Return the paragraph as plain text, ending in a newline; `spec` is that of the protocol."""
    told = [
        _measured(found), _judged(found, spec), _left_out(found), _means(found, spec.columns), _seeds(found),
        _tests(found),
        *(f"{each[0].upper()}{each[1:]}." for each in found.calibration), *costs(found.cost),
    ]  # fmt: skip
    return textwrap.fill(" ".join(each for each in told if each), WIDTH, break_on_hyphens=False) + "\n"


def _measured(found: Comparison) -> str:
    identity = found.identity
    split = f" of the {identity['split']} split" if identity["split"] not in (None, "all") else ""
    seed = f" (seed {identity['seed']})" if identity["seed"] is not None else ""
    options = ", ".join(
        _option(*each) for each in sorted((identity["options"] or {}).items()) if each[1] not in ("", None)
    )
    with_ = f" with {options}" if options else ""
    several = len(found.names) > 1
    return (
        f"{_listed(found.names)} {'were' if several else 'was'} measured by kardia's protocol "
        f"{identity['protocol']}{with_}{seed} on {'the same ' if several else ''}{tables.extent(found)}{split}."
    )


def _option(name: str, value: Any) -> str:
    plain = " ".join(map(str, value)) if isinstance(value, list) else json.dumps(value).strip('"')
    return f"{name}={plain}"


def _judged(found: Comparison, spec: ProtocolSpec) -> str:
    identity = found.identity
    if all(is_ruled(name, spec.columns) for name in found.criteria):
        return "Every figure follows from a rule; no judge decides it."
    if not identity["judge"]:
        return "The rows name no judge."
    if not spec.rubric:
        return (
            f"{spec.judged} {identity['judge_shown']}, with the prompt whose text has the hash "
            f"{identity['rubric_hash']} and rules of the hash {identity['policy_hash']}."
        )
    manner = identity["judge_manner"] or {}
    asked = f", asked {manner['samples']} times by {manner['calls']}" if {"samples", "calls"} <= manner.keys() else ""
    return (
        f"{spec.judged} {identity['judge_shown']}{asked}, with the rubric whose text has the hash "
        f"{identity['rubric_hash']} and the policy {identity['policy_hash']}."
    )


def _left_out(found: Comparison) -> str:
    missing = {name: count["missing"] for name, count in found.counts.items() if count["missing"]}
    unscored = {name: count["not_scored"] for name, count in found.counts.items() if count["not_scored"]}
    told = []
    if missing:
        told.append(f"{found.unit}s that not all have were left out ({_numbers(missing)} missing)")
    if unscored:
        told.append(f"{found.unit}s without a value count only in the criteria that they have ({_numbers(unscored)})")
    told += _ungraded(found)
    return f"{_capital('; '.join(told))}." if told else f"No {found.unit} was missing or left unscored."


def _ungraded(found: Comparison) -> list[str]:
    """Criteria that not every row has a figure for: replies that could not be graded are in no mean of these."""
    lacking: dict[str, list[str]] = {}
    for criterion in (each for each in found.criteria if each != FIRST):
        cells = {name: found.cells[name][criterion]["n"] for name in found.names}
        told = ", ".join(f"{name} {n:,} of {found.counts[name]['common']:,}" for name, n in cells.items())
        if any(n < found.counts[name]["common"] for name, n in cells.items()):
            lacking.setdefault(told, []).append(criterion)
    return [
        f"the mean{'s' if len(names) > 1 else ''} of {_listed(names)} {'are' if len(names) > 1 else 'is'} over the "
        f"{found.unit}s that have a figure ({told})"
        for told, names in lacking.items()
    ]


def _means(found: Comparison, columns: Columns) -> str:
    by, has_share = found.clustered_by, any(is_share(name, columns) for name in found.criteria)
    wilson = "; shares by Wilson's method with that variance" if has_share else ""
    text = (
        f"Means are given with 95 % intervals clustered by {by} (cluster-robust variance, Student's t with one degree "
        f"of freedom less than clusters{wilson})."
    )
    if MACRO_F1 in found.criteria:
        seeds = " and seeds" if any(count["seeds"] > 1 for count in found.counts.values()) else ""
        text += f" The interval of macro-F1 is Student's over the spread of 1,000 redraws of whole {by}s{seeds}."
    if FIRST in found.criteria:
        text += " First-turn accuracy counts the first supporter turn of each dialogue."
    return text


def _seeds(found: Comparison) -> str:
    several = {name: count["seeds"] for name, count in found.counts.items() if count["seeds"] > 1}
    if not several:
        return ""
    told = ", ".join(f"{name} {count}" for name, count in several.items())
    return (
        f"Models trained with several seeds ({told}) are clustered by {found.clustered_by} and by seed at once "
        "(Cameron, Gelbach and Miller 2011; degrees of freedom one less than the smaller number)."
        f"{_pairing(found)}"
    )


def _pairing(found: Comparison) -> str:
    """Return the sentence on which seed is compared with which."""
    if found.baseline is None:
        return ""
    own = found.counts[found.baseline]["seeds"]
    others = {found.counts[name]["seeds"] for name in found.differences}
    if own == 1:
        return f" Each seed is compared with the one of {found.baseline}."
    if others == {own}:
        return " Seeds are paired in the order of their files."
    return (
        f" Models with as many seeds as {found.baseline} are paired with it seed by seed, "
        "others with the mean of its seeds."
    )


def _tests(found: Comparison) -> str:
    if not found.differences:
        return ""
    tested = max(sum(gap["p_holm"] is not None for gap in gaps.values()) for gaps in found.differences.values())
    holm = (
        f"two-sided p values are corrected by Holm's method over the {tested} criteria of a model (not over models), "
        "and p < 0.05 after it counts as a difference"
        if tested > 1
        else "two-sided p < 0.05 counts as a difference"
    )
    each = f"{_listed(list(found.differences))} {'was' if len(found.differences) == 1 else 'were each'}"
    return (
        f"{each} compared with {found.baseline} {found.unit} by {found.unit}; {holm}, anything else as tied: not found "
        f"to differ, which does not prove equal. Intervals are not corrected.{_flat(found)}{_power(found)}"
    )


def _flat(found: Comparison) -> str:
    """Return the sentence on criteria whose rows all differ by the same amount, "" without any."""
    gaps = [(name, gap) for gaps in found.differences.values() for name, gap in gaps.items()]
    flat = dict.fromkeys(
        name for name, gap in gaps if gap["p_holm"] is not None and gap["value"] and not gap["detectable"]
    )
    return (
        f" Of {_listed(list(flat))} every {found.unit} differs alike: p is the sign test's over {found.clustered_by}s."
        if flat
        else ""
    )


def _power(found: Comparison) -> str:
    """Return the sentence on detectable differences by criterion, over several models the largest."""
    reach = {
        name: [gap["detectable"] for gaps in found.differences.values() if (gap := gaps[name])["p_holm"] is not None]
        for name in found.criteria
    }
    known = {name: max(n for n in many if n is not None) for name, many in reach.items() if any(many)}
    if not known:
        return ""
    told = ", ".join(f"{name} {least:.3f}" for name, least in known.items())
    return (
        f" Tested by itself, before the correction, a difference of this size would be found with 80 % power: {told}."
    )


def costs(cost: Sequence[dict[str, Any]]) -> list[str]:
    """Return a sentence on what measuring cost, [] without a summary."""
    if not cost:
        return []
    calls = sum(model["calls"] for each in cost for model in each["models"])
    known = [each["cost"] for each in cost]
    if any(each is None for each in known):
        return [f"Measuring took {calls:,} calls; their price is not known."]
    return [f"Measuring took {calls:,} calls and cost {sum(known):.2f} USD."]


def _numbers(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
