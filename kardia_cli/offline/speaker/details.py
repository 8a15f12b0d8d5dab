"""Details taken from a text: whole noun phrases, short whole sentences, activities and people of a profile.

Nothing is taken apart that could not be put together again: a phrase comes with its article, a sentence from its
beginning to its end, and where the grammar is unsure nothing is taken.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from kardia_cli.offline.phrases import table
from kardia_cli.offline.speaker.feelings import read_signs, words
from kardia_cli.offline.speaker.scene import Scene, lower_first, size

_SENTENCE_END = re.compile(r"(?<=[.!?…\u3002\uff01\uff1f])[\s\"')]*\s+|(?<=[\u3002\uff01\uff1f])|\n+")
_TOKEN = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*|[.,;:!?()\"]")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z' -]+")
_NEW_SUBJECT = re.compile(r"[,;] (?:and |but |so )(?=(?:I|my|he|she|they|the|nobody|everyone|everybody)\b)|; ")
_SUBJECT = re.compile(r"(?:I|I'm|I've|I'd|My|He|She|They|Nobody|Everyone|Everybody)\b", re.I)
_FIRST = re.compile(r"\b(I am|I was|am I|was I|I(?:'m|'ve|'d|'ll)?|[Mm]e|[Mm]yself|[Mm]y|[Oo]ur|[Mm]ine)\b")
_OBJECT = re.compile(r"\b(asked|let|keeps|made|makes|prepared|reminds|to|for|with|in|of|from|on) you\b")
UNSURE = re.compile(
    r"\b(your?s?|we|us|ours|ourselves|let's|seeker|(?:and|but|or|who|that|just|still) (?:was|am))\b", re.I
)


class Details(NamedTuple):
    """The details that a supporter can take up."""

    things: list[str]
    """Noun phrases of the story ("your old car")."""
    echoes: list[str]
    """Clauses of the last message and of the story that can be turned to another person, first person as they stand."""
    quotes: list[str]
    """Short clauses of the last message, word for word."""


def details_of(scene: Scene) -> Details:
    """Return noun phrases and clauses of the story, and the clauses of the last message that show a feeling."""
    seeker = scene.by("seeker")
    last = [clause for clause in clauses(seeker[-1]) if read_signs(clause)] if seeker else []
    usable = [clause for clause in last + clauses(scene.situation) if not UNSURE.search(clause)]
    return Details(
        things=noun_phrases(scene.situation or (seeker[0] if seeker else ""))[:2],
        echoes=[clause for clause in usable if turned(clause).lower() not in scene.transcript],
        quotes=[quote for quote in last if size(quote) <= 8],
    )


def sentences(text: str) -> list[str]:
    """Return the text's sentences, at most 40 of them, blanks squeezed."""
    parts = (" ".join(part.split()) for part in _SENTENCE_END.split(text[:4000]))
    return [part for part in parts if part][:40]


def untold(story: str, transcript: str) -> str:
    """Return the next sentence of a story told as I that the transcript lacks, empty if there is none."""
    for sentence in sentences(story):
        if sentence.lower() not in transcript and re.search(r"\b(?:I|my|me)\b", sentence) and len(sentence) < 200:
            return sentence
    return ""


def clauses(text: str) -> list[str]:
    """Return clauses that stand on their own: from a subject to the end of its sentence or to a new subject.

    Nothing with a comma or other marks inside is taken, for half a clause reads worse than none.
    """
    parts = [part for sentence in sentences(text) for part in _NEW_SUBJECT.split(sentence.rstrip(".!"))]
    plain = (part.replace("’", "'") for part in parts)
    return [part for part in plain if 3 <= size(part) <= 13 and _SUBJECT.match(part) and _PLAIN.fullmatch(part)]


@cache
def _nouns(name: str) -> frozenset[str]:
    return frozenset(table("speaker/reading")["nouns"][name].split())


def noun_phrases(text: str) -> list[str]:
    """Return noun phrases in the second person ("my old car" -> "your old car"), those named in passing last."""
    articles = ("my", "our", "the", "a", "an")
    tokens = [token.replace("’", "'").lower() for token in _TOKEN.findall(text[:2000])]
    found = dict.fromkeys(_phrase_at(tokens, at) for at, token in enumerate(tokens) if token in articles)
    return sorted((phrase for phrase in found if phrase), key=lambda phrase: phrase.split()[-1] in _nouns("passing"))


def _phrase_at(tokens: list[str], at: int) -> str:
    """Return the noun phrase after the article at `at`, empty where its end or its owner is unsure."""
    end = _end_of_phrase(tokens, at + 1)
    head = tokens[end - 1] if end > at + 1 else ""
    after = tokens[end] if end < len(tokens) else "."
    indefinite = tokens[at] in ("a", "an")
    owned = tokens[at] in ("my", "our") or (indefinite and head in _nouns("near"))
    if head in _nouns("things"):
        unsure = (after.isalpha() and after not in _nouns("after")) or (head in _nouns("passing") and not owned)
    else:
        unsure = not (owned and head in _nouns("people"))
    if unsure or (indefinite and at and tokens[at - 1] in _nouns("likeness")):
        return ""
    return " ".join(["your" if owned else "the", *tokens[at + 1 : end]])


def _end_of_phrase(tokens: list[str], start: int) -> int:
    """Return the index after the last noun of a phrase whose first word may be at `start`; `start` if there is none."""
    end = start
    for at in range(start, min(start + 5, len(tokens))):
        token, stem = tokens[at], tokens[at].removesuffix("'s")
        if token in _nouns("things") or token in _nouns("people"):
            end = at + 1
        elif not (token in _nouns("before") or (stem != token and stem in _nouns("people"))):
            break
    return end


def turned(sentence: str, person: int = 2) -> str:
    """Turn a first-person sentence to the second or third person, in lower case: "I keep it" -> "you keep it"."""

    def swap(match: re.Match[str]) -> str:
        word, mark, ending = match[0].lower().partition("'")
        return str(table("speaker/reading")["persons"][word][person - 2]) + mark + ending.replace("m", "re")

    return lower_first(_FIRST.sub(swap, sentence))


def to_they(text: str) -> str:
    """Turn "you" to "they": a subject except after the few words that make it an object."""
    third = {"you": "they", "your": "their", "yourself": "themselves"}
    return re.sub(r"\byou(?:r|rself)?\b", lambda match: third[match[0]], _OBJECT.sub(r"\1 them", text))


def activities(person: str) -> list[tuple[str, str]]:
    """Return (the seeker's name, a supporter's offer) of each activity that the profile tells of."""
    found, known = set(words(person[:6000])), table("speaker/reading")["activities"]["list"]
    return [(own, offer) for signs, own, offer in known if found.intersection(signs.split())]


def household(person: str) -> list[str]:
    """Return the people that the profile tells of as the seeker's own ("my sister"), without those who are gone."""
    text = person[:6000].lower()
    people = "|".join(table("speaker/reading")["profile"]["household"].split())
    owner = r"\b(?:my|with|and|an?|one|two|three|the|her|his|their|from) (?:(?!late |dead |ex[- ]|former )[a-z]+ )?"
    found = dict.fromkeys(re.findall(rf"{owner}({people})\b(?! died| passed| who died)", text))
    gone = ("husband", "wife") if re.search(r"\b(?:widow|divorce|separated|late (?:husband|wife))", text) else ()
    return [("the " if word.startswith("neighb") else "my ") + word for word in found if word not in gone]
