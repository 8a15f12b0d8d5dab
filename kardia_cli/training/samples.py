"""Rows to samples: one per supporter turn for SFT, one per seeker turn for GRPO.

    SFT    prompt (conversation before the turn)  +  completion (the turn, its four spans)
    GRPO   prompt (conversation that ends in a seeker turn), and which row and turn it is for the rewards

A prompt that is too long for the context loses its oldest turns, the system message stays; one that still does not fit
is left out. Both are counted in `Counts`, nothing is cut silently.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from kardia_cli import prompts, spans
from kardia_cli.chat.local import encode, fit, fold_system
from kardia_cli.line import Row
from kardia_cli.records import row_id

Sample = dict[str, Any]
DEV_SHARE = 8
"""One person in so many is kept back from train for the eval loss (ours; the paper names no dev part)."""


@dataclass(slots=True)
class Counts:
    """What became of the turns: how many samples, how many shortened, how many left out and why."""

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
            notes.append(f"{self.without_spans} left out: the turn is not four spans")
        return ", ".join(notes)


@dataclass(slots=True)
class Samples:
    """Samples with the counts of how they were made."""

    items: list[Sample] = field(default_factory=list)
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


def for_sft(rows: Iterable[Row], tokenizer: Any, limit: int) -> Samples:
    """One sample per supporter turn whose spans parse; prompt and completion together have at most `limit` tokens."""
    made = Samples()
    for row in rows:
        for turn in prompts.supporter_turns(row):
            text = row["messages"][turn]["content"]
            if spans.read(text) is None:
                made.counts.without_spans += 1
                continue
            answer = [{"role": "assistant", "content": spans.normalise(text)}]
            messages = prompts.conversation(row, turn)
            room = limit - _length_of_answer(messages, answer, tokenizer)
            prompt = _fitted(messages, tokenizer, room, made.counts)
            if prompt is not None:
                made.items.append({"prompt": prompt, "completion": answer, "row_id": row_id(row), "turn": turn})
    return made


def for_grpo(rows: Sequence[Row], tokenizer: Any, limit: int) -> Samples:
    """One sample per seeker turn that is or could be answered; the prompt has at most `limit` tokens."""
    made = Samples()
    for number, row in enumerate(rows):
        for turn in answerable(row):
            prompt = _fitted(prompts.conversation(row, turn), tokenizer, limit, made.counts)
            if prompt is not None:
                made.items.append({"prompt": prompt, "row": number, "turn": turn})
    return made


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


def _length_of_answer(messages: list[prompts.ChatMessage], answer: list[prompts.ChatMessage], tokenizer: Any) -> int:
    """Tokens that the answer adds to its prompt, with what the chat template puts around it."""
    whole = fold_system(tokenizer, messages + answer)
    return len(tokenizer.apply_chat_template(whole, return_dict=False)) - len(encode(tokenizer, messages))


def _fitted(
    messages: list[prompts.ChatMessage], tokenizer: Any, limit: int, counts: Counts
) -> list[prompts.ChatMessage] | None:
    kept, dropped = fit(tokenizer, messages, limit)
    if len(encode(tokenizer, kept)) > limit:
        counts.too_long += 1
        return None
    counts.samples += 1
    counts.shortened += dropped > 0
    counts.dropped_turns += dropped
    return fold_system(tokenizer, kept)
