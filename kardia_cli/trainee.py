"""What sft and grpo open and close: their rows, their run folder, their stream of metric rows."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kardia_cli import jsonl, pipe, plugins
from kardia_cli.errors import MissingExtra, RowError, Stopped, Unfinished, UsageError
from kardia_cli.line import Row
from kardia_cli.options import Calls, Io, Judged, Talk, no_input
from kardia_cli.output import output_descriptor
from kardia_cli.records import check_row, row_id
from kardia_cli.session import Session
from kardia_cli.splits import Split
from kardia_cli.tally import spoken

if TYPE_CHECKING:
    from kardia_cli.scoring import Rewards
    from kardia_cli.training.settings import Settings


class Training:
    """One run of a training command."""

    def __init__(self, command: str, context: typer.Context, talk: Talk, split: str) -> None:
        self.command, self._context, self._talk = command, context, talk
        self.voice = talk.voice(command)
        self._split = Split(split)
        self._failed = self._read = 0
        self._session: Session | None = None
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # see __main__
        _need_training_packages()

    def folder(self, output: Path | None) -> Path:
        """The run folder; `UsageError` where none is named."""
        if output is None:
            raise UsageError("no run folder", f"add -o runs/{self.command}")
        return output

    def start_model(self, model: str | None) -> str:
        """The model that grpo starts from; `UsageError` where none is named."""
        if model is None:
            raise UsageError("no model to train", "add --model runs/sft, a model folder or hf/NAME")
        return model

    def rows(self, inputs: list[str] | None, limit: int | None) -> list[Row]:
        """All usable rows of the split; a bad line costs that line and is said."""
        named = pipe.named_inputs(inputs or [], self.voice, None)
        if not named:
            raise no_input(self._context, f"kardia {self.command} data.jsonl -o runs/{self.command}")
        rows = asyncio.run(self._collect(named, limit))
        self._split.check()
        self.voice.say(self._split.summary())
        return rows

    async def _collect(self, named: list[str], limit: int | None) -> list[Row]:
        rows = []
        source = pipe.take(pipe.read_inputs(named, self.voice, "dialogues"), limit)
        async for line in self._split.choose(source):
            self._read += 1
            try:
                if line.error is not None:
                    raise line.error
                row = check_row(line.row, ("messages",))
            except RowError as error:
                self._failed += 1
                self.voice.warn(f"failed {line.file}:{line.number}: {error}")
                continue
            rows.append(row if row.get("id") else {**row, "id": row_id(row)})
        return rows

    def rewards(
        self,
        settings: list[str],
        options: list[str],
        judged: Judged,
        calls: Calls,
        model: str,
        rows: list[Row],
        seed: int,
    ) -> Rewards:
        """The reward plug-ins with weights and options, and the judge that they may ask."""
        from kardia_cli.scoring import Rewards, read_weights

        weights = read_weights(settings, plugins.names("reward"))
        plugins.check_owners(options, list(weights))
        functions: dict[str, Callable[..., Any]] = {}
        for name in weights:
            function = plugins.load("reward", name)
            functions[name] = partial(function, **plugins.bind(function, name, options, several=len(weights) > 1))
        session = Session(self.command, Io(), calls, self._talk, seed)
        session.open()
        chats = session.chats(judged.roles(), judged.flags(), others=[model])
        for row in rows:
            session.checked(row)
        self._session = session
        board = session.board
        judge = session.judge(chats, judged, quotes="check")
        return Rewards(functions, weights, judge, None, board.committed, board.aclose)

    def known_judge(self, rewards: Rewards, calibration: Path | None, required: bool) -> dict[str, Any] | None:
        """What config.json notes of the judge, its rubric and its calibration; None where no reward asks it.

        Raises `UsageError` where a calibration is required and there is none.
        """
        from kardia_cli.commands import _known

        if not _asks_judge(rewards):
            return None
        assert self._session is not None
        found = _known.for_training(rewards.judge, calibration, required, self.voice.say, self.voice.warn)
        return _known.described(rewards.judge, found, self._session.board)

    def confirm(self, rows: list[Row], rewards: Rewards, start: str, settings: Settings) -> None:
        """Reckon the judge's calls of the whole training: print them for `--estimate` and stop there.

        Raises `UsageError` where too many paid calls are ahead that nobody has confirmed or capped.
        """
        from kardia_cli import estimate
        from kardia_cli.stages.grpo import completions
        from kardia_cli.training.samples import answerable

        session = self._session
        assert session is not None
        own = [(row, turn) for row in rows for turn in answerable(row) if turn < len(row["messages"])]

        async def work(case: Row) -> list[Row]:
            row, turn = own[case["case"]]
            await rewards.score(row, turn, row["messages"][turn]["content"])
            return []

        total = completions(rows, start, settings, rewards.weights)
        if _asks_judge(rewards):
            session.tell_judge(rewards.judge, turns=total)
        cases: list[Row] = [{"case": number} for number in range(len(own))]
        asyncio.run(estimate.training(cases, total, work, session.board, self.voice, session.calls))

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        """Say at a stop by budget or time how to go on."""
        try:
            yield
        except Stopped as error:
            if self._session is not None:
                error.remedy = self._session.how_to_go_on(error)
            raise
        finally:
            self._tell_calls()
            if self._session is not None:
                self._session.tell_abstentions()

    def _tell_calls(self) -> None:
        for meter in self._session.board.meters if self._session is not None else []:
            if not meter.free and meter.calls + meter.cached:
                self.voice.say(f"{meter.model}: {spoken(meter)}")

    @contextlib.contextmanager
    def metrics(self) -> Iterator[Callable[[Row], None]]:
        """A function that writes a metric row to stdout; when its reader has gone, training goes on without."""
        with output_descriptor(None, False) as descriptor:
            writer = jsonl.PlainWriter(descriptor)
            yield writer.write

    def finish(self) -> None:
        """Raise `Unfinished` where rows could not be used."""
        if self._failed:
            raise Unfinished(f"{self._failed} of {self._read} rows failed", "see the reasons above")


def _asks_judge(rewards: Rewards) -> bool:
    return any(getattr(plugins.module("reward", name), "NEEDS_JUDGE", True) for name in rewards.weights)


def _need_training_packages() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("torch", "transformers", "trl", "peft", "datasets") if find_spec(name) is None]
    if missing:
        raise MissingExtra(f"training needs {', '.join(missing)}", "pip install 'kardia[train]'")
