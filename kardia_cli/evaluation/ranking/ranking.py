"""Ranking and pairing: the replies of all models to one turn, and a judge's blind order of them.

    replies ─▶ Candidate (visible words; or why it is last by rule) ─▶ distinct texts, shuffled, coded, fenced ─▶ Round

Replies of the same words are shown once and share their place. How a display order is drawn: the texts in their own
order, shuffled by (judge's seed, row, turn); order 2 is order 1 reversed, 3 is 1 begun one further, 4 is 3 reversed,
and so on. So over 2 × m orders every text stands twice in each place, and the order of the models on the command line
decides nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import BaseModel

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.predicted import NO_PREDICTION, NoPrediction
from kardia_cli.contracts import Score
from kardia_cli.errors import CallFailed, UsageError
from kardia_cli.evaluation.answers import answer, turns
from kardia_cli.evaluation.ranking import prompt as words
from kardia_cli.judge import Judge, disguise
from kardia_cli.judge.asking import ask_until_valid
from kardia_cli.judge.judged_turn import JudgedTurn, Secret
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import content_hash
from kardia_cli.rows.request import Request, derive_seed
from kardia_cli.stream import flow

RULE = "rule"
CUT = ("length", "refusal", "content_filter")
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


class Candidate(NamedTuple):
    """One model's reply; `broken` is why it is last by rule, `failed` why there is none; `label` is what it names."""

    model: str
    text: str
    shown: str
    broken: str = ""
    failed: str = ""
    label: str = ""

    @property
    def words(self) -> int:
        """Length of what is shown, in words."""
        return len(self.shown.split())


class Place(NamedTuple):
    """Place of one text: where it was shown (1: first), where it was placed (1: best), and why."""

    shown: int
    place: int
    reason: str


class Round(NamedTuple):
    """One answer of one judge (or rater): the place of each text (or model)."""

    judge: str
    order: int
    places: Mapping[str, Place]


@dataclass(frozen=True)
class Question:
    """Question to a judge about one turn, whatever the texts; `at` is the row, `axes` what they are ranked by."""

    row: Row
    turn: int
    judge: Judge
    axes: Sequence[Mapping[str, str]]


def at_least_two(chats: Mapping[str, Chat]) -> None:
    """`UsageError` where there are not two models to set side by side."""
    if len(chats) < 2:
        said = f"{len(chats)} model{'s' * (len(chats) != 1)} cannot be ranked"
        raise UsageError(said, "add a second --model (or --predictions FILE)")


def shared_turns(row: Row, chats: Mapping[str, Chat]) -> list[int]:
    """The turns that every model is measured on, in order."""
    of_each = [turns(row, chat) for chat in chats.values()]
    return [turn for turn in of_each[0] if all(turn in others for others in of_each)]


async def candidates(
    row: Row, turn: int, chats: Mapping[str, Chat], sampling: dict[str, Any], plain: bool
) -> list[Candidate]:
    """Each model's reply to the turn, in the order of the models."""
    return await flow.gather_all(_candidate(row, turn, name, chat, sampling, plain) for name, chat in chats.items())


async def _candidate(row: Row, turn: int, name: str, chat: Chat, sampling: dict[str, Any], plain: bool) -> Candidate:
    try:
        text = await answer(row, turn, chat, sampling)
    except NoPrediction:
        return Candidate(name, "", "", failed=NO_PREDICTION)
    except CallFailed as error:
        if error.why in CUT:
            return Candidate(name, "", "", broken=f"no whole reply: {error}")
        return Candidate(name, "", "", failed=f"no reply: {error}")
    form = turn_format.declared(row)
    if not form.is_plain and form.read(text) is None and (not plain or form.has_marker(text)):
        return Candidate(name, text, "", broken="spans broken")
    shown = disguise.reveal(form.visible(text)).text
    broken = "the reply says nothing" if disguise.is_empty(shown) else ""
    return Candidate(name, text, shown, broken, label=labels.said(row, text))


def failure(found: Sequence[Candidate]) -> str:
    """Return why this turn cannot be compared: the first model without a reply; "" if all have one."""
    return next((f"not compared: {each.model}: {each.failed}" for each in found if each.failed), "")


async def ordered(asked: Question, texts: Sequence[str], orders: int) -> list[Round]:
    """Every judge's places of these texts in each of the display orders; raises `CallFailed` where one gave none."""
    shown = display_orders(asked, texts, orders)
    return await flow.gather_all(
        _round(asked, chat, order, each) for chat in asked.judge.chats for order, each in enumerate(shown, 1)
    )


def display_orders(asked: Question, texts: Sequence[str], orders: int) -> list[list[str]]:
    """The texts in each order in which they are shown; see the head of this file."""
    base = sorted(texts)
    random.Random(derive_seed(asked.judge.seed, asked.row["id"], "judge", "rank", asked.turn)).shuffle(base)
    found = []
    for number in range(orders):
        start = number // 2 % len(base)
        turned = base[start:] + base[:start]
        found.append(turned[::-1] if number % 2 else turned)
    return found


async def _round(asked: Question, chat: Chat, order: int, shown: Sequence[str]) -> Round:
    judged = JudgedTurn(asked.row, asked.turn, "\x1f".join(sorted(shown)), asked.judge.seed)
    codes: list[str] = []

    def make(attempt: int) -> tuple[Request, Callable[[BaseModel], None]]:
        secret = judged.secret(f"rank:{order}", attempt)
        codes[:] = _codes(secret, len(shown))
        given = tuple(codes)
        return _request(asked, judged, shown, given, secret, order, attempt), lambda parsed: words.check(
            parsed, given, secret.nonce
        )

    parsed: Any = (await ask_until_valid(chat, asked.judge.rubric.failures.retry, make)).parsed
    placed = {item.candidate: item for item in parsed.places}
    places = {
        text: Place(at, placed[code].place, placed[code].reason)
        for at, (text, code) in enumerate(zip(shown, codes, strict=True), 1)
    }
    return Round(chat.name, order, places)


def _codes(secret: Secret, count: int) -> list[str]:
    """Codes of three consonants, each another: nothing that reads as a grade or a place in a list."""
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(secret.order.choices(_LETTERS, k=3))] = None
    return list(found)


def _request(
    asked: Question,
    judged: JudgedTurn,
    shown: Sequence[str],
    codes: Sequence[str],
    secret: Secret,
    order: int,
    attempt: int,
) -> Request:
    facts = {
        "person": judged.person,
        "mbti": asked.row.get("mbti"),
        "situation": judged.situation,
        "history": judged.history,
        "candidates": [{"id": code, "reply": text} for code, text in zip(codes, shown, strict=True)],
        "axes": [dict(axis) for axis in asked.axes],
        "nonce": secret.nonce,
    }
    seed = derive_seed(judged.seed, asked.row["id"], "judge", "rank", asked.turn, judged.hash, order, attempt)
    return Request(
        messages=words.rank_prompt(facts, secret.fence, asked.judge.rubric.setting), task="judge.rank", facts=facts,
        schema=words.RankReply, sampling={"temperature": 0.0}, seed=seed,
    )  # fmt: skip


def score(each: Candidate, turn: int, value: float | None, reason: str, parts: Mapping[str, float | None], *,
          extra: Mapping[str, Any]) -> Score:  # fmt: skip
    """A model's score on a turn."""
    return Score(value, reason, parts, each.model, turn, each.text, each.label, extra=extra)


def judged_by(asked: Question, models: Sequence[str], human: bool) -> dict[str, str]:
    """Return the fields of a score row about who judged and how: by the axes, not by a rubric; or people.

    A rank counts among these models only, so their names are the policy: ranks among others are no scores of the same
    thing.
    """
    policy = content_hash("among", sorted(models))
    if human:
        return {"judge": "human", "rubric_hash": "", "policy_hash": policy}
    return {"rubric_hash": words.prompt_hash(asked.axes, asked.judge.rubric.setting), "policy_hash": policy}
