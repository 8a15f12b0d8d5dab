"""A rubric applied by a model, or by a panel of models. Used alike by critique, refine, grpo and evaluate."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from kardia_cli.chat.gateway import Chat
from kardia_cli.errors import CallFailed
from kardia_cli.judge import asking, prompts, readout, replies, second_look, verdicts
from kardia_cli.judge.asking import Calls, Manner
from kardia_cli.judge.judged_turn import NOT_ASKED, JudgedTurn
from kardia_cli.judge.replies import DialogueAnswer, FitReply
from kardia_cli.judge.rubric import Rubric
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import history
from kardia_cli.rows.records import Critique, Finding, Level, Look, Opinion, PanelLevel, content_hash, row_id
from kardia_cli.rows.request import Request, derive_seed
from kardia_cli.rows.turn_format import TurnFormat
from kardia_cli.stream import flow


class Judge:
    """A rubric applied by one model, or by several whose mean and majority count.

    `calls`: one call a turn, or one a criterion and one for the questions; `samples`: how often each is asked;
    `quotes`: what is done with evidence, if not what the rubric says; `gate`: who takes the second look at a gate.
    """

    def __init__(
        self,
        rubric: Rubric,
        chats: Chat | Sequence[Chat],
        seed: int,
        *,
        calls: Calls = "turn",
        samples: int = 1,
        quotes: str | None = None,
        gate: Chat | None = None,
    ) -> None:
        self.rubric, self.seed, self.gate = rubric, seed, gate
        self.chats = [chats] if isinstance(chats, Chat) else list(chats)
        self.manner = Manner(calls, samples, quotes or rubric.quotes)
        self.graded: Counter[str] = Counter()
        self.abstained: Counter[str] = Counter()
        self.on_dispute: Callable[[Row, Critique, str], None] | None = None

    @property
    def name(self) -> str:
        """The judge's model; the models of a panel joined by ` + `."""
        return " + ".join(chat.name for chat in self.chats)

    @property
    def hash(self) -> str:
        """The hash of the judge's weights or built-in sources, empty where it is not known; a panel's joined."""
        return " + ".join(chat.hash for chat in self.chats) if any(chat.hash for chat in self.chats) else ""

    @property
    def calls_per_turn(self) -> int:
        """Model calls for one turn on which no gate is found and nothing is asked twice."""
        rubric = self.rubric
        sheets = len(asking.sheets(rubric, rubric.judged, rubric.questions, self.manner.calls))
        return sum(sheets * (self.manner.samples if chat.real else 1) for chat in self.chats)

    def abstentions(self) -> str:
        """Return a warning if the judge left more levels ungraded than the rubric's `abstain.max_share`; else ""."""
        silent, total = self.abstained.total(), self.graded.total()
        if not total or silent / total <= self.rubric.abstain.max_share:
            return ""
        most = ", ".join(
            f"{name} {count:,} of {self.graded[name]:,}" for name, count in self.abstained.most_common(3) if count
        )
        then = {
            "mask": "their turns have no score (`abstain: {policy: skip}` in a rubric of your own scores the rest)",
            "skip": "the other criteria were scored",
            "fail": "their turns fail",
        }
        return (
            f"{self.name} abstained on {silent / total:.0%} of all levels ({most}): {then[self.rubric.abstain.policy]}"
        )

    def variant(self, seed: int | None = None, **manner: Any) -> Judge:
        """Return the same judge with another seed, `order="reversed"` or `labels="letters"`: for repeats and probes."""
        other = copy.copy(self)
        other.seed = self.seed if seed is None else seed
        other.manner = replace(self.manner, **manner)
        return other

    async def judge(
        self, row: Row, turn: int, text: str, *, revision: int = 0, form: TurnFormat | None = None
    ) -> Critique:
        """Return the verdict on `text` as the supporter turn at index `turn` of the row's messages.

        `form` is the format that it should have (None: the one that the row declares). Raises `CallFailed`
        where a judge gave no usable reply.
        """
        judged = JudgedTurn(row, turn, text, self.seed)
        empty = self._empty(judged, revision, form)
        if verdicts.is_decided_by_rule(self.rubric, empty):
            return verdicts.decide(self.rubric, empty)
        opinions = await flow.gather_all(
            asking.ask_opinion(chat, self.rubric, judged, self.manner) for chat in self.chats
        )
        pooled = readout.pool_opinions(opinions)
        gates = await self._second_looks(judged, pooled.answers)
        panel = [
            self._of_panel(chat, given, judged, empty, gates) for chat, given in zip(self.chats, opinions, strict=True)
        ]
        critique = self._filled(judged, empty, pooled, gates)
        for level in pooled.levels:
            self.graded[level.id] += 1
            self.abstained[level.id] += level.level is None and not level.reason.startswith(asking.UNREADABLE)
        if self.on_dispute is not None and verdicts.disputed(critique):
            self.on_dispute(row, critique, text)
        return critique.model_copy(update={"panel": panel if len(panel) > 1 else []})

    def rescored(self, row: Row, turn: int, text: str, stored: Critique, *, form: TurnFormat | None = None) -> Critique:
        """Return a saved critique of this turn decided anew by the rubric's policy: checks, levels, verdict and score.

        No call is made: it takes the answers that were saved, so the rubric must read as it did (`rubric_hash`), and
        the judge must read of `text` what it read then: hidden spans alone may differ.
        """
        judged = JudgedTurn(row, turn, text, self.seed)
        empty = self._empty(judged, stored.revision, form)
        asked = {question.id for question in self.rubric.questions}
        graded = {criterion.id for criterion in judged.criteria(self.rubric)}
        answers = [finding for finding in stored.findings if finding.id in asked]
        levels = [level for level in stored.levels if level.id in graded]
        changes = {
            "rubric_version": self.rubric.version, "text_hash": judged.hash,
            "findings": empty.findings + answers, "levels": levels,
        }  # fmt: skip
        return verdicts.decide(self.rubric, stored.model_copy(update=changes))

    def has_all_levels(self, row: Row, turn: int, text: str, stored: Critique) -> bool:
        """Return True if a saved critique grades every criterion that is asked for this turn, or a rule decided it."""
        graded = {level.id for level in stored.levels}
        asked = JudgedTurn(row, turn, text, self.seed).criteria(self.rubric)
        return not graded or all(criterion.id in graded for criterion in asked)

    def run_checks(self, row: Row, turn: int, text: str) -> list[Finding]:
        """Return what the checks by code find in a turn, without a call."""
        return self._empty(JudgedTurn(row, turn, text, self.seed), 0, None).findings

    def text_hash(self, row: Row, turn: int, text: str) -> str:
        """Return the hash of the judged turn and of all that the judge sees with it."""
        return JudgedTurn(row, turn, text, self.seed).hash

    def _empty(self, judged: JudgedTurn, revision: int, form: TurnFormat | None) -> Critique:
        """Return the critique as far as code alone decides it."""
        talk = " ".join(message["content"] for message in history(judged.row, judged.turn))
        findings = verdicts.run_checks(
            self.rubric, judged.text, form or turn_format.declared(judged.row), labels.of(judged.row),
            judged.row.get("emotion"),
            str(judged.row.get("person") or ""), f"{judged.row.get('situation') or ''} {talk}",
        )  # fmt: skip
        findings += judged.not_asked(self.rubric)
        return Critique(
            turn=judged.turn, revision=revision, rubric=self.rubric.id, rubric_version=self.rubric.version,
            rubric_hash=self.rubric.read_hash, policy_hash=self.rubric.policy_hash, judge=self.name,
            calls=self.manner.calls, samples=self.manner.samples, text_hash=judged.hash, verdict="FAIL", levels=[],
            findings=findings,
        )  # fmt: skip

    def _filled(self, judged: JudgedTurn, empty: Critique, opinion: readout.Opinion, gates: Sequence[Look]) -> Critique:
        given = {level.id: level for level in opinion.levels}
        answered = {answer.id: answer for answer in opinion.answers}
        levels: list[Level] = [given[criterion.id] for criterion in judged.criteria(self.rubric)]
        findings = empty.findings + [
            answered.get(question.id)
            or Finding(id=question.id, present=None, detail=f"{NOT_ASKED}: no {' or '.join(sorted(question.where))}")
            for question in self.rubric.questions
        ]
        changes = {"levels": levels, "findings": findings, "solved": opinion.solved, "gates": list(gates)}
        return verdicts.decide(self.rubric, empty.model_copy(update=changes))

    async def _second_looks(self, judged: JudgedTurn, answers: Sequence[Finding]) -> list[Look]:
        gates = second_look.found_gates(self.rubric, answers)
        if not gates:
            return []
        chat, judged = self.gate or self.chats[0], judged.in_view("response" if self.rubric.has_views else None)
        return await second_look.look_again(chat, chat in self.chats, self.rubric, judged, gates)

    def _of_panel(
        self, chat: Chat, given: readout.Opinion, judged: JudgedTurn, empty: Critique, gates: Sequence[Look]
    ) -> Opinion:
        own = self._filled(judged, empty, given, gates)
        return Opinion(
            judge=chat.name, verdict=own.verdict, score=own.score,
            levels=[PanelLevel(id=level.id, level=level.level) for level in own.levels],
            found=[answer.id for answer in given.answers if answer.present],
        )  # fmt: skip

    async def check_fit(self, row: Row, turn: int, text: str, following: str) -> FitReply:
        """Return the answer whether the seeker turn after `turn` still fits the rewritten reply `text`.

        Of a panel the first judge is asked.
        """
        judged = JudgedTurn(row, turn, text, self.seed)

        def make(attempt: int) -> tuple[Request, Callable[[BaseModel], None]]:
            secret = judged.secret("fit:" + content_hash(following), attempt)
            facts = {**judged.facts(), "next": following, "nonce": secret.nonce}
            seed = derive_seed(self.seed, row_id(row), "judge", "fit", turn, content_hash(text, following), attempt)
            request = Request(
                messages=prompts.fit_prompt(facts, secret.fence, self.rubric.setting), task="judge.fit", facts=facts,
                schema=FitReply, sampling={"temperature": 0.0}, seed=seed,
            )  # fmt: skip
            return request, lambda parsed: replies.check_nonce(parsed, secret.nonce)

        parsed = (await asking.ask_until_valid(self.chats[0], self.rubric.failures.retry, make)).parsed
        assert isinstance(parsed, FitReply)
        return parsed

    async def judge_dialogue(self, row: Row) -> list[DialogueAnswer]:
        """Return answers to the rubric's questions on a whole dialogue, a panel's by majority; [] if it asks none."""
        if not self.rubric.dialogue:
            return []
        given = await flow.gather_all(self._whole(chat, row) for chat in self.chats)
        by_id = [{answer.id: answer for answer in answers} for answers in given]
        return [_agreed([answers[question.id] for answers in by_id]) for question in self.rubric.dialogue]

    async def _whole(self, chat: Chat, row: Row) -> list[DialogueAnswer]:
        form = turn_format.declared(row)
        named = [form.label(message["content"]) for message in row["messages"] if message["role"] == "assistant"]
        judged = JudgedTurn(row, len(row["messages"]), "", self.seed)
        wanted = [item.id for item in self.rubric.dialogue]

        def make(attempt: int) -> tuple[Request, Callable[[BaseModel], None]]:
            secret = judged.secret("dialogue", attempt)
            facts = {
                "person": judged.person, "mbti": row.get("mbti"), "situation": judged.situation,
                "messages": judged.history,
                "emotions": [label for label in named if label],
                "questions": [{"id": item.id, "ask": item.ask} for item in self.rubric.dialogue],
                "nonce": secret.nonce,
            }  # fmt: skip
            request = Request(
                messages=prompts.whole_prompt(facts, secret.fence, self.rubric.setting, labels.of(row).kind),
                task="judge.dialogue", facts=facts,
                schema=replies.DialogueReply, sampling={"temperature": 0.0},
                seed=derive_seed(self.seed, row_id(row), "judge", "dialogue", judged.hash, attempt),
            )  # fmt: skip

            def check(parsed: Any) -> None:
                replies.check_nonce(parsed, secret.nonce)
                replies.check_ids("answers", [item.id for item in parsed.answers], wanted)

            return request, check

        parsed = (await asking.ask_until_valid(chat, self.rubric.failures.retry, make)).parsed
        assert isinstance(parsed, replies.DialogueReply)
        return parsed.answers


def _agreed(given: Sequence[DialogueAnswer]) -> DialogueAnswer:
    """Return the answer of the majority, with the reason of the first who gave it; a tie counts as yes."""
    present = sum(answer.present for answer in given) * 2 >= len(given)
    return next(answer for answer in given if answer.present == present)


def unscored(error: CallFailed) -> str:
    """Return the reason of a score that a failed judge left open; it is never a number."""
    return f"not scored: {error}"
