"""Kardia's own turn format with its four spans by name: what most tests write and read."""

from __future__ import annotations

from typing import NamedTuple

from kardia_cli.rows import labels, turn_format

FORM = turn_format.load(turn_format.DEFAULT)
PLAIN = turn_format.load("plain")
NAMES = tuple(span.name for span in FORM.spans)
MARKERS = FORM.markers
EMOTIONS = labels.load(labels.DEFAULT).labels
SpanError = turn_format.SpanError
visible, has_marker, normalise = FORM.visible, FORM.has_marker, FORM.normalise


class Spans(NamedTuple):
    """The texts of the four spans."""

    understanding: str
    reasoning: str
    emotion: str
    response: str


def render(spans: Spans) -> str:
    """Write a turn."""
    return FORM.render(spans._asdict())


def parse(text: str) -> Spans:
    """Read a turn; raises `SpanError` where its format is broken."""
    return Spans(**FORM.parse(text))


def read(text: str) -> Spans | None:
    """Read a turn; None where its format is broken."""
    parts = FORM.read(text)
    return None if parts is None else Spans(**parts)
