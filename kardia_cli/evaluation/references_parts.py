"""Parts that the protocol `references` measures on one reply, and the further fields of its score row.

    ref.bleu         sentence BLEU, 0–1, smoothed as metrics/bleu.py says    (no part with bleu=off)
    ref.rouge_l      F of ROUGE-L, 0–1
    ref.words        tokens of the reply
    ref.dist_1, _2   different n-grams of this reply alone over all of them, 0–1
    epitome.*        three facets by words, offline, 0–2
    strategy         1 where the reply names the row's strategy, else 0
    ref.bertscore    F of BERTScore
    ref.nats, ref.tokens   loss of the reply under the `ppl` model and the tokens that it is summed over

A part that compares is None where the row's own reply has no word; `gold` has none that compares.
"""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

from kardia_cli.metrics import bertscore, bleu, distinct, epitome, perplexity, rouge, strategy
from kardia_cli.metrics.bleu import Tokenise
from kardia_cli.metrics.tokens import Tokeniser, tokens
from kardia_cli.rows import prompts, turn_format
from kardia_cli.rows.line import Row

GOLD = "gold"
_ONE_AT_A_TIME = threading.Lock()
"""Models that measure share the machine: two at once would only be slower."""


@dataclass(frozen=True)
class Options:
    """Options of `references.evaluate` that decide how replies are measured, sampling left out."""

    tokeniser: Tokeniser = "words"
    bleu: Literal[Tokenise, "off"] = "13a"
    lowercase: bool = False
    beta: float = 1.0
    strategy: bool = False
    total: int = 0
    bertscore: str = ""
    layer: int = 0
    ppl: str = ""


@dataclass(frozen=True)
class Asked:
    """One reply with what it answers: the other side's words, the row's own reply, the strategies of both."""

    response: str
    reference: str
    seeker: str
    talk: list[prompts.ChatMessage]
    said: str | None
    gold: str | None

    @staticmethod
    def of(row: Row, turn: int, text: str) -> Asked:
        """Take the response spans of both sides, a named strategy ("[Question] …") taken off, too.

        For a turn whose format is broken see `TurnFormat.visible`.
        """
        message = row["messages"][turn]
        form = turn_format.declared(row)
        said, response = strategy.read_strategy(form.visible(text))
        named, reference = strategy.read_strategy(form.visible(str(message["content"])))
        talk = prompts.conversation(row, turn)
        seeker = next((str(each["content"]) for each in reversed(talk) if each["role"] == "user"), "")
        return Asked(response, reference, seeker, talk, said, strategy.gold_strategy(message) or named)


def extra(asked: Asked, options: Options) -> dict[str, Any]:
    """Return the further fields of the score row: what was compared, how, and both strategies if there is one."""
    found: dict[str, Any] = {"response": asked.response, "reference": asked.reference}
    if asked.gold or asked.said:
        found |= {"strategy": asked.gold, "strategy_said": asked.said}
    return found | {"measured_with": measured_with(options)}


@lru_cache(maxsize=8)
def measured_with(options: Options) -> str:
    """Return what the figures depend on as one JSON string, keys sorted; a model folder as its figures name it.

    The tables are made with it, so that they are the same from saved rows.
    """
    given = asdict(options)
    if options.bertscore:
        given["bertscore"] = bertscore.signature(options.bertscore, options.layer)
    if options.ppl:
        given["ppl"] = perplexity.signature(options.ppl)
    return json.dumps(given, sort_keys=True)


async def parts(asked: Asked, options: Options, gold: bool = False) -> dict[str, float | None]:
    """The parts of one reply; see above."""
    how = options.tokeniser
    found: dict[str, float | None] = {} if gold else compared(asked, options)
    found["ref.words"] = float(len(tokens(asked.response, how)))
    found |= {f"ref.dist_{order}": distinct.distinct([asked.response], order, how=how).ratio for order in (1, 2)}
    found |= {
        epitome.PREFIX + name: level for name, level in epitome.lexical_levels(asked.response, asked.seeker).items()
    }
    if not gold and asked.gold and (asked.said or options.strategy):
        found["strategy"] = float(asked.said == asked.gold)
    if options.bertscore or options.ppl:
        found |= await asyncio.to_thread(_by_models, asked, options, gold)
    return found


def compared(asked: Asked, options: Options) -> dict[str, float | None]:
    """BLEU and ROUGE-L of one reply against the row's own."""
    found: dict[str, float | None] = {}
    if options.bleu != "off":
        found["ref.bleu"] = bleu.sentence(
            asked.response, asked.reference, tokenise=options.bleu, lowercase=options.lowercase
        )
    lcs = rouge.rouge_l(asked.response, asked.reference, how=options.tokeniser, beta=options.beta)
    return found | {"ref.rouge_l": None if lcs is None else lcs.f}


def _by_models(asked: Asked, options: Options, gold: bool) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    with _ONE_AT_A_TIME:
        if options.bertscore and not gold:
            score = bertscore.encoder(options.bertscore, options.layer).score(asked.response, asked.reference)
            found["ref.bertscore"] = None if score is None else score.f
        if options.ppl:
            loss = perplexity.reader(options.ppl).losses([asked.response], [asked.talk])[0]
            found |= {"ref.nats": loss.nats, "ref.tokens": float(loss.tokens)}
    return found
