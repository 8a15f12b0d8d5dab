"""Doubts: reasons not to believe a comparison at once, one sentence each."""

from __future__ import annotations

from kardia_cli.reporting.comparison import Comparison
from kardia_cli.reporting.criteria import FIRST

FEW = 10
"""Clusters under which an interval is rough (ours)."""
UNEQUAL = 0.02
"""Difference in the share of scored rows that is worth a word (ours)."""


def of(found: Comparison) -> list[str]:
    """The doubts, in the order of their weight."""
    return [*_missing(found), *_unscored(found), *_selected(found), *_seeds(found), *_few(found), *_lexical(found)]


def _missing(found: Comparison) -> list[str]:
    lacking = {name: count["missing"] for name, count in found.counts.items() if count["missing"]}
    if not lacking:
        return []
    told = ", ".join(f"{name} {count:,}" for name, count in lacking.items())
    return [
        f"compared are the {found.rows:,} {found.unit}s that all have; missing of the others' {found.unit}s: {told}"
    ]


def _unscored(found: Comparison) -> list[str]:
    told = [f"{name} {c['not_scored']:,} of {c['common']:,}" for name, c in found.counts.items() if c["not_scored"]]
    return [f"without a value: {', '.join(told)}; they count in the criteria that they have"] if told else []


def _selected(found: Comparison) -> list[str]:
    """Means over unlike shares of the rows: a model whose replies break is graded on the ones that do not."""
    unlike: dict[tuple[str, ...], list[str]] = {}
    for criterion in found.criteria:
        shares = {name: found.cells[name][criterion]["n"] / found.counts[name]["common"] for name in found.names}
        if criterion != FIRST and max(shares.values()) - min(shares.values()) > UNEQUAL:
            unlike.setdefault(tuple(f"{name} {share:.0%}" for name, share in shares.items()), []).append(criterion)
    return [
        f"{', '.join(criteria)}: not the same {found.unit}s have a level ({', '.join(told)}); each mean is over its "
        "own, differences over those both have"
        for told, criteria in unlike.items()
    ]


def _seeds(found: Comparison) -> list[str]:
    seeds = {name: count["seeds"] for name, count in found.counts.items()}
    single = [name for name, count in seeds.items() if count == 1]
    said = []
    if max(seeds.values()) > 1 and single:
        said.append(
            f"{', '.join(single)}: one training seed, so the interval does not hold how far another would differ"
        )
    if found.baseline is not None:
        own = seeds[found.baseline]
        unlike = [name for name, count in seeds.items() if own > 1 and count != own]
        if unlike:
            said.append(
                f"{', '.join(unlike)}: compared with the mean of {found.baseline}'s {own} seeds, which hides how they "
                "differ"
            )
    return said


def _few(found: Comparison) -> list[str]:
    if found.profiles >= FEW:
        return []
    many = f"{found.profiles} {found.clustered_by}s are" if found.profiles > 1 else f"1 {found.clustered_by} is"
    return [f"{many} few: intervals by so few clusters are rough"]


def _lexical(found: Comparison) -> list[str]:
    if "lexical" not in found.identity["judge_shown"]:
        return []
    return ["judged by the built-in lexical judge: it shows that the machinery works, not how good a model is"]
