"""Pairs of models: the verdicts in each display order, and the tables that follow from score rows alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from kardia_cli.evaluation.ranking.strength import PRIOR, Match, strengths
from kardia_cli.rows.line import Row

RULE = "rule"


def share(own: float, other: float) -> float:
    """Return what the first of two places wins: 1, half for a tie, 0."""
    return 0.5 if own == other else float(own < other)


class Verdict(NamedTuple):
    """One verdict on a pair by a judge or rater: where the first model was shown (1, 2; 0 unknown), and its share."""

    judge: str
    shown: int
    value: float


def settled(verdicts: Sequence[Verdict]) -> float | None:
    """The first model's share: of each judge what all its orders say, else a tie; then the mean over judges."""
    by_judge: dict[str, list[float]] = {}
    for verdict in verdicts:
        by_judge.setdefault(verdict.judge, []).append(verdict.value)
    shares = [values[0] if len(set(values)) == 1 else 0.5 for values in by_judge.values()]
    return sum(shares) / len(shares) if shares else None


class Pair(NamedTuple):
    """Two models on one turn. `by` is judge, rule or human; `ruled` what the rule gives the first one."""

    first: str
    second: str
    by: str
    verdicts: Sequence[Verdict]
    reason: str = ""
    ruled: float | None = None

    @property
    def value(self) -> float | None:
        """The first model's share; None if nobody compared them."""
        return self.ruled if self.by == RULE else settled(self.verdicts)

    def seen_by(self, model: str) -> Pair:
        """The pair with this model as the first one."""
        if model == self.first:
            return self
        turned = [Verdict(v.judge, 3 - v.shown if v.shown else 0, 1 - v.value) for v in self.verdicts]
        ruled = None if self.ruled is None else 1 - self.ruled
        return Pair(self.second, self.first, self.by, turned, self.reason, ruled)

    def record(self, length: Mapping[str, int]) -> dict[str, Any]:
        """Return the record of a score row: always the same fields; `words` are the lengths of both replies."""
        return {
            "other": self.second,
            "by": self.by,
            "value": self.value,
            "verdicts": [verdict._asdict() for verdict in self.verdicts],
            "words": length[self.first],
            "other_words": length[self.second],
        }

    def told(self) -> str:
        """One line on it."""
        value = self.value
        how = "not scored" if value is None else "won" if value > 0.5 else "lost" if value < 0.5 else "tied"
        if self.by == RULE:
            return f"{how} against {self.second} by rule: {self.reason}"
        if value == 0.5 and len({verdict.value for verdict in self.verdicts}) > 1:
            return f"{how} against {self.second}: not every order says the same"
        return f"{how} against {self.second}" + (f": {self.reason}" if self.reason else "")


class Compared(NamedTuple):
    """One comparison of the score rows: `record` is `first`'s view; `cluster` is the person, else the dialogue."""

    first: str
    second: str
    record: Mapping[str, Any]
    cluster: str

    @property
    def value(self) -> float | None:
        """The first one's share."""
        share: float | None = self.record["value"]
        return share

    @property
    def flipped(self) -> list[float]:
        """1 for each judge whose two orders differ, 0 for each that kept its verdict."""
        shown: dict[str, list[float]] = {}
        for verdict in self.record["verdicts"]:
            shown.setdefault(verdict["judge"], []).append(verdict["value"])
        return [float(len(set(values)) > 1) for values in shown.values() if len(values) > 1]

    @property
    def first_shown_won(self) -> list[float]:
        """1 for each verdict that went to the reply shown first, 0 to the second; ties and unknown places left out."""
        return [
            float((verdict["shown"] == 1) == (verdict["value"] > 0.5))
            for verdict in self.record["verdicts"]
            if verdict["shown"] and verdict["value"] != 0.5
        ]

    @property
    def longer_won(self) -> list[float]:
        """Return 1 for each pair that the longer reply won, else 0; pairs without a longer or a winner are left out."""
        longer = self.record["words"] - self.record["other_words"]
        if self.record["by"] == RULE or self.value in (None, 0.5) or not longer:
            return []
        return [float((longer > 0) == ((self.value or 0.0) > 0.5))]


def models_of(rows: Sequence[Row]) -> list[str]:
    """Return the measured models in the order of the rows."""
    return list(dict.fromkeys(row["model"] for row in rows))


def compared(rows: Sequence[Row]) -> list[Compared]:
    """Return all comparisons, each once, from the side of the first model."""
    place = {name: at for at, name in enumerate(models_of(rows))}
    people = len({row.get("anon_username") for row in rows}) > 1 and all(row.get("anon_username") for row in rows)
    return [
        Compared(row["model"], each["other"], each, row["anon_username"] if people else row["id"])
        for row in rows
        for each in row.get("comparisons") or []
        if place[row["model"]] < place.get(each["other"], -1)
    ]


def table(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One row for each two models."""
    found = compared(rows)
    return [
        _line(one, two, [each for each in found if (each.first, each.second) == (one, two)])
        for one, two in combinations(models_of(rows), 2)
    ]


def _line(one: str, two: str, found: Sequence[Compared]) -> dict[str, Any]:
    values = [each.value for each in found if each.value is not None]
    return {
        "model": one,
        "against": two,
        "compared": len(values),
        "not scored": len(found) - len(values),
        "wins": sum(value > 0.5 for value in values),
        "ties": sum(value == 0.5 for value in values),
        "losses": sum(value < 0.5 for value in values),
        "win rate": _mean(values),
        "by rule": sum(each.record["by"] == RULE for each in found),
        "order flips": _mean(flip for each in found for flip in each.flipped),
        "longer wins": _mean(won for each in found for won in each.longer_won),
    }


def strength_title(rows: Sequence[Row]) -> str:
    """Return the title of the table of strengths, with what was redrawn for their intervals."""
    people = {each.cluster for each in compared(rows)} <= {row.get("anon_username") for row in rows}
    return (
        f"Bradley-Terry strengths: log odds, mean 0, ties half, {PRIOR:g} wins added on each side of a pair; "
        f"95 % intervals by redrawing {'people' if people else 'dialogues'}"
    )


def strength_table(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One row a model: its strength, the interval, and where the data set it no bound."""
    models = models_of(rows)
    place = {name: at for at, name in enumerate(models)}
    known = [each for each in compared(rows) if each.value is not None]
    matches = [Match(place[each.first], place[each.second], each.value or 0.0, each.cluster) for each in known]
    if not matches:
        return []
    return [
        {
            "model": name,
            "strength": found.value,
            "low": found.low,
            "high": found.high,
            "compared": sum(name in (each.first, each.second) for each in known),
            "clusters": len({each.cluster for each in known if name in (each.first, each.second)}),
            "note": found.note,
        }
        for name, found in zip(models, strengths(matches, len(models)), strict=True)
    ]


def biases(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One row: flips between the orders, wins of the reply shown first, wins of the longer reply, each with its n."""
    found = [each for each in compared(rows) if each.record["by"] != RULE]
    figures = {
        "order flips": [flip for each in found for flip in each.flipped],
        "shown first wins": [won for each in found for won in each.first_shown_won],
        "longer wins": [won for each in found for won in each.longer_won],
    }
    return [{"what": name, "share": _mean(values), "n": len(values)} for name, values in figures.items()]


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return sum(known) / len(known) if known else None
