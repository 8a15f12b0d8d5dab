"""The shapes a plug-in may have. One file, one function of a fixed name; options are its keyword parameters.

    source     rows(path, **options)                                  -> iterator of Line
    strategy   async reply(dialogue, chat, **options)                 -> Turn
    reward     async score(row, completion, judge, chat, **options)   -> Score | None
    protocol   async evaluate(row, chats, judge, **options)           -> list[Score]
               optional summarize(rows)                               -> list of table rows
               optional further(rows)                                 -> more tables, each with its title
               optional record(rows, judge)                           -> what is kept of a judge
               optional rescore(score, rubric)                        -> the score by another policy of the rubric

A protocol also says by constants what it needs: NEEDS (fields of a row, default ("messages",)), NEEDS_MODEL (default True),
MIN_MODELS (default 1), NEEDS_JUDGE (default True), NEEDS_RUBRIC (default True; False: it asks the judge in words of its own),
BUILTIN (the embedded rows that `builtin` means, default "dialogues"). An option `from_logs` is set by --from-logs: then
NEEDS_OF_LOGS (default none) counts in place of NEEDS, and no model and no judge are asked for. An option `references` is set
by --references. With an option `human` (a file of what people said) no judge is asked for.

None of a reward means "not scored" (a judge was asked and failed) and is never 0. `test_plugins` holds every file of the
folders against these shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from kardia_cli.chat.gateway import Chat
from kardia_cli.judge import Judge
from kardia_cli.judge.rubric import Rubric
from kardia_cli.rows import spans
from kardia_cli.rows.line import Line, Row
from kardia_cli.rows.records import Critique
from kardia_cli.rows.request import derive_seed


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What a strategy may know: everything but the gold emotion.

    `messages` are the turns so far (the last one is the seeker's), supporter turns with their spans.
    """

    id: str
    person: str
    mbti: str | None
    situation: str
    messages: list[dict[str, str]]
    seed: int = 0
    revision: int = 0

    def row(self) -> Row:
        """The dialogue as a row without a gold label, for `prompts.conversation`."""
        return {
            "person": self.person,
            "mbti": self.mbti,
            "situation": self.situation,
            "messages": self.messages,
        }

    def seed_for(self, role: str, sample: int = 0) -> int:
        """Seed of a call that this turn makes."""
        return derive_seed(self.seed, self.id, "dialogue", role, len(self.messages), self.revision, sample)


@dataclass(frozen=True, slots=True)
class Turn:
    """A supporter turn: its text, and a free JSON trace of how it was made (empty: none)."""

    text: str
    trace: str = ""

    @property
    def spans(self) -> spans.Spans | None:
        """The four spans, or None where the turn is plain or broken."""
        return spans.read(self.text)


@dataclass(frozen=True, slots=True)
class Score:
    """A measured value with its parts and its reason; `value` None means not scored.

    Protocols also say what was measured: the model, the index of the turn (-1: the whole dialogue), the reply, the label
    it names, and the judge's critique of it; `extra` are further fields of the score row.
    """

    value: float | None
    reason: str = ""
    parts: Mapping[str, float | None] = field(default_factory=dict)
    model: str = ""
    turn: int = -1
    text: str = ""
    label: str = ""
    critique: Critique | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


class Source(Protocol):
    """Reads a real file as raw rows; a bad record is a Line with an error, and the stream goes on."""

    def __call__(self, path: Path, /) -> Iterator[Line]: ...


class Strategy(Protocol):
    """Speaks for the supporter."""

    async def __call__(self, dialogue: Dialogue, chat: Chat, /) -> Turn: ...


class Reward(Protocol):
    """Pays for one completion; `row` ends with the seeker turn that the completion answers."""

    async def __call__(self, row: Row, completion: str, judge: Judge, chat: Chat | None, /) -> Score | None: ...


class Evaluate(Protocol):
    """Measures models on one held-out row."""

    async def __call__(self, row: Row, chats: Mapping[str, Chat], judge: Judge, /) -> Sequence[Score]: ...


class Record(Protocol):
    """What a protocol that measures the judge keeps, as plain JSON values (see `calibrations`)."""

    def __call__(self, rows: Sequence[Row], judge: Judge, /) -> dict[str, Any]: ...


class Further(Protocol):
    """More tables of a whole set: (title, rows of the table)."""

    def __call__(self, rows: Sequence[Row], /) -> list[tuple[str, list[dict[str, Any]]]]: ...


class Rescore(Protocol):
    """The value, parts and reason of a score by a rubric whose policy differs; its critique is decided anew already."""

    def __call__(self, score: Score, rubric: Rubric, /) -> Score: ...


class Summarize(Protocol):
    """Makes the table of a whole set from its score rows."""

    def __call__(self, rows: Sequence[Row], /) -> list[dict[str, Any]]: ...
