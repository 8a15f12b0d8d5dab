"""Small training rows, written by rule: two people with two exchanges each, emotions that follow from the words."""

from __future__ import annotations

from typing import Any

import four_spans as spans

SIGNS = {"anxious": "my stomach is in knots", "proud": "I could not stop smiling", "lonely": "the flat is so quiet"}


def turn(emotion: str, topic: str) -> str:
    """A supporter turn in four spans."""
    return spans.render(
        spans.Spans(f"They speak of {topic}.", f"That leaves one {emotion}.", emotion, f"Tell me more about {topic}.")
    )


def row(number: int, emotion: str = "anxious", exchanges: int = 2) -> dict[str, Any]:
    """One dialogue; rows of even and odd number are of two people."""
    messages = []
    for at in range(exchanges):
        messages.append({"role": "user", "content": f"Day {at}: about the exam, {SIGNS[emotion]}."})
        messages.append({"role": "assistant", "content": turn(emotion, "the exam")})
    return {
        "id": f"row-{number}",
        "person": "MBTI: INFP\nAbout: I bake bread and read at night.",
        "mbti": "INFP",
        "emotion": emotion,
        "situation": f"The exam is near and {SIGNS[emotion]}.",
        "anon_username": f"person-{number % 2}",
        "messages": messages,
    }


def rows(count: int = 6, exchanges: int = 2) -> list[dict[str, Any]]:
    """Rows that take the three emotions in turn."""
    names = list(SIGNS)
    return [row(number, names[number % 3], exchanges) for number in range(count)]
