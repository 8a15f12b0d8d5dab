"""Reading for the offline judge: a text becomes sentences, words, details, topics and feelings.

The text that is judged is a normalised copy (NFKC, zero-width characters and look-alike letters taken out, contractions
spelled out); the sentences keep their original slice, so every quote is a verbatim substring of the reply. The stemmer
is our own suffix stripper, lighter than Porter's: it only has to bring forms of one word together.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kardia_cli.offline.judge import words
from kardia_cli.offline.judge.feelings import FEELINGS, KIN, family_of, idioms_at

MAX_QUOTE = 240
READ_CHARS = 20_000
"""Longest text that is read; what follows is ignored (a reply of this length has failed long before)."""

_LOOKALIKES = str.maketrans("аеорсухіѕјԁһӏοаνρτκι", "aeopcyxisjdhloavptki")
_MIXED = re.compile(r"[^\W\d_]+")
_QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2014": ", ", "\u2013": ", "})
_CONTRACTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"\bcan'?t\b|\bcannot\b", "can not"),
        (r"\bwon'?t\b(?! to\b)", "will not"),
        (r"\bshan't\b", "shall not"),
        (r"\b(do|does|did|is|are|was|were|have|has|had|could|would|should|must|need|might)n'?t\b", r"\1 not"),
        (r"\bain't\b", "is not"),
        (r"\bi'?m\b", "i am"),
        (r"\b(you|we|they)'re\b|\b(you|they)re\b", r"\1\2 are"),
        (
            r"\b(i|you|we|they|he|she|it|that|there|this|who|things?|everything)'ll\b|\b(you|they|that)ll\b",
            r"\1\2 will",
        ),
        (r"\b(i|you|we|they|would|could|should|might|must)'ve\b|\b(you|they)ve\b|\bi(ve)\b", r"\1\2 have"),
        (r"\b(it|that|he|she|there|what|who|how|where|here|everything)'s\b", r"\1 is"),
        (r"\b(i|you|we|they|he|she|it|that)'d\b", r"\1 would"),
        (r"\blet's\b", "let us"),
        (r"\bgonna\b", "going to"),
        (r"\bwanna\b", "want to"),
        (r"\bu\b", "you"),
        (r"\bur\b", "your"),
    )
)
_CONTRACTED = re.compile(
    r"'|\b(?:cannot|\w+nt|im|ive|youre|theyre|youll|theyll|thatll|youve|theyve|gonna|wanna|u|ur)\b"
)
_SENTENCE = re.compile(r"[^.!?\n]*(?:\.(?=\w)[^.!?\n]*)*[.!?\n]*")
_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z]+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
_PAST_OWN = frozenset(
    ["am", "feel", "felt", "was", "do", "did", "really", "so", "also", "would", "just", "truly", "very"]
)
_SHOWS = frozenset(
    [
        "was",
        "is",
        "are",
        "were",
        "looked",
        "looks",
        "seemed",
        "seems",
        "felt",
        "feels",
        "sounded",
        "so",
        "very",
        "really",
    ]
)
_OTHERS = frozenset(["he", "she", "they"])
_TOPIC_WORDS = {name: frozenset(text.split()) for name, text in words.TOPICS.items()}
_TOPICS_OF: dict[str, frozenset[str]] = {
    word: frozenset(name for name, held in _TOPIC_WORDS.items() if word in held)
    for word in frozenset[str]().union(*_TOPIC_WORDS.values())
}
_KIN: dict[str, frozenset[str]] = {
    family: frozenset({family}.union(*(line.split() for line in KIN if family in line.split()))) for family in FEELINGS
}
_NOT_FELT = re.compile(
    r"\b(?:not (?:been|felt|had) (?:this|so|such|more)|never (?:been|felt) (?:this|so|more)|i hope|hopefully|i wish"
    r"|feel free|trust me|in confidence|in case|good luck|alone time|let alone|lost (?:my|your|his|her|the|our|their"
    r"|a)\b"
    r"|used to|used as|for fun|miss out|caught (?:up|the|a)|get ready|ready to (?:hear|talk|listen)|cheer up"
    r"|(?:take|takes|took|taking) (?:\w+ )?care|take (?:your|all the) time"
    r"|(?:glad|happy|delighted|pleased|thrilled|touched) (?:with|for) you|(?:glad|happy|delighted|pleased|honou?red)"
    r" (?:to (?:hear|read|know|see)|that you|you)"
    r"|no (?:wonder|small thing|doubt|need to)|not (?:only|just|merely)|nothing but|none other"
    r"|(?:calm|quiet|gentle|peaceful|restful|happy|bright|sunny|tender|lighter|brighter) (?:\w+ )?(?:day|days|evening"
    r"|night"
    r"|morning|afternoon|hour|hours|weekend|week|spring|water|waters|weather|sea|walk|place|corner|room|light|sleep"
    r"|words?"
    r"|moment|music|voice|step|steps|start)|(?:happy|merry) (?:birthday|christmas|easter|new year)"
    r"|(?:i|would|do not|you|they|we|he|she) (?:\w+ )?(?:love|loved) (?:to|it|that|the|a)\b|how lovely"
    r"|care (?:home|worker|assistant|plan|team|about what)|by accident|high pressure|blood pressure)"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: `raw` as it stands in the text, `text` its plain form, `words` of that."""

    raw: str
    text: str
    words: tuple[str, ...]
    is_question: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What the judge sees of one text. `details` are stems of concrete words; `feelings` are families."""

    raw: str
    text: str
    sentences: tuple[Sentence, ...]
    words: tuple[str, ...]
    details: frozenset[str]
    topics: frozenset[str]
    feelings: frozenset[str]
    valence: float


def plain(text: str) -> str:
    """Lower-case English with contractions spelled out; zero-width characters and look-alikes are taken out."""
    text = text[:READ_CHARS]
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
        text = _MIXED.sub(_latin, text.translate(_QUOTES).lower())
    text = html.unescape(text.replace("`", "'")).lower()
    if _CONTRACTED.search(text):
        for pattern, put in _CONTRACTIONS:
            text = pattern.sub(put, text)
    return " ".join(text.split())


def _latin(word: re.Match[str]) -> str:
    mixed = any(char.isascii() for char in word[0]) and not word[0].isascii()
    return word[0].translate(_LOOKALIKES) if mixed else word[0]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Bring the forms of one word together: plural, -ed, -ing, -ly, -ness, -ment and some irregular verbs."""
    word = word.removesuffix("'s").removesuffix("'")
    word = words.IRREGULAR.get(word, word)
    for suffix, put in (("iness", "y"), ("ness", ""), ("ment", ""), ("ings", ""), ("ing", ""), ("ies", "y"), ("ied", "y"),
                        ("ed", ""), ("ly", ""), ("es", "e"), ("s", "")):  # fmt: skip
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith(("ss", "us", "is")):
            word = word[: len(word) - len(suffix)] + put
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    word = word.removesuffix("e") if len(word) > 3 else word
    return words.IRREGULAR.get(word, word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word)


_NO_DETAIL = words.STOP | words.VAGUE | words.HARDSHIP | words.DELIGHT


def detail_stems(tokens: Iterable[str]) -> frozenset[str]:
    """Stems of the concrete words: no function words, vague words or feelings."""
    return frozenset(stem(word) for word in tokens if _is_detail(word))


@lru_cache(maxsize=8192)
def _is_detail(word: str) -> bool:
    return len(word) > 2 and word not in _NO_DETAIL and not word.isdigit() and not family_of(word)


def topics(tokens: Iterable[str]) -> frozenset[str]:
    """Topics (scorer_words.TOPICS) that the words touch."""
    found: set[str] = set()
    for word in tokens:
        found |= _TOPICS_OF.get(word.removesuffix("'s"), frozenset())
    return frozenset(found)


def negated(tokens: Sequence[str], at: int, reach: int = 3) -> bool:
    """Whether a negator stands within `reach` words before position `at`."""
    return any(word in words.NEGATORS for word in tokens[max(0, at - reach) : at])


def named_feelings(text: str, skip_first_person: bool, skip_others: bool = False) -> list[tuple[str, bool]]:
    """(family, negated) of each feeling word and idiom, in order.

    `skip_first_person` leaves out what the writer feels, `skip_others` what "he", "she" or "they" feel.
    """
    return [
        (mention.family, mention.denied)
        for mention in _mentions(text)
        if not (skip_first_person and mention.of_writer) and not (skip_others and mention.of_others)
    ]


class Mention(NamedTuple):
    """One feeling that a text names: denied or not, and whether it is said of the writer or of somebody else."""

    family: str
    denied: bool
    of_writer: bool
    of_others: bool


@lru_cache(maxsize=8192)
def _mentions(text: str) -> tuple[Mention, ...]:
    tokens = _WORD.findall(_NOT_FELT.sub(" ", text))
    return tuple(
        Mention(family, negated(tokens, at), _of_writer(tokens, at), _of_others(tokens, at))
        for at in range(len(tokens))
        for family in (family_of(tokens[at]), *idioms_at(tokens, at))
        if family
    )


def _of_writer(tokens: Sequence[str], at: int) -> bool:
    return _holder(tokens, at, _PAST_OWN) == "i"


def _of_others(tokens: Sequence[str], at: int) -> bool:
    """Whether somebody else is said to feel it ("he looked sad"), so that it tells nothing of the speaker."""
    return _holder(tokens, at, _SHOWS) in _OTHERS


def _holder(tokens: Sequence[str], at: int, passed: frozenset[str]) -> str:
    before = list(tokens[max(0, at - 3) : at])
    while before and before[-1] in passed:
        before.pop()
    return before[-1] if before else ""


def valence_of(family: str) -> int:
    """-1, 0 or 1."""
    return FEELINGS[family].valence


def kin(family: str) -> frozenset[str]:
    """Families that may stand for this one, itself included."""
    return _KIN[family]


def _valence(text: str) -> float:
    total = 0.0
    for family, denied in named_feelings(text, skip_first_person=False, skip_others=True):
        value = valence_of(family)
        total += (-value if value > 0 else 0.0) if denied else value
    tokens = _WORD.findall(text)
    for at, word in enumerate(tokens):
        if word in words.BAD_EVENTS or word in words.HARDSHIP:
            total += 0.3 if negated(tokens, at, 2) else -0.7
        elif word in words.GOOD_EVENTS or word in words.DELIGHT:
            total += -0.5 if negated(tokens, at, 2) else 0.7
    return total


def _sentences(raw: str) -> tuple[Sentence, ...]:
    found = []
    for match in _SENTENCE.finditer(raw[:READ_CHARS]):
        piece = match[0].strip()
        if piece:
            text = plain(piece)
            found.append(Sentence(piece, text, tuple(_WORD.findall(text)), "?" in piece))
    return tuple(found)


@lru_cache(maxsize=2048)
def read(raw: str) -> Reading:
    """Read one text (cached, as the turns of a talk and a profile come again with every reply)."""
    sentences = _sentences(raw)
    text = " ".join(sentence.text for sentence in sentences)
    tokens = tuple(word for sentence in sentences for word in sentence.words)
    felt = frozenset(family for family, denied in named_feelings(text, skip_first_person=False) if not denied)
    return Reading(raw, text, sentences, tokens, detail_stems(tokens), topics(tokens), felt, _valence(text))


def merge(readings: Sequence[Reading]) -> Reading:
    """Several texts read as one, without reading them anew."""
    return Reading(
        raw="\n".join(reading.raw for reading in readings),
        text="\n".join(reading.text for reading in readings),
        sentences=tuple(sentence for reading in readings for sentence in reading.sentences),
        words=tuple(word for reading in readings for word in reading.words),
        details=frozenset[str]().union(*(reading.details for reading in readings)),
        topics=frozenset[str]().union(*(reading.topics for reading in readings)),
        feelings=frozenset[str]().union(*(reading.feelings for reading in readings)),
        valence=sum(reading.valence for reading in readings),
    )


def quote(sentence: Sentence | None) -> str:
    """The sentence as evidence: verbatim, at most MAX_QUOTE characters; empty for None.

    Where something was cut out of its middle, the longest piece that stands as it is.
    """
    return max(sentence.raw.split("\n"), key=len).strip()[:MAX_QUOTE] if sentence else ""


def first(pattern: re.Pattern[str], sentences: Iterable[Sentence]) -> Sentence | None:
    """The first sentence in which a pattern is found."""
    return next((sentence for sentence in sentences if pattern.search(sentence.text)), None)


def is_english(reading: Reading) -> bool:
    """Whether the text has the letters and the share of function words of English. Short texts get the doubt."""
    if is_foreign(reading):
        return False
    if len(reading.words) < 6:
        return True
    share = sum(word in words.STOP for word in reading.words) / len(reading.words)
    return share >= words.FUNCTION_SHARE_MIN


def is_foreign(reading: Reading) -> bool:
    """Whether a text shows another language: by its letters, or by more function words of others than of English."""
    if not reading.text.isascii():
        letters = [char for char in reading.text if char.isalpha()]
        if letters and sum(map(str.isascii, letters)) / len(letters) < 0.7:
            return True
    foreign = sum(word in words.FOREIGN for word in _LETTERS.findall(reading.text))
    return foreign > 1 and foreign > sum(word in words.STOP for word in reading.words)
