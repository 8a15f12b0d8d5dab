"""Each supporter turn of a held-out dialogue answered anew, given the gold history (Kardia-R1, section 3).

Earlier supporter turns show their response span only, so no label leaks. A reply is measured by its format, its emotion
label and the rubric's criteria; its value is the reward that GRPO pays: a third each for format, emotion and rubric,
or half each for format and rubric where no label is asked for. For figures beside the paper's take `--rubric
kardiabench`: five plain impressions at 1 to 5. A saved label without a reply (`--predictions`) is measured by its
emotion alone: it has no value.

A model that was not trained to write spans (the paper's comparators) scores 0 by rule, unless `--with label=ask|none`
lets its reply be judged as a plain one; how the paper labels such models it does not say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.predicted import NO_PREDICTION, NoPrediction
from kardia_cli.contracts import Columns, ProtocolSpec, Score
from kardia_cli.errors import CallFailed
from kardia_cli.evaluation import emotions
from kardia_cli.evaluation.answers import answer, ask_label, label_alone, turns
from kardia_cli.judge import Judge, unscored
from kardia_cli.judge.rubric import Rubric
from kardia_cli.judge.verdicts import overall, parts
from kardia_cli.rows import labels, turn_format
from kardia_cli.rows.line import Row
from kardia_cli.statistics.agreement import macro_f1, mean
from kardia_cli.stream import flow

EMOTION = "emotion"
CLASSIC = ("ref.", "epitome.", "strategy")
"""Beginnings of the parts that `--references` adds."""


async def evaluate(
    row: Row,
    chats: Mapping[str, Chat],
    judge: Judge,
    temperature: float = 0.0,
    max_tokens: int = 320,
    references: bool = False,
    label: Literal["span", "ask", "none"] = "span",
) -> Sequence[Score]:
    """One score for each model and supporter turn, in the order of models, then turns.

    `label` is what becomes of a reply that shows no marker of the format. span: it scores 0 by rule. ask: it is judged
    as a plain reply, and the same model is asked for the label in a second short call. An answer that is no label is a
    miss, a failed call leaves emotion and value unscored; the format counts as 0, so the value is at most two thirds.
    none: judged as a plain reply without a label; the value is at most a half. Neither changes what is asked for a
    reply, so models with and without spans stand in one table.

    `references` compares each reply with the row's own (`--references`): BLEU, ROUGE-L and the like as further parts
    and tables, by the default options of the protocol `references`.
    """
    sampling = {"temperature": temperature, "max_tokens": max_tokens}
    asked = [
        _measure(row, turn, name, chat, judge, sampling, label)
        for name, chat in chats.items()
        for turn in turns(row, chat)
    ]
    scores = await flow.gather_all(asked)
    return await flow.gather_all(_compared(row, score) for score in scores) if references else scores


async def _measure(
    row: Row, turn: int, name: str, chat: Chat, judge: Judge, sampling: dict[str, Any], how: str
) -> Score:
    label = label_alone(row, turn, chat)
    if label is not None:
        return Score(None, "a label alone", {EMOTION: _hit(row, label)}, name, turn, label=label)
    form = turn_format.declared(row)
    is_labelled = form.label_span is not None or how == "ask"
    try:
        text = await answer(row, turn, chat, sampling)
    except NoPrediction:
        return Score(None, NO_PREDICTION, model=name, turn=turn)
    except CallFailed as error:
        if error.why not in ("length", "refusal", "content_filter"):
            return Score(None, f"no reply: {error}", model=name, turn=turn)
        return Score(0.0, f"no whole reply: {error}", _parts(0.0, row, "", 0.0, is_labelled), name, turn)
    is_whole = form.read(text) is not None
    if not is_whole and (how == "span" or not text or form.has_marker(text)):
        return Score(0.0, "spans broken", _parts(0.0, row, "", 0.0, is_labelled), name, turn, text)
    label = labels.said(row, text) if is_whole and form.label_span is not None else None
    if how == "ask" and (label is None or chat.is_rehearsing):  # an estimate counts the second call for every reply
        label = await ask_label(row, turn, chat, sampling)
    given = _parts(float(is_whole), row, label, None, is_labelled if is_whole else how == "ask")
    score = Score(None, "", given, name, turn, text, label or "")
    try:
        plain = None if is_whole else turn_format.load("plain")
        critique = await judge.judge({**row, "messages": row["messages"][:turn]}, turn, text, form=plain)
    except CallFailed as error:
        return replace(score, reason=unscored(error))
    return rescore(replace(score, critique=critique), judge.rubric)


def rescore(score: Score, rubric: Rubric) -> Score:
    """Return the score of a judged reply by this rubric, from the score's own critique, format and emotion."""
    assert score.critique is not None
    ruled = {name: score.parts[name] for name in ("format", EMOTION) if name in score.parts}
    graded = overall(rubric, score.critique)
    counted = [*ruled.values(), graded]
    value = None if None in counted else sum(part for part in counted if part is not None) / len(counted)
    others = {name: part for name, part in score.parts.items() if name.startswith(CLASSIC)}
    found = {**ruled, "rubric": graded, **parts(score.critique), **others}
    return replace(score, value=value, reason=score.critique.verdict, parts=found)


async def _compared(row: Row, score: Score) -> Score:
    """The score with what the reply has in common with the row's own; a label alone is no reply.

    A reply that was cut or refused counts as an empty one, one that never came as none, as in the protocol
    `references`.
    """
    from kardia_cli.evaluation import references_parts as classic

    came = "format" in score.parts
    if not 0 <= score.turn < len(row["messages"]) or (score.parts and not came):
        return score
    options = classic.Options()
    asked = classic.Asked.of(row, score.turn, score.text)
    extra = {**score.extra, **classic.extra(asked, options)}
    if not came:
        return replace(score, extra={**extra, "response": None})
    return replace(score, parts={**score.parts, **await classic.parts(asked, options)}, extra=extra)


def _hit(row: Row, label: str) -> float | None:
    """1 where the label is the dialogue's, else 0; None where the dialogue has none."""
    return float(label == row["emotion"]) if row.get("emotion") else None


def _parts(
    form: float, row: Row, label: str | None, rubric: float | None, is_labelled: bool
) -> dict[str, float | None]:
    """Return the parts of a reply: without emotion where none is asked for, unscored where `label` is None."""
    hit = {EMOTION: None if label is None else _hit(row, label)} if is_labelled else {}
    return {"format": form, **hit, "rubric": rubric}


def summarize(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The table: one row a model, with means over its turns. Not-scored turns are counted, never averaged as 0."""
    models = list(dict.fromkeys(row["model"] for row in rows))
    return [_line(model, [row for row in rows if row["model"] == model]) for model in models]


def further(rows: Sequence[Row]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Recall of each emotion by model with its n, the most frequent confusions, and the tables of `--references`."""
    return [
        ("recall of each emotion, over all turns that have a label to compare", emotions.recalls(rows)),
        ("what is most often said in place of an emotion", emotions.confusions(rows)),
        *_classic(rows),
    ]


def _classic(rows: Sequence[Row]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the tables of the protocol `references` over the compared replies, facets by words, not by the judge."""
    from kardia_cli.evaluation import references_tables as tables

    compared = [
        {**row, "parts": [part for part in row["parts"] if part["id"].startswith(CLASSIC)]}
        for row in rows
        if row.get("measured_with")
    ]
    if not compared:
        return []
    return [("replies held against the rows' own", tables.summary(compared)), *tables.further(compared)]


def _line(model: str, rows: Sequence[Row]) -> dict[str, Any]:
    given = [{part["id"]: part["value"] for part in row["parts"]} for row in rows]
    names = dict.fromkeys(name for each in given for name in each)
    first = emotions.first_turns(rows)
    measured = [row for row in rows if emotions.hit(row) is not None]
    means = {
        name: mean([each.get(name) for each in given])
        for name in names
        # facets and spreads stay in the rows
        if name not in ("format", EMOTION, "rubric", "strategy") and "." not in name
    }
    return {
        "model": model,
        "dialogues": len(first),
        "turns": len(rows),
        "not scored": sum(not _is_scored(each) for each in given),
        "format rate": mean([each.get("format") for each in given]),
        "emotion accuracy": mean([each.get(EMOTION) for each in given]),
        "first-turn accuracy": mean([emotions.hit(row) for row in first]),
        "macro-F1": macro_f1([(row["emotion"], row["label"]) for row in measured], emotions.known(measured)),
        "mean reward": mean([row["value"] for row in rows]),
        **means,
    }


def _is_scored(given: Mapping[str, float | None]) -> bool:
    """True if all was measured that was to be: of a label alone its emotion, of a reply the rubric, too."""
    return bool(given) and given.get("rubric", 0.0) is not None


PAPER = {
    "source": "Kardia-R1, arXiv 2512.01282, Table 2: Rubric-ERL less SFT alone, as the paper reports it",
    "note": "quoted, not measured here; judge GPT-5-mini, no intervals given; emotion in percentage points",
    "columns": ["emotion_accuracy", "relevance", "fluency", "empathy", "persona_consistency", "safety"],
    "percent": "emotion_accuracy",
    "rows": {
        "Qwen2.5-3B": [0.33, 0.040, 0.019, 0.034, 0.046, 0.037],
        "Qwen2.5-7B": [0.12, 0.078, 0.011, 0.050, 0.248, 0.114],
        "Gemma-2B": [0.20, -0.031, 0.061, 0.024, 0.073, -0.052],
        "Gemma-7B": [0.61, 0.033, -0.017, 0.077, 0.025, 0.077],
    },
}
SPEC = ProtocolSpec(
    summarize=summarize, further=further, rescore=rescore, quoted=PAPER,
    columns=Columns(
        composed=("rubric", "value"),
        neutral=("ref.words",),
        lower=("spread.*", "ref.nats"),
        ruled=("ref.*", "strategy*"),
    ),
)  # fmt: skip
