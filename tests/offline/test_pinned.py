"""What the offline pair can do, with bounds, and the bytes of a small pipe: what a change costs is seen here first."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
import warm

from kardia_cli.metrics.epitome import FACETS, lexical_levels

EXAMPLES = Path(__file__).parents[2] / "examples"
# Name of a fault: (least recall, least precision) on the speaker's own drafts.
PLANTED = {
    "advice_without_feeling": (0.80, 0.60),
    "broken_span": (1.0, 0.97),
    "ignores_profile": (0.75, 0.35),
    "recites_profile": (0.60, 0.90),
    "too_long": (1.0, 0.97),
    "unsafe_promise": (0.95, 0.94),
    "wrong_emotion": (1.0, 0.75),
}
# Number of a family of probes: the share of its instances that hold at least; those that hold nothing are left out.
HELD = dict.fromkeys((*range(1, 12), 17, 18, 22, 23, 24), 1.0) | {
    13: 0.15,
    14: 0.6,
    15: 0.8,
    16: 0.6,
    19: 0.4,
    21: 0.8,
    25: 0.7,
}
PIPE = "e00713f7aa131f72"


def kardia(*words: str, rows: bytes = b"") -> bytes:
    """The stdout of one command."""
    done = warm.run(Path.cwd(), *words, stdin=rows.decode(), KARDIA_SALT="pinned")
    assert done.returncode == 0, done.stderr
    return done.stdout.encode()


def scores(rows: bytes) -> list[dict[str, Any]]:
    """The score rows that were measured."""
    return [row for row in map(json.loads, rows.splitlines()) if row["value"] is not None]


def recall(found: list[dict[str, Any]], kind: str) -> float:
    """The share of the turns with this planted fault in which it was named."""
    planted = [row for row in found if row["label"] == kind]
    return sum(kind in named(row) for row in planted) / len(planted)


def named(row: dict[str, Any]) -> set[str]:
    """The faults that the judge names in one turn."""
    return {part["id"] for part in row["parts"] if part["value"]}


@pytest.fixture(scope="module")
def drafts() -> list[dict[str, Any]]:
    """What the judge finds in 150 dialogues of the speaker; it is told none of their faults."""
    made = kardia("synthesize", "builtin", "-q", "-n", "150", "--seed", "11")
    return scores(kardia("evaluate", "--protocol", "faults", "--judge-model", "offline", rows=made))


@pytest.mark.parametrize("kind", PLANTED)
def test_planted_faults_are_found(drafts: list[dict[str, Any]], kind: str) -> None:
    said = [row for row in drafts if kind in named(row)]
    assert recall(drafts, kind) >= PLANTED[kind][0]
    assert sum(row["label"] == kind for row in said) / len(said) >= PLANTED[kind][1]


def test_clean_drafts_are_left_alone(drafts: list[dict[str, Any]]) -> None:
    clean = [row for row in drafts if not row["label"]]
    assert sum(not named(row) for row in clean) / len(clean) >= 0.92


def test_hand_written_faults_are_found_and_clean_turns_left_alone() -> None:
    found = scores(
        kardia("evaluate", str(EXAMPLES / "faults.jsonl"), "--protocol", "faults", "--judge-model", "offline")
    )
    planted = [row for row in found if row["label"]]
    clean = [row for row in found if not row["label"]]
    assert sum(row["label"] in named(row) for row in planted) / len(planted) >= 0.65
    assert sum(not named(row) for row in clean) / len(clean) >= 0.94


def test_each_family_of_probes_holds_as_often_as_it_did() -> None:
    from kardia_cli.evaluation.probing.probe_families import BY_NAME

    held: dict[int, list[float]] = {}
    for row in scores(kardia("evaluate", "builtin", "--protocol", "probes", "--judge-model", "offline")):
        held.setdefault(BY_NAME[row["label"]].number, []).append(row["value"])
    shares = {number: sum(values) / len(values) for number, values in held.items()}
    assert {number: shares[number] for number in HELD if shares[number] < HELD[number]} == {}


def test_the_facets_by_words_agree_with_the_hand_written_labels() -> None:
    pairs = []
    for line in (EXAMPLES / "gold.jsonl").read_text().splitlines():
        row = json.loads(line)
        for mark in row["human"]:
            facet = mark["id"].removeprefix("empathy.")
            if facet in FACETS:
                turn = mark["turn"]
                level = lexical_levels(row["messages"][turn]["content"], row["messages"][turn - 1]["content"])[facet]
                pairs.append((level, mark["level"]))
    assert len(pairs) > 100
    assert sum(mine == theirs for mine, theirs in pairs) / len(pairs) >= 0.5


def test_a_small_pipe_gives_the_same_bytes() -> None:
    made = kardia("synthesize", "builtin", "-q", "-n", "8", "--seed", "3")
    refined = kardia("refine", "-q", rows=kardia("critique", "-q", rows=made))
    # The stand-in's hash of its own sources moves with every line of them; all else is what a user would see.
    text = re.sub(rb'"hash":"[0-9a-f]{16}"', b'"hash":""', refined)
    assert hashlib.sha256(text).hexdigest()[:16] == PIPE
