"""Words of the sentient user by rule: what waves away, what serves each hidden hope, and its own phrases.

Patterns are read in lower case, without apostrophes and stops.
"""

from __future__ import annotations

import re

DISMISSIVE = re.compile(
    r"\b(?:get over (?:it|this)|happens to (?:all|every)|not (?:that|such) (?:big )?(?:bad|a big|a deal|serious)"
    r"|no big deal|(?:stop|quit) (?:whining|crying|complaining|worrying)|cheer up|toughen up|calm down|grow up|move on"
    r"|overreact\w*|too sensitive|youll be fine|its nothing|so what|whatever|get used to it|look on the bright side"
    r"|others have it worse|could be worse|your own fault|you had it coming|deal with it|dont be (?:silly|so)"
    r"|not my problem|time heals|most (?:people|families) do)\b"
)
ORDERS = re.compile(
    r"\b(?:you (?:should|must (?!feel|be |have)|need to|have to|ought)|(?<!you )(?<!they )(?<!i )try to|make a list"
    r"|firstly|secondly|step one|why dont you"
    r"|i (?:would )?(?:suggest|recommend|advise)|the best thing to do)\b"
)
HOPES: dict[str, re.Pattern[str]] = {
    "perspectives": re.compile(
        r"\b(?:on the other hand|at the same time|both (?:of you|sides|can)|another (?:way|side)|from (?:his|her|their) (?:side"
        r"|view|point)|and yet|it can be true|even so|seen from|partly)\b"
    ),
    "advice": re.compile(
        r"\b(?:you could|could you|one (?:thing|way|small)|what if you|it (?:might|may|can) help|might (?:it|an?) .{0,30}(?:help"
        r"|be possible)|a first step|ask (?:him|her|them|for)|write (?:down|it|to)|for example|tomorrow you)\b"
    ),
    "motives": re.compile(
        r"\b(?:(?:he|she|they) (?:may|might|could|must|perhaps|probably) (?:have|be|feel|fear|want|not)|(?:maybe|perhaps"
        r"|possibly) (?:he|she|they|it was)|(?:his|her|their) (?:reason|fear|own)|behind (?:it|that|this)|afraid of losing)\b"
    ),
    "growth": re.compile(
        r"\b(?:what (?:would|could|might) you do (?:differently|next)|what (?:does|did) (?:it|this|that) (?:say|tell|teach|show)"
        r"|next time|looking back|your (?:own )?part|you (?:can )?learn|what do you (?:take|want to keep)|which of your)\b"
    ),
    "praise": re.compile(
        r"\b(?:took (?:courage|strength|patience|care)|(?:well|nicely) done|i admire|impress\w*|proud|you (?:really )?(?:stayed"
        r"|kept|stood|managed|handled)|that was (?:brave|kind|thoughtful|generous|fair|clever)|good of you|not everyone would)\b"
    ),
    "listening": re.compile(
        r"\b(?:im (?:here|listening)|i am (?:here|listening)|tell me|take your time|go on|let it out)\b"
    ),
    "innocence": re.compile(
        r"\b(?:not your (?:fault|doing)|did nothing wrong|nothing wrong with what you|not to blame|anyone (?:in your place"
        r"|would have)|you had every right|wasnt fair|was unfair|no fault of yours)\b"
    ),
}
PARTINGS: dict[str, tuple[str, ...]] = {
    "S": (
        "That's it, that is what I needed. I can breathe again. Thank you, and goodbye!",
        "You know what, I'm all right now. Thanks for this. Bye!",
        "I didn't think I'd end this day smiling. Thank you so much. Goodbye!",
    ),
    "F": (
        "This leads nowhere. Forget that I wrote. Bye.",
        "I'd rather be alone with it than talk like this. Goodbye.",
        "Right. I've had enough of this. Bye.",
    ),
}
OPENERS: dict[str, tuple[str, ...]] = {
    "A": (
        "Yes! That's it.",
        "It does me good to read that.",
        "You really did read what I wrote.",
        "I'm smiling a bit, I notice.",
        "That helps more than you know.",
    ),
    "B": (
        "Hm, maybe.",
        "All right, here's more of it.",
        "I don't know yet.",
        "That's half of it.",
        "I read that twice.",
    ),
    "C": (
        "That's not it.",
        "You don't get it, do you.",
        "I might as well talk to a wall.",
        "Great. Thanks for nothing.",
        "Is that all there is to say?",
    ),
}
NEEDS: dict[str, tuple[str, ...]] = {
    "perspectives": (
        "Am I looking at this too narrowly?",
        "I only ever see it from where I stand.",
        "Is there more to it?",
    ),
    "advice": ("What am I supposed to do on Monday?", "I've run out of ideas.", "I can't just sit here and wait."),
    "motives": (
        "Why would anybody do that?",
        "I don't understand what went on in that head.",
        "It makes no sense to me.",
    ),
    "growth": (
        "I keep ending up in the same place.",
        "Maybe it isn't only the others.",
        "I wonder what I keep missing.",
    ),
    "praise": ("Nobody noticed what I did there.", "It wasn't nothing, you know.", "I did put a lot into it."),
    "listening": ("I'm not done yet.", "There's so much more where that came from.", "I just have to get it out."),
    "empathy": ("Can you imagine what that's like?", "Everybody says it'll pass.", "You'd have to have been there."),
    "innocence": ("Was I wrong there? Really?", "They all look at me as if I'd done it.", "What else was I to do?"),
}
CLOSINGS: tuple[str, ...] = ("That's how it is.", "I don't know what else to say.", "It goes round and round.")
WHAT_HELPS: tuple[str, ...] = ("It's easier to look at now.", "I hadn't put it that way.", "Go on like that.")
