"""Goodbyes of a sentient user, in English or Chinese: they end the conversation.

As in SAGE in effect: there the user is told to say goodbye in its best and its worst mood, and the word ends the
dialogue. Here the word must be said as a leave-taking: goodbye or bye at the head or the end of a clause ("Okay, bye
then.", "take care and bye"), "I'll say goodbye", a clause that is nothing but "see you later"; in Chinese 再见, 再會,
拜拜 and the like. "I never said goodbye to him" and 再见到他 (to see him again) end nothing. On four published logs
this finds what SAGE's own two words find (97 of 3,468 messages).
"""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"[.!?,;:\n\u2026\u2014()\"]+")
_LEAD = (
    r"(?:(?:ok|okay|well|so|anyway|alright|all right|right|then|and|but|now|fine|yeah|yes|no|oh|hm+|thanks|"
    r"thank you|thanks again|i guess|i think) )*"
)
_WORD = r"(?:good ?-?bye|bye(?:[ -]?bye)?|farewell|so long)"
_NO_LEAVE = (
    r"(?! (?:is|was|isn t|wasn t|to (?!you\b|all\b)|party|letter|note|kiss|hug|gift|card|would|did|had|without))"
)
_SAYS_SO = r"(?:i ll|i will|i d better|let me|time to|i have to|i must) (?:\w+ )?(?:say|saying) (?:good ?-?bye|bye)"
_LATER = r"(?:i ll )?(?:see|talk to|speak to) you (?:later|around|soon|tomorrow|another time)"
_AT_END = r".* (?:and|so|then) (?:good ?-?bye|bye)(?: then| now| for now)?$"
_ENGLISH = re.compile(rf"^(?:{_LEAD}(?:{_WORD}\b{_NO_LEAVE}|{_SAYS_SO}\b{_NO_LEAVE}|{_LATER}$)|{_AT_END})")
_CHINESE = re.compile(r"(?<![说道話说])(?:再见|再見)(?![到面过過他她它您你们])|再会(?!到)|再會|拜拜|告辞|告辭|回见")


def is_goodbye(message: str) -> bool:
    """Return True if this message of the user says goodbye."""
    if _CHINESE.search(message):
        return True
    plain = message.lower().replace("\u2019", "'")
    clauses = (" ".join(re.sub(r"[^\w -]", " ", clause).split()) for clause in _CLAUSE.split(plain))
    return any(_ENGLISH.match(clause) for clause in clauses)
