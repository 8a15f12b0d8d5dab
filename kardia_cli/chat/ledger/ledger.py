"""The ledger: every paid reply in one SQLite file, so that nothing is paid twice, whatever is killed and when.

    replies   key → reply, with model, role, tokens, cost, seconds and the run that paid
    runs      one for each pipe: when it began, what was typed
    members   the kardia processes of a run, what each has spent and has in flight (for the cap of a whole pipe)

WAL with synchronous=NORMAL: processes share the file, and a kill at any moment leaves it readable. Replies are
committed together, at most `COMMIT_AFTER` seconds after they came; `wait_committed` is what a row waits for before it
goes out. Who asks holds a lease on the key: a lock on one byte of a file beside the database, which the kernel takes
back when the owner dies, however it dies.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import sqlite3
import struct
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from kardia_cli.errors import Stopped, UsageError
from kardia_cli.rows.request import Reply, Usage

VERSION = 1
COMMIT_AFTER = 0.02
BATCH = 512
_BUSY = 30.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
  key BLOB NOT NULL UNIQUE, reply BLOB NOT NULL, model TEXT NOT NULL, role TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, cost REAL, seconds REAL NOT NULL,
  at REAL NOT NULL, run INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY, began REAL NOT NULL, job TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS members (
  run INTEGER NOT NULL, pid INTEGER NOT NULL, started TEXT NOT NULL, command TEXT NOT NULL,
  spent REAL NOT NULL DEFAULT 0, reserved REAL NOT NULL DEFAULT 0, PRIMARY KEY (run, pid, started));
"""


def default_path() -> Path:
    """Return the ledger in the user's cache folder (XDG_CACHE_HOME, else ~/.cache)."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (cache if cache.is_absolute() else Path.home() / ".cache") / "kardia" / "ledger.sqlite"


def key_of(identity: tuple[str, ...], parts: Any) -> bytes:
    """Return the 32-byte key of a request to a model: SHA-256 over the model's identity and all that it is asked."""
    return hashlib.sha256(
        orjson.dumps([identity, parts], option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    ).digest()


@dataclass(frozen=True, slots=True)
class Entry:
    """A reply on its way into the ledger."""

    key: bytes
    reply: Reply
    model: str
    role: str
    seconds: float

    def values(self, run: int) -> tuple[Any, ...]:
        """The columns of `replies`."""
        return (
            self.key, pack(self.reply), self.model, self.role, self.reply.usage.prompt_tokens,
            self.reply.usage.completion_tokens, self.reply.cost, self.seconds, time.time(), run,
        )  # fmt: skip


def pack(reply: Reply) -> bytes:
    """Return a reply as it is stored: text, finish, usage, cost, then thinking, trace and log-probabilities."""
    usage = reply.usage
    tokens = [usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens]
    fields: list[Any] = [
        reply.text, reply.finish_reason, tokens, reply.cost, reply.thinking, reply.trace, reply.logprobs,
    ]  # fmt: skip
    while fields[-1] in ("", None):
        fields.pop()
    return orjson.dumps(fields)


def unpack(stored: bytes) -> Reply:
    """Return the reply that `pack` stored."""
    text, finish, used, *rest = orjson.loads(stored)
    reply = Reply(text, finish_reason=finish, usage=Usage(*used), cost=rest[0] if rest else None)
    if len(rest) > 1:
        thinking, trace, logprobs = (*rest[1:], None, None, None)[:3]
        reply = replace(reply, thinking=thinking or "", trace=trace or "", logprobs=logprobs)
    return reply


class Ledger:
    """An open ledger; `get`, `claim` and `release` run in the loop's thread, writing in a thread of its own.

    Raises `UsageError` where the file cannot be opened or is something else, `Stopped` where it cannot be written.
    """

    def __init__(self, path: Path, command: str = "") -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._reader = connect(path)
            self._leases = os.open(f"{path}.leases", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self.run, self._member = _join(self._reader, command)
        except (OSError, sqlite3.Error) as error:
            remedy = "name another file with --ledger, or go without: --no-ledger"
            raise UsageError(f"cannot use the ledger {path}: {error}", remedy) from None
        self._reader.execute("PRAGMA query_only = 1")
        self._writer: sqlite3.Connection | None = None  # of the thread
        self._charges: sqlite3.Connection | None = None  # of the loop, for `charge`
        self._broken: Exception | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._queue: list[Entry] = []  # not yet given to the thread
        self._batch: list[Entry] = []  # being committed
        self._fresh: dict[bytes, Reply] = {}  # of both: `get` gives them before they can be read
        self._await_queue: list[asyncio.Future[None]] = []
        self._await_batch: list[asyncio.Future[None]] = []
        self._writing: asyncio.Task[None] | None = None
        self._last_commit = 0.0
        self.hits = self.misses = 0

    def get(self, key: bytes) -> Reply | None:
        """Return the stored reply, or one that is about to be stored, or None."""
        if (fresh := self._fresh.get(key)) is not None:
            self.hits += 1
            return fresh
        found = self._reader.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        return unpack(found[0])

    def claim(self, key: bytes) -> bool:
        """Take the lease of a key; False while another process holds it."""
        try:
            fcntl.lockf(self._leases, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _lease_offset(key))
        except (BlockingIOError, PermissionError):
            return False
        return True

    def release(self, key: bytes) -> None:
        """Return a lease without a reply."""
        fcntl.lockf(self._leases, fcntl.LOCK_UN, 1, _lease_offset(key))

    def owner(self, key: bytes) -> int | None:
        """Return the id of the process that holds the lease of a key; None for none, or if the system does not tell."""
        if not sys.platform.startswith("linux"):
            return None
        asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, _lease_offset(key), 1, 0)
        kind, _, _, _, pid = struct.unpack("hhqqi4x", fcntl.fcntl(self._leases, fcntl.F_GETLK, asked))
        return None if kind == fcntl.F_UNLCK else int(pid)

    def put(self, entry: Entry) -> None:
        """Queue a reply; its lease is returned when it is committed."""
        self._queue.append(entry)
        self._fresh[entry.key] = entry.reply
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def wait_committed(self) -> None:
        """Wait until all that was put so far is committed; raises what the writing failed with."""
        if self._broken is not None:
            raise self._broken
        if self._queue or self._batch:
            committed = asyncio.get_running_loop().create_future()
            (self._await_queue if self._queue else self._await_batch).append(committed)
            await committed

    async def _write(self) -> None:
        """Commit what is queued, until nothing is; what comes meanwhile goes together."""
        loop = asyncio.get_running_loop()
        while self._queue:
            wait = self._last_commit + COMMIT_AFTER - loop.time()
            if wait > 0 and len(self._queue) < BATCH:
                await asyncio.sleep(wait)
            self._batch, self._queue = self._queue, []
            self._await_batch, self._await_queue = self._await_queue, []
            self._last_commit = loop.time()
            try:
                await loop.run_in_executor(self._thread, self._store, self._batch)
            except Stopped as error:
                self._broken = error
            finally:
                self._end_batch()

    def _end_batch(self) -> None:
        """Return the leases of the batch and wake the rows that waited for it."""
        for entry in self._batch:
            self._fresh.pop(entry.key, None)
            self.release(entry.key)
        self._batch = []
        for committed in self._await_batch:
            if committed.done():
                continue
            if self._broken is not None:
                committed.set_exception(self._broken)
            else:
                committed.set_result(None)
        self._await_batch = []

    def _store(self, batch: list[Entry]) -> None:
        """Write one transaction; in the writer's thread."""
        try:
            if self._writer is None:
                self._writer = connect(self.path)
            with transaction(self._writer):
                self._writer.executemany(
                    "INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [entry.values(self.run) for entry in batch],
                )
        except sqlite3.Error as error:
            raise Stopped(
                f"the ledger {self.path} cannot be written: {error}", "free some space, then type it again"
            ) from None

    def charge(self, spent: float, reserved: float, cap: float | None = None) -> bool:
        """Book USD that this process has spent and reserved more; False, and nothing booked, if that breaks the cap.

        In the loop's thread: the cap of a whole pipe only holds if the booking is done before the call goes out.
        """
        if self._charges is None:
            self._charges = connect(self.path)
        where = (self.run, *self._member)
        with transaction(self._charges):
            if cap is not None and reserved > 0:
                total = self._charges.execute(
                    "SELECT sum(spent + reserved) FROM members WHERE run = ?", (self.run,)
                ).fetchone()[0]
                if total + reserved + spent > cap:
                    return False
            self._charges.execute(
                "UPDATE members SET spent = spent + ?, reserved = max(0, round(reserved + ?, 12)) "
                "WHERE run = ? AND pid = ? AND started = ?",
                (spent, reserved, *where),
            )
        return True

    def in_flight_elsewhere(self) -> bool:
        """Return True if another live process of the run has money reserved for calls in flight."""
        rows = self._reader.execute("SELECT pid, started, reserved FROM members WHERE run = ?", (self.run,)).fetchall()
        return any(
            reserved > 0 and (pid, started) != self._member and is_alive(pid, started)
            for pid, started, reserved in rows
        )

    def commands(self) -> list[str]:
        """Return the command line of each process of this run, in the order of the pipe."""
        rows = self._reader.execute("SELECT command FROM members WHERE run = ? ORDER BY pid", (self.run,)).fetchall()
        return [command for (command,) in rows]

    def speed(self, model: str) -> tuple[float, float] | None:
        """Return mean seconds and completion tokens of the newest 500 replies of a model; None for none."""
        found = self._reader.execute(
            "SELECT avg(seconds), avg(completion_tokens), count(*) FROM "
            "(SELECT seconds, completion_tokens FROM replies WHERE model = ? ORDER BY rowid DESC LIMIT 500)",
            (model,),
        ).fetchone()
        return (found[0], found[1]) if found[2] else None

    async def aclose(self) -> None:
        """Commit what is queued and close."""
        try:
            await self.wait_committed()
        finally:
            self._thread.shutdown(wait=True)
            for database in (self._writer, self._charges, self._reader):
                if database is not None:
                    database.close()
            os.close(self._leases)


def _lease_offset(key: bytes) -> int:
    """Return the byte of the lease file that is locked for a key: 62 bits of the key."""
    return int.from_bytes(key[:8], "big") >> 2


class transaction:  # noqa: N801  # reads as a word in `with transaction(db)`
    """A transaction (`BEGIN IMMEDIATE … COMMIT`).

    It takes the writer's turn at once, so that what is read inside still holds when written.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: Any, *_: object) -> None:
        self._database.execute("COMMIT" if kind is None else "ROLLBACK")


def _use_wal(database: sqlite3.Connection) -> None:
    """Switch to a write-ahead log; SQLite does not wait here by itself while another process switches, too."""
    deadline = time.monotonic() + _BUSY
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def connect(path: Path, make: bool = True) -> sqlite3.Connection:
    """Return a connection to a ledger file, made where there is none; `sqlite3.Error` for a file of another kind."""
    fresh = make and not path.exists()
    database = sqlite3.connect(path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
    if fresh:
        os.chmod(path, 0o600)  # replies are private
    version = database.execute("PRAGMA user_version").fetchone()[0]
    tables = database.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
    if tables and ("replies",) not in tables:
        raise sqlite3.DatabaseError("it is another program's database")
    if version not in (0, VERSION):
        raise sqlite3.DatabaseError(f"it was made by another version of kardia ({version}, this one writes {VERSION})")
    _use_wal(database)
    database.execute("PRAGMA synchronous = NORMAL")
    if version == 0:
        with transaction(database):  # whoever came first has made all of it
            for statement in _SCHEMA.split(";"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {VERSION}")
    return database


def _join(database: sqlite3.Connection, command: str) -> tuple[int, tuple[int, str]]:
    """Join the run of this pipe (the process group: a shell's job), else begin one.

    A pipe is one as long as one of its processes lives; one that came late may find the first at its end already.
    """
    me = (os.getpid(), started_at(os.getpid()))
    job = f"{_boot()}:{os.getpgrp()}"
    with transaction(database):
        last = database.execute("SELECT id FROM runs WHERE job = ? ORDER BY id DESC LIMIT 1", (job,)).fetchone()
        members = database.execute("SELECT pid, started FROM members WHERE run = ?", last or (0,)).fetchall()
        others = [member for member in members if member != me]
        if not any(is_alive(*member) or _born_together(member[1], me[1]) for member in others):
            run = database.execute("INSERT INTO runs (began, job) VALUES (?, ?)", (time.time(), job)).lastrowid
        else:
            run = last[0]
        assert run is not None
        database.execute(
            "INSERT OR IGNORE INTO members (run, pid, started, command) VALUES (?, ?, ?, ?)", (run, *me, command)
        )
    return run, me


def _born_together(one: str, other: str) -> bool:
    """Return True if two processes began within 0.2 s, as those of a pipe do."""
    return bool(one and other) and abs(int(one) - int(other)) <= 20


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    except OSError:
        return ""


def started_at(pid: int) -> str:
    """Return a process's start in clock ticks since boot; "" where the system does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def is_alive(pid: int, started: str) -> bool:
    """Return True if the process of this id and start still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return started_at(pid) == started
