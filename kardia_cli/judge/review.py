"""The review file (`--review FILE`): turns on whose gates first and second look differ, for a person to decide."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kardia_cli.judge.verdicts import disputed
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import Critique
from kardia_cli.stream import jsonl
from kardia_cli.stream.output import beside

if TYPE_CHECKING:
    from kardia_cli.judge import Judge
    from kardia_cli.screen.console import Console


class Review:
    """Counts disputed turns, and writes them where a file is named."""

    def __init__(self, stage: str, judge: Judge | None, writer: jsonl.PlainWriter | None) -> None:
        self._stage, self._judge, self._writer = stage, judge, writer
        self.count = 0

    def see_row(self, row: Row) -> None:
        """Note what this judge's critiques on a finished row leave in dispute (of each text the last one)."""
        latest = {(entry["turn"], entry["text_hash"]): entry for entry in row.get("critiques") or []}
        for entry in latest.values():
            if self._judge is None or entry["judge"] == self._judge.name:
                critique = Critique.model_validate(entry)
                self.see(row, critique, _judged_text(row, critique))

    def see(self, row: Row, critique: Critique, text: str) -> None:
        """Note one critique, if it is disputed."""
        if not disputed(critique):
            return
        self.count += 1
        if self._writer is not None:
            record = {
                "stage": self._stage, "id": row.get("id"), "turn": critique.turn, "revision": critique.revision,
                "reply": turn_format.declared(row).visible(text), "verdict": critique.verdict, "score": critique.score,
                "judge": critique.judge, "rubric": critique.rubric, "rubric_hash": critique.rubric_hash,
                "gates": [look.model_dump() for look in critique.gates],
                "findings": [item.model_dump() for item in critique.findings if item.present],
            }  # fmt: skip
            self._writer.write(record)


def _judged_text(row: Row, critique: Critique) -> str:
    """Return the text that a critique is about: what a later rewrite replaced, else the present message."""
    for note in row.get("revisions") or []:
        if (note["turn"], note["kind"], note["revision"]) == (critique.turn, "rewrite", critique.revision + 1):
            return str(note["before"])
    messages = row["messages"]
    return str(messages[critique.turn]["content"]) if critique.turn < len(messages) else ""


@contextlib.contextmanager
def reviewing(
    stage: str, path: Path | None, force: bool, console: Console, judge: Judge | None = None, live: bool = False
) -> Iterator[Callable[[Row], None]]:
    """Yield the function to call with each finished row; at the end tell how many turns are in dispute.

    `live`: the judge itself notes each dispute when it arises, for commands whose rows hold no critiques. Raises
    `UsageError` where the file exists and `force` is not given.
    """
    with contextlib.ExitStack() as open_files:
        writer = jsonl.PlainWriter(open_files.enter_context(beside(path, force))) if path is not None else None
        review = Review(stage, judge, writer)
        if live and judge is not None:
            judge.on_dispute = review.see
        try:
            yield review.see_row
        finally:
            if review.count:
                where = f"see {path}" if path is not None else "--review FILE lists them"
                console.warn(f"{review.count} turns where two looks at a gate differ: {where}")
