"""The files of a report: score rows by name and training seed, dialogues and runs for the page; the rows in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kardia_cli.contracts import ProtocolSpec
from kardia_cli.errors import UsageError
from kardia_cli.reporting import score_rows
from kardia_cli.reporting.score_rows import Key, Scored
from kardia_cli.reporting.specs import Spec
from kardia_cli.rows.line import Line, Row
from kardia_cli.rows.splits import with_published
from kardia_cli.stream import jsonl


@dataclass
class Group:
    """The score rows of one name: a list for each training seed, in the order of its files."""

    name: str
    files: list[str] = field(default_factory=list)
    seeds: list[list[Scored]] = field(default_factory=list)

    def keys(self) -> set[Key]:
        """The turns that every seed has."""
        return set.intersection(*({row.key for row in seed} for seed in self.seeds))


@dataclass
class Material:
    """All that was named on the command line."""

    groups: list[Group] = field(default_factory=list)
    dialogues: list[Row] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def protocol(self) -> str:
        """The protocol that the first score row names, "" where there is no score row."""
        return self.groups[0].seeds[0][0].identity.protocol if self.groups else ""


@dataclass(frozen=True)
class Choice:
    """Choice of score rows: those of this judge, of this rubric (its id or the hash of what the judge reads)."""

    judge: str | None = None
    rubric: str | None = None

    def takes(self, row: Row) -> bool:
        """True if a row counts; one that is no score row does, so that it is reported."""
        if self.judge is not None and row.get("judge", self.judge) != self.judge:
            return False
        critique = row.get("critique")
        known = (row.get("rubric_hash"), critique.get("rubric") if isinstance(critique, dict) else None)
        return self.rubric is None or "parts" not in row or self.rubric in known


async def load(
    specs: Sequence[Spec],
    spec_of: Callable[[str], ProtocolSpec],
    choice: Choice = Choice(),
    keep: bool = False,
    on_silence: Callable[[], None] | None = None,
) -> Material:
    """Read everything that is named; `UsageError` with file:line for what cannot be read.

    `spec_of` returns the SPEC of a protocol that rows name; `keep` keeps whole rows (for the page).
    """
    found = Material()
    for spec in specs:
        if spec.folder:
            found.runs.append({"name": spec.name, "metrics": _metrics(Path(spec.files[0]))})
            continue
        for file in spec.files:
            scores, dialogues = await _read(file, score_rows.Scores(keep, spec_of), choice, on_silence)
            found.dialogues += dialogues
            if scores:
                _place(found.groups, spec.name, score_rows.called_file(file), scores)
    return found


async def _read(
    file: str, scores: score_rows.Scores, choice: Choice, on_silence: Callable[[], None] | None
) -> tuple[list[Scored], list[Row]]:
    """The score rows of a file, or its dialogues: its first row says which of them it holds."""
    talks, talk = [], None
    async for line in score_rows.read(file, on_silence):
        assert line.row is not None
        talk = score_rows.is_dialogue(line.row) if talk is None else talk
        if talk:
            talks.append(dialogue(line))
        elif choice.takes(line.row):
            scores.add(line)
    if not talks and not scores.rows:
        raise UsageError(
            f"{score_rows.called_file(file)} holds no score by that judge and rubric",
            "leave out --judge and --rubric, or name others",
        )
    return scores.rows, talks


def _place(groups: list[Group], name: str, file: str, found: Sequence[Scored]) -> None:
    """One file as one more seed of its name; a file without a name gives each of its models one."""
    models = list(dict.fromkeys(row.model for row in found))
    if name and len(models) > 1:
        raise UsageError(
            f"{file} holds rows of several models: {', '.join(models)}", f"leave out `{name}=`: they are named so"
        )
    for model in models:
        called = name or model or "(not named)"
        group = next((each for each in groups if each.name == called), None)
        if group is None:
            group = Group(called)
            groups.append(group)
        group.files.append(file)
        group.seeds.append([row for row in found if row.model == model])


async def dialogues(path: Path) -> list[Row]:
    """The rows of a file of dialogues, for the page."""
    return [dialogue(line) async for line in score_rows.read(str(path))]


def dialogue(line: Line) -> Row:
    """A row to read; `UsageError` with file:line for another."""
    row = with_published(line).row or {}
    if not score_rows.is_dialogue(row) or not isinstance(row.get("messages", []), list):
        raise UsageError(
            f"{line.file}:{line.number}: no dialogue: 'messages' is missing",
            "keep dialogues and scores in files of their own",
        )
    return row


def _metrics(folder: Path) -> list[Row]:
    """The metrics of a run, as they were logged; the last line may be cut off where it still runs."""
    return [line.row for line in jsonl.read_all(folder / "metrics.jsonl") if line.row is not None]


def common(groups: Sequence[Group]) -> list[Key]:
    """The turns that every seed of every name has, in the order of the first file; `UsageError` where there is none."""
    shared = set.intersection(*(group.keys() for group in groups))
    if not shared:
        raise UsageError(_nothing_shared(groups), "measure all of them on the same dialogues, with the same --split")
    return [row.key for row in groups[0].seeds[0] if row.key in shared]


def _nothing_shared(groups: Sequence[Group]) -> str:
    for group in groups:
        if not group.keys():
            return (
                f"{' and '.join(group.files[:2])} have no turn in common; they are training seeds of {group.name}"
                " (parts of one file are joined with cat)"
            )
    one, other = next(((a, b) for a in groups for b in groups if not a.keys() & b.keys()), (groups[0], groups[-1]))
    examples = " against ".join(repr(group.seeds[0][0].key[0]) for group in (one, other))
    return f"{one.name} and {other.name} have no turn in common (ids such as {examples})"
