"""A screen for danger in what a person wrote: suicide, self-harm, harm to others, abuse.

    signs(text)              what the words show, with the words
    marks(row)               a row's `risk` records: of profile, situation and the seeker's turns
    at_risk(row, turn)       the kinds that a supporter's turn has to answer to
    treat(row, how, parts)   keep, flag or drop (`--on-risk`)

A screen by rule, not a diagnosis: it reads words, in English, and misses what is said in others. It is made to find
what is said outright and the common veiled forms, and to stay silent on figures of speech, stories and general talk. A
loss to suicide counts as a sign too. The rules (risk_patterns.py) are ours.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from kardia_cli.errors import Dropped, RowError
from kardia_cli.rows.line import Row

if TYPE_CHECKING:
    from kardia_cli.text.risk_patterns import Kind, Rule

Part = Literal["profile", "situation", "talk"]
How = Literal["keep", "flag", "drop"]

KINDS: tuple[Kind, ...] = ("suicide", "self_harm", "harm_to_others", "abuse")
PARTS: tuple[Part, ...] = ("profile", "situation", "talk")
QUOTE_CHARACTERS = 120
"""The longest quote; a longer hit is cut after a word."""

_PIECE, _OVERLAP, _NEAR = 400, 80, 160
_APART = "\n\n" + " " * _NEAR  # further than any veto looks
_SENTENCE_END = r"[.!?…]+[\s\"')\]]+|\n\s*\n|\n(?=\s*-)|\|\|\|"


class Sign(NamedTuple):
    """One sign: its kind, and the words of the text that show it."""

    kind: Kind
    quote: str


def signs(text: str) -> list[Sign]:
    """The signs in a text, in order of the text, overlapping ones of a kind once. Quotes are verbatim and short."""
    return list(_signs(text))


@functools.lru_cache(maxsize=512)
def _signs(text: str) -> tuple[Sign, ...]:
    found = sorted(_hits(without_figures(_plain(text))))
    kept: list[Sign] = []
    ends: dict[Kind, int] = {}
    for start, end, kind in found:
        if start >= ends.get(kind, 0):
            kept.append(Sign(kind, _quote(text[start:end])))
        ends[kind] = max(end, ends.get(kind, 0))
    return tuple(kept)


def _quote(words: str) -> str:
    words = words.strip()
    return words if len(words) <= QUOTE_CHARACTERS else words[:QUOTE_CHARACTERS].rsplit(None, 1)[0]


def _plain(text: str) -> str:
    """The text in lower case with plain apostrophes and spaces, letter for letter as long as it was."""
    return text.translate(_letters())


def without_figures(text: str) -> str:
    """A text in lower case with plain apostrophes, its figures of speech ("suicide by chocolate") blanked, as long as it was."""
    from kardia_cli.text.risk_patterns import FIGURES

    if not any(word in text for word in _FIGURED):
        return text
    return _compiled(FIGURES).sub(lambda figure: "_" * len(figure[0]), text)


_FIGURED = ("suicide", "death by", "die", "dying", "kill", "dead")


@functools.cache
def _letters() -> dict[int, str]:
    table = {code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
    table |= dict.fromkeys(map(ord, "\u2019\u2018\u02bc\u00b4`\x92\x91\ufffd"), "'")
    return table | dict.fromkeys(map(ord, "\u00a0\u2009\u202f\t\r"), " ")


def _hits(text: str) -> Iterator[tuple[int, int, Kind]]:
    """(start, end, kind) of what the rules find in plain text, at most one a rule and sentence."""
    for start, end, rules in _to_try(text):
        sentence = text[start:end].replace("\n", " ").rstrip()
        around = text[max(0, start - _NEAR) : start + len(sentence) + _NEAR]
        for rule in rules:
            for hit in _compiled(rule.pattern).finditer(sentence):
                if not _taken_back(rule, sentence, hit, around):
                    yield start + hit.start(), start + hit.end(), rule.kind
                    break


def _to_try(text: str) -> Iterator[tuple[int, int, list[Rule]]]:
    """The sentences (start, end) that hold a word some rule needs, with those rules."""
    from kardia_cli.text.risk_patterns import RULES

    places = [(word, place) for word in _needed() for place in _occurrences(word, text)]
    if not places:
        return
    sentences = list(_sentences(text))
    starts = [start for start, _ in sentences]
    rules: dict[int, set[int]] = {}
    for word, place in places:
        at = bisect_right(starts, place) - 1
        for index in (at - 1, at) if at and sentences[at - 1][1] > place else (at,):
            rules.setdefault(index, set()).update(_needed()[word])
    for index in sorted(rules):
        yield *sentences[index], [RULES[number] for number in sorted(rules[index])]


@functools.cache
def _needed() -> dict[str, tuple[int, ...]]:
    """Which rules need a word."""
    from kardia_cli.text.risk_patterns import RULES

    words = {word for rule in RULES for word in rule.needs}
    return {word: tuple(n for n, rule in enumerate(RULES) if word in rule.needs) for word in sorted(words)}


def _occurrences(word: str, text: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Sentences as (start, end); a long one in pieces that overlap, so that no pattern meets more than one piece."""
    start = 0
    ends = [*(mark.end() for mark in re.finditer(_SENTENCE_END, text)), len(text)]
    for end in ends:
        while end - start > _PIECE:
            yield start, start + _PIECE
            start += _PIECE - _OVERLAP
        if end > start:
            yield start, end
        start = end


def _taken_back(rule: Rule, sentence: str, hit: re.Match[str], around: str) -> bool:
    """Whether what stands around a hit says that it is denied, general talk, a story or a figure of speech."""
    from kardia_cli.text import risk_patterns as words

    before = sentence[max(0, hit.start() - 70) : hit.start()]
    if _compiled(words.NEGATED).search(before) and not _compiled(words.STILL_SAID).search(before + hit[0]):
        return True
    if "general" in rule.unless and _compiled(words.OF_ANYONE).search(before):
        return not _compiled(words.ASKED).search(before)
    if rule.beside and not _compiled(rule.beside).search(around):
        return True
    names = (name for name in rule.unless if name != "general")
    return any(_compiled(words.VETOES[name]).search(around if name in words.WIDE else sentence) for name in names)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of risk_patterns.py, compiled when it is first needed."""
    from kardia_cli.text.risk_patterns import WORDS

    for name, words in WORDS.items():
        pattern = pattern.replace(f"<{name}>", words)
    for name, words in WORDS.items():
        pattern = pattern.replace(f"<{name}>", words)
    return re.compile(re.sub(_NOTATION, _written_out, pattern))


_NOTATION = r"\[(?:\\.|[^\]])*\]|\\.| (?![*?{+])|'"


def _written_out(token: re.Match[str]) -> str:
    """A space as one to three, an apostrophe as any way of writing or losing it; anything else as it is."""
    return {" ": " {1,3}", "'": "(?:'|x92|&#0?39;|[ ?](?=(?:t|m|s|d|ll|re|ve)\\b))?"}.get(token[0], token[0])


def marks(row: Row, parts: Iterable[Part] = PARTS) -> list[Row]:
    """The `risk` records of a row's own words: {part, turn, kind, quote}, one for each kind in each text.

    `turn` is the index in `messages` of a seeker's turn, and -1 for profile and situation.
    """
    wanted = set(parts)
    return [mark for part, turn, text in _texts(row) if part in wanted for mark in found([text], part, turn)]


def found(texts: Iterable[str], part: Part, turn: int = -1) -> list[Row]:
    """The records of some texts taken as one: the first sign of each kind. No text is read in the light of its neighbour."""
    first: dict[Kind, str] = {}
    for kind, quote in _signs(_APART.join(texts)):
        first.setdefault(kind, quote)
    return [{"part": part, "turn": turn, "kind": kind, "quote": quote} for kind, quote in first.items()]


def _texts(row: Row) -> Iterator[tuple[Part, int, str]]:
    """What the seeker's side says in a row: part, turn, text."""
    for part, field in (("profile", "person"), ("situation", "situation")):
        if isinstance(row.get(field), str):
            yield part, -1, row[field]  # type: ignore[misc]  # the two names are parts
    for turn, message in enumerate(row.get("messages") or []):
        if message.get("role") == "user":
            yield "talk", turn, message.get("content") or ""


def at_risk(row: Row, turn: int | None = None) -> set[Kind]:
    """The kinds that the supporter's turn at index `turn` must answer to: of the situation and of seeker turns before it.

    Without `turn`, of the whole talk. Marks that the row has already count too, so that one set by hand is heard. The
    profile does not count: what somebody wrote in a forum years ago is no sign that they are in danger in this talk.
    """
    end = len(row.get("messages") or []) if turn is None else turn
    records = [*_standing(row), *marks(row, ("situation", "talk"))]
    return {mark["kind"] for mark in records if mark["part"] != "profile" and mark["turn"] < end}


def treat(row: Row, how: How, parts: Iterable[Part] = PARTS, also: Iterable[Row] = ()) -> Row:
    """The row as `--on-risk` wants it; the row given is not changed.

    keep: as it came. flag: with the marks of these parts in `risk`, a list in every row, added to those that stand
    there already and to `also`; a second pass adds nothing. drop: as flag, but raises `Dropped` where one of these
    parts has a mark; the reason names kind and part, never the text. `RowError` if `risk` is no list of records.
    """
    if how == "keep":
        return row
    wanted = tuple(parts)
    records = merged(_standing(row), marks(row, wanted), also)
    if how == "drop":
        require_none(records, wanted)
    return {**row, "risk": records}


def require_none(records: Iterable[Row], parts: Iterable[Part] = PARTS) -> None:
    """Raise `Dropped` where there is a mark of one of these parts."""
    wanted = set(parts)
    for mark in records:
        if mark["part"] in wanted:
            raise Dropped(f"risk: {mark['kind']} in the {mark['part']}")


def merged(*lists: Iterable[Row]) -> list[Row]:
    """All the marks, one (the first) for each kind in each text, in order of part and turn."""
    one: dict[tuple[str, int, str], Row] = {}
    for mark in itertools.chain(*lists):
        one.setdefault((mark["part"], mark["turn"], mark["kind"]), mark)
    return sorted(one.values(), key=lambda mark: (PARTS.index(mark["part"]), mark["turn"]))


def of_profile(row: Row) -> list[Row]:
    """The marks that belong to the person of a row, not to one of their dialogues."""
    return [mark for mark in _standing(row) if mark["part"] == "profile"]


def _standing(row: Row) -> list[Row]:
    """The marks that the row has; not those of a turn that was rewritten since and no longer says the quoted words."""
    records, messages = row.get("risk") or [], row.get("messages") or []
    if not isinstance(records, list) or not all(map(_is_mark, records)):
        raise RowError("field 'risk' must be a list of {part, turn, kind, quote}; rename that column")
    return [mark for mark in records if mark["part"] != "talk" or _says(messages, mark)]


def _is_mark(value: Any) -> bool:
    return isinstance(value, dict) and value.get("part") in PARTS and {"turn", "kind", "quote"} <= value.keys()


def _says(messages: list[Row], mark: Row) -> bool:
    turn: int = mark["turn"]
    return 0 <= turn < len(messages) and mark["quote"] in (messages[turn].get("content") or "")


class Count:
    """Counts marked rows, for the line at the end of a run."""

    def __init__(self) -> None:
        self.rows = self.marked = 0
        self.kinds: Counter[str] = Counter()

    def see(self, row: Row) -> None:
        """Take in one row that goes out."""
        marks = row.get("risk") or []
        kinds = {mark["kind"] for mark in marks if _is_mark(mark)}
        self.rows += 1
        self.marked += bool(kinds)
        self.kinds.update(kinds)

    def summary(self) -> str:
        """E.g. "risk: 3 of 64 rows marked (suicide 2, abuse 1)"; empty if none is. A row of two kinds is in both."""
        if not self.marked:
            return ""
        kinds = sorted(self.kinds, key=lambda kind: (-self.kinds[kind], kind))
        shown = ", ".join(f"{kind} {self.kinds[kind]}" for kind in kinds)
        return f"risk: {self.marked} of {self.rows} rows marked ({shown})"


@contextlib.contextmanager
def counted(say: Callable[[str], None]) -> Iterator[Count]:
    """Count the rows of a run (`count.see`), and say at its end, however it ends, how many were marked, if any."""
    count = Count()
    try:
        yield count
    finally:
        if count.marked:
            say(count.summary())
