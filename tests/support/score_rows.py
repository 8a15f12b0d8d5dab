"""Score rows as `kardia evaluate` writes them, made by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kardia_cli.contracts import spec_of_rows
from kardia_cli.reporting import compare, runs, specs
from kardia_cli.reporting.comparison import Comparison

Row = dict[str, Any]


def score(dialogue: int = 0, turn: int = 2, model: str = "m", **changes: Any) -> Row:
    """One score row; `parts` is given as a dict. Two dialogues belong to each profile."""
    parts: Mapping[str, float | None] = changes.pop("parts", {"format": 1.0, "emotion": 1.0, "empathy": 4.0})
    return {
        "id": f"talk-{dialogue}",
        "anon_username": f"person-{dialogue // 2}",
        "emotion": "sad",
        "protocol": "kardiabench",
        "model": model,
        "turn": turn,
        "text": "SECRET",
        "label": "sad" if parts.get("emotion") else "angry",
        "value": 0.5,
        "parts": [{"id": name, "value": value} for name, value in parts.items()],
        "reason": "PASS",
        "judge": "judge-a",
        "rubric_hash": "read1",
        "policy_hash": "policy1",
        "critique": None,
        "settings": "{}",
    } | changes


def run(lift: float = 0.0, dialogues: int = 24, hits: int = 5, **changes: Any) -> list[Row]:
    """Return rows, two turns a dialogue: empathy 3 to 4 plus `lift`, the emotion right `hits` times of seven."""
    return [
        score(
            number,
            turn,
            parts={
                "format": 1.0,
                "emotion": float((number * 3 + turn) % 7 < hits),
                "empathy": 3.0 + (number * 7 + turn) % 5 / 4 + lift * (1 + (number + turn) % 3 / 2),
                "empathy.exploration": 1.0,
            },
            **changes,
        )
        for number in range(dialogues)
        for turn in (2, 4)
    ]


def lines(rows: Iterable[Row]) -> str:
    """The rows as text."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def write(path: Path, rows: Iterable[Row]) -> str:
    """Write a file of rows; its name."""
    path.write_text(lines(rows))
    return str(path)


def report(folder: Path, baseline: str | None = None, criteria: list[str] | None = None, **files: Any) -> Comparison:
    """The comparison of names with a list of rows each, or a list of such lists (training seeds)."""
    words = []
    for name, rows in files.items():
        seeds = rows if isinstance(rows[0], list) else [rows]
        written = [write(folder / f"{name}-{number}.jsonl", each) for number, each in enumerate(seeds)]
        words.append(f"{name}={','.join(written)}")
    material = asyncio.run(runs.load(specs.parse(words), spec_of_rows))
    return compare.compare(material.groups, baseline, criteria or [], spec_of_rows(material.protocol))
