"""Tokenisers by name; every metric that counts words says which of these it used.

Upper and lower case are one (casefold) in all but `space`. Han characters and kana are tokens of their own in the word
tokenisers, since they are written without spaces; Thai, Lao and Khmer are not cut. Any Unicode white space parts
tokens, U+2028 too, and never parts a text into two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, get_args

Tokeniser = Literal["words", "words+punct", "ascii", "chars", "space"]
"""words: letters, marks and digits, inner apostrophes kept, punctuation left out ("don't stop!" is two); words+punct:
the same, and each other sign that is no space is a token, as in papers whose tokeniser keeps punctuation; ascii: runs
of a-z and 0-9, as rouge-score cuts; chars: all but white space; space: cut at white space alone, case kept."""
NAMES: tuple[Tokeniser, ...] = get_args(Tokeniser)

_IDEOGRAPHS = "\u3005\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u02bc\u2018\uff07", "'"))
_NOTHING = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad"))
"""Signs that show nothing: joiners, soft hyphens, byte order marks."""


def tokens(text: str, how: Tokeniser = "words") -> list[str]:
    """Return the tokens of a text; [] for a text that has none."""
    return _TOKENISERS[how](text)


def is_unspaced(text: str) -> bool:
    """Return True if most letters of a text are Han or kana.

    A tokeniser that only knows spaces sees one word in a sentence then.
    """
    letters = sum(char.isalpha() for char in text)
    return letters > 0 and 2 * len(_IDEOGRAPH.findall(text)) > letters


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.translate(_NOTHING)).translate(_APOSTROPHES).casefold()


def _words(text: str) -> list[str]:
    folded = _folded(text)
    return _pattern(_marks(folded), punctuation=False).findall(folded)


def _words_and_punctuation(text: str) -> list[str]:
    folded = _folded(text)
    return _pattern(_marks(folded), punctuation=True).findall(folded)


def _marks(text: str) -> str:
    """Return the combining marks of a text (vowel signs of Indic scripts, uncomposed accents), sorted."""
    return "".join(sorted({char for char in text if char > "\u02ff" and unicodedata.category(char)[0] == "M"}))


@lru_cache(maxsize=256)
def _pattern(marks: str, punctuation: bool) -> re.Pattern[str]:
    """Words in which these marks count as letters; Python's own \\w leaves them out."""
    marked = re.escape(marks)
    letter = rf"(?:(?![{_IDEOGRAPHS}_])\w|[{marked}])" if marks else rf"(?:(?![{_IDEOGRAPHS}_])\w)"
    alternatives = [f"[{_IDEOGRAPHS}]", rf"{letter}+(?:'{letter}+)*"]
    return re.compile("|".join([*alternatives, r"[^\w\s]|_"] if punctuation else alternatives))


def _ascii(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _characters(text: str) -> list[str]:
    return [char for char in _folded(text) if not char.isspace()]


_TOKENISERS: dict[str, Callable[[str], list[str]]] = {
    "words": _words,
    "words+punct": _words_and_punctuation,
    "ascii": _ascii,
    "chars": _characters,
    "space": str.split,
}
