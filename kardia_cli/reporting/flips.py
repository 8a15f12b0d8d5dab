"""Two files of judged rows → the verdicts that differ: what a changed rubric, judge or model did to the same turns.

A turn is told by (row id, turn, revision); where it was judged several times the last critique counts. Of the old file
only verdicts, levels and findings are kept, never a text. Critiques of older versions, without score, policy hash or
gates, are read too: what they lack is null. The comparison is ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from kardia_cli.errors import Dropped, RowError, UsageError
from kardia_cli.rows.line import Line, Row
from kardia_cli.rows.records import row_id
from kardia_cli.screen.console import Console
from kardia_cli.stream import jsonl

CHANGES = ("text", "judge", "rubric", "levels", "findings", "gates", "policy", "solved")
"""Causes of a flip, in the order of `changed`: the judged text (with all that the judge saw), the judge, what the judge
read, levels, findings, second looks; "policy" where these are the same and only weights or thresholds differ; "solved"
where only that answer differs."""

Turn = tuple[int, int]  # index in `messages`, revision
_MADE_BY = ("judge", "rubric", "rubric_hash", "policy_hash")
_ABSENT = object()
Values = tuple[tuple[str, float | bool | None], ...]  # id, value


class Judged(NamedTuple):
    """Fields that are kept of one critique."""

    verdict: str
    score: float | None
    solved: bool | None
    levels: Values
    findings: Values
    gates: Values
    text_hash: str | None
    judge: str
    rubric: str
    rubric_hash: str | None
    policy_hash: str | None


@dataclass
class Side:
    """One of the two files: which critiques of it count, and what it holds."""

    name: str
    rubric: str | None = None
    judge: str | None = None
    rows: int = 0
    turns: int = 0
    seen: set[str] = field(default_factory=set)
    judged_by: set[tuple[str, str, str | None, str | None]] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)

    def read(self, row: Row) -> tuple[str, dict[Turn, Judged]]:
        """The row's id and the last critique of every turn and revision, those of other rubrics and judges left out.

        Raises `RowError` where a critique cannot be read, `Dropped` where the id stood in an earlier row.
        """
        self.rows += 1
        name = row_id(row)
        if name in self.seen:
            raise Dropped(f"row {name} stands in {self.name} twice; the first one counts")
        self.seen.add(name)
        judged = {turn: entry for turn, entry in _critiques(row) if self._counts(entry)}
        self.turns += len(judged)
        self.judged_by.update((it.rubric, it.judge, it.rubric_hash, it.policy_hash) for it in judged.values())
        return name, judged

    def _counts(self, entry: Judged) -> bool:
        if self.rubric in (None, entry.rubric) and self.judge in (None, entry.judge):
            return True
        self.left_out.add(f"{entry.rubric} by {entry.judge}")
        return False

    def check(self) -> None:
        """Raise `UsageError` where the file, read to its end, holds nothing to compare."""
        if not self.rows:
            raise UsageError(f"{self.name} holds no rows", "name a file that `kardia critique` wrote")
        if not self.turns and self.left_out:
            raise UsageError(
                f"{self.name} holds no verdict by that rubric and judge", f"it holds {', '.join(sorted(self.left_out))}"
            )
        if not self.turns:
            remedy = "judge it first: kardia critique FILE > judged.jsonl"
            raise UsageError(f"{self.name}: no row holds a critique that can be read", remedy)


class Comparison:
    """The old file's verdicts, and what the new file's rows make of them."""

    def __init__(self, old: Side, new: Side) -> None:
        self.old, self.new = old, new
        self.matched = self.only_new = 0
        self.flips: Counter[tuple[str, str]] = Counter()
        self.changes: Counter[tuple[str, str, str]] = Counter()
        self._kept: dict[str, dict[Turn, Judged]] = {}
        self._known: dict[Any, Any] = {}
        self._verdicts: Counter[tuple[str, str]] = Counter()
        self._scores: tuple[float, float, int] = (0.0, 0.0, 0)

    async def lines(self, old: str, new: str, console: Console) -> AsyncIterator[Line]:
        """The rows of the new file (`-` is stdin), after the old one was read; its lines that fail come out too.

        Raises `UsageError` where a file cannot be read, or holds nothing to compare.
        """
        async for line in _read(old, console):
            try:
                if line.error is None:
                    self.keep(line.row or {})
                    continue
                failed = line
            except RowError as error:
                failed = Line(line.number, line.row, error, file=line.file)
            yield failed
        self.old.check()
        async for line in _read(new, console):
            yield line
        self.new.check()

    def keep(self, row: Row) -> None:
        """Take in a row of the old file; raises as `Side.read`."""
        name, judged = self.old.read(row)
        self._kept[name] = {turn: entry._replace(**self._shared(entry)) for turn, entry in judged.items()}

    def _shared(self, entry: Judged) -> dict[str, Any]:
        """Return the entry with values that many entries share as one object, to spend memory on what differs."""
        values = {key: getattr(entry, key) for key in Judged._fields if key not in ("text_hash", "score", "solved")}
        return {key: self._known.setdefault((key, value), value) for key, value in values.items()}

    def compare(self, row: Row) -> list[Row]:
        """The flips of a row of the new file, in the order of its turns; raises as `Side.read`."""
        name, judged = self.new.read(row)
        kept = self._kept.get(name, {})
        flips = []
        for turn in sorted(judged):
            before = kept.pop(turn, None)
            if before is None:
                self.only_new += 1
                continue
            self._count(before, judged[turn])
            if before.verdict != judged[turn].verdict:
                flips.append(_flip(name, turn, before, judged[turn]))
        for flip in flips:
            kind = (flip["old_verdict"], flip["new_verdict"])
            self.flips[kind] += 1
            self.changes.update((*kind, change) for change in flip["changed"])
        return flips

    def _count(self, before: Judged, after: Judged) -> None:
        self.matched += 1
        self._verdicts.update([("old", before.verdict), ("new", after.verdict)])
        if before.score is not None and after.score is not None:
            old, new, count = self._scores
            self._scores = old + before.score, new + after.score, count + 1

    @property
    def only_old(self) -> int:
        """Turns of the old file that the new one does not have, once all of it is read."""
        return sum(map(len, self._kept.values()))

    def flip_table(self) -> list[dict[str, Any]]:
        """For people: each kind of flip, its share of the matched turns, and in how many of them what had changed."""
        changes = [name for name in CHANGES if any(self.changes[(*kind, name)] for kind in self.flips)]
        return [
            {"flip": f"{old} → {new}", "turns": count, "share": count / self.matched}
            | {name: self.changes[(old, new, name)] for name in changes}
            for (old, new), count in sorted(self.flips.items(), key=lambda item: (-item[1], item[0]))
        ]

    def side_table(self) -> list[dict[str, Any]]:
        """For people: what was compared, and the verdicts and the mean score of the matched turns."""
        verdicts = [name for name in ("FAIL", "PASS", "SOLVED", "ABSTAIN") if any(v == name for _, v in self._verdicts)]
        old, new, scored = self._scores
        table = []
        for which, side, only, total in (("old", self.old, self.only_old, old), ("new", self.new, self.only_new, new)):
            line: dict[str, Any] = {"file": side.name, "rows": side.rows, "turns": side.turns, "only here": only}
            line |= {name: self._verdicts[(which, name)] for name in verdicts}
            line["mean score"] = total / scored if scored else None
            for at, what in enumerate(("rubric", "judge", "read hash", "policy hash")):
                line[what] = ", ".join(sorted({entry[at] or "" for entry in side.judged_by} - {""})) or None
            table.append(line)
        return table

    def doubts(self) -> list[str]:
        """Return reasons why the flips may not mean what they seem to, one line each."""
        lines = []
        for side in (self.old, self.new):
            for what, at, flag in (("rubrics", 0, "--rubric"), ("judges", 1, "--judge")):
                names = sorted({str(entry[at]) for entry in side.judged_by})
                if len(names) > 1:
                    lines.append(
                        f"{side.name} holds verdicts by {len(names)} {what} ({', '.join(names)}): choose with {flag}"
                    )
        if not self.matched:
            lines.append("no turn stands in both files: they are matched by row id, turn and revision")
        read = [{(entry[0], entry[2]) for entry in side.judged_by} for side in (self.old, self.new)]
        if read[0] != read[1]:
            lines.append(
                "the judges did not read the same rubric (see read hash): levels of the two files are not one scale"
            )
        return lines


def _read(name: str, console: Console) -> AsyncIterator[Line]:
    if name == "-":
        return jsonl.read_fd(0, "stdin", lambda: console.say("waiting for judged rows on stdin"))
    return jsonl.read_file(Path(name))


def _critiques(row: Row) -> Iterator[tuple[Turn, Judged]]:
    found = row.get("critiques")
    if found is None:
        return
    if not isinstance(found, list):
        raise RowError("field 'critiques' is no list; is this a file of `kardia critique`?")
    for at, entry in enumerate(found):
        try:
            yield (int(entry["turn"]), int(entry.get("revision") or 0)), _judged(entry)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            lacks = f"{error} is missing" if isinstance(error, KeyError) else "is not as `kardia critique` writes it"
            raise RowError(f"field 'critiques.{at}': {lacks}; judge the row again") from None


def _judged(entry: dict[str, Any]) -> Judged:
    """A critique as it is compared; fields that older versions do not write are null."""
    gates: dict[str, bool] = {}
    for gate in entry.get("gates") or []:
        gates[gate["id"]] = gates.get(gate["id"], True) and bool(gate["agrees"])
    score = entry.get("score")
    return Judged(
        verdict=_text(entry["verdict"]),
        score=None if score is None else float(score),
        solved=entry.get("solved"),
        levels=tuple((item["id"], item["level"]) for item in entry.get("levels") or []),
        findings=tuple((item["id"], item["present"]) for item in entry.get("findings") or []),
        gates=tuple(gates.items()),
        text_hash=entry.get("text_hash"),
        judge=_text(entry.get("judge") or ""),
        rubric=_text(entry["rubric"]),
        rubric_hash=entry.get("rubric_hash") or None,
        policy_hash=entry.get("policy_hash") or None,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _flip(name: str, turn: Turn, old: Judged, new: Judged) -> Row:
    """One line of the report: a verdict that differs, and what differs with it."""
    levels = _moved(old.levels, new.levels, lambda value: value is not _ABSENT)
    findings = _moved(old.findings, new.findings, lambda value: value is True)
    gates = _moved(old.gates, new.gates, lambda value: value is not _ABSENT)
    same = not (levels or findings or gates)
    changes = {
        "text": old.text_hash != new.text_hash,
        "judge": old.judge != new.judge,
        "rubric": (old.rubric, old.rubric_hash) != (new.rubric, new.rubric_hash),
        "levels": bool(levels),
        "findings": bool(findings),
        "gates": bool(gates),
        "policy": same and old.policy_hash != new.policy_hash,
        "solved": same and old.solved != new.solved,
    }
    return {
        "id": name,
        "turn": turn[0],
        "revision": turn[1],
        "old_verdict": old.verdict,
        "new_verdict": new.verdict,
        "old_score": old.score,
        "new_score": new.score,
        "changed": [change for change in CHANGES if changes[change]],
        "levels": levels,
        "findings": findings,
        "gates": gates,
        **{f"{side}_{key}": getattr(it, key) for key in _MADE_BY for side, it in (("old", old), ("new", new))},
    }


def _moved(before: Values, after: Values, tells: Callable[[Any], bool]) -> list[Row]:
    """Entries whose value differs: {id, old, new}. One that only one side has counts where it `tells` something."""
    old, new = dict(before), dict(after)
    moved = []
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name, _ABSENT), new.get(name, _ABSENT)
        if was != now and ((name in old and name in new) or tells(was) or tells(now)):
            moved.append({"id": name, "old": old.get(name), "new": new.get(name)})
    return moved
