"""Strategies of emotional support (ESConv, Liu et al. 2021): one name for each, and accuracy beside its floor.

Several strategies may fit a turn and the data has one label, so about 31 % is what the field's models reach and
the most frequent label alone gets about 20 %: accuracy is never given without that floor. The names as data sets spell
them are aliases of data/support_strategies.toml, which has ExTES's seventeen too. Labels that are none of the eight are
counted, not guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from kardia_cli.text.tables import read_table

StrategySet = Literal["esconv", "extes"]

_TAG = re.compile(
    r"\s*(?:\[\s*(?:strategy\s*[:=]\s*)?(?P<square>[^\][\n]{3,60}?)\s*\]"
    r"|strategy\s*:\s*(?P<line>[^\n]{3,60}?)\s*(?:\n|$))\s*",
    re.IGNORECASE,
)


class Accuracy(NamedTuple):
    """The share of turns whose strategy was hit (0–1), of how many, how many named none of the eight, and the floor.

    The floor is the share of the most frequent gold strategy, `commonest` its name.
    """

    value: float | None
    turns: int
    unnamed: int
    floor: float | None
    commonest: str


def _key(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split()).strip(" .:")


def definitions(known: StrategySet = "esconv") -> dict[str, str]:
    """Return what each strategy of a set is, by its name: ESConv's eight, or ExTES's seventeen."""
    return dict(read_table("support_strategies")[known])


@cache
def _names(known: StrategySet) -> dict[str, str]:
    aliases = read_table("support_strategies")["aliases"][known]
    return {_key(name): name for name in definitions(known)} | {_key(other): name for other, name in aliases.items()}


def canonical(name: str | None, known: StrategySet = "esconv") -> str | None:
    """Return the strategy's one name, whatever case, hyphen or alias; None for what is none of the set."""
    return _names(known).get(_key(name or ""))


def gold_strategy(message: Mapping[str, Any]) -> str | None:
    """Return the strategy of a turn: its `strategy`, or `annotation.strategy` as ESConv nests it; None without."""
    note = message.get("annotation")
    given = message.get("strategy") or (note.get("strategy") if isinstance(note, Mapping) else None)
    return canonical(given) if isinstance(given, str) else None


def read_strategy(reply: str) -> tuple[str | None, str]:
    """Return the strategy that a reply names before its words, and the words after it.

    "[Question] What happened?" or a line "Strategy: Question". None, and the reply untouched, if it names none.
    """
    match = _TAG.match(reply)
    found = canonical(match["square"] or match["line"]) if match else None
    return (found, reply[match.end() :]) if match and found else (None, reply)


def accuracy(golds: Sequence[str | None], saids: Sequence[str | None]) -> Accuracy:
    """Return the accuracy over the turns that have a gold strategy; a reply that names none of the eight is a miss.

    Names may be aliases. `ValueError` for lists of different length.
    """
    pairs = [(canonical(own), canonical(said)) for own, said in zip(golds, saids, strict=True)]
    pairs = [(own, said) for own, said in pairs if own]
    if not pairs:
        return Accuracy(None, 0, 0, None, "")
    commonest, count = Counter(own for own, _ in pairs).most_common(1)[0]
    hits, unnamed = sum(own == said for own, said in pairs), sum(said is None for _, said in pairs)
    return Accuracy(hits / len(pairs), len(pairs), unnamed, count / len(pairs), commonest or "")
