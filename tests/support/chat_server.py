"""A real OpenAI-compatible server in this process: each test scripts its answers, and sees what was asked.

    answers   text, or a function of the request's body: `completion`, `status`, `slow`, `Fault`s such as `reset`
    servers   `limited` (so many a second, the rest 429), `queueing` (so many at once, the others wait), `player`
              (a model that answers whatever kardia asks of one)
    Script    what was asked, how often, how many at once; `die` and `revive`

`serving` runs it in the loop of the test, `beside` on a thread of its own, for tests that run kardia as processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import queue
import re
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import virtual_clock
from aiohttp import web

from kardia_cli.chat.gateway import CallSettings, Gateway
from kardia_cli.rows.request import Reply, Request

Body = dict[str, Any]
GOOD = "well"


@dataclass
class Fault:
    """An answer that is none: it does something with the connection."""

    play: Callable[[web.Request], Awaitable[web.StreamResponse]]


Given = web.StreamResponse | Fault
Answer = Callable[[Body], Given | Awaitable[Given]] | str


@dataclass
class Script:
    """What the server answers, and what it was asked. `times` are the loop's, one for each request.

    With `dies_after` it dies at that request, and is back once `revives` is set (from any thread).
    """

    answers: list[Answer]
    asked: list[Body] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    base: str = ""
    in_flight: int = 0
    most_in_flight: int = 0
    probes: int = 0
    ready: bool = True
    dies_after: int | None = None
    revives: threading.Event = field(default_factory=threading.Event)
    _before: int = 0
    _runner: web.AppRunner | None = None
    _site: web.TCPSite | None = None
    _port: int = 0
    _dying: asyncio.Task[None] | None = None

    def then(self, *answers: Answer) -> None:
        """Give these answers from here on."""
        self.answers, self._before = list(answers), len(self.asked)

    def next_answer(self, body: Body) -> Given | Awaitable[Given]:
        """The next scripted answer; the last one is given again for ever."""
        answer = self.answers[min(len(self.asked) - self._before, len(self.answers)) - 1]
        return completion(answer) if isinstance(answer, str) else answer(body)

    def counts(self) -> Counter[str]:
        """How often each body was asked."""
        return Counter(json.dumps(body, sort_keys=True) for body in self.asked)

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        body = await request.json()
        self.asked.append(body)
        self.headers.append(dict(request.headers))
        self.times.append(asyncio.get_running_loop().time())
        if len(self.asked) == self.dies_after:
            self._dying = asyncio.create_task(self._die_for_a_while())
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            answer = self.next_answer(body)
            given = await answer if inspect.isawaitable(answer) else answer
            return await given.play(request) if isinstance(given, Fault) else given
        finally:
            self.in_flight -= 1

    async def models(self, request: web.Request) -> web.Response:
        """What a probe sees; 503 while the server is not `ready`."""
        self.probes += 1
        return web.json_response({"data": []}, status=200 if self.ready else 503)

    async def start(self) -> None:
        """Listen on a free port of the loopback address."""
        app = web.Application(client_max_size=1 << 26)
        app.router.add_post("/v1/chat/completions", self.chat)
        app.router.add_get("/v1/models", self.models)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await self.revive()

    async def revive(self) -> None:
        """Listen again, on the same port."""
        assert self._runner is not None
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await self._site.start()
        server: Any = self._site._server  # the only place where aiohttp keeps it
        self._port = server.sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{self._port}/v1"

    async def die(self) -> None:
        """Stop listening, and cut every connection."""
        assert self._runner is not None
        assert self._site is not None
        await self._site.stop()
        assert self._runner.server is not None
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def _die_for_a_while(self) -> None:
        await self.die()
        await until(self.revives.is_set, 60.0)
        await self.revive()

    async def aclose(self) -> None:
        """End it."""
        if self._dying is not None:
            self._dying.cancel()
        assert self._runner is not None
        await self._runner.cleanup()


def completion(text: str = GOOD, finish: str = "stop", usage: Body | None = None, **message: Any) -> web.Response:
    """A chat completion."""
    choice = {"message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
    used = {"prompt_tokens": 7, "completion_tokens": 3, **(usage or {})}
    return web.json_response({"choices": [choice], "usage": used})


def status(code: int, said: str = "no", **headers: str) -> Callable[[Body], web.Response]:
    """An error answer."""
    return lambda body: web.json_response({"error": {"message": said}}, status=code, headers=headers)


def slow(seconds: float, answer: Answer = GOOD) -> Answer:
    """The answer, after a while."""

    async def late(body: Body) -> Given:
        await asyncio.sleep(seconds)
        given = completion(answer) if isinstance(answer, str) else answer(body)
        return await given if inspect.isawaitable(given) else given

    return late


def raw(text: str, content_type: str = "application/json") -> Answer:
    """A body with status 200 that is just this text."""
    return lambda body: web.Response(text=text, content_type=content_type)


def html(body: Body) -> Given:
    """A page, as proxies send them."""
    return web.Response(text="<html><body>busy</body></html>", content_type="text/html")


def malformed(body: Body) -> Given:
    """JSON that breaks off."""
    return web.Response(text='{"choices": [{"message"', content_type="application/json")


def reset(body: Body) -> Given:
    """The connection is cut before a byte has come."""

    async def play(request: web.Request) -> web.StreamResponse:
        return _cut(request)

    return Fault(play)


def torn(body: Body) -> Given:
    """The connection is cut in the middle of the body."""

    async def play(request: web.Request) -> web.StreamResponse:
        await _begin(request)
        return _cut(request)

    return Fault(play)


def truncated(body: Body) -> Given:
    """The connection is closed in good order before the body is as long as its Content-Length says."""

    async def play(request: web.Request) -> web.StreamResponse:
        begun = await _begin(request)
        assert request.transport is not None
        request.transport.close()
        return begun

    return Fault(play)


def hang(body: Body) -> Given:
    """No answer ever comes."""

    async def play(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    return Fault(play)


def _cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _begin(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"choices": [{"message": ')
    await asyncio.sleep(0.02)  # let it reach the client
    return response


def limited(per_second: float, answer: Answer = GOOD, **headers: str) -> Answer:
    """A server that takes so many a second (and so many at once, at first); the rest get a 429."""
    level, seen = per_second, 0.0

    def give(body: Body) -> Given | Awaitable[Given]:
        nonlocal level, seen
        now = asyncio.get_running_loop().time()
        level = per_second if not seen else min(per_second, level + (now - seen) * per_second)
        seen = now
        if level < 1.0:
            return status(429, "slow down", **headers)(body)
        level -= 1.0
        return completion(answer) if isinstance(answer, str) else answer(body)

    return give


def queueing(slots: int, seconds: float, answer: Answer = GOOD) -> Answer:
    """A server that works on so many at once; the others wait, and never see a 429."""
    working = asyncio.Semaphore(slots)
    work = slow(seconds, answer)
    assert callable(work)

    async def give(body: Body) -> Given:
        async with working:
            given = work(body)
            return await given if inspect.isawaitable(given) else given

    return give


@contextlib.asynccontextmanager
async def serving(*answers: Answer) -> AsyncIterator[Script]:
    """Run the server on a free port of the loopback address."""
    script = Script(list(answers))
    await script.start()
    try:
        yield script
    finally:
        await script.aclose()


@contextlib.contextmanager
def beside(*answers: Answer) -> Iterator[Script]:
    """The same server on a thread of its own."""
    started: queue.Queue[tuple[Script, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def run() -> None:
        async with serving(*answers) as script:
            over = asyncio.Event()
            started.put((script, asyncio.get_running_loop(), over))
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    script, loop, over = started.get(timeout=30)
    try:
        yield script
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


@contextlib.asynccontextmanager
async def asking(script: Script, **settings: Any) -> AsyncIterator[Gateway]:
    """The gateway with this server as its endpoint, no ledger and few retries; `gateway.said` are its messages."""
    chosen = {"api_base": script.base, "max_retries": 2, "timeout": 5, "use_ledger": False, **settings}
    said: list[str] = []
    gateway = Gateway(CallSettings(**chosen), said.append)
    gateway.said = said  # type: ignore[attr-defined]  # for the test alone
    try:
        yield gateway
    finally:
        await gateway.aclose()


def play_against(play: Callable[[Script, Gateway], Awaitable[Any]], *answers: Answer, **settings: Any) -> Any:
    """What `play` returns, given a server with these answers and a gateway that asks it; on a virtual clock."""

    async def go() -> Any:
        async with serving(*answers) as script, asking(script, **settings) as gateway:
            async with asyncio.timeout(3600):
                return await play(script, gateway)

    return virtual_clock.run(go())


def question(number: int = 0, **fields: Any) -> Request:
    """A question that differs from others by its number."""
    return Request(
        **{"messages": [{"role": "user", "content": f"how {number}?"}], "task": "judge.turn", "seed": number, **fields}
    )


async def ask_all(gateway: Gateway, count: int, name: str = "openai/m") -> list[Reply | BaseException]:
    """Ask so many questions at once; replies and errors in their order."""
    chat = gateway.chat(name)
    return await asyncio.gather(*(chat.ask(question(number)) for number in range(count)), return_exceptions=True)


async def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)


def player(
    usage: Body | None = None,
    exchanges: int = 2,
    levels: Mapping[str, int] | None = None,
    yes: Mapping[str, set[str]] | None = None,
) -> Answer:
    """A model that answers all that kardia asks (seeker, supporter, judge, rewriter, biographer), by the schema.

    As a judge it gives the level (4), and says yes to the questions (none), that are set for the name it goes by.
    """

    def answer(body: Body) -> web.Response:
        name = str(body["model"])
        judging = (levels or {}).get(name, 4), (yes or {}).get(name, set())
        return completion(_played(body, exchanges, *judging), usage=usage)

    return answer


def _played(body: Body, exchanges: int, level: int, yes: set[str]) -> str:
    asked = str(body["messages"][-1]["content"])
    wanted = body.get("response_format", {}).get("json_schema", {}).get("name")
    if wanted is None:
        gold = re.findall(r"<\|emotion_begin\|>(\w+)<\|emotion_end\|>", asked)
        return _FOUR_SPANS.replace("sad", gold[-1] if gold else "sad")
    number = re.search(r"message (\d+) of at most", asked)
    made: dict[str, Callable[[], Body]] = {
        "SeekerReply": lambda: {
            "message": f"It is the {number and number[1]}. thing that weighs on me.",
            "resolved": number is not None and int(number[1]) >= exchanges,
        },
        "JudgeReply": lambda: _verdict(asked, level, yes),
        "GateReply": lambda: {
            "nonce": _nonce(asked), "answers": _answers(_ids(asked, "with the words that show it."), yes)
        },
        "FitReply": lambda: {"nonce": _nonce(asked), "reason": "r", "fits": True},
        "DialogueReply": lambda: {
            "nonce": _nonce(asked),
            "answers": [{"id": name, "reason": "r", "present": False} for name in _ids(asked, "Answer each question")],
        },
        "HiddenSpans": lambda: {
            "spans": [{"name": name, "text": "They may be so."} for name in _noted(asked)],
        },
        "ProfileText": lambda: {
            "about": "Somebody who writes.", "signature": "so it goes",
            "quotes": [asked.split("\n- ")[1].split("\n")[0]],
        },
    }  # fmt: skip
    return json.dumps(made[wanted]())


_FOUR_SPANS = (
    "<|understanding_begin|>They are tired.<|understanding_end|><|reasoning_begin|>It was much.<|reasoning_end|>"
    "<|emotion_begin|>sad<|emotion_end|><|response_begin|>That sounds hard. What weighs most?<|response_end|>"
)


def _noted(asked: str) -> list[str]:
    """The hidden spans that a label's correction asks for."""
    return re.findall(r"Write the notes \((.*?)\)", asked)[0].split(", ")


def _nonce(asked: str) -> str:
    return str(re.findall(r"Set nonce to (\w+)", asked)[-1])


def _answers(names: list[str], yes: set[str]) -> list[Body]:
    return [{"id": name, "reason": "r", "quote": "", "present": name in yes} for name in names]


def _verdict(asked: str, level: int, yes: set[str]) -> Body:
    reply = re.split(r"---[0-9a-f]{12}---", asked)[7].strip()  # after profile, situation and talk
    quote = " ".join(reply.split()[:3])
    body: Body = {"nonce": _nonce(asked)}
    if "Grade each criterion" in asked:
        listed = asked[asked.rindex("Grade each criterion") :].split("Answer each question")[0]
        body["criteria"] = [
            {
                "id": name, "reason": "r", "quotes": [quote], "level": level,
                "facets": [{"id": facet, "level": 1} for facet in re.findall(r"^    facet (\w+):", more, re.MULTILINE)],
            }
            for name, more in re.findall(r"^- ([\w-]+):(.*?)(?=^- |\Z)", listed, re.MULTILINE | re.DOTALL)
        ]  # fmt: skip
    if "Answer each question" in asked:
        questions = _ids(asked.split("Last question")[0], "Answer each question")
        body["answers"] = _answers(questions, yes)
    return body | ({"solved_reason": "r", "solved": False} if "Last question" in asked else {})


def _ids(asked: str, after: str) -> list[str]:
    return re.findall(r"^- ([\w-]+):", asked[asked.rindex(after) :], re.MULTILINE)
