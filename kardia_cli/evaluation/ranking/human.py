"""People's rankings and A/B choices in place of a judge, from a JSONL file.

A line is {id, turn, ranking: [best, …, last], rater}, where models in a list of their own share a place, or a choice
{id, turn, first, second, winner, rater}, as the labelling page of `kardia report` downloads it: `first` and `second`
are models in the order in which they were shown, `winner` is `first`, `second`, `tie` or a model's name. `rater` may be
left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from kardia_cli.errors import UsageError
from kardia_cli.evaluation.ranking.pairs import share
from kardia_cli.evaluation.ranking.ranking import Place, Round
from kardia_cli.rows.line import Row

RATER = "human"
_SHAPE = (
    'write {"id": …, "turn": …, "ranking": ["best", …, "last"]} or {"id": …, "turn": …, "first": …, "second": …, '
    '"winner": "first"|"second"|"tie"}, one JSON object a line'
)
Item = tuple[str, int]


class Choice(NamedTuple):
    """One choice between two models; `value` is the first one's share: 1, 0.5 (tie) or 0."""

    rater: str
    first: str
    second: str
    value: float


@dataclass
class Labels:
    """Labels by people, by dialogue and turn: rankings as the place of each model, and choices."""

    rankings: dict[Item, dict[str, dict[str, int]]] = field(default_factory=dict)
    choices: dict[Item, list[Choice]] = field(default_factory=dict)

    @property
    def models(self) -> set[str]:
        """All models that are named."""
        ranked = {name for raters in self.rankings.values() for places in raters.values() for name in places}
        return ranked | {name for each in self.choices.values() for one in each for name in (one.first, one.second)}

    def rounds(self, item: Item, models: Sequence[str]) -> list[Round]:
        """Each rater's places of all of these models; a rater who did not place or compare them all is left out."""
        found = {
            rater: {name: float(places[name]) for name in models}
            for rater, places in self.rankings.get(item, {}).items()
            if places.keys() >= set(models)
        }
        for rater in dict.fromkeys(choice.rater for choice in self.choices.get(item, [])):
            own = [choice for choice in self.choices[item] if choice.rater == rater]
            lost = _losses(own, models)
            if lost is not None:
                found.setdefault(rater, lost)
        return [
            Round(rater, 1, {name: Place(0, _place(lost, name), "") for name in models})
            for rater, lost in found.items()
        ]

    def verdicts(self, item: Item, first: str, second: str) -> list[tuple[str, int, float]]:
        """(rater, where `first` was shown: 1 or 2, 0 in a ranking; its share) of all who compared these two."""
        found = []
        for rater, places in self.rankings.get(item, {}).items():
            if first in places and second in places:
                found.append((rater, 0, share(places[first], places[second])))
        for choice in self.choices.get(item, []):
            if (choice.first, choice.second) == (first, second):
                found.append((choice.rater, 1, choice.value))
            elif (choice.first, choice.second) == (second, first):
                found.append((choice.rater, 2, 1 - choice.value))
        return found


def _losses(choices: Sequence[Choice], models: Sequence[str]) -> dict[str, float] | None:
    """Return how much each model lost to the others over all pairs; None if a pair was not compared."""
    lost = dict.fromkeys(models, 0.0)
    for one, two in combinations(models, 2):
        values = [choice.value for choice in choices if (choice.first, choice.second) == (one, two)]
        values += [1 - choice.value for choice in choices if (choice.first, choice.second) == (two, one)]
        if not values:
            return None
        won = sum(values) / len(values)
        lost[one] += 1 - won
        lost[two] += won
    return lost


def _place(lost: Mapping[str, float], name: str) -> int:
    return 1 + sum(other < lost[name] for other in lost.values())


def load(path: str, models: Sequence[str]) -> Labels:
    """Read what a file says of these models; `UsageError` with file:line for a line that is no ranking or choice."""
    try:
        changed = Path(path).stat().st_mtime_ns
    except OSError as error:
        raise UsageError(f"human={path}: {error.strerror}", "name a JSONL file of rankings or choices") from None
    return _load(path, changed, tuple(models))


@lru_cache(maxsize=4)
def _load(path: str, changed: int, models: tuple[str, ...]) -> Labels:
    found = Labels()
    for place, row in _rows(path):
        item = _item(row, place)
        if "ranking" in row:
            _add_ranking(found, item, row, place)
        else:
            _add_choice(found, item, row, place)
    known = found.models
    if len(known & set(models)) < 2:
        said = f"{path} is of {', '.join(sorted(known)) or 'nobody'}; measured are {', '.join(models)}"
        raise UsageError(said, "call the models as in the file: --name NAME")
    return found


def _rows(path: str) -> Iterator[tuple[str, Row]]:
    from kardia_cli.stream.jsonl import read_all

    for line in read_all(Path(path)):
        place = f"{path}:{line.number}"
        if line.row is None:
            raise UsageError(f"{place}: {line.error}", _SHAPE)
        yield place, line.row


def _item(row: Row, place: str) -> Item:
    name, turn = row.get("id"), row.get("turn")
    if not isinstance(name, str) or not name:
        raise UsageError(f"{place}: no `id` of a dialogue", _SHAPE)
    if type(turn) is not int or turn < 0:
        raise UsageError(f"{place}: turn {turn!r} is no index in messages", _SHAPE)
    return name, turn


def _rater(row: Row, place: str) -> str:
    rater = row.get("rater") or RATER
    if not isinstance(rater, str):
        raise UsageError(f"{place}: `rater` is no text", _SHAPE)
    return rater


def _add_ranking(found: Labels, item: Item, row: Row, place: str) -> None:
    places: dict[str, int] = {}
    groups: Any = row["ranking"]
    if not isinstance(groups, list):
        raise UsageError(f"{place}: `ranking` is no list of models", _SHAPE)
    for group in groups:
        at = len(places) + 1
        for name in group if isinstance(group, list) else [group]:
            if not isinstance(name, str) or not name:
                raise UsageError(f"{place}: {str(name)[:40]!r} in `ranking` is no model's name", _SHAPE)
            if name in places:
                raise UsageError(f"{place}: {name} is in `ranking` twice", "give each model one place")
            places[name] = at
    rater, raters = _rater(row, place), found.rankings.setdefault(item, {})
    if rater in raters:
        said = f"{place}: a second ranking of {item[0]} turn {item[1]} by {rater}"
        raise UsageError(said, "keep one of them, or give each rater a name: `rater`")
    raters[rater] = places


def _add_choice(found: Labels, item: Item, row: Row, place: str) -> None:
    first, second, winner = row.get("first"), row.get("second"), row.get("winner")
    if not (isinstance(first, str) and isinstance(second, str) and first and second and first != second):
        raise UsageError(f"{place}: no `ranking`, and `first` and `second` are no two models", _SHAPE)
    shares = {"tie": 0.5, "first": 1.0, "second": 0.0, first: 1.0, second: 0.0}
    if not isinstance(winner, str) or winner not in shares:
        raise UsageError(f"{place}: winner {str(winner)[:40]!r} is none of first, second, tie", _SHAPE)
    rater, given = _rater(row, place), found.choices.setdefault(item, [])
    if any((each.rater, each.first, each.second) == (rater, first, second) for each in given):
        said = f"{place}: a second choice of {rater} between {first} and {second} for {item[0]} turn {item[1]}"
        raise UsageError(said, "keep one of them, or give each rater a name: `rater`")
    given.append(Choice(rater, first, second, shares[winner]))
