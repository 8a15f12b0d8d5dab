"""The four spans of a supporter turn: render, read, check (Kardia-R1, section on the response format).

A turn is written as

    <|understanding_begin|>…<|understanding_end|>
    <|reasoning_begin|>…<|reasoning_end|>
    <|emotion_begin|>anxious<|emotion_end|>
    <|response_begin|>…<|response_end|>

The data card of KardiaBench spells the tags `<understanding>…</understanding>`; both spellings are read, the first is
written. An empty `<think></think>` before the turn (Qwen3's template) is allowed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

NAMES = ("understanding", "reasoning", "emotion", "response")
MARKERS = tuple(f"<|{name}_{edge}|>" for name in NAMES for edge in ("begin", "end"))
"""The eight marker tokens, in the order in which a turn shows them."""

_TAG = re.compile(r"<\|(" + "|".join(NAMES) + r")_(begin|end)\|>|<(/?)(" + "|".join(NAMES) + r")>")
_THINK = re.compile(r"^\s*<think>.*?</think>\s*", re.DOTALL)


class Spans(NamedTuple):
    """The content of the four spans, without markers."""

    understanding: str
    reasoning: str
    emotion: str
    response: str


class SpanError(ValueError):
    """The text is not four spans; the message says what is wrong."""


def render(spans: Spans) -> str:
    """Write four spans as the text of one supporter turn."""
    return "\n".join(f"<|{name}_begin|>{text}<|{name}_end|>" for name, text in zip(NAMES, spans, strict=True))


def parse(text: str) -> Spans:
    """Read a supporter turn; raise `SpanError` unless all four are there once, in order, closed and not empty.

    Text outside the spans breaks the format too.
    """
    text = _THINK.sub("", text)
    found: list[str] = []
    opened: str | None = None
    start = end = 0
    for match in _TAG.finditer(text):
        name = match[1] or match[4]
        closing = match[2] == "end" or match[3] == "/"
        if opened is None:
            _expect_opening(text[end : match.start()], name, closing, len(found))
            opened, start = name, match.end()
        else:
            if not closing or name != opened:
                raise SpanError(f"the {opened} span is not closed")
            found.append(text[start : match.start()].strip())
            opened, end = None, match.end()
    if opened is not None:
        raise SpanError(f"the {opened} span is not closed")
    if len(found) < len(NAMES):
        raise SpanError(f"the {NAMES[len(found)]} span is missing")
    if text[end:].strip():
        raise SpanError("there is text after the response span")
    for name, content in zip(NAMES, found, strict=True):
        if not content:
            raise SpanError(f"the {name} span is empty")
    return Spans(*found)


def _expect_opening(before: str, name: str, closing: bool, count: int) -> None:
    if closing:
        raise SpanError(f"the {name} span is closed before it is opened")
    if before.strip():
        raise SpanError("there is text outside the spans")
    if count >= len(NAMES) or name != NAMES[count]:
        expected = NAMES[count] if count < len(NAMES) else "nothing"
        raise SpanError(f"found the {name} span where {expected} belongs")


def read(text: str) -> Spans | None:
    """Return the spans of a turn, or None where the format is broken."""
    try:
        return parse(text)
    except SpanError:
        return None


def visible(text: str) -> str:
    """Return what the seeker sees of a supporter turn: its response span.

    Where the format is broken, the text after the last opened response marker, else all but markers and hidden spans.
    """
    spans = read(text)
    if spans is not None:
        return spans.response
    text = _THINK.sub("", text)
    _, marker, tail = text.rpartition("<|response_begin|>")
    if not marker:
        _, marker, tail = text.rpartition("<response>")
    return _TAG.sub(" ", tail if marker else _without_hidden(text)).strip()


def _without_hidden(text: str) -> str:
    for name in NAMES[:3]:
        text = re.sub(rf"<\|?{name}(_begin\|)?>.*?</?\|?{name}(_end\|)?>", " ", text, flags=re.DOTALL)
    return text


def has_marker(text: str) -> bool:
    """Return True where the text shows any span marker, whole format or not."""
    return _TAG.search(text) is not None


def normalise(text: str) -> str:
    """Return the turn in the paper's spelling; text whose format is broken comes back as it is."""
    spans = read(text)
    return text if spans is None else render(spans)
