"""The table of what is the paper's and what is ours: no deviation is left out, and every place in it exists."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import reference

ROOT = Path(__file__).parent.parent
CELLS = re.compile(r"(?<!\\)\|")

# None of these rows may be lost or renamed unnoticed.
DEVIATIONS = {
    "FAIL", "drafts", "rewrites", "who ends a talk", "pairing", "unequal weights and saturation", "what the judge sees",
    "text outside spans", "best epoch", "held-out people", "semantic de-duplication", "rubric of evaluate",
    "calls of evaluate's judge", "label correction", "history", "sampling", "criteria `applies: profile`",
    "dev part of grpo", "strict format reward", "batch of GRPO", "batch of SFT", "prompts", "rubric of the loop",
    "system prompt", "after the fifth FAIL", "five scores to one", "KL weight, LoRA, lengths", "length of a reply",
}  # fmt: skip


def rows(page: str) -> list[list[str]]:
    """The cells of all rows of the tables of a page, without heads and rules."""
    lines = [CELLS.split(line.strip().strip("|")) for line in page.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line] for line in lines if line[0].strip() != "what"]


TABLE = rows((ROOT / "docs/paper.md").read_text(encoding="utf-8"))


@cache
def options(command: str) -> dict[str, str]:
    """The options of a command and what each takes, its choices in backticks where they are fixed."""
    from kardia_cli.cli.main import build

    known: Any = build().commands[command]
    hints = get_type_hints(known.callback)
    flags = [item for item in known.params if item.opts[0].startswith("-")]
    return {name: reference._value(item, hints.get(item.name)) for item in flags for name in item.opts}


def missing(place: str) -> str:
    """Return what does not exist of a place: `command --option value`, or `path::name`; "" where all does."""
    command, _, option = place.partition(" --")
    if option:
        flag, _, value = f"--{option}".partition(" ")
        takes = options(command).get(flag)
        if takes is None:
            return f"{command} has no {flag}"
        return f"{flag} takes no {value}" if value and "` / `" in takes and f"`{value}`" not in takes else ""
    path, _, name = place.partition("::")
    if not (ROOT / path).is_file():
        return f"there is no {path}"
    text = (ROOT / path).read_text(encoding="utf-8")
    return "" if name in text else f"{path} has no {name}"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_every_row_says_what_the_paper_and_kardia_do_and_names_places_that_exist(row: list[str]) -> None:
    assert len(row) == 4
    assert all(row)
    places = re.findall(r"`([^`]+)`", row[3])
    assert places
    assert [missing(place) for place in places if missing(place)] == []


def test_every_deviation_is_a_row_once() -> None:
    names = [row[0] for row in TABLE]
    assert set(names) >= DEVIATIONS
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "place",
    ["evaluate --no-such", "synthesize --pairing random", "kardia_cli/none.py", "kardia_cli/judge/verdicts.py::nobody"],
)
def test_a_place_that_is_gone_is_found(place: str) -> None:
    assert missing(place)
