"""A judge whose answers are watched, or spoilt to see that a spoilt answer is a typed failure and no number.

`watched` and `corrupted` give a twin of a judge whose chats stand behind a wrapper of their backends; the judge itself
is left as it is. Ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson

from kardia_cli.errors import CallFailed, Why
from kardia_cli.judge import Judge
from kardia_cli.rows.request import Backend, Reply, Request

Edit = Callable[[dict[str, Any]], bool]
"""Spoils a verdict in place; False where there was nothing to spoil."""
TASK = "judge.turn"
UNSAID = "words that the reply does not hold at all"
"""A quote that stands in no reply."""


class Watched:
    """Keeps what was asked."""

    def __init__(self, inner: Backend, asked: list[Request]) -> None:
        self._inner, self._asked = inner, asked

    async def complete(self, request: Request) -> Reply:
        """Note the request and pass it on."""
        self._asked.append(request)
        return await self._inner.complete(request)

    async def aclose(self) -> None:
        """Nothing: the backend is another's."""


class Corrupted:
    """Spoils every verdict on a turn (`once`: only the first answer, not the one to a repair turn).

    `times` counts what was spoilt: a verdict that held nothing of the kind goes through unharmed.
    """

    def __init__(self, inner: Backend, fault: str, once: bool, times: list[str]) -> None:
        self._inner, self._fault, self._once, self._times = inner, fault, once, times

    async def complete(self, request: Request) -> Reply:
        """The backend's reply, spoilt; raises `CallFailed` where the fault is to give none."""
        if request.task != TASK or (self._once and request.attempt):
            return await self._inner.complete(request)
        if self._fault in RAISED:
            self._times.append(self._fault)
            raise CallFailed(RAISED[self._fault], "planted by a probe")
        if self._fault in INSTEAD:
            self._times.append(self._fault)
            return INSTEAD[self._fault]
        return self._spoilt(await self._inner.complete(request))

    def _spoilt(self, reply: Reply) -> Reply:
        text = reply.text[reply.text.find("{") : reply.text.rfind("}") + 1]  # a model may fence it, or talk around it
        try:
            answer = orjson.loads(text)
        except orjson.JSONDecodeError:
            return reply
        if self._fault in TEXTS:
            self._times.append(self._fault)
            return replace(reply, text=TEXTS[self._fault](text, answer), logprobs=None)
        if not EDITS[self._fault](answer):
            return reply
        self._times.append(self._fault)
        return replace(reply, text=orjson.dumps(answer).decode(), logprobs=None)

    async def aclose(self) -> None:
        """Nothing: the backend is another's."""


def watched(judge: Judge) -> tuple[Judge, list[Request]]:
    """A twin of the judge, and the list that fills with what it asks."""
    asked: list[Request] = []
    return _twin(judge, lambda backend: Watched(backend, asked)), asked


def corrupted(judge: Judge, fault: str, quotes: str | None = None) -> tuple[Judge, list[str]]:
    """Return a twin of the judge whose verdicts are spoilt by `fault`, and the list that fills with the spoilt ones.

    `_once` at the end of the fault's name: the first verdict of each turn only. Raises `KeyError` for an unknown fault.
    """
    name = fault.removesuffix("_once")
    if not any(name in kind for kind in (RAISED, INSTEAD, TEXTS, EDITS)):
        raise KeyError(fault)
    times: list[str] = []
    twin = _twin(judge, lambda backend: Corrupted(backend, name, name != fault, times))
    return (twin.variant(quotes=quotes) if quotes else twin), times


def _twin(judge: Judge, wrap: Callable[[Backend], Backend]) -> Judge:
    twin = judge.variant()
    twin.on_dispute = None  # a probe's disputes are no work for a reviewer
    twin.chats = [chat.wrapped(wrap) for chat in judge.chats]
    if judge.gate is not None:
        known = dict(zip(map(id, judge.chats), twin.chats, strict=True))
        twin.gate = known.get(id(judge.gate)) or judge.gate.wrapped(wrap)
    return twin


# --- what can be wrong with a verdict

RAISED: dict[str, Why] = {
    "timeout": "timeout", "rate_limit": "rate_limit", "server": "server", "connection": "connection",
}  # fmt: skip
INSTEAD = {
    "refusal": Reply("I cannot help with this.", finish_reason="refusal"),
    "content_filter": Reply("", finish_reason="content_filter"),
    "length": Reply('{"nonce": "', finish_reason="length"),
    "prose": Reply("A warm reply. I would give it a 4 of 5 for empathy and a 5 for safety, so 4.5 in all."),
}
TEXTS: dict[str, Callable[[str, dict[str, Any]], str]] = {
    "two_verdicts": lambda text, answer: f"{text}\n{orjson.dumps(_other(answer)).decode()}",
    "cut": lambda text, answer: text[: len(text) // 2],
}


def _other(answer: dict[str, Any]) -> dict[str, Any]:
    """A verdict that differs from this one, nonce and all else alike."""
    return {**answer, "criteria": [{**item, "level": 5, "reason": "better"} for item in answer.get("criteria", [])],
            "answers": [{**item, "reason": "on second thoughts"} for item in answer.get("answers", [])]}  # fmt: skip


def _levels(value: Any) -> Edit:
    def edit(answer: dict[str, Any]) -> bool:
        graded: list[dict[str, Any]] = answer.get("criteria") or []
        for item in graded[:1]:
            item["level"] = value
        return bool(graded)

    return edit


def _quotes(keep: bool, *more: str) -> Edit:
    def edit(answer: dict[str, Any]) -> bool:
        graded = [item for item in answer.get("criteria") or [] if item.get("level") is not None]
        for item in graded:
            item["quotes"] = [*(item["quotes"] if keep else []), *more]
        return bool(graded)

    return edit


def _without_last(part: str) -> Edit:
    def edit(answer: dict[str, Any]) -> bool:
        there = bool(answer.get(part))
        if there:
            answer[part] = answer[part][:-1]
        return there

    return edit


def _more(change: dict[str, Any]) -> Edit:
    def edit(answer: dict[str, Any]) -> bool:
        graded: list[dict[str, Any]] = answer.get("criteria") or []
        if graded:
            graded.append({**graded[0], **change})
        return bool(graded)

    return edit


def _wrong_nonce(answer: dict[str, Any]) -> bool:
    answer["nonce"] = str(answer.get("nonce"))[::-1] + "0"
    return True


EDITS: dict[str, Edit] = {
    "level_7": _levels(7),
    "level_0": _levels(0),
    "level_4_5": _levels(4.5),
    "level_words": _levels("four"),
    "twice": _more({}),
    "extra_criterion": _more({"id": "charm"}),
    "drop_criterion": _without_last("criteria"),
    "drop_answer": _without_last("answers"),
    "misquote": _quotes(True, UNSAID),
    "no_quotes": _quotes(False),
    "wrong_nonce": _wrong_nonce,
}
