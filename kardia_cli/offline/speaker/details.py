"""What can safely be taken from a text: whole noun phrases, short whole sentences, the topic, and traits of a profile.

Nothing is taken apart that could not be put together again: a phrase comes with its article, a sentence from its
beginning to its end, and where the grammar is unsure nothing is taken.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from kardia_cli.offline.speaker.feelings import words
from kardia_cli.offline.speaker.words.activities import ACTIVITIES
from kardia_cli.offline.speaker.words.nouns import GOES_ON, MERE_PLACES, MODIFIERS, NEAR, NOT_AFTER, PEOPLE, THINGS
from kardia_cli.offline.speaker.words.people import HOUSEHOLD, JOBS
from kardia_cli.offline.speaker.words.shape import word_set
from kardia_cli.offline.speaker.words.topics import ANY_TOPIC, TOPICS, Topic
from kardia_cli.rows import persona

_SENTENCE_END = re.compile(r"(?<=[.!?…\u3002\uff01\uff1f])[\s\"')]*\s+|(?<=[\u3002\uff01\uff1f])|\n+")
_TOKEN = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*|[.,;:!?()\"]")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z' -]+")
_NEW_SUBJECT = re.compile(r"[,;] (?:and |but |so )(?=(?:I|my|he|she|they|the|nobody|everyone|everybody)\b)|; ")
_SUBJECT = re.compile(r"(?:I|I'm|I've|I'd|My|He|She|They|Nobody|Everyone|Everybody)\b", re.I)
_COUPLE = word_set("husband wife")
_SWAPS = {
    "i": "you", "me": "you", "my": "your", "our": "your", "mine": "yours",
    "myself": "yourself", "i'm": "you're", "i've": "you've", "i'd": "you'd", "i'll": "you'll",
}  # fmt: skip
_FIRST = re.compile(r"\b(I am|I was|am I|was I|I(?:'m|'ve|'d|'ll)?|[Mm]e|[Mm]yself|[Mm]y|[Oo]ur|[Mm]ine)\b")
_SECOND = re.compile(r"\b([Yy]ou(?:'re|'ve|'d|'ll)?|[Yy]ours?|[Yy]ourself)\b")
_OBJECT = re.compile(
    r"\b(with|to|for|in|through|of|from|around|behind|without|on|fits|prepared|carries|keeps?|lets?|leaves?|sees?|spared|made|makes?|shown|asked"
    r"|helped|told|takes?|took|gives?) you\b"
)
_UNSURE = re.compile(
    r"\b(you|your|yours|we|us|ours|ourselves|let's|seeker|"
    r"(?:and|but|or|who|which|that|just|really|still) (?:was|am))\b",
    re.I,
)


def sentences(text: str, limit: int = 40) -> list[str]:
    """The text's sentences, at most `limit` of them, blanks squeezed."""
    parts = (" ".join(part.split()) for part in _SENTENCE_END.split(text[:4000]))
    return [part for part in parts if part][:limit]


def noun_phrases(text: str) -> list[str]:
    """Noun phrases in the second person ("my old car" -> "your old car"), each once, what is named in passing last."""
    tokens = [token.replace("’", "'") for token in _TOKEN.findall(text[:2000])]
    lowered = [token.lower() for token in tokens]
    found: dict[str, None] = {}
    for at, token in enumerate(lowered):
        if token in ("my", "our", "the", "a", "an"):
            phrase = _phrase_at(lowered, at)
            if phrase:
                found[phrase] = None
    return sorted(found, key=lambda phrase: phrase.split()[-1] in MERE_PLACES)


def _phrase_at(tokens: list[str], at: int) -> str:
    end = _end_of_phrase(tokens, at + 1)
    head = tokens[end - 1] if end > at + 1 else ""
    owned = tokens[at] in ("my", "our") or (tokens[at] in ("a", "an") and head in NEAR)
    if head not in THINGS and not (owned and head in PEOPLE):
        return ""
    if head in THINGS and end < len(tokens) and tokens[end].isalpha() and tokens[end] not in GOES_ON:
        return ""
    if head in MERE_PLACES and not owned:
        return ""
    if tokens[at] in ("a", "an") and at and tokens[at - 1] in NOT_AFTER:
        return ""
    return " ".join(["your" if owned else "the", *tokens[at + 1 : end]])


def _end_of_phrase(tokens: list[str], start: int) -> int:
    """Index after the last noun of a phrase whose first word may be at `start`; `start` where there is none."""
    end = at = start
    while at < len(tokens) and at - start < 5:
        token = tokens[at]
        stem = token.removesuffix("'s")
        if token in THINGS or token in PEOPLE:
            end = at + 1
        elif not (token in MODIFIERS or (stem != token and stem in PEOPLE)):
            break
        at += 1
    return end


def clauses(text: str, least: int = 4, most: int = 13, inner: bool = True) -> list[str]:
    """Clauses that stand on their own: from a subject to the end of its sentence or to ", and" with a new subject.

    `inner` allows parts of a sentence; without it only whole ones are taken. Nothing with a comma or other marks
    inside is taken, for half a clause reads worse than none.
    """
    found = []
    for sentence in sentences(text.replace("’", "'")):
        whole = sentence.rstrip(".!")
        for part in _NEW_SUBJECT.split(whole) if inner else [whole]:
            if least <= len(part.split()) <= most and _SUBJECT.match(part) and _PLAIN.fullmatch(part):
                found.append(part)
    return found


def can_turn(sentence: str) -> bool:
    """Whether a first-person sentence may be turned to the second person without doubt about its verbs."""
    return not _UNSURE.search(sentence)


def lower_first(text: str) -> str:
    """The text with a small first letter, for use inside a sentence; "I" stays."""
    return text if re.match(r"I\b", text) else text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def to_you(sentence: str) -> str:
    """First person to second, beginning lower case: "I keep my word" -> "you keep your word"."""
    return lower_first(_FIRST.sub(lambda match: _swap(match[0]), sentence))


def _swap(word: str) -> str:
    fixed = {"I am": "you are", "I was": "you were", "am I": "are you", "was I": "were you"}
    return fixed.get(word) or _SWAPS[word.lower()]


def to_they(text: str) -> str:
    """Second person to third, by word: "you" is a subject except after the few words that make it an object."""
    return _SECOND.sub(lambda match: _third(match[0]), _OBJECT.sub(r"\1 them", text))


def _third(word: str) -> str:
    lowered = word.lower()
    swapped = {"your": "their", "yours": "theirs", "yourself": "themselves"}.get(lowered) or "they" + lowered[3:]
    return upper_first(swapped) if word[0].isupper() else swapped


def told_of(sentence: str) -> str:
    """First person to third: "They told me" -> "they told them"."""
    return lower_first(_FIRST.sub(lambda match: _of_them(match[0]), sentence))


def _of_them(word: str) -> str:
    fixed = {"I am": "they are", "I was": "they were", "am I": "are they", "was I": "were they"}
    plain = {"me": "them", "my": "their", "our": "their", "mine": "theirs", "myself": "themselves", "i'm": "they're"}
    return fixed.get(word) or plain.get(word.lower()) or "they" + word[1:]


def topic(text: str) -> Topic:
    """The field of life that most words of the text belong to."""
    found = words(text[:2000])
    counts = {name: sum(word in signs for word in found) for name, signs in _topic_signs().items()}
    best = max(counts, key=lambda name: counts[name])
    return TOPICS[best] if counts[best] else ANY_TOPIC


@cache
def _topic_signs() -> dict[str, frozenset[str]]:
    return {name: frozenset(entry.signs.split()) for name, entry in TOPICS.items()}


def activities(person: str) -> list[tuple[str, str]]:
    """(what the seeker calls it, what a supporter may offer) for each activity that the profile tells of."""
    found = set(words(person[:6000]))
    return [(own, offer) for signs, own, offer in _activity_signs() if signs & found]


@cache
def _activity_signs() -> tuple[tuple[frozenset[str], str, str], ...]:
    return tuple((frozenset(signs.split()), own, offer) for signs, own, offer in ACTIVITIES)


def household(person: str) -> list[str]:
    """People that the profile tells of as the seeker's own, named as the seeker would; not those who are gone."""
    text = person[:6000].lower()
    found = dict.fromkeys(match[1] for match in _relatives().finditer(text))
    gone = _COUPLE if re.search(r"\b(?:widow|divorce|separated|split up|late husband|late wife)", text) else frozenset()
    return [HOUSEHOLD[word] for word in found if word not in gone]


@cache
def _relatives() -> re.Pattern[str]:
    owner = r"\b(?:my|with|and|an?|one|two|three|the|her|his|their|from)"
    return re.compile(
        rf"{owner} (?:(?!late |dead |ex[- ]|former )[a-z]+ )?({'|'.join(HOUSEHOLD)})\b(?! died| passed| who died)"
    )


def moment_at_work(person: str) -> str:
    """A moment of the profile's working day ("between two calls"), empty where no work is told.

    Only the beginning of the About counts, where people say what they do; further on, work may be anybody's.
    """
    found = words(persona.parse(person).about)[:20]
    if "retired" in found:
        return JOBS["retired"]
    pairs = {" ".join(pair) for pair in pairwise(found)}
    known = set(found) | pairs
    return next((moment for job, moment in JOBS.items() if job in known), "")
