"""The least that a JSONL filter does in Python: orjson both ways, one field edited, each record flushed."""

from __future__ import annotations

import sys

import orjson

target = sys.stdout.buffer
for line in sys.stdin.buffer:
    row = orjson.loads(line)
    row["emotion"] = "content"
    target.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    target.flush()
