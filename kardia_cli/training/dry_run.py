"""`kardia grpo --dry-run`: what the rewards would say, before anything is trained.

For some contexts (one supporter turn a row) it scores replies sampled from the model as the trainer would sample them,
and three texts that the row holds itself:

    draft      the turn as it was first written: what the first rewrite replaced, else the turn
    refined    the turn as it stands
    reasoning  the turn with a copy of its last hidden span as the reply: inner talk that nobody should be told

A reward that does not prefer the refined reply to both teaches something else than it should. Rows say it text by text,
the tables sum it up. Nothing is trained and no run folder is written (not in the paper).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kardia_cli.chat.local.backend import LocalChat
from kardia_cli.errors import RowError
from kardia_cli.rows import prompts, turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import row_id
from kardia_cli.rows.request import Request, derive_seed
from kardia_cli.stream import flow
from kardia_cli.training.samples import answerable
from kardia_cli.training.trl.reward_functions import Rewards, Scores

CONTEXTS = 16
"""Rows that are taken where no --limit is given."""
OWN = ("draft", "refined", "reasoning")
ALIKE = 1e-6
_REASONS = 4
"""So many reasons of each reward are listed."""


@dataclass(frozen=True, slots=True)
class Context:
    """A row and the index of the supporter turn that is asked for."""

    row: Row
    turn: int

    def own_texts(self) -> dict[str, str]:
        """Return the row's own texts of this turn by kind ({} where there is no answer yet)."""
        messages = self.row["messages"]
        if self.turn >= len(messages):
            return {}
        form = turn_format.declared(self.row)
        refined = form.normalise(str(messages[self.turn]["content"]))  # as sft would teach it
        texts = {"draft": form.normalise(str(_rewrites(self.row).get(self.turn, refined))), "refined": refined}
        inner = form.hidden(refined).rpartition("\n")[2]
        return {**texts, "reasoning": form.with_reply(refined, inner)} if inner else texts


def contexts(rows: Sequence[Row]) -> list[Context]:
    """One supporter turn of each row: the first that was rewritten, else one chosen by the row's id."""
    chosen = []
    for row in rows:
        turns = [turn for turn in answerable(row) if turn < len(row["messages"])] or list(answerable(row))
        rewritten = [turn for turn in turns if turn in _rewrites(row)]
        if turns:
            any_turn = turns[derive_seed("dry-run", row_id(row)) % len(turns)]
            chosen.append(Context(row, rewritten[0] if rewritten else any_turn))
    return chosen


def _rewrites(row: Row) -> dict[int, str]:
    """Return, by turn, the text that its first rewrite replaced; a replaced tail takes its turns' notes along."""
    first: dict[int, str] = {}
    for note in row.get("revisions") or []:
        if note["kind"] == "rewrite":
            first.setdefault(note["turn"], note["before"])
        elif note["kind"] == "tail":
            first = {turn: text for turn, text in first.items() if turn < note["turn"]}
    return first


async def sample(folder: Path, chosen: Sequence[Context], table: Mapping[str, Any], seed: int) -> list[list[str]]:
    """Replies of the model in `folder` to each context, as many as a group has; cut ones as far as they came."""
    asked = {"temperature": table.get("temperature", 1.0), "max_tokens": table["max_completion_length"]}
    asked |= {"top_p": table["top_p"]} if "top_p" in table else {}
    count, model = int(table["num_generations"]), LocalChat(folder)

    async def reply(context: Context, number: int) -> str:
        own = derive_seed(seed, row_id(context.row), "dry-run", "supporter", context.turn, number)
        talk = prompts.conversation(context.row, context.turn)
        request = Request(talk, "supporter.turn", sampling=asked, seed=own, sample=number)
        return (await model.complete(request)).text

    try:
        texts = await flow.gather_all(reply(context, number) for context in chosen for number in range(count))
    finally:
        await model.aclose()
    return [texts[start : start + count] for start in range(0, len(texts), count)]


async def score(chosen: Sequence[Context], rewards: Rewards, texts: Sequence[Sequence[tuple[str, str]]]) -> list[Row]:
    """Return a row for each (kind, text) of each context: rewards, reasons, weighted total (None: not scored).

    The same text of a context is scored once.
    """
    given = {(at, text): None for at, of_context in enumerate(texts) for _, text in of_context}
    scores = dict(
        zip(given, await flow.gather_all(_score(chosen[at], rewards, text) for at, text in given), strict=True)
    )
    rows = []
    for at, of_context in enumerate(texts):
        seen: Counter[str] = Counter()
        for kind, text in of_context:
            rows.append(_row(chosen[at], kind, seen[kind], text, scores[at, text], rewards.weights))
            seen[kind] += 1
    return rows


async def _score(context: Context, rewards: Rewards, text: str) -> tuple[Scores, str]:
    try:
        return await rewards.score(context.row, context.turn, text), ""
    except RowError as error:
        return {}, str(error)


def _row(
    context: Context, kind: str, number: int, text: str, found: tuple[Scores, str], weights: Mapping[str, float]
) -> Row:
    scores, failed = found
    given: list[dict[str, Any]] = []
    total: float | None = 0.0
    for name, weight in weights.items():
        score = scores.get(name)
        value, reason = (score.value, score.reason) if score is not None else (None, failed or "no score")
        parts = [{"id": part, "value": level} for part, level in score.parts.items()] if score is not None else []
        given.append({"id": name, "value": value, "reason": reason, "parts": parts})
        total = None if value is None or total is None else total + weight * value
    return {
        "id": row_id(context.row), "turn": context.turn, "kind": kind, "sample": number, "text": text,
        "rewards": given, "total": total,
    }  # fmt: skip


def kinds_table(rows: Sequence[Row]) -> list[Row]:
    """One line for each kind of text: how many, what was not scored, the mean total and the mean of each reward."""
    lines = []
    for kind in ("sampled", *OWN):
        mine = [row for row in rows if row["kind"] == kind]
        if mine:
            values = {
                item["id"]: _mean(_values(mine, item["id"])) for item in mine[0]["rewards"]
            }  # means over what was scored
            lost = sum(row["total"] is None for row in mine)
            lines.append(
                {"text": kind, "count": len(mine), "not scored": lost, "total": _mean(_values(mine)), **values}
            )
    return lines


def spread_table(rows: Sequence[Row]) -> list[Row]:
    """For the total, each reward and each of their parts: mean, spread within groups, groups that are all alike.

    Only sampled texts have groups; a reward that does not differ within them teaches nothing.
    """
    sampled = [row for row in rows if row["kind"] == "sampled"]
    groups: dict[tuple[str, int], list[Row]] = {}
    for row in sampled:
        groups.setdefault((row["id"], row["turn"]), []).append(row)
    lines = []
    for name in _names(sampled):
        columns = [[value for value in _values(group, *name) if value is not None] for group in groups.values()]
        spreads = [_deviation(column) for column in columns if len(column) > 1]
        if spreads:
            alike = sum(spread < ALIKE for spread in spreads)
            lines.append({
                "of": " ".join(name) or "total", "mean": _mean([value for column in columns for value in column]),
                "spread within groups": _mean(spreads), "groups": len(spreads), "all alike": alike,
            })  # fmt: skip
    return lines


def reasons_table(rows: Sequence[Row]) -> list[Row]:
    """The most frequent reasons of each reward's value."""
    found: dict[str, Counter[tuple[str, str]]] = {}
    for row in rows:
        for item in row["rewards"]:
            value = "not scored" if item["value"] is None else f"{item['value']:.2f}"
            found.setdefault(item["id"], Counter())[value, item["reason"][:90]] += 1
    return [
        {"reward": name, "value": value, "reason": reason, "texts": count}
        for name, counter in found.items()
        for (value, reason), count in counter.most_common(_REASONS)
    ]


@dataclass(frozen=True, slots=True)
class Duel:
    """The refined replies against another kind of text in the same contexts, where both were scored and differ."""

    other: str
    contexts: int
    won: int
    lost: int
    refined: float
    beaten: float

    @property
    def ahead(self) -> float:
        """Mean total of the refined replies less that of the others."""
        return self.refined - self.beaten

    @property
    def lost_on_average(self) -> bool:
        """True where the others earn more."""
        return self.ahead < -ALIKE

    def __str__(self) -> str:
        who = {"draft": "the draft", "reasoning": "a copy of its reasoning"}[self.other]
        verdict = "wins" if self.ahead > ALIKE else "LOSES" if self.lost_on_average else "is not told apart"
        tied = self.contexts - self.won - self.lost
        return (
            f"refined {verdict}, against {who}: {self.refined:.3f} to {self.beaten:.3f} in {self.contexts} contexts "
            f"({self.won} won, {self.lost} lost, {tied} tied)"
        )


def duels(rows: Sequence[Row]) -> list[Duel]:
    """Refined against draft (where a rewrite made a difference) and against a copy of its reasoning."""
    at = {(row["id"], row["turn"], row["kind"]): row for row in rows if row["kind"] in OWN}
    found = []
    for other in ("draft", "reasoning"):
        pairs = [
            (row["total"], rival["total"])
            for (name, turn, kind), row in at.items()
            if kind == "refined" and (rival := at.get((name, turn, other))) and rival["text"] != row["text"]
        ]
        known = [(mine, its) for mine, its in pairs if mine is not None and its is not None]
        if known:
            won, lost = sum(mine > its + ALIKE for mine, its in known), sum(mine < its - ALIKE for mine, its in known)
            means = [sum(column) / len(known) for column in zip(*known, strict=True)]
            found.append(Duel(other, len(known), won, lost, *means))
    return found


def _names(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    names: dict[tuple[str, ...], None] = {(): None}
    for row in rows:
        for item in row["rewards"]:
            names[item["id"],] = None
            names |= {(item["id"], part["id"]): None for part in item["parts"]}
    return sorted(names, key=lambda name: (len(name) > 1,))


def _values(rows: Sequence[Row], reward: str = "", part: str = "") -> list[float | None]:
    """The totals, or the values of a reward, or of one part of it."""
    if not reward:
        return [row["total"] for row in rows]
    items = [item for row in rows for item in row["rewards"] if item["id"] == reward]
    if not part:
        return [item["value"] for item in items]
    return [found["value"] for item in items for found in item["parts"] if found["id"] == part]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _deviation(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
