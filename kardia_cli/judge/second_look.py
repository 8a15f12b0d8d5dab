"""The second look at a gate: another judge, or the same one asked in other words, must agree before a gate vetoes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from kardia_cli.chat.gateway import Chat
from kardia_cli.judge import replies
from kardia_cli.judge.asking import ask_until_valid
from kardia_cli.judge.judged_turn import JudgedTurn
from kardia_cli.judge.prompts import gate_prompt
from kardia_cli.judge.rubric import Question, Rubric
from kardia_cli.rows.records import Finding, Look, row_id
from kardia_cli.rows.request import Request, derive_seed


def found_gates(rubric: Rubric, answers: Sequence[Finding]) -> list[Question]:
    """Return the gates that the first look found, in the rubric's order."""
    present = {answer.id for answer in answers if answer.present}
    return [question for question in rubric.questions if question.effect == "gate" and question.id in present]


async def look_again(
    chat: Chat, same: bool, rubric: Rubric, judged: JudgedTurn, gates: Sequence[Question]
) -> list[Look]:
    """Ask again about these gates, in one call; an abstention does not agree. Raises `CallFailed`."""
    wanted = [gate.id for gate in gates]

    def make(attempt: int) -> tuple[Request, Callable[[BaseModel], None]]:
        secret = judged.secret("gates:" + ",".join(wanted), attempt)
        questions = [{"id": gate.id, "ask": gate.again} for gate in gates]
        secret.order.shuffle(questions)
        facts = {**judged.facts(), "questions": questions, "nonce": secret.nonce}
        seed = derive_seed(judged.seed, row_id(judged.row), "judge", "gate", judged.turn, judged.hash, *wanted, attempt)
        request = Request(
            messages=gate_prompt(facts, secret.fence, rubric.setting), task="judge.gate", facts=facts,
            schema=replies.GateReply, sampling={"temperature": 0.0}, seed=seed,
        )  # fmt: skip

        def check(parsed: Any) -> None:
            replies.check_nonce(parsed, secret.nonce)
            replies.check_ids("answers", [item.id for item in parsed.answers], wanted)

        return request, check

    parsed: Any = (await ask_until_valid(chat, rubric.failures.retry, make)).parsed
    given = {answer.id: answer for answer in parsed.answers}
    return [
        Look(id=name, judge=chat.name, same_judge=same, agrees=given[name].present is True, reason=given[name].reason)
        for name in wanted
    ]
