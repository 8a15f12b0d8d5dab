"""A batch of prompts on its way through `generate`, which gets smaller as its rows are done.

    left-padded batch ──▶ generate until a quarter of the rows is done ──▶ hand those out, go on with the others

A row is done at its end token, at its own limit, or when its caller has gone. Temperature 0 is greedy; above
it a token is drawn by the Gumbel-max trick with noise from the request's own seed, so a reply does not depend on what
else is in the batch (up to the rounding of a padded batch).

transformers' continuous batching stays unused: it draws all rows from one generator, so a seed cannot give a reply
back, and on one CPU core it made 1,000 tokens/s where this makes 2,300 (tiny, 96 mixed requests; plain batches: 830).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kardia_cli.rows.request import Request

MAX_TOKENS = 256
"""Tokens of a reply where the request does not say."""
SHED = 0.25
"""Share of a batch that has to be done before the rest goes on without it (a half and an eighth were slower)."""


def token_limit(request: Request) -> int:
    """The most tokens that the reply may have."""
    return int(request.sampling.get("max_tokens") or MAX_TOKENS)


@dataclass(slots=True)
class Row:
    """A request in a batch: its place among those asked, prompt, limit and noise; `wanted` while its caller waits."""

    at: int
    prompt: list[int]
    limit: int
    temperature: float
    top_p: float
    noise: Any
    wanted: Callable[[], bool]
    top_k: int = 0
    penalty: float = 1.0


class Batch:
    """Rows that are generated together; `advance` until there are none."""

    def __init__(self, model: Any, rows: list[Row], padding: int, ends: list[int]) -> None:
        import torch

        self.rows = rows
        self._model, self._ends = model, ends
        self._width = max(len(row.prompt) for row in rows)
        gaps = [self._width - len(row.prompt) for row in rows]
        ids = [[padding] * gap + row.prompt for gap, row in zip(gaps, rows, strict=True)]
        mask = [[0] * gap + [1] * len(row.prompt) for gap, row in zip(gaps, rows, strict=True)]
        self._ids, self._mask = torch.tensor(ids, device=model.device), torch.tensor(mask, device=model.device)
        self._cache: dict[str, Any] = {}

    def advance(self) -> list[tuple[Row, list[int]]]:
        """Generate until enough rows are done; take them out and return each with its new tokens."""
        import torch

        with torch.inference_mode():
            stop = _Stop(self.rows, self._width, self._ends, self._model.device)
            out = self._generate(stop)
            done = stop.done.tolist()
            ready = [
                (row, out.sequences[index, self._width :][: row.limit].tolist())
                for index, row in enumerate(self.rows)
                if done[index]
            ]
            self.rows = [row for index, row in enumerate(self.rows) if not done[index]]
            if self.rows:
                self._keep(out, (~stop.done).nonzero().flatten())
        return ready

    def _generate(self, stop: _Stop) -> Any:
        written = self._ids.shape[1] - self._width
        return self._model.generate(
            input_ids=self._ids,
            attention_mask=self._mask,
            max_new_tokens=max(row.limit for row in self.rows) - written,
            do_sample=False,
            logits_processor=[_sampler(self.rows, self._width)],
            stopping_criteria=[stop],
            return_dict_in_generate=True,
            **self._cache,
        )

    def _keep(self, out: Any, kept: Any) -> None:
        """Go on with these rows alone.

        Beam search's `reorder_cache` is what every kind of layer has for it, linear attention too; the name of the
        cache changed within transformers 5, so it is looked up.
        """
        import torch

        name = next(key for key in out if key in ("cache", "past_key_values"))
        out[name].reorder_cache(kept)
        grown = out.sequences.shape[1] - self._mask.shape[1]
        self._ids, self._cache = out.sequences[kept], {name: out[name]}
        self._mask = torch.nn.functional.pad(self._mask, (0, grown), value=1)[kept]


class _Stop:
    """Tells `generate` which rows are done, and to return once so many are that the others are better off alone."""

    def __init__(self, rows: list[Row], width: int, ends: list[int], device: Any) -> None:
        import torch

        self._rows, self._width = rows, width
        self._limits = torch.tensor([row.limit for row in rows], device=device)
        self._ends = torch.tensor(ends, dtype=torch.long, device=device)
        self.done = torch.zeros(len(rows), dtype=torch.bool, device=device)

    def __call__(self, ids: Any, scores: Any, **_: Any) -> Any:
        import torch

        given_up = torch.tensor([not row.wanted() for row in self._rows], device=ids.device)
        at_end = torch.isin(ids[:, -1], self._ends) | (ids.shape[1] - self._width >= self._limits)
        self.done = self.done | at_end | given_up
        enough = int(self.done.sum()) >= SHED * len(self._rows)
        return torch.ones_like(self.done) if enough else self.done


def _sampler(rows: list[Row], width: int) -> Any:
    """A logits processor after which the largest score is the sampled token: each row by its own noise."""
    import torch

    def process(ids: Any, scores: Any) -> Any:
        for index, row in enumerate(rows):
            if row.penalty != 1:
                seen = ids[index, width - len(row.prompt) :].unique()
                held = scores[index, seen]
                scores[index, seen] = torch.where(held < 0, held * row.penalty, held / row.penalty)
            if row.temperature > 0:
                warm = _best(scores[index] / row.temperature, row.top_k)
                warm = _nucleus(warm, row.top_p)
                noise = torch.empty_like(warm).exponential_(generator=row.noise)
                scores[index] = warm - noise.log()
        return scores

    return process


def _best(scores: Any, top_k: int) -> Any:
    """Leave the `top_k` largest scores (0: all); the others get -inf."""
    if not 0 < top_k < scores.shape[-1]:
        return scores
    return scores.masked_fill(scores < scores.topk(top_k).values[-1], float("-inf"))


def _nucleus(scores: Any, top_p: float) -> Any:
    """Leave the smallest set of tokens whose probability reaches `top_p`; the others get -inf."""
    if top_p >= 1:
        return scores
    ordered, order = scores.softmax(-1).sort(descending=True)
    outside = order[ordered.cumsum(-1) - ordered >= top_p]
    return scores.index_fill(-1, outside, float("-inf"))
