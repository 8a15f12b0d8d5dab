"""From raw replies to one opinion: log-probabilities, repeated samples, and panels of judges.

A level is read as an expectation: over the log-probabilities of its token where the provider gives them, else over
repeated samples, and over the judges of a panel. The spread (standard deviation) stays beside it. Source: the mean of
a judge's distribution is the better estimate (design note judge, finding 10); the rules for ties and abstentions are
not in the paper.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kardia_cli.judge.replies import is_quoted_in
from kardia_cli.rows.records import FacetLevel, Finding, Level

MASS = 0.5
"""The labels must hold at least this share of a token's probability, else the distribution is not used."""


@dataclass(frozen=True)
class Opinion:
    """One judge's levels and answers on a turn, or on a part of its questions. `solved` None: not asked."""

    levels: list[Level]
    answers: list[Finding]
    solved: bool | None = None
    expected: bool = False
    """Whether the levels are expectations from log-probabilities."""


def read_opinion(
    parsed: Any, ranks: Mapping[str, int], reply: str, quotes: str, logprobs: list[Any] | None = None
) -> Opinion:
    """Return a checked reply as an opinion; quotes that are not in `reply` are counted and left out.

    `ranks` holds the level that each label of the scale names.
    """
    graded = getattr(parsed, "criteria", [])
    spoken = level_expectations(logprobs, [item.id for item in graded], ranks) if logprobs else {}
    levels = [_level(item, ranks, spoken.get(item.id), reply, quotes) for item in graded]
    answers = [
        Finding(id=item.id, present=item.present, detail=item.quote or item.reason)
        for item in getattr(parsed, "answers", [])
    ]
    is_complete = all(level.level is None or level.id in spoken for level in levels)
    return Opinion(levels, answers, getattr(parsed, "solved", None), expected=bool(spoken) and is_complete)


def _level(item: Any, ranks: Mapping[str, int], spoken: tuple[float, float] | None, reply: str, quotes: str) -> Level:
    kept = [quote for quote in item.quotes if is_quoted_in(quote, reply)]
    mean, spread = spoken if spoken and item.level is not None else (None, None)
    facets = [
        FacetLevel(id=facet.id, level=None if facet.level is None else float(facet.level))
        for facet in getattr(item, "facets", [])
    ]
    return Level(
        id=item.id, level=mean if mean is not None else ranks.get(item.level), reason=item.reason, quotes=kept,
        spread=spread, misquotes=0 if quotes == "off" else len(item.quotes) - len(kept), facets=facets,
    )  # fmt: skip


def level_expectations(
    logprobs: list[Any], ids: Sequence[str], ranks: Mapping[str, int]
) -> dict[str, tuple[float, float]]:
    """Return mean and standard deviation of the level of each id, from the token that says it.

    `logprobs` holds [token, log-probability, [[alternative, log-probability] …]]. An id whose level token cannot be
    found, or whose labels hold less than `MASS` of the probability, is left out.
    """
    text = "".join(item[0] for item in logprobs)
    ends, place = [], 0
    for item in logprobs:
        place += len(item[0])
        ends.append(place)
    found = {}
    for name in ids:
        said = re.search(rf'"id"\s*:\s*"{re.escape(name)}".*?"level"\s*:\s*"?(\w)', text, re.DOTALL)
        if said is None:
            continue
        item = logprobs[next(index for index, end in enumerate(ends) if end > said.start(1))]
        spread = _distribution(item, ranks)
        if spread:
            total = sum(spread.values())
            mean = sum(rank * share for rank, share in spread.items()) / total
            variance = sum((rank - mean) ** 2 * share for rank, share in spread.items()) / total
            found[name] = (mean, math.sqrt(variance))
    return found


def _distribution(item: Any, ranks: Mapping[str, int]) -> dict[int, float]:
    """Return the probability of each level at a token, from it and its alternatives; {} below `MASS` on the scale."""
    shares: dict[int, float] = {}
    for token, logprob in dict([*item[2], item[:2]]).items():
        rank = ranks.get(token.strip().strip('"'))
        if rank is not None:
            shares[rank] = shares.get(rank, 0.0) + math.exp(logprob)
    return shares if sum(shares.values()) >= MASS else {}


def join_opinions(parts: Sequence[Opinion]) -> Opinion:
    """Return the parts of one opinion (a call a criterion) as a whole."""
    solved = next((part.solved for part in parts if part.solved is not None), None)
    levels = [level for part in parts for level in part.levels]
    answers = [answer for part in parts for answer in part.answers]
    return Opinion(levels, answers, solved, all(part.expected for part in parts if part.levels))


def pool_opinions(opinions: Sequence[Opinion]) -> Opinion:
    """Return several opinions on the same questions as one: mean levels with their spread, and majorities.

    More abstentions than levels give an abstention. A question is found where at least half of the answers say yes;
    `solved` needs more than half. Reason and quotes are those of the level nearest to the mean.
    """
    if len(opinions) == 1:
        return opinions[0]
    levels = [_mean_level([_by_id(opinion.levels, level.id) for opinion in opinions]) for level in opinions[0].levels]
    answers = [
        _majority([_by_id(opinion.answers, answer.id) for opinion in opinions]) for answer in opinions[0].answers
    ]
    solved = [opinion.solved for opinion in opinions if opinion.solved is not None]
    return Opinion(levels, answers, sum(solved) * 2 > len(solved) if solved else None)


def _by_id(items: Sequence[Any], name: str) -> Any:
    return next(item for item in items if item.id == name)


def _mean_level(given: list[Level]) -> Level:
    known = [level for level in given if level.level is not None]
    missed = sum(level.misquotes for level in given)
    if len(known) * 2 < len(given):
        silent = next(level for level in given if level.level is None)
        return silent.model_copy(update={"misquotes": missed})
    values = [float(level.level) for level in known if level.level is not None]
    mean = statistics.fmean(values)
    nearest = min(known, key=lambda level: abs((level.level or 0) - mean))
    spread = statistics.stdev(values) if len(values) > 1 else nearest.spread
    facets = [
        FacetLevel(id=facet.id, level=_mean([_by_id(level.facets, facet.id).level for level in known]))
        for facet in nearest.facets
    ]
    return nearest.model_copy(update={"level": mean, "spread": spread, "misquotes": missed, "facets": facets})


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if len(known) * 2 >= len(values) and known else None


def _majority(given: list[Finding]) -> Finding:
    known = [answer for answer in given if answer.present is not None]
    if len(known) * 2 < len(given):
        return next(answer for answer in given if answer.present is None)
    share = statistics.fmean(
        answer.share if answer.share is not None else float(bool(answer.present)) for answer in known
    )
    present = share >= 0.5
    example = next((answer for answer in known if answer.present == present), known[0])
    return example.model_copy(update={"present": present, "share": share})
