"""The comparison of all names: figures on the rows in common, differences row by row, Holm over the criteria.

A name with several training seeds is clustered by profile and by seed. Against a baseline with as many seeds, seed k is
paired with seed k, in the order of the files; else with the mean of the baseline's seeds. Holm corrects over all
criteria of the report, for each name by itself. All of this is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kardia_cli import plugins
from kardia_cli.contracts import Columns, ProtocolSpec
from kardia_cli.errors import UsageError
from kardia_cli.reporting import doubts, provenance
from kardia_cli.reporting.cells import cell_of, f1_cell, f1_gap, f1_of, gaps_of, mean_of, recalls
from kardia_cli.reporting.comparison import Cell, Comparison, Count, Gap
from kardia_cli.reporting.criteria import (
    FIRST,
    HIT,
    MACRO_F1,
    VALUE,
    chosen,
    fits,
    is_share,
    ordered,
)
from kardia_cli.reporting.macro_f1 import Pair, confusions
from kardia_cli.reporting.matching import Table, value
from kardia_cli.reporting.runs import Group
from kardia_cli.reporting.score_rows import Scored


def compare(
    groups: Sequence[Group],
    baseline: str | None = None,
    wanted: Sequence[str] = (),
    spec: ProtocolSpec = ProtocolSpec(),
) -> Comparison:
    """Return the whole comparison; `spec` is that of the rows' protocol.

    `UsageError` for rows of unlike judges, rubrics or protocols, for no turn in common, and for unknown names.
    """
    names = [group.name for group in groups]
    if baseline is not None and baseline not in names:
        raise UsageError(f"the baseline {baseline!r} is none of the names", plugins.nearest(baseline, names))
    columns = spec.columns
    criteria = ordered(chosen(known_criteria(groups, columns), wanted, columns))
    if not criteria:
        raise UsageError(
            "no criterion is left to report on", "name some with --criteria; parts with a dot are shown only so"
        )
    provenance.check(groups, criteria, spec)
    table = Table.of(groups, columns)
    if baseline is not None:
        names.remove(baseline)
        names.insert(0, baseline)
    others = [name for name in names if name != baseline] if baseline is not None else []
    differences = {name: _gaps(table, name, baseline, criteria, profile) for name in others if baseline}
    found = Comparison(
        names=names,
        baseline=baseline,
        criteria=criteria,
        cells={name: _cells(table, name, criteria, profile) for name in names},
        differences=differences,
        counts=_counts(table),
        identity=provenance.of(groups),
        rows=len(table.keys),
        dialogues=len({key[0] for key in table.keys}),
        profiles=len({item.row.profile for item in table.items(names[0])}),
        by_dialogue={
            "cells": {name: _cells(table, name, criteria, dialogue) for name in names},
            "differences": {name: _gaps(table, name, baseline, criteria, dialogue) for name in others if baseline},
        },
        seeds={name: {each: _means(table, name, each) for each in criteria} for name in names},
        recall={name: _recall(table, name) for name in names},
        confusion={name: confusions(_pairs(table, name), table.labels) for name in names},
        lower_is_better=[name for name in criteria if fits(name, columns.lower)],
        quoted=spec.quoted if baseline is not None else None,
        clustered_by="profile"
        if any(item.row.profile != item.row.key[0] for item in table.items(names[0]))
        else "dialogue",
        unit="turn" if any(key[1] >= 0 for key in table.keys) else "dialogue",
    )
    found.warnings.extend([*doubts.of(found), *provenance.doubts(groups, spec.is_relative)])
    return found


def known_criteria(groups: Sequence[Group], columns: Columns) -> list[str]:
    """Everything that a row is scored on, with what follows from it, in the order of a report."""
    given = [row.values for group in groups for seed in group.seeds for row in seed]
    names = dict.fromkeys(name for values in given for name, number in values.items() if number is not None)
    turns = {row.key for group in groups for seed in group.seeds for row in seed}
    derived = [MACRO_F1, *([FIRST] if len(turns) > len({key[0] for key in turns}) else [])] if HIT in names else []
    return ordered([*(name for name in names if not fits(name, columns.repeated)), *derived])


def profile(row: Scored) -> str:
    """The cluster of the tables: whose dialogue it is."""
    return row.profile


def dialogue(row: Scored) -> str:
    """The narrower cluster."""
    return row.key[0]


Cluster = Callable[[Scored], str]


def _cells(table: Table, name: str, criteria: Sequence[str], cluster: Cluster) -> dict[str, Cell]:
    return {criterion: _cell(table, name, criterion, cluster) for criterion in criteria}


def _cell(table: Table, name: str, criterion: str, cluster: Cluster) -> Cell:
    items = table.scored(name, criterion)
    clusters, seeds = [cluster(item.row) for item in items], table.seeds_of(name, [item.seed for item in items])
    if criterion == MACRO_F1:
        return f1_cell([(item.row.emotion, item.row.label) for item in items], table.labels, clusters, seeds)
    values = [float(value(item.row, criterion) or 0.0) for item in items]
    return cell_of(values, clusters, seeds, is_share(criterion, table.columns))


def _gaps(table: Table, name: str, baseline: str, criteria: Sequence[str], cluster: Cluster) -> dict[str, Gap]:
    samples = {}
    for criterion in (each for each in criteria if each != MACRO_F1):
        matches = table.matches(name, baseline, criterion)
        samples[criterion] = (
            [match.baseline for match in matches],
            [match.value for match in matches],
            [cluster(match.row) for match in matches],
            table.seeds_of(name, [match.seed for match in matches]),
        )
    shares = [name for name in samples if is_share(name, table.columns)]
    lower = [name for name in samples if fits(name, table.columns.lower)]
    found = gaps_of(samples, table.untested(criteria), shares, lower)
    if MACRO_F1 in criteria:
        found[MACRO_F1] = _f1_gap(table, name, baseline, cluster)
    return {criterion: found[criterion] for criterion in criteria}


def _f1_gap(table: Table, name: str, baseline: str, cluster: Cluster) -> Gap:
    """The difference of macro-F1; not to be had where several seeds of the baseline would have to be averaged."""
    theirs, first, second, clusters, seeds = table.by_key[baseline], [], [], [], []
    paired = len(theirs) == len(table.by_key[name])
    for row, seed in table.scored(name, MACRO_F1) if paired or len(theirs) == 1 else ():
        against = theirs[seed if paired else 0][row.key]
        if value(against, MACRO_F1) is not None:
            first.append((against.emotion, against.label))
            second.append((row.emotion, row.label))
            clusters.append(cluster(row))
            seeds.append(seed)
    return f1_gap(first, second, table.labels, clusters, table.seeds_of(name, seeds))


def _means(table: Table, name: str, criterion: str) -> list[float | None]:
    """The mean of each training seed by itself."""
    found = []
    for number in range(len(table.by_key[name])):
        own = [item for item in table.scored(name, criterion) if item.seed == number]
        if criterion == MACRO_F1:
            found.append(f1_of([(item.row.emotion, item.row.label) for item in own], table.labels))
        else:
            found.append(mean_of([float(value(item.row, criterion) or 0.0) for item in own]))
    return found


def _pairs(table: Table, name: str) -> list[Pair]:
    return [(item.row.emotion, item.row.label) for item in table.scored(name, HIT)]


def _recall(table: Table, name: str) -> dict[str, Cell]:
    items = table.scored(name, HIT)
    return recalls(
        [(item.row.emotion, float(item.row.values[HIT] or 0.0)) for item in items],
        table.labels,
        [item.row.profile for item in items],
        table.seeds_of(name, [item.seed for item in items]),
    )


def _counts(table: Table) -> dict[str, Count]:
    union = {row.key for group in table.groups for seed in group.seeds for row in seed}
    return {
        group.name: {
            "seeds": len(group.seeds),
            "rows": sum(len(seed) for seed in group.seeds),
            "common": len(table.keys) * len(group.seeds),
            "missing": sum(len(union) - len(seed) for seed in group.seeds),
            "not_scored": sum(item.row.values[VALUE] is None for item in table.items(group.name)),
        }
        for group in table.groups
    }


def as_lines(found: Comparison) -> list[dict[str, Any]]:
    """The rows that stdout carries: one for each name and criterion, all with the same fields."""
    lines = []
    for name in found.names:
        for criterion in found.criteria:
            cell, gap = found.cells[name][criterion], found.differences.get(name, {}).get(criterion)
            lines.append(
                {
                    "name": name,
                    "criterion": criterion,
                    **cell,
                    "seeds": found.counts[name]["seeds"],
                    "baseline": found.baseline if gap else None,
                    "difference": gap["value"] if gap else None,
                    "difference_low": gap["low"] if gap else None,
                    "difference_high": gap["high"] if gap else None,
                    "difference_n": gap["n"] if gap else None,
                    **{key: gap[key] if gap else None for key in ("p", "p_holm", "detectable", "verdict")},
                }
            )
    return lines
