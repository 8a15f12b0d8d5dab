"""Excerpts of a person's own posts: sentences for About, one for Signature, items for Recent Activities.

Nothing is written here, only chosen: every excerpt is text of a post, cut at the end of a sentence or clause and marked
with "…" where it was cut. The choice goes by surface signs (who speaks, which verbs, how long). Their weights are not
in the paper, which does not say how its profiles' sections came about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice

from kardia_cli.rows.request import derive_seed
from kardia_cli.text.cleaning import count_words, same_text
from kardia_cli.text.tables import read_table

ABOUT_SENTENCES, ABOUT_WORDS = 4, (6, 40)
SIGNATURE_WORDS = (3, 14)
ACTIVITIES, ACTIVITY_WORDS = (3, 5), (5, 20)
LONGEST = 400
"""Characters of the longest excerpt, whatever its words."""
GOOD = 3.0
"""A score from which a sentence tells of a person."""

Signs = tuple[tuple[re.Pattern[str], float], ...]


@cache
def _signs(name: str) -> Signs:
    """Return the patterns of one list of data/excerpts.toml with their weights."""
    return tuple((re.compile(pattern, re.IGNORECASE), weight) for pattern, weight in read_table("excerpts")[name])


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
_RUN_ON = re.compile(r"[a-z] (?:It|The|This|That|And|But|So|My|We|You|If|In|For|From|Anything|Also|Not|When|What)\b")
_SELF = re.compile(r"\b(?:I|I'?m|I'?ve|I'?d|my|me|myself)\b", re.IGNORECASE)


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
    worth = {text: _score(text, "about") for text in own}
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
                worth[text] = _score(text, "aphorism") + (1 if len(parts) == 1 else 0)
    return next((text for text in _best(worth, seed) if not _is_in(text, taken)), "")


def activities(posts: Sequence[str], taken: str, seed: int) -> tuple[str, ...]:
    """Return three to five excerpts of different posts (fewer where there are not as many), in the posts' order.

    None says what `taken` or another says.
    """
    taken = same_text(taken)
    excerpts = filter(None, (_excerpt(post, taken) for post in posts))
    worth = {text: _score(text, "activity") for text in excerpts}
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


def _score(text: str, kind: str) -> float:
    text = text.replace("\u2019", "'")
    run_on = -3 if _RUN_ON.search(text) else 0
    return run_on + sum(weight for pattern, weight in (*_signs("poor"), *_signs(kind)) if pattern.search(text))


def _best(worth: Mapping[str, float], seed: int) -> list[str]:
    """Return the texts, best first; equals in an order that the seed decides."""
    return sorted(worth, key=lambda text: (-worth[text], derive_seed(seed, text)))
