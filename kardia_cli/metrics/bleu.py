"""BLEU by sacrebleu (Papineni et al. 2002; Post 2018): of a corpus at orders 1 to 4, and of one reply.

The signature is kept with the number, since BLEU of other tools (nlg-eval, NLTK) differs in tokens, case and smoothing
and cannot be compared. sacrebleu's own signature leaves out the highest order, so it is put in front:
`BLEU-2|nrefs:1|…`. Scales: 0–100 for a corpus, as sacrebleu and papers print it; 0–1 for one reply, as all values of
score rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from kardia_cli.errors import MissingExtra

ORDERS = (1, 2, 3, 4)
Tokenise = Literal["13a", "intl", "zh", "char", "none"]
"""sacrebleu's tokenisers that need no download. 13a does not cut Chinese or Japanese: take zh or char there."""
SENTENCE_SMOOTHING = "exp"
"""Method 3 of Chen & Cherry (2014), sacrebleu's default; with effective order, so that two words are not 0."""


class Bleu(NamedTuple):
    """Corpus BLEU by order (0–100), its signatures, the brevity penalty, tokens on both sides, and pairs counted."""

    scores: dict[int, float]
    signatures: dict[int, str]
    brevity: float
    reply_tokens: int
    reference_tokens: int
    pairs: int


def corpus(
    replies: Sequence[str], references: Sequence[str], *, tokenise: Tokenise = "13a", lowercase: bool = False
) -> Bleu | None:
    """Return BLEU-1 to BLEU-4 of replies against one reference each, over all n-grams together (no mean of replies).

    Pairs whose reference is empty do not count; an empty reply counts and costs brevity. None where no pair is left.
    `ValueError` for lists of different length, `MissingExtra` without sacrebleu.
    """
    pairs = [(say, own) for say, own in zip(replies, references, strict=True) if own.strip()]
    if not pairs:
        return None
    said, owns = [say for say, _ in pairs], [[own for _, own in pairs]]
    metrics = {order: _metric(order, tokenise, lowercase, effective=False) for order in ORDERS}
    found = {order: metric.corpus_score(said, owns) for order, metric in metrics.items()}
    signatures = {order: f"BLEU-{order}|{metric.get_signature()}" for order, metric in metrics.items()}
    last = found[ORDERS[-1]]
    scores = {order: float(each.score) for order, each in found.items()}
    return Bleu(scores, signatures, float(last.bp), int(last.sys_len), int(last.ref_len), len(pairs))


def sentence(
    reply: str, reference: str, *, tokenise: Tokenise = "13a", lowercase: bool = False, order: int = 4
) -> float | None:
    """Return BLEU of one reply, 0–1, smoothed (`SENTENCE_SMOOTHING`); orders it is too short for are left out.

    None for an empty reference, 0 for an empty reply. Its mean over replies is not the BLEU of the corpus.
    """
    if not reference.strip():
        return None
    return float(_metric(order, tokenise, lowercase, effective=True).sentence_score(reply, [reference]).score) / 100


@lru_cache(maxsize=32)
def _metric(order: int, tokenise: str, lowercase: bool, effective: bool) -> Any:
    """Return one of sacrebleu's metrics; `force` only keeps it from warning of text that looks tokenised."""
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ImportError as error:
        raise MissingExtra.of("metrics", f"BLEU needs {error.name}", "or leave BLEU out: --with bleu=off") from error
    return BLEU(
        max_ngram_order=order,
        tokenize=tokenise,
        lowercase=lowercase,
        smooth_method=SENTENCE_SMOOTHING,
        effective_order=effective,
        force=True,
    )
