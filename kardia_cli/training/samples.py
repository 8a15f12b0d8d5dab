"""Rows to samples: one per supporter turn for SFT, one per seeker turn for GRPO.

    SFT    prompt (conversation before the turn)  +  completion (the turn in its format)
    GRPO   prompt (conversation that ends in a seeker turn), and which row and turn it is for the rewards

A target is never cut. Where prompt and target are longer than the limit, that is an error which names row and turn;
only where the caller allows it (`truncate`) does the prompt lose its oldest turns instead, the system message stays,
and a sample that still does not fit is left out. Both are counted in `Counts`, nothing is cut silently.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from kardia_cli.chat.local.chat_template import encode, fit, fold_system
from kardia_cli.errors import UsageError
from kardia_cli.rows import labels, prompts, turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import row_id

Sample = dict[str, Any]
DEV_SHARE = 8
"""One person in so many is kept back from train for the eval loss (ours; the paper names no dev part)."""
NO_THINKING = {"enable_thinking": False}
"""What templates of models that think are told; others do not look at it."""


def declared(rows: Sequence[Row]) -> dict[str, str]:
    """Return the `format` and the `labels` that all the rows name; `UsageError` where they differ."""
    found = {"format": turn_format.DEFAULT, "labels": labels.DEFAULT}
    for kind, default in found.items():
        names = sorted({str(row.get(kind) or default) for row in rows})
        if len(names) > 1:
            raise UsageError(
                f"the rows have several {kind}: {', '.join(names)}",
                "train on one: give --format and --labels" if kind == "format" else "train on rows of one label set",
            )
        found[kind] = names[0] if names else default
    return found


@dataclass(slots=True)
class Counts:
    """Counts of the turns: samples, shortened ones, and those left out by reason."""

    samples: int = 0
    shortened: int = 0
    dropped_turns: int = 0
    too_long: int = 0
    without_spans: int = 0

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)

    def __str__(self) -> str:
        notes = [f"{self.samples} samples"]
        if self.shortened:
            notes.append(f"{self.shortened} without their {self.dropped_turns} oldest turns to fit the context")
        if self.too_long:
            notes.append(f"{self.too_long} left out: too long even so")
        if self.without_spans:
            notes.append(f"{self.without_spans} left out: the turn is not in its format")
        return ", ".join(notes)


@dataclass(slots=True)
class Samples:
    """Samples, the tokens of each (SFT: prompt and target; GRPO: prompt), and the counts of how they were made."""

    items: list[Sample] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)


def split_dev(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Rows to train on and rows for the eval loss: whole people, about 1/8 of them by hash, at least one of two."""
    people = sorted({_person(row) for row in rows}, key=_rank)
    chosen = {name for name in people if _rank(name) % DEV_SHARE == 0} if len(people) > 1 else set()
    if len(people) > 1 and not 0 < len(chosen) < len(people):
        chosen = {people[0]}
    return [row for row in rows if _person(row) not in chosen], [row for row in rows if _person(row) in chosen]


def _person(row: Row) -> str:
    return str(row.get("anon_username") or row_id(row))


def _rank(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"dev:{name}".encode()).digest()[:8], "big")


def for_sft(rows: Iterable[Row], tokenizer: Any, limit: int, truncate: bool = False) -> Samples:
    """One sample per supporter turn in its format; prompt and completion together have at most `limit` tokens.

    The template is told not to think, as in every prompt of kardia: so what it puts before an answer is prompt, and
    the target is the turn and its end alone. Raises `UsageError` where a sample is longer, unless its prompt may be
    shortened.
    """
    made, long = Samples(), _TooLong(limit)
    for row in rows:
        form = turn_format.declared(row)
        for turn in prompts.supporter_turns(row):
            text = row["messages"][turn]["content"]
            if form.read(text) is None:
                made.counts.without_spans += 1
                continue
            answer = [{"role": "assistant", "content": form.normalise(text)}]
            messages = prompts.conversation(row, turn)
            whole = _length(messages + answer, tokenizer)
            if whole > limit and not truncate:
                long.note(row, turn, whole)
                continue
            own = whole - len(encode(tokenizer, messages)) if whole > limit else 0
            made_of = {
                "completion": answer,
                "row_id": row_id(row),
                "turn": turn,
                "chat_template_kwargs": dict(NO_THINKING),
            }
            _add(made, messages, tokenizer, limit, (whole, own), made_of)
    long.check()
    return made


def for_grpo(rows: Sequence[Row], tokenizer: Any, limit: int, truncate: bool = True) -> Samples:
    """One sample per seeker turn that is or could be answered; the prompt has at most `limit` tokens.

    Raises `UsageError` where a prompt is longer and may not be shortened.
    """
    made, long = Samples(), _TooLong(limit)
    for number, row in enumerate(rows):
        for turn in answerable(row):
            messages = prompts.conversation(row, turn)
            whole = len(encode(tokenizer, messages))
            if whole > limit and not truncate:
                long.note(row, turn, whole)
                continue
            _add(made, messages, tokenizer, limit, (whole, 0), {"row": number, "turn": turn})
    long.check()
    return made


class _TooLong:
    """Remembers the samples that are longer than the limit."""

    def __init__(self, limit: int) -> None:
        self._limit, self._first, self._number, self._most = limit, "", 0, 0

    def note(self, row: Row, turn: int, length: int) -> None:
        """One more."""
        self._first = self._first or f"row {row_id(row)} turn {turn}: {length} tokens with its prompt"
        self._number += 1
        self._most = max(self._most, length)

    def check(self) -> None:
        """`UsageError` where there was one."""
        if self._number:
            more = f" ({self._number} such turns, the longest has {self._most})" if self._number > 1 else ""
            raise UsageError(
                f"{self._first}, but {self._limit} fit{more}",
                "raise train.max_length as far as the model's context goes, "
                "or let --truncate leave out the oldest turns of such prompts (never of the answer)",
            )


def _add(
    made: Samples,
    messages: list[prompts.ChatMessage],
    tokenizer: Any,
    limit: int,
    lengths: tuple[int, int],
    others: Sample,
) -> None:
    """Append the sample, its prompt shortened where its tokens (`lengths`: all, the target's) pass the limit."""
    whole, own = lengths
    kept, dropped = messages, 0
    if whole > limit:
        kept, dropped = fit(tokenizer, messages, limit - own)
        whole = len(encode(tokenizer, kept)) + own
    if whole > limit:
        made.counts.too_long += 1
        return
    made.counts.samples += 1
    made.counts.shortened += dropped > 0
    made.counts.dropped_turns += dropped
    made.lengths.append(whole)
    made.items.append({"prompt": fold_system(tokenizer, kept), **others})


def answerable(row: Row) -> Iterator[int]:
    """Indices in `messages` where a supporter turn belongs: right after a seeker's, up to one past the end."""
    roles = [message["role"] for message in row.get("messages") or []]
    for index, role in enumerate(roles):
        if role == "user" and (index + 1 == len(roles) or roles[index + 1] == "assistant"):
            yield index + 1


def spread(items: Sequence[Sample], most: int) -> list[Sample]:
    """At most `most` of the items, evenly spaced."""
    if len(items) <= most:
        return list(items)
    return [items[index * len(items) // most] for index in range(most)]


def dataset(items: Sequence[Sample]) -> Any:
    """The samples as the `datasets.Dataset` that TRL takes."""
    from datasets import Dataset

    return Dataset.from_list(list(items))


def _length(messages: list[prompts.ChatMessage], tokenizer: Any) -> int:
    """Tokens of a talk that ends in its answer, with what the chat template puts around them."""
    return len(tokenizer.apply_chat_template(fold_system(tokenizer, messages), return_dict=False, **NO_THINKING))
