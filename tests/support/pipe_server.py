"""An OpenAI-compatible server in a process of its own, for pipes that are killed.

It answers, fails now and then, and keeps an account of every call.

    python pipe_server.py SECONDS     answers after so long at least; prints its port, ends when its stdin closes

POST /STAGE/v1/chat/completions   an answer that hangs on the bytes of the request alone, after some milliseconds
GET /stats                        {mark: [[stage, arrived, ended, how], …]}, one entry for each time a body came
POST /reset                       forget what came

STAGE is a word of the caller's, so that the account says who asked. A body's mark is 12 hex digits of its SHA-256, and
the answer gives the same number as its prompt tokens: so a ledger tells which bodies it knows. The first time that a
body comes, its answer may be a fault (500, 429, a lost connection, half an answer); later it is whole.
Times are time.monotonic(), which processes of one machine share.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Any, Literal

import four_spans as spans
from aiohttp import web
from four_spans import EMOTIONS

How = Literal["open", "sent", "lost", "fault"]
"""What became of a call: still at work, answered whole, answered but nobody took it, answered with a fault."""
FAULTS = ("500", "429", "reset", "half")
_VOCABULARY = """\
about again almost always another because before better between bring careful change chance clearly close comes could
decide early enough every evening feeling first follow friend gentle given happen hardly having hold house kind later
letter listen little longer matter maybe moment morning never night nothing often older other people perhaps place point
quiet rather reason right small sometimes speak still story table talk tell thing think three time today together
tomorrow toward under until console wait walk water while without wonder words write"""
_WORDS = _VOCABULARY.split()


@dataclass(slots=True)
class Call:
    """One time that a body came: who asked, when it came and was done with, and what became of it."""

    stage: str
    arrived: float
    ended: float | None = None
    how: How = "open"

    @property
    def paid(self) -> bool:
        """Return True where the whole answer was made: a provider bills it, taken or not."""
        return self.how in ("sent", "lost")


Calls = dict[str, list[Call]]
"""The account: the mark of each body, and the times that it came."""


# ── Answers: pure functions of the request ────────────────────────────────────────────────────────────────────────────


def mark_of(raw: bytes) -> str:
    """Return 12 hex digits over the exact bytes of a request."""
    return hashlib.sha256(raw).hexdigest()[:12]


def answer(body: dict[str, Any], chance: random.Random) -> str:
    """The text of the answer; now and then one that does not fit the schema, so that the repair turn is asked too."""
    prompt = body["messages"][-1]["content"]
    schema = body.get("response_format")
    if schema is None:
        return _turn(body["messages"], prompt, chance)
    if prompt.startswith("That answer cannot be used"):
        prompt = body["messages"][-3]["content"]
    elif chance.random() < 0.02:
        return "I would rather not say that in JSON."
    return json.dumps(_FORMS[schema["json_schema"]["name"]](prompt, chance))


def _sentence(chance: random.Random, least: int, most: int) -> str:
    return " ".join(chance.sample(_WORDS, chance.randint(least, most)))


def _turn(messages: list[dict[str, str]], prompt: str, chance: random.Random) -> str:
    """A supporter turn: mostly with the gold label, which the seeker names here and the rewriter's prompt shows."""
    if "Write the whole turn anew" in prompt:
        label = re.findall(r"<\|emotion_begin\|>(.*?)<\|emotion_end\|>", prompt)[-1]
    else:
        first = next(message["content"] for message in messages if message["role"] == "user")
        label = _between(first, "I feel ", ",")
    if chance.random() < 0.06:
        label = chance.choice(EMOTIONS)
    words = [_sentence(chance, 3, 8), _sentence(chance, 3, 8), label, f"I hear you: {_sentence(chance, 8, 24)}."]
    if chance.random() < 0.03:
        return words[3]  # no spans at all
    return spans.render(spans.Spans(*words))


def _seeker(prompt: str, chance: random.Random) -> dict[str, Any]:
    label = _between(prompt, "What you feel about it: ", "\n")
    return {"message": f"I feel {label}, {_sentence(chance, 8, 20)}.", "resolved": chance.random() < 0.3}


def _verdict(prompt: str, chance: random.Random) -> dict[str, Any]:
    """A whole verdict; about every fifth reply has a level that fails, and which one hangs on the reply alone."""
    reply = re.split(r"---[0-9a-f]{12}---", prompt)[7].strip()  # after profile, situation and talk
    listed = prompt[prompt.rindex("Grade each criterion") :].partition("\n\nAnswer each question")[0]
    criteria = dict(re.findall(r"^- (\w+):(.*?)(?=^- |\Z)", listed, re.MULTILINE | re.DOTALL))
    questions = _ids(prompt[prompt.rindex("Answer each question") :].partition("\n\nLast question")[0])
    verdict = random.Random(reply)
    weak = verdict.choice(sorted(criteria)) if verdict.random() < 0.2 else ""
    quote = " ".join(reply.split()[:3])
    return {
        "nonce": _nonce(prompt),
        "criteria": [
            {
                "id": name, "reason": _sentence(chance, 3, 6), "quotes": [quote], "level": 2 if name == weak else 4,
                "facets": [{"id": facet, "level": 1} for facet in re.findall(r"^    facet (\w+):", more, re.MULTILINE)],
            }
            for name, more in criteria.items()
        ],
        "answers": [{"id": name, "reason": "it does not", "quote": "", "present": False} for name in questions],
        "solved_reason": _sentence(chance, 3, 6),
        "solved": verdict.random() < 0.3,
    }  # fmt: skip


def _nonce(prompt: str) -> str:
    return str(re.findall(r"Set nonce to (\w+)\.", prompt)[-1])


def _fit(prompt: str, chance: random.Random) -> dict[str, Any]:
    return {"nonce": _nonce(prompt), "reason": _sentence(chance, 3, 6), "fits": chance.random() < 0.7}


def _dialogue(prompt: str, chance: random.Random) -> dict[str, Any]:
    """Answers on a whole dialogue; about every twentieth drifts and is dropped."""
    drifts = chance.random() < 0.05
    names = _ids(prompt[prompt.rindex("Answer each question") :].partition("\n\n")[0])
    answers = [{"id": name, "reason": "r", "present": drifts and at == 0} for at, name in enumerate(names)]
    return {"nonce": _nonce(prompt), "answers": answers}


def _hidden(prompt: str, chance: random.Random) -> dict[str, Any]:
    """The hidden spans of a turn whose label is corrected."""
    names = _between(prompt, "Write the notes (", ")").split(", ")
    return {"spans": [{"name": name, "text": f"notes {chance.randint(1, 99)}"} for name in names]}


_FORMS = {
    "SeekerReply": _seeker, "JudgeReply": _verdict, "FitReply": _fit, "DialogueReply": _dialogue,
    "HiddenSpans": _hidden,
}  # fmt: skip


def _between(text: str, left: str, right: str) -> str:
    return text.rpartition(left)[2].partition(right)[0]


def _ids(text: str) -> list[str]:
    """The names of a list of `- name: what it asks`."""
    return re.findall(r"^- (\w+):", text, re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a body: seconds before it comes, fault of the first time (None: none), and the whole content."""

    seconds: float
    fault: str | None
    content: bytes


def reply(raw: bytes, least: float) -> Reply:
    """The reply to a body: mostly within 10 ms, one in thirty takes up to 0.2 s, one in thirty fails the first time."""
    mark = mark_of(raw)
    chance = random.Random(mark)
    seconds = chance.uniform(0.05, 0.2) if chance.random() < 1 / 30 else min(0.03, chance.expovariate(200))
    fault = chance.choice(FAULTS) if chance.random() < 1 / 30 else None
    text = answer(json.loads(raw), chance)
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": int(mark, 16), "completion_tokens": len(text.split())}
    content = {"id": mark, "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage}
    return Reply(least + seconds, fault, json.dumps(content).encode())


# ── The server ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Desk:
    """Answers calls, each after so many seconds at least, and keeps the account."""

    def __init__(self, least: float) -> None:
        self._least = least
        self.calls: Calls = defaultdict(list)

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """Answer one call after its time, the first time perhaps with its fault."""
        arrived = time.monotonic()
        raw = await request.read()
        call, known = Call(request.match_info["stage"], arrived), self.calls[mark_of(raw)]
        known.append(call)
        made = reply(raw, self._least)
        await asyncio.sleep(made.seconds)
        try:
            if made.fault is not None and len(known) == 1:
                call.how = "fault"
                return await _fail(request, made)
            call.how = "sent" if request.transport is not None and not request.transport.is_closing() else "lost"
            return await _send(request, made.content)
        except ConnectionError:
            call.how = "fault" if call.how == "fault" else "lost"
            return web.Response()
        finally:
            call.ended = time.monotonic()

    async def stats(self, request: web.Request) -> web.Response:
        """The account."""
        return web.json_response({mark: [astuple(call) for call in calls] for mark, calls in self.calls.items()})

    async def reset(self, request: web.Request) -> web.Response:
        """Begin a new account."""
        self.calls = defaultdict(list)
        return web.json_response({})

    async def models(self, request: web.Request) -> web.Response:
        """Answer a client that looks whether the server is there."""
        return web.json_response({"data": []})


async def _send(request: web.Request, content: bytes, promised: int | None = None) -> web.StreamResponse:
    """Send the content and return when it is with the kernel; `promised` is a Content-Length that is not kept."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = promised or len(content)
    await response.prepare(request)
    await response.write(content)
    if promised is None:
        await response.write_eof()
    return response


async def _fail(request: web.Request, made: Reply) -> web.StreamResponse:
    """The fault of a reply."""
    if made.fault == "500":
        return web.json_response({"error": {"message": "overloaded"}}, status=500)
    if made.fault == "429":
        return web.json_response({"error": {"message": "slow down"}}, status=429, headers={"Retry-After": "0.05"})
    response = web.StreamResponse()
    if made.fault == "half":
        response = await _send(request, made.content[: len(made.content) // 2], promised=len(made.content))
        await asyncio.sleep(0.001)
    if request.transport is not None:
        request.transport.abort()
    return response


async def serve(least: float) -> None:
    """Serve on a free port of the loopback address until stdin closes."""
    desk, app, closed = Desk(least), web.Application(), asyncio.Event()
    app.router.add_post("/{stage}/v1/chat/completions", desk.chat)
    app.router.add_get("/{stage}/v1/models", desk.models)
    app.router.add_get("/stats", desk.stats)
    app.router.add_post("/reset", desk.reset)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)  # type: ignore[union-attr]  # nowhere else
    asyncio.get_running_loop().add_reader(0, closed.set)
    await closed.wait()
    await runner.cleanup()


# ── Its user's side ───────────────────────────────────────────────────────────────────────────────────────────────────


class PipeServer:
    """The server as a process that runs while this context manager is open; `least` is its shortest answer time (s)."""

    def __init__(self, least: float = 0.003) -> None:
        self._least = least

    def __enter__(self) -> PipeServer:
        command = [sys.executable, __file__, str(self._least)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def base(self, stage: str) -> str:
        """Return the --api-base of a stage."""
        return f"http://127.0.0.1:{self._port}/{stage}/v1"

    def calls(self) -> Calls:
        """The account since the last reset."""
        found = json.loads(self._ask("GET", "stats"))
        return {mark: [Call(*call) for call in calls] for mark, calls in found.items()}

    def reset(self) -> None:
        """Begin a new account."""
        self._ask("POST", "reset")

    def _ask(self, method: str, page: str) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}/{page}", method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            content: bytes = response.read()
            return content


def every(calls: Calls) -> Iterator[tuple[str, Call]]:
    """Each call with the mark of its body."""
    return ((mark, call) for mark, times in calls.items() for call in times)


def paid(calls: Calls) -> dict[str, int]:
    """Return how often each body was answered well."""
    return {mark: sum(call.paid for call in times) for mark, times in calls.items()}


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
