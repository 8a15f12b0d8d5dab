"""The methods paragraph of a paper, from what the rows themselves say; nothing is claimed that they do not hold."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from kardia_cli.reporting.criteria import FIRST, MACRO_F1
from kardia_cli.reporting.model import Comparison

WIDTH = 100


def render(found: Comparison) -> str:
    """The paragraph as plain text, ending in a newline."""
    told = [
        _measured(found), _judged(found), _left_out(found), _means(found), _seeds(found), _tests(found),
        *(f"{each[0].upper()}{each[1:]}." for each in found.calibration), *_costs(found.cost),
    ]  # fmt: skip
    return textwrap.fill(" ".join(each for each in told if each), WIDTH, break_on_hyphens=False) + "\n"


def _measured(found: Comparison) -> str:
    identity = found.identity
    split = f" of the {identity['split']} split" if identity["split"] not in (None, "all") else ""
    seed = f" (seed {identity['seed']})" if identity["seed"] is not None else ""
    options = ", ".join(f"{name}={value}" for name, value in sorted((identity["options"] or {}).items()))
    with_ = f" with {options}" if options else ""
    return (
        f"{_listed(found.names)} {'was' if len(found.names) == 1 else 'were'} measured by kardia's protocol "
        f"{identity['protocol']}{with_}{seed} on the same {found.rows:,} turns of {found.dialogues:,} dialogues by "
        f"{found.profiles:,} profiles{split}."
    )


def _judged(found: Comparison) -> str:
    identity = found.identity
    if not identity["judge"]:
        return "Nothing was judged: every figure follows from a rule."
    manner = identity["judge_manner"] or {}
    asked = f", asked {manner['samples']} times by {manner['calls']}" if {"samples", "calls"} <= manner.keys() else ""
    return (
        f"Replies were judged by {identity['judge_shown']}{asked}, with the rubric whose text has the hash "
        f"{identity['rubric_hash']} and the policy {identity['policy_hash']}."
    )


def _left_out(found: Comparison) -> str:
    missing = {name: count["missing"] for name, count in found.counts.items() if count["missing"]}
    unscored = {name: count["not_scored"] for name, count in found.counts.items() if count["not_scored"]}
    told = []
    if missing:
        told.append(f"turns that not all have were left out ({_numbers(missing)} missing)")
    if unscored:
        told.append(f"turns that could not be scored are in no mean ({_numbers(unscored)})")
    return f"{_capital('; '.join(told))}." if told else "No turn was missing or left unscored."


def _means(found: Comparison) -> str:
    by = found.clustered_by
    text = f"Means are given with 95 % intervals clustered by {by} (cluster-robust variance, Student's t with one degree of freedom less than clusters; shares by Wilson's method with that variance)."
    if MACRO_F1 in found.criteria:
        text += " The interval of macro-F1 redraws whole profiles 1,000 times."
    if FIRST in found.criteria:
        text += " First-turn accuracy counts the first supporter turn of each dialogue."
    return text


def _seeds(found: Comparison) -> str:
    several = {name: count["seeds"] for name, count in found.counts.items() if count["seeds"] > 1}
    if not several:
        return ""
    told = ", ".join(f"{name} {count}" for name, count in several.items())
    return (
        f"Models trained with several seeds ({told}) are clustered by profile and by seed at once "
        "(Cameron, Gelbach and Miller 2011; degrees of freedom one less than the smaller number)."
    )


def _tests(found: Comparison) -> str:
    if not found.differences:
        return ""
    gaps = [gap for gaps in found.differences.values() for gap in gaps.values()]
    tested = max(sum(gap["p_holm"] is not None for gap in gaps.values()) for gaps in found.differences.values())
    reach = [gap["detectable"] for gap in gaps if gap["detectable"] is not None]
    smallest = (
        f" The smallest difference that would be found with 80 % power lies between {min(reach):.3f} and {max(reach):.3f}."
        if reach
        else ""
    )
    return (
        f"Each model was compared with {found.baseline} turn by turn; two-sided p values are corrected by Holm's method "
        f"over the {tested} criteria of a model, and p < 0.05 after it counts as a difference, anything else as tied.{smallest}"
    )


def _costs(cost: Sequence[dict[str, Any]]) -> list[str]:
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
