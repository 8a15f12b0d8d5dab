"""Rewriting of one supporter turn until it passes, its critique in hand (Kardia-R1, sections 1.3 and 1.4).

refine does this to the turns of a finished dialogue, synthesize with a judge to each turn before the seeker goes on.
Not in the paper: a dialogue is dropped where a turn still fails after the last rewrite, and where the whole of it
drifts, jumps or is broken.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from kardia_cli.chat.gateway import Chat
from kardia_cli.errors import RowError
from kardia_cli.judge import Judge
from kardia_cli.judge.verdicts import difficulty, failures
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import fill, history, supporter_turns, transcript
from kardia_cli.rows.records import Critique, Finding, Revision
from kardia_cli.rows.request import Request, derive_seed
from kardia_cli.rows.turn_format import TurnFormat
from kardia_cli.stages.critiques import find_critique, find_stored_critique, with_model
from kardia_cli.stages.label_correction import correct, counted_verdicts, find_wrong_label
from kardia_cli.stages.rounds import Lost, Rounds, TurnVerdict


@dataclass(frozen=True)
class TurnRewriter:
    """The judge and the rewriter of a turn, and the limit of rewrites; `rounds` counts them."""

    judge: Judge
    rewriter: Chat
    seed: int
    max_rewrites: int = 5
    rounds: Rounds = field(default_factory=Rounds)


@dataclass
class Draft:
    """A row while its turns are rewritten: its messages so far, and all critiques and revisions."""

    row: Row
    critiques: list[Row]
    revisions: list[Row]
    traces: list[Row]
    verdicts: list[TurnVerdict] = field(default_factory=list)

    @classmethod
    def from_row(cls, row: Row) -> Draft:
        """Return a draft of a row, with the critiques, revisions and traces that the row has."""
        return cls(dict(row), *(list(row.get(name) or []) for name in ("critiques", "revisions", "traces")))

    def text(self, turn: int) -> str:
        """Return the message at index `turn`."""
        return str(self.row["messages"][turn]["content"])

    def replace(self, turn: int, text: str, trace: str) -> None:
        """Put another text at index `turn`, with its own trace."""
        messages = list(self.row["messages"])
        messages[turn] = {**messages[turn], "content": text}
        self.row["messages"] = messages
        self.traces = [note for note in self.traces if note["turn"] != turn]
        self.note(turn, trace)

    def trace(self, turn: int) -> str:
        """Return the trace of the turn at this index; "" for none."""
        return next((str(note["trace"]) for note in self.traces if note["turn"] == turn), "")

    def note(self, turn: int, trace: str) -> None:
        """Keep the trace of a turn, if there is one."""
        if trace:
            self.traces.append({"turn": turn, "trace": trace})


async def settle(draft: Draft, turn: int, turn_rewriter: TurnRewriter) -> Critique:
    """Judge a turn and rewrite it until it passes; returns its last critique. All before the turn is final.

    A critique on the row by this rubric and judge, of the present text, is not asked for again. A wrong label alone is
    corrected first (see `label_correction`) and is no rewrite. Raises `Lost` where the turn still fails after the last
    rewrite, `RowError` where the judge abstained, `CallFailed` where a model gave no usable reply.
    """
    critique = await _judge(draft, turn, 0, turn_rewriter, _stored_critique(draft, turn, turn_rewriter))
    revision = 0
    while problems := _record_problems(draft, turn, revision, critique, turn_rewriter):
        if revision == turn_rewriter.max_rewrites:
            names = tuple(dict.fromkeys(problem.id for problem in problems))
            raise Lost(f"turn {turn} still fails after {revision} rewrites: {', '.join(names)}", "still fails", names)
        revision += 1
        await _rewrite(draft, turn, revision, problems, turn_rewriter)
        critique = await _judge(draft, turn, revision, turn_rewriter)
    return critique


def _stored_critique(draft: Draft, turn: int, turn_rewriter: TurnRewriter) -> Critique | None:
    """Return the row's critique of the turn, or None; one under an older policy is decided anew and added."""
    stored, known = (
        find_stored_critique(draft.row, turn, turn_rewriter.judge),
        find_critique(draft.row, turn, turn_rewriter.judge),
    )
    if stored is not None and known is not None and stored.policy_hash != known.policy_hash:
        draft.critiques.append(known.model_dump())
    return known


async def _judge(
    draft: Draft, turn: int, revision: int, turn_rewriter: TurnRewriter, stored: Critique | None = None
) -> Critique:
    """Return the critique of a turn, its label corrected before if that alone is wrong.

    The `stored` one is kept, and carries over to the corrected turn without a call: the judge reads the reply alone
    (under a rubric with views it may read more, and is asked).
    """
    judge = turn_rewriter.judge
    wrong = find_wrong_label(judge, draft.row, turn, draft.text(turn), stored)
    if stored is not None and not wrong:
        return stored
    if wrong:
        await _correct_label(draft, turn, revision, wrong, turn_rewriter)
    if stored is not None and not judge.rubric.has_views:
        critique = judge.rescored(draft.row, turn, draft.text(turn), stored)
    else:
        critique = await judge.judge(draft.row, turn, draft.text(turn), revision=revision)
    draft.critiques.append(critique.model_dump())
    return critique


async def _correct_label(
    draft: Draft, turn: int, revision: int, wrong: list[Finding], turn_rewriter: TurnRewriter
) -> None:
    before = draft.text(turn)
    after = await correct(draft.row, turn, before, turn_rewriter.rewriter, seed=turn_rewriter.seed, revision=revision)
    draft.replace(turn, after, draft.trace(turn))
    note = Revision(turn=turn, revision=revision, kind="label", before=before, after=after, reason=_reason(wrong))
    draft.revisions.append(note.model_dump())


def _reason(problems: list[Finding]) -> str:
    return "; ".join(f"{problem.id}: {problem.detail}" for problem in problems)


def _record_problems(
    draft: Draft, turn: int, revision: int, critique: Critique, turn_rewriter: TurnRewriter
) -> list[Finding]:
    """Return what fails the turn, [] if it passes, and record it as a verdict."""
    problems = _problems(critique, draft, turn, turn_rewriter)
    draft.verdicts.append(TurnVerdict(turn, revision, frozenset(problem.id for problem in problems)))
    return problems


def _problems(critique: Critique, draft: Draft, turn: int, turn_rewriter: TurnRewriter) -> list[Finding]:
    """Return the reasons why a turn cannot stay.

    A refined row is in its format throughout, so a plain turn that passed cannot stay either.
    """
    if critique.verdict == "ABSTAIN":
        raise RowError(f"the judge abstained on turn {critique.turn}")
    found = failures(turn_rewriter.judge.rubric, critique.levels, critique.findings, critique.gates)
    wrong = turn_format.declared(draft.row).error(draft.text(turn))
    return found or ([Finding(id="format", present=True, detail=wrong, share=None)] if wrong else [])


async def _rewrite(
    draft: Draft, turn: int, revision: int, problems: list[Finding], turn_rewriter: TurnRewriter
) -> None:
    before = draft.text(turn)
    setting = turn_rewriter.judge.rubric.setting
    request = _rewrite_request(draft, turn, revision, problems, turn_rewriter.seed, setting)
    reply = await turn_rewriter.rewriter.ask(request)
    after = turn_format.declared(draft.row).normalise(reply.text.strip())
    draft.replace(turn, after, reply.trace)
    note = Revision(turn=turn, revision=revision, kind="rewrite", before=before, after=after, reason=_reason(problems))
    draft.revisions.append(note.model_dump())


def _rewrite_request(
    draft: Draft, turn: int, revision: int, problems: list[Finding], seed: int, setting: str
) -> Request:
    row = draft.row
    label = row.get("emotion") or f"the one that fits, of: {', '.join(labels.of(row).labels)}"
    facts = {
        "person": row.get("person") or "",
        "mbti": row.get("mbti"),
        "situation": row.get("situation") or "",
        "emotion": row.get("emotion") or "",
        "history": history(row, turn),
        "draft": draft.text(turn),
        "problems": [{"id": problem.id, "detail": problem.detail} for problem in problems],
        **turn_format.facts_of(row),
    }
    values = {
        **facts,
        "history": transcript(history(row, turn)),
        "problems": "\n".join(f"- {problem.id}: {problem.detail}" for problem in problems),
        "format": turn_format.declared(row).rewrite_instructions(label),
    }
    system = fill(_SYSTEM, {"setting": setting})
    return Request(
        messages=[{"role": "system", "content": system}, {"role": "user", "content": fill(_REWRITE, values)}],
        task="rewriter.turn",
        facts=facts,
        sampling={"temperature": 0.7},
        seed=derive_seed(seed, row["id"], "refine", "rewriter", turn, revision, 0),
    )


async def finish(draft: Draft, turn_rewriter: TurnRewriter) -> Row:
    """Return the row of a dialogue whose turns are settled, with its verdicts, revisions, difficulty and models.

    Raises `Lost` where the structure is broken or the judge finds a fault of the whole dialogue.
    """
    _check_structure(draft)
    for answer in await turn_rewriter.judge.judge_dialogue(draft.row):
        if answer.present:
            raise Lost(f"{answer.id}: {answer.reason}", answer.id)
    row = draft.row
    form = turn_format.declared(row)
    row["messages"] = [_normal(message, form) for message in row["messages"]]
    row["critiques"], row["revisions"] = draft.critiques, draft.revisions
    row["traces"] = sorted((n for n in draft.traces if n["turn"] < len(row["messages"])), key=lambda note: note["turn"])
    row["difficulty"] = difficulty(counted_verdicts(draft.critiques, turn_rewriter.judge.rubric))
    row["models"] = with_model(row, "judge", turn_rewriter.judge)
    rewriter = {"role": "rewriter", "model": turn_rewriter.rewriter.name, "hash": turn_rewriter.rewriter.hash}
    if rewriter not in row["models"]:
        row["models"] = [*row["models"], rewriter]
    return row


def _check_structure(draft: Draft) -> None:
    """Raise `Lost` unless seeker and supporter alternate, the supporter has the last word and all spans parse."""
    talk = [message for message in draft.row["messages"] if message["role"] != "system"]
    if not talk or talk[-1]["role"] != "assistant":
        raise _broken("the talk does not end with the supporter")
    if any(left["role"] == right["role"] for left, right in itertools.pairwise(talk)):
        raise _broken("two turns in a row by one side")
    form = turn_format.declared(draft.row)
    for turn in supporter_turns(draft.row):
        if form.read(draft.text(turn)) is None:
            raise _broken(f"turn {turn} is not in the format {form.name}")


def _broken(how: str) -> Lost:
    return Lost(f"broken structure: {how}", "broken structure")


def _normal(message: dict[str, str], form: TurnFormat) -> dict[str, str]:
    return {**message, "content": form.normalise(message["content"])} if message["role"] == "assistant" else message


_SYSTEM = """\
You rewrite one supporter turn from {setting} so that it passes review. Stay with this person and what they
said last, keep what was good, mend what was found, and do not answer the reviewer."""

_REWRITE = """\
The person:
{person}

What happened: {situation}

The talk so far:
{history}

The turn as it stands:
{draft}

What the review found:
{problems}

{format}"""
