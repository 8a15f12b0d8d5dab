"""Read a text for the judge: it becomes sentences, words, concrete details and feelings.

The words are those of a lower-case copy with contractions spelled out (the judge that asks has taken out what hides
in a text); a sentence keeps its original slice, so every quote stands word for word in the reply. The stemmer is our
own suffix stripper, lighter than Porter's: it only has to bring forms of one word together.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from kardia_cli.offline.judge.feelings import family_of, mentions, valence_of
from kardia_cli.offline.judge.patterns import words
from kardia_cli.offline.phrases import table

MAX_QUOTE = 240
READ_CHARS = 20_000
"""Longest text that is read; what follows is ignored (a reply of this length has failed long before)."""
ENGLISH_SHARE = 0.15
"""A text of six or more words with a smaller share of English function words is taken for no English sentence."""

_LETTERS = re.compile(r"[^\W\d_]+")
_QUOTES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "`": "'", "\u201c": '"', "\u201d": '"', "\u2014": ", ", "\u2013": ", "}
)
_SENTENCE = re.compile(r"[^.!?\n]*(?:\.(?=\w)[^.!?\n]*)*[.!?\n]*")
_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z]+)*")
_SUFFIXES = (("iness", "y"), ("ness", ""), ("ment", ""), ("ings", ""), ("ing", ""), ("ies", "y"), ("ied", "y"),
             ("ed", ""), ("ly", ""), ("es", "e"), ("s", ""))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: `raw` as it stands in the text, `text` its plain form, `words` of that."""

    raw: str
    text: str
    words: tuple[str, ...]
    is_question: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as the judge sees it. `details` are stems of concrete words; `feelings` are families."""

    raw: str
    text: str
    sentences: tuple[Sentence, ...]
    words: tuple[str, ...]
    details: frozenset[str]
    feelings: frozenset[str]
    valence: float


def plain(text: str) -> str:
    """Return a text in lower case with plain quotes and contractions spelled out."""
    text = html.unescape(text[:READ_CHARS].translate(_QUOTES)).lower()
    for pattern, put in _contractions():
        text = pattern.sub(put, text)
    return " ".join(text.split())


@cache
def _contractions() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), put) for pattern, put in table("judge_words")["contractions"]]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Return what the forms of one word have in common: plural, -ed, -ing, -ly and some irregular verbs are undone."""
    irregular = _irregular()
    word = word.removesuffix("'s").removesuffix("'")
    word = irregular.get(word, word)
    for suffix, put in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith(("ss", "us", "is")):
            word = word[: len(word) - len(suffix)] + put
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    word = word.removesuffix("e") if len(word) > 3 else word
    return irregular.get(word, word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word)


@cache
def _irregular() -> dict[str, str]:
    return dict(pair.split("=") for pair in table("judge_words")["irregular"].split())


def detail_stems(tokens: Iterable[str]) -> frozenset[str]:
    """Return the stems of the concrete words: no function words, vague words or feelings."""
    return frozenset(stem(word) for word in tokens if _is_detail(word))


@lru_cache(maxsize=8192)
def _is_detail(word: str) -> bool:
    if len(word) <= 2 or word.isdigit() or family_of(word):
        return False
    return not any(word in words(name) for name in ("stop", "vague", "hard_word", "bright_word"))


def _valence(text: str, tokens: Sequence[str]) -> float:
    """Return how good (above 0) or hard (below 0) a text is for its writer: feelings count 1, events 0.7."""
    total = 0.0
    for mention in mentions(text):
        if mention.holder not in ("he", "she", "they"):
            value = valence_of(mention.family)
            total += (-value if value > 0 else 0.0) if mention.is_denied else value
    for at, word in enumerate(tokens):
        is_denied = any(before in words("negators") for before in tokens[max(0, at - 2) : at])
        if word in words("bad_event") or word in words("hard_word"):
            total += 0.3 if is_denied else -0.7
        elif word in words("good_event") or word in words("bright_word"):
            total += -0.5 if is_denied else 0.7
    return total


@lru_cache(maxsize=2048)
def read(raw: str) -> Reading:
    """Read one text (cached, as the turns of a talk and a profile come again with every reply)."""
    pieces = [(piece, plain(piece)) for match in _SENTENCE.finditer(raw[:READ_CHARS]) if (piece := match[0].strip())]
    sentences = tuple(Sentence(piece, text, tuple(_WORD.findall(text)), "?" in piece) for piece, text in pieces)
    text = " ".join(sentence.text for sentence in sentences)
    tokens = tuple(word for sentence in sentences for word in sentence.words)
    felt = frozenset(mention.family for mention in mentions(text) if not mention.is_denied)
    return Reading(raw, text, sentences, tokens, detail_stems(tokens), felt, _valence(text, tokens))


def merge(readings: Sequence[Reading]) -> Reading:
    """Return several texts read as one, without reading them anew."""
    return Reading(
        raw="\n".join(reading.raw for reading in readings),
        text="\n".join(reading.text for reading in readings),
        sentences=tuple(sentence for reading in readings for sentence in reading.sentences),
        words=tuple(word for reading in readings for word in reading.words),
        details=frozenset[str]().union(*(reading.details for reading in readings)),
        feelings=frozenset[str]().union(*(reading.feelings for reading in readings)),
        valence=sum(reading.valence for reading in readings),
    )


def quote(sentence: Sentence | None) -> str:
    """Return a sentence as evidence: its longest line, verbatim, at most MAX_QUOTE characters; empty for None."""
    return max(sentence.raw.split("\n"), key=len).strip()[:MAX_QUOTE] if sentence else ""


def first(pattern: re.Pattern[str], sentences: Iterable[Sentence]) -> Sentence | None:
    """Return the first sentence in which a pattern is found, or None."""
    return next((sentence for sentence in sentences if pattern.search(sentence.text)), None)


def is_english(reading: Reading) -> bool:
    """Return whether a text has the letters and the share of function words of English; a short one gets the doubt."""
    known = sum(word in words("stop") for word in reading.words)
    return not is_foreign(reading) and (len(reading.words) < 6 or known / len(reading.words) >= ENGLISH_SHARE)


def is_foreign(reading: Reading) -> bool:
    """Return whether a text shows another language, by its letters or by its function words."""
    letters = [char for char in reading.text if char.isalpha()]
    if letters and sum(map(str.isascii, letters)) / len(letters) < 0.7:
        return True
    foreign = sum(word in words("foreign") for word in _LETTERS.findall(reading.text))
    return foreign > 1 and foreign > sum(word in words("stop") for word in reading.words)
