"""The way a supporter turn is written: a list of spans, from a TOML file of formats/ or one of the user's own.

    system = "You work at a shop's desk."       who the model is, in place of kardia's own words
    ask = "Write every turn as two parts, each inside its own markers:"      what a model is told before the spans
    anew = "Write the whole turn anew, …:"                                   the same for a rewrite
    [[span]]
    name = "inner"
    markers = ["<inner>", "</inner>"]     what is written;  also = [[…, …]]: other spellings that are read
    hint = "their situation and what they feel" what a model is told to write;  {labels} lists the label set
    limit = 30                                  words at most;  {limit} in the hint tells them
    hidden = true                               kept from the other side of the dialogue
    role = "plain"                              `label` names the emotion, `reply` is said to the person
    before = "<think>", after = "</think>"      text that has to stand around the markers

A format without spans is a reply and nothing else. A `<think></think>` before a turn (Qwen3's template) is allowed.
Kardia-R1 publishes the format `kardia`; that a format is data is not in the paper.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
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
    limit: int | None = None

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
    system: str = ""
    ask: str = ""
    anew: str = ""
    spans: tuple[Span, ...] = ()
    source: str = field(default="", compare=False, repr=False)

    @cached_property
    def hash(self) -> str:
        """16 hex digits over the file, for hashes and the run folder."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:16]

    @property
    def is_plain(self) -> bool:
        """Return True where a turn is a reply and nothing else."""
        return not self.spans

    @cached_property
    def markers(self) -> tuple[str, ...]:
        """All written markers, in the order in which a turn shows them."""
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

    def instructions(self, labels: str = "{labels}") -> str:
        """Return the words that ask a model for this format, "" where it is plain.

        `labels` replaces the slot of that name in the hints; left out, the slot stays.
        """
        return "" if self.is_plain else self._told(self.ask, labels, {})

    def rewrite_instructions(self, label: str) -> str:
        """Return the words that ask for a whole turn anew; `label` is what the label span shall hold."""
        told = {self.label_span.name: label} if self.label_span is not None else {}
        return self._told(self.anew, label, told)

    def _told(self, ask: str, labels: str, told: Mapping[str, str]) -> str:
        hints = [
            span.written(told.get(span.name, span.hint).replace("{labels}", labels).replace("{limit}", str(span.limit)))
            for span in self.spans
        ]
        return "\n".join([ask, *hints])

    def compose(self, thoughts: Sequence[str], label: str, reply: str) -> str:
        """Write a turn from its reply, its label and thoughts for the other spans, in order.

        Where there are more thoughts than spans, a span has several; where there are fewer, they come again.
        """
        others = [span for span in self.spans if span.role == "plain"]
        count, most = len(others), len(thoughts)
        parts = {"label": label, "reply": reply}
        for number, span in enumerate(others):
            own = thoughts[number * most // count : (number + 1) * most // count] or [thoughts[number % most]]
            parts[span.name] = " ".join(own)
        named = {span.name: parts[span.role] for span in self.spans if span.role != "plain"}
        return self.render({**parts, **named}) if self.spans else reply

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
        """Return what the other side sees of a turn: its reply, or, where the format is broken, the best guess at it.

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
        """Return True where the text shows any marker of the format, whole or not."""
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
    """Return the names of the formats that come with kardia, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


_files: dict[str, Path] = {}


def use_file(path: Path) -> TurnFormat:
    """Read a user's format and let its name, the file's stem, stand for it in this process; `UsageError` if wrong."""
    form = _read(path)
    if form.name in names():
        raise UsageError(f"{path} has the name of a format that comes with kardia", "give the file another name")
    _files[form.name] = path
    return form


def load(name: str) -> TurnFormat:
    """Return a format by name, or from a `.toml` file; raise `UsageError` with file and reason where it is none."""
    if name.endswith(".toml"):
        return use_file(Path(name))
    if name not in _files and name not in names():
        raise UsageError(
            f"there is no turn format {name!r} here", f"known: {', '.join(names())}; or --format FILE.toml"
        )
    return _read(_files.get(name, FOLDER / f"{name}.toml"))


def facts_of(row: Mapping[str, Any]) -> dict[str, str]:
    """Return what a row says of its format and label set, {} where they are kardia's own: for requests' facts."""
    return {name: str(row[name]) for name in ("format", "labels") if row.get(name)}


def declared(row: Mapping[str, Any]) -> TurnFormat:
    """Return the format that a row names, else kardia's own: what a model is asked for."""
    return load(str(row.get("format") or DEFAULT))


def detect(row: Mapping[str, Any]) -> TurnFormat:
    """Return the format that a row names, else plain where no supporter turn shows a marker, else kardia's own."""
    form = declared(row)
    if row.get("format"):
        return form
    texts = [str(message["content"]) for message in row.get("messages") or [] if message["role"] == "assistant"]
    return form if any(form.has_marker(text) for text in texts) else load("plain")


@cache
def _read(path: Path) -> TurnFormat:
    try:
        source = path.read_text(encoding="utf-8")
        table = tomllib.loads(source)
        spans = tuple(_span(entry) for entry in table.get("span", []))
        _check(table, spans)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", f"known: {', '.join(names())}, or a .toml file") from None
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise UsageError(f"{path}: {error}", "see kardia_cli/rows/turn_format.py for a whole example") from None
    anew = table.get("anew") or "Write the whole turn anew in this form, and nothing else:"
    words = {name: str(table.get(name, "")) for name in ("summary", "system", "ask")}
    return TurnFormat(path.stem, anew=anew, spans=spans, source=source, **words)


_SPAN_KEYS = {"name", "markers", "also", "hint", "role", "hidden", "before", "after", "limit"}
_FORMAT_KEYS = {"summary", "system", "ask", "anew", "span"}


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
    limit = entry.get("limit")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        raise ValueError(f"span {name!r}: limit is a number of words, not {limit!r}")
    if limit is None and "{limit}" in str(entry.get("hint", "")):
        raise ValueError(f"span {name!r}: the hint tells a {{limit}} and there is none")
    role = entry.get("role", "plain")
    if role not in ("label", "reply", "plain"):
        raise ValueError(f"span {name!r}: role {role!r} is none of label, reply, plain")
    return Span(
        name, spellings,  # type: ignore[arg-type]  # pairs: checked above
        str(entry.get("hint", "")), role, bool(entry.get("hidden", False)), str(entry.get("before", "")),
        str(entry.get("after", "")), limit,
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
