"""One line of a file → what a report keeps of a score row. Errors name file and line, and what to do."""

from __future__ import annotations

import math
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from kardia_cli.contracts import ProtocolSpec
from kardia_cli.errors import UsageError
from kardia_cli.offline.judge import drawn
from kardia_cli.reporting.criteria import VALUE, called
from kardia_cli.rows import labels
from kardia_cli.rows.line import Line, Row
from kardia_cli.stream import jsonl

Key = tuple[str, int, str]
"""A dialogue's id, the index of its measured turn, and what was tried on it (probes; else nothing)."""


class Identity(NamedTuple):
    """Origin of a score: scores that differ in it are neither pooled nor compared."""

    protocol: str
    judge: str
    rubric_hash: str
    policy_hash: str


class Scored(NamedTuple):
    """Fields kept of a score row: `values` by criterion, `line` its number, `row` the whole one for the page.

    `label_set` is the name of the labels that it is one of; `drawn`: criteria and questions that the offline
    judge drew by seed, for want of a rule.
    """

    key: Key
    profile: str
    emotion: str
    label: str
    model: str
    values: dict[str, float | None]
    identity: Identity
    settings: str
    line: int
    row: Row | None = None
    drawn: frozenset[str] = frozenset()
    label_set: str = labels.DEFAULT


async def read(name: str, on_silence: Callable[[], None] | None = None) -> AsyncIterator[Line]:
    """Yield the lines of a file (`-`: stdin); `UsageError` for one that is no JSON object, and for no line."""
    if name != "-" and not Path(name).exists():
        raise UsageError(f"cannot read {name}: no such file", "name a file that kardia evaluate wrote, or - for stdin")
    lines = jsonl.read_fd(0, "stdin", on_silence) if name == "-" else jsonl.read_file(Path(name))
    empty = True
    async for line in lines:
        if line.error is not None:
            raise UsageError(f"{line.file}:{line.number}: {line.error}", "mend the line, or take it out")
        empty = False
        yield line
    if empty:
        raise UsageError(f"{called_file(name)} holds no rows", "name a file that kardia evaluate wrote")


def called_file(name: str) -> str:
    """Return the name of a file in messages: as it was typed."""
    return "stdin" if name == "-" else name


def is_dialogue(row: Row) -> bool:
    """True if a row is there to be read and no score: a dialogue, a profile, a saved reply."""
    return not {"protocol", "parts"} & row.keys() and bool({"messages", "person", "text", "label"} & row.keys())


class Scores:
    """The score rows of one file, one by one; `keep`: with their texts."""

    def __init__(self, keep: bool, spec_of: Callable[[str], ProtocolSpec]) -> None:
        self.rows: list[Scored] = []
        self._keep = keep
        self._spec_of = spec_of
        self._at: dict[tuple[str, Key, Identity], int] = {}

    def add(self, line: Line) -> None:
        """Add a line; `UsageError` with file:line for what is no score row, or comes twice."""
        assert line.row is not None
        each = self._scored(line, line.row)
        before = self._at.setdefault((each.model, each.key, each.identity), line.number)
        if before != line.number:
            turn = "the whole dialogue" if each.key[1] < 0 else f"turn {each.key[1]}"
            tried = f", {each.key[2]!r}" if each.key[2] else ""
            raise UsageError(
                f"{line.file}:{line.number}: {each.model or 'the model'} on {each.key[0]}, {turn}{tried}, stands in "
                f"line {before} already",
                "keep one row for each turn; several runs of one name are several files: NAME=a.jsonl,b.jsonl",
            )
        self.rows.append(each)

    def _scored(self, line: Line, row: Row) -> Scored:
        where = f"{line.file}:{line.number}"
        if is_dialogue(row):
            remedy = "measure it with kardia evaluate, or show it: --dialogues FILE --html FILE"
            raise UsageError(f"{where}: a dialogue, no score row", remedy)
        _check(where, row)
        return scored(row, self._spec_of(row["protocol"]).is_keyed_by_label, line.number, self._keep)


def scored(row: Row, keyed_by_label: bool, line: int = 0, keep: bool = False) -> Scored:
    """Return what is kept of a score row that evaluate made.

    `keyed_by_label`: the label belongs to the key; `keep`: the whole row is kept, too.
    """
    values = {VALUE: row["value"]} | {called(part["id"]): part["value"] for part in row["parts"]}
    texts = [str(row.get(name) or "") for name in ("anon_username", "emotion", "label")]
    identity = Identity(
        row["protocol"], *(str(row.get(name) or "") for name in ("judge", "rubric_hash", "policy_hash"))
    )
    kept = row if keep else None
    key = (row["id"], row["turn"], texts[2] if keyed_by_label else "")
    settings = sys.intern(str(row.get("settings") or ""))
    person = texts[0] or row["id"]
    return Scored(
        key, person, texts[1], texts[2], row["model"], values, identity, settings, line, kept,
        frozenset(drawn(row.get("critique"))), sys.intern(str(row.get("labels") or labels.DEFAULT)),
    )  # fmt: skip


_SHAPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "id": (str, "a text"), "protocol": (str, "a text"), "model": (str, "a text"), "turn": (int, "an index"),
    "parts": (list, "a list of {id, value}"), "value": ((int, float, type(None)), "a number or null"),
}  # fmt: skip


def _check(where: str, row: Row) -> None:
    for name, (kind, said) in _SHAPES.items():
        if name not in row:
            raise UsageError(f"{where}: no score row: {name!r} is missing", "give rows that kardia evaluate wrote")
        if not isinstance(row[name], kind) or isinstance(row[name], bool):
            raise UsageError(f"{where}: field {name!r} is not {said}", "give rows that kardia evaluate wrote")
    for part in row["parts"]:
        if not _is_part(part):
            raise UsageError(
                f"{where}: field 'parts': {orjson.dumps(part).decode()[:80]} is not {{id, value}}",
                "give rows that kardia evaluate wrote",
            )


def _is_part(part: Any) -> bool:
    if not isinstance(part, dict) or not isinstance(part.get("id"), str) or "value" not in part:
        return False
    value = part["value"]
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value))
