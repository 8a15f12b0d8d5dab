"""Characters that look like Latin letters, characters that no reader sees, and words read by them.

The tables are data/confusables.toml.

    LOOK_ALIKES  a letter of another script → the Latin letter that it looks like
    FAINT        those of them that are also used in formulas and units (alpha, kappa, rho …): a likeness, not a proof
    UNSEEN       all characters that a reader does not see, as parts of a character class
    as_latin     a text whose words in such letters are plain Latin ones
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from kardia_cli.text.tables import read_table

_TABLES = read_table("confusables")
LOOK_ALIKES: dict[str, str] = {
    foreign: latin for pair in _TABLES["look_alikes"].values() for foreign, latin in zip(*pair, strict=True)
}
FAINT = frozenset(_TABLES["look_alikes"]["faint"][0])
EAST_ASIAN = str(_TABLES["scripts"]["east_asian"])
_STYLED = _TABLES["styled"]
STYLED = "".join(_STYLED[kind] for kind in ("math", "wide", "boxed", "raised", "small", "roman"))
"""All letters that are Latin ones in another dress, as parts of a character class."""
_SMALL: dict[str, str] = dict(zip(_STYLED["small"], _STYLED["small_as"], strict=True))
_KINDS: dict[str, str] = {
    **_TABLES["unseen"],
    "control": _TABLES["unseen"]["control"] + "\ud800-\udfff",
}  # TOML holds no surrogates
UNSEEN = "".join(_KINDS.values())


def styled(character: str) -> str:
    """Return the plain letter or letters of a styled one; itself where it is none."""
    if character in _SMALL:
        return _SMALL[character]
    code = ord(character)
    for first, last in ((0x1F150, 0x1F169), (0x1F170, 0x1F189)):  # boxed capitals without a decomposition
        if first <= code <= last:
            return chr(ord("A") + code - first)
    return unicodedata.normalize("NFKC", character).strip("()")


def name_of(character: str) -> str:
    """Return the kind of an unseen character: "zero-width", "bidi", "tags" …"""
    return next(name for name, members in _KINDS.items() if re.match(f"[{members}]", character))


_WORD = re.compile(rf"(?:[^\W\d_]|[{_STYLED['boxed']}\u0300-\u036f])+")
_ASCII_LETTER = re.compile(r"[A-Za-z]")
_ANY_STYLED = re.compile(f"[{STYLED}]")
_DRESSES = tuple(
    (kind, re.compile(f"[{_STYLED[kind]}]"), least, mixes)
    for kind, least, mixes in (
        ("math", 2, True), ("wide", 2, True), ("roman", 99, True),
        ("boxed", 3, True), ("small", 3, False), ("raised", 4, False),
    )
)  # fmt: skip
"""Dresses of Latin letters; how many make a word out of what else is a symbol (number sets, ordinals, phonetics); and
whether one among plain letters is a disguise."""
_ONLY_SMALL = re.compile(f"[{_STYLED['small_only']}]")
_SCRIPTS = {name: re.compile(f"[{members}]") for name, members in _TABLES["scripts"].items() if name != "east_asian"}
_EAST_ASIAN = re.compile(f"[{EAST_ASIAN}]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_INSIDE = re.compile(f"[a-z][{''.join(sorted(FAINT))}](?=[a-z])")


def as_latin(text: str) -> str:
    """Return the text with look-alike and styled letters as Latin ones, in words that pretend to be Latin."""
    has_styled = _ANY_STYLED.search(text) is not None
    if not has_styled and not _ASCII_LETTER.search(text):
        return text
    words = set(_WORD.findall(text))
    at_home = {name for name, members in _SCRIPTS.items() if _is_at_home(members, words)}
    has_east_asian = has_styled and _EAST_ASIAN.search(text) is not None

    def resolve(word: re.Match[str]) -> str:
        return word[0] if word[0].isascii() else _as_latin(_undressed(word[0], has_east_asian), at_home)

    return _WORD.sub(resolve, text)


def _is_at_home(members: re.Pattern[str], words: set[str]) -> bool:
    """Return True if the script has words of its own in the text, no fewer than possible Latin words in disguise."""
    own = disguised = 0
    for word in words:
        if members.search(word) and not _ASCII_LETTER.search(word):
            if all(letter in LOOK_ALIKES for letter in word):
                disguised += 1
            else:
                own += 1
    return own > 0 and own >= disguised


def _undressed(word: str, has_east_asian: bool) -> str:
    """Return a word of styled letters as plain ones; unchanged where they are symbols, ordinals or phonetics."""
    for kind, members, least, mixes in _DRESSES:
        count = len(members.findall(word))
        if not count:
            continue
        rest = members.sub("", word)
        if mixes and rest and rest.isascii() and len(word) > 2:
            is_disguise = True
        elif kind == "wide" and has_east_asian:
            is_disguise = False
        elif kind == "small":
            is_disguise = count >= least and rest.isascii() and _ONLY_SMALL.search(word) is not None
        else:
            is_disguise = count >= least and not rest
        if is_disguise:
            word = members.sub(lambda letter: styled(letter[0]), word)
    return word


def _as_latin(word: str, at_home: set[str]) -> str:
    """Return a word with look-alikes of other scripts as Latin letters, if it pretends to be Latin."""
    foreign = [letter for letter in word if not _LATIN.match(letter) and not unicodedata.combining(letter)]
    if not foreign or any(letter not in LOOK_ALIKES for letter in foreign):
        return word
    is_native = any(_SCRIPTS[name].search(letter) for name in at_home for letter in foreign)
    if len(foreign) == len(word):
        pretends = not is_native and _could_be_latin(word)
    else:
        pretends = _is_meant(foreign, word) and (not is_native or _is_between(word))
    return "".join(LOOK_ALIKES.get(letter, letter) for letter in word) if pretends else word


def _could_be_latin(word: str) -> bool:
    """Return True if a word of look-alikes alone could be a Latin word: no lone symbol, no formula."""
    if len(word) == 1:
        return LOOK_ALIKES[word] in ("a", "A", "I", "i") and word not in FAINT
    return any(letter not in FAINT for letter in word)


def _is_meant(foreign: list[str], word: str) -> bool:
    """Return True if the likeness is meant: no single Greek letter in a name such as NF-kappa-B."""
    return any(letter not in FAINT for letter in foreign) or len(foreign) > 1 or bool(_INSIDE.search(word))


def _is_between(word: str) -> bool:
    """Return True if look-alikes occur between Latin letters; a Latin stem with a Russian ending has none there."""
    kinds = [letter in LOOK_ALIKES for letter in word]
    return sum(first != second for first, second in pairwise(kinds)) > 1
