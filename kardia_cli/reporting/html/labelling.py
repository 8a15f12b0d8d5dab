"""What a rater is asked, and what a page for raters must not hold.

The download of a rating is gold for `kardia evaluate gold.jsonl --protocol calibration`: the row with its labels in
`human`. A choice between two models is one line {id, turn, first, second, winner, rater}: `first` and `second` are the
models' names in the order in which they were shown, `winner` is `first`, `second` or `tie`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kardia_cli.rubric import Rubric

_TELLING = ("critiques", "revisions", "traces", "models", "sample", "human")
_SAID_OF_ANSWERS = ("value", "reason", "parts", "critique")


def labels_of(rubric: Rubric, *, only: bool = False, facets: bool = False) -> dict[str, Any]:
    """`data["labels"]` of a page: the criteria that a judge grades, each with its anchors; `facets` asks these too.

    `only` makes a page for raters: nothing that a judge or a model's name gives away is in the file at all.
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


def blind(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what a judge said; the names of models stay in `answers`, which an A/B download must tell."""
    kept = {name: value for name, value in record.items() if name not in _TELLING}
    if "answers" in kept:
        kept["answers"] = [
            {name: value for name, value in answer.items() if name not in _SAID_OF_ANSWERS}
            for answer in kept["answers"]
        ]
    return kept


def blind_line(line: list[Any]) -> list[Any]:
    """The line of the list without verdict, models and flags."""
    return [*line[:2], "", line[3], [], line[5], 0, *line[7:10], {}]
