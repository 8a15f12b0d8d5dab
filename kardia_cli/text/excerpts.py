"""Excerpts of a person's own posts: sentences for About, one for Signature, items for Recent Activities.

Nothing is written here, only chosen: every excerpt is text of a post, cut at the end of a sentence or clause and marked
with "…" where it was cut. The choice goes by surface signs (who speaks, which verbs, how long). Their weights are not
in the paper, which does not say how its profiles' sections came about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from kardia_cli.rows.request import derive_seed
from kardia_cli.text.cleaning import count_words, same_text

ABOUT_SENTENCES, ABOUT_WORDS = 4, (6, 40)
SIGNATURE_WORDS = (3, 14)
ACTIVITIES, ACTIVITY_WORDS = (3, 5), (5, 20)
LONGEST = 400
"""Characters of the longest excerpt, whatever its words."""
GOOD = 3.0
"""A score from which a sentence tells of a person."""

Signs = tuple[tuple[re.Pattern[str], float], ...]


def _signs(*pairs: tuple[str, float]) -> Signs:
    return tuple((re.compile(pattern, re.IGNORECASE), weight) for pattern, weight in pairs)


_STOP = re.compile(r"[.!?…]+[\"”\u2019')]?(?=\s)|(?<=\s)(?:[:;=]-?[)(DPp3]|[xX]D)(?=\s)")
_NO_STOP = re.compile(r"(?:^|[\s(])(?:e\.g|i\.e|mrs?|ms|dr|st|vs|etc|ph\.d|\d{1,2})\.$", re.IGNORECASE)
_TRAILS_ON = re.compile(r"\s+(?:[a-z]|I\b)")
_CUT_OFF = re.compile(r"(?:\.{2,}|…)[\"”\u2019')]?$")
_CLAUSE_END = re.compile(r"[,;](?=\s)|(?=\s(?:[-\u2013—]|but|because|so|and then|although|though|while|when|which)\s)")
_LOOSE_END = re.compile(
    r"\b(?:an?|the|and|or|but|so|if|as|at|by|for|from|in|into|of|on|to|with|about|than|that|this|my|your|his|her|their"
    r"|its|it's|be|am|is|are|was|were|can|could|would|will|do|does|did|has|have|had|get|got|not|just|even|very|like"
    r"|usually|also|only|every now|some|around some)$"
    r"|[^\w\s.!?\"”\u2019')]$",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?…][\"”\u2019')]*$|[)DP]$")
_OPEN_END = re.compile(r"[\s,;:\u2013—-]+$")

# What makes any excerpt a poor one: talk about the talk, games of the forum, crude or grave matter out of its context,
# words that point at what somebody else wrote.
_POOR = _signs(
    (r"^banned\b|\b(?:threads?|forums?|posts?|posted|posting|perc|cafe|op|subforum|avatars?|tapatalk|pm)\b", -4),
    (r"\b(?:[eix]?[nsx][tfx][jpx]?s?|[fnst][ei]|mbti|type[ds]?|typing|mistype\w*|enneagram|functions?)\b", -3),
    (r"\bfuck|\bshit|\bsex|\bporn|\brap(?:e|ist)|\bsuicid|\bkill|\bnazi|\bboobs?\b|\bdick\b|\bdrugs?\b|\bbitch", -4),
    (r"\bvirgin\b|\bmaking love|\bnaked\b|\basshole|\bget high\b|\bsmoke\b|\bdie\b|\bracist\b|\blingerie", -3),
    (r"\[(?:someone|mail|phone|number|type)\]", -3),
    (r"\?", -2),
    (r"\b(?:you|your|youre|you're|yours|guys|y'all)\b", -1.5),
    (r"^(?:thanks?|welcome|lol|a?haha\w*|hey|hello|hi|yes|yeah|yep|yup|no|nope|nah\w*|not|oh|ah+|aw+|hm+)\b", -2),
    (r"^(?:oo+h|well|true|same|ditto|edit|me|agree\w*|exactly|interesting|sorry|omg|great|ok|of course)\b", -2),
    (r"[*_=~|<>]|\d{4,}|\.{2,}.*\S\.{2,}|(?-i:[A-Z]{4,} [A-Z]{4,})|(\w)\1{3}", -1.5),
    (r"^\W*(?:he|she|they|it|it's|its|that|that's|this|these|those|his|her|their|here|there)\b", -1.5),
    (r"^(?:and|but|so|because|or|then|also|which|who|even|although|though|alternatively|anyway|plus)\b", -1.5),
    (r"^\(|^\[|^-|^\W*\d|\b(?:lol|haha\w*|omg|imo|tbh)\b", -1.5),
)
_RUN_ON = re.compile(r"[a-z] (?:It|The|This|That|And|But|So|My|We|You|If|In|For|From|Anything|Also|Not|When|What)\b")
_SELF = re.compile(r"\b(?:I|I'?m|I'?ve|I'?d|my|me|myself)\b", re.IGNORECASE)
_ABOUT = _signs(
    (r"\bI(?:'?m| am) (?:an?|the|in|from|currently|studying|working|majoring|married|single|\d+)\b", 3),
    (r"\b(?:\d+|years?) (?:years? )?old\b|\bI (?:work|study|live|teach|grew up|was (?:born|raised))\b", 4),
    (r"\bmy (?:job|work|career|major|degree|hobb(?:y|ies)|passion|favou?rite|dream|goal)", 3),
    (r"\bmy (?:wife|husband|(?:girl|boy)friend|fianc\w+|kids?|sons?|daughters?|parents?|mom|dad|mother|father)\b", 2),
    (r"\bI(?:'?m| am) (?:\w+teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty)\b", 3),
    (r"\bsince I was (?:\d|two|three|four|five|six|seven|eight|nine|ten|a)\b", 3),
    (r"\bI (?:was an?|drive|drove|deliver|cook|own|keep an?|run|came (?:to|from|out)|left|moved)\b", 2.5),
    (r"\bI (?:really |also |do )?(?:love|hate|enjoy|like|dislike|prefer|adore|play|write|draw|paint)\b", 2.5),
    (r"\bI (?:always|never|usually|often|rarely|tend to|consider myself|struggle|need|want to|hope to|care)\b", 2),
    (r"\bI(?:'?ve| have) (?:always|never|been)\b|\bI(?:'?m| am) (?:very|quite|pretty|really|not|always|too)\b", 2),
    (r"\bI (?:think|guess|agree|believe|mean|know|suppose|don'?t know|would|could|just|saw|thought|said|did)\b", -1.5),
    (r"\bI(?:'?m| am) (?:sorry|sure|glad|guessing|curious|afraid|happy|wondering|talking)\b", -3),
    (r"\bI(?:'?m| am) (?:not (?:sure|even|asking|trying|talking|being|worried|saying)|in (?:one|this))\b", -4),
    (r"\bI never (?:really )?(?:thought|saw|said|knew|understood|heard|would|realized)\b", -3),
    (r"\bI \w+ (?:how |to \w+ )?(?:it|them|him|her|that|this|you|those|these|one|so|some)\b", -2.5),
    (r"\bI want to (?:see|get|know|say|add|point|ask)\b|\b(?:he|she|him|they|them)\b", -1.5),
    (r"^\W*(?:I|I'?m|I'?ve|My)\b", 1.5),
)
_APHORISM = _signs(
    (r"\b(?:life|love|people|world|heart|mind|truth|time|dreams?|silence|happiness|hope|fear|soul|beauty|art)\b", 2),
    (r"\b(?:never|always|everyone|everything|nothing|nobody|no one|all|every|without)\b", 1.5),
    (r"\b(?:is|are|be|makes?|can|need|keep|stay|live)\b", 1.5),
    (r"[.!”]$", 1),
    (r"\b(?:I|I'?m|I'?ve|I'?d|me|my|mine)\b", -0.5),
    (r"\b(?:he|she|they|him|them|his|her|this|that|those|these|here|there|it)\b|'s\b", -1.5),
    (r"\b(?:agree|congrats|sorry|same|video|songs?|movies?|test|sounds?|was|were|did|had|too|some|quote)\b", -2),
    (r"(?-i:[A-Z]{3,})|\d|[:;=]-?[)(DPp3]|[/:&()\[\]]|-.*-", -2),
    (r"^(?-i:[a-z])", -1),
)
_ACTIVITY = _signs(
    (r"\b(?:watch|read|play|listen|work|draw|paint|writ|cook|bak|learn|travel|train|study|mov|walk|runn?)ing\b", 2.5),
    (r"\b(?:watched|read|played|went|made|wrote|finished|started|tried|bought|visited|found|learned|moved)\b", 2),
    (r"\b(?:today|yesterday|tonight|recently|lately|currently|right now|last (?:night|week|year))\b", 2),
    (r"\bjust (?:got|finished|watched|read|started|saw|bought|came|had|graduated|went|about)\b", 2),
    (r"\b(?:book|movie|film|song|music|album|game|series|show|cat|dog|guitar|piano|school|class|job|trip)s?\b", 1),
    (r"\b(?:I|I'?m|I'?ve|my)\b", 1.5),
    (r"\bI(?: would| do)? (?:think|guess|agree|believe|mean|know|suppose|relate|don'?t|wouldn'?t|could|say)\b", -2),
    (r"\b(?:sorry|advice|relate|opinion|attack|joking|kidding)\b", -2),
)


def sentences(text: str) -> list[str]:
    """Return the sentences of a cleaned text, with their stops."""
    found, start = [], 0
    for stop in _STOP.finditer(text):
        trails_on = stop[0].startswith(("..", "…")) and _TRAILS_ON.match(text, stop.end())
        if trails_on or _NO_STOP.search(text[max(start, stop.end() - 12) : stop.end()]):
            continue
        found.append(text[start : stop.end()].strip())
        start = stop.end()
    return [part for part in (*found, text[start:].strip()) if part]


def about(posts: Sequence[str], seed: int) -> str:
    """Return two to four whole sentences in which the person tells of themselves; fewer or "" where there are not."""
    own = dict.fromkeys(text for post in posts for text in sentences(post) if _tells_of_self(text))
    worth = {text: _score(text, _ABOUT) for text in own}
    chosen = _best({text: score for text, score in worth.items() if score >= GOOD}, seed)
    if len(chosen) < 2:
        chosen = _best(worth, seed)[:2]
    return " ".join(_closed(text) for text in worth if text in chosen[:ABOUT_SENTENCES])


def _tells_of_self(text: str) -> bool:
    return _fits(text, ABOUT_WORDS) and _SELF.search(text) is not None and _is_whole(text)


def signature(posts: Sequence[str], taken: str, seed: int) -> str:
    """Return a short sentence fit for a signature, best a whole post, and not in `taken`; "" where none is."""
    taken, worth = same_text(taken), {}
    for post in posts:
        parts = sentences(post)
        for text in parts:
            if text not in worth and _fits(text, SIGNATURE_WORDS) and _is_whole(text):
                worth[text] = _score(text, _APHORISM) + (1 if len(parts) == 1 else 0)
    return next((text for text in _best(worth, seed) if not _is_in(text, taken)), "")


def activities(posts: Sequence[str], taken: str, seed: int) -> tuple[str, ...]:
    """Return three to five excerpts of different posts (fewer where there are not as many), in the posts' order.

    None says what `taken` or another says.
    """
    taken = same_text(taken)
    excerpts = filter(None, (_excerpt(post, taken) for post in posts))
    worth = {text: _score(text, _ACTIVITY) for text in excerpts}
    chosen: list[str] = []
    for text in _best(worth, seed):
        earlier = [same_text(other) for other in chosen]
        new = not any(other in same_text(text) or same_text(text) in other for other in earlier)
        wanted = ACTIVITIES[1] if worth[text] >= GOOD / 2 else ACTIVITIES[0]
        if new and len(chosen) < wanted:
            chosen.append(text)
    return tuple(text for text in worth if text in chosen)


def _excerpt(post: str, taken: str) -> str:
    """Return the post's first untaken sentences as far as they fit, or the first clauses of one; "" where none fit."""
    parts = sentences(post)
    for index, part in enumerate(parts):
        if _is_in(part, taken):
            continue
        run = part
        for following in islice(parts, index + 1, None):
            longer = f"{run} {following}"
            if not _fits(longer, (0, ACTIVITY_WORDS[1])) or _CUT_OFF.search(following) or _is_in(following, taken):
                break
            run = longer
        run = run if _fits(run, ACTIVITY_WORDS) and _is_whole(run) else next(_clauses(run), "")
        if run:
            return run if run.endswith("…") or post.endswith(run) else f"{run} …"
    return ""


def _clauses(text: str) -> Iterator[str]:
    """Yield beginnings of the text that end with a clause and fit, the longest first, each with its "…"."""
    for end in reversed(list(_CLAUSE_END.finditer(text, 0, LONGEST))):
        start = _OPEN_END.sub("", text[: end.start()])
        if _fits(start, ACTIVITY_WORDS) and _is_whole(start):
            yield f"{start}…"


def _is_whole(text: str) -> bool:
    """Return True where the text breaks off nowhere: no loose word at its end, no bracket or quotation left open."""
    closed = all(text.count(left) == text.count(right) for left, right in ("()", "[]", "“”"))
    return closed and text.count('"') % 2 == 0 and not _CUT_OFF.search(text) and not _LOOSE_END.search(text)


def _fits(text: str, limits: tuple[int, int]) -> bool:
    return len(text) <= LONGEST and limits[0] <= count_words(text) <= limits[1]


def _is_in(text: str, taken: str) -> bool:
    return same_text(text) in taken


def _closed(text: str) -> str:
    return text if _ENDS.search(text) else f"{text}."


def _score(text: str, signs: Signs) -> float:
    text = text.replace("\u2019", "'")
    run_on = -3 if _RUN_ON.search(text) else 0
    return run_on + sum(weight for pattern, weight in (*_POOR, *signs) if pattern.search(text))


def _best(worth: Mapping[str, float], seed: int) -> list[str]:
    """Return the texts, best first; equals in an order that the seed decides."""
    return sorted(worth, key=lambda text: (-worth[text], derive_seed(seed, text)))
