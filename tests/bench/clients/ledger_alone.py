"""The ledger without anything around it: `ledger_alone.py LEDGER ENTRIES` prints rates a second as one JSON object.

Replies of about 1.5 kB are put in waves, each committed before the next; then all are found, and as many keys are not.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from kardia_cli.chat.ledger.ledger import Entry, Ledger, key_of
from kardia_cli.rows.request import Reply, Usage

WAVE = 512


async def main() -> None:
    """Put, get, miss."""
    path, count = Path(sys.argv[1]), int(sys.argv[2])
    keys = [key_of(("m",), ["bench", number]) for number in range(count)]
    entries = [Entry(key, Reply("word " * 300 + key.hex(), usage=Usage(110, 260)), "m", "bench", 0.2) for key in keys]
    ledger = Ledger(path)
    clock = time.perf_counter()
    for at in range(0, count, WAVE):
        for entry in entries[at : at + WAVE]:
            ledger.put(entry)
        await ledger.wait_committed()
    puts, clock = time.perf_counter() - clock, time.perf_counter()
    found = sum(ledger.get(key) is not None for key in keys)
    gets, clock = time.perf_counter() - clock, time.perf_counter()
    missed = sum(ledger.get(key_of(("m",), ["other", number])) is None for number in range(count))
    misses = time.perf_counter() - clock
    await ledger.aclose()
    if (found, missed) != (count, count):
        sys.exit(f"found {found} and missed {missed} of {count}")
    print(json.dumps({"puts": count / puts, "gets": count / gets, "misses, key included": count / misses}))


asyncio.run(main())
