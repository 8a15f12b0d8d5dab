"""PERM's reward of a turn (arXiv 2601.10532; the formula is that of its code).

    R = H + B + L
    H   harmonic mean of level / 5 over resonation (the hidden spans), expression and reception (the reply)
    B   bystander · (points / 100 - 1), from the third party's five criteria of 0 to 20: -0.5 to 0
    L   -length · max(0, tokens - limit)

Ours: a turn out of its format earns 0 and is not judged (PERM has no format term); a view without a usable answer
leaves the turn unscored (PERM: the mean of the batch, whatever is in it), and `impute` gives it the mean of the turn's
other views, noted in the score, so that no other turn moves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import fmean
from typing import Any, Literal

from kardia_cli.contracts import Score
from kardia_cli.errors import CallFailed, RowError, UsageError
from kardia_cli.judge import Judge, unscored, verdicts
from kardia_cli.judge.asking import UNREADABLE
from kardia_cli.judge.rubric import Rubric
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import Critique

Aggregate = Literal["harmonic", "mean", "geometric"]
NEEDED = frozenset({"analysis", "response", "seeker", "bystander"})
IMPUTED = "imputed."
"""Beginning of the parts that flag an imputed criterion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of reward and protocol; the defaults are those of PERM's launch script.

    `aggregate` takes the place of the harmonic mean. `bystander` and `length` are the coefficients of B and L, `limit`
    is in tokens of `tokenizer`, a model folder ("": L is left out). `impute` fills in a view without a usable answer.
    """

    aggregate: Aggregate = "harmonic"
    bystander: float = 0.5
    length: float = 0.001
    limit: int = 768
    impute: bool = False
    tokenizer: str = ""


def require_views(rubric: Rubric) -> None:
    """Raise `UsageError` for a rubric that lacks one of the four views."""
    missing = sorted(NEEDED - {criterion.view for criterion in rubric.criteria})
    if missing:
        raise UsageError(f"perm: rubric {rubric.id} has no criterion of view {missing[0]}", "--rubric perm")


async def measure(row: Row, completion: str, judge: Judge, options: Options) -> Score:
    """Return the score of `completion` as the next turn of the row, with its critique; value None: not scored.

    Raises `RowError` for a format without hidden spans, `UsageError` for a rubric without the four views.
    """
    require_views(judge.rubric)
    form = turn_format.declared(row)
    if not any(span.is_hidden and span.role != "label" for span in form.spans):
        raise RowError(f"format {form.name}: perm judges hidden spans, and there are none (try --format perm)")
    broken = form.error(completion)
    if broken:
        return Score(0.0, f"spans broken: {broken}")
    asked = judge.variant(partial=True) if options.impute else judge
    try:
        critique = await asked.judge(row, len(row["messages"]), completion)
    except CallFailed as error:
        return Score(None, unscored(error))
    tokens = count_tokens(completion, options.tokenizer) if options.tokenizer else None
    return decide(judge.rubric, critique, tokens, options)


def decide(rubric: Rubric, critique: Critique, tokens: int | None, options: Options) -> Score:
    """Return the score that a critique amounts to; `tokens` None: without L."""
    if verdicts.is_decided_by_rule(rubric, critique):
        return Score(0.0, "the reply says nothing", critique=critique)
    given = {level.id: level for level in critique.levels}
    unreadable = [name for name, level in given.items() if level.level is None and level.reason.startswith(UNREADABLE)]
    shares = {
        item.id: None if (level := given[item.id].level) is None else item.share(level, of_top=True)
        for item in rubric.criteria
        if item.id in given
    }
    filled = _imputed(rubric, shares, unreadable) if options.impute else shares
    open_ = [item.id for item in rubric.criteria if filled.get(item.id) is None]
    levels = {name: level.level for name, level in given.items()}
    flags = {f"{IMPUTED}{name}": 1.0 for name in unreadable} if options.impute and not open_ else {}
    if open_:
        return Score(None, f"not scored: no level for {', '.join(open_)}", levels, critique=critique)
    means = verdicts.weighted_mean(
        [(item.weight, filled[item.id] or 0.0) for item in rubric.criteria if item.weight and item.view != "bystander"],
        "arithmetic" if options.aggregate == "mean" else options.aggregate,
    )
    seen = fmean(filled[item.id] or 0.0 for item in rubric.criteria if item.view == "bystander")
    parts = {"mean": means, "bystander": options.bystander * (seen - 1)}
    if tokens is not None:
        parts["length"] = -options.length * max(0, tokens - options.limit)
    value = sum(parts.values())
    reason = ", ".join(f"{name} {part:+.3f}" for name, part in parts.items())
    reason += f"; imputed: {', '.join(unreadable)}" if flags else ""
    return Score(value, reason, {**parts, **levels, **flags}, critique=critique)


def _imputed(rubric: Rubric, shares: Mapping[str, float | None], unreadable: list[str]) -> dict[str, float | None]:
    """Return the shares, those without a usable answer filled with the mean of the other views' means."""
    views: dict[str, list[float]] = {}
    for item in rubric.criteria:
        share = shares.get(item.id)
        if share is not None:
            views.setdefault(item.view, []).append(share)
    known = [fmean(values) for values in views.values()]
    return {name: fmean(known) if name in unreadable and known else share for name, share in shares.items()}


def count_tokens(text: str, folder: str) -> int:
    """Return how many tokens a text is to the tokenizer of a model folder, special tokens around it left out."""
    return len(_tokenizer(folder)(text, add_special_tokens=False)["input_ids"])


@cache
def _tokenizer(folder: str) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError):
        raise UsageError(f"tokenizer={folder}: no tokenizer can be read there", "give the folder of a model") from None
