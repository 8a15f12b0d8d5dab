"""The ledger as a file: what stands in it, who may read it, what else it may be, and the accounts of a pipe."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import chat_server as server
import pytest

from kardia_cli.chat.gateway import CallSettings, Gateway
from kardia_cli.chat.ledger.ledger import (
    VERSION,
    Entry,
    Ledger,
    connect,
    default_path,
    is_alive,
    key_of,
    pack,
    started_at,
    unpack,
)
from kardia_cli.errors import Stopped, UsageError
from kardia_cli.rows.request import Finish, Reply, Usage

FULL = Reply("wéll", None, "stop", Usage(9, 4, 5), 0.0125, "hm", '{"note": 1}', [["a", -0.5, [["b", -1.5]]]])


def entry(number: int, reply: Reply = FULL) -> Entry:
    return Entry(key_of(("m",), number), reply, "openai/m", "judge", 0.25)


def written(path: Path, *entries: Entry) -> None:
    """Put these into a ledger and close it."""

    async def go() -> None:
        ledger = Ledger(path, "kardia critique")
        for item in entries:
            ledger.put(item)
        await ledger.aclose()

    asyncio.run(go())


def column(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as database:
        return [row[0] for row in database.execute(query)]


# ── replies


@pytest.mark.parametrize(
    "reply",
    [
        FULL,
        Reply("a"),
        Reply(""),
        Reply("a", cost=0.0),
        Reply("a", cost=1e-9),
        Reply("a", thinking="hm"),
        Reply("a", trace="{}"),
        Reply("a", logprobs=[["a", -1.0, []]]),
        *(Reply("", finish_reason=finish) for finish in ("length", "refusal", "content_filter")),
    ],
)
def test_a_reply_comes_out_as_it_went_in(reply: Reply) -> None:
    assert unpack(pack(reply)) == reply


def test_replies_of_every_shape_come_out_as_they_went_in() -> None:
    chance = random.Random(5)
    ends: tuple[Finish, ...] = ("stop", "length", "content_filter", "refusal")
    for _ in range(500):
        reply = Reply(
            chance.choice(["", "a", "é\n\u2028"]), None, chance.choice(ends),
            Usage(chance.randrange(3), chance.randrange(3), chance.randrange(3)), chance.choice([None, 0.0, 0.5]),
            chance.choice(["", "hm"]), chance.choice(["", "{}"]), chance.choice([None, [["a", -1.0, []]]]),
        )  # fmt: skip
        assert unpack(pack(reply)) == reply


def test_what_was_put_is_found_at_once_and_by_the_next_who_opens_the_file(tmp_path: Path) -> None:
    async def go() -> None:
        ledger = Ledger(tmp_path / "l.sqlite")
        assert ledger.get(entry(1).key) is None
        ledger.put(entry(1))
        assert ledger.get(entry(1).key) == FULL
        await ledger.wait_committed()
        assert ledger.get(entry(1).key) == FULL
        ledger.put(entry(1, Reply("newer")))
        assert ledger.get(entry(1).key) == Reply("newer")
        await ledger.aclose()
        again = Ledger(tmp_path / "l.sqlite")
        assert again.get(entry(1).key) == Reply("newer")
        assert again.speed("openai/m") == (0.25, 0.0)
        assert again.speed("openai/other") is None
        await again.aclose()

    asyncio.run(go())


def test_each_reply_stands_with_model_role_tokens_cost_and_run(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    written(path, entry(1), entry(2, Reply("a")))
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute(
            "SELECT model, role, prompt_tokens, completion_tokens, cost, seconds, run FROM replies ORDER BY rowid"
        ).fetchall()
    assert rows == [("openai/m", "judge", 9, 4, 0.0125, 0.25, 1), ("openai/m", "judge", 0, 0, None, 0.25, 1)]
    assert column(path, "SELECT command FROM members") == ["kardia critique"]


def test_many_replies_are_committed_together(tmp_path: Path) -> None:
    async def go() -> float:
        ledger = Ledger(tmp_path / "l.sqlite")
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(3000):
            ledger.put(entry(number))
        await ledger.wait_committed()
        took = loop.time() - began
        await ledger.aclose()
        return took

    assert asyncio.run(go()) < 5.0
    assert column(tmp_path / "l.sqlite", "SELECT count(*) FROM replies") == [3000]


def test_a_ledger_that_cannot_be_written_any_more_stops_the_run(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"

    async def go() -> None:
        ledger = Ledger(path)
        with closing(sqlite3.connect(path)) as database:
            database.execute("DROP TABLE replies")
        ledger.put(entry(1))
        with pytest.raises(Stopped, match="cannot be written") as caught:
            await ledger.wait_committed()
        assert caught.value.remedy
        with pytest.raises(Stopped):
            await ledger.aclose()

    asyncio.run(go())


# ── leases

HOLD = """
import sys, time
from pathlib import Path
from kardia_cli.chat.ledger.ledger import Ledger, key_of
ledger = Ledger(Path(sys.argv[1]))
print(ledger.claim(key_of(("m",), 1)), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lease of key 1."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "l.sqlite")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "True\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_a_lease_is_one_process_s_until_it_dies_however_it_dies(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    async def go() -> None:
        ledger = Ledger(tmp_path / "l.sqlite")
        assert not ledger.claim(entry(1).key)
        assert ledger.owner(entry(1).key) == holder.pid
        assert ledger.claim(entry(2).key)
        holder.kill()
        holder.wait()
        assert ledger.claim(entry(1).key)
        assert ledger.owner(entry(1).key) is None  # one's own lease is in nobody's way
        ledger.release(entry(1).key)
        await ledger.aclose()

    asyncio.run(go())


# ── the file


def test_the_default_ledger_lies_in_the_cache_folder_and_is_the_user_s_alone(tmp_path: Path) -> None:
    async def go() -> None:
        async with server.serving(server.GOOD) as script, server.asking(script, use_ledger=True) as gateway:
            await gateway.chat("openai/m").ask(server.question())

    asyncio.run(go())
    path = tmp_path / "cache" / "kardia" / "ledger.sqlite"
    assert default_path() == path
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert column(path, "SELECT count(*) FROM replies") == [1]


def test_the_files_beside_an_open_ledger_are_the_user_s_alone_too(tmp_path: Path) -> None:
    async def go() -> None:
        ledger = Ledger(tmp_path / "new" / "l.sqlite")
        ledger.put(entry(1))
        await ledger.wait_committed()
        files = list((tmp_path / "new").iterdir())
        assert len(files) >= 3
        for file in files:
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        await ledger.aclose()

    asyncio.run(go())


@pytest.mark.parametrize("cache", ["", "relative/path"])
def test_a_cache_folder_that_is_no_absolute_path_is_not_used(cache: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", cache)
    assert default_path() == Path.home() / ".cache" / "kardia" / "ledger.sqlite"


def test_what_is_built_in_is_remembered_only_where_a_ledger_is_named(tmp_path: Path) -> None:
    from kardia_cli.rows.request import Request

    facts = {"person": "", "mbti": None, "situation": "rain", "history": []}
    asked = Request([{"role": "user", "content": "?"}], "supporter.turn", facts)

    async def go(**settings: Any) -> None:
        gateway = Gateway(CallSettings(**settings))
        await gateway.chat("offline").ask(asked)
        await gateway.aclose()

    asyncio.run(go())
    assert not (tmp_path / "cache").exists()
    asyncio.run(go(ledger=tmp_path / "l.sqlite"))
    assert column(tmp_path / "l.sqlite", "SELECT model FROM replies") == ["offline"]


def test_no_key_stands_in_any_byte_of_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("KARDIA_API_KEY", "sk-very-secret")
    folder = tmp_path / "new"

    async def go() -> None:
        async with server.serving(server.GOOD) as script:
            async with server.asking(script, use_ledger=True, ledger=folder / "l.sqlite") as gateway:
                await server.ask_all(gateway, 5)
                await gateway.chat("m").ask(server.question(9))
                assert script.headers[0]["Authorization"] == "Bearer sk-very-secret"
                await gateway.wait_committed()
                for file in folder.iterdir():
                    assert b"very-secret" not in file.read_bytes()

    asyncio.run(go())
    for file in folder.iterdir():
        assert b"very-secret" not in file.read_bytes()


# ── what else the file may be


def no_database(path: Path) -> None:
    path.write_text("this is a diary and no database\n" * 100)


def another_program_s(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE bookmarks (url TEXT)")


def another_program_s_with_our_version(path: Path) -> None:
    another_program_s(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {VERSION}")


def another_version_s(path: Path) -> None:
    written(path, entry(1))
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (no_database, "not a database"),
        (another_program_s, "another program"),
        (another_program_s_with_our_version, "another program"),
        (another_version_s, "another version"),
        (a_folder, "unable to open"),
    ],
)
def test_a_file_that_is_something_else_is_one_clear_usage_error_and_stays_as_it_was(
    make: Any, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "l.sqlite"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(UsageError, match="cannot use the ledger") as caught:
        Ledger(path)
    assert said in caught.value.message
    assert "--ledger" in caught.value.remedy
    assert "--no-ledger" in caught.value.remedy
    assert (path.read_bytes() if path.is_file() else b"") == before


@pytest.mark.parametrize("place", ["/proc/kardia/l.sqlite", "/proc/l.sqlite", "file/l.sqlite"])
def test_a_place_where_nothing_can_be_written_is_a_usage_error(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot use the ledger"):
        Ledger(tmp_path / place)


def test_a_default_ledger_that_cannot_be_used_is_said_and_done_without_but_a_named_one_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")

    async def go() -> None:
        async with server.serving(server.GOOD) as script:
            async with server.asking(script, use_ledger=True) as gateway:
                await gateway.chat("openai/m").ask(server.question())
                assert "nothing will be remembered" in gateway.said[0]  # type: ignore[attr-defined]  # the helper's
            async with server.asking(script, use_ledger=True, ledger=tmp_path / "cache" / "l.sqlite") as gateway:
                with pytest.raises(UsageError):
                    gateway.chat("openai/m")

    asyncio.run(go())


def test_two_who_make_the_file_at_once_both_have_it(tmp_path: Path) -> None:
    code = (
        "import sys, asyncio\nfrom pathlib import Path\nfrom kardia_cli.chat.ledger.ledger import Ledger\n"
        "async def go():\n    await Ledger(Path(sys.argv[1])).aclose()\nasyncio.run(go())"
    )
    for number in range(3):
        command = [sys.executable, "-c", code, str(tmp_path / f"{number}.sqlite")]
        makers = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(4)]
        said = [maker.communicate()[1] for maker in makers]
        assert [maker.returncode for maker in makers] == [0] * 4, said


# ── the accounts of a pipe


def test_money_is_booked_up_to_the_cap_and_not_beyond(tmp_path: Path) -> None:
    async def go() -> None:
        ledger = Ledger(tmp_path / "l.sqlite")
        assert ledger.charge(0.0, 0.6, cap=1.0)
        assert not ledger.charge(0.0, 0.6, cap=1.0)
        assert ledger.charge(0.5, -0.6)  # it came back and cost 0.5
        assert ledger.charge(0.0, 0.5, cap=1.0)
        assert not ledger.charge(0.0, 0.01, cap=1.0)
        await ledger.aclose()

    asyncio.run(go())


def member(path: Path, run: int, pid: int, reserved: float, started: str = "") -> None:
    with closing(connect(path)) as database:
        values = (run, pid, started or started_at(pid), "kardia critique", 0.25, reserved)
        database.execute("INSERT INTO members VALUES (?, ?, ?, ?, ?, ?)", values)


def test_what_another_process_of_the_pipe_has_spent_counts_and_what_it_has_in_flight_is_waited_for_while_it_lives(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    async def go() -> None:
        path = tmp_path / "other.sqlite"
        ledger = Ledger(path, "kardia synthesize")
        assert not ledger.in_flight_elsewhere()
        member(path, ledger.run, holder.pid, 0.5)
        assert ledger.in_flight_elsewhere()
        assert not ledger.charge(0.0, 0.3, cap=1.0)
        assert ledger.charge(0.0, 0.2, cap=1.0)
        assert set(ledger.commands()) == {"kardia synthesize", "kardia critique"}
        holder.kill()
        holder.wait()
        assert not ledger.in_flight_elsewhere()
        assert not ledger.charge(0.0, 0.3, cap=1.0)  # what it had in flight may have been paid
        await ledger.aclose()

    asyncio.run(go())


def test_sums_that_come_out_even_leave_nothing_in_flight(tmp_path: Path) -> None:
    async def go() -> None:
        ledger = Ledger(tmp_path / "l.sqlite")
        for amount in (0.1, 0.2, 0.3, 1e-6):
            ledger.charge(0.0, amount, cap=1.0)
        for amount in (0.3, 0.1, 1e-6, 0.2):
            ledger.charge(amount, -amount)
        await ledger.aclose()

    asyncio.run(go())
    assert column(tmp_path / "l.sqlite", "SELECT reserved FROM members") == [0.0]


def test_a_run_begins_anew_once_nobody_of_the_last_one_lives(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    written(path)
    written(path)
    assert column(path, "SELECT id FROM runs") == [1, 2]


@pytest.mark.parametrize(("earlier", "run"), [(0, 1), (10, 1), (100, 2)])
def test_a_process_that_comes_late_joins_the_run_of_one_that_began_with_it_and_is_over(
    earlier: int, run: int, tmp_path: Path
) -> None:
    path = tmp_path / "l.sqlite"
    written(path)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    member(path, 1, gone.pid, 0.0, str(int(started_at(os.getpid())) - earlier))

    async def go() -> None:
        ledger = Ledger(path)
        assert ledger.run == run
        assert ledger.charge(0.0, 0.9, cap=1.0) == (run == 2)  # what the first has spent counts
        await ledger.aclose()

    asyncio.run(go())


def test_a_process_is_known_by_its_number_and_its_start() -> None:
    me = os.getpid()
    assert is_alive(me, started_at(me))
    assert not is_alive(me, "1")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    started = started_at(gone.pid)
    gone.wait()
    assert not is_alive(gone.pid, started)
