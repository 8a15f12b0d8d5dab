"""One judge's questions on one turn: in one call or one for each criterion, once or several times.

A call whose answer breaks a rule gets one repair turn (chat/structured.py), then is asked anew, with another fence,
nonce and order, as often as the rubric's `failures.retry` says. Then it is a typed failure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from kardia_cli.chat.gateway import Chat
from kardia_cli.errors import UNUSABLE, CallFailed
from kardia_cli.judge import replies
from kardia_cli.judge.judged_turn import JudgedTurn, Secret
from kardia_cli.judge.prompts import turn_prompt
from kardia_cli.judge.readout import Opinion, join_opinions, pool_opinions, read_opinion
from kardia_cli.judge.rubric import SCALES, Criterion, Question, Rubric, Scale
from kardia_cli.judge.views import VIEWS, ViewName
from kardia_cli.rows.records import Level, row_id
from kardia_cli.rows.request import Reply, Request, derive_seed
from kardia_cli.stream import flow

Calls = Literal["turn", "criterion"]
Order = Literal["shuffled", "reversed"]
Labels = Literal["digits", "letters"]

UNREADABLE = "no usable answer"
"""Beginning of the reason of a level that is missing because its call gave none (`Manner.partial`)."""
WARM = 0.7
"""Temperature of repeated samples: at 0 they would repeat each other."""
LOGPROBS = {"logprobs": True, "top_logprobs": 10}


class Sheet(NamedTuple):
    """The criteria and questions of one call: all of one view and one scale."""

    name: str
    criteria: Sequence[Criterion]
    questions: Sequence[Question]
    solved: str
    view: ViewName | None = None
    """None: the rubric has no views."""
    scale: Scale = "1-5"


@dataclass(frozen=True)
class Manner:
    """The way a judge is asked: calls, samples, handling of quotes, and (for probes) order and names of levels."""

    calls: Calls = "turn"
    samples: int = 1
    quotes: str = "require"
    order: Order = "shuffled"
    labels: Labels = "digits"
    partial: bool = False
    """True: criteria whose call gave no usable answer are left ungraded, and the others count."""

    def ranks(self, scale: Scale) -> dict[str, int]:
        """Return the level that each label of a scale names, ascending."""
        return dict(zip(replies.level_labels(scale, self.labels == "letters"), SCALES[scale], strict=True))


async def ask_until_valid(
    chat: Chat, retry: int, make: Callable[[int], tuple[Request, Callable[[BaseModel], None]]]
) -> Reply:
    """Return the first reply that keeps the rules; raises the last `CallFailed`.

    `make` gives the request and the check of each attempt.
    """
    for attempt in range(retry + 1):
        request, check = make(attempt)
        try:
            return await chat.ask(request, check)
        except CallFailed as error:
            if error.why not in UNUSABLE or attempt == retry:
                raise
    raise AssertionError("the loop above returns or raises")


async def ask_opinion(chat: Chat, rubric: Rubric, judged: JudgedTurn, manner: Manner) -> Opinion:
    """Return this judge's opinion on the turn, over all samples.

    With several samples the first asks for log-probabilities; where they come back for every level, it is enough.
    Raises `CallFailed` where one call gave nothing usable.
    """
    first = await _sample(chat, rubric, judged, manner, 0)
    if manner.samples == 1 or first.expected or not chat.real:  # the built-in judge would only repeat itself
        return first
    others = await flow.gather_all(_sample(chat, rubric, judged, manner, n) for n in range(1, manner.samples))
    return pool_opinions([first, *others])


async def _sample(chat: Chat, rubric: Rubric, judged: JudgedTurn, manner: Manner, sample: int) -> Opinion:
    asked = sheets(rubric, judged.criteria(rubric), judged.questions(rubric), manner.calls)
    return join_opinions(await flow.gather_all(_ask(chat, rubric, judged, manner, sheet, sample) for sheet in asked))


def sheets(rubric: Rubric, criteria: Sequence[Criterion], questions: Sequence[Question], calls: Calls) -> list[Sheet]:
    """Return the calls of one sample: one for each view and scale, or one for each criterion and one for the questions.

    Questions are read in the view `response`.
    """
    plain: ViewName | None = "response" if rubric.has_views else None
    groups: dict[tuple[ViewName | None, Scale], list[Criterion]] = {}
    if (questions or rubric.solved) and calls == "turn":
        groups[plain, "1-5"] = []
    alone = []
    for criterion in criteria:
        view = criterion.view if rubric.has_views else None
        alone.append(Sheet(criterion.id, [criterion], [], "", view, criterion.scale))
        groups.setdefault((view, criterion.scale), []).append(criterion)
    if calls == "criterion":
        rest = [Sheet("questions", [], questions, rubric.solved, plain)] if questions or rubric.solved else []
        return alone + rest
    return [
        Sheet("turn", group, questions, rubric.solved, view)
        if (view, scale) == (plain, "1-5")
        else Sheet(f"{view}.{scale}", group, [], "", view, scale)
        for (view, scale), group in groups.items()
    ]


async def _ask(chat: Chat, rubric: Rubric, judged: JudgedTurn, manner: Manner, sheet: Sheet, sample: int) -> Opinion:
    judged = judged.in_view(sheet.view)
    ranks = manner.ranks(sheet.scale)

    def make(attempt: int) -> tuple[Request, Callable[[BaseModel], None]]:
        secret = judged.secret(f"{sheet.name}:{sample}", attempt)
        check = partial(
            _check, rubric=rubric, judged=judged, manner=manner, sheet=sheet, nonce=secret.nonce, labels=tuple(ranks)
        )
        return _request(rubric, judged, manner, sheet, secret, sample, attempt), check

    try:
        reply = await ask_until_valid(chat, rubric.failures.retry, make)
    except CallFailed as error:
        if not manner.partial or error.why not in UNUSABLE or not sheet.criteria:
            raise
        reason = f"{UNREADABLE}: {error}"
        return Opinion([Level(id=item.id, level=None, reason=reason, quotes=[]) for item in sheet.criteria], [])
    has_one_token = all(len(label) == 1 for label in ranks)
    logprobs = reply.logprobs if manner.samples > 1 and has_one_token else None
    return read_opinion(reply.parsed, ranks, judged.reply, manner.quotes, logprobs)


def _check(
    parsed: BaseModel, *, rubric: Rubric, judged: JudgedTurn, manner: Manner, sheet: Sheet, nonce: str,
    labels: Sequence[str],
) -> None:  # fmt: skip
    replies.check_nonce(parsed, nonce)
    replies.check_turn(parsed, rubric, sheet.criteria, sheet.questions, labels, judged.reply, manner.quotes)


def _request(
    rubric: Rubric, judged: JudgedTurn, manner: Manner, sheet: Sheet, secret: Secret, sample: int, attempt: int
) -> Request:
    labels = tuple(manner.ranks(sheet.scale))
    facts = _facts(judged, manner, sheet, secret, labels)
    has_facets = any(criterion.facets for criterion in sheet.criteria)
    view = sheet.view or "response"
    schema = replies.turn_reply(
        labels, bool(sheet.criteria), has_facets, bool(sheet.questions), bool(sheet.solved), VIEWS[view].noun
    )
    prompt = turn_prompt(
        facts, secret.fence, questions=facts["questions"], solved=sheet.solved, quotes=manner.quotes,
        labels=labels, abstain=rubric.abstain.allowed, setting=rubric.setting, view=view,
    )  # fmt: skip
    seed = derive_seed(judged.seed, row_id(judged.row), "judge", sheet.name, judged.turn, judged.hash, sample, attempt)
    many = manner.samples > 1
    sampling = {"temperature": WARM, **(LOGPROBS if sample == 0 else {})} if many else {"temperature": 0.0}
    return Request(
        messages=prompt, task="judge.turn", facts=facts, schema=schema, sampling=sampling, seed=seed, sample=sample
    )


def _facts(judged: JudgedTurn, manner: Manner, sheet: Sheet, secret: Secret, labels: Sequence[str]) -> dict[str, Any]:
    criteria = [_criterion(criterion, manner, labels) for criterion in sheet.criteria]
    questions = [{"id": question.id, "ask": question.ask} for question in sheet.questions]
    if manner.order == "shuffled":
        secret.order.shuffle(criteria)
        secret.order.shuffle(questions)
    else:
        criteria.reverse()
        questions.reverse()
    return {
        **judged.facts(),
        "criteria": criteria,
        "questions": questions,
        "solved": sheet.solved,
        "labels": list(labels),
        "nonce": secret.nonce,
    }


def _criterion(criterion: Criterion, manner: Manner, labels: Sequence[str]) -> dict[str, Any]:
    lowest = SCALES[criterion.scale][0]
    levels = {labels[level - lowest]: text for level, text in sorted(criterion.levels.items())}
    if manner.order == "reversed":
        levels = dict(reversed(levels.items()))
    facets = [
        {"id": facet.id, "ask": facet.ask, "levels": {str(level): text for level, text in sorted(facet.levels.items())}}
        for facet in criterion.facets
    ]
    return {
        "id": criterion.id, "ask": criterion.ask, "levels": levels, "facets": facets,
        "not_credit": list(criterion.not_credit),
    }  # fmt: skip
