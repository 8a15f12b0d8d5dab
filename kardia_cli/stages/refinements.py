"""Judged rows → refined rows: critique and rewrite, turn by turn, until it passes (Kardia-R1, sections 1.3 and 1.4).

The walk goes from left to right: a turn is judged only when all before it is final. A failed turn is rewritten with its
critique in hand, at most `max_rewrites` times. Where the next seeker turn no longer fits the rewritten reply, all that
follows is simulated anew (`tail="regenerate"`) or kept. What the paper does not say and is ours: a dialogue that still
fails after the last rewrite is dropped, and so is one whose tail had to be replaced more than `max_tails` times.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Literal

from kardia_cli import spans
from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.request import Request, derive_seed
from kardia_cli.errors import Dropped
from kardia_cli.jsonl import as_text
from kardia_cli.judge import Judge
from kardia_cli.line import Row
from kardia_cli.prompts import fill, history, supporter_turns, transcript
from kardia_cli.records import EMOTIONS, Critique, Finding, Revision
from kardia_cli.stages.critiques import find, with_model
from kardia_cli.stages.dialogues import Speaker, simulate
from kardia_cli.verdicts import difficulty, failures


@dataclass(frozen=True)
class Refiner:
    """Who judges, who rewrites, who speaks when a tail is simulated anew, and how far to go."""

    judge: Judge
    rewriter: Chat
    seeker: Chat
    supporter: Speaker
    seed: int
    max_rewrites: int = 5
    max_exchanges: int = 10
    max_tails: int = 3
    tail: Literal["regenerate", "keep"] = "regenerate"
    cut_at_solved: bool = False


@dataclass
class _Draft:
    """A row while it is being refined."""

    row: Row
    critiques: list[Row]
    revisions: list[Row]
    traces: list[Row]
    tails: int = 0
    final: dict[int, Critique] = field(default_factory=dict)


async def refine(row: Row, refiner: Refiner) -> Row:
    """The refined row with every verdict, each revision and its difficulty.

    Raises `Dropped` where it still fails, drifts, jumps or is broken, `CallFailed` where a model gave no usable reply.
    """
    draft = _Draft(dict(row), _stored(row, "critiques"), _stored(row, "revisions"), _stored(row, "traces"))
    turn = _next_turn(draft.row, -1)
    while turn is not None:
        critique = await _settle(draft, turn, refiner)
        draft.final[turn] = critique
        if critique.verdict == "SOLVED" and refiner.cut_at_solved:
            draft.row["messages"] = draft.row["messages"][: turn + 1]
        turn = _next_turn(draft.row, turn)
    _check_structure(draft.row)
    for answer in await refiner.judge.whole(draft.row):
        if answer.present:
            raise Dropped(f"{answer.id}: {answer.reason}")
    return _finished(draft, refiner)


def _stored(row: Row, name: str) -> list[Row]:
    return list(row.get(name) or [])


def _next_turn(row: Row, after: int) -> int | None:
    return next((turn for turn in supporter_turns(row) if turn > after), None)


async def _settle(draft: _Draft, turn: int, refiner: Refiner) -> Critique:
    """Judge a turn and rewrite it until it passes; then mend what follows. Returns its last critique."""
    critique = find(draft.row, turn, refiner.judge) or await _judge(draft, turn, 0, refiner)
    revision = 0
    while _fails(critique, _text(draft.row, turn)):
        if revision == refiner.max_rewrites:
            raise Dropped(
                f"turn {turn} still fails after {revision} rewrites: {_names(_problems(critique, refiner, ''))}"
            )
        revision += 1
        await _rewrite(draft, turn, revision, critique, refiner)
        critique = await _judge(draft, turn, revision, refiner)
    if revision and refiner.tail == "regenerate":
        await _mend_tail(draft, turn, refiner)
    return critique


def _fails(critique: Critique, text: str) -> bool:
    """A refined row has four spans throughout, so a plain turn that passed is rewritten too."""
    return critique.verdict == "FAIL" or spans.read(text) is None


def _text(row: Row, turn: int) -> str:
    return str(row["messages"][turn]["content"])


async def _judge(draft: _Draft, turn: int, revision: int, refiner: Refiner) -> Critique:
    critique = await refiner.judge.judge(draft.row, turn, _text(draft.row, turn), revision=revision)
    draft.critiques.append(critique.model_dump())
    return critique


def _problems(critique: Critique, refiner: Refiner, text: str) -> list[Finding]:
    found = failures(refiner.judge.rubric, critique.levels, critique.findings)
    return found or [Finding(id="format", present=True, detail="the four spans are missing")]


def _names(problems: list[Finding]) -> str:
    return ", ".join(dict.fromkeys(problem.id for problem in problems))


async def _rewrite(draft: _Draft, turn: int, revision: int, critique: Critique, refiner: Refiner) -> None:
    before = _text(draft.row, turn)
    problems = _problems(critique, refiner, before)
    reply = await refiner.rewriter.ask(_rewrite_request(draft.row, turn, revision, problems, refiner.seed))
    after = spans.normalise(reply.text.strip())
    _replace(draft, turn, after)
    reason = "; ".join(f"{problem.id}: {problem.detail}" for problem in problems)
    note = Revision(turn=turn, revision=revision, kind="rewrite", before=before, after=after, reason=reason)
    draft.revisions.append(note.model_dump())
    draft.traces = [trace for trace in draft.traces if trace["turn"] != turn]
    if reply.trace:
        draft.traces.append({"turn": turn, "trace": reply.trace})


def _replace(draft: _Draft, turn: int, text: str) -> None:
    messages = list(draft.row["messages"])
    messages[turn] = {**messages[turn], "content": text}
    draft.row["messages"] = messages


def _rewrite_request(row: Row, turn: int, revision: int, problems: list[Finding], seed: int) -> Request:
    facts = {
        "person": row.get("person") or "",
        "mbti": row.get("mbti"),
        "situation": row.get("situation") or "",
        "emotion": row.get("emotion") or "",
        "history": history(row, turn),
        "draft": _text(row, turn),
        "problems": [{"id": problem.id, "detail": problem.detail} for problem in problems],
    }
    values = {
        **facts,
        "history": transcript(history(row, turn)),
        "problems": "\n".join(f"- {problem.id}: {problem.detail}" for problem in problems),
        "emotion": row.get("emotion") or f"the one that fits, of: {', '.join(EMOTIONS)}",
    }
    return Request(
        messages=[{"role": "system", "content": _SYSTEM}, {"role": "user", "content": fill(_REWRITE, values)}],
        task="rewriter.turn",
        facts=facts,
        sampling={"temperature": 0.7},
        seed=derive_seed(seed, row["id"], "refine", "rewriter", turn, revision, 0),
    )


async def _mend_tail(draft: _Draft, turn: int, refiner: Refiner) -> None:
    """Simulate the rest anew where the next seeker turn no longer fits the rewritten reply."""
    following = draft.row["messages"][turn + 1 :]
    if not following:
        return
    answer = await refiner.judge.fits(draft.row, turn, _text(draft.row, turn), following[0]["content"])
    if answer.fits:
        return
    draft.tails += 1
    if draft.tails > refiner.max_tails:
        raise Dropped(f"what follows had to be simulated anew more than {refiner.max_tails} times")
    replaced = as_text(following)
    note = Revision(turn=turn + 1, revision=0, kind="tail", before=replaced, after="", reason=answer.reason)
    draft.revisions.append(note.model_dump())
    draft.traces = [trace for trace in draft.traces if trace["turn"] <= turn]
    kept = {**draft.row, "messages": draft.row["messages"][: turn + 1]}
    draft.row, made = await simulate(
        kept,
        refiner.seeker,
        refiner.supporter,
        seed=refiner.seed,
        max_exchanges=refiner.max_exchanges,
        revision=draft.tails,
    )
    places = [place for place in supporter_turns(draft.row) if place > turn]
    draft.traces += [{"turn": at, "trace": new.trace} for at, new in zip(places, made, strict=True) if new.trace]


def _check_structure(row: Row) -> None:
    """Raise `Dropped` unless seeker and supporter alternate, the supporter has the last word and all spans parse."""
    talk = [message for message in row["messages"] if message["role"] != "system"]
    if not talk or talk[-1]["role"] != "assistant":
        raise Dropped("broken structure: the talk does not end with the supporter")
    if any(left["role"] == right["role"] for left, right in itertools.pairwise(talk)):
        raise Dropped("broken structure: two turns in a row by one side")
    for turn in supporter_turns(row):
        if spans.read(_text(row, turn)) is None:
            raise Dropped(f"broken structure: turn {turn} is not four spans")


def _finished(draft: _Draft, refiner: Refiner) -> Row:
    row = draft.row
    row["messages"] = [_normal(message) for message in row["messages"]]
    row["critiques"], row["revisions"], row["traces"] = draft.critiques, draft.revisions, draft.traces
    row["difficulty"] = difficulty(critique["verdict"] for critique in draft.critiques)
    row["models"] = with_model(row, "judge", refiner.judge)
    rewriter = {"role": "rewriter", "model": refiner.rewriter.name, "hash": refiner.rewriter.hash}
    if rewriter not in row["models"]:
        row["models"] = [*row["models"], rewriter]
    return row


def _normal(message: dict[str, str]) -> dict[str, str]:
    return {**message, "content": spans.normalise(message["content"])} if message["role"] == "assistant" else message


_SYSTEM = """\
You rewrite one supporter turn of an emotional-support talk so that it passes review. Stay with this person and what they
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

Write the whole turn anew as four parts, each inside its own markers, and nothing else:
<|understanding_begin|>what they mean and feel<|understanding_end|>
<|reasoning_begin|>why they feel it and what would help now<|reasoning_end|>
<|emotion_begin|>{emotion}<|emotion_end|>
<|response_begin|>your reply, about 30 words at most<|response_end|>"""
