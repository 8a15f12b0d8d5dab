"""A screen for danger in what a person wrote: suicide, self-harm, harm to others, abuse.

    signs(text)              what the words show, with the words
    marks(row)               a row's `risk` records: of profile, situation and the seeker's turns
    at_risk(row, turn)       the kinds that a supporter's turn has to answer to
    treat(row, how, parts)   keep, flag or drop (`--on-risk`)

A screen by rule, not a diagnosis: it reads words, in English, and misses what is said in others. It is made to find
what is said outright and the common veiled forms, and to stay silent on figures of speech, stories and general talk. A
loss to suicide counts as a sign too. The phrases (not in the paper) are in data/danger.toml; the offline judge reads it
too.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from kardia_cli.errors import Dropped, RowError
from kardia_cli.rows.line import Row

Kind = Literal["suicide", "self_harm", "harm_to_others", "abuse"]
Part = Literal["profile", "situation", "talk"]
How = Literal["keep", "flag", "drop"]

KINDS: tuple[Kind, ...] = ("suicide", "self_harm", "harm_to_others", "abuse")
PARTS: tuple[Part, ...] = ("profile", "situation", "talk")
LEXICON = Path(__file__).parents[1] / "data" / "danger.toml"
QUOTE_CHARACTERS = 120
"""The longest quote; a longer hit is cut after a word."""

_PIECE, _OVERLAP, _NEAR = 400, 80, 160
_APART = "\n\n" + " " * _NEAR  # further than any veto looks
_SENTENCE_END = r"[.!?…]+[\s\"')\]]+|\n\s*\n|\n(?=\s*-)|\|\|\|"


class Group(NamedTuple):
    """Phrases of one kind, the words one of which a sentence needs, and what takes a hit back (see danger.toml)."""

    kind: Kind
    needs: tuple[str, ...]
    phrases: tuple[str, ...]
    unless: tuple[str, ...]
    beside: str


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


def is_of_others(quote: str) -> bool:
    """Return whether a sign only tells what somebody else did to themselves, which puts the speaker in no danger."""
    return bool(_compiled("|".join(_lexicon()["reading"]["of_others"])).search(_plain(quote)))


def _plain(text: str) -> str:
    """The text in lower case with plain apostrophes and spaces, letter for letter as long as it was."""
    return text.translate(_letters())


def without_figures(text: str) -> str:
    """Return a text in lower case with its figures of speech ("suicide by chocolate") blanked, as long as it was."""
    if not any(word in text for word in _FIGURED):
        return text
    return _compiled("|".join(_lexicon()["reading"]["figures"])).sub(lambda figure: "_" * len(figure[0]), text)


_FIGURED = ("suicide", "death by", "die", "dying", "kill", "dead")


@functools.cache
def _letters() -> dict[int, str]:
    table = {code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
    table |= dict.fromkeys(map(ord, "\u2019\u2018\u02bc\u00b4`\x92\x91\ufffd"), "'")
    return table | dict.fromkeys(map(ord, "\u00a0\u2009\u202f\t\r"), " ")


def _hits(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Yield (start, end, kind) of what is found in plain text, at most one a phrase and sentence."""
    for start, end, groups in _to_try(text):
        sentence = text[start:end].replace("\n", " ").rstrip()
        around = text[max(0, start - _NEAR) : start + len(sentence) + _NEAR]
        for group in groups:
            for phrase in group.phrases:
                for hit in _compiled(phrase).finditer(sentence):
                    if not _taken_back(group, sentence, hit, around):
                        yield start + hit.start(), start + hit.end(), group.kind
                        break


def _to_try(text: str) -> Iterator[tuple[int, int, list[Group]]]:
    """Yield the sentences (start, end) that hold a word some group needs, with those groups."""
    places = [(word, place) for word in _needed() for place in _occurrences(word, text)]
    if not places:
        return
    sentences = list(_sentences(text))
    starts = [start for start, _ in sentences]
    groups: dict[int, set[int]] = {}
    for word, place in places:
        at = bisect_right(starts, place) - 1
        for index in (at - 1, at) if at and sentences[at - 1][1] > place else (at,):
            groups.setdefault(index, set()).update(_needed()[word])
    for index in sorted(groups):
        yield *sentences[index], [_groups()[number] for number in sorted(groups[index])]


@functools.cache
def _lexicon() -> dict[str, Any]:
    """Return the tables of danger.toml, which is read when the first text is."""
    import tomllib

    with LEXICON.open("rb") as file:
        return tomllib.load(file)


@functools.cache
def _groups() -> tuple[Group, ...]:
    return tuple(
        Group(item["kind"], tuple(item["needs"]), tuple(item["phrases"]), tuple(item["unless"]), item.get("beside", ""))
        for item in _lexicon()["signs"]
    )


@functools.cache
def _needed() -> dict[str, tuple[int, ...]]:
    """Return which groups need a word."""
    words = {word for group in _groups() for word in group.needs}
    return {word: tuple(n for n, group in enumerate(_groups()) if word in group.needs) for word in sorted(words)}


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


def _taken_back(group: Group, sentence: str, hit: re.Match[str], around: str) -> bool:
    """Return True if the text around a hit denies it or makes it general talk, a story or a figure of speech."""
    reading, vetoes = _lexicon()["reading"], _lexicon()["vetoes"]
    before = sentence[max(0, hit.start() - 70) : hit.start()]
    if _compiled(reading["negated"]).search(before) and not _compiled(reading["still_said"]).search(before + hit[0]):
        return True
    if "general" in group.unless and _compiled(reading["of_anyone"]).search(before):
        return not _compiled(reading["asked"]).search(before)
    if group.beside and not _compiled(group.beside).search(around):
        return True
    names = (name for name in group.unless if name != "general")
    return any(_compiled(vetoes[name]).search(around if name in reading["wide"] else sentence) for name in names)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern of danger.toml, compiled when it is first needed."""
    for _ in range(2):  # a word may hold another word
        for name, words in _lexicon()["words"].items():
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
    """Return the records of texts taken as one: the first sign of each kind; each text is read by itself."""
    first: dict[Kind, str] = {}
    for kind, quote in _signs(_APART.join(texts)):
        first.setdefault(kind, quote)
    return [{"part": part, "turn": turn, "kind": kind, "quote": quote} for kind, quote in first.items()]


def _texts(row: Row) -> Iterator[tuple[Part, int, str]]:
    """Yield the texts of the seeker's side of a row: part, turn, text."""
    for part, field in (("profile", "person"), ("situation", "situation")):
        if isinstance(row.get(field), str):
            yield part, -1, row[field]  # type: ignore[misc]  # the two names are parts
    for turn, message in enumerate(row.get("messages") or []):
        if message.get("role") == "user":
            yield "talk", turn, message.get("content") or ""


def at_risk(row: Row, turn: int | None = None) -> set[Kind]:
    """Return the kinds that the supporter's turn at index `turn` must answer to.

    They come from the situation and the seeker's turns before it; without `turn`, of the whole dialogue.
    Marks that the row has already count too, so that one set by hand is heard. The profile does not count: what
    somebody wrote in a forum years ago is no sign that they are in danger in this dialogue.
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
