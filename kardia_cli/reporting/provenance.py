"""Provenance of scores: judge, rubric, policy and protocol; scores that differ in it are never compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from kardia_cli.contracts import ProtocolSpec
from kardia_cli.errors import UsageError
from kardia_cli.reporting.criteria import is_ruled
from kardia_cli.reporting.score_rows import Identity

if TYPE_CHECKING:
    from kardia_cli.reporting.runs import Group

LEXICAL = "offline (lexical)"
_CALLED = {"protocol": "protocol", "judge": "judge", "rubric_hash": "rubric", "policy_hash": "policy"}


def shown(judge: str) -> str:
    """A judge as tables call it: the built-in one by what it is."""
    return LEXICAL if judge == "offline" else judge or "none"


def check(groups: Sequence[Group], criteria: Sequence[str], spec: ProtocolSpec) -> None:
    """Raise `UsageError` for scores that differ in protocol, judge, rubric or policy; it names two of them.

    Where every criterion is decided by a rule the protocol alone counts, where judges are measured all but the judge.
    """
    names = [each for each in _CALLED if each != "judge" or not spec.measures_judge]
    if all(is_ruled(name, spec.columns) for name in criteria):
        names = ["protocol"]
    first: tuple[str, Identity] | None = None
    for group in groups:
        for file, rows in zip(group.files, group.seeds, strict=True):
            for row in rows:
                where = f"{group.name} ({file}:{row.line})"
                if first is None:
                    first = where, row.identity
                _compare(first, (where, row.identity), names)


def _compare(first: tuple[str, Identity], second: tuple[str, Identity], names: Sequence[str]) -> None:
    if first[1] == second[1]:
        return
    unlike = [name for name in names if getattr(first[1], name) != getattr(second[1], name)]
    if not unlike:
        return
    told = [
        " ".join(f"{_CALLED[name]} {getattr(identity, name) or '(none)'}" for name in unlike)
        for _, identity in (first, second)
    ]
    if "protocol" in unlike:
        remedy = "report on each protocol by itself"
    else:
        remedy = (
            "judge the saved replies again: kardia evaluate DATA --predictions SCORES; or --judge, --rubric, --criteria"
        )
    raise UsageError(f"not scored alike: {first[0]} by {told[0]}, {second[0]} by {told[1]}", remedy)


def of(groups: Sequence[Group]) -> dict[str, Any]:
    """Return the report's identity: the four (of every row where rules alone are compared), and what settings say."""
    rows = [row for group in groups for seed in group.seeds for row in seed]
    found: dict[str, Any] = {
        name: " · ".join(dict.fromkeys(getattr(row.identity, name) for row in rows)) for name in _CALLED
    }
    found["judge_shown"] = " · ".join(dict.fromkeys(shown(row.identity.judge) for row in rows))
    drawn = sorted(set[str]().union(*(row.drawn for row in rows)))
    if drawn:
        found["judge_shown"] += f", placeholders for {', '.join(drawn)}"
    known = {name: [_read(text) for text in settings] for name, settings in _settings(groups).items()}
    every = [each for many in known.values() for each in many]
    for name in ("split", "seed", "options", "judge"):
        values = _different(each.get(name) for each in every)
        found[{"judge": "judge_manner"}.get(name, name)] = values[0] if len(values) == 1 else None
    found["models"] = {name: _different(each.get("model") for each in many) for name, many in known.items()}
    found["files"] = {group.name: group.files for group in groups}
    return found


def doubts(groups: Sequence[Group], is_relative: bool) -> list[str]:
    """Return doubts about what names do not share: options, split, the judge's manner; then unlike files."""
    known = {name: [_read(text) for text in settings] for name, settings in _settings(groups).items()}
    found = []
    for key, called in (
        ("options", "options of the protocol"),
        ("split", "split"),
        ("judge", "way of asking the judge"),
    ):
        said = [(name, each[key]) for name, many in known.items() for each in many if key in each]
        other = next((each for each in said if _text(each[1]) != _text(said[0][1])), None)
        if other is not None:
            one, two = _unlike(said[0][1], other[1])
            found.append(f"the {called} differ: {said[0][0]} {_text(one)}, {other[0]} {_text(two)}")
    return [*found, *_origins(groups, is_relative)]


def _unlike(one: Any, other: Any) -> tuple[Any, Any]:
    """Of two tables of settings the entries that differ, of other values both."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one, other
    names = [name for name in one | other if one.get(name) != other.get(name)]
    own, theirs = ({name: each[name] for name in names if name in each} for each in (one, other))
    return own, theirs


def _origins(groups: Sequence[Group], is_relative: bool) -> list[str]:
    """Files that do not go together: one under two names, or rankings of several runs."""
    found = []
    for place, group in enumerate(groups):
        same = next((e for e in groups[:place] if e.files == group.files and _models(e) == _models(group)), None)
        if same is not None:
            found.append(f"{same.name} and {group.name} are the same rows of {', '.join(group.files)}")
    if is_relative and len({tuple(group.files) for group in groups}) > 1:
        found.append("a rank or a win counts among the models of its own run, and these are of several runs")
    return found


def _models(group: Group) -> list[str]:
    return [seed[0].model for seed in group.seeds]


def _settings(groups: Sequence[Group]) -> dict[str, list[str]]:
    return {
        group.name: list(dict.fromkeys(row.settings for seed in group.seeds for row in seed if row.settings))
        for group in groups
    }


def _read(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _different(values: Any) -> list[Any]:
    """Each different value once, in order; None is no value."""
    return list({_text(value): value for value in values if value is not None}.values())
