"""One run of evaluate: who answers, who judges, the rows that go out, and the tables at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kardia_cli.cli import evaluate_measure as measuring
from kardia_cli.cli import pipe
from kardia_cli.cli.unreadable import FirstAnswers
from kardia_cli.errors import RowError, Unfinished, UsageError
from kardia_cli.judge import track_record
from kardia_cli.rows.line import Line, Row
from kardia_cli.rows.records import row_id
from kardia_cli.rows.splits import Split

if TYPE_CHECKING:
    from kardia_cli.chat.gateway import Chat
    from kardia_cli.chat.predicted import Predictions
    from kardia_cli.cli.evaluate_flags import Measured
    from kardia_cli.cli.options import JudgeFlags
    from kardia_cli.cli.session import Session
    from kardia_cli.contracts import ProtocolSpec
    from kardia_cli.judge import Judge
    from kardia_cli.judge.asking import Calls
    from kardia_cli.judge.calibrations import Record
    from kardia_cli.screen.console import Console
    from kardia_cli.stages.evaluation import Measure
    from kardia_cli.stream.flow import Work


HUMAN = "human"
"""What score rows call the judge where people judged (`--with human=FILE`)."""

DEFAULT_CALLS: tuple[Calls, int] = ("criterion", 3)
"""Calls of the judge a turn, and how often each is asked (not in the paper)."""

FAILED = 0.05
"""Share of a model's replies that the judge may fail on before it is said."""


@dataclass
class Run:
    """One run of evaluate; `judged` False: `judge` is not asked, only passed on."""

    session: Session
    measure: Measure
    chats: Mapping[str, Chat]
    saved: Predictions | None
    judge: Judge
    judged: bool
    settings: Mapping[str, str]
    example: str = ""

    async def work(self, row: Row) -> list[Row]:
        """The score rows of one dialogue."""
        from kardia_cli.evaluation.answers import seed_of
        from kardia_cli.rows.prompts import supporter_turns
        from kardia_cli.stages.evaluation import evaluate

        row = self.session.prepare_row(row, *self.measure.needs)
        if self.saved is not None:
            self.saved.settle(row["id"], supporter_turns(row), len(row["messages"]), lambda at: seed_of(row["id"], at))
        return await evaluate(row, self.measure, self.chats, self.judge, self.settings, self.judged)

    async def whole(self, lines: AsyncIterator[Line], chosen: Split) -> AsyncIterator[Line]:
        """Yield the measured lines; then raise `UsageError` if there was none, or none that a prediction is for.

        It ends the reading, so that no output file is left that says nothing.
        """
        broken = False
        async for line in lines:
            broken = broken or line.row is None
            yield line
        if not chosen.counts:
            if not broken:
                raise UsageError("no rows came in", "name a file that holds dialogues, one JSON object a line")
            return
        chosen.check()
        if self.saved is not None:
            self.saved.check(self.example)

    async def noted(self, lines: AsyncIterator[Line]) -> AsyncIterator[Line]:
        """The lines as they come; dialogues with predictions are noted, what is published as a test is test as a whole.

        A log that does not name its model is of the one that its file is called after.
        """
        told: set[str] = set()
        async for line in lines:
            if line.row is None:
                yield line
                continue
            _check_dialogue(line)
            if self.saved is not None:
                self._see(line.row, self.saved)
            why = published_test(line)
            if why and line.file not in told:
                told.add(line.file)
                self.session.console.say(f"{line.file}: {why}")
            known = {"split": "test"} if why else {}
            if self.measure.of_logs and not line.row.get("model"):
                known["model"] = Path(line.file).stem
            yield Line(line.number, {**line.row, **known}, line.error, line.raw, line.file) if known else line

    def _see(self, row: Row, saved: Predictions) -> None:
        from kardia_cli.rows.prompts import supporter_turns
        from kardia_cli.rows.records import check_row

        try:
            check_row(row)
        except RowError:
            return  # it is rejected where its turn comes
        self.example = self.example or row_id(row)
        saved.see(row_id(row), supporter_turns(row))


def _check_dialogue(line: Line) -> None:
    """`UsageError` for a score row, before a split is chosen: that would only say that it is empty."""
    from kardia_cli.chat.predicted import is_score_row

    if is_score_row(line.row or {}):
        said = f"{line.file}:{line.number}: these are score rows, not dialogues"
        remedy = "name the dialogues, and these with --predictions to judge again; or print their tables: --from-scores"
        raise UsageError(said, remedy)


def published_test(line: Line) -> str:
    """Return why a row without a split is test, "" if nothing says so: a scenario of SAGE has no other use."""
    row = line.row or {}
    if "split" not in row and row.keys() >= {"player", "scene", "main_cha"}:
        return "scenarios of SAGE: all of them are test"
    return ""


async def run(
    session: Session, context: typer.Context, inputs: list[str] | None, what: Measured, judged: JudgeFlags,
    calibration: Path | None, limit: int | None,
) -> None:  # fmt: skip
    """Measure; raises `Unfinished` where rows failed, after the tables."""
    from kardia_cli.chat.predicted import Predicted

    named = session.required(context, inputs)
    here = opened(session, what, judged)
    by_rubric = here.judged and here.measure.spec.rubric
    known = track_record.records(here.judge, calibration) if by_rubric else []
    if judged.rubric and not by_rubric:
        session.console.warn("no judge is asked by a rubric here, so --rubric says nothing")
    if here.judged:
        session.announce_judge(here.judge, own_words=not by_rubric)
        models = [chat.name for chat in here.chats.values() if not isinstance(chat, Predicted)]
        for warning in track_record.relations(here.judge, models, session.gateway):
            session.console.warn(warning)
    chosen = Split(split_of(what, here.measure))
    source = pipe.limit_lines(chosen.choose(here.noted(session.lines(named, here.measure.spec.builtin))), limit)
    scores, unfinished = await moved(here, here.whole(source, chosen), judged)
    session.console.say(chosen.summary())
    if here.saved is not None:
        for warning in here.saved.warnings(all_read=limit is None):
            session.console.warn(warning)
    idle = [name for name, chat in here.chats.items() if not isinstance(chat, Predicted)] if scores else []
    for name in sorted(set(idle) - {row["model"] for row in scores}):
        session.console.warn(f"{name}: protocol {what.protocol} measures no model, so it was asked nothing")
    rubric = f"{here.judge.rubric.id} {here.judge.rubric.read_hash}" if by_rubric else ""
    people = here.measure.options.get("human")
    title = titled(here.measure.name, here.judge.name if here.judged else HUMAN if people else "", rubric)
    title += placeholders(drawn(here.judge)) if by_rubric else ""
    of_models = here.measure.model_count > 0 or here.measure.of_logs
    show(session.console, title, here.measure.spec, scores, of_models)
    if by_rubric:
        quote(here, scores, known, calibration, whole=limit is None)
    if unfinished is not None:
        raise unfinished
    if people and scores and all(row["value"] is None for row in scores):
        raise UsageError(f"nothing in {people} is for any of these turns", "its `id` and `turn` are those of the rows")


def split_of(what: Measured, measure: Measure) -> str:
    """The split that is measured: the one that is named; else test, or all where no model is measured."""
    return what.split or ("test" if measure.model_count or what.model or what.predictions else "all")


def opened(session: Session, what: Measured, judged: JudgeFlags) -> Run:
    """The measure, its models and its judge; `UsageError` where one of them is missing or wrong."""
    measure = measuring.measure(what)
    measuring.check_asked(what, measure)
    models, called = measuring.names(what)
    saved = measuring.saved(what, called, models)
    count = len(models) + (len(saved.chats) if saved else 0)
    if count < measure.model_count:
        said = (
            "no model to measure"
            if not count
            else f"protocol {what.protocol} needs {measure.model_count} models, not {count}"
        )
        raise UsageError(said, "add --model FOLDER or --model provider/NAME, or --predictions FILE")
    needed = measure.needs_judge and (bool(models) or saved is None or saved.has_texts)
    judge = opened_judge(session, judged, list(models.values()), saved, needed)
    chats: dict[str, Chat] = {
        name: session.gateway.chat(model).prompted(measuring.prompting(what, measure, session.gateway.spec(model)))
        for name, model in models.items()
    }
    chats |= saved.chats if saved else {}
    told = measuring.settings(
        measure,
        chats,
        session.gateway,
        split_of(what, measure),
        session.seed,
        judge if needed else None,
        session.declare({}),
    )
    return Run(session, measure, chats, saved, judge, needed, told)


def opened_judge(
    session: Session, judged: JudgeFlags, models: Sequence[str], saved: Predictions | None, needed: bool
) -> Judge:
    """Return the named judge, else the built-in one while all is built in; if none is needed, one that is not asked."""
    from kardia_cli.cli import roles

    if not needed:
        return session.judge({"judge": session.gateway.chat(roles.OFFLINE)}, judged, calls="criterion")
    real = next((chat.name for chat in saved.chats.values() if chat.real), None) if saved else None
    if real is not None and not judged.judge_model:
        raise UsageError(f"no judge is named, and the saved replies are by {real}", "add --judge-model NAME")
    players = session.chats(judged.roles(), judged.flags(), others=models)
    calls, samples = DEFAULT_CALLS
    return session.judge(players, judged, calls=calls, samples=samples)


async def moved(here: Run, source: AsyncIterator[Line], judged: JudgeFlags) -> tuple[list[Row], Unfinished | None]:
    """Measure the rows of the source; the score rows without their texts, and what was left unfinished."""
    from kardia_cli.judge.review import reviewing
    from kardia_cli.stages.evaluation import without_text

    session, scores = here.session, list[Row]()
    first = FirstAnswers(session.console.warn)

    def came_out(row: Row) -> None:
        first.look(row)
        scores.append(without_text(row))

    try:
        with reviewing("evaluate", judged.review, session.io.force, session.console, here.judge, live=True):
            await session.move(source, here.work, came_out, other=asked_otherwise(here))
    except Unfinished as error:  # what was measured is shown all the same
        return scores, error
    return scores, None


def asked_otherwise(here: Run) -> tuple[str, Work] | None:
    """Return the work with one judge call a turn, or with the default's calls where that is asked for; its flags.

    None where no judge goes by a rubric.
    """
    if not (here.judged and here.measure.spec.rubric):
        return None
    manner = here.judge.manner
    calls, samples = DEFAULT_CALLS if (manner.calls, manner.samples) == ("turn", 1) else ("turn", 1)
    judge = here.judge.variant(calls=calls, samples=samples)
    return f"--judge-calls {calls} --judge-samples {samples}", replace(here, judge=judge).work


def titled(protocol: str, judge: str, rubric: str) -> str:
    """Return the title of the table: protocol, judge, rubric ("" for the protocol's own words)."""
    if not judge:
        return f"{protocol}, nobody judged"
    label = " + ".join("offline (lexical)" if name == "offline" else name for name in judge.split(" + "))
    return f"{protocol}, judged by {label}" + (f", rubric {rubric}" if rubric else "")


def drawn(judge: Judge) -> list[str]:
    """Return the criteria and questions of a judge's rubric that the offline judge has no rule for, if it is asked."""
    from kardia_cli.offline.judge.judge import placeholders

    asked = [*(item.id for item in judge.rubric.criteria), *(item.id for item in judge.rubric.questions)]
    return placeholders(asked) if "offline" in judge.name.split(" + ") else []


def placeholders(unknown: Sequence[str]) -> str:
    """Return what a title says of criteria and questions that the offline judge drew; "" for none."""
    return f", placeholders for {', '.join(unknown)}" if unknown else ""


def show(console: Console, title: str, spec: ProtocolSpec, scores: Sequence[Row], of_models: bool) -> None:
    """Print the protocol's tables of these score rows and, if it measures models, every mean with its interval."""
    from kardia_cli.stages.evaluation import means

    twice = len(scores) - len({(row["model"], row["id"], row["turn"]) for row in scores})
    if of_models and twice:
        console.warn(f"{twice:,} scores are of a model, id and turn that were there before, and count twice")
    for model, count, judged in unjudged(scores):
        said = f"the judge gave nothing on {count:,} of the {judged:,} replies that it was to read"
        console.warn(f"{model}: {said}; what rules decided (broken replies: 0) weighs more in what is left")
    console.table(title, (spec.summarize or means)(scores))
    if of_models:
        from kardia_cli.reporting.measured import intervals

        console.table(*intervals(scores, spec))
    for further, table in spec.further(scores) if spec.further else ():
        console.table(further, table)


def unjudged(scores: Sequence[Row]) -> list[tuple[str, int, int]]:
    """Return the models on whose replies the judge failed in over `FAILED` of cases, with how often and of how many."""
    found: dict[str, list[bool]] = {}
    for row in scores:
        parts = {part["id"]: part["value"] for part in row["parts"]}
        if row["text"] and "rubric" in parts and (parts.get("format") == 1.0 or parts["rubric"] != 0.0):
            found.setdefault(row["model"], []).append(parts["rubric"] is None)
    return [(model, sum(its), len(its)) for model, its in found.items() if sum(its) > FAILED * len(its)]


def quote(
    here: Run, scores: Sequence[Row], known: Sequence[Record], calibration: Path | None, whole: bool = True
) -> None:
    """Keep what a protocol found of the judge, unless only the first rows were measured; say what is known of it."""
    judge, console = here.judge, here.session.console
    kept = track_record.keep(judge, here.measure.spec.record if whole else None, scores)
    if here.measure.spec.record and not whole:
        console.say("no record of the judge is kept: -n left rows out")
    if kept is not None:
        known = known if calibration else track_record.records(judge, None)
        console.say(f"record {kept.hash} of {judge.name} is kept in {kept.path}")
    for line in track_record.quotes(judge, known):
        console.say(line)
