"""Cells and differences of a report: `statistics`, rounded so that every machine gives the same."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import cast

from kardia_cli import statistics
from kardia_cli.reporting import macro_f1
from kardia_cli.reporting.comparison import Cell, Gap
from kardia_cli.reporting.macro_f1 import Pair
from kardia_cli.statistics.differences import ALPHA

DIGITS = 6
"""Digits that count: enough, and the same on every machine."""
NOT_TESTED = "not tested"
Sample = tuple[list[float], list[float], list[str], Sequence[int] | None]
"""Values of the baseline and of the other, row by row; clusters; seeds."""


def round_off(number: float | None) -> float | None:
    """Six digits that count; None stays None."""
    return None if number is None else float(f"{number:.{DIGITS}g}") + 0.0


def cell_of(
    values: Sequence[float], clusters: Sequence[Hashable], seeds: Sequence[int] | None, share: bool = False
) -> Cell:
    """The mean with its clustered interval; of nothing, nothing.

    A `share` of zeros and ones has an interval that stays within 0 and 1 (Wilson's, see `statistics.shares`).
    """
    if not values:
        return {"value": None, "low": None, "high": None, "n": 0, "clusters": 0}
    counted = share and set(values) <= {0.0, 1.0}
    estimate = statistics.share_estimate if counted else statistics.mean_estimate
    found = estimate(values, clusters, seeds=seeds)
    return {
        "value": round_off(found.value),
        "low": round_off(found.low),
        "high": round_off(found.high),
        "n": found.n,
        "clusters": found.clusters,
    }


def mean_of(values: Sequence[float]) -> float | None:
    """The plain mean; None of nothing."""
    return round_off(sum(values) / len(values)) if values else None


def f1_of(pairs: Sequence[Pair], known: Sequence[str]) -> float | None:
    """Macro-F1 alone; None of nothing."""
    return round_off(macro_f1.macro_f1(macro_f1.coded(pairs, known), len(known))) if pairs else None


def f1_cell(
    pairs: Sequence[Pair], known: Sequence[str], clusters: Sequence[Hashable], seeds: Sequence[int] | None
) -> Cell:
    """Macro-F1 with its bootstrap interval."""
    if not pairs:
        return {"value": None, "low": None, "high": None, "n": 0, "clusters": 0}
    value, low, high = (round_off(each) for each in macro_f1.f1_interval(pairs, known, clusters, seeds))
    return {"value": value, "low": low, "high": high, "n": len(pairs), "clusters": len(set(clusters))}


def gaps_of(
    samples: Mapping[str, Sample], untested: Sequence[str] = (), shares: Sequence[str] = (), lower: Sequence[str] = ()
) -> dict[str, Gap]:
    """Return the paired difference of each criterion, p corrected over all of them (Holm 1979), and its verdict.

    `untested` criteria have a difference and its interval, no p and no verdict; of `lower` ones less is better.
    """
    found = {name: _difference(sample, name in shares) for name, sample in samples.items() if sample[0]}
    found |= statistics.holm({name: each for name, each in found.items() if name not in untested})
    return {name: _gap(found.get(name), name not in untested, name in lower) for name in samples}


def _difference(sample: Sample, share: bool) -> statistics.Difference:
    """The paired difference; where every row differs by the same amount, what the clusters say by their number.

    Then no variance can be had, yet all of them moved one way: by chance that comes once in 2 ** (clusters - 1) (the
    sign test; fewer than six clusters could never tell). A share that went from none to all has Wilson's interval of
    "went up", the rest taken to have gone down.
    """
    first, second, clusters, seeds = sample
    found = statistics.paired_difference(first, second, clusters, seeds=seeds)
    count = min(found.clusters, len(set(seeds)) if seeds is not None else found.clusters)
    chance = 2.0 ** (1 - count)
    if found.p is not None or not found.value or chance >= ALPHA:
        return found
    low = high = None
    if share and abs(found.value) == 1:
        least = statistics.share_estimate([1.0] * found.n, clusters, seeds=seeds).low or 0.0
        low, high = sorted((found.value, found.value * (2 * least - 1)))
    return found._replace(low=low, high=high, p=chance)


def _gap(found: statistics.Difference | None, tested: bool, lower: bool) -> Gap:
    if found is None:
        return _untested(None, None, None, 0, 0, "too few" if tested else NOT_TESTED)
    verdict: str = statistics.verdict(found) if tested else NOT_TESTED
    if lower:
        verdict = {"better": "worse", "worse": "better"}.get(verdict, verdict)
    names = ("value", "low", "high", "p", "p_holm", "detectable")
    rounded = {name: round_off(getattr(found, name)) for name in names}
    if not tested:
        rounded["p"] = None
    return cast(Gap, {**rounded, "n": found.n, "clusters": found.clusters, "verdict": verdict})


def f1_gap(
    first: Sequence[Pair],
    second: Sequence[Pair],
    known: Sequence[str],
    clusters: Sequence[Hashable],
    seeds: Sequence[int] | None,
) -> Gap:
    """The difference of two macro-F1 with its bootstrap interval; no test of it, accuracy has one."""
    if not first:
        return _untested(None, None, None, 0, 0)
    found = macro_f1.f1_difference(first, second, known, clusters, seeds)
    value, low, high = (round_off(each) for each in found)
    return _untested(value, low, high, len(first), len(set(clusters)))


def _untested(
    value: float | None, low: float | None, high: float | None, n: int, clusters: int, verdict: str = NOT_TESTED
) -> Gap:
    return {
        "value": value, "low": low, "high": high, "p": None, "p_holm": None, "detectable": None,
        "n": n, "clusters": clusters, "verdict": verdict,
    }  # fmt: skip


def recalls(
    hits: Sequence[tuple[str, float]], known: Sequence[str], clusters: Sequence[Hashable], seeds: Sequence[int] | None
) -> dict[str, Cell]:
    """Return the recall of each gold label with its interval, in the order of the labels, unknown ones last."""
    found = {}
    order = {label: number for number, label in enumerate(known)}
    for label in sorted({gold for gold, _ in hits}, key=lambda gold: (order.get(gold, len(order)), gold)):
        chosen = [number for number, (gold, _) in enumerate(hits) if gold == label]
        found[label] = cell_of(
            [hits[number][1] for number in chosen],
            [clusters[number] for number in chosen],
            [seeds[number] for number in chosen] if seeds is not None else None,
            share=True,
        )
    return found
