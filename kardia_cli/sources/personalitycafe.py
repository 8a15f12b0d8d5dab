"""The PersonalityCafe MBTI set: a CSV of `type,posts`, one forum user a record, about 50 posts joined by `|||`.

The published file quotes most users' posts once more with single quotes; a matching pair comes off. Posts that end
"..." were cut off at about 200 characters by whoever collected them and stay so. There is no user name in the file, so
no `source_id` is given: a person is known by the whole record.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kardia_cli.errors import RowError, UsageError
from kardia_cli.rows.line import Line, Row
from kardia_cli.stream.csv_records import Record, check_width, header, records
from kardia_cli.text.cleaning import MBTI_TYPES

ORIGIN = {
    "part": "profile",
    "source": "PersonalityCafe MBTI set",
    "licence": "CC0 as listed on Kaggle, not checked",
    "consent": "public forum posts; the authors were not asked",
}


def rows(path: Path) -> Iterator[Line]:
    """Raw rows with mbti (None where it is none of the 16), posts and origin; `UsageError` for another header."""
    stream = records(path)
    names = [name.lower() for name in header(stream, path)]
    if "type" not in names or "posts" not in names:
        found = ", ".join(names)[:200]
        raise UsageError(f"{path} has no columns type and posts, but: {found}", "name the MBTI CSV, or use source csv")
    at = (names.index("type"), names.index("posts"))
    for record in stream:
        yield _line(record, len(names), at)


def _line(record: Record, width: int, at: tuple[int, int]) -> Line:
    error = check_width(record, width)
    if error is None and not record.cells[at[1]].strip():
        error = RowError("no posts")
    row = None if error else _row(record.cells[at[0]], record.cells[at[1]])
    return Line(record.number, row=row, error=error, raw=record.raw)


def _row(kind: str, posts: str) -> Row:
    mbti, posts = kind.strip().upper(), posts.strip()
    if len(posts) > 1 and posts[0] == posts[-1] == "'":
        posts = posts[1:-1]
    return {"mbti": mbti if mbti in MBTI_TYPES else None, "posts": posts.split("|||"), "origin": [dict(ORIGIN)]}
