"""Phrases of the offline judge that meet a person without the name of a feeling: a kind parting, what a thing is like."""

from __future__ import annotations

from kardia_cli.offline.judge.patterns import any_of

WARM_FAREWELL = any_of(
    # a kind word at parting
    r"(?:glad|happy|honou?red|good|lovely|fine|nice|grateful|touched|a pleasure|a joy|delight\w*)",
    r"(?:sleep|rest|travel|fare|go|keep|be|stay|walk|tread) (?:\w+ )?(?:well|gently|easy|softly|sound\w*|safe\w*|warm"
    r"|now|kindly|kind|gentle"
    r"|tight|peacefully|deep\w*)",
    r"may (?:\w+ ){1,4}[a-z]+",
    r"(?:i )?(?:wish|wishing) (?:you|them|both|him|her)",
    r"all the best",
    r"thank(?:s| you)",
    r"come (?:back|again|by)",
    r"take (?:good |gentle )?care",
    r"proud",
    r"sounds? like (?:you|a)",
    r"(?:gentle|gently|calm|quiet|peaceful|restful|kind|soft|warm|warmth|warmly|lighter|easier|peace)",
    r"what an? ",
    r"well (?:done|earned|said)",
    r"enjoy",
    r"the door (?:is|stays)",
    r"(?:here|around) (?:if|when)",
    r"(?:suits|becomes) you",
    r"(?:keep|hold) (?:\w+ )?(?:close|hold|on to|safe)",
    r"(?:to|of) (?:you|them|him|her)(?: both| all| two)?[.!]",
    r"from me",
    r"(?:my|kind|warm|best) (?:regards|wishes)",
    r"(?:best|luck\w*|touched|thinking of|good company|laugh)",
    r"with all my heart",
    r"fingers crossed",
)
COMMENT = any_of(
    # what it is like, said of the matter at hand without the name of a feeling; counts beside a detail alone
    r"an? [a-z'-]+(?: [a-z'-]+)? (?:like (?:that|this)|of (?:that|this) (?:sort|kind))",
    r"an? (?:[a-z]+ )?[a-z]+ (?:thing|joke|gift|way|sound|silence|sight|sentence|place) to",
    r"(?:that|this) (?:sort|kind|size) of",
    r"such (?:an? )?[a-z'-]+",
    r"there is (?:such|something|an?|nothing|no) ",
    r"(?:is|was|must be|takes?|took) (?:no small|quite an?|more than|not nothing|a great deal|a lot|courage)",
    r"no ?(?:one|body) (?:\w+ )?(?:likes?|wants?|gets|should|ought)",
    r"as (?:if|though)",
    r"(?:says|tells|shows|speaks) (?:\w+ ){0,3}(?:how|what|of|for|more)",
    r"(?:stays?|stayed|lingers?|echo(?:es)?) (?:\w+ )?(?:in|with|on|for) ",
)
