"""`evaluate --from-scores`: the tables of saved score rows again, and the rows, by another policy if one is named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

from kardia_cli.contracts import ProtocolSpec, protocol_spec
from kardia_cli.errors import RowError, Unfinished, UsageError
from kardia_cli.rows.line import Line, Row

if TYPE_CHECKING:
    from kardia_cli.cli.evaluate_flags import Measured
    from kardia_cli.cli.options import JudgeFlags
    from kardia_cli.cli.session import Session
    from kardia_cli.judge.rubric import Rubric

_NEEDS = ("id", "protocol", "model", "turn", "text", "label", "value", "parts", "judge", "rubric_hash", "policy_hash")
_OTHERS = {
    "model": "--model", "name": "--name", "predictions": "--predictions", "settings": "--with", "split": "--split",
    "history": "--history", "system": "--system", "sampling": "--sampling",
    "references": "--references", "from_logs": "--from-logs", "protocol": "--protocol",
}  # fmt: skip


async def run(
    session: Session,
    context: typer.Context,
    inputs: list[str] | None,
    what: Measured,
    judged: JudgeFlags,
    limit: int | None,
) -> None:
    """Rows out as they came in, or decided anew; a table for each protocol, judge and rubric among them."""
    from kardia_cli.cli.evaluate_flags import Measured
    from kardia_cli.judge import rubric_file
    from kardia_cli.offline.judge import drawn
    from kardia_cli.stages.evaluation import without_text

    untouched = Measured()
    for option, flag in _OTHERS.items():
        named_file = option == "protocol" and what.protocol.endswith(".py")
        if getattr(what, option) != getattr(untouched, option) and not named_file:
            raise UsageError(f"--from-scores measures nothing anew, so {flag} says nothing", f"leave out {flag}")
    named = session.required(context, inputs)
    rubric = rubric_file.load(judged.rubric) if judged.rubric else None
    spec_of = partial(_spec, typed=what.protocol)
    groups: dict[tuple[str, ...], list[Row]] = {}
    rubrics: dict[tuple[str, ...], str] = {}
    unknown: dict[tuple[str, ...], dict[str, int]] = {}

    async def work(row: Row) -> list[Row]:
        return [again(row, spec_of, rubric, judged.rubric or "")]

    def came_out(row: Row) -> None:
        key = tuple(row[name] for name in ("protocol", "judge", "rubric_hash", "policy_hash"))
        groups.setdefault(key, []).append(without_text(row))
        if row.get("critique"):
            rubrics[key] = row["critique"]["rubric"]
            unknown.setdefault(key, {}).update(drawn(row["critique"]))

    unfinished = None
    try:
        await session.move(_some(session.lines(named, "dialogues", limit)), work, came_out)
    except Unfinished as error:  # what was read is shown all the same
        unfinished = error
    _show(session, spec_of, groups, rubrics, unknown)
    if unfinished is not None:
        raise unfinished


async def _some(lines: AsyncIterator[Line]) -> AsyncIterator[Line]:
    """The lines; at their end `UsageError` where there was none, so that no empty output is left."""
    empty = True
    async for line in lines:
        empty = False
        yield line
    if empty:
        raise UsageError("no score rows came in", "name a file that kardia evaluate wrote")


def _show(
    session: Session,
    spec_of: Callable[[str], ProtocolSpec],
    groups: Mapping[tuple[str, ...], list[Row]],
    rubrics: Mapping[tuple[str, ...], str],
    unknown: Mapping[tuple[str, ...], Mapping[str, int]],
) -> None:
    """The tables of each protocol, judge and rubric.

    `rubrics` are the ids of those that are known by a critique, `unknown` what the offline judge drew, by its place.
    """
    from kardia_cli.cli.evaluating import placeholders, show, titled

    for key, rows in groups.items():
        protocol, judge, read_hash, policy_hash = key
        spec = spec_of(protocol)
        words = f"{rubrics.get(key) or _shipped(read_hash)} {read_hash}" if spec.rubric else ""
        alike = sum(other[:3] == key[:3] for other in groups)
        policy = f", policy {policy_hash}" if alike > 1 else ""
        drawn = unknown.get(key, {})
        title = titled(protocol, judge, words) + policy + placeholders(sorted(drawn, key=drawn.__getitem__))
        show(session.console, title, spec, rows, of_models=spec.models > 0)
    if len(groups) > 1:
        session.console.warn(f"{len(groups)} tables: scores of unlike protocols, judges or rubrics are never pooled")


def again(row: Row, spec_of: Callable[[str], ProtocolSpec], rubric: Rubric | None, named: str) -> Row:
    """Return the row as it is, or as the rubric's policy decides it; raises `RowError` for what is no score row."""
    from kardia_cli.stages.rescoring import rescored

    missing = next((name for name in _NEEDS if name not in row), None)
    if missing is not None:
        raise RowError(f"no score row: {missing!r} is missing (kardia evaluate writes them)")
    _check(row)
    spec = spec_of(row["protocol"])  # raises for a protocol that is not there: no table could be made of the rows
    if rubric is None or (row["policy_hash"] == rubric.policy_hash and row["rubric_hash"] == rubric.read_hash):
        return row
    if row["rubric_hash"] and not spec.rubric:
        said = f"protocol {row['protocol']} asks its judge in words of its own: no rubric decides its scores"
        raise UsageError(said, "leave out --rubric, or take rows of such protocols out")
    return rescored(row, rubric, spec, named)


def _spec(protocol: str, typed: str) -> ProtocolSpec:
    """Return the SPEC of a row's protocol; a file that rows name is run only if `--protocol` names it, too."""
    if protocol.endswith(".py") and protocol != typed:
        raise UsageError(f"these rows are of the protocol file {protocol}", f"add --protocol {protocol} to run it")
    return protocol_spec(protocol)


def _check(row: Row) -> None:
    """Raise `RowError` where a field that the tables read has another shape."""
    for name in ("id", "protocol", "model", "text", "label", "judge", "rubric_hash", "policy_hash"):
        if not isinstance(row[name], str):
            raise RowError(f"no score row: field {name!r} is no text")
    parts: Any = row["parts"]
    if not isinstance(parts, list) or not all(
        isinstance(part, dict) and part.keys() >= {"id", "value"} for part in parts
    ):
        raise RowError("no score row: field 'parts' is no list of {id, value}")
    for place, value in (("value", row["value"]), *((f"parts.{part['id']}", part["value"]) for part in parts)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise RowError(f"no score row: {place} is no number")
    critique = row.get("critique")
    if critique is not None and not (isinstance(critique, dict) and isinstance(critique.get("rubric"), str)):
        raise RowError("no score row: field 'critique' is no critique")
    if type(row["turn"]) is not int:
        raise RowError("no score row: field 'turn' is no index")


def _shipped(read_hash: str) -> str:
    from kardia_cli.judge import rubric_file

    known = rubric_file.shipped().get(read_hash)
    return known.id if known else "(unknown)"
