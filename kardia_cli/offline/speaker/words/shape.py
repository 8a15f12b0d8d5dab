"""The shape of one feeling's phrases, and the rules that its tables keep.

`why` and `named` speak to the seeker ("you", "your") and use "you" as a subject only, so that the hidden spans can
turn them into "they" word by word.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Tone = Literal["dark", "bright", "mixed"]
"""dark: troubles; bright: good news; mixed: tender or startled, may be either."""


class Feeling(NamedTuple):
    """Phrases of one of the 32 emotions."""

    tone: Tone
    family: str
    signs: str
    """Comma-separated words and phrases (one to five words) by which a reader can tell the feeling."""
    cues: tuple[str, ...]
    """What a seeker says: whole sentences, each with at least one sign."""
    core: tuple[str, ...]
    """A seeker's answer to "what is it most about?"."""
    named: tuple[str, ...]
    """The feeling in a supporter's words: a noun phrase with its article, lower case."""
    why: tuple[str, ...]
    """A clause that completes "it makes sense, because …"."""
    settled: tuple[str, ...]
    """How it is for the seeker once the talk has helped: a whole sentence."""


def word_set(text: str) -> frozenset[str]:
    """The words of a text as a set: a long table of words that stays readable."""
    return frozenset(text.split())
