"""Hidden contents of a text: the plain copy that a judge should read, and the names of what was hidden in it.

Rules and patterns are not in the paper; they see characters, not meaning. All take time that is linear in the text.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import cache
from typing import NamedTuple

from kardia_cli.judge import confusables
from kardia_cli.rows import turn_format


class Revealed(NamedTuple):
    """A text as a judge should read it, and the names of what was hidden in it, in the order of `KINDS`."""

    text: str
    hidden: tuple[str, ...]


KINDS = (
    "control", "soft hyphens", "zero-width", "bidi", "variation selectors", "tags", "private use", "stacked marks",
    "look-alikes", "base64",
)  # fmt: skip
"""All that `Revealed.hidden` may name."""

_CODED = 22  # characters of base64 that hold 16 bytes
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{22,}")
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}){16,}(?![0-9A-Fa-f])")
_READABLE = re.compile(rb"[\t\n\r\x20-\x7e]{16,}")
_MARKS = "[\u0300-\u036f\u0483-\u0489\u20d0-\u20f0]"
_SUSPECT = re.compile(f"[{confusables.UNSEEN}{confusables.STYLED}{''.join(confusables.LOOK_ALIKES)}]|{_MARKS}{{5}}")


def reveal(text: str) -> Revealed:
    """Return the text as a judge should read it; ordinary text of any language is the same object, with nothing named.

    Out go characters that no reader sees (zero-width, bidi controls, tags, smuggled variation selectors, soft hyphens,
    private use, control) except where a script or an emoji needs them. Look-alike letters become Latin in words that
    mix scripts, and in words of look-alikes alone where the text has no other words of that script. Base64 and hex that
    decode to readable text (16 characters and more) are named "base64" and stay.
    """
    if text.isascii():
        if text.isprintable() or not _UNSEEN.search(text):
            return Revealed(text, ("base64",) if _has_codes(text) else ())
    elif not _SUSPECT.search(text):
        return Revealed(text, ("base64",) if _has_codes(text) else ())
    found: set[str] = set()
    plain = _without_stacks(_without_unseen(text, found), found)
    latin = confusables.as_latin(plain)
    if latin != plain:
        plain = latin
        found.add("look-alikes")
    if _has_codes(plain):
        found.add("base64")
    return Revealed(plain if found else text, tuple(kind for kind in KINDS if kind in found))


# --- characters that no reader sees

_UNSEEN = re.compile(f"[{confusables.UNSEEN}]+")
_EMOJI = "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_JOINED = "\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufefc\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ua840-\ua8ff"
_UNSPACED = f"\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u1a20-\u1aaf{confusables.EAST_ASIAN}"
_HONEST = re.compile(
    f"(?<=[{_EMOJI}])\ufe0f?\u200d(?=[{_EMOJI}])"  # one emoji of several
    f"|(?<=[{_EMOJI}#*0-9])[\ufe0e\ufe0f]"  # how a sign is drawn
    "|(?<=\U0001f3f4)\U000e0067\U000e0062"  # the flags of England, Scotland and Wales
    "(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
    f"|(?<=[{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?=[{_JOINED}])"  # Persian, Hindi …
    f"|(?<=[{_UNSPACED}])\u200b(?=[{_UNSPACED}])"  # where a line may break in Thai, Khmer …
    "|(?<=[\u2000-\u2bff\u3000-\u9fff\uf900-\ufaff\u1000-\u109f\ua840-\ua87f])[\ufe00-\ufe0d]"
    "|(?<=[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]"  # variants of ideographs
    "|(?<=[\u1800-\u18af])[\u180b-\u180f]|(?<=[\u0590-\u08ff])\u034f|(?<=[\u1100-\u11ff])[\u115f\u1160]"
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_DIRECTIONS = re.compile("(?<![A-Za-z])[\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069]{1,3}|[\u200e\u200f](?![A-Za-z])")


def _without_unseen(text: str, found: set[str]) -> str:
    """Return the text without unseen characters, except those that its script or an emoji needs.

    The kinds of those that were taken out are added to `found`.
    """
    if not _UNSEEN.search(text):
        return text
    mixed = _RIGHT_TO_LEFT.search(text) is not None

    def resolve(run: re.Match[str]) -> str:
        honest = _HONEST.match(text, run.start())
        if honest is None and mixed:
            honest = _DIRECTIONS.match(text, run.start())
        kept = text[run.start() : min(honest.end(), run.end())] if honest else ""
        found.update(map(confusables.name_of, set(run[0][len(kept) :])))
        return kept

    return _UNSEEN.sub(resolve, text)


_STACK = re.compile(f"({_MARKS}{{2}}){_MARKS}{{3,}}")


def _without_stacks(text: str, found: set[str]) -> str:
    """Return the text with the first two of five and more accents on one letter."""
    calm = _STACK.sub(r"\1", text)
    if calm != text:
        found.add("stacked marks")
    return calm


# --- codes


def _has_codes(text: str) -> bool:
    """Return True if a run of base64 or hex in the text decodes to readable text."""
    if max(map(len, text.split()), default=0) < _CODED:
        return False
    return any(_is_readable(bytes.fromhex(run)) for run in _HEX.findall(text)) or any(
        _is_readable(_decoded(run[start:])) for run in _BASE64.findall(text) for start in range(4)
    )


def _decoded(run: str) -> bytes:
    whole = run.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(whole[: len(whole) - (1 if len(whole) % 4 == 1 else 0)] + "=" * (-len(whole) % 4 % 3))
    except binascii.Error:
        return b""


def _is_readable(data: bytes) -> bool:
    """Return True if 16 bytes on end are readable and more than half of them letters and spaces."""
    return any(
        2 * sum(byte == 32 or chr(byte).isalpha() for byte in run[0]) > len(run[0]) for run in _READABLE.finditer(data)
    )


# --- nothing at all


@cache
def _token() -> re.Pattern[str]:
    """Tokens of tokenizers and chat templates, and the markers of the formats that come with kardia."""
    forms = map(turn_format.load, turn_format.names())
    spans = [span for form in forms for span in form.spans]
    markers = {text for span in spans for pair in (*span.spellings, (span.before, span.after)) for text in pair if text}
    return re.compile(
        r"<[|\uff5c][^|\uff5c<>]{0,60}[|\uff5c]>"
        r"|</?(?:s|eos|bos|pad|unk|mask|eot|think|eos_token|eot_id|start_of_turn|end_of_turn)>"
        rf"|\[/?(?:PAD|CLS|SEP|UNK|MASK|EOS|BOS|INST)\]|{'|'.join(map(re.escape, sorted(markers)))}",
        re.IGNORECASE,
    )


_BLANK = re.compile(r"[\s\u2800]+")


def is_empty(text: str) -> bool:
    """Return True for a text of white space, unseen characters and special tokens (<|im_end|>, </s>, [PAD] …) alone."""
    return not _BLANK.sub("", _token().sub("", _UNSEEN.sub("", text)))
