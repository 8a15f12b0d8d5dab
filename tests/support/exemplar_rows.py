"""A small store of exemplars, and a dialogue that asks for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kardia_cli.contracts import Dialogue
from kardia_cli.exemplars import store
from kardia_cli.exemplars.store import ExemplarStore
from kardia_cli.rows.line import Line

REPLIES = {
    "sad": ["The heron stands alone and so do you.", "A heron waits; waiting hurts.", "Who else saw the heron?"],
    "proud": ["The heron would be proud too.", "You taught a heron to fly!"],
}
DIALOGUE = Dialogue(
    id="new", person="About: p", mbti=None, situation="My heron left.", seed=3,
    messages=[{"role": "user", "content": "My heron left on Monday."}],
)  # fmt: skip


def heron_store() -> ExemplarStore:
    """Five replies about herons in five dialogues of the train split, and one in the dialogue under work."""
    rows = [
        {
            "id": f"{emotion}-{number}", "emotion": emotion, "situation": f"{emotion} {number}", "split": "train",
            "messages": [
                {"role": "user", "content": f"My {emotion} heron, number {number}, left."},
                {"role": "assistant", "content": text},
            ],
        }
        for emotion, texts in REPLIES.items()
        for number, text in enumerate(texts)
    ]  # fmt: skip
    own: dict[str, Any] = {**rows[0], "id": "old", "situation": DIALOGUE.situation}
    return store.from_lines(Line(number, row=row, file="rows.jsonl") for number, row in enumerate([*rows, own], 1))


def in_format(name: str, labels: str | None = None) -> Dialogue:
    """The dialogue in another turn format."""
    return replace(DIALOGUE, format=name, labels=labels)
