"""Tables of ranks, from score rows alone: wins of each model, and how far the orders of a judge agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from kardia_cli.rows.line import Row

RULE = "rule"
HUMAN = "human"


def wins(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return one line a model, in the order in which the models were named."""
    models = list(dict.fromkeys(row["model"] for row in rows))
    return [_wins(model, [row for row in rows if row["model"] == model], len(models)) for model in models]


def _wins(model: str, rows: Sequence[Row], models: int) -> dict[str, Any]:
    scored = [row for row in rows if row["value"] is not None]
    parts = [{part["id"]: part["value"] for part in row["parts"]} for row in scored]
    at_k = {f"Win@{k}": _mean(each.get("win" if k == 1 else f"win.{k}") for each in parts) for k in range(1, models)}
    return {
        "model": model,
        "dialogues": len({row["id"] for row in rows}),
        "turns": len(rows),
        "not scored": len(rows) - len(scored),
        **at_k,
        "mean rank": _mean(row["value"] for row in scored),
        "last by rule": _mean(float(bool(row.get("broken"))) for row in scored),
        "mean words": _mean(float(row.get("words") or 0) for row in scored if not row.get("broken")),
    }


def agreement(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One row a judge that ordered replies; people's orders of one turn are compared with each other."""
    turns: dict[tuple[str, int], dict[str, list[Mapping[str, Any]]]] = {}
    human = bool(rows) and all(row["judge"] == HUMAN for row in rows)
    for row in rows:
        for place in row.get("places") or []:
            if place["judge"] != RULE:
                # of a judge each turn is asked in the same orders; of people each rater is an order
                here = turns.setdefault((row["id"], row["turn"]), {})
                key = HUMAN if human else place["judge"]
                here.setdefault(key, []).append({**place, "model": row["model"], "broken": bool(row.get("broken"))})
    judges = list(dict.fromkeys(judge for each in turns.values() for judge in each))
    return [_agreement(judge, [each[judge] for each in turns.values() if judge in each]) for judge in judges]


def _agreement(judge: str, turns: Sequence[Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """Of the replies that were shown; those that are last by rule would only look like agreement."""
    shown = [[place for place in places if not place["broken"]] for places in turns]
    orders = [_orders(places) for places in shown]
    return {
        "judge": judge,
        "turns": len(turns),
        "orders": max((len(each) for each in orders), default=0),
        "pairs in the same order": _mean(share for each in orders for share in _alike(each)),
        "same first": _mean(share for each in orders for share in _same_first(each)),
        "mean rank shown first": _mean(place["rank"] for places in shown for place in places if place["shown"] == 1),
        "mean rank shown last": _mean(place["rank"] for places in shown for place in _at_end(places)),
    }


def _at_end(places: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    last = max((place["shown"] for place in places), default=0)
    return [place for place in places if place["shown"] == last > 1]


def _orders(places: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """The ranks of the models in each order of one turn."""
    found: dict[tuple[str, int], dict[str, float]] = {}
    for place in places:
        found.setdefault((place["judge"], place["order"]), {})[place["model"]] = place["rank"]
    return list(found.values())


def _alike(orders: Sequence[Mapping[str, float]]) -> list[float]:
    """Return 1 for each two orders that put two models in the same order, else 0 (a tie agrees with a tie alone)."""
    return [
        float(_sign(one[a] - one[b]) == _sign(two[a] - two[b]))
        for one, two in combinations(orders, 2)
        for a, b in combinations(sorted(one.keys() & two.keys()), 2)
    ]


def _same_first(orders: Sequence[Mapping[str, float]]) -> list[float]:
    return [float(_firsts(one) == _firsts(two)) for one, two in combinations(orders, 2)]


def _firsts(order: Mapping[str, float]) -> set[str]:
    best = min(order.values())
    return {name for name, rank in order.items() if rank == best}


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
