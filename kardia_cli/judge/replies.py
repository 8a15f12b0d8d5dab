"""Replies that a judge may give, and the rules that they must keep.

A reply that breaks one is a `CallFailed` with a type (`off_menu`, `bad_quote`, `missing`, `two_verdicts`, `nonce`):
asked again, then not scored. Nothing is clamped, rounded or guessed.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from kardia_cli.chat.structured import Violation
from kardia_cli.errors import Why
from kardia_cli.judge.rubric import SCALES, Criterion, Question, Rubric, Scale


def level_labels(scale: Scale, letters: bool) -> tuple[str, ...]:
    """Return the names of a scale's levels in prompt and reply, ascending: numbers, no and yes, or `letters` from A."""
    if letters:
        return tuple(string.ascii_uppercase[: len(SCALES[scale])])
    return ("no", "yes") if scale == "yes-no" else tuple(map(str, SCALES[scale]))


def _label(value: Any) -> Any:
    """Return a label as text, from a whole number or a text; a fraction, a truth value or a list is an error."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return None if value is None else str(value)
    if isinstance(value, str):
        return value.strip()
    raise PydanticCustomError("off_menu", "{value} is not a level of the scale", {"value": str(value)[:40]})


def _menu(labels: Sequence[str]) -> dict[str, Any]:
    if all(label.isdigit() for label in labels):
        return {"enum": [*map(int, labels), None], "description": "one of these; null where it cannot be judged"}
    return {"enum": [*labels, None], "description": "one of these; null where it cannot be judged"}


class FacetReply(BaseModel):
    """One facet's level."""

    id: str
    level: Annotated[str | None, BeforeValidator(_label), WithJsonSchema(_menu(("0", "1", "2")))]


class AnswerReply(BaseModel):
    """One yes/no question, the reason before the answer."""

    id: str
    reason: str
    quote: str = Field("", description="the words of the reply that show it, copied exactly; empty for no")
    present: bool | None = Field(description="true for yes; null where it cannot be told")


class GateReply(BaseModel):
    """Answers to yes/no questions on one turn, for a second look."""

    nonce: str
    answers: list[AnswerReply]


class FitReply(BaseModel):
    """Whether the next seeker turn still fits a rewritten reply."""

    nonce: str
    reason: str
    fits: bool


class DialogueAnswer(BaseModel):
    """One yes/no question on a whole dialogue."""

    id: str
    reason: str
    present: bool


class DialogueReply(BaseModel):
    """Answers on a whole dialogue."""

    nonce: str
    answers: list[DialogueAnswer]


@cache
def turn_reply(
    labels: tuple[str, ...], criteria: bool, facets: bool, questions: bool, solved: bool, noun: str = "reply"
) -> type[BaseModel]:
    """Return the schema of a judge's reply on one turn: nonce and what was asked, the reason always before the level.

    `noun` names the graded text.

    Its `criteria` hold id, reason, quotes, level (a label) and, where the rubric has them, facets; `answers` those to
    the yes/no questions; then `solved_reason` and `solved`.
    """
    level = Annotated[str | None, BeforeValidator(_label), WithJsonSchema(_menu(labels))]
    quotes = (list[str], Field(description=f"words of the {noun}, copied exactly, that show it"))
    fields: dict[str, Any] = {"id": (str, ...), "reason": (str, ...), "quotes": quotes, "level": (level, ...)}
    if facets:
        fields["facets"] = (list[FacetReply], Field(default_factory=list, description="only where facets are listed"))
    graded = create_model("GradedCriterion", **fields)
    parts: dict[str, Any] = {"nonce": (str, ...)}
    if criteria:
        parts["criteria"] = (list[graded], ...)  # type: ignore[valid-type]  # made above, for this rubric
    if questions:
        parts["answers"] = (list[AnswerReply], ...)
    if solved:
        parts |= {"solved_reason": (str, ...), "solved": (bool, ...)}
    return create_model("JudgeReply", **parts)


def check_nonce(parsed: Any, nonce: str) -> None:
    """Raise `Violation` if the verdict does not carry this call's nonce."""
    if parsed.nonce != nonce:
        raise Violation("nonce", f"the nonce must be {nonce!r}, not {parsed.nonce[:40]!r}")


def check_ids(what: str, given: Sequence[str], wanted: Sequence[str]) -> None:
    """Raise `Violation` unless each wanted id is named once and no other."""
    if sorted(given) != sorted(wanted):
        why: Why = "two_verdicts" if set(given) == set(wanted) else "missing"
        raise Violation(why, f"{what} must name each of {', '.join(wanted)} once, not {', '.join(given) or 'nothing'}")


def check_turn(
    parsed: Any, rubric: Rubric, criteria: Sequence[Criterion], questions: Sequence[Question], labels: Sequence[str],
    reply: str, quotes: str,
) -> None:  # fmt: skip
    """Raise `Violation` if a parsed verdict on a turn breaks the rules of the rubric."""
    if criteria:
        check_ids("criteria", [item.id for item in parsed.criteria], [item.id for item in criteria])
        asked = {criterion.id: criterion for criterion in criteria}
        for item in parsed.criteria:
            _check_criterion(item, asked[item.id], rubric, labels, reply, quotes)
    if questions:
        check_ids("answers", [item.id for item in parsed.answers], [item.id for item in questions])


def _check_criterion(
    item: Any, asked: Criterion, rubric: Rubric, labels: Sequence[str], reply: str, quotes: str
) -> None:
    if not item.reason.strip():
        raise Violation("missing", f"{item.id}: there is no reason")
    if asked.facets:
        check_ids(f"{item.id}: facets", [facet.id for facet in item.facets], [facet.id for facet in asked.facets])
        for facet in item.facets:
            if facet.level not in (None, "0", "1", "2"):
                raise Violation("off_menu", f"{item.id}.{facet.id}: level {facet.level} is none of 0, 1, 2")
    if item.level is None:
        if not rubric.abstain.allowed:
            raise Violation("missing", f"{item.id}: this rubric allows no abstention")
        return
    if item.level not in labels:
        raise Violation("off_menu", f"{item.id}: level {item.level[:40]} is none of {', '.join(labels)}")
    if quotes == "require":
        _check_quotes(item, reply, rubric.min_quotes)


def _check_quotes(item: Any, reply: str, least: int) -> None:
    if len(item.quotes) < least:
        raise Violation("bad_quote", f"{item.id}: needs {least} quote(s) from the reply")
    for quote in item.quotes:
        if not is_quoted_in(quote, reply):
            raise Violation("bad_quote", f"{item.id}: the quote {quote[:60]!r} does not stand in the reply")


def is_quoted_in(quote: str, text: str) -> bool:
    """Return True if the text holds the quote word for word (runs of white space count as one space)."""
    return bool(quote.strip()) and " ".join(quote.split()) in " ".join(text.split())
