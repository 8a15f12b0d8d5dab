"""One run of a command: its console, models, plug-ins and streams, opened and closed in one place."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from kardia_cli import __version__, plugins
from kardia_cli.cli import pipe, roles
from kardia_cli.cli.options import CallFlags, CommonFlags, JudgeFlags, OutputFlags, missing_input
from kardia_cli.cli.progress import Progress
from kardia_cli.errors import CallFailed, Interrupted, KardiaError, RowError, Stopped, Unfinished, UsageError
from kardia_cli.rows.line import Line, Row
from kardia_cli.rows.records import row_id
from kardia_cli.stream import embedded, flow, jsonl

if TYPE_CHECKING:
    from kardia_cli.chat.gateway import Chat, Gateway
    from kardia_cli.contracts import Dialogue, Turn
    from kardia_cli.exemplars.store import ExemplarStore
    from kardia_cli.judge import Judge
    from kardia_cli.stages.dialogues import Speaker

DEFAULT_RUBRIC = "kardia-core"


class Session:
    """One run of one command; an async context manager that closes its models."""

    def __init__(
        self, command: str, io: OutputFlags, calls: CallFlags, common: CommonFlags, seed: int,
        declare: Callable[[Row], Row] | None = None,
    ) -> None:  # fmt: skip
        """Remember the flags; `declare` puts each dialogue into the format and labels that are named."""
        self.declare = declare or (lambda row: row)
        self.command, self.io, self.calls, self.common, self.seed = command, io, calls, common, seed
        self.console = common.console(command)
        self.roles: roles.Roles | None = None
        self.expected: int | None = None
        self._progress: Progress | None = None
        self._began = time.time()
        self._judges: dict[str, Judge] = {}
        self._exemplars: ExemplarStore | None = None

    async def __aenter__(self) -> Session:
        self.open()
        return self

    def open(self) -> None:
        """Open the gateway; its models are opened when they are named."""
        from kardia_cli.chat.gateway import Gateway

        _calm_collector()
        self.gateway: Gateway = Gateway(self.calls.settings(self.common.config), self.console.say)
        self._open = contextlib.ExitStack()

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._open.close()
        try:
            if isinstance(error, Stopped | Interrupted):
                error.remedy = self.resume_hint(error)
        finally:
            await self.gateway.aclose()
            if self.io.summary is not None:
                self._write_summary(self.io.summary, error)

    def resume_hint(self, error: KardiaError) -> str:
        """Return the command that resumes the run, and say what is remembered and where the rows so far are."""
        ledger = self.gateway.ledger
        line = " | ".join(ledger.commands()) if ledger is not None else self.gateway.settings.command
        kept = "; what was paid for is remembered and not asked again" if ledger is not None else ""
        first = f"{error.remedy}, then " if error.remedy and isinstance(error, Stopped) else ""
        part = self.io.output and self.io.output.with_name(f"{self.io.output.name}.part")
        rows = f"; the rows so far are in {part}" if part and part.exists() else ""
        return f"{first}type the same again to go on{kept}{rows}:\n          {line}"

    def _write_summary(self, path: Path, error: BaseException | None) -> None:
        """Write what came in and out, what each model was asked and what it cost, as JSON in one move (`--summary`).

        Raises `UsageError` where the file cannot be written.
        """
        models = [meter.as_dict() for meter in self.gateway.meters]
        costs = [model["cost"] for model in models]
        summary = {
            "version": __version__,
            "command": self.gateway.settings.command,
            "began": datetime.fromtimestamp(self._began, UTC).isoformat(timespec="seconds"),
            "seconds": round(time.time() - self._began, 3),
            "exit_code": 0 if error is None else getattr(error, "exit_code", 1),
            "rows": self._progress.as_dict() if self._progress is not None else None,
            "cost": None if None in costs else sum(costs),
            "models": models,
        }
        partial = path.with_name(f"{path.name}.part")
        try:
            partial.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            partial.replace(path)
        except OSError as cause:
            remedy = "choose a folder that exists and is yours"
            raise UsageError(f"cannot write {path}: {cause.strerror}", remedy) from None

    def chats(
        self,
        given: dict[str, str | None],
        flags: dict[str, str],
        follow: dict[str, str] | None = None,
        others: Sequence[str] = (),
    ) -> dict[str, Chat]:
        """Open a chat for every role and return them by role; see `roles.assign`."""
        self.roles = roles.assign(self.gateway, given, flags, follow or {}, others)
        return roles.open_chats(self.gateway, self.roles, self.console.say)

    def judge(
        self,
        chats: Mapping[str, Chat],
        judged: JudgeFlags,
        *,
        rubric: str | None = None,
        calls: Literal["turn", "criterion"] = "turn",
        samples: int = 1,
        quotes: str | None = None,
    ) -> Judge:
        """Return the judge, or panel, among these chats (`JudgeFlags.roles`) with a rubric; made once for each rubric.

        The rubric is `rubric`, else the one that is named, else kardia-core; `calls` and `samples` are this command's
        defaults, `quotes` wins over the rubric's.
        """
        from kardia_cli.judge import Judge, rubric_file

        name = rubric or judged.rubric or DEFAULT_RUBRIC
        if name not in self._judges:
            panel = [chat for role, chat in chats.items() if role == "judge" or role.startswith("judge ")]
            self._judges[name] = Judge(
                rubric_file.load(name), panel, self.seed, calls=judged.judge_calls or calls,
                samples=judged.judge_samples or samples, quotes=quotes, gate=chats.get("gate judge"),
            )  # fmt: skip
        return self._judges[name]

    def announce_judge(
        self,
        judge: Judge,
        inputs: list[str] | None = None,
        limit: int | None = None,
        turns: int | None = None,
        own_words: bool = False,
    ) -> None:
        """Write how many calls a real judge will be asked for: for a turn, and for all where their number is known.

        `inputs` are files whose supporter turns can be counted, `turns` their number where it is known otherwise;
        `own_words`: no rubric is asked, but a protocol's own prompt.
        """
        if self.calls.estimate or not any(chat.real for chat in judge.chats):
            return
        if own_words:
            return self.console.say(f"judge {judge.name}, asked in the protocol's own words")
        each, manner = judge.calls_per_turn, judge.manner
        if turns is None and inputs:
            turns = pipe.count_supporter_turns(inputs, limit)
        samples = "" if manner.samples == 1 else f", {manner.samples} samples unless log-probabilities come back"
        ahead = f"; about {turns * each:,} for {turns:,} turns" if turns is not None else ""
        gates = (
            ", and one more where a gate is found" if any(q.effect == "gate" for q in judge.rubric.questions) else ""
        )
        self.console.say(
            f"judge {judge.name}, rubric {judge.rubric.id} {judge.rubric.version}: {each} call{'s' * (each != 1)} "
            f"a turn (one a {manner.calls}{samples}){gates}{ahead}"
        )

    def warn_of_abstentions(self) -> None:
        """Warn where a judge abstained more often than its rubric allows."""
        for warning in filter(None, (judge.abstentions() for judge in self._judges.values())):
            self.console.warn(warning)

    def read_exemplars(self, names: list[str] | None, encoder: str | None) -> None:
        """Read the exemplars that strategies show (`--exemplars`), and say how many there are."""
        if names:
            from kardia_cli.exemplars import store

            self._exemplars = store.read(names, encoder or "")
            self.console.say(self._exemplars.summary())

    def strategy(self, name: str, settings: list[str] | None, chat: Chat) -> Speaker:
        """Return a strategy by name with its options, its chat and, where it takes `exemplars`, the store of them.

        Raises `UsageError` where it takes them and none were read.
        """
        function = plugins.load("strategy", name)
        chosen = plugins.bind(function, name, settings or [])
        if "exemplars" in plugins.options(function):
            from kardia_cli.exemplars import store

            if "exemplars" in chosen:
                raise UsageError("exemplars are read by a flag, not by --with", "add --exemplars FILE or FOLDER")
            chosen["exemplars"] = store.required(self._exemplars, name)

        async def speak(dialogue: Dialogue) -> Turn:
            turn: Turn = await function(dialogue, chat, **chosen)
            return turn

        return speak

    def lines(self, inputs: list[str] | None, builtin: str, limit: int | None = None) -> AsyncIterator[Line]:
        """Return at most `limit` rows of the named inputs, of stdin, or of the embedded set."""
        named = pipe.named_inputs(inputs or [], self.console, builtin)
        counted = None if named == [pipe.BUILTIN] else pipe.count_lines(named)
        self.expected = min(counted, counted if limit is None else limit) if counted is not None else None
        lines = pipe.read_inputs(named, self.console, builtin)
        return pipe.limit_lines(lines if builtin == "profiles" else self._declared(lines), limit)

    async def _declared(self, lines: AsyncIterator[Line]) -> AsyncIterator[Line]:
        async for line in lines:
            yield line if line.row is None else replace(line, row=self.declare(line.row))

    def required(self, context: typer.Context, inputs: list[str] | None) -> list[str]:
        """Return the inputs of a command without embedded ones; raises `UsageError` after its help if none come."""
        named = pipe.named_inputs(inputs or [], self.console, None)
        if not named:
            raise missing_input(context, f"kardia {self.command} data.jsonl --model runs/sft")
        return named

    def situations(self, files: list[str] | None) -> Iterable[Line]:
        """Return the lines of situation files, or the embedded situations."""
        from kardia_cli.stages.pairing import read_files

        if files:
            return read_files(files)
        self.console.say("no --scenarios given: using the embedded situations")
        return [Line(number, row=row, file=pipe.BUILTIN) for number, row in enumerate(embedded.rows("situations"), 1)]

    def raw_lines(
        self, inputs: list[str] | None, source: str, settings: list[str], limit: int | None
    ) -> AsyncIterator[Line]:
        """Return at most `limit` persona records of files, read by a source plug-in, or the embedded people."""
        named = pipe.named_inputs(inputs or [], self.console, "people")
        if named == [pipe.BUILTIN]:
            return pipe.limit_lines(embedded.lines("people"), limit)
        read = plugins.load("source", source)
        records = self._read_source(named, partial(read, **plugins.bind(read, source, settings)))
        return pipe.limit_lines(records, limit)

    async def _read_source(self, named: list[str], read: Callable[[Path], Iterable[Line]]) -> AsyncIterator[Line]:
        for name in named:
            path = await self._spool_stdin() if name == "-" else Path(name)
            title = "stdin" if name == "-" else name
            unknown = {"part": "profile", "source": Path(title).name, "licence": "", "consent": ""}
            for line in read(path):
                row = line.row and {**line.row, "origin": line.row.get("origin") or [unknown]}
                yield Line(line.number, row, line.error, line.raw, title)

    async def _spool_stdin(self) -> Path:
        """Copy stdin to a file: the formats of real files cannot be cut into lines while they arrive."""
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="kardia-")))
        await jsonl.spool(0, folder / "stdin", lambda: pipe.say_waiting(self.console))
        return folder / "stdin"

    def prepare_row(self, row: Row, *needs: str) -> Row:
        """Return the row with its id; raises `RowError` where it lacks a field in `needs` or breaks the row's schema.

        Raises `UsageError` where it was made by a real model and a role here is offline by default.
        """
        from kardia_cli.rows.records import check_row

        check_row(row, needs)
        if self.roles is not None:
            self.roles.check_row(row)
        return row if row.get("id") else {"id": row_id(row), **{key: row[key] for key in row if key != "id"}}

    async def move(
        self,
        source: AsyncIterator[Line],
        work: flow.Work,
        *on_row: Callable[[Row], None],
        tables: Callable[[], Iterable[tuple[str, list[Row]]]] = lambda: (),
        other: tuple[str, flow.Work] | None = None,
    ) -> Progress:
        """Move rows from the source to the output; with `--estimate`, only reckon what that, and `other`, would take.

        Each of `on_row` sees every row that goes out. `tables` (title, rows) are shown at the end: also where rows
        failed or a cap stopped the run, not where the reader of the output has gone.
        """
        from kardia_cli.cli import estimate

        gateway = self.gateway
        if self.calls.estimate:
            await estimate.print_estimate(source, work, gateway, self.console, other)
            raise typer.Exit
        source = await estimate.confirm_calls(source, work, gateway, self.console, self.calls, self.expected)
        for judge in self._judges.values():  # what was only rehearsed does not count
            judge.graded.clear()
            judge.abstained.clear()
        if self._exemplars is not None:
            self._exemplars.searches = self._exemplars.short = 0
        progress = self._progress = Progress(self.command, self.console, gateway.meters, self.expected)
        limit = gateway.settings.max_time
        out_of_time = Stopped(f"--max-time: {limit or 0:.0f} s are over")
        timer = limit and asyncio.get_running_loop().call_later(limit, gateway.stop, out_of_time)
        channels = pipe.Channels(
            self.io.output, self.io.rejects, self.io.force, self.io.min_rows, not self.io.unordered,
            window=4 * self.calls.max_connections,
        )  # fmt: skip
        unfinished = None
        try:
            await pipe.move(progress, source, self._charge(work, progress), channels, on_row, self._break_off)
        except (Unfinished, Stopped) as error:
            unfinished = error
        finally:
            self.warn_of_abstentions()
            if self._exemplars is not None and self._exemplars.short:
                short, searches = self._exemplars.short, self._exemplars.searches
                self.console.say(f"{short} of {searches} searches found fewer exemplars than asked for; none is padded")
            if timer:
                timer.cancel()
        if not progress.closed_early:
            for title, table in tables():
                self.console.table(title, table)
        if unfinished is not None:
            raise unfinished
        return progress

    def _charge(self, work: flow.Work, progress: Progress) -> flow.Work:
        """Return the work within its deadline and budget; no row goes out before its calls are in the ledger."""
        from kardia_cli.chat.limits.meter import ROW, RowCost

        gateway, deadline, numbers = self.gateway, self.calls.row_timeout, itertools.count()

        async def charged(row: Row) -> list[Row]:
            gateway.stop_event.check()
            cost = RowCost(next(numbers))
            ROW.set(cost)
            try:
                return await (work(row) if deadline is None else _within(deadline, work(row)))
            except RowError:
                raise
            except KardiaError as error:
                gateway.stop(error)
                raise
            finally:
                await gateway.wait_committed()
                progress.charge(cost)

        return charged

    @property
    def is_rehearsing(self) -> bool:
        """Return True while rows are only played, to reckon what they would take."""
        return self.gateway.is_rehearsing

    def _break_off(self) -> bool:
        self.gateway.stop(Interrupted("interrupted"))
        return any(meter.in_flight for meter in self.gateway.meters)


def _calm_collector() -> None:
    """Let Python's collector of cycles look seldom, never at what was imported: it took a tenth of a call's CPU."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


async def _within(seconds: float, work: Awaitable[list[Row]]) -> list[Row]:
    """Return what the work gives; raises `CallFailed` where it takes longer."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        raise CallFailed("timeout", f"the row took longer than --row-timeout {seconds:g} s") from None
