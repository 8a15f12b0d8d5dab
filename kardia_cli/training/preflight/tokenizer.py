"""Preflight checks of a tokenizer: the format's markers and the text between them survive, padding ends nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from kardia_cli.rows.turn_format import TurnFormat
from kardia_cli.training.markers import end_of_turn, reply_of
from kardia_cli.training.preflight.findings import Finding, bad, good, in_words

NEIGHBOURS = ("", "a ", "\n", " b", "a", "Joy", ".", "1", "<", "|>", "é", "'s", "\n\n")
"""What may stand beside a marker."""
RARE = "é ü ß 你 🙂"
_FLAGS = "lstrip, rstrip, single_word and normalized false"


def findings(tokenizer: Any, form: TurnFormat) -> Iterator[Finding]:
    """Questions about markers, text and padding; a tokenizer without the markers is asked about the text only."""
    ids = {marker: tokenizer.encode(marker, add_special_tokens=False) for marker in form.markers}
    single = bool(ids) and all(len(found) == 1 for found in ids.values())
    text, numbers = _text(tokenizer, form), {marker: found[0] for marker, found in ids.items()}
    if single:
        yield _markers(tokenizer, numbers)
    elif ids:
        pieces = sum(map(len, ids.values()))
        yield good(
            "markers", f"not in the vocabulary: the {in_words(len(ids))} are written as text, {pieces} tokens together"
        )
    yield text
    if single and text.ok:
        yield _neighbours(tokenizer, numbers)
    yield _padding(tokenizer, form)


def _markers(tokenizer: Any, ids: dict[str, int]) -> Finding:
    special = [marker for marker in ids if _decoded(tokenizer, [ids[marker]], skip=True).strip() != marker]
    if special:
        lost = (
            f"{len(special)} of {len(ids)} vanish where special tokens are skipped ({special[0]}): "
            "format reward 0, vLLM strips them"
        )
        return bad("markers", lost, 'set "special": false for them in tokenizer.json and reload it')
    return good("markers", f"one ordinary token each, {min(ids.values())} to {max(ids.values())}")


def _neighbours(tokenizer: Any, ids: dict[str, int]) -> Finding:
    broken = next(_broken_neighbours(tokenizer, ids), None)
    if broken is None:
        return good("neighbours", f"unharmed by {len(NEIGHBOURS)} kinds of text on either side")
    return bad("neighbours", f"{broken[0]!r} is read as {broken[1]!r}", f"add the markers with {_FLAGS}")


def _broken_neighbours(tokenizer: Any, ids: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Texts whose marker, or whose words beside it, are lost; white space that a tokenizer only adds is no loss."""
    for number, (marker, token) in enumerate(ids.items()):
        for at, left in enumerate(NEIGHBOURS):
            right = NEIGHBOURS[(at * 5 + number) % len(NEIGHBOURS)]
            text = left + marker + right
            found = tokenizer.encode(text, add_special_tokens=False)
            for skip in (True, False):
                back = _decoded(tokenizer, found, skip)
                meant = _round(tokenizer, left, skip) + marker + _round(tokenizer, right, skip)
                if found.count(token) != 1 or _lean(back) != _lean(meant) or _eaten(text, back, ids):
                    yield text, back


def _lean(text: str) -> str:
    return "".join(text.split())


def _eaten(text: str, back: str, markers: Iterable[str]) -> bool:
    """Return True where white space beside a marker inside the text is lost."""
    inner, kept = text.strip(), back.strip()
    return any(
        re.search(rf"\s{edge}" if before else rf"{edge}\s", inner) is not None
        and re.search(rf"\s{edge}" if before else rf"{edge}\s", kept) is None
        for edge in (re.escape(marker) for marker in markers if marker in inner)
        for before in (True, False)
    )


def _text(tokenizer: Any, form: TurnFormat) -> Finding:
    """Check that a whole reply comes back as it was written; spaces beside markers do not count."""
    reply = reply_of(form)
    back = _decoded(tokenizer, tokenizer.encode(reply, add_special_tokens=False), skip=True)
    if _tidy(back, form) == _tidy(reply, form) and form.read(back) == form.read(reply):
        note = "" if back == reply else "; white space beside markers changes, which no reader of spans sees"
        lost = [letter for letter in RARE.split() if letter not in _round(tokenizer, letter)]
        note += f"; letters that it cannot write: {' '.join(lost)}" if lost else ""
        return good("text", "a reply comes back as it was written" + note)
    meant, back = _tidy(reply, form), _tidy(back, form)
    cause, remedy = _why(meant, back)
    return bad("text", f"{cause}: {_around(meant, back)}", remedy)


def _why(text: str, back: str) -> tuple[str, str]:
    if text.lower() == back.lower():
        return "it lower-cases what it reads", "take a cased model, or remove its normaliser"
    if _lean(text) == _lean(back):
        remedy = (
            "set clean_up_tokenization_spaces to false, or take a tokenizer whose decoding is exact (byte-level BPE)"
        )
        return "it changes white space", remedy
    if _lean(text).lower() == _lean(back).lower():
        return "it lower-cases what it reads and changes white space", "take a cased, byte-level or SentencePiece model"
    return "it loses letters", "take a model whose tokenizer falls back to bytes"


def _around(text: str, back: str) -> str:
    """Return the first difference of two texts, with some characters around it."""
    at = next((i for i, (a, b) in enumerate(zip(text, back, strict=False)) if a != b), min(len(text), len(back)))
    return f"{text[max(0, at - 8) : at + 12]!r} comes back as {back[max(0, at - 8) : at + 12]!r}"


def _padding(tokenizer: Any, form: TurnFormat) -> Finding:
    pad, end = tokenizer.pad_token_id, end_of_turn(tokenizer, form)
    if pad is None:
        remedy = 'set "pad_token" in tokenizer_config.json (training adds one by itself)'
        return bad("padding", "there is no padding token: replies of different length make no batch", remedy)
    if pad in (tokenizer.eos_token_id, end):
        lost = f"{tokenizer.pad_token!r} pads and ends a turn: where padding is masked the model never learns to stop"
        return bad("padding", lost, 'set another "pad_token" in tokenizer_config.json')
    return good("padding", f"{tokenizer.pad_token!r} ({pad}) is not the end of a turn")


def _tidy(text: str, form: TurnFormat) -> str:
    """Return the text without white space beside markers."""
    for marker in form.markers:
        text = re.sub(rf"\s*{re.escape(marker)}\s*", lambda found: found[0].strip(), text)
    return text.strip()


def _round(tokenizer: Any, text: str, skip: bool = True) -> str:
    return _decoded(tokenizer, tokenizer.encode(text, add_special_tokens=False), skip)


def _decoded(tokenizer: Any, ids: list[int], skip: bool) -> str:
    return str(tokenizer.decode(ids, skip_special_tokens=skip))
