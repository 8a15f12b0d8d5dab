"""Agreement of a judge with people who labelled the same turns, and with itself. Measures the judge; needs no model.

A row carries the labels in `human`: [{turn, rater, id, level}]. An id is a criterion (`empathy`, level 1 to 5), a facet
(`empathy.exploration`, 0 to 2) or a question of the rubric (0 or 1). The judge is held against the people's consensus,
the mean of their levels; kappa and alpha take both rounded half up to a level, the other figures take them as they are.
A question that is not asked (no risk was seen, say) counts as answered with no: so much does a missed screen cost.

Each turn is judged `repeats` times with other seeds (how far does the judge agree with itself?) and, with `probes`,
once with criteria and anchors in reverse and once with letters for levels (what changes, though nothing should?). Rows
may name the `author` of their replies, a model or `human`: does the judge favour its own family? Figures:
`_figures.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Columns, ProtocolSpec, Score
from kardia_cli.errors import CallFailed, RowError, UsageError
from kardia_cli.evaluation import judge_figures
from kardia_cli.judge import Judge, unscored
from kardia_cli.judge.judged_turn import NOT_ASKED
from kardia_cli.judge.model_families import families, is_same_family
from kardia_cli.judge.rubric import FACET_LEVELS, SCALES, Rubric
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import Critique
from kardia_cli.rows.request import derive_seed
from kardia_cli.rows.turn_format import TurnFormat
from kardia_cli.stream import flow

Ratings = dict[str, list[float]]
"""Levels that people gave, by id, in the order of their names."""


class Sight(NamedTuple):
    """A labelled turn, as every judging of it needs it."""

    row: Row
    turn: int
    text: str
    form: TurnFormat


async def evaluate(
    row: Row, chats: Mapping[str, Chat], judge: Judge, repeats: int = 3, probes: bool = True
) -> Sequence[Score]:
    """One score for each labelled turn: how near the judge is to the people, 1 for the same levels; details in `parts`.

    `repeats` counts the first judging. Raises `RowError` where labels are missing or wrong.
    """
    if repeats < 1:
        raise UsageError(f"repeats={repeats}: a turn is judged at least once", "e.g. --with repeats=3")
    ratings = _read(row, judge.rubric)
    others = _others(judge, repeats, probes)
    form = turn_format.detect(row)
    sights = [Sight(row, turn, row["messages"][turn]["content"], form) for turn in sorted(ratings)]
    return await flow.gather_all(_look(sight, ratings[sight.turn], judge, others) for sight in sights)


def _others(judge: Judge, repeats: int, probes: bool) -> dict[str, Judge]:
    """The same judge once more, with what should change nothing, by the name of the change."""
    again = {
        f"repeat.{number}": judge.variant(seed=derive_seed(judge.seed, "calibration", number))
        for number in range(1, repeats)
    }
    if not probes:
        return again
    return {**again, "order": judge.variant(order="reversed"), "labels": judge.variant(labels="letters")}


async def _look(sight: Sight, people: Ratings, judge: Judge, others: Mapping[str, Judge]) -> Score:
    parts: dict[str, float | None] = _of_people(people)
    parts["words"] = float(len(sight.form.visible(sight.text).split()))
    author = str(sight.row.get("author") or "")
    if author:
        parts["own"] = float(any(is_same_family(chat.model, author) for chat in judge.chats))
    try:
        critique = await judge.judge(sight.row, sight.turn, sight.text, form=sight.form)
    except CallFailed as error:
        return Score(None, unscored(error), parts, judge.name, sight.turn, sight.text, author)
    levels = {name: level for name, level in _levels(critique, judge.rubric).items() if name in people}
    parts.update(levels)
    more = await flow.gather_all(_once_more(sight, name, other) for name, other in others.items())
    for name, given in zip(others, more, strict=True):
        parts.update(
            {f"{name}.{key}": given.get(key) for key in levels} if given is not None else {f"{name}.failed": 1.0}
        )
    value, reason = _nearness(levels, people, judge.rubric)
    return Score(value, reason, parts, judge.name, sight.turn, sight.text, author)


async def _once_more(sight: Sight, name: str, judge: Judge) -> dict[str, float | None] | None:
    """The levels of one more judging; None where it failed, which takes nothing from the first."""
    try:
        return _levels(await judge.judge(sight.row, sight.turn, sight.text, form=sight.form), judge.rubric)
    except CallFailed:
        return None


def _levels(critique: Critique, rubric: Rubric) -> dict[str, float | None]:
    """Every level and answer of a critique by id: criteria, facets, questions as 0 or 1.

    A question that was not asked is a no, a criterion that was not asked is left out.
    """
    levels: dict[str, float | None] = {}
    for item in critique.levels:
        levels[item.id] = item.level
        levels.update({f"{item.id}.{facet.id}": facet.level for facet in item.facets})
    criteria = {criterion.id for criterion in rubric.criteria}
    for finding in critique.findings:
        if finding.id in criteria:
            continue
        unasked = finding.present is None and finding.detail.startswith(NOT_ASKED)
        levels[finding.id] = 0.0 if unasked else None if finding.present is None else float(finding.present)
    return levels


def _of_people(people: Ratings) -> dict[str, float | None]:
    """The consensus of each id, and every single rating where there are several."""
    parts: dict[str, float | None] = {f"human.{name}": sum(given) / len(given) for name, given in people.items()}
    for name, given in people.items():
        if len(given) > 1:
            parts.update({f"human.{number}.{name}": level for number, level in enumerate(given, 1)})
    return parts


def _nearness(levels: Mapping[str, float | None], people: Ratings, rubric: Rubric) -> tuple[float | None, str]:
    """Return 1 less the mean distance as a share of the scale, and the levels side by side."""
    scales, near, said = _scales(rubric), [], []
    for name, level in levels.items():
        consensus = sum(people[name]) / len(people[name])
        said.append(f"{name}: judge {'–' if level is None else f'{level:g}'}, people {consensus:g}")
        if level is not None:
            low, high = scales[name]
            near.append(1 - abs(level - consensus) / (high - low))
    return (sum(near) / len(near) if near else None), "; ".join(said)


def _scales(rubric: Rubric) -> dict[str, tuple[int, int]]:
    """Lowest and highest level of every id that people may have labelled."""
    scales = {question.id: (0, 1) for question in rubric.questions}
    for criterion in rubric.criteria:
        scales[criterion.id] = (SCALES[criterion.scale][0], SCALES[criterion.scale][-1])
        for facet in criterion.facets:
            scales[f"{criterion.id}.{facet.id}"] = (FACET_LEVELS[0], FACET_LEVELS[-1])
    return scales


def _read(row: Row, rubric: Rubric) -> dict[int, Ratings]:
    """The labels of a row by turn and id; `RowError` names the first that is wrong."""
    scales = _scales(rubric)
    found: dict[int, dict[str, dict[str, float]]] = {}
    for number, item in enumerate(_listed(row)):
        turn, rater, name, level = _label(item, f"field 'human.{number}'", row)
        if name in scales and not scales[name][0] <= level <= scales[name][1]:
            low, high = scales[name]
            raise RowError(f"field 'human.{number}': {name} has the levels {low} to {high}, not {level:g}")
        raters = found.setdefault(turn, {}).setdefault(name, {})
        if rater in raters:
            raise RowError(f"field 'human.{number}': {rater} has labelled {name} of turn {turn} twice")
        raters[rater] = level
    names = sorted({name for labels in found.values() for name in labels})
    if not scales.keys() & set(names):
        raise RowError(f"field 'human': rubric {rubric.id} has none of {', '.join(names)}")
    return {
        turn: {name: [level for _, level in sorted(labels[name].items())] for name in sorted(labels)}
        for turn, labels in found.items()
    }


def _listed(row: Row) -> list[Any]:
    labels = row.get("human")
    if not isinstance(labels, list) or not labels:
        raise RowError("field 'human': no labels by people; give [{turn, rater, id, level}]")
    return labels


def _label(item: Any, where: str, row: Row) -> tuple[int, str, str, float]:
    if not isinstance(item, dict) or not {"turn", "rater", "id", "level"} <= item.keys():
        raise RowError(f"{where}: a label is {{turn, rater, id, level}}")
    turn, level = item["turn"], item["level"]
    count = len(row["messages"])
    if type(turn) is not int or not 0 <= turn < count or row["messages"][turn]["role"] != "assistant":
        raise RowError(f"{where}: turn {turn!r} is no supporter turn of this row")
    if isinstance(level, bool) or not isinstance(level, int | float):
        raise RowError(f"{where}: level {level!r} is no number")
    return turn, str(item["rater"]), str(item["id"]), float(level)


def summarize(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return a line for each id: judge against people, people among each other; kappa is weighted by squares."""
    return [judge_figures.agreement_line(figures) for figures in judge_figures.all_ids(rows)]


def further(rows: Sequence[Row]) -> list[tuple[str, list[dict[str, Any]]]]:
    """A second table with its title: the judge against itself, and what moves it though nothing should."""
    lines = [judge_figures.reliance_line(figures) for figures in judge_figures.all_ids(rows)]
    return [("the judge against itself, probes, yes and no", [line for line in lines if line])]


def record(rows: Sequence[Row], judge: Judge) -> dict[str, Any]:
    """Return the record of the measurement (see `calibrations.py`); the same rows and judge give the same one."""
    rubric = judge.rubric
    figures = judge_figures.all_ids(rows)
    return {
        "protocol": "calibration",
        "judge": judge.name,
        "judge_hash": judge.hash,
        "families": sorted(families(judge.name)),
        "rubric": rubric.id,
        "rubric_version": rubric.version,
        "read_hash": rubric.read_hash,
        "policy_hash": rubric.policy_hash,
        "calls": judge.manner.calls,
        "samples": judge.manner.samples,
        "quotes": judge.manner.quotes,
        "seed": judge.seed,
        **judge_figures.counts(rows),
        "ids": figures,
        "headline": judge_figures.headline(figures, rows),
    }


SPEC = ProtocolSpec(
    models=0, summarize=summarize, further=further, record=record, measures_judge=True,
    columns=Columns(shown=("value",), lower=("order.*", "labels.*"), neutral=("words",)),
)  # fmt: skip
