"""The shapes of plug-ins: a file with a function of a fixed name, and a `SPEC` where the defaults do not fit.

    source     rows(path, **options)                                  -> iterator of Line
    strategy   async reply(dialogue, chat, **options)                 -> Turn
    reward     async score(row, completion, judge, chat, **options)   -> Score | None; SPEC = RewardSpec(...)
    protocol   async evaluate(row, chats, judge, **options)           -> list[Score];  SPEC = ProtocolSpec(...)

Options are keyword parameters with a default, set by `--with name=value`. Some options of protocols have flags of their
own: `from_logs` (--from-logs: no field, model or judge is needed) and `references` (--references). With an option
`human` (a file of what people said) no judge is asked. An option `exemplars` of a strategy is the store of --exemplars.

A reward of None means "not scored" (a judge was asked and failed) and is never 0. `plugins.load` holds every plug-in
against these shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from kardia_cli import plugins
from kardia_cli.errors import UsageError
from kardia_cli.rows import turn_format
from kardia_cli.rows.prompts import conversation, history, system_prompt
from kardia_cli.rows.request import Request, derive_seed

if TYPE_CHECKING:
    from kardia_cli.judge import Judge
    from kardia_cli.judge.rubric import Rubric
    from kardia_cli.rows.line import Row
    from kardia_cli.rows.records import Critique

Table = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The input of a strategy: everything, but the gold emotion only with `--drafts told` ("" without).

    `messages` are the turns so far (the last one is the seeker's), supporter turns as they are written; `format` and
    `labels` are named where they are not kardia's own; `anon_username` is the person's pseudonym ("" where unknown).
    """

    id: str
    person: str
    mbti: str | None
    situation: str
    messages: list[dict[str, str]]
    seed: int = 0
    revision: int = 0
    format: str | None = None
    labels: str | None = None
    emotion: str = ""
    anon_username: str = ""

    def row(self) -> Row:
        """Return the dialogue as a row without a gold label, for `prompts.conversation`."""
        named = {"format": self.format, "labels": self.labels}
        return {
            "person": self.person,
            "mbti": self.mbti,
            "situation": self.situation,
            "messages": self.messages,
            **{key: value for key, value in named.items() if value},
        }

    def identity(self) -> Row:
        """Return what a search among other dialogues knows this one by."""
        return {**self.row(), "id": self.id, "anon_username": self.anon_username}

    def seed_for(self, role: str, sample: int = 0) -> int:
        """Return the seed of a call that this turn makes."""
        return derive_seed(self.seed, self.id, "dialogue", role, len(self.messages), self.revision, sample)

    def request(
        self, temperature: float, *, note: str = "", is_plain: bool = False, role: str = "supporter", sample: int = 0
    ) -> Request:
        """Return the request for this turn in its format, or for its reply alone (`is_plain`).

        The label is told where the drafts are told it. `note` ends the system message; `role` and `sample` keep the
        seeds of several requests apart.
        """
        row = self.row()
        system, *shown = conversation(row)
        text = system_prompt(row, with_format=False) if is_plain else system["content"]
        told = {"told": self.emotion} if self.emotion and not is_plain else {}
        if told:
            text += _TOLD + self.emotion
        facts = {
            "person": self.person,
            "mbti": self.mbti,
            "situation": self.situation,
            "history": history(row),
            **told,
            **turn_format.facts_of({**row, "format": "plain"} if is_plain else row),
        }
        return Request(
            messages=[{"role": "system", "content": text + note}, *shown],
            task="supporter.turn",
            facts=facts,
            sampling={"temperature": temperature},
            seed=self.seed_for(role, sample),
        )


_TOLD = """

What they feel, for you alone, and the label of every turn: """


@dataclass(frozen=True, slots=True)
class Turn:
    """A supporter turn: its text, and a free JSON trace of how it was made (empty: none)."""

    text: str
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """A measured value with its parts and its reason; `value` None means not scored.

    Protocols also fill in what was measured: the model, the index of the turn (-1: the whole dialogue), the reply, the
    label it names, and the judge's critique of it; `extra` are further fields of the score row.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardSpec:
    """Needs of a reward (a judge or none), and its parts, each normalised alone (GDPO).

    `shares(judge)` is the weight of each part (they sum to 1), `split(judge, score)` the value of each, 0 to 1. Both or
    none.
    """

    judge: bool = True
    needs_label: bool = False
    """True where the turn has to name a label: such a reward is refused for a format without one."""
    shares: Callable[[Judge], Mapping[str, float]] | None = None
    split: Callable[[Judge, Score], Mapping[str, float | None]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Roles of a protocol's parts in a report. Every field holds names of parts, or patterns such as `found.*`.

    A report calls the parts `format` and `emotion` by their means, `format_rate` and `emotion_accuracy`; `value` is the
    score itself.
    """

    shown: tuple[str, ...] = ()
    """Parts that a report shows unasked; empty: those without a dot, and the value."""
    repeated: tuple[str, ...] = ()
    """Never shown: another part says the same under a better name."""
    composed: tuple[str, ...] = ()
    """Made of other parts: shown with an interval, but not tested."""
    neutral: tuple[str, ...] = ()
    """Neither more nor less is better: not tested."""
    lower: tuple[str, ...] = ()
    """Less is better."""
    shares: tuple[str, ...] = ()
    """The mean is a share of rows: 0 or 1 in each."""
    ruled: tuple[str, ...] = ()
    """Decided by a rule alone, whoever judges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolSpec:
    """Description of a protocol: its needs, its summary of a set of score rows, and its columns in a report."""

    needs: tuple[str, ...] = ("messages",)
    """Fields that a row must have."""
    models: int = 1
    """Models that it needs at least; 0: it measures the rows or the judge."""
    judge: bool = True
    rubric: bool = True
    """True: the judge is asked by a rubric. False: in the protocol's own words."""
    builtin: str = "dialogues"
    """Name of the embedded rows that the input `builtin` means."""

    summarize: Callable[[Sequence[Row]], Table] | None = None
    """Makes the table of a set of score rows; None: each model's mean value."""
    further: Callable[[Sequence[Row]], list[tuple[str, Table]]] | None = None
    """Makes more tables of the set, each with its title."""
    record: Callable[[Sequence[Row], Judge], dict[str, Any]] | None = None
    """Makes what is kept of the judge, as plain JSON values (see `judge/calibrations.py`)."""
    rescore: Callable[[Score, Rubric], Score] | None = None
    """Decides a score by another policy of its rubric; its critique is decided anew already. None: it cannot."""

    columns: Columns = Columns()
    measures_judge: bool = False
    """The judge is what is compared, so scores by several judges may stand in one report."""
    is_relative: bool = False
    """A model's figures depend on the other models of its run."""
    is_keyed_by_label: bool = False
    """Several scores of one turn are told apart by their labels."""
    judged: str = "Replies were judged by"
    """How the methods paragraph begins to name the judge."""
    label: str = "emotion"
    """What the page lists dialogues by: their `emotion`, or another word for their label."""
    quoted: Mapping[str, Any] | None = None
    """Published differences to print beside the measured ones: source, note, columns, percent (the column in percentage
    points) and rows ({system: a value for each column})."""


Spec = TypeVar("Spec", RewardSpec, ProtocolSpec)


@cache
def protocol_spec(name: str) -> ProtocolSpec:
    """Return the SPEC of a protocol, the defaults if its file has none. `UsageError` as `plugins.module` raises it."""
    return _spec("protocol", name, ProtocolSpec())


def reward_spec(name: str) -> RewardSpec:
    """Return the SPEC of a reward, the defaults if its file has none."""
    return _spec("reward", name, RewardSpec())


@cache
def spec_of_rows(protocol: str) -> ProtocolSpec:
    """Return the SPEC of the protocol that score rows name; the defaults for one that is not installed here.

    Rows are data: a `.py` file that they name is not run.
    """
    return protocol_spec(protocol) if protocol in plugins.names("protocol") else ProtocolSpec()


def _spec(kind: plugins.Kind, name: str, default: Spec) -> Spec:
    found = getattr(plugins.module(kind, name), "SPEC", default)
    if not isinstance(found, type(default)):
        raise UsageError(
            f"{kind} {name!r}: its SPEC is a {type(found).__name__}",
            f"write SPEC = {type(default).__name__}(...), from kardia_cli.contracts",
        )
    return found
