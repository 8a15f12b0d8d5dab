"""Each supporter turn of a held-out dialogue answered anew, given the gold history (Kardia-R1, section 3).

Earlier supporter turns show their response span only, so no label leaks. A reply is measured by its format, its emotion
label and the rubric's criteria; its value is the reward that GRPO pays: a third each for format, emotion and rubric.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kardia_cli import flow, spans
from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Score
from kardia_cli.errors import CallFailed
from kardia_cli.judge import Judge, unscored
from kardia_cli.line import Row
from kardia_cli.prompts import supporter_turns
from kardia_cli.protocols._answers import answer
from kardia_cli.records import EMOTIONS
from kardia_cli.verdicts import overall, parts


async def evaluate(
    row: Row, chats: Mapping[str, Chat], judge: Judge, temperature: float = 0.0, max_tokens: int = 320
) -> Sequence[Score]:
    """One score for each model and supporter turn, in the order of models, then turns."""
    sampling = {"temperature": temperature, "max_tokens": max_tokens}
    asked = [
        _measure(row, turn, name, chat, judge, sampling)
        for name, chat in chats.items()
        for turn in supporter_turns(row)
    ]
    return await flow.together(asked)


async def _measure(row: Row, turn: int, name: str, chat: Chat, judge: Judge, sampling: dict[str, Any]) -> Score:
    try:
        text = await answer(row, turn, chat, sampling)
    except CallFailed as error:
        if error.why not in ("length", "refusal", "content_filter"):
            return Score(None, f"no reply: {error}", model=name, turn=turn)
        return Score(0.0, f"no whole reply: {error}", _parts(0.0, 0.0, 0.0), name, turn)
    read = spans.read(text)
    label = read.emotion.strip().lower() if read else ""
    hit = float(label == row.get("emotion"))
    if read is None:
        return Score(0.0, "spans broken", _parts(0.0, 0.0, 0.0), name, turn, text)
    try:
        critique = await judge.judge({**row, "messages": row["messages"][:turn]}, turn, text)
    except CallFailed as error:
        return Score(None, unscored(error), _parts(1.0, hit, None), name, turn, text, label)
    rubric = overall(judge.rubric, critique)
    value = None if rubric is None else (1.0 + hit + rubric) / 3
    levels = {**_parts(1.0, hit, rubric), **parts(critique)}
    return Score(value, critique.verdict, levels, name, turn, text, label, critique)


def _parts(form: float, emotion: float, rubric: float | None) -> dict[str, float | None]:
    return {"format": form, "emotion": emotion, "rubric": rubric}


def summarize(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The table: one row a model, with means over its turns. Not-scored turns are counted, never averaged as 0."""
    models = list(dict.fromkeys(row["model"] for row in rows))
    return [_line(model, [row for row in rows if row["model"] == model]) for model in models]


def _line(model: str, rows: Sequence[Row]) -> dict[str, Any]:
    given = [{part["id"]: part["value"] for part in row["parts"]} for row in rows]
    names = dict.fromkeys(name for each in given for name in each)
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["id"], row)
    criteria = {
        name: _mean([each.get(name) for each in given])
        for name in names
        if name not in ("format", "emotion", "rubric") and "." not in name  # facets and spreads stay in the rows
    }
    return {
        "model": model,
        "dialogues": len(first),
        "turns": len(rows),
        "not scored": sum(row["value"] is None for row in rows),
        "format rate": _mean([each.get("format") for each in given]),
        "emotion accuracy": _mean([each.get("emotion") for each in given]),
        "first-turn accuracy": _mean([float(row["label"] == row["emotion"]) for row in first.values()]),
        "macro-F1": macro_f1([(row["emotion"], row["label"]) for row in rows if row["text"]]),
        "mean reward": _mean([row["value"] for row in rows]),
        **criteria,
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Unweighted mean of F1 over the gold labels that occur; a reply without a label counts as a miss."""
    golds = [label for label in EMOTIONS if any(gold == label for gold, _ in pairs)]
    scores = []
    for label in golds:
        hits = sum(gold == label == said for gold, said in pairs)
        missed = sum(gold == label != said for gold, said in pairs)
        false = sum(said == label != gold for gold, said in pairs)
        scores.append(2 * hits / (2 * hits + missed + false))
    return sum(scores) / len(scores) if scores else None
