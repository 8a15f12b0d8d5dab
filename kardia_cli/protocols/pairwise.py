"""Every two models side by side, each pair shown in both orders: wins, ties, and Bradley-Terry strengths.

A reply wins a pair only where both display orders say so; where they differ it is a tie, and the share of such flips is
the judge's position bias (as in MT-Bench, arXiv 2306.05685). The judge knows no names (`_ranking`). A broken reply (no
four spans; cut or refused) loses by rule, two replies of the same words tie. With `--with human=FILE` people's A/B
choices or rankings stand in place of the judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import ProtocolSpec, Score
from kardia_cli.errors import CallFailed
from kardia_cli.evaluation.ranking import pairs as ranking_pairs
from kardia_cli.evaluation.ranking import ranking
from kardia_cli.evaluation.ranking.human import Labels, load
from kardia_cli.evaluation.ranking.pairs import Pair, Verdict
from kardia_cli.evaluation.ranking.prompt import DEFAULT_AXES, axes_of, prompt_hash
from kardia_cli.evaluation.ranking.ranking import Candidate, Question
from kardia_cli.judge import Judge, unscored
from kardia_cli.rows.line import Row
from kardia_cli.stream import flow, jsonl

VS = "vs."
ORDERS = 2


async def evaluate(
    row: Row,
    chats: Mapping[str, Chat],
    judge: Judge,
    axes: Sequence[str] = DEFAULT_AXES,
    plain: bool = False,
    human: str = "",
    temperature: float = 0.0,
    max_tokens: int = 320,
) -> Sequence[Score]:
    """One score for each model and supporter turn: its share of the pairs won, a tie counted half; `vs.NAME` for each.

    `axes`: by what to compare; `plain`: a reply without spans counts as it stands; `human`: a file of people's choices
    or rankings, then no judge is asked. A pair whose judge failed is not scored, nor are its two models' shares of this
    turn.
    """
    ranking.at_least_two(chats)
    labels = load(human, list(chats)) if human else None
    sampling = {"temperature": temperature, "max_tokens": max_tokens}
    named = axes_of(axes)
    found = await flow.gather_all(
        _turn(Question(row, turn, judge, named), chats, sampling, plain, labels)
        for turn in ranking.shared_turns(row, chats)
    )
    return [scores[at] for at in range(len(chats)) for scores in found]


async def _turn(
    asked: Question, chats: Mapping[str, Chat], sampling: dict[str, Any], plain: bool, labels: Labels | None
) -> list[Score]:
    """The scores of one turn, in the order of the models."""
    if labels is not None:
        pairs = [_by_people(asked, labels, one, two) for one, two in combinations(chats, 2)]
        known = any(pair.value is not None for pair in pairs)
        replies = (
            await ranking.candidates(asked.row, asked.turn, chats, sampling, plain)
            if known
            else [Candidate(name, "", "") for name in chats]
        )
        return _scores(asked, replies, pairs, human=True)
    replies = await ranking.candidates(asked.row, asked.turn, chats, sampling, plain)
    pairs = await flow.gather_all(_pair(asked, one, two) for one, two in combinations(replies, 2))
    return _scores(asked, replies, pairs)


def _by_people(asked: Question, labels: Labels, first: str, second: str) -> Pair:
    given = labels.verdicts((asked.row["id"], asked.turn), first, second)
    verdicts = [Verdict(*each) for each in given]
    return Pair(first, second, "human", verdicts, "" if verdicts else "not scored: nobody compared them")


async def _pair(asked: Question, one: Candidate, two: Candidate) -> Pair:
    """Compare two replies by the judges, or by rule."""
    why = ranking.failure([one, two])
    if why:
        return Pair(one.model, two.model, "judge", [], why)
    if one.broken or two.broken or one.shown == two.shown:
        same = bool(one.broken) == bool(two.broken)
        said = "the same words" if same and not one.broken else one.broken or two.broken
        return Pair(one.model, two.model, ranking.RULE, [], said, 0.5 if same else float(bool(two.broken)))
    try:
        rounds = await ranking.ordered(asked, [one.shown, two.shown], ORDERS)
    except CallFailed as error:
        return Pair(one.model, two.model, "judge", [], unscored(error))
    verdicts = []
    for each in rounds:
        own, other = each.places[one.shown], each.places[two.shown]
        verdicts.append(Verdict(each.judge, own.shown, ranking_pairs.share(own.place, other.place)))
    best = rounds[0].places[one.shown if verdicts[0].value >= 0.5 else two.shown]
    return Pair(one.model, two.model, "judge", verdicts, best.reason)


def _scores(asked: Question, replies: Sequence[Candidate], pairs: Sequence[Pair], human: bool = False) -> list[Score]:
    length = {each.model: each.words for each in replies}
    found = []
    for each in replies:
        own = [pair.seen_by(each.model) for pair in pairs if each.model in (pair.first, pair.second)]
        parts = {f"{VS}{pair.second}": pair.value for pair in own}
        missing = next((pair.reason for pair in own if pair.value is None), "")
        value = None if missing else sum(pair.value or 0.0 for pair in own) / len(own)
        extra = {
            "words": length[each.model],
            "broken": bool(each.broken) and not human,
            "comparisons": [pair.record(length) for pair in own],
            "settings": jsonl.as_text({"prompt": "" if human else prompt_hash(asked.axes, asked.judge.rubric.setting)}),
            **ranking.judged_by(asked, [reply.model for reply in replies], human),
        }
        reason = missing or "; ".join(pair.told() for pair in own)
        found.append(ranking.score(each, asked.turn, value, reason, parts, extra=extra))
    return found


def summarize(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return a line for each two models, from the first one's side: wins, ties, losses, and what else decided."""
    return ranking_pairs.table(rows)


def further(rows: Sequence[Row]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Bradley-Terry strengths, and how often the place or the length of a reply went with its winning."""
    return [
        (ranking_pairs.strength_title(rows), ranking_pairs.strength_table(rows)),
        ("what else went with winning, over all pairs", ranking_pairs.biases(rows)),
    ]


SPEC = ProtocolSpec(
    models=2, rubric=False, summarize=summarize, further=further, is_relative=True,
    judged="Replies were compared, two at a time, by",
)  # fmt: skip
