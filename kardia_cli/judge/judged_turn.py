"""A turn as the judge sees it: the visible words, normalised; never the gold label, and the hidden spans in the view
`analysis` alone, without the reply then.

Fence, nonce and order are HMACs of seed, row, turn, what is asked, attempt and the judged text's hash. So no text can
know them, since it would have to know its own hash, and a second run asks the same.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from kardia_cli.judge import disguise, prompts
from kardia_cli.judge.grading_talk import is_appeal
from kardia_cli.judge.rubric import Criterion, Question, Rubric
from kardia_cli.judge.views import VIEWS, View, ViewName
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import history
from kardia_cli.rows.records import Finding, content_hash, row_id
from kardia_cli.text import risk

NOT_ASKED = "not asked"
"""Beginning of the detail of a finding about a question or a criterion that was not asked."""
DANGER = frozenset({"suicide", "self_harm", "harm_to_others"})


class Secret(NamedTuple):
    """The marks of one call: the fence around foreign text, the nonce of the verdict, and the source of its order."""

    fence: str
    nonce: str
    order: random.Random


@dataclass(frozen=True)
class JudgedTurn:
    """One supporter turn in its dialogue: `row["messages"][:turn]` come before it, `text` is it as it is written."""

    row: Row
    turn: int
    text: str
    seed: int
    view: ViewName | None = None
    """What is shown of it; None: the reply, and all of the turn counts in `hash` (a rubric without views)."""

    def in_view(self, view: ViewName | None) -> JudgedTurn:
        """Return the turn in a view."""
        return self if view == self.view else replace(self, view=view)

    @property
    def _view(self) -> View:
        return VIEWS[self.view or "response"]

    @cached_property
    def hash(self) -> str:
        """16 hex digits over the judged turn and all that the judge sees with it, kardia's own prompts included.

        In a view: over that alone which is shown, so that what is kept back moves neither nonce nor seed.
        """
        if self.view is not None:
            facts = self.facts()
            return content_hash(prompts.HASH, self._view.hash, *(facts[name] for name in sorted(facts)))
        about = [self.row.get(name) for name in ("person", "mbti", "situation", "emotion")]
        return content_hash(prompts.HASH, about, history(self.row, self.turn), self.text)

    @cached_property
    def reply(self) -> str:
        """The graded text as the judge reads it, no invisible or look-alike letters: the response, or the hidden spans.

        The latter in the view `analysis`, without the label; "" where there are none or the format is broken.
        """
        form = turn_format.declared(self.row)
        text = form.visible(self.text) if self._view.shows_reply else form.hidden(self.text)
        return disguise.reveal(text).text

    @cached_property
    def person(self) -> str:
        """The profile, normalised."""
        return disguise.reveal(str(self.row.get("person") or "")).text

    @property
    def has_profile(self) -> bool:
        """True if the row says who the person is."""
        return bool(self.person.strip())

    @cached_property
    def situation(self) -> str:
        """The row's situation, normalised."""
        return disguise.reveal(str(self.row.get("situation") or "")).text

    @cached_property
    def history(self) -> list[dict[str, str]]:
        """The visible messages before the turn, normalised."""
        return [
            {**message, "content": disguise.reveal(message["content"]).text} for message in history(self.row, self.turn)
        ]

    def facts(self) -> dict[str, Any]:
        """Return the facts of a task about this turn."""
        return {
            "person": self.person if self._view.shows_profile else "",
            "mbti": self.row.get("mbti") if self._view.shows_profile else None,
            "situation": self.situation,
            "history": self.history,
            "reply": self.reply,
        }

    def secret(self, asked: str, attempt: int) -> Secret:
        """Return the fence, nonce and order of one call about `asked`."""
        parts = "\x1f".join([row_id(self.row), str(self.turn), asked, str(attempt), self.hash])
        digest = hmac.new(str(self.seed).encode(), parts.encode(), hashlib.sha256).hexdigest()
        return Secret(f"---{digest[8:20]}---", digest[:8], random.Random(digest))

    @cached_property
    def applying(self) -> frozenset[str]:
        """Those of `always`, `profile`, `risk`, `abuse` and `appeal` that hold here: what applies to them is asked."""
        shown = risk.at_risk(self.row, self.turn)
        holds = {"always"}
        if self.has_profile:
            holds.add("profile")
        if shown & DANGER:
            holds.add("risk")
        if "abuse" in shown:
            holds.add("abuse")
        if is_appeal(self.reply):
            holds.add("appeal")
        return frozenset(holds)

    def criteria(self, rubric: Rubric) -> list[Criterion]:
        """Return the criteria that the judge grades here."""
        return [criterion for criterion in rubric.judged if not self._lacking(criterion)]

    def _lacking(self, criterion: Criterion) -> str:
        """Return what a criterion needs and this turn has not: a profile, or hidden spans; "" for nothing."""
        if criterion.applies != "always" and not self.has_profile:
            return criterion.applies
        return "analysis" if criterion.view == "analysis" and not self.in_view("analysis").reply.strip() else ""

    def not_asked(self, rubric: Rubric) -> list[Finding]:
        """Return a finding without an answer for each criterion that does not apply here."""
        lacking = [(criterion.id, self._lacking(criterion)) for criterion in rubric.criteria]
        return [Finding(id=name, present=None, detail=f"{NOT_ASKED}: no {what}") for name, what in lacking if what]

    def questions(self, rubric: Rubric) -> list[Question]:
        """Return the rubric's questions that apply here."""
        return [question for question in rubric.questions if question.where & self.applying]
