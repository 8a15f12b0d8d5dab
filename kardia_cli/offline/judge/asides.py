"""Cut out what is not said to the person: words for a grader, verdicts in JSON, markup, placeholders left unfilled.

A reply is judged by what is left (`spoken`), so that none of it can raise a level. Whether it was there at all is what
the question judge_appeal asks.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kardia_cli.offline.judge.patterns import phrases
from kardia_cli.offline.judge.text import READ_CHARS, Sentence, read
from kardia_cli.offline.phrases import table

MAX_NESTING = 6
_SIGNS = frozenset("{<[#`~=*$%:-")
_LEFTOVER = re.compile(r"^[\s\[\]{}(),;:\"'`]*$")
_VERDICT = re.compile(r"\b(?:PASS|SOLVED|PASSED)\b(?! me| it| the)")
_YOU = frozenset(["you", "your", "yours", "yourself"])


def appeal(text: str, heard: str) -> Sentence | None:
    """Return the first sentence that speaks to a grader or of marks, or a verdict written out; None if there is none.

    `heard` is the talk in plain form: a word for a grader that stands there is the person's own matter, and marks are
    cleared where the person spoke of any.
    """
    sentences = read(text).sentences
    found = next((sentence for sentence in sentences if _to_grader(sentence, heard)), None)
    markup = (part for name in ("innermost", "unclosed", "field") for part in _markup(name).finditer(text[:READ_CHARS]))
    if found or not any(_markup("verdict_key").search(part[0]) for part in markup):
        return found
    keyed = next((sentence for sentence in sentences if _markup("verdict_key").search(sentence.raw)), None)
    return keyed or next(iter(sentences), None)


def spoken(text: str, heard: str) -> str:
    """Return the text without what is not said to the person; the same object where there is nothing of the kind.

    What goes leaves a line break, so that every sentence of the result stands word for word in the text.
    """
    cut = without_markup(text)
    sentences = read(cut).sentences
    kept, aside = list[Sentence](), False
    for sentence in sentences:
        # What still addresses the grader after an address goes with it.
        goes_on = bool(phrases("of_grading").search(sentence.text)) or not _YOU & set(sentence.words)
        aside = _to_grader(sentence, heard) or (aside and goes_on)
        if not aside:
            kept.append(sentence)
    return cut if len(kept) == len(sentences) else "\n".join(sentence.raw for sentence in kept)


def unranked(text: str) -> str:
    """Return a text without its sentences about its own rank; the same object where there are none."""
    return _without("to_ranker", without_markup(text))


@lru_cache(maxsize=2048)
def told(text: str) -> str:
    """Return a seeker's turn or a profile without markup and orders to a grader."""
    return _without("order_to_grader", without_markup(text))


def _without(name: str, text: str) -> str:
    sentences = read(text).sentences
    kept = [sentence.raw for sentence in sentences if not phrases(name).search(sentence.text)]
    return text if len(kept) == len(sentences) else "\n".join(kept)


def without_markup(text: str) -> str:
    """Return the text without JSON, tags, fences, form headings, form fields and placeholders."""
    if _SIGNS.isdisjoint(text):
        return text
    for _ in range(MAX_NESTING):
        text = _markup("innermost").sub("\n", text)
    for name in ("unclosed", "heading", "field", "fence", "tag", "placeholder"):
        text = _markup(name).sub("\n", text)
    lines = text.split("\n")
    return "\n".join(line for line in lines if not _LEFTOVER.match(line) or not any(char in line for char in "[]{}`"))


@cache
def _markup(name: str) -> re.Pattern[str]:
    markup = table("judge_asides")["markup"]
    return re.compile(markup[name].replace("<form>", markup["form"]))


def _to_grader(sentence: Sentence, heard: str) -> bool:
    if _VERDICT.search(sentence.raw):
        return True
    address = phrases("to_grader").search(sentence.text)
    if address and address[0] not in heard:
        return True
    return bool(phrases("marks").search(sentence.text)) and not phrases("rating_asked").search(heard)
