# ruff: noqa: RUF001, RUF002  (a table of confusable characters cannot do without them)
"""Characters that look like Latin letters, and characters that nobody sees: tables, and words read by them.

    LOOKS        a letter of another script → the Latin letter that it looks like
    FAINT        those of them that also stand in formulas and units (α, κ, ρ …): a likeness, not a proof
    styled       𝐛𝐨𝐥𝐝, ｗｉｄｅ, Ⓒⓘⓡⓒⓛⓔⓓ, sᴍᴀʟʟ ᴄᴀᴘs and ˢᵐᵃˡˡ letters → plain ones
    name_of      what kind of unseen character one is
    as_latin     a text whose words in such letters are plain Latin ones

The choice is ours; Unicode's own list of confusables (UTS 39) is far longer and would change honest text.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise


def _pairs(foreign: str, latin: str) -> dict[str, str]:
    return dict(zip(foreign.replace(" ", ""), latin.replace(" ", ""), strict=True))


_CYRILLIC = _pairs("аеорсухѕіјһԁԛԝӏѵ АВЕНІЈКМОРСЅТУХҮԚԜѴԌӀ", "aeopcyxsijhdqwlv ABEHIJKMOPCSTYXYQWVGI")
_GREEK = _pairs("οϲϳ ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ", "ocj ABEZHIKMNOPTYXCJ")
_OTHERS = (
    _pairs("օսոհցզ ՕՍՏԼ", "ounhgq OUSL")  # Armenian
    | _pairs("ᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ", "ABCDEGHJKLMPRSTVWZ")  # Cherokee
    | _pairs("ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ", "ABCDEFGHIJKLMNOPRSTUVWXYZ")  # Lisu
    | _pairs("ⲟⲥⲣⲭ ⲞⲤⲢⲬⲔⲘ", "ocpx OCPXKM")  # Coptic
)
FAINT = _pairs("кαικνρυχγωητε", "kaikvpuxywnte")
"""Letters that are often meant as what they are, even beside Latin ones."""

LOOKS = _CYRILLIC | _GREEK | _OTHERS | FAINT
"""Look-alike → Latin letter."""

SCRIPTS = {
    "Cyrillic": "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
    "Armenian": "\u0530-\u058f",
    "Cherokee": "\u13a0-\u13ff\uab70-\uabbf",
    "Lisu": "\ua4d0-\ua4ff",
    "Coptic": "\u2c80-\u2cff",
}
"""Ranges of the scripts that have look-alikes, as parts of a character class."""

EAST_ASIAN = "\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
"""Kana, Hangul and ideographs: text in which wide letters are at home."""

_LETTERLIKE = "ℂℊℋℌℍℎℐℑℒℓℕℙℚℛℜℝℤℨℬℭℯℰℱℳℴⅅⅆⅇⅈⅉ"
MATH = f"\U0001d400-\U0001d6a5{_LETTERLIKE}"
WIDE = "\uff21-\uff3a\uff41-\uff5a"
BOXED = "\u24b6-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189\u249c-\u24b5"
RAISED = "\u02b0-\u02b8\u02e1-\u02e3\u1d2c-\u1d2e\u1d30-\u1d42\u1d43\u1d47-\u1d49\u1d4d\u1d4f\u1d50\u1d52\u1d56-\u1d58\u1d5b\u1d9c\u1da0\u1dbb\u2071\u207f"
_SMALL = _pairs("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz")
SMALL = "".join(_SMALL)
ROMAN = "\u2160-\u217f"
STYLED = MATH + WIDE + BOXED + RAISED + SMALL + ROMAN
"""All letters that are Latin ones in another dress, as parts of a character class."""


def styled(character: str) -> str:
    """The plain letter or letters of a styled one; itself where it is none."""
    if character in _SMALL:
        return _SMALL[character]
    code = ord(character)
    for first, last, letter in ((0x1F150, 0x1F169, "A"), (0x1F170, 0x1F189, "A")):  # these have no decomposition
        if first <= code <= last:
            return chr(ord(letter) + code - first)
    return unicodedata.normalize("NFKC", character).strip("()")


_UNSEEN = (
    ("control", "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff"),
    ("soft hyphens", "\u00ad"),
    (
        "zero-width",
        "\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb",
    ),
    ("bidi", "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"),
    ("variation selectors", "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"),
    ("tags", "\U000e0000-\U000e00ff"),
    ("private use", "\ue000-\uf8ff\U000f0000-\U0010ffff"),
)
_KINDS = tuple((name, re.compile(f"[{members}]")) for name, members in _UNSEEN)
UNSEEN = "".join(members for _, members in _UNSEEN)
"""All characters that a reader does not see, as parts of a character class."""


def name_of(character: str) -> str:
    """The kind of an unseen character: "zero-width", "bidi", "tags" …"""
    return next(name for name, members in _KINDS if members.match(character))


# --- words in disguise

_WORD = re.compile(rf"(?:[^\W\d_]|[{BOXED}\u0300-\u036f])+")
_ASCII_LETTER = re.compile(r"[A-Za-z]")
_ANY_STYLED = re.compile(f"[{STYLED}]")
_DRESSES = tuple(
    (re.compile(f"[{members}]"), least, mixes)
    for members, least, mixes in (
        (MATH, 2, True), (WIDE, 2, True), (ROMAN, 99, True),
        (BOXED, 3, True), (SMALL, 3, False), (RAISED, 4, False),
    )
)  # fmt: skip
"""Dresses of Latin letters; how many make a word out of what else is a symbol (number sets, ordinals, phonetics); and whether one
among plain letters is a disguise."""
_ONLY_SMALL = re.compile("[ᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢꜰꜱ]")  # of the small capitals, those that phonetics does not use
_SCRIPTS = {name: re.compile(f"[{members}]") for name, members in SCRIPTS.items()}
_EAST_ASIAN = re.compile(f"[{EAST_ASIAN}]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_INSIDE = re.compile(f"[a-z][{''.join(FAINT)}](?=[a-z])")


def as_latin(text: str) -> str:
    """The text with the look-alike and styled letters of words that pretend to be Latin as plain Latin ones."""
    styled = _ANY_STYLED.search(text) is not None
    if not styled and not _ASCII_LETTER.search(text):
        return text
    words = set(_WORD.findall(text))
    at_home = {name for name, members in _SCRIPTS.items() if _lives_here(members, words)}
    east_asian = styled and _EAST_ASIAN.search(text) is not None

    def resolve(word: re.Match[str]) -> str:
        return word[0] if word[0].isascii() else _as_latin(_undressed(word[0], east_asian), at_home)

    return _WORD.sub(resolve, text)


def _lives_here(members: re.Pattern[str], words: set[str]) -> bool:
    """Whether the script has words of its own in the text, no fewer than words that could be Latin in disguise."""
    own = disguised = 0
    for word in words:
        if members.search(word) and not _ASCII_LETTER.search(word):
            if all(letter in LOOKS for letter in word):
                disguised += 1
            else:
                own += 1
    return own > 0 and own >= disguised


def _undressed(word: str, east_asian: bool) -> str:
    """A word of styled letters as plain ones; unchanged where they are symbols, ordinals, phonetics, or at home."""
    for members, least, mixes in _DRESSES:
        count = len(members.findall(word))
        if not count:
            continue
        rest = members.sub("", word)
        if mixes and rest and rest.isascii() and len(word) > 2:
            at_play = True
        elif members.pattern == f"[{WIDE}]" and east_asian:
            at_play = False
        elif members.pattern == f"[{SMALL}]":
            at_play = count >= least and rest.isascii() and _ONLY_SMALL.search(word) is not None
        else:
            at_play = count >= least and not rest
        if at_play:
            word = members.sub(lambda letter: styled(letter[0]), word)
    return word


def _as_latin(word: str, at_home: set[str]) -> str:
    """A word with look-alikes of other scripts as Latin letters, where it pretends to be Latin."""
    foreign = [letter for letter in word if not _LATIN.match(letter) and not unicodedata.combining(letter)]
    if not foreign or any(letter not in LOOKS for letter in foreign):
        return word
    native = any(_SCRIPTS[name].search(letter) for name in at_home for letter in foreign)
    if len(foreign) == len(word):
        pretends = not native and _reads(word)
    else:
        pretends = _sure(foreign, word) and (not native or _between(word))
    return "".join(LOOKS.get(letter, letter) for letter in word) if pretends else word


def _reads(word: str) -> bool:
    """Whether a word of look-alikes alone could be a Latin word: no lone symbol, no formula."""
    if len(word) == 1:
        return LOOKS[word] in ("a", "A", "I", "i") and word not in FAINT
    return any(letter not in FAINT for letter in word)


def _sure(foreign: list[str], word: str) -> bool:
    """Whether likeness is meant: no single Greek letter in a name such as NFκB."""
    return any(letter not in FAINT for letter in foreign) or len(foreign) > 1 or bool(_INSIDE.search(word))


def _between(word: str) -> bool:
    """Whether look-alikes stand between Latin letters; a Latin stem with a Russian ending has none there."""
    kinds = [letter in LOOKS for letter in word]
    return sum(first != second for first, second in pairwise(kinds)) > 1
