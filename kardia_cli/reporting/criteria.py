"""What the parts of a score row are called in a report, which of them are shown, and which way is better (ours)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from kardia_cli import plugins
from kardia_cli.errors import UsageError

CALLED = {"format": "format_rate", "emotion": "emotion_accuracy"}
"""Parts that a report calls by what their mean is."""
FIRST, MACRO_F1, VALUE = "first_turn_accuracy", "emotion_macro_f1", "value"
HIT = "emotion_accuracy"
DERIVED = (FIRST, MACRO_F1)
_ORDER = (HIT, FIRST, MACRO_F1)
_ALSO = {"emotion": "emotion_accuracy", "format": "format_rate", "macro_f1": MACRO_F1, "reward": VALUE}
_LAST = ("rubric", "format_rate", VALUE)
_RULED = ("format_rate", "emotion_accuracy", FIRST, MACRO_F1, "ref.*", "strategy*")
COMPOSED = {"kardiabench": ("rubric", VALUE), "turns": (VALUE,)}
"""By protocol the figures that are made of the others: shown with their interval, but no further test of the same thing."""
TWICE = {"winrank": (VALUE,)}
"""By protocol the figures that a part says again under a better name."""
SHOWN = {"references": ("ref.*", "epitome.*", "strategy*"), "calibration": (VALUE,), "faults": (VALUE,)}
"""By protocol what is shown unasked, where that is not everything without a dot."""
_SHARES = ("format_rate", "emotion_accuracy", FIRST, "success", "failure", "win", "win.*", "empty", "found.*")
_SHARES_OF = {"faults": (VALUE,), "probes": (VALUE,)}
_LOWER = ("failure", "rank", "mean_rank", "empty", "found.*", "spread", "spread.*", "ref.nats", "order.*", "labels.*")
_NO_SIDE = ("turns", "words", "ref.words", "lift", "lift.*")


def called(part: str) -> str:
    """What a report calls this part."""
    return CALLED.get(part, part)


def lower_is_better(criterion: str) -> bool:
    """Whether a smaller figure is the better one (failures, ranks, faults found, spreads)."""
    return any(fnmatchcase(criterion, pattern) for pattern in _LOWER)


def has_side(criterion: str) -> bool:
    """Whether more of it, or less, is better: a longer talk or reply is neither."""
    return not any(fnmatchcase(criterion, pattern) for pattern in _NO_SIDE)


def is_share(criterion: str, protocol: str) -> bool:
    """Whether its mean is a share of rows, from 0 to 1."""
    return criterion in _SHARES_OF.get(protocol, ()) or any(fnmatchcase(criterion, pattern) for pattern in _SHARES)


def is_ruled(criterion: str) -> bool:
    """Whether a rule alone decides it, so that it does not matter who judged."""
    return any(fnmatchcase(criterion, pattern) for pattern in _RULED)


def ordered(found: Iterable[str]) -> list[str]:
    """The emotion's figures first, then the criteria as they stand in the rows, then rubric, format and value."""
    known = list(dict.fromkeys(found))
    middle = [name for name in known if name not in _ORDER and name not in _LAST]
    return [*(n for n in _ORDER if n in known), *middle, *(n for n in _LAST if n in known)]


def chosen(found: Sequence[str], wanted: Sequence[str], protocol: str = "") -> list[str]:
    """The criteria of a report: those that are wanted (names, or patterns such as `found.*`), else what the protocol shows.

    `UsageError` for one that no row has, with the name that is nearest.
    """
    if not wanted and protocol in SHOWN:
        return [name for name in found if any(fnmatchcase(name, pattern) for pattern in SHOWN[protocol])]
    if not wanted:
        return [name for name in found if "." not in name]
    names: list[str] = []
    for each in (word.strip() for item in wanted for word in item.split(",")):
        if each:
            names += [name for name in found if fnmatchcase(name, each)] or [resolve(each, found)]
    return list(dict.fromkeys(names))


def resolve(name: str, found: Sequence[str]) -> str:
    """The criterion of this name, or of its short one (`emotion`); `UsageError` that names the nearest."""
    if name in found:
        return name
    if _ALSO.get(name) in found:
        return _ALSO[name]
    raise UsageError(f"no row is scored on {name!r}", plugins.nearest(name, found))
