"""The three EPITOME facets of a reply, from its words alone: how its empathy is expressed, each at 0, 1 or 2.

The facets are those of Sharma et al. (2020, "A Computational Approach to Understanding Empathy Expressed in Text-Based
Mental Health Support"): emotional reaction (warmth, compassion, concern), interpretation (what the seeker feels or
lives through, as the supporter understands it, also by a like experience of their own) and exploration (looking for
what was not said). Rules and words are kardia's, from general English, not fitted to labels. They share nothing with
the offline judge's other rules (no import, no list), so that the two can be held against each other.

How it goes: the reply becomes sentences (quoted lines, links, @-names and entities taken out); each facet looks at
each sentence and keeps the strongest level found, with the sentence as evidence. The word lists are data/epitome.toml.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from kardia_cli.text.tables import fill_parts, read_table

MAX_QUOTE = 200
READ_CHARS = 20_000


class Facet(NamedTuple):
    """One facet: the level (0 none, 1 weak, 2 strong), the rule that fired in words, and the words of the reply."""

    level: int
    reason: str
    quote: str


class Piece(NamedTuple):
    """One sentence: as the reply has it, and in lower case without apostrophes; `asks` for a question mark."""

    raw: str
    text: str
    asks: bool


NONE = "nothing of the kind is expressed"
Find = tuple[int, str]
"""A level and the reason for it."""


def facets(seeker: str, reply: str) -> dict[str, Facet]:
    """Return the facets by id: emotional_reaction, interpretation, exploration.

    `seeker` is what the person said, `reply` the supporter's words; both may be empty. Quotes are verbatim substrings
    of the reply, empty at level 0. Deterministic.
    """
    pieces = _pieces(reply)
    return {
        "emotional_reaction": _strongest(emotional_reaction, pieces),
        "interpretation": _interpretation(pieces, seeker),
        "exploration": _strongest(exploration, pieces),
    }


def _strongest(rule: Callable[[Piece], Find], pieces: Sequence[Piece]) -> Facet:
    best = Facet(0, NONE, "")
    for piece in pieces:
        level, reason = rule(piece)
        if level > best.level:
            best = Facet(level, reason, piece.raw[:MAX_QUOTE])
    return best


def emotional_reaction(piece: Piece) -> Find:
    """Return 2 for the supporter's own feeling for the person, 1 for wishes, encouragement, presence or a kind remark.

    Encouragement of oneself ("I keep going") is not for the person.
    """
    if _pattern("own_feeling").search(_pattern("excuse").sub(" ", piece.text)):
        return 2, "says a feeling of its own for the person"
    if _pattern("presence").search(piece.text):
        return 1, "offers to be there"
    if _pattern("fellow").search(piece.text):
        return 1, "says that it feels with the person"
    if _pattern("kind_remark").search(piece.text):
        return 1, "calls it hard, or good, for the person"
    if not _first_person_count(piece):
        if _pattern("wish").search(piece.text):
            return 1, "wishes the person well"
        if _pattern("courage").search(piece.text) and not piece.asks:
            return 1, "encourages or reassures"
    return 0, NONE


def _interpretation(pieces: Sequence[Piece], seeker: str) -> Facet:
    """Return `interpretation` over the sentences; else an experience of the supporter's own, if it is one like this."""
    best = _strongest(interpretation, pieces)
    own = [piece for piece in pieces if len(piece.text.split()) >= 4 and _first_person_count(piece)]
    is_told = sum(map(_first_person_count, own)) >= 2 or bool(_content(own) & _content(_pieces(seeker)))
    if best.level < 2 and own and is_told:
        return Facet(2, "tells of an experience of its own", own[0].raw[:MAX_QUOTE])
    return best


def interpretation(piece: Piece) -> Find:
    """Return 2 for the person's feeling or experience in words, or a shared one; 1 for a mere claim to understand."""
    if _pattern("infers").search(piece.text) or (
        not piece.asks and _pattern("feels").search(_pattern("supposed").sub(" ", piece.text))
    ):
        return 2, "puts the person's feeling or experience into words"
    if _pattern("shares").search(piece.text):
        return 2, "says that it has lived through the same"
    if _pattern("claims").search(piece.text):
        return 1, "claims to understand and says no more"
    return 0, NONE


def _first_person_count(piece: Piece) -> int:
    """Return how often the writer tells of themselves, beyond opinions, offers and wishes in the first person."""
    return len(_pattern("myself").findall(_pattern("no_experience").sub(" ", piece.text)))


def _content(pieces: Sequence[Piece]) -> set[str]:
    """Return the words that may carry the matter: long enough, and not common to any dialogue."""
    return {word for piece in pieces for word in _WORD.findall(piece.text) if len(word) > 3} - _common_words()


def exploration(piece: Piece) -> Find:
    """Return 2 for a question about this person's own matter, 1 for one that fits anyone; offers to talk are none."""
    asks = piece.asks or bool(_pattern("asks_unmarked").search(piece.text))
    if not asks:
        return (1, "invites to say more") if _pattern("invites").search(piece.text) else (0, NONE)
    if _pattern("offer").search(piece.text) or _pattern("rhetorical").search(piece.text):
        return 0, NONE
    if _pattern("any_question").search(piece.text):
        return 1, "asks what could be asked of anyone"
    if _pattern("to_person").search(piece.text) or _pattern("open_word").search(piece.text):
        return 2, "asks about this person's own matter"
    return 0, NONE


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Return a pattern of data/epitome.toml: its alternatives, never inside a longer word, or the pattern as it is."""
    table = read_table("epitome")
    if name in table["patterns"]:
        return re.compile(table["patterns"][name])
    lines = fill_parts(table["alternatives"][name], table["parts"])
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(lines)})(?![a-z0-9])")


@cache
def _common_words() -> frozenset[str]:
    return frozenset(read_table("epitome")["words"]["common"].split())


_NOISE = re.compile(r"https?://\S+|\bu/[\w-]+|\br/\w+|@\w+|&\w+;|#\w+;?")
_SENTENCE = re.compile(r"[^.!?\n\u2026]+(?:[.!?\u2026]+|$|(?=\n))")
_ENDS = ' .,;!?\u2026-"*_'
_APOSTROPHE = re.compile(r"['\u2019\u2018`\u02bc]")
_WORD = re.compile(r"[a-z]+")


def _pieces(text: str) -> list[Piece]:
    """Return the sentences of a text, with quoted lines left out."""
    found = []
    for match in _SENTENCE.finditer(text[:READ_CHARS]):
        raw = match[0].strip()
        text_of = _plain(raw)
        if text_of and not html.unescape(raw).startswith(">"):
            found.append(Piece(raw, text_of, "?" in raw))
    return found


def _plain(raw: str) -> str:
    """Return a sentence in lower case: entities undone, no links, names or apostrophes ("I'm" is "im"), no stop."""
    text = _NOISE.sub(" ", html.unescape(html.unescape(raw)).lower())
    text = "".join(char for char in _APOSTROPHE.sub("", text) if char.isprintable() and char != "\ufffd")
    return " ".join(text.split()).strip(_ENDS)
