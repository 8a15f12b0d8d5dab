"""PERM: harmonic mean of four isolated views, the third party only lowers it, long turns cost (arXiv 2601.10532).

Needs `--rubric perm` (or another with its four views) and a format with hidden spans. In grpo tokens are those of the
model under training, unless `tokenizer` names another folder.
"""

from __future__ import annotations

from kardia_cli.chat.gateway import Chat
from kardia_cli.contracts import Score
from kardia_cli.evaluation.perm import Aggregate, Options, measure
from kardia_cli.judge import Judge
from kardia_cli.rows.line import Row


async def score(
    row: Row, completion: str, judge: Judge, chat: Chat | None, aggregate: Aggregate = "harmonic",
    bystander: float = 0.5, length: float = 0.001, limit: int = 768, impute: bool = False, tokenizer: str = "",
) -> Score | None:  # fmt: skip
    """One call for each view. The options are those of `evaluation.perm`; a view that fails leaves None."""
    options = Options(
        aggregate=aggregate, bystander=bystander, length=length, limit=limit, impute=impute, tokenizer=tokenizer
    )
    return await measure(row, completion, judge, options)
