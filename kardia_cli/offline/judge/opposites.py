"""A reply whose feeling is of the opposite kind: condolence at a success, joy at a death, calm at rage, envy at terror.

`opposite` reads what happened (scorer_events.py) or what the person names, and what the reply shows: the feelings that it
names, its writer's included, congratulation and condolence. It speaks only where nothing in the reply fits. Ours.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kardia_cli.offline.judge import events, patterns, words
from kardia_cli.offline.judge.patterns import any_of
from kardia_cli.offline.judge.text import Reading, Sentence, named_feelings, read
from kardia_cli.offline.judge.view import View

_DARK = frozenset(
    [
        "fear",
        "worry",
        "anger",
        "irritation",
        "disgust",
        "sadness",
        "hurt",
        "disappointment",
        "shame",
        "guilt",
        "loneliness",
        "envy",
        "weariness",
        "confusion",
    ]
)
_PLEASED = frozenset(["joy", "excitement", "calm", "envy", "gratitude", "admiration", "pride", "nostalgia"])

AGAINST: dict[str, frozenset[str]] = {
    "loss": frozenset(["joy", "excitement", "calm", "envy", "anger", "disgust"]),
    "blow": frozenset(["joy", "excitement", "calm", "envy", "gratitude", "pride"]),
    "success": frozenset(
        ["sadness", "hurt", "shame", "guilt", "disgust", "loneliness", "anger", "fear", "disappointment"]
    ),
    "rage": _PLEASED,
    "terror": _PLEASED,
    "guilt": _PLEASED | {"surprise"},
}
"""The families that miss each kind."""
FITS: dict[str, frozenset[str]] = {
    "loss": _DARK - {"envy", "anger", "disgust"} | {"love", "nostalgia", "gratitude", "surprise", "hope", "trust"},
    "blow": _DARK - {"envy"} | {"surprise", "hope", "trust", "love", "confidence"},
    "success": frozenset(
        ["joy", "excitement", "pride", "gratitude", "admiration", "hope", "calm", "surprise", "confidence", "trust"]
    ),
    "rage": _DARK - {"envy"} | {"surprise"},
    "terror": _DARK - {"envy"},
    "guilt": _DARK - {"envy"} | {"love", "hope", "confidence"},
}
"""The families that go with each kind; one of them in the reply and it is let off."""
_NAMED: dict[str, str] = {"anger": "rage", "fear": "terror", "guilt": "guilt"}
_CHEERS = any_of(
    r"(?:congrat\w*|hooray|hurrah|yay|woo ?hoo|yippee|bravo|cheers|well done|lucky you|good for you|let us celebrate|celebrate\w*|way to go|fantastic|marvell?ous|brilliant"
    r"|(?:what|such) (?:a |an )?(?:\w+ )?(?:joy\w*|delight\w*|happy|wonderful|lovely|exciting|treat|triumph|fun)|(?:great|good|wonderful|amazing|fantastic|exciting|lovely|happy) (?:news|day|moment)|how (?:exciting|wonderful|fun|lovely|awesome|nice|delightful|fantastic|amazing)|so (?:exciting|happy for|nice|lovely|cool))",
)
_MOURNS = any_of(
    r"(?:condolences|sorry (?:for your|to hear|that (?:you|this|it)|you (?:have|are)|about|for)|(?:so|very|truly|deeply|i am) sorry|grie(?:f|v\w+)|mourn\w*|heartbr\w+|my heart (?:breaks|aches|goes out)|how (?:awful|terrible"
    r"|sad|horrible|painful|tragic|dreadful)|that is (?:\w+ )?(?:awful|terrible|horrible|sad|tragic|dreadful|devastating)|(?:your|this|such a|the) (?:\w+ )?loss|painful time|hard time|difficult time|rest in peace)",
)
_ENVIES = any_of(
    r"(?:how |oh )?i (?:\w+ )?envy|(?:i am|makes me|others (?:are|would be)|bit|rather|so) (?:\w+ )?(?:jealous|envious)|i wish (?:i|it) (?:were|was|had|could)(?: \w+)? (?:you|me|that|such|there)|lucky you|others would (?:love|kill|give)",
)
_ADMIRES = any_of(
    r"i (?:\w+ )?(?:admire|marvel|bow|applaud|take my hat)|(?:i am |so |truly |in |how )(?:\w+ )?(?:impress\w*|awe\w*|inspir\w*|admir\w*)|hats? off|what an? (?:\w+ )?(?:feat|achievement|adventure|experience|impressive)",
)
_SERENE = any_of(
    r"(?:calm\w*|serene|serenity|content(?:ment|ed)?|peaceful|tranquil\w*|at ease|relaxed|satisf\w+|soothing|at peace|this peace|harmon\w+|balanced|blissful|cosy|cozy|restful|unhurried)",
)
_ASTONISHED = any_of(
    r"(?:astonish\w*|astound\w*|surpris\w*|amaz\w*|unbeliev\w*|incredib\w*|i can not believe|who would have (?:thought|guessed)|out of (?:nowhere|the blue)|what a (?:shock|surprise|twist)|stunn\w*|speechless|gobsmack\w*)",
)
_TONES: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "loss": ((_CHEERS, "cheers"), (_ENVIES, "envies"), (_SERENE, "speaks of calm")),
    "blow": ((_CHEERS, "cheers"), (_ENVIES, "envies"), (_SERENE, "speaks of calm")),
    "success": ((_MOURNS, "mourns"),),
    "rage": ((_SERENE, "speaks of calm"), (_CHEERS, "cheers"), (_ADMIRES, "admires"), (_ENVIES, "envies")),
    "terror": ((_ENVIES, "envies"), (_ADMIRES, "admires"), (_SERENE, "speaks of calm"), (_CHEERS, "cheers")),
    "guilt": ((_ASTONISHED, "is astonished"), (_CHEERS, "cheers"), (_ADMIRES, "admires"), (_ENVIES, "envies"), (_SERENE, "speaks of calm")),
}  # fmt: skip
_WISHES = any_of(
    r"(?:hope|wish|may|until|so that|help\w*|find|finding|want|need|needs|deserve|try|longing|calm (?:down|him|her|them|me|you)|again|could you|what would|stay|some|a little|lost|no|not|never|without|rob\w*|hard to)",
)
"""What stands beside a good feeling that is wished for and not ascribed."""
_TURN = re.compile(
    r"(?<![a-z])(?:but|although|though|even so|still|yet|except|at least|thankfully|luckily|however)(?![a-z])"
)


_CLEAR = 0.6
"""A turn's valence beyond this is clear."""
_ASIDE = re.compile(r"(?<![a-z])(?:lol|haha\w*|:\)|okay|ok|fine|relax\w*|curious|train(?:ing)?|watch\w*)(?![a-z])")
_WISHED_TOO = frozenset(["cheers", "is astonished", "mourns"])
"""Tones that no wish in the same sentence takes back."""


@lru_cache(maxsize=1024)
def kind_of(raw: str) -> str:
    """What kind of thing a turn tells of, by its events, else by the feelings that the speaker names; empty where none or several."""
    text = read(raw)
    told = [name for name, pattern in events.KINDS if any(_told(text, match) for match in pattern.finditer(text.text))]
    bright = {name for name in text.feelings if name in ("joy", "pride", "excitement", "gratitude")}
    if told and (set(told) & {"success"}) and len(told) > 1:
        return ""
    if told:
        against = bright or text.valence > 2 * _CLEAR if told[0] != "success" else text.feelings & _DARK
        turned = told[0] in ("loss", "blow", "success") and _TURN.search(text.text)
        return "" if against or turned else told[0]
    return _named(text) if not bright or not text.feelings & _DARK else ""


def _named(text: Reading) -> str:
    """The kind of the feelings that a turn names, where they are of one kind and its words are clear about good or bad."""
    kinds = {_NAMED[name] for name in text.feelings if name in _NAMED}
    if len(kinds) != 1 or _TURN.search(text.text) or _ASIDE.search(text.text):
        return ""
    return next(iter(kinds)) if -text.valence > _CLEAR else ""


def _told(text: Reading, match: re.Match[str]) -> bool:
    before = text.text[: match.start()].split()[-4:]
    return not (
        words.NEGATORS
        | {
            "if",
            "hope",
            "hoping",
            "want",
            "wish",
            "could",
            "might",
            "may",
            "worried",
            "afraid",
            "told",
            "claimed",
            "pretended",
            "said",
        }
    ) & set(before)


def opposite(seen: View) -> tuple[str, Sentence] | None:
    """How the reply's feeling is opposite in kind to what the person tells, and the sentence; None where it is not."""
    if seen.closing:
        return None
    kind = kind_of(seen.last.raw)
    if not kind and len(seen.told) <= 2:
        kind = kind_of(seen.told[0].raw)
    if not kind:
        return None
    shown = frozenset(
        family
        for sentence in seen.reply.sentences
        for family, denied in named_feelings(sentence.text, skip_first_person=False)
        if not denied
    )
    if shown & (FITS[kind] - _own_tone(kind)) or _meets(kind, seen):
        return None
    for sentence in (said for said in seen.reply.sentences if not said.is_question):
        tone = next((says for pattern, says in _TONES[kind] if pattern.search(sentence.text)), "")
        named = {family for family, denied in named_feelings(sentence.text, skip_first_person=False) if not denied}
        wrong = sorted(named & AGAINST[kind])
        if (tone or wrong) and (kind == "success" or tone in _WISHED_TOO or not _WISHES.search(sentence.text)):
            return f"{tone or 'shows ' + ', '.join(wrong)} at {_SAID[kind]}", sentence
    return None


def _own_tone(kind: str) -> frozenset[str]:
    """Families that the tones of a kind carry by themselves, and so do not let the reply off."""
    return frozenset(["surprise"]) if kind in ("guilt", "terror") else frozenset()


def _meets(kind: str, seen: View) -> bool:
    """Whether the reply takes the person's side in another way: sorry at something hard, praise at something good, a plain hardship."""
    text = seen.reply.text
    if kind == "success":
        return bool(_CHEERS.search(text) or patterns.CONGRATULATE.search(text))
    if _MOURNS.search(text) or _NUANCE.search(text):
        return True
    return bool(words.HARDSHIP & set(seen.reply.words)) or bool(_SIDES.search(text))


_NUANCE = any_of(
    r"(?:part of you|and yet|even though|bittersweet|at the same time|mixed|although|underneath|not because)"
)
_SIDES = any_of(
    r"(?:oh no|oh dear|ouch|no wonder|of course|are you (?:safe|okay|ok|all right|alright|hurt)|makes sense|understandabl[ey]|unfair|so wrong|thank (?:god|goodness)|glad (?:you|he|she|they|it|that|nobody|no one)|happy that|hope (?:you|he|she|they"
    r"|it|all|everything)|careful|take care|bless|prayers?|praying|memories|better place|a life|long life|good life|what was (?:he|she)|you (?:must )?miss|miss (?:him|her|them)|love[sd]? (?:him|her|you))",
)
_SAID = {
    "loss": "a loss", "blow": "a blow", "success": "good news", "rage": "anger at a wrong", "terror": "terror", "guilt": "guilt",
}  # fmt: skip
