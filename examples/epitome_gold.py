"""EPITOME's published files as labelled rows for `kardia evaluate gold.jsonl --protocol calibration`.

    python examples/epitome_gold.py FOLDER > gold.jsonl            # all of them
    python examples/epitome_gold.py FOLDER unread > gold.jsonl     # the half unread when the rules were made

FOLDER holds `emotional-reactions-reddit.csv`, `interpretations-reddit.csv` and `explorations-reddit.csv` of Sharma et
al. (2020), "A Computational Approach to Understanding Empathy Expressed in Text-Based Mental Health Support"; the data
are for non-commercial research, ask their authors. Every pair of a seeker's post and a response becomes one row, with
the levels 0 to 2 as the facets of `empathy`.

The three files list the same pairs in the same order. Some pairs come twice: where anything in them differs (levels or
the words that are given as the reason), they were labelled twice, and the row has several raters. The texts speak of
self-harm.
"""

from __future__ import annotations

import csv
import hashlib
import html
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILES = {
    "empathy.emotional_reaction": "emotional-reactions-reddit.csv",
    "empathy.interpretation": "interpretations-reddit.csv",
    "empathy.exploration": "explorations-reddit.csv",
}
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
ORIGIN = {
    "part": "dialogue",
    "source": "EPITOME, reddit part (Sharma et al. 2020)",
    "licence": "non-commercial research",
    "consent": "public posts",
}


def rows(folder: Path) -> Iterator[dict[str, Any]]:
    """One labelled row for each pair; `ValueError` where the files do not belong together."""
    tables = {name: _read(folder / file) for name, file in FILES.items()}
    if len({len(table) for table in tables.values()}) > 1:
        raise ValueError(f"the files have {sorted(len(table) for table in tables.values())} rows")
    pairs: dict[tuple[str, str], list[dict[str, dict[str, str]]]] = {}
    for number, records in enumerate(zip(*tables.values(), strict=True), 2):
        keys = {(record["sp_id"], record["rp_id"]) for record in records}
        if len(keys) > 1:
            raise ValueError(f"line {number}: the files name different pairs: {sorted(keys)}")
        labelled = dict(zip(tables, records, strict=True))
        known = pairs.setdefault(keys.pop(), [])
        if all(_notes(labelled) != _notes(earlier) for earlier in known):
            known.append(labelled)
    for (post, response), labellings in pairs.items():
        yield _row(f"epitome-{post}-{response}", labellings)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _notes(labelled: dict[str, dict[str, str]]) -> list[tuple[str, str]]:
    """What was decided: the levels, and the words that were marked as the reason."""
    return [(record["level"], record["rationales"]) for record in labelled.values()]


def _row(name: str, labellings: list[dict[str, dict[str, str]]]) -> dict[str, Any]:
    first = next(iter(labellings[0].values()))
    human = [
        {"turn": 1, "rater": str(number), "id": facet, "level": int(record["level"])}
        for number, labelled in enumerate(labellings, 1)
        for facet, record in labelled.items()
    ]
    messages = [
        {"role": "user", "content": plain(first["seeker_post"])},
        {"role": "assistant", "content": plain(first["response_post"])},
    ]
    return {"id": name, "messages": messages, "author": "human", "human": human, "origin": [ORIGIN]}


def plain(text: str) -> str:
    """Text as it was written: entities undone, also those that were escaped twice; no invisible characters."""
    while (read := html.unescape(text)) != text:
        text = read
    return text.translate(INVISIBLE).strip()


def half_of(name: str) -> str:
    """Which half a row belongs to, by a hash of its seeker's post: `read` or `unread`."""
    post = name.removeprefix("epitome-").rpartition("-")[0]
    return ("read", "unread")[hashlib.sha256(post.encode()).digest()[0] % 2]


def main() -> None:
    """Write the rows to stdout."""
    folder, wanted = (*sys.argv[1:], "all", "all")[:2]
    if len(sys.argv) not in (2, 3) or wanted not in ("all", "read", "unread"):
        sys.exit("usage: python examples/epitome_gold.py FOLDER [all|read|unread] > gold.jsonl")
    try:
        for row in rows(Path(folder)):
            if wanted in ("all", half_of(row["id"])):
                sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"epitome_gold: {error}")


if __name__ == "__main__":
    main()
