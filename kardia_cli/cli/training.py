"""Shared parts of the commands sft and grpo: rows in, the judge and rewards, metric rows out."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kardia_cli import plugins
from kardia_cli.cli import pipe
from kardia_cli.cli.options import CallFlags, CommonFlags, FormatFlags, JudgeFlags, OutputFlags, missing_input
from kardia_cli.cli.progress import describe_calls
from kardia_cli.cli.session import Session
from kardia_cli.contracts import reward_spec
from kardia_cli.errors import MissingExtra, RowError, Stopped, Unfinished, UsageError
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import check_row, row_id
from kardia_cli.rows.splits import Split
from kardia_cli.stream import jsonl
from kardia_cli.stream.output import output_descriptor

if TYPE_CHECKING:
    from kardia_cli.chat.gateway import Chat
    from kardia_cli.judge import Judge
    from kardia_cli.stages.grpo import CanarySettings
    from kardia_cli.training.difficulty import Wanted
    from kardia_cli.training.reward_set import Rewards
    from kardia_cli.training.settings import Settings

HELD_OUT = "held-out judge"
MOST_CONNECTIONS = 512
"""Judge calls that may go out at once unless the user says otherwise; 429s narrow it (not in the paper)."""


class Training:
    """One run of a training command."""

    def __init__(
        self, command: str, context: typer.Context, common: CommonFlags, split: str, formats: FormatFlags
    ) -> None:
        self.command, self._context, self._common = command, context, common
        self.console = common.console(command)
        self._split, self._formats = Split(split), formats
        self._failed = self._read = self._twice = 0
        self._session: Session | None = None
        self._chats: dict[str, Chat] = {}
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # see __main__
        _need_training_packages()

    def folder(self, output: Path | None) -> Path:
        """Return the run folder; `UsageError` where none is named."""
        if output is None:
            raise UsageError("no run folder", f"add -o runs/{self.command}")
        return output

    def start_model(self, model: str | None) -> str:
        """Return the model that grpo starts from; `UsageError` where none is named."""
        if model is None:
            raise UsageError("no model to train", "add --model runs/sft, a model folder or hf/NAME")
        return model

    def rows(self, inputs: list[str] | None, limit: int | None, first: int | None = None) -> list[Row]:
        """Return all usable rows of the split, or its `first` ones; a bad line is skipped with a warning.

        At most `limit` rows are read.
        """
        named = pipe.named_inputs(inputs or [], self.console, None)
        if not named:
            raise missing_input(self._context, f"kardia {self.command} data.jsonl -o runs/{self.command}")
        rows = asyncio.run(self._collect(named, limit, first))
        self._split.check("name data to train on: what a field or a file's name holds out is never trained on")
        self.console.say(self._split.summary())
        if not rows:
            raise UsageError("no row came in that can be used", "see what the command before said, and its --rejects")
        if self._twice:
            self.console.warn(f"{self._twice} rows have the id of one before and are left out")
        return rows

    async def _collect(self, named: list[str], limit: int | None, first: int | None) -> list[Row]:
        rows, declare, seen = [], self._formats.declare(), set[str]()
        source = pipe.limit_lines(pipe.read_inputs(named, self.console, "dialogues"), limit)
        async for line in pipe.limit_lines(self._split.choose(source), first):
            self._read += 1
            try:
                if line.error is not None:
                    raise line.error
                row = check_row(line.row and declare(line.row), ("messages",))
            except RowError as error:
                self._failed += 1
                self.console.warn(f"failed {line.file}:{line.number}: {error}")
                continue
            if row.get("split") == "test":
                said = f"{line.file}:{line.number}: this row is held out: its split is test"
                raise UsageError(said, "use --split train and name data to train on; a test set is never trained on")
            name = row_id(row)
            if name in seen:
                self._twice += 1
                continue
            seen.add(name)
            rows.append(row if row.get("id") else {**row, "id": name})
        return rows

    def in_written_format(self, rows: list[Row], rewards: Rewards | None = None) -> list[Row]:
        """Return rows whose supporter turns show no marker at all as plain ones, unless a reward reads spans.

        Rows or flags that name a format decide it. Raises `UsageError` where a reward needs a label, and the format
        names none.
        """
        from kardia_cli.rows import turn_format
        from kardia_cli.rows.prompts import in_format, supporter_turns

        names = rewards.functions if rewards is not None else {}
        form = turn_format.declared(rows[0] if rows else {})
        labelled = next((name for name in names if reward_spec(name).needs_label), None)
        if labelled and form.label_span is None:
            said = f"the reward {labelled} needs a label, and the format {form.name} names none"
            raise UsageError(said, "name the rewards without it, for example --reward format=1 --reward rubric=1")
        written = [row for row in rows if supporter_turns(row)]
        is_plain = bool(written) and all(turn_format.detect(row).is_plain for row in written)
        if self._formats.format or form.is_plain or labelled or "format" in names or not is_plain:
            return rows
        self.console.say("no supporter turn shows a marker: taken as plain replies (--format NAME says otherwise)")
        return [in_format(row, turn_format.load("plain"), None) for row in rows]

    def rewards(
        self,
        settings: list[str],
        options: list[str],
        judged: JudgeFlags,
        calls: CallFlags,
        model: str | None,
        rows: list[Row],
        seed: int,
        *,
        chosen: Settings,
        held_out: str | None = None,
    ) -> Rewards:
        """Return the reward plug-ins with weights and options, and the judge that they may ask; `model` is the one
        trained.

        `held_out` names a judge that pays nothing. Unless the user set a ceiling, as many calls may go out at once as a
        step has completions.
        """
        from kardia_cli.training import models
        from kardia_cli.training.reward_set import Rewards, read_weights

        weights = read_weights(settings, plugins.names("reward"))
        plugins.check_owners(options, list(weights))
        functions: dict[str, Callable[..., Any]] = {}
        for name in weights:
            function = plugins.load("reward", name)
            chosen_options = plugins.bind(function, name, options, several=len(weights) > 1)
            if model is not None and "tokenizer" in plugins.options(function):
                chosen_options.setdefault("tokenizer", str(models.find(model).folder or ""))
            functions[name] = partial(function, **chosen_options)
        session = Session(self.command, OutputFlags(), self._widen(calls, model, chosen, weights), self._common, seed)
        session.open()
        given, flags = judged.roles(), judged.flags()
        if held_out is not None:
            given, flags = {**given, HELD_OUT: held_out}, {**flags, HELD_OUT: "--held-out-judge"}
        self._chats = session.chats(given, flags, others=[model] if model else [])
        for row in rows:
            session.prepare_row(row)
        self._session = session
        gateway = session.gateway
        judge = session.judge(self._chats, judged, quotes="check")
        return Rewards(functions, weights, judge, None, gateway.wait_committed, gateway.aclose, calls.row_timeout)

    def _widen(self, calls: CallFlags, model: str | None, chosen: Settings, weights: Mapping[str, float]) -> CallFlags:
        """Return the flags with room for all judge calls of a step at once, where --max-connections was left alone."""
        from kardia_cli.training import models
        from kardia_cli.training.trl import arguments, ranks

        source = self._context.get_parameter_source("max_connections")
        if model is None or source is None or source.name != "DEFAULT":
            return calls
        table = arguments.grpo_table(chosen, models.find(model).tiny, weights)
        step = arguments.contexts_per_step(table) * int(table["num_generations"]) // ranks.count()
        return replace(calls, max_connections=max(calls.max_connections, min(step, MOST_CONNECTIONS)))

    def split_by_part(self, rewards: Rewards, settings: Settings) -> Rewards:
        """Return the rewards with a column for each part where TRL is to normalise before it sums (GDPO)."""
        from kardia_cli.training import reward_set

        if settings.train.get("multi_objective_aggregation") != "normalize_then_sum":
            return rewards
        return reward_set.split_by_part(rewards, {name: reward_spec(name) for name in rewards.functions})

    def canary_settings(self, rewards: Rewards, stop: bool, every: int | None) -> CanarySettings:
        """Return the settings of the canaries: judged rewards, held-out judge, top levels, when to probe and stop."""
        from kardia_cli.stages.grpo import CanarySettings

        asking = [name for name in rewards.functions if _needs_judge(name)]
        tops = {criterion.id: float(criterion.top) for criterion in rewards.judge.rubric.criteria}
        return CanarySettings(asking, self._held_out_judge(rewards.judge), tops, stop, every)

    def _held_out_judge(self, judge: Judge) -> Judge | None:
        """Return a judge of the same rubric and manner that pays nothing; warn where it is of the same family."""
        from kardia_cli.judge import Judge
        from kardia_cli.judge.model_families import is_same_family

        chat = self._chats.get(HELD_OUT)
        if chat is None:
            return None
        if any(is_same_family(chat.model, other.model) for other in judge.chats):
            self.console.warn(f"{chat.name} is of the training judge's own family: what fools one may fool the other")
        manner = judge.manner
        return Judge(judge.rubric, chat, judge.seed, calls=manner.calls, samples=manner.samples, quotes=manner.quotes)

    def describe_judge(self, rewards: Rewards, calibration: Path | None, required: bool) -> dict[str, Any] | None:
        """Return what config.json notes of the judge, its rubric and its calibration; None where no reward asks it.

        Raises `UsageError` where a calibration is required and there is none.
        """
        from kardia_cli.judge import track_record

        if not _asks_judge(rewards):
            return None
        assert self._session is not None
        found = track_record.for_training(rewards.judge, calibration, required, self.console.say, self.console.warn)
        return track_record.described(rewards.judge, found, self._session.gateway)

    def choose_rows(
        self, rows: list[Row], wanted: Wanted, rewards: Rewards, start: str | None, settings: Settings, dry: bool
    ) -> list[Row]:
        """Return the rows of the wanted difficulty; a dry run takes all unless a part is asked for."""
        from kardia_cli.training import models
        from kardia_cli.training.difficulty import choose
        from kardia_cli.training.trl import arguments

        if dry and wanted == "auto":
            return rows
        batch = 1
        if start is not None:
            table = arguments.grpo_table(settings, models.find(start).tiny, rewards.weights)
            batch = arguments.contexts_per_step(table)
        return choose(rows, "grpo", wanted, batch, self.console.say)

    def confirm(self, rows: list[Row], rewards: Rewards, total: int) -> None:
        """Reckon the judge's calls for `total` completions: print them for `--estimate` and stop there.

        Raises `UsageError` where too many paid calls are ahead that nobody has confirmed or capped.
        """
        from kardia_cli.cli import estimate
        from kardia_cli.training.samples import answerable

        session = self._session
        assert session is not None
        own = [(row, turn) for row in rows for turn in answerable(row) if turn < len(row["messages"])]

        async def work(case: Row) -> list[Row]:
            row, turn = own[case["case"]]
            await rewards.score(row, turn, row["messages"][turn]["content"])
            return []

        if _asks_judge(rewards):
            session.announce_judge(rewards.judge, turns=total)
        cases: list[Row] = [{"case": number} for number in range(len(own))]
        asyncio.run(estimate.confirm_training_calls(cases, total, work, session.gateway, self.console, session.calls))

    def dry_run(self, rows: list[Row], rewards: Rewards, start: str | None, settings: Settings, seed: int) -> None:
        """Score sampled replies and what the rows hold themselves: rows on stdout, tables on stderr. Trains nothing.

        Raises `GateFailed` where the rewards prefer a draft, or a copy of the reasoning, to the refined reply.
        """
        from kardia_cli.cli import dry_run_report

        assert self._session is not None
        meters = self._session.gateway.meters
        found = asyncio.run(dry_run_report.run(rows, rewards, start, settings, seed, meters, self.console.say))
        with self.metrics() as emit:
            for row in found.rows:
                emit(row)
        dry_run_report.show(found, self.console, meters)
        dry_run_report.check(found)

    @contextlib.contextmanager
    def reporting_calls(self) -> Iterator[None]:
        """At the end say what calls cost; at a stop by budget or time, say how to go on."""
        try:
            yield
        except Stopped as error:
            if self._session is not None:
                error.remedy = self._session.resume_hint(error)
            raise
        finally:
            if self._session is not None:
                for meter in self._session.gateway.meters:
                    if not meter.free and meter.calls + meter.cached:
                        self.console.say(f"{meter.model}: {describe_calls(meter)}")
                self._session.warn_of_abstentions()

    @contextlib.contextmanager
    def metrics(self) -> Iterator[Callable[[Row], None]]:
        """Yield a function that writes a metric row to stdout; when its reader has gone, training goes on without."""
        with output_descriptor(None, False) as descriptor:
            writer = jsonl.PlainWriter(descriptor)
            yield writer.write

    def finish(self) -> None:
        """Raise `Unfinished` where rows could not be used."""
        if self._failed:
            raise Unfinished(f"{self._failed} of {self._read} rows failed", "see the reasons above")


def _asks_judge(rewards: Rewards) -> bool:
    return any(_needs_judge(name) for name in rewards.functions)


def _needs_judge(reward: str) -> bool:
    return reward_spec(reward).judge


def _need_training_packages() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("torch", "transformers", "trl", "peft", "datasets") if find_spec(name) is None]
    if missing:
        raise MissingExtra.of("train", f"training needs {', '.join(missing)}")
