"""The rows of all names side by side: those in common, those with a number, each with the baseline's of that turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from kardia_cli.contracts import Columns
from kardia_cli.reporting.criteria import DERIVED, FIRST, HIT, fits
from kardia_cli.reporting.runs import Group, common
from kardia_cli.reporting.score_rows import Key, Scored
from kardia_cli.rows import labels

T = TypeVar("T")


class Item(NamedTuple):
    """A row of a name among those in common, and the training seed that it is of."""

    row: Scored
    seed: int


class Match(NamedTuple):
    """A row's value and the baseline's for the same turn."""

    baseline: float
    value: float
    row: Scored
    seed: int


@dataclass(frozen=True)
class Table:
    """The rows in common of every name, by key and seed, and which of them are first turns."""

    groups: Sequence[Group]
    columns: Columns
    keys: list[Key]
    firsts: set[Key]
    by_key: dict[str, list[dict[Key, Scored]]]
    _known: dict[Any, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, groups: Sequence[Group], columns: Columns) -> Table:
        """Intersect the rows; `UsageError` where nothing is left."""
        keys = common(groups)
        shared = set(keys)
        lowest: dict[str, int] = {}
        for row in (row for group in groups for seed in group.seeds for row in seed):
            lowest[row.key[0]] = min(row.key[1], lowest.get(row.key[0], row.key[1]))
        by_key = {
            group.name: [{row.key: row for row in seed if row.key in shared} for seed in group.seeds]
            for group in groups
        }
        return cls(groups, columns, keys, {key for key in keys if lowest[key[0]] == key[1]}, by_key)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels that the rows may name."""
        rows = [row for group in self.groups for seed in group.seeds for row in seed]
        return labels.known(rows[0].label_set, (row.emotion for row in rows)) if rows else ()

    def items(self, name: str, criterion: str = "") -> list[Item]:
        """The rows of a name that count for a criterion, seed after seed."""
        first = criterion == FIRST
        return self._once(("items", name, first), lambda: self._items(name, first))

    def scored(self, name: str, criterion: str) -> list[Item]:
        """Those of them that have a number."""
        return self._once(
            ("scored", name, criterion),
            lambda: [item for item in self.items(name, criterion) if value(item.row, criterion) is not None],
        )

    def matches(self, name: str, baseline: str, criterion: str) -> list[Match]:
        """The rows that both have a number for."""
        return self._once(("matches", name, baseline, criterion), lambda: self._matches(name, baseline, criterion))

    def _once(self, what: tuple[Any, ...], make: Callable[[], list[T]]) -> list[T]:
        """Made once: figures by profile and by dialogue, seeds and recalls ask for the same rows again."""
        if what not in self._known:
            self._known[what] = make()
        found: list[T] = self._known[what]
        return found

    def _items(self, name: str, first: bool) -> list[Item]:
        keys = [key for key in self.keys if key in self.firsts] if first else self.keys
        return [Item(seed[key], number) for number, seed in enumerate(self.by_key[name]) for key in keys]

    def _matches(self, name: str, baseline: str, criterion: str) -> list[Match]:
        theirs, found = self.by_key[baseline], []
        paired = len(theirs) == len(self.by_key[name])
        for row, seed in self.scored(name, criterion):
            against = [theirs[seed]] if paired else theirs
            values = [value(each[row.key], criterion) for each in against]
            known = [each for each in values if each is not None]
            own = value(row, criterion)
            if own is not None and len(known) == len(values):
                found.append(Match(sum(known) / len(known), own, row, seed))
        return found

    def untested(self, criteria: Sequence[str]) -> list[str]:
        """Return the criteria without a better side, and those made of others that are in the report, too."""
        made = [name for name in criteria if fits(name, self.columns.composed)]
        composed = made if len(made) < len(criteria) else []
        return [name for name in criteria if name in composed or fits(name, self.columns.neutral)]

    def seeds_of(self, name: str, seeds: Sequence[int]) -> Sequence[int] | None:
        """Return the training seeds to cluster by besides profiles; None if the name was trained once."""
        return seeds if len(self.by_key[name]) > 1 else None


def value(row: Scored, criterion: str) -> float | None:
    """The row's number for a criterion; for the emotion's derived ones, whether it hits."""
    return row.values.get(HIT if criterion in DERIVED else criterion)
