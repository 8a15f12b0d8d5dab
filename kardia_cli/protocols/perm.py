"""PERM's reward of each supporter turn answered anew, and the mean of each view (arXiv 2601.10532).

The function is the one that `grpo --reward perm` pays. Needs `--rubric perm` and a format with hidden spans; the
length term is left out unless `--with tokenizer=FOLDER` says whose tokens are counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.predicted import NO_PREDICTION, NoPrediction
from kardia_cli.contracts import Columns, ProtocolSpec, Score
from kardia_cli.errors import CallFailed
from kardia_cli.evaluation.answers import answer, label_alone, turns
from kardia_cli.evaluation.perm import IMPUTED, Aggregate, Options, measure, require_views
from kardia_cli.judge import Judge
from kardia_cli.rows.line import Row
from kardia_cli.statistics.agreement import mean
from kardia_cli.stream import flow


async def evaluate(
    row: Row, chats: Mapping[str, Chat], judge: Judge, temperature: float = 0.0, max_tokens: int = 1024,
    aggregate: Aggregate = "harmonic", bystander: float = 0.5, length: float = 0.001, limit: int = 768,
    impute: bool = False, tokenizer: str = "",
) -> Sequence[Score]:  # fmt: skip
    """One score for each model and supporter turn. The options of the reward are those of `evaluation.perm`.

    A turn out of its format, or that never ended, is 0 by rule; one that a view gave no usable answer on is not scored.
    """
    require_views(judge.rubric)
    options = Options(
        aggregate=aggregate, bystander=bystander, length=length, limit=limit, impute=impute, tokenizer=tokenizer
    )
    sampling = {"temperature": temperature, "max_tokens": max_tokens}
    return await flow.gather_all(
        _measure(row, turn, name, chat, judge, sampling, options)
        for name, chat in chats.items()
        for turn in turns(row, chat)
    )


async def _measure(
    row: Row, turn: int, name: str, chat: Chat, judge: Judge, sampling: dict[str, Any], options: Options
) -> Score:
    if label_alone(row, turn, chat) is not None:
        return Score(None, "a label alone", model=name, turn=turn)
    try:
        text = await answer(row, turn, chat, sampling)
    except NoPrediction:
        return Score(None, NO_PREDICTION, model=name, turn=turn)
    except CallFailed as error:
        value = 0.0 if error.why in ("length", "refusal", "content_filter") else None
        return Score(value, f"no whole reply: {error}", model=name, turn=turn)
    found = await measure({**row, "messages": row["messages"][:turn]}, text, judge, options)
    return replace(found, model=name, turn=turn, text=text)


def summarize(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The table: one row a model, with the means of reward, terms and levels, and how many turns have imputed ones."""
    models = dict.fromkeys(row["model"] for row in rows)
    return [_line(model, [row for row in rows if row["model"] == model]) for model in models]


def _line(model: str, rows: Sequence[Row]) -> dict[str, Any]:
    given = [{part["id"]: part["value"] for part in row["parts"]} for row in rows]
    names = [name for name in dict.fromkeys(name for each in given for name in each) if not name.startswith(IMPUTED)]
    return {
        "model": model,
        "turns": len(rows),
        "not scored": sum(row["value"] is None for row in rows),
        "imputed": sum(any(name.startswith(IMPUTED) for name in each) for each in given),
        "reward": mean([row["value"] for row in rows]),
        **{name: mean([each.get(name) for each in given]) for name in names},
    }


SPEC = ProtocolSpec(summarize=summarize, columns=Columns(composed=("value", "mean"), lower=(f"{IMPUTED}*",)))
