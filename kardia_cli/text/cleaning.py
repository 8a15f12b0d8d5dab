"""From forum text to text that a model may see: residue of encodings and markup out, traces of identity masked.

    clean          entities, cp1252 residue, markup and links out; handles, mails, phones and long numbers masked
    mask_type      the person's own MBTI type as [type], so that no section but MBTI gives it away
    usable_posts   what is left of a list of posts, without the empty, link-only, digit-only and repeated ones

The paper says "anonymised and cleaned" and no more; every rule here is ours. Rules see patterns, not meaning: a name in
plain words ("my friend Anna") stays. All patterns run in linear time, whatever the text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

MBTI_TYPES = frozenset(a + b + c + d for a in "IE" for b in "NS" for c in "TF" for d in "JP")
"""The 16 MBTI types."""

CRISIS_LINES = frozenset(
    {"988", "911", "112", "999", "000", "116123", "131114", "741741", "686868", "85258", "18002738255"}
)
"""Public help lines, digits only; a number that belongs to everyone is kept, with or without its leading 1."""

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_C1 = re.compile(r"[\x80-\x9f]")
_LOST_APOSTROPHE = re.compile("(?<=[^\\W\\d])\ufffd(?=[^\\W\\d])")

# "isnx92t": a cp1252 byte whose backslash was lost. The look-arounds keep words such as "felix94" or "4x92".
_RESIDUE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=[^\W\d])x92(?=[^\W\d])|(?<=s)x92(?!\w)"), "\u2019"),
    (re.compile(r"(?<!\w)x91(?=\w)"), "\u2018"),
    (re.compile(r"(?<!\w)x93(?=[\w.…\u2018(])"), "“"),
    (re.compile(r"(?<=[.,!?…\u2019)])x94|(?<!\w)x94(?!\w)"), "”"),
    (re.compile(r"(“[^“”]{0,400}?\w)x94"), r"\1”"),
    (re.compile(r"(?<=[^\W\d])x85(?!\w)|(?<!\w)x85"), "…"),
    (re.compile(r"(?<=[^\W\d])x9[67](?=[^\W\d])|(?<!\w)x9[67](?!\w)"), "—"),
    (re.compile(r"(?<!\w)x95(?!\w)"), "•"),
)

_MARKUP = re.compile(
    r"\[/?(?:quote|b|i|u|s|url|img|spoiler|size|color|font|center|list|youtube|video|mention|attach)"
    r"(?:=[^\]\[]{0,200})?\]"
    r"|</?(?:br|p|i|b|u|s|a|em|strong|div|span|img|blockquote|li|ul|ol)(?:\s[^<>]{0,500})?/?>"
    r"|<\|[^|<>]{0,60}\|>",
    re.IGNORECASE,
)
_SMILEY = re.compile(r"(?<!\w):[A-Za-z][A-Za-z_]{1,20}\d{0,4}:|:[A-Za-z][A-Za-z_]{1,20}\d{0,4}:(?!\w)")
_LINK = re.compile(r"(?:https?://|ftp://|(?<!\w)www\.)\S*", re.IGNORECASE)
_AFTER_LINK = ".,!?;:)]'\""
_BARE_LINK = re.compile(
    r"(?<![\w.@-])(?:[\w-]{1,63}\.){1,6}"
    r"(?:(?:com|net|org|edu|gov)(?![\w-])(?:/\S*)?|(?:be|co|de|fm|gg|io|ly|me|nl|tv|uk|us)/\S*"
    r"|(?:jpe?g|png|gif|webp|mp[34]|pdf)(?!\w))",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z0-9_][\w-]*|(?<![\w/])/?u/[\w-]{2,30}")
_LONG_ID = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)"  # an IP address
    r"|(?<!\w)[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?!\w)"  # a UUID
    r"|(?<!\w)\d{3}-\d{2}-\d{4}(?!\w)"
    r"|(?<!\w)\d{4}(?:[ -]\d{4}){3}(?!\w)"  # a payment card
    r"|(?<![\w$€£,.])\d{6,}(?![\w,]*\d)"
)
_PHONE = re.compile(
    r"(?<![\w+])(?:"
    r"\+\d(?:[ ().-]{0,2}\d){7,14}"
    r"|(?:1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}"
    r"|0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,4}"
    r"|0\d{9,10}"
    r"|\d{3}-(?!\d{2}00)\d{4}"  # not a range such as 500-1000
    r")(?!-?\d)"
)
_EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]")
_SPACE_BEFORE_STOP = re.compile(r" +([.,!?])(?=[\s.,!?]|$)")
_SPACE = re.compile(r"\s+")
_ATTACHMENTS = re.compile(r"\A(?:\d{5,}(?:\s+|\Z))+|(?<!\s)(?:\s{2,}\d{5,20}){1,50}\s*\Z")
_MASK = re.compile(r"\[(?:someone|mail|phone|number|type)\]")
_WORD = re.compile(r"[^\W\d_](?:[\w'\u2019-]*\w)?")
_NOT_A_LETTER = re.compile(r"[\W_]+")


def clean(text: str) -> str:
    """Return the text in one line, readable and without traces of identity. Cleaning twice changes nothing more."""
    text = _decode(text)
    text = _LINK.sub(_stops_after, _MARKUP.sub(" ", text))
    text = _MAIL.sub("[mail]", text)
    text = _BARE_LINK.sub(" ", text)
    text = _SMILEY.sub(" ", text)
    text = _HANDLE.sub("[someone]", text)
    text = _PHONE.sub(lambda found: _number(found[0], "[phone]"), text)
    text = _LONG_ID.sub(lambda found: _number(found[0], "[number]"), text)
    text = _EMPTY_BRACKETS.sub(" ", text)
    return _SPACE_BEFORE_STOP.sub(r"\1", _SPACE.sub(" ", text)).strip()


def _decode(text: str) -> str:
    """Resolve entities (also of entities), cp1252 bytes and invisible characters."""
    for _ in range(4):
        resolved = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
        if resolved == text:
            break
        text = resolved
    text = _C1.sub(lambda byte: byte[0].encode("latin-1").decode("cp1252", "ignore"), text)
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    text = _LOST_APOSTROPHE.sub("\u2019", text).replace("\ufffd", "")
    for pattern, character in _RESIDUE:
        text = pattern.sub(character, text)
    return unicodedata.normalize("NFC", text)


def _stops_after(link: re.Match[str]) -> str:
    """Return what replaces a link: the punctuation of the sentence that it ended."""
    return " " + link[0][len(link[0].rstrip(_AFTER_LINK)) :]


def _number(found: str, mask: str) -> str:
    digits = "".join(character for character in found if character.isdigit())
    return found if digits in CRISIS_LINES or f"1{digits}" in CRISIS_LINES else mask


def mask_type(text: str, mbti: str | None) -> str:
    """Return the text with each mention of this type (any case, plural, possessive) as `[type]`; as it is for None."""
    if not mbti:
        return text
    return re.sub(rf"(?<![^\W_]){re.escape(mbti)}(?:['\u2019]?s(?![^\W\d_]))?", "[type]", text, flags=re.IGNORECASE)


def usable_posts(posts: Iterable[Any], mbti: str | None) -> list[str]:
    """Return the posts, cleaned and with the own type masked, without empty and repeated ones.

    Two posts are the same if their letters and digits are. A post that ends cut off ("...") is kept as it is; ids of
    attachments at a post's beginning or end (5 digits and more) go. What is not text is left out.
    """
    kept: dict[str, str] = {}
    for post in posts:
        text = mask_type(clean(_ATTACHMENTS.sub("", post)), mbti) if isinstance(post, str) else ""
        if count_words(text):
            kept.setdefault(same_text(text), text)
    return list(kept.values())


def count_words(text: str) -> int:
    """Return how many words of letters the text has, masks not counted."""
    return len(_WORD.findall(_MASK.sub(" ", text)))


def same_text(text: str) -> str:
    """Return the letters of a text, equal for texts that differ in case, spaces and punctuation alone."""
    return _NOT_A_LETTER.sub("", text.casefold())
