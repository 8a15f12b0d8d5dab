"""The store of exemplars: supporter turns of rows, best first, found by their words (BM25) or by an encoder (cosine).

Held-out rows are not in it: rows of another split than train (see `records.split_of`), and every other row of the same
people. A search never gives a turn of the dialogue under work, which is known by its id, its situation or its first
seeker message (a dialogue made from a published situation has a new id), and none of the same person. Equal scores are
in the order of the files; equal replies are given once; a score of 0 or less (no word of the query) is none, so a
search may find fewer than it is asked for.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from kardia_cli.errors import MissingExtra, RowError, UsageError
from kardia_cli.metrics.bertscore import encoder as load_encoder
from kardia_cli.metrics.bertscore import signature
from kardia_cli.metrics.tokens import tokens
from kardia_cli.rows import splits, turn_format
from kardia_cli.rows.line import Line, Row
from kardia_cli.rows.prompts import ChatMessage, history, supporter_turns
from kardia_cli.rows.records import check_row, content_hash, row_id, split_of
from kardia_cli.stream import embedded, jsonl

BUILTIN = "builtin"
By = Literal["reply", "context"]
"""The text of an exemplar that a query is held against: its reply, or the seeker's words that it answers."""


class Exemplar(NamedTuple):
    """A supporter turn of a row: index `turn` of its messages. `context` is the visible dialogue before it.

    `situation` and `opening` (the first seeker message) are words in lower case, as they are compared.
    """

    dialogue: str
    turn: int
    context: Sequence[ChatMessage]
    reply: str
    emotion: str
    person: str
    situation: str
    opening: str

    @property
    def answered(self) -> str:
        """The seeker's last words before the reply."""
        return next(message["content"] for message in reversed(self.context) if message["role"] == "seeker")


class Found(NamedTuple):
    """An exemplar and its score: BM25, or a cosine."""

    exemplar: Exemplar
    score: float

    def record(self) -> dict[str, Any]:
        """Return what a trace says of it: dialogue, turn and score."""
        return {"dialogue": self.exemplar.dialogue, "turn": self.exemplar.turn, "score": round(self.score, 3)}


@dataclass
class ExemplarStore:
    """Exemplars in the order of their files. `held_out` and `unusable` count rows that gave none.

    `encoder` is the folder of an encoder to search by ("": BM25). `searches` and `short` count searches, and those that
    found fewer than they were asked for.
    """

    exemplars: Sequence[Exemplar]
    held_out: int = 0
    unusable: int = 0
    encoder: str = ""
    searches: int = 0
    short: int = 0

    def __post_init__(self) -> None:
        self._scorers: dict[By, Callable[[str], Any]] = {}

    @cached_property
    def hash(self) -> str:
        """16 hex digits over all exemplars and the encoder."""
        by = [signature(self.encoder, 0)] if self.encoder else []
        return content_hash(*by, *((each.dialogue, each.turn, each.reply) for each in self.exemplars))

    def search(
        self, query: str, count: int, dialogue: Mapping[str, Any], *, by: By = "reply", emotion: str | None = None
    ) -> list[Found]:
        """Return at most `count` exemplars for a query, of this emotion if one is given, without the dialogue's own.

        `dialogue` has the fields of a row: id, situation, messages, anon_username.
        """
        import numpy as np

        scores = self._scorer(by)(query) if tokens(query) else np.zeros(len(self.exemplars))
        is_own = _own_dialogue(dialogue)
        found: list[Found] = []
        given: set[str] = set()
        for place in np.argsort(-scores, kind="stable"):
            exemplar, score = self.exemplars[place], float(scores[place])
            if score <= 0 or len(found) == count:
                break
            is_wanted = (emotion is None or exemplar.emotion == emotion) and not is_own(exemplar)
            if is_wanted and (text := _words(exemplar.reply)) not in given:
                given.add(text)
                found.append(Found(exemplar, score))
        self.searches += 1
        self.short += len(found) < count
        return found

    def _scorer(self, by: By) -> Callable[[str], Any]:
        """Return the function from a query to a score for each exemplar; its index is made once."""
        if by not in self._scorers:
            texts = [each.reply if by == "reply" else each.answered for each in self.exemplars]
            self._scorers[by] = _by_encoder(texts, self.encoder) if self.encoder else _by_words(texts)
        return self._scorers[by]

    def summary(self) -> str:
        """Describe what the store holds and what was left out."""
        dialogues = len({each.dialogue for each in self.exemplars})
        left_out = {"held out": self.held_out, "without a reply that can be read": self.unusable}
        told = "".join(f", {count} rows {why}" for why, count in left_out.items() if count)
        return f"exemplars: {len(self.exemplars)} replies of {dialogues} dialogues{told}"


def _by_words(texts: Sequence[str]) -> Callable[[str], Any]:
    from bm25s import BM25

    index = BM25()
    index.index([tokens(text) for text in texts], show_progress=False)
    return lambda query: index.get_scores(tokens(query))


def _by_encoder(texts: Sequence[str], folder: str) -> Callable[[str], Any]:
    model = load_encoder(folder)
    vectors = model.sentences(texts)
    return lambda query: vectors @ model.sentences([query])[0]


def _words(text: str) -> str:
    return " ".join(tokens(text.replace("_comma_", " ")))


def _own_dialogue(dialogue: Mapping[str, Any]) -> Callable[[Exemplar], bool]:
    """Return a function that is True for the exemplars of this dialogue and of its person."""
    said = [message["content"] for message in dialogue.get("messages") or [] if message["role"] == "user"]
    situation, opening = _words(str(dialogue.get("situation") or "")), _words(said[0]) if said else ""
    person = dialogue.get("anon_username")

    def is_own(exemplar: Exemplar) -> bool:
        return (
            exemplar.dialogue == dialogue.get("id")
            or (bool(situation) and exemplar.situation == situation)
            or (bool(opening) and exemplar.opening == opening)
            or (bool(person) and exemplar.person == person)
        )

    return is_own


def required(store: ExemplarStore | None, strategy: str) -> ExemplarStore:
    """Return the store; raises `UsageError` where none was given."""
    if store is None:
        raise UsageError(f"strategy {strategy} shows exemplars, and none are given", "add --exemplars FILE or FOLDER")
    return store


def read(names: Sequence[str], encoder: str = "") -> ExemplarStore:
    """Return the store of JSONL files, of all JSONL files in folders, or of the embedded dialogues (`builtin`).

    With `encoder`, a model folder, it is searched by that (the extra `train`; texts are embedded at the first search).

    Raises `UsageError` where a name is none of these, no exemplar is left or the encoder is none, `MissingExtra` where
    what searches is not installed.
    """
    if encoder:
        load_encoder(encoder)
    elif importlib.util.find_spec("bm25s") is None:
        raise MissingExtra.of("retrieval", "a search among exemplars needs bm25s", "or give --exemplar-encoder FOLDER")
    store = from_lines(line for name in names for line in _lines(name))
    store.encoder = encoder
    if not store.exemplars:
        raise UsageError(
            f"no exemplar in {', '.join(names)} ({store.held_out} rows held out, {store.unusable} without a reply)",
            "name rows with `messages` of the train split",
        )
    return store


def _lines(name: str) -> Iterable[Line]:
    path = Path(name)
    if name == BUILTIN:
        return [Line(number, row=row, file=BUILTIN) for number, row in enumerate(embedded.rows("dialogues"), 1)]
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise UsageError(f"--exemplars: there are no rows in {name}", "name a JSONL file of rows, or a folder of them")
    return (line for file in files for line in jsonl.read_all(file))


def from_lines(lines: Iterable[Line]) -> ExemplarStore:
    """Return the store of these lines; lines that are no rows with a reply are counted, not fatal."""
    rows: list[Row] = []
    unusable = 0
    for line in lines:
        try:
            rows.append(check_row(splits.with_published(line).row, ("messages",)))
        except RowError:
            unusable += 1
    held_out = {splits.person_of(row) for row in rows if split_of(row) != "train"}
    kept = [row for row in rows if splits.person_of(row) not in held_out]
    exemplars: list[Exemplar] = []
    for row in kept:
        try:
            own = _exemplars(row)
        except UsageError:  # its turn format is a file that is not at hand
            own = []
        exemplars += own
        unusable += not own
    return ExemplarStore(exemplars, len(rows) - len(kept), unusable)


def _exemplars(row: Row) -> list[Exemplar]:
    """Return the supporter turns of a row that say something after the seeker did."""
    visible, form = history(row), turn_format.declared(row)
    places = [place for place, message in enumerate(visible) if message["role"] == "supporter"]
    said = [_words(message["content"]) for message in visible if message["role"] == "seeker"]
    own = (row.get("emotion") or "", row.get("anon_username") or "", _words(row.get("situation") or ""))
    made = []
    for turn, place in zip(supporter_turns(row), places, strict=True):
        context, reply = visible[:place], form.visible(row["messages"][turn]["content"])
        if tokens(reply) and any(message["role"] == "seeker" for message in context):
            made.append(Exemplar(row_id(row), turn, context, reply, *own, said[0]))
    return made
