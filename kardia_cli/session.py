"""What every command opens and closes: its voice, its models, its plug-ins, its streams."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kardia_cli import embedded, flow, jsonl, pipe, plugins, roles
from kardia_cli.errors import UsageError
from kardia_cli.options import Calls, Io, Talk, no_input
from kardia_cli.records import Line, Row, row_id

if TYPE_CHECKING:
    from kardia_cli.chat.gateway import Chat, Switchboard
    from kardia_cli.contracts import Dialogue, Turn
    from kardia_cli.judge import Judge
    from kardia_cli.stages.dialogues import Speaker
    from kardia_cli.stages.evaluation import Measure


class Session:
    """One run of one command; an async context manager that closes its models."""

    def __init__(self, command: str, io: Io, calls: Calls, talk: Talk, seed: int) -> None:
        self.command, self.io, self.calls, self.talk, self.seed = command, io, calls, talk, seed
        self.voice = talk.voice(command)
        self.cast: roles.Cast | None = None

    async def __aenter__(self) -> Session:
        from kardia_cli.chat.gateway import Switchboard

        self.board: Switchboard = Switchboard(self.calls.settings(self.talk.config), self.voice.say)
        self._open = contextlib.ExitStack()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open.close()
        await self.board.aclose()

    def chats(
        self,
        given: dict[str, str | None],
        flags: dict[str, str],
        follow: dict[str, str] | None = None,
        others: Sequence[str] = (),
    ) -> dict[str, Chat]:
        """Open a chat for every role; see `roles.cast`."""
        self.cast = roles.cast(self.board, given, flags, follow or {}, others)
        return roles.chats(self.board, self.cast, self.voice.say)

    def judge(self, chat: Chat, rubric: str) -> Judge:
        """A judge with a rubric by name or file."""
        from kardia_cli import rubric as rubrics
        from kardia_cli.judge import Judge

        return Judge(rubrics.load(rubric), chat, self.seed)

    def strategy(self, name: str, settings: list[str] | None, chat: Chat) -> Speaker:
        """A strategy by name with its options and its chat."""
        function = plugins.load("strategy", name)
        chosen = plugins.bind(function, name, settings or [])

        async def speak(dialogue: Dialogue) -> Turn:
            turn: Turn = await function(dialogue, chat, **chosen)
            return turn

        return speak

    def lines(self, inputs: list[str] | None, builtin: embedded.Name, limit: int | None = None) -> AsyncIterator[Line]:
        """The rows of the named inputs, of stdin, or the embedded ones."""
        named = pipe.named_inputs(inputs or [], self.voice, builtin)
        return pipe.take(pipe.read_inputs(named, self.voice, builtin), limit)

    def required(self, context: typer.Context, inputs: list[str] | None) -> list[str]:
        """The inputs of a command that has no embedded ones: given or piped, else its help and exit 2."""
        named = pipe.named_inputs(inputs or [], self.voice, None)
        if not named:
            raise no_input(context, f"kardia {self.command} data.jsonl --model runs/sft")
        return named

    def situations(self, files: list[str] | None) -> Iterable[Line]:
        """The lines of situation files, or the embedded situations."""
        from kardia_cli.stages.pairing import read_files

        if files:
            return read_files(files)
        self.voice.say("no --scenarios given: using the embedded situations")
        return [Line(number, row=row, file=pipe.BUILTIN) for number, row in enumerate(embedded.rows("situations"), 1)]

    def raw_lines(self, inputs: list[str] | None, source: str, settings: list[str]) -> AsyncIterator[Line]:
        """Persona records of real files through a source plug-in, or the embedded people."""
        named = pipe.named_inputs(inputs or [], self.voice, "people")
        if named == [pipe.BUILTIN]:
            return embedded.lines("people")
        read = plugins.load("source", source)
        return self._from_source(named, partial(read, **plugins.bind(read, source, settings)))

    async def _from_source(self, named: list[str], read: Callable[[Path], Iterable[Line]]) -> AsyncIterator[Line]:
        for name in named:
            path = await self._spooled() if name == "-" else Path(name)
            shown = "stdin" if name == "-" else name
            for line in read(path):
                row = line.row and {**line.row, "origin": line.row.get("origin") or _unknown_origin(shown)}
                yield Line(line.number, row, line.error, line.raw, shown)

    async def _spooled(self) -> Path:
        """stdin as a file: the formats of real files cannot be cut into lines while they arrive."""
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="kardia-")))
        await jsonl.spool(0, folder / "stdin", lambda: pipe.silence(self.voice))
        return folder / "stdin"

    def checked(self, row: Row, *needs: str) -> Row:
        """A row with its id, fit for a stage that needs these fields; the offline defaults must suit it."""
        from kardia_cli.records import check_row

        check_row(row, needs)
        if self.cast is not None:
            self.cast.check_row(row)
        return row if row.get("id") else {"id": row_id(row), **{key: row[key] for key in row if key != "id"}}

    def limited(self, lines: AsyncIterator[Line], limit: int | None) -> AsyncIterator[Line]:
        """At most `limit` of the lines."""
        return pipe.take(lines, limit)

    async def move(
        self, source: AsyncIterator[Line], work: flow.Work, on_row: Callable[[Row], None] = lambda row: None
    ) -> pipe.Tally:
        """Move rows from the source to the output."""
        return await pipe.move(self.command, source, work, self.io.channels([], self.calls), self.voice, on_row)

    def measure(self, protocol: str, settings: list[str]) -> Measure:
        """A protocol by name with its options."""
        from kardia_cli.stages.evaluation import Measure, means

        module = plugins.module("protocol", protocol)
        function = plugins.load("protocol", protocol)
        bound = partial(function, **plugins.bind(function, protocol, settings))
        summarize = getattr(module, "summarize", means)
        return Measure(protocol, bound, summarize, bool(getattr(module, "NEEDS_MODEL", True)))

    def measured(self, models: list[str] | None, needed: bool) -> list[str]:
        """The models to measure, each once; `UsageError` where a protocol needs one and none is named."""
        if needed and not models:
            raise UsageError("no model to measure", "add --model FOLDER or --model provider/NAME")
        return list(dict.fromkeys(models or []))

    @staticmethod
    def label(chat: Chat) -> str:
        """A judge's name as tables show it."""
        return "offline (lexical)" if chat.name == roles.OFFLINE else chat.name


def _unknown_origin(file: str) -> list[Row]:
    """Origin of a profile from a file whose source says nothing of licence and consent."""
    return [{"part": "profile", "source": Path(file).name, "licence": "", "consent": ""}]
