"""A mock OpenAI-compatible server that is much faster than any client, so that a benchmark measures the client.

    python server.py --latency-ms 200 [--sigma 0.5]      prints its port; ends when its stdin closes

POST …/chat/completions answers after the latency (fixed, or lognormal around it) with about 1.5 kB; the reply depends
on
the request's bytes alone. GET /stats tells the requests so far, when the first one came (time.time()) and the peaks of
connections and of calls in flight; POST /reset sets them to zero. It speaks just the HTTP/1.1 that clients send here:
keep-alive and Content-Length.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
import zlib
from collections.abc import Callable, Coroutine
from typing import Any

VARIANTS = 64
_MARK = "@@@@@@@@"
"""Stands in a prepared answer where the eight hex digits of a request go."""
_WORDS = """\
after about again almost always another because before better between bring careful change chance clearly close
comes could decide early enough every evening feeling first follow friend gentle given happen hardly having hold
house kind later letter listen little longer matter maybe moment morning never night nothing often older other
people perhaps place point quiet rather reason right small sometimes speak still story table talk tell thing
think three time today together tomorrow toward under until console wait walk water while without wonder words write
"""


class Stats:
    """What the server has seen since the last reset."""

    def __init__(self) -> None:
        self.connections = self.in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Begin to count anew."""
        self.requests, self.first_request = 0, 0.0
        self.peak_connections, self.peak_in_flight = self.connections, self.in_flight

    def shown(self) -> dict[str, float]:
        """The counts, as GET /stats gives them."""
        names = ("requests", "first_request", "connections", "peak_connections", "peak_in_flight")
        return {name: getattr(self, name) for name in names}


def http(body: bytes, status: str = "200 OK") -> bytes:
    """A whole HTTP answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def completion(content: str) -> tuple[bytes, bytes]:
    """A chat completion as HTTP, cut in two where the request's digits go."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 110, "completion_tokens": 260, "total_tokens": 370}
    answer = {"id": f"chatcmpl-{'0' * 24}", "object": "chat.completion", "created": 1_760_000_000, "model": "m"}
    before, after = http(json.dumps({**answer, "choices": [choice], "usage": usage}).encode()).split(_MARK.encode())
    return before, after


def prepared(make: Callable[[str], dict[str, Any]], words: int) -> list[tuple[bytes, bytes]]:
    """Answers to choose from: an object around a text that begins with the request's digits."""
    chance = random.Random(7)
    texts = (" ".join([_MARK, *chance.choices(_WORDS.split(), k=words - 1)]) for _ in range(VARIANTS))
    return [completion(json.dumps(make(text))) for text in texts]


class Answers:
    """The prepared answers: `reply` and `score`, or a seeker's turn where the request asks for `SeekerReply`."""

    def __init__(self) -> None:
        self._plain = prepared(lambda text: {"reply": text, "score": 3}, 200)
        self._seeker = prepared(lambda text: {"message": text, "resolved": False}, 30)

    def of(self, body: bytes, number: int) -> bytes:
        """The answer to a request body with this checksum."""
        before, after = (self._seeker if b"SeekerReply" in body else self._plain)[number % VARIANTS]
        return b"%b%08x%b" % (before, number, after)


class Talk(asyncio.Protocol):
    """One connection."""

    def __init__(self, stats: Stats, answers: Answers, delays: list[float]) -> None:
        self._stats, self._answers, self._delays = stats, answers, delays
        self._loop = asyncio.get_running_loop()
        self._held = b""

    def connection_made(self, transport: Any) -> None:
        """Count it."""
        self._transport = transport
        self._stats.connections += 1
        self._stats.peak_connections = max(self._stats.peak_connections, self._stats.connections)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it out."""
        self._stats.connections -= 1

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end].lower()
            place = head.find(b"\r\ncontent-length:")
            length = 0 if place < 0 else int(head[place + 17 :].split(b"\r\n", 1)[0])
            whole = end + 4 + length
            if len(self._held) < whole:
                return
            body, self._held = self._held[end + 4 : whole], self._held[whole:]
            self._route(head.split(b"\r\n", 1)[0], body)

    def _route(self, line: bytes, body: bytes) -> None:
        if b"/chat/completions" in line:
            self._chat(body)
        elif line.startswith(b"get /stats"):
            self._transport.write(http(json.dumps(self._stats.shown()).encode()))
        elif line.startswith(b"post /reset"):
            self._stats.reset()
            self._transport.write(http(b"{}"))
        else:
            self._transport.write(http(b'{"error": {"message": "no such page"}}', "404 Not Found"))

    def _chat(self, body: bytes) -> None:
        stats, number = self._stats, zlib.crc32(body)
        stats.first_request = stats.first_request or time.time()
        stats.requests += 1
        stats.in_flight += 1
        stats.peak_in_flight = max(stats.peak_in_flight, stats.in_flight)
        answer, delay = self._answers.of(body, number), self._delays[number % len(self._delays)]
        if delay:
            self._loop.call_later(delay, self._send, answer)
        else:
            self._send(answer)

    def _send(self, answer: bytes) -> None:
        self._stats.in_flight -= 1
        if not self._transport.is_closing():
            self._transport.write(answer)


def delays(latency: float, sigma: float) -> list[float]:
    """Seconds to wait, to choose from: one value, or a lognormal sample with this median."""
    if not sigma:
        return [latency]
    chance = random.Random(11)
    return [latency * chance.lognormvariate(0.0, sigma) for _ in range(4096)]


async def serve(latency: float, sigma: float) -> None:
    """Serve on a free port of the loopback address until stdin closes."""
    loop, stats, answers, waits = asyncio.get_running_loop(), Stats(), Answers(), delays(latency, sigma)
    server = await loop.create_server(lambda: Talk(stats, answers, waits), "127.0.0.1", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    closed = asyncio.Event()
    loop.add_reader(0, closed.set)
    await closed.wait()


def run(main: Coroutine[Any, Any, None]) -> None:
    """asyncio.run, on uvloop where that is installed."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--latency-ms", type=float, default=200.0, help="median time to an answer")
    parser.add_argument("--sigma", type=float, default=0.0, help="spread of a lognormal latency; 0: fixed")
    given = parser.parse_args()
    run(serve(given.latency_ms / 1000, given.sigma))
