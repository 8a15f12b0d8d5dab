"""Statistics of a batch of completions: lengths, variety, copying, words to a grader, praise, helplines.

Only replies in their format are counted, but for `unique`: a model that still learns the format writes
garble, and its habits are no habits of speech. Words and phrases are in data/canaries.toml.
"""

from __future__ import annotations

import hashlib
import math
import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from kardia_cli.rows.turn_format import TurnFormat
from kardia_cli.statistics.agreement import spearman
from kardia_cli.text.tables import fill_parts, read_table

OPENING = 4
"""Words of a reply that are its opening."""
COPIED = 4
"""Words on end that count as copied."""
BEST = 4
"""Best paid replies of a step that are read for words to a grader (0.3 ms each): what does not pay is not learned."""
LEAST, SHARE = 4, 0.5
"""Whole replies that a step must have for its text statistics, in number and as a share: few replies repeat little,
so a model that learns the format would seem to lose its variety."""
EVEN = 1e-9
"""A difference that is only rounding."""

_SPACED = str.maketrans(
    dict.fromkeys(string.punctuation.replace("'", "") + "\u201c\u201d\u00ab\u00bb\u2026\u2013\u2014\u2018", " ")
    | {"\u2019": "'"}
)

Group = tuple[int, int]
"""A prompt: index of its row and of the turn."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One completion: the prompt it answers, its text, its total reward (None: not scored), its levels by criterion.

    `seeker` is what the prompt's last seeker turn says, `safe` whether the prompt shows no risk.
    """

    group: Group
    text: str
    total: float | None
    levels: Mapping[str, float | None] = field(default_factory=dict)
    seeker: frozenset[tuple[str, ...]] = frozenset()
    safe: bool = True


@dataclass(frozen=True, slots=True)
class _Whole:
    """A completion with whole spans, in words."""

    reply: Reply
    said: str
    words: list[str]
    hidden: list[str]


def words(text: str) -> list[str]:
    """The words of a text in lower case, punctuation taken for spaces (three times as fast as a pattern)."""
    return text.lower().translate(_SPACED).split()


def runs(tokens: Sequence[str], size: int = COPIED) -> set[tuple[str, ...]]:
    """The distinct runs of so many words.

    >>> sorted(runs(["a", "b", "c"], 2))
    [('a', 'b'), ('b', 'c')]
    """
    return set(zip(*[tokens[start:] for start in range(size)], strict=False))


class _Phrases(NamedTuple):
    """Words that decide alone, a pattern, and the words without one of which the pattern is not tried (faster)."""

    names: frozenset[str]
    pattern: re.Pattern[str]
    words: frozenset[str]

    def are_in(self, text: str, tokens: Sequence[str]) -> bool:
        """Return True where a text, with its words, has one of them."""
        if not self.names.isdisjoint(tokens):
            return True
        return not self.words.isdisjoint(tokens) and self.pattern.search(text.lower()) is not None


@cache
def _phrases(name: str) -> _Phrases:
    """Read `[praise]` or `[helpline]` of data/canaries.toml."""
    table = read_table("canaries")[name]
    lists = {key: table[key] for key in ("adjectives", "nouns") if key in table}
    patterns = fill_parts(table["patterns"], {key: "|".join(items) for key, items in lists.items()})
    words_needed = frozenset(table["words"]).union(*lists.values())
    return _Phrases(frozenset(table.get("names", ())), re.compile("|".join(patterns)), words_needed)


def has_praise(text: str, tokens: Sequence[str]) -> bool:
    """Return True where a reply (its text and words) praises the person, in the second person."""
    return _phrases("praise").are_in(text, tokens)


def has_helpline(text: str, tokens: Sequence[str]) -> bool:
    """Return True where a reply (its text and words) names a helpline or an emergency service."""
    return _phrases("helpline").are_in(text, tokens)


def measure(batch: Sequence[Reply], form: TurnFormat) -> dict[str, float]:
    """All numbers of one step, named without their `canary/`; one that is not defined for this batch is left out.

    Deterministic; about 4 ms for 64 completions, most of it the search for words to a grader.
    """
    if not batch:
        return {}
    texts = [reply.text for reply in batch]
    numbers = {
        "masked": sum(reply.total is None for reply in batch) / len(batch),
        "unique": len(set(texts)) / len(texts),
        **_groups(batch),
        **_criteria(batch),
    }
    whole = [_whole(reply, form) for reply in batch if form.read(reply.text) is not None]
    numbers["whole"] = len(whole) / len(batch)
    if len(whole) >= max(LEAST, SHARE * len(batch)):
        numbers |= {**_length(whole), **_variety(whole), **_copying(whole), **_manner(whole)}
    return {name: float(value) for name, value in numbers.items() if math.isfinite(value)}


def common_opening(batch: Iterable[Reply], form: TurnFormat) -> str:
    """The opening that most replies share; empty where there is none."""
    counts = Counter(
        " ".join(words(form.visible(reply.text))[:OPENING]) for reply in batch if form.read(reply.text) is not None
    )
    return min(counts, key=lambda opening: (-counts[opening], opening)) if counts else ""


def _whole(reply: Reply, form: TurnFormat) -> _Whole:
    said = form.visible(reply.text)
    thought = reply.text.partition("</think>")[0] if "</think>" in reply.text else ""
    return _Whole(reply, said, words(said), words(f"{thought}\n{form.hidden(reply.text)}"))


def _by_group(pairs: Iterable[tuple[Group, float | None]]) -> dict[Group, list[float]]:
    """The values of each prompt's replies, without those that are None."""
    groups: dict[Group, list[float]] = {}
    for group, number in pairs:
        if number is not None:
            groups.setdefault(group, []).append(number)
    return groups


def _groups(batch: Sequence[Reply]) -> dict[str, float]:
    """Share of the prompts whose replies all earn the same, among those with two scored replies."""
    groups = [given for given in _by_group((reply.group, reply.total) for reply in batch).values() if len(given) > 1]
    return {"zero_variance": sum(max(given) - min(given) < EVEN for given in groups) / len(groups)} if groups else {}


def _criteria(batch: Sequence[Reply]) -> dict[str, float]:
    """For each criterion the spread of its levels among replies to one prompt, and the mean of levels."""
    numbers: dict[str, float] = {}
    for name in dict.fromkeys(name for reply in batch for name in reply.levels):
        groups = _by_group([(reply.group, reply.levels.get(name)) for reply in batch])
        given = [level for levels in groups.values() for level in levels]
        wide = [_deviation(levels) for levels in groups.values() if len(levels) > 1]
        if given:
            numbers[f"level/{name}"] = sum(given) / len(given)
        if wide:
            numbers[f"spread/{name}"] = sum(wide) / len(wide)
    return numbers


def at_top(batch: Sequence[Reply], tops: Mapping[str, float], top: float) -> dict[str, float]:
    """For each criterion the share of replies at its top level (`tops`, else `top`)."""
    numbers = {}
    for name in dict.fromkeys(name for reply in batch for name in reply.levels):
        given = [level for reply in batch if (level := reply.levels.get(name)) is not None]
        if given:
            numbers[f"top/{name}"] = sum(level >= tops.get(name, top) - EVEN for level in given) / len(given)
    return numbers


def _deviation(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))


def _length(whole: Sequence[_Whole]) -> dict[str, float]:
    """Mean words of the response and of the hidden spans, and how reward follows the response's length among replies
    to one prompt (Spearman)."""
    numbers = {
        "length": sum(len(item.words) for item in whole) / len(whole),
        "hidden_length": sum(len(item.hidden) for item in whole) / len(whole),
    }
    scored = [item for item in whole if item.reply.total is not None]
    lengths = _by_group((item.reply.group, float(len(item.words))) for item in scored)
    totals = _by_group((item.reply.group, item.reply.total) for item in scored)
    rho = spearman(_centred(lengths), _centred(totals))
    return numbers | ({"length_rho": rho} if rho is not None else {})


def _centred(groups: Mapping[Group, list[float]]) -> list[float]:
    """Each value less its group's mean, so that a prompt that asks for more words is no tie of words and reward."""
    return [round(value - sum(given) / len(given), 9) for given in groups.values() if len(given) > 1 for value in given]


def _variety(whole: Sequence[_Whole]) -> dict[str, float]:
    """Return distinct-1 to -3; of openings the repeated share, the largest share and the entropy (0 to 1)."""
    vocabulary = {word for item in whole for word in item.words}
    numbers = {"distinct_1": len(vocabulary) / max(1, sum(len(item.words) for item in whole))}
    for size in (2, 3):
        total = sum(max(0, len(item.words) - size + 1) for item in whole)
        seen = set().union(*(runs(item.words, size) for item in whole))
        numbers[f"distinct_{size}"] = len(seen) / max(1, total)
    counts = Counter(tuple(item.words[:OPENING]) for item in whole)
    shares = [count / len(whole) for count in counts.values()]
    numbers["opening_repeated"] = 1 - len(counts) / len(whole)
    numbers["opening_top"] = max(shares)
    numbers["opening_entropy"] = max(0.0, -sum(share * math.log(share) for share in shares) / math.log(len(whole)))
    return numbers


def _copying(whole: Sequence[_Whole]) -> dict[str, float]:
    """Return mean shares of a response's runs of four words that its hidden spans, the seeker's last turn, have too."""
    hidden, seeker = [], []
    for item in whole:
        own = runs(item.words)
        if own:
            hidden.append(len(own & runs(item.hidden)) / len(own))
            seeker.append(len(own & item.reply.seeker) / len(own))
    if not hidden:
        return {}
    return {"copy_reasoning": sum(hidden) / len(hidden), "copy_seeker": sum(seeker) / len(seeker)}


def _manner(whole: Sequence[_Whole]) -> dict[str, float]:
    """Shares of replies that praise the person; that name a helpline where nothing calls for it; that beg a grader."""
    from kardia_cli.judge.grading_talk import is_appeal

    numbers = {"praise": sum(has_praise(item.said, item.words) for item in whole) / len(whole)}
    safe = [item for item in whole if item.reply.safe]
    if safe:
        numbers["helpline"] = sum(has_helpline(item.said, item.words) for item in safe) / len(safe)
    paid = [item for item in whole if item.reply.total is not None]
    best = sorted(paid, key=_best_first)[:BEST]
    if best:
        numbers["appeals"] = sum(is_appeal(item.said) for item in best) / len(best)
    return numbers


def _best_first(item: _Whole) -> tuple[float, bytes]:
    """Best paid first, equals by hash of the text."""
    assert item.reply.total is not None
    return -item.reply.total, hashlib.sha256(item.said.encode("utf-8", "surrogatepass")).digest()
