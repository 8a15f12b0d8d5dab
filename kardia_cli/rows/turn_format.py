"""How a supporter turn is written: a list of spans, from a TOML file of formats/ or one of the user's own.

    ask = "Write every turn as two parts, each inside its own markers:"      what a model is told before the spans
    labels = "empathetic_dialogues"                                          the label set of its label span, if any
    [[span]]
    name = "analysis"
    markers = ["<analysis>", "</analysis>"]     what is written;  also = [[…, …]]: other spellings that are read
    hint = "their situation and what they feel" what a model is told to write;  {labels} lists the label set
    hidden = true                               kept from the other side of the dialogue
    role = "plain"                              `label` names the emotion, `reply` is said to the person
    before = "<think>", after = "</think>"      text that has to stand around the markers

A format without spans is a reply and nothing else. An empty `<think></think>` before a turn (Qwen3's template) is allowed.
Kardia-R1 publishes the format `kardia`; that a format is data is not in the paper.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from kardia_cli.errors import UsageError

FOLDER = Path(__file__).parents[1] / "formats"
DEFAULT = "kardia"
Role = Literal["label", "reply", "plain"]
_THINK = re.compile(r"^\s*<think>.*?</think>\s*", re.DOTALL)


class SpanError(ValueError):
    """The text does not follow the format; the message says where."""


@dataclass(frozen=True, slots=True)
class Span:
    """One part of a turn; `spellings` are its pairs of markers, the written one first."""

    name: str
    spellings: tuple[tuple[str, str], ...]
    hint: str = ""
    role: Role = "plain"
    is_hidden: bool = False
    before: str = ""
    after: str = ""

    @property
    def markers(self) -> tuple[str, str]:
        """The opening and the closing marker that are written."""
        return self.spellings[0]

    def written(self, text: str) -> str:
        """The text inside its markers, with what has to stand around them."""
        inner = f"{self.markers[0]}{text}{self.markers[1]}"
        return "\n".join(part for part in (self.before, inner, self.after) if part)


@dataclass(frozen=True)
class TurnFormat:
    """A format with its spans in the order in which a turn shows them; no spans: a plain reply."""

    name: str
    summary: str = ""
    ask: str = ""
    spans: tuple[Span, ...] = ()
    labels: str | None = None
    source: str = field(default="", compare=False, repr=False)

    @cached_property
    def hash(self) -> str:
        """16 hex digits over the file, for hashes and the run folder."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:16]

    @property
    def is_plain(self) -> bool:
        """Whether a turn is a reply and nothing else."""
        return not self.spans

    @cached_property
    def markers(self) -> tuple[str, ...]:
        """Every written marker, in the order in which a turn shows them."""
        return tuple(marker for span in self.spans for marker in span.markers)

    @cached_property
    def label_span(self) -> Span | None:
        """The span that names the label; None in a format without one."""
        return next((span for span in self.spans if span.role == "label"), None)

    @cached_property
    def reply_span(self) -> Span | None:
        """The span that is said to the person; None in a plain format."""
        return next((span for span in self.spans if span.role == "reply"), None)

    @cached_property
    def _tags(self) -> dict[str, tuple[Span, bool]]:
        """Marker → its span and whether it closes it."""
        return {
            marker: (span, closes)
            for span in self.spans
            for pair in span.spellings
            for marker, closes in zip(pair, (False, True), strict=True)
        }

    @cached_property
    def _tag(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(self._tags, key=len, reverse=True))) or r"(?!)")

    def instructions(self, labels: tuple[str, ...] = ()) -> str:
        """What a model is told of the format, "" where it is plain; `labels` stand in the hint of the label span."""
        if self.is_plain:
            return ""
        hints = [span.written(span.hint.replace("{labels}", ", ".join(labels))) for span in self.spans]
        return "\n".join([self.ask, *hints])

    def render(self, parts: Mapping[str, str]) -> str:
        """Write the spans' texts (by name) as one turn; a plain format writes its only text."""
        if self.is_plain:
            return next(iter(parts.values()), "")
        return "\n".join(span.written(parts[span.name]) for span in self.spans)

    def parse(self, text: str) -> dict[str, str]:
        """Return the spans' texts by name; raise `SpanError` unless each is there once, in order, closed and not empty.

        Text outside the spans breaks the format too. A plain format has one text, `reply`.
        """
        text = _THINK.sub("", text)
        if self.is_plain:
            if not text.strip():
                raise SpanError("the reply is empty")
            return {"reply": text.strip()}
        found: dict[str, str] = {}
        opened: Span | None = None
        expected = list(self.spans)
        start = end = 0
        around = ""
        for match in self._tag.finditer(text):
            span, closes = self._tags[match[0]]
            if opened is None:
                around += text[end : match.start()]
                self._check_opening(span, closes, around, expected)
                opened, start = expected.pop(0), match.end()
            elif not closes or span is not opened:
                raise SpanError(f"the {opened.name} span is not closed")
            else:
                found[opened.name] = text[start : match.start()].strip()
                around, opened, end = opened.after, None, match.end()
                if around and text[end:].lstrip().startswith(around):
                    end = text.index(around, end) + len(around)
                    around = ""
        if opened is not None:
            raise SpanError(f"the {opened.name} span is not closed")
        if expected:
            raise SpanError(f"the {expected[0].name} span is missing")
        if around or text[end:].strip():
            raise SpanError(f"there is text after the {self.spans[-1].name} span")
        for name, content in found.items():
            if not content:
                raise SpanError(f"the {name} span is empty")
        return found

    @staticmethod
    def _check_opening(span: Span, closes: bool, around: str, expected: list[Span]) -> None:
        if closes:
            raise SpanError(f"the {span.name} span is closed before it is opened")
        due = expected[0] if expected else None
        if around.strip() != (due.before if due is not None else ""):
            raise SpanError("there is text outside the spans")
        if span is not due:
            raise SpanError(f"found the {span.name} span where {due.name if due else 'nothing'} belongs")

    def read(self, text: str) -> dict[str, str] | None:
        """The spans' texts by name; None where the format is broken."""
        try:
            return self.parse(text)
        except SpanError:
            return None

    def error(self, text: str) -> str:
        """Say what breaks the format; "" where nothing does."""
        try:
            self.parse(text)
        except SpanError as error:
            return str(error)
        return ""

    def label(self, text: str) -> str:
        """The label that a turn names, in lower case; "" where the format is broken or has no label span."""
        span, parts = self.label_span, self.read(text)
        return parts[span.name].strip().lower() if span is not None and parts is not None else ""

    def hidden(self, text: str) -> str:
        """The hidden spans' texts but for the label's, a line each; "" where the format is broken."""
        parts = self.read(text) or {}
        return "\n".join(
            parts[span.name] for span in self.spans if span.is_hidden and span.role != "label" and span.name in parts
        )

    def visible(self, text: str) -> str:
        """What the other side sees of a turn: its reply, or, where the format is broken, the best guess at it.

        The guess: what follows the last opened reply marker, else the text without its markers and hidden spans.
        """
        if self.is_plain:
            return _THINK.sub("", text).strip()
        reply = self.reply_span
        assert reply is not None
        parts = self.read(text)
        if parts is not None:
            return parts[reply.name]
        text = _THINK.sub("", text)
        openings = [text.rfind(opening) + len(opening) for opening, _ in reply.spellings if opening in text]
        if openings:
            text = text[max(openings) :]
        else:
            for span in (span for span in self.spans if span.is_hidden):
                edges = [[re.escape(pair[edge]) for pair in span.spellings] for edge in (0, 1)]
                hidden = rf"(?:{'|'.join(edges[0])}).*?(?:{'|'.join(edges[1])})"
                text = re.sub(hidden, " ", text, flags=re.DOTALL)
        literals = [literal for span in self.spans for literal in (span.before, span.after) if literal]
        for literal in literals:
            text = text.replace(literal, " ")
        return self._tag.sub(" ", text).strip()

    def has_marker(self, text: str) -> bool:
        """Whether the text shows any marker of the format, whole or not."""
        return self._tag.search(text) is not None

    def with_reply(self, text: str, reply: str) -> str:
        """The turn with another reply; the reply alone where the format is broken or plain."""
        span, parts = self.reply_span, self.read(text)
        return reply if span is None or parts is None else self.render({**parts, span.name: reply})

    def with_label(self, text: str, label: str) -> str:
        """The turn with another label; the turn as it is where it names none."""
        span, parts = self.label_span, self.read(text)
        return text if span is None or parts is None else self.render({**parts, span.name: label})

    def normalise(self, text: str) -> str:
        """The turn in the written spelling; text whose format is broken comes back as it is."""
        parts = self.read(text)
        return text if parts is None else self.render(parts)


def names() -> list[str]:
    """Names of the formats that come with kardia, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def load(name: str) -> TurnFormat:
    """A format by name, or from a `.toml` file; `UsageError` with file and reason where it is none."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise UsageError(f"there is no turn format {name!r}", f"known: {', '.join(names())}, or a .toml file")
    source = path.read_text(encoding="utf-8")
    try:
        table = tomllib.loads(source)
        spans = tuple(_span(entry) for entry in table.get("span", []))
        _check(table, spans)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise UsageError(f"{path}: {error}", "see kardia_cli/rows/turn_format.py for a whole example") from None
    return TurnFormat(path.stem, table.get("summary", ""), table.get("ask", ""), spans, table.get("labels"), source)


_SPAN_KEYS = {"name", "markers", "also", "hint", "role", "hidden", "before", "after"}
_FORMAT_KEYS = {"summary", "ask", "labels", "span"}


def _span(entry: Mapping[str, Any]) -> Span:
    name = str(entry.get("name") or "")
    unknown = sorted(set(entry) - _SPAN_KEYS)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"a span's name is small letters, digits and _, not {name!r}")
    if unknown:
        raise ValueError(f"span {name!r}: unknown key {unknown[0]!r}; known: {', '.join(sorted(_SPAN_KEYS))}")
    spellings = tuple(tuple(map(str, pair)) for pair in [entry.get("markers") or [], *entry.get("also", [])])
    if any(len(pair) != 2 or not all(pair) for pair in spellings):
        raise ValueError(f"span {name!r}: markers are an opening and a closing text")
    role = entry.get("role", "plain")
    if role not in ("label", "reply", "plain"):
        raise ValueError(f"span {name!r}: role {role!r} is none of label, reply, plain")
    return Span(
        name, spellings, str(entry.get("hint", "")), role, bool(entry.get("hidden", False)),  # type: ignore[arg-type]  # pairs: checked above
        str(entry.get("before", "")), str(entry.get("after", "")),
    )  # fmt: skip


def _check(table: Mapping[str, Any], spans: tuple[Span, ...]) -> None:
    unknown = sorted(set(table) - _FORMAT_KEYS)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}; known: {', '.join(sorted(_FORMAT_KEYS))}")
    if not spans:
        return
    if sum(span.role == "reply" for span in spans) != 1:
        raise ValueError("exactly one span has the role reply")
    if sum(span.role == "label" for span in spans) > 1:
        raise ValueError("at most one span has the role label")
    if any(span.role == "reply" and span.is_hidden for span in spans):
        raise ValueError("the reply cannot be hidden")
    texts = [marker for span in spans for pair in span.spellings for marker in pair]
    twice = next((text for text in texts if texts.count(text) > 1), None)
    if twice is not None:
        raise ValueError(f"the marker {twice!r} stands twice")
