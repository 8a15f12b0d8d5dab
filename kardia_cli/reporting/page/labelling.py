"""Labelling: the questions to a rater, and what a page for raters must not hold.

The download of a rating is gold for `kardia evaluate gold.jsonl --protocol calibration`: the row with its labels in
`human`. A choice between two models is one line {id, turn, first, second, winner, rater}: `first` and `second` are the
models' names in the order in which they were shown, `winner` is `first`, `second` or `tie`.

A page for raters alone holds the words they see, and nothing a judge said. What the download needs besides (models'
names, hidden spans, the gold emotion) is sealed: base64, which nobody reads by chance or finds by search. It is no
secret from somebody who takes the file apart on purpose.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import orjson

from kardia_cli.judge.rubric import Rubric
from kardia_cli.reporting.page.dialogues import Compact, Record, form_of, written

_SHOWN = ("id", "mbti", "situation", "person")
_OF_GOLD = ("emotion", "anon_username", "split", "strategy", "author", "origin", "models", "risk")
"""What a gold row has and a rater does not see."""


def labels_of(rubric: Rubric, *, only: bool = False, facets: bool = False) -> dict[str, Any]:
    """`data["labels"]` of a page: the criteria that a judge grades, each with its anchors; `facets` asks these too.

    `only` makes a page for raters, see `blind`.
    """
    asked = []
    for criterion in rubric.judged:
        asked.append(
            {"id": criterion.id, "name": criterion.name, "ask": criterion.ask, "levels": _keyed(criterion.levels)}
        )
        for facet in criterion.facets if facets else ():
            name = facet.id.replace("_", " ")
            asked.append(
                {"id": f"{criterion.id}.{facet.id}", "name": name, "ask": facet.ask, "levels": _keyed(facet.levels)}
            )
    return {"rubric": rubric.id, "rubric_hash": rubric.read_hash, "criteria": asked, "only": only}


def _keyed(levels: Mapping[int, str]) -> dict[str, str]:
    return {str(level): text for level, text in sorted(levels.items())}


def blind(held: Compact) -> Compact:
    """Return what a page for raters holds of its rows."""
    system = {item["shared"] for record in held.records for item in record["messages"] if "shared" in item}
    return Compact(
        [[line[0], "", "", "", [], 0, 0, line[7], "", "", {}] for line in held.lines],
        [_blind(record) for record in held.records],
        [sealed(text) if number in system else text for number, text in enumerate(held.texts)],
    )


def _blind(record: Record) -> Record:
    kept = {name: record[name] for name in _SHOWN if name in record}
    told = {name: record[name] for name in _OF_GOLD if name in record}
    told["turns"] = [written(each) if each["role"] == "assistant" else None for each in record["messages"]]
    kept["sealed"] = sealed(orjson.dumps(told).decode())
    kept["messages"] = [_visible(each) if each["role"] == "assistant" else each for each in record["messages"]]
    if "answers" in record:
        kept["answers"] = [
            {"turn": answer["turn"], "name": sealed(answer["name"]), **_visible(answer)} for answer in record["answers"]
        ]
    return kept


def _visible(turn: Record) -> Record:
    """Return the part of a turn that the other side of a talk sees."""
    return {"role": "assistant", "text": form_of(turn).visible(written(turn))}


def sealed(text: str) -> str:
    return b64encode(text.encode()).decode()
