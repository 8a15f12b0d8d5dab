"""What is remembered is not asked again: by the same task or another, in this process or another, after a kill too."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import chat_server as server
import pytest
import virtual_clock
from aiohttp import web
from pydantic import BaseModel

from kardia_cli.chat.gateway import Gateway
from kardia_cli.errors import CallFailed, Interrupted, KardiaError
from kardia_cli.rows.request import Reply

Play = Callable[[server.Script, Callable[..., Any]], Awaitable[None]]


class Mood(BaseModel):
    level: int


class Weather(BaseModel):
    level: int


def remembering(
    play: Play, folder: Path, *answers: server.Answer, run_loop: Callable[..., None] = virtual_clock.run
) -> None:
    """Play with a server and a function that opens the gateway on one ledger, as a new run each time.

    On a virtual clock, unless other processes take part.
    """

    async def go() -> None:
        async with server.serving(*answers) as script:

            def run(**settings: Any) -> Any:
                return server.asking(script, **{"use_ledger": True, "ledger": folder / "l.sqlite", **settings})

            async with asyncio.timeout(300):
                await play(script, run)

    run_loop(go())


def everything(body: dict[str, Any]) -> web.Response:
    """An answer with all that an answer can have."""
    logprobs = {"content": [{"token": "a", "logprob": -0.5, "top_logprobs": [{"token": "b", "logprob": -1.5}]}]}
    choice = {
        "message": {"content": "wéll\n", "reasoning_content": "hm"}, "finish_reason": "stop", "logprobs": logprobs,
    }  # fmt: skip
    usage = {
        "prompt_tokens": 9, "completion_tokens": 4, "cost": 0.0125, "prompt_tokens_details": {"cached_tokens": 5},
    }  # fmt: skip
    return web.json_response({"choices": [choice], "usage": usage})


# ── asked once


def test_the_second_ask_makes_no_request_and_gives_an_equal_reply_down_to_the_last_field(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        async with run() as gateway:
            first = await gateway.chat("openai/m").ask(server.question())
            at_once = await gateway.chat("openai/m").ask(server.question())
        async with run() as gateway:
            later = await gateway.chat("openai/m").ask(server.question())
            assert (gateway.meters[0].calls, gateway.meters[0].cached, gateway.meters[0].sent) == (0, 1, 0)
        assert first == at_once == later
        assert (first.text, first.thinking, first.finish_reason, first.cost) == ("wéll\n", "hm", "stop", 0.0125)
        assert first.usage.cached_tokens == 5
        assert first.logprobs == [["a", -0.5, [["b", -1.5]]]]
        assert len(script.asked) == 1

    remembering(play, tmp_path, everything)


def test_a_reply_that_was_repaired_is_remembered_with_both_its_turns(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        for _ in range(2):
            async with run() as gateway:
                reply = await gateway.chat("openai/m").ask(server.question(schema=Mood))
                assert reply.parsed == Mood(level=2)
        assert len(script.asked) == 2

    remembering(play, tmp_path, "no json", '{"level": 2}')


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda body: server.completion("", refusal="no"), "refusal"),
        (lambda body: server.completion("half", finish="length"), "length"),
        (lambda body: server.completion("", finish="content_filter"), "content_filter"),
        (server.status(400, "content_filter"), "content_filter"),
    ],
)
def test_a_reply_that_is_final_but_of_no_use_is_remembered_and_fails_again_without_a_request(
    answer: server.Answer, why: str, tmp_path: Path
) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        for _ in range(3):
            async with run() as gateway:
                with pytest.raises(CallFailed) as caught:
                    await gateway.chat("openai/m").ask(server.question())
                assert caught.value.why == why
        assert len(script.asked) == 1

    remembering(play, tmp_path, answer)


@pytest.mark.parametrize(
    "answer", [server.status(500), server.status(400), server.hang, server.reset, server.malformed]
)
def test_a_failure_is_not_remembered(answer: server.Answer, tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        async with run(max_retries=0, timeout=0.2) as gateway:
            with pytest.raises(CallFailed):
                await gateway.chat("openai/m").ask(server.question())
        script.then(server.GOOD)
        async with run() as gateway:
            assert (await gateway.chat("openai/m").ask(server.question())).text == server.GOOD

    remembering(play, tmp_path, answer)


def test_twenty_tasks_that_ask_the_same_at_once_make_one_call(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        for use_ledger in (True, False):
            script.asked.clear()
            async with run(use_ledger=use_ledger) as gateway:
                chat = gateway.chat("openai/m")
                replies = await asyncio.gather(*(chat.ask(server.question(7)) for _ in range(20)))
                assert {reply.text for reply in replies} == {server.GOOD}
                assert len(script.asked) == 1
                assert (gateway.meters[0].calls, gateway.meters[0].cached) == (1, 19)

    remembering(play, tmp_path, server.slow(0.05))


def test_tasks_that_join_a_call_share_its_failure_too_and_each_gets_an_error_of_its_own(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        async with run(max_retries=0) as gateway:
            chat = gateway.chat("openai/m")
            asked = (chat.ask(server.question(7)) for _ in range(10))
            errors = await asyncio.gather(*asked, return_exceptions=True)
        assert [getattr(error, "why", None) for error in errors] == ["server"] * 10
        assert len({id(error) for error in errors}) == 10
        assert len(script.asked) == 1

    remembering(play, tmp_path, server.slow(0.05, server.status(500)))


def test_where_the_task_that_asks_is_cancelled_another_that_waits_asks_in_its_place(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        async with run() as gateway:
            chat = gateway.chat("openai/m")
            tasks = [asyncio.create_task(chat.ask(server.question(7))) for _ in range(5)]
            await server.until(lambda: len(script.asked) == 1)
            script.then(server.GOOD)
            tasks[0].cancel()
            replies = await asyncio.gather(*tasks[1:])
        assert {reply.text for reply in replies} == {server.GOOD}
        assert len(script.asked) == 2

    remembering(play, tmp_path, server.hang)


# ── what makes a question another one


def test_a_question_is_known_by_all_that_decides_the_answer(tmp_path: Path) -> None:
    question = server.question(1, sampling={"temperature": 0.5}, schema=Mood)
    others = [
        replace(question, messages=[{"role": "user", "content": "how 2?"}]),
        replace(question, messages=[{"role": "system", "content": "how 1?"}]),
        replace(question, sampling={"temperature": 0.6}),
        replace(question, sampling={"temperature": 0.5, "top_p": 0.9}),
        replace(question, seed=2),
        replace(question, sample=1),
        replace(question, attempt=1),
        replace(question, schema=Weather),
        replace(question, schema=None),
    ]

    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        async with run() as gateway:
            key = gateway.chat("openai/m")._backend.key
            assert len({key(question), *(key(other) for other in others)}) == 1 + len(others)
            same = replace(question, sampling={"temperature": 0.5}, facts={"note": 1}, task="other.task")
            assert key(same) == key(question)  # real models see neither facts nor task
            reordered = replace(question, messages=[{"content": "how 1?", "role": "user"}])
            assert key(reordered) == key(question)

    remembering(play, tmp_path, server.GOOD)


def test_the_built_in_speaker_is_asked_by_facts_too(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        async with run() as gateway:
            key = gateway.chat("offline")._backend.key
            question = server.question(1)
            assert key(question) != key(replace(question, facts={"note": 1}))
            assert key(question) != key(replace(question, task="seeker.turn"))

    remembering(play, tmp_path, server.GOOD)


def test_models_and_revisions_differ_but_not_addresses_roads_and_other_names_of_the_same(tmp_path: Path) -> None:
    aliases = {
        "old": {"name": "openai/m", "revision": "1"},
        "new": {"name": "openai/m", "revision": "2"},
        "nick": {"name": "openai/m"},
    }

    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        async with run(aliases=aliases) as gateway, run(via="litellm") as through_litellm:
            question = server.question(1)

            def key(name: str, gateway: Gateway = gateway) -> bytes:
                return gateway.chat(name)._backend.key(question)  # type: ignore[attr-defined]  # `Recorded`

            same = [
                key("openai/m"), key("m"), key("nick"), key("openai/m@http://10.0.0.7:9999/v1"),
                key("openai/m", through_litellm), key("m", through_litellm),
            ]  # fmt: skip
            assert len(set(same)) == 1
            others = [key("openai/n"), key("old"), key("new"), key("hosted_vllm/m"), key("offline")]
            assert len({same[0], *others}) == 1 + len(others)

    remembering(play, tmp_path, server.GOOD)


def test_another_port_finds_what_was_asked_of_the_first(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        async with run() as gateway:
            await gateway.chat("openai/m").ask(server.question())
        async with server.serving("other") as moved, run(api_base=moved.base) as gateway:
            assert (await gateway.chat("openai/m").ask(server.question())).text == server.GOOD
            assert not moved.asked

    remembering(play, tmp_path, server.GOOD)


def test_options_of_the_user_make_another_question(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        for options in ({}, {"top_p": 0.5}, {}, {"top_p": 0.5}):
            async with run(options=options) as gateway:
                await gateway.chat("openai/m").ask(server.question())
        assert len(script.asked) == 2

    remembering(play, tmp_path, server.GOOD)


# ── asked anew


def test_refresh_asks_again_and_overwrites_once_for_each_question_and_run(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        async with run() as gateway:
            await gateway.chat("openai/m").ask(server.question())
        script.then("better")
        async with run(refresh=True) as gateway:
            chat = gateway.chat("openai/m")
            replies = [await chat.ask(server.question()) for _ in range(3)]
            replies += await asyncio.gather(*(chat.ask(server.question()) for _ in range(5)))
            assert {reply.text for reply in replies} == {"better"}
        assert len(script.asked) == 2
        script.then("never")
        async with run() as gateway:
            assert (await gateway.chat("openai/m").ask(server.question())).text == "better"
        assert len(script.asked) == 2

    remembering(play, tmp_path, "good")


def test_without_a_ledger_every_run_asks(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        for _ in range(2):
            async with run(use_ledger=False) as gateway:
                await gateway.chat("openai/m").ask(server.question())
        assert len(script.asked) == 2
        assert not (tmp_path / "l.sqlite").exists()

    remembering(play, tmp_path, server.GOOD)


def test_a_stop_lets_the_reply_that_is_on_its_way_into_the_ledger(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        async with run() as gateway:
            asking = asyncio.create_task(gateway.chat("openai/m").ask(server.question()))
            await server.until(lambda: len(script.asked) == 1)
            gateway.stop(Interrupted("interrupted"))
            await asking
        async with run() as gateway:
            await gateway.chat("openai/m").ask(server.question())
        assert len(script.asked) == 1

    remembering(play, tmp_path, server.slow(0.1))


def test_committed_means_that_another_process_can_read_it(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        async with run() as gateway, run() as other:
            await asyncio.gather(*(gateway.chat("openai/m").ask(server.question(number)) for number in range(30)))
            await gateway.wait_committed()
            other.chat("openai/m")
            assert other.ledger._reader.execute("SELECT count(*) FROM replies").fetchone()[0] == 30

    remembering(play, tmp_path, server.GOOD)


# ── two processes

ASK = """
import asyncio, sys
sys.path.insert(0, sys.argv[3])
import chat_server as server
from pathlib import Path
from kardia_cli.chat.gateway import CallSettings, Gateway

async def main():
    gateway = Gateway(CallSettings(api_base=sys.argv[1], ledger=Path(sys.argv[2])), print)
    chat = gateway.chat("openai/m")
    print("ready", flush=True)
    sys.stdin.readline()
    replies = await asyncio.gather(*(chat.ask(server.question(number)) for number in range(int(sys.argv[4]))))
    print(len(replies), gateway.meters[0].calls, gateway.meters[0].cached, flush=True)
    await gateway.aclose()

asyncio.run(main())
"""


async def process(script: server.Script, ledger: Path, questions: int) -> asyncio.subprocess.Process:
    """A process that will ask these questions when told to go."""
    pipe = asyncio.subprocess.PIPE
    found = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ASK, script.base, str(ledger), str(Path(server.__file__).parent), str(questions),
        stdin=pipe, stdout=pipe,
    )  # fmt: skip
    assert found.stdout is not None
    assert await found.stdout.readline() == b"ready\n"
    return found


def go_ahead(*processes: asyncio.subprocess.Process) -> None:
    for found in processes:
        assert found.stdin is not None
        found.stdin.write(b"go\n")


async def said(found: asyncio.subprocess.Process) -> list[int]:
    """Replies, calls and remembered replies of a process at its end."""
    out, _ = await found.communicate()
    return [int(word) for word in out.split()]


def test_two_processes_that_ask_the_same_at_once_make_each_call_once(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        two = [await process(script, tmp_path / "l.sqlite", 40) for _ in range(2)]
        go_ahead(*two)
        counts = await asyncio.gather(*map(said, two))
        assert [count[0] for count in counts] == [40, 40]
        assert sum(count[1] for count in counts) == 40
        assert sum(count[2] for count in counts) == 40
        assert set(script.counts().values()) == {1}

    remembering(play, tmp_path, server.slow(0.05), run_loop=asyncio.run)


def test_where_the_process_that_asks_is_killed_another_that_waits_takes_over(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        first, second = [await process(script, tmp_path / "l.sqlite", 1) for _ in range(2)]
        go_ahead(first)
        await server.until(lambda: len(script.asked) == 1)
        go_ahead(second)
        await asyncio.sleep(0.3)
        assert len(script.asked) == 1  # it waits for the first
        script.then(server.GOOD)
        first.send_signal(signal.SIGKILL)
        await first.wait()
        assert await said(second) == [1, 1, 0]
        assert len(script.asked) == 2

    remembering(play, tmp_path, server.hang, run_loop=asyncio.run)


def test_a_process_that_waits_for_another_says_for_whom_and_a_stop_reaches_it(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        first = await process(script, tmp_path / "l.sqlite", 1)
        go_ahead(first)
        await server.until(lambda: len(script.asked) == 1)
        async with run() as gateway:
            asking = asyncio.create_task(gateway.chat("openai/m").ask(server.question()))
            await server.until(lambda: str(first.pid) in gateway.meters[0].wait_reason)
            gateway.stop(Interrupted("interrupted"))
            with pytest.raises(KardiaError):
                await asyncio.wait_for(asking, 60.0)
        first.kill()
        await first.wait()

    remembering(play, tmp_path, server.hang, run_loop=asyncio.run)


def test_what_one_process_paid_another_remembers_though_the_first_was_killed_right_after(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        first = await process(script, tmp_path / "l.sqlite", 20)
        go_ahead(first)
        assert first.stdout is not None
        await first.stdout.readline()  # all replies are there
        await server.until(lambda: stored(tmp_path / "l.sqlite") == 20)
        first.kill()
        await first.wait()
        async with run() as gateway:
            replies: list[Reply | BaseException] = await server.ask_all(gateway, 20)
            assert all(isinstance(reply, Reply) for reply in replies)
        assert len(script.asked) == 20

    remembering(play, tmp_path, server.GOOD, run_loop=asyncio.run)


def stored(path: Path) -> int:
    """How many replies stand in a ledger."""
    import contextlib
    import sqlite3

    with contextlib.closing(sqlite3.connect(path)) as database:
        return int(database.execute("SELECT count(*) FROM replies").fetchone()[0])


def test_the_time_that_is_remembered_is_the_models_and_not_the_wait_at_the_limiter(tmp_path: Path) -> None:
    async def play(script: server.Script, run: Callable[..., Any]) -> None:
        async with run(max_connections=1) as gateway:
            await server.ask_all(gateway, 8)
            assert gateway.ledger is not None
            seconds, _ = gateway.ledger.speed("openai/m")
            assert 0.05 <= seconds < 0.05 * 8 / 2  # the last of them waited for seven

    remembering(play, tmp_path, server.slow(0.05))
