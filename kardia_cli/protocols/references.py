"""Each reply held against the row's own supporter reply: BLEU, ROUGE-L, Dist, EPITOME, strategy; asks no judge.

The classic metrics of the field, with what its tables leave out: the signature of BLEU, tokeniser and N of Dist and a
comparison at one N, the floor of a strategy's accuracy. Only the response span counts, on both sides. A reply's value
is its ROUGE-L (0–1): of the three it needs no smoothing and depends on this one reply alone. None of it says that a
reply is good: BLEU falls where people find more empathy (LEMPEx, its own table), so nothing should be gated by it
alone.

With `gold=true` the rows' own replies are a system too, named `gold`, also without any model: the ceiling of Dist and
EPITOME.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.predicted import NO_PREDICTION, NoPrediction
from kardia_cli.contracts import Columns, ProtocolSpec, Score
from kardia_cli.errors import CallFailed, RowError, UsageError
from kardia_cli.evaluation import references_tables as tables
from kardia_cli.evaluation.answers import answer
from kardia_cli.evaluation.answers import turns as turns_of
from kardia_cli.evaluation.references_parts import GOLD, Asked, Options, extra, parts
from kardia_cli.judge import Judge
from kardia_cli.metrics.bleu import Tokenise
from kardia_cli.metrics.tokens import Tokeniser
from kardia_cli.rows import labels
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import supporter_turns
from kardia_cli.stream import flow


async def evaluate(
    row: Row,
    chats: Mapping[str, Chat],
    judge: Judge,
    temperature: float = 0.0,
    max_tokens: int = 320,
    gold: bool = False,
    tokeniser: Tokeniser = "words",
    bleu: Literal[Tokenise, "off"] = "13a",
    lowercase: bool = False,
    beta: float = 1.0,
    strategy: bool = False,
    total: int = 0,
    bertscore: str = "",
    layer: int = 0,
    ppl: str = "",
) -> Sequence[Score]:
    """One score for each model and supporter turn, in the order of models, then turns.

    `tokeniser` cuts for ROUGE-L and Dist, `bleu` is sacrebleu's; `lowercase` is for BLEU, `beta` for ROUGE-L's F.
    `strategy`: models were told to name one, so a reply that names none is a miss. `total`: the N of Dist at one N (0:
    the smallest system's). `bertscore` (an encoder's folder, at `layer`, 0 the last) and `ppl` (a causal model's
    folder, which reads each reply after the talk) need the extra `train`. Raises `UsageError` without anything to
    measure, `RowError` where no supporter turn stands.
    """
    if not chats and not gold:
        raise UsageError("no model to measure", "add --model FOLDER, or --with gold=true for the rows' own replies")
    turns = supporter_turns(row)
    if not turns:
        raise RowError("field 'messages': no supporter turn to compare with")
    options = Options(tokeniser, bleu, lowercase, beta, strategy, total, bertscore, layer, ppl)
    sampling = {"temperature": temperature, "max_tokens": max_tokens}
    asked = [
        _measure(row, turn, name, chat, sampling, options)
        for name, chat in chats.items()
        for turn in turns_of(row, chat)
    ]
    own = [_gold(row, turn, options) for turn in turns] if gold else []
    return await flow.gather_all([*own, *asked])


async def _gold(row: Row, turn: int, options: Options) -> Score:
    """The row's own reply as a system: no value, since it has nothing to be compared with."""
    text = str(row["messages"][turn]["content"])
    asked = Asked.of(row, turn, text)
    found = await parts(asked, options, gold=True)
    return Score(
        None, "the row's own reply", found, GOLD, turn, text, labels.said(row, text), extra=extra(asked, options)
    )


async def _measure(row: Row, turn: int, name: str, chat: Chat, sampling: dict[str, Any], options: Options) -> Score:
    try:
        text, reason = await answer(row, turn, chat, sampling), ""
    except CallFailed as error:
        if error.why not in ("length", "refusal", "content_filter"):
            found = extra(Asked.of(row, turn, ""), options)
            why = NO_PREDICTION if isinstance(error, NoPrediction) else f"no reply: {error}"
            return Score(None, why, model=name, turn=turn, extra={**found, "response": None})
        text, reason = "", f"no whole reply: {error}"
    asked = Asked.of(row, turn, text)
    found = await parts(asked, options)
    value = found["ref.rouge_l"]
    reason = reason or ("the row's own reply has no word: nothing to compare with" if value is None else "")
    return Score(value, reason, found, name, turn, text, labels.said(row, text), extra=extra(asked, options))


def summarize(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return a line for each system, figures times 100 as papers print them; turns without a reply never count as 0."""
    return tables.summary(rows)


def further(rows: Sequence[Row]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the tables of BLEU by order, Dist at its own and at one N, EPITOME, strategies, BERTScore, perplexity."""
    return tables.further(rows)


# `gold=true` measures the rows alone; without it `evaluate` itself asks for a model.
SPEC = ProtocolSpec(
    models=0, judge=False, summarize=summarize, further=further,
    columns=Columns(
        shown=("ref.*", "epitome.*", "strategy*"),
        neutral=("ref.words",),
        lower=("ref.nats",),
        ruled=("ref.*", "strategy*"),
    ),
)  # fmt: skip
