"""The figures of a judge against people, from the score rows of `calibration`; intervals are clustered by dialogue.

Parts of a score row: `ID` the judge's level, `human.ID` the people's mean, `human.1.ID` … their single levels,
`repeat.1.ID` … the judge with another seed, `order.ID` and `labels.ID` the probes, `words` the length of the reply,
`own` whether its author is of the judge's family.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from kardia_cli.rows.line import Row
from kardia_cli.rows.records import content_hash
from kardia_cli.statistics import agreement

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Table = NDArray[np.float64]

Statistic = Callable[[Any], float | None]
Figures = dict[str, Any]
DIGITS = 6
"""Digits after the point in a record: enough, and the same on every machine."""
NAMED = 3
"""Ids that a headline names."""
_CONSENSUS = re.compile(r"human\.(?!\d+\.)")


class Turn(NamedTuple):
    """One labelled turn: its dialogue, its index, and the parts of its score."""

    dialogue: str
    at: int
    parts: dict[str, float | None]


def all_ids(rows: Sequence[Row]) -> list[Figures]:
    """The figures of every id that people have labelled, in alphabetical order."""
    turns = _turns(rows)
    return _all(tuple((turn.dialogue, turn.at, tuple(turn.parts.items())) for turn in turns))


@lru_cache(maxsize=1)
def _all(scored: tuple[tuple[str, int, tuple[tuple[str, float | None], ...]], ...]) -> list[Figures]:
    """The same; table and record ask for it one after the other, and the intervals take seconds."""
    turns = [Turn(dialogue, at, dict(parts)) for dialogue, at, parts in scored]
    names = sorted({_CONSENSUS.sub("", part) for turn in turns for part in turn.parts if _CONSENSUS.match(part)})
    return [_figures(name, [turn for turn in turns if f"human.{name}" in turn.parts]) for name in names]


def counts(rows: Sequence[Row]) -> dict[str, Any]:
    """Return how many turns and dialogues were measured, and on which labels."""
    turns = _turns(rows)
    labels = [
        [turn.dialogue, turn.at, [[name, value] for name, value in turn.parts.items() if name.startswith("human.")]]
        for turn in turns
    ]
    return {
        "rows": len({turn.dialogue for turn in turns}),
        "turns": len(turns),
        "not_scored": sum(row["value"] is None for row in rows),
        "failed_again": sum(name.endswith(".failed") for turn in turns for name in turn.parts),
        "labels_hash": content_hash(labels),
    }


def headline(figures: Sequence[Figures], rows: Sequence[Row]) -> str:
    """The agreement of the first ids in one line; criteria before facets and questions."""
    known = [each for each in figures if each["kappa"]["value"] is not None]
    known.sort(key=lambda each: (each["is_question"], "." in each["id"]))
    named = ", ".join(f"{each['id']} κ {_said(each['kappa'])}" for each in known[:NAMED])
    more = f" and {len(known) - NAMED} more" if len(known) > NAMED else ""
    judged = sum(row["value"] is not None for row in rows)
    return f"{named or 'no agreement could be measured'}{more} on {judged} turns"


def agreement_line(figures: Figures) -> dict[str, Any]:
    """The judge against the people, and the people among each other, which is the ceiling."""
    without = {"no level": figures["without_level"]} if figures["without_level"] else {}
    several = {"people's alpha": _said(figures["human_alpha"])} if figures["human_alpha"]["value"] is not None else {}
    return {
        "label": figures["id"],
        "n": figures["n"],
        "people": figures["human_mean"],
        "judge": figures["judge_mean"],
        "bias": _said(figures["bias"]),
        "kappa": _said(figures["kappa"]),
        "alpha": _said(figures["alpha"]),
        "macro-F1": _said(figures["macro_f1"]),
        "ICC(2,1)": _said(figures["icc"]),
        "Spearman": _said(figures["spearman"]),
        **several,
        **without,
    }


def reliance_line(figures: Figures) -> dict[str, Any]:
    """The judge against itself, what moves it though nothing should, and how it does on yes and no; {} for nothing."""
    told = {
        "own alpha": _said(figures["self_alpha"]),
        "order moves": _moved(figures["order"]),
        "letters move": _moved(figures["labels"]),
        "with length": _said(figures["length"]),
        "own family": _said(figures["self_preference"]),
        "recall": _said(figures["recall"]),
        "false alarms": _said(figures["false_alarms"]),
    }
    known = {name: value for name, value in told.items() if value is not None}
    return {"label": figures["id"], **known} if known else {}


def _figures(name: str, turns: Sequence[Turn]) -> Figures:
    """The figures of one id; levels 0 and 1 alone are answers to a question, which has recall and false alarms."""
    import numpy as np

    own = _column(turns, name)
    people = _column(turns, f"human.{name}")
    both = ~np.isnan(own)
    levels = {float(level) for level in np.concatenate([own[both], people]).tolist()}
    is_question = "." not in name and levels <= {0.0, 1.0} and 0.0 in levels
    dialogues = [turn.dialogue for turn in turns]
    measure, shares = partial(_measured, dialogues), partial(_shares, dialogues)
    pair = np.stack([own, people], axis=1)
    whole = np.floor(pair + 0.5)
    again = [
        own,
        *(_column(turns, f"{part}.{name}") for part in _named(turns, rf"repeat\.\d+(?=\.{re.escape(name)}$)")),
    ]
    raters = [_column(turns, f"{part}.{name}") for part in _named(turns, rf"human\.\d+(?=\.{re.escape(name)}$)")]
    return {
        "id": name,
        "is_question": is_question,
        "n": int(both.sum()),
        "without_level": int((~both).sum()),
        "human_mean": _round(agreement.mean(people[both])),
        "judge_mean": _round(agreement.mean(own[both])),
        "bias": measure(pair, both, lambda t: agreement.mean(t[:, 0] - t[:, 1])),
        "kappa": measure(whole, both, lambda t: agreement.weighted_kappa(t[:, 0], t[:, 1])),
        "alpha": measure(whole, both, agreement.krippendorff_alpha),
        "macro_f1": measure(
            whole, both, lambda t: agreement.macro_f1(zip(t[:, 1].tolist(), t[:, 0].tolist(), strict=True))
        ),
        "icc": measure(pair, both, agreement.icc),
        "spearman": measure(pair, both, lambda t: agreement.spearman(t[:, 0], t[:, 1])),
        "recall": shares(whole[:, 0], both & (whole[:, 1] == 1) & is_question),
        "false_alarms": shares(whole[:, 0], both & (whole[:, 1] == 0) & is_question),
        "human_alpha": measure(
            _stacked(raters, len(turns)), _several(raters, len(turns)), agreement.krippendorff_alpha
        ),
        "self_alpha": measure(_stacked(again, len(turns)), _several(again, len(turns)), agreement.krippendorff_alpha),
        "order": _change(own, _column(turns, f"order.{name}")),
        "labels": _change(own, _column(turns, f"labels.{name}")),
        "length": _length(measure, own - people, _column(turns, "words"), both),
        "self_preference": _preference(measure, own - people, _column(turns, "own"), both),
    }


def _measured(dialogues: Sequence[str], table: Table, chosen: Any, statistic: Statistic) -> dict[str, float | None]:
    """The statistic over the chosen turns with its interval, redrawn by dialogue."""
    return _figure(agreement.interval(statistic, _by_dialogue(dialogues, table, chosen)))


def _shares(dialogues: Sequence[str], column: Table, chosen: Any) -> dict[str, float | None]:
    """Return the share of the chosen turns on which the judge says yes, with an interval even at 0 and 1."""
    return _figure(agreement.share_interval(_by_dialogue(dialogues, column, chosen)))


def _by_dialogue(dialogues: Sequence[str], table: Table, chosen: Any) -> list[list[Any]]:
    import numpy as np

    units: dict[str, list[Any]] = {}
    for at in np.flatnonzero(chosen).tolist():
        units.setdefault(dialogues[at], []).append(table[at].tolist())
    return list(units.values())


def _figure(found: agreement.Interval) -> dict[str, float | None]:
    return {"value": _round(found.value), "low": _round(found.low), "high": _round(found.high)}


def _length(measure: Any, lead: Table, words: Table, both: Any) -> dict[str, float | None]:
    """Rank correlation of how far the judge is above the people with the length of the reply."""
    import numpy as np

    found: dict[str, float | None] = measure(
        np.stack([lead, words], axis=1), both, lambda t: agreement.spearman(t[:, 0], t[:, 1])
    )
    return found


def _preference(measure: Any, lead: Table, own: Table, both: Any) -> dict[str, float | None]:
    """Return how much further above the people the judge grades replies of its own family than those of others."""
    import numpy as np

    def gap(table: Any) -> float | None:
        ours, theirs = (agreement.mean(table[table[:, 1] == flag, 0]) for flag in (1.0, 0.0))
        return None if ours is None or theirs is None else ours - theirs

    found: dict[str, float | None] = measure(np.stack([lead, own], axis=1), both & ~np.isnan(own), gap)
    return found


def _change(own: Table, other: Table) -> dict[str, float | int | None]:
    """Return the mean absolute change of levels by a probe, and the share of turns changed by a level or more."""
    import numpy as np

    moved = np.abs(own - other)
    known = moved[~np.isnan(moved)]
    return {
        "n": int(known.size),
        "mean_change": _round(agreement.mean(known)),
        "share_moved": _round(agreement.mean(known >= 1)),
    }


def _turns(rows: Sequence[Row]) -> list[Turn]:
    """The score rows in an order that does not hang on arrival."""
    found = [Turn(str(row["id"]), row["turn"], {part["id"]: part["value"] for part in row["parts"]}) for row in rows]
    return sorted(found, key=lambda turn: (turn.dialogue, turn.at))


def _column(turns: Sequence[Turn], part: str) -> Table:
    import numpy as np

    return np.asarray([turn.parts.get(part) for turn in turns], dtype=np.float64)


def _named(turns: Sequence[Turn], pattern: str) -> list[str]:
    """The beginnings of part names that a pattern finds, each once."""
    found = {match[0] for turn in turns for part in turn.parts if (match := re.match(pattern, part))}
    return sorted(found, key=lambda name: (len(name), name))


def _stacked(columns: Sequence[Table], count: int) -> Table:
    import numpy as np

    return np.stack(columns, axis=1) if columns else np.full((count, 1), np.nan)


def _several(columns: Sequence[Table], count: int) -> Any:
    """Return a mask of the turns that have at least two of the columns."""
    import numpy as np

    return (~np.isnan(_stacked(columns, count))).sum(axis=1) >= 2


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS) + 0.0


def _said(figure: dict[str, Any]) -> str | None:
    """`0.61 [0.52, 0.69]`; None for a figure that is not defined."""
    value, low, high = figure["value"], figure["low"], figure["high"]
    if value is None:
        return None
    return f"{value:.2f}" + (f" [{low:.2f}, {high:.2f}]" if low is not None and high is not None else "")


def _moved(change: dict[str, Any]) -> str | None:
    if change["mean_change"] is None:
        return None
    return f"{change['mean_change']:.2f}, {change['share_moved']:.0%} ≥ 1"
