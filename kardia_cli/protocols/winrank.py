"""Blind ranking: all models answer a turn, a judge who knows no names orders the replies; Win@k and mean rank.

The measure of Empathy-R1's human study (arXiv 2509.14851: Win@k and mean rank over unnamed systems), by a judge or,
with `--with human=FILE`, by people. The judge sees response spans alone, shuffled, under codes (`_ranking`), and orders
them in one call by the axes. A reply that is broken (no four spans; cut or refused) is last by rule; replies of the
same words share a place; ties share ranks and wins, so Win@1 over the models sums to 1 and the ranks average (m + 1) /
2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Columns, ProtocolSpec, Score
from kardia_cli.errors import CallFailed, UsageError
from kardia_cli.evaluation.ranking import ranking, tables
from kardia_cli.evaluation.ranking.human import Labels, load
from kardia_cli.evaluation.ranking.prompt import DEFAULT_AXES, axes_of, prompt_hash
from kardia_cli.evaluation.ranking.ranking import Candidate, Place, Question, Round
from kardia_cli.judge import Judge, unscored
from kardia_cli.rows.line import Row
from kardia_cli.stream import flow, jsonl

LAST = float("inf")


class Standing(NamedTuple):
    """One model in one order: first and last rank that it shares (the same if alone), and where it was shown."""

    judge: str
    order: int
    shown: int
    first: int
    last: int

    @property
    def rank(self) -> float:
        """The mean of the ranks that it shares."""
        return (self.first + self.last) / 2

    def win(self, k: int) -> float:
        """Its share of the first k ranks."""
        return min(1.0, max(0.0, (k - self.first + 1) / (self.last - self.first + 1)))


async def evaluate(
    row: Row,
    chats: Mapping[str, Chat],
    judge: Judge,
    axes: Sequence[str] = DEFAULT_AXES,
    orders: int = 1,
    plain: bool = False,
    human: str = "",
    temperature: float = 0.0,
    max_tokens: int = 320,
) -> Sequence[Score]:
    """One score for each model and supporter turn: its rank from 1, with its share of Win@1, Win@2 … among the parts.

    `axes`: by what to rank; `orders`: in how many display orders to ask, averaged; `plain`: a reply without spans
    counts as it stands; `human`: a file of people's rankings or A/B choices, then no judge is asked. Where a judge
    fails or a model gave no reply in passing, the turn is not scored for any model.
    """
    ranking.at_least_two(chats)
    if orders < 1:
        raise UsageError(f"orders={orders}: it must be asked at least once", "--with orders=2 asks in two orders")
    labels = load(human, list(chats)) if human else None
    sampling = {"temperature": temperature, "max_tokens": max_tokens}
    named = axes_of(axes)
    found = await flow.gather_all(
        _turn(Question(row, turn, judge, named), chats, sampling, plain, orders, labels)
        for turn in ranking.shared_turns(row, chats)
    )
    return [scores[at] for at in range(len(chats)) for scores in found]


async def _turn(
    asked: Question, chats: Mapping[str, Chat], sampling: dict[str, Any], plain: bool, orders: int,
    labels: Labels | None,
) -> list[Score]:  # fmt: skip
    """The scores of one turn, in the order of the models."""
    if labels is not None:
        rounds = labels.rounds((asked.row["id"], asked.turn), list(chats))
        if not rounds:
            unknown = [Candidate(name, "", "") for name in chats]
            return _scores(asked, unknown, [], "not scored: nobody ranked this turn", human=True)
        replies = await ranking.candidates(asked.row, asked.turn, chats, sampling, plain)
        return _scores(asked, replies, rounds, human=True)
    replies = await ranking.candidates(asked.row, asked.turn, chats, sampling, plain)
    why = ranking.failure(replies)
    if why:
        return _scores(asked, replies, [], why)
    try:
        return _scores(asked, replies, await _rounds(asked, replies, orders))
    except CallFailed as error:
        return _scores(asked, replies, [], unscored(error))


async def _rounds(asked: Question, replies: Sequence[Candidate], orders: int) -> list[Round]:
    """The places of all models, by each judge and order; by rule where there are no two texts to set side by side."""
    texts = list(dict.fromkeys(each.shown for each in replies if not each.broken))
    if len(texts) < 2:
        return [Round(ranking.RULE, 1, {each.model: Place(0, 1, "") for each in replies})]
    found = await ranking.ordered(asked, texts, orders)
    return [
        Round(one.judge, one.order, {each.model: one.places.get(each.shown, Place(0, 0, "")) for each in replies})
        for one in found
    ]


def standings(one: Round, broken: frozenset[str]) -> dict[str, Standing]:
    """The ranks of each model by one order; those in `broken` share the last ones."""
    keys = {name: LAST if name in broken else float(place.place) for name, place in one.places.items()}
    found = {}
    for name, key in keys.items():
        before = sum(other < key for other in keys.values())
        alike = sum(other == key for other in keys.values())
        found[name] = Standing(one.judge, one.order, one.places[name].shown, before + 1, before + alike)
    return found


def _scores(
    asked: Question, replies: Sequence[Candidate], rounds: Sequence[Round], why: str = "", human: bool = False
) -> list[Score]:
    broken = frozenset() if human else frozenset(each.model for each in replies if each.broken)
    by_round = [standings(one, broken) for one in rounds]
    found = []
    for each in replies:
        own = [standing[each.model] for standing in by_round]
        extra = {
            "words": each.words,
            "broken": each.model in broken,
            "places": [{"judge": s.judge, "order": s.order, "shown": s.shown, "rank": s.rank} for s in own],
            "settings": jsonl.as_text({"prompt": "" if human else prompt_hash(asked.axes, asked.judge.rubric.setting)}),
            **ranking.judged_by(asked, [reply.model for reply in replies], human),
        }
        parts, rank = _parts(own, len(replies)), _mean([standing.rank for standing in own])
        reason = why or _reason(each, rank, len(replies), rounds, human)
        found.append(ranking.score(each, asked.turn, rank, reason, parts, extra=extra))
    return found


def _parts(own: Sequence[Standing], models: int) -> dict[str, float | None]:
    """rank, win (Win@1) and win.2 … win.(m - 1); Win@m is always 1."""
    if not own:
        return {}
    wins = {f"win.{k}": _mean([standing.win(k) for standing in own]) for k in range(2, models)}
    return {"rank": _mean([standing.rank for standing in own]), "win": _mean([each.win(1) for each in own]), **wins}


def _reason(each: Candidate, rank: float | None, models: int, rounds: Sequence[Round], human: bool) -> str:
    if each.broken and not human:
        return f"last by rule: {each.broken}"
    told = next((one.places[each.model].reason for one in rounds if one.places[each.model].reason), "")
    return f"rank {rank:g} of {models}" + (f": {told}" if told else "")


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def summarize(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The table: one row a model, with Win@1 … Win@(m - 1) and the mean rank over the turns that were ranked."""
    return tables.wins(rows)


def further(rows: Sequence[Row]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the agreement between the orders of each judge (or of raters), and the effect of the place shown."""
    return [
        (
            "how each judge ordered: agreement between its orders, and the mean rank by where a reply was shown",
            tables.agreement(rows),
        ),
    ]


SPEC = ProtocolSpec(
    models=2, rubric=False, summarize=summarize, further=further, is_relative=True, judged="Replies were ranked by",
    columns=Columns(repeated=("value",), lower=("rank",), shares=("win", "win.*")),
)  # fmt: skip
