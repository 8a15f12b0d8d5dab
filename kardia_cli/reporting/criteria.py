"""Criteria: what a report calls the parts of score rows, in which order, and which it shows (not in the paper)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from kardia_cli import plugins
from kardia_cli.contracts import Columns
from kardia_cli.errors import UsageError

CALLED = {"format": "format_rate", "emotion": "emotion_accuracy"}
"""Parts that a report calls by what their mean is."""
FIRST, MACRO_F1, VALUE = "first_turn_accuracy", "emotion_macro_f1", "value"
HIT = "emotion_accuracy"
DERIVED = (FIRST, MACRO_F1)
_ORDER = (HIT, FIRST, MACRO_F1)
_ALSO = {"emotion": "emotion_accuracy", "format": "format_rate", "macro_f1": MACRO_F1, "reward": VALUE}
_LAST = ("rubric", "format_rate", VALUE)
_RULED = ("format_rate", HIT, FIRST, MACRO_F1)
_SHARES = ("format_rate", HIT, FIRST)


def called(part: str) -> str:
    """Return what a report calls a part."""
    return CALLED.get(part, part)


def fits(criterion: str, patterns: Sequence[str]) -> bool:
    """True if one of the patterns (`found.*`) is that of the criterion."""
    return any(fnmatchcase(criterion, pattern) for pattern in patterns)


def is_share(criterion: str, columns: Columns) -> bool:
    """True if its mean is a share of rows, from 0 to 1."""
    return fits(criterion, _SHARES) or fits(criterion, columns.shares)


def is_ruled(criterion: str, columns: Columns) -> bool:
    """True if a rule alone decides it, so that it does not matter who judged."""
    return fits(criterion, _RULED) or fits(criterion, columns.ruled)


def ordered(found: Iterable[str]) -> list[str]:
    """Return the criteria sorted: the emotion's first, then the rows' in their order, then rubric, format, value."""
    known = list(dict.fromkeys(found))
    middle = [name for name in known if name not in _ORDER and name not in _LAST]
    return [*(n for n in _ORDER if n in known), *middle, *(n for n in _LAST if n in known)]


def chosen(found: Sequence[str], wanted: Sequence[str], columns: Columns) -> list[str]:
    """Return the criteria of a report: the wanted ones (names or patterns), else those that the protocol shows.

    `UsageError` for one that no row has, with the name that is nearest.
    """
    if not wanted:
        return [name for name in found if (fits(name, columns.shown) if columns.shown else "." not in name)]
    names: list[str] = []
    for each in (word.strip() for item in wanted for word in item.split(",")):
        if each:
            names += [name for name in found if fnmatchcase(name, each)] or [resolve(each, found)]
    return list(dict.fromkeys(names))


def resolve(name: str, found: Sequence[str]) -> str:
    """Return the criterion of a name or a short name (`emotion`). `UsageError` names the nearest."""
    if name in found:
        return name
    if _ALSO.get(name) in found:
        return _ALSO[name]
    raise UsageError(f"no row is scored on {name!r}", plugins.nearest(name, found))
