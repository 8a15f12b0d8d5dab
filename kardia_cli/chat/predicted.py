"""A chat that answers from files: replies and labels that were made elsewhere, or by an earlier evaluate.

A line is {id, turn, text, label, model}: `text` is a whole reply, `label` alone a classifier's word for the emotion.
Score rows are such lines too. Each protocol asks for the reply to a turn with a seed of its own (row and turn); by
that seed the saved text is found, so nothing is generated. Without `turn` a line is for the dialogue's first supporter
turn alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kardia_cli.chat.gateway import Chat
from kardia_cli.chat.names import ModelSpec
from kardia_cli.errors import CallFailed, RowError, UsageError
from kardia_cli.rows.line import Row
from kardia_cli.rows.request import Reply, Request

SCORE_KEYS = frozenset({"protocol", "model", "turn", "text", "value", "parts"})
NO_PREDICTION = "no prediction"
_WHOLE = "no whole reply: "
_SHAPE = 'write {"id": …, "turn": …, "text": … or "label": …}, one JSON object a line'


class NoPrediction(CallFailed):
    """The failure that nothing is saved for this turn."""

    def __init__(self) -> None:
        super().__init__("missing", NO_PREDICTION)


def is_score_row(row: Mapping[str, Any]) -> bool:
    """Return True for a row that evaluate writes."""
    return row.keys() >= SCORE_KEYS


@dataclass(frozen=True, slots=True)
class Prediction:
    """One saved answer. `text` None: a label alone; `turn` None: the first supporter turn; `place` is file:line.

    `broken` is how a reply that was cut, filtered or refused failed ("length: …"); it is no text to read.
    """

    id: str
    turn: int | None
    text: str | None
    label: str
    place: str
    broken: str = ""


class Predicted(Chat):
    """A model whose answers are saved; `identity` describes it in the settings of score rows."""

    def __init__(self, name: str, identity: Mapping[str, Any]) -> None:
        built_in = bool(identity.get("built_in"))
        super().__init__(ModelSpec(name, "offline" if built_in else "http", name), _Saved(self), "", {})
        self.identity = dict(identity)
        self.whole: dict[str, Prediction] = {}
        self.by_turn: dict[str, dict[int, Prediction]] = {}
        self.by_seed: dict[int, Prediction] = {}
        self.asked = False
        self.missing: set[int] = set()
        self.astray: set[tuple[str, int]] = set()

    def __iter__(self) -> Iterator[Prediction]:
        yield from self.whole.values()
        for turns in self.by_turn.values():
            yield from turns.values()

    def add(self, found: Prediction) -> None:
        """Keep a prediction; `UsageError` where there is one for this turn already."""
        turns = self.by_turn.setdefault(found.id, {}) if found.turn is not None else {}
        before = self.whole.get(found.id) if found.turn is None else turns.get(found.turn)
        if before is not None:
            turn = "" if found.turn is None else f" turn {found.turn}"
            said = f"{found.place}: a second prediction of {self.name} for {found.id}{turn} (the first: {before.place})"
            raise UsageError(said, "keep one of them, or give each model its own `model`")
        if found.turn is None:
            self.whole[found.id] = found
        else:
            turns[found.turn] = found

    def saved(self, seed: int) -> Prediction | None:
        """Return the prediction under the seed of a turn, of the dialogues that were settled; None for none."""
        self.asked = True
        return self.by_seed.get(seed)

    def turns(self, row_id: str, own: Sequence[int], after: int) -> list[int]:
        """Return the measured turns of a dialogue: its supporter turns, or the first alone if a prediction names none.

        `after` is the index behind the last message: where no supporter has spoken, that is the first turn.
        """
        return [own[0] if own else after] if row_id in self.whole else list(own)

    def settle(self, row_id: str, own: Sequence[int], after: int, seed: Callable[[int], int]) -> None:
        """Register the predictions of a dialogue by the seeds of its turns; `RowError` if a turn is unclear."""
        whole, saved = self.whole.get(row_id), self.by_turn.get(row_id, {})
        turns = self.turns(row_id, own, after)
        if whole is not None:
            if whole.text is not None and len(own) > 1:
                raise RowError(
                    f"{whole.place}: a reply without `turn`, and the dialogue has {len(own)} supporter turns"
                )
            if turns[0] in saved:
                raise RowError(f"{whole.place}: one prediction without `turn`, and one for turn {turns[0]}")
            self.by_seed[seed(turns[0])] = whole
        for turn in turns:
            if turn in saved:
                self.by_seed[seed(turn)] = saved[turn]


class _Saved:
    """The backend: returns the text saved under a request's seed; raises `NoPrediction` if there is none."""

    def __init__(self, of: Predicted) -> None:
        self._of = of

    async def complete(self, request: Request) -> Reply:
        """The saved reply."""
        found = self._of.saved(request.seed)
        if found is None or found.text is None:
            self._of.missing.add(request.seed)
            raise NoPrediction
        if found.broken:
            why, _, said = found.broken.partition(": ")
            raise CallFailed(why, said)  # type: ignore[arg-type]  # `_broken` has let nothing else through
        return Reply(found.text)

    async def aclose(self) -> None:
        """Nothing to close."""


class Predictions:
    """The saved answers of all files, by model, and the dialogues that they are for."""

    def __init__(self, files: Sequence[Path], names: Sequence[str] = ()) -> None:
        """Read the files; `names`, one for each, replace what a file's rows call their model. Raises `UsageError`."""
        self.chats: dict[str, Predicted] = {}
        self._seen: set[str] = set()
        self._fits = False
        for number, path in enumerate(files):
            self._read(path, names[number] if names else None)
        self._ids = {found.id for chat in self.chats.values() for found in chat}

    @property
    def has_texts(self) -> bool:
        """True if a reply is among them: then a judge is needed."""
        return any(found.text is not None for chat in self.chats.values() for found in chat)

    def settle(self, row_id: str, own: Sequence[int], after: int, seed: Callable[[int], int]) -> None:
        """Register the predictions of a dialogue with the chats, before they are asked."""
        for chat in self.chats.values():
            chat.settle(row_id, own, after, seed)

    def see(self, row_id: str, own: Sequence[int]) -> None:
        """Note a dialogue that was read, in whatever split it is."""
        if row_id not in self._ids:
            return
        self._seen.add(row_id)
        for chat in self.chats.values():
            saved = set(chat.by_turn.get(row_id, {}))
            chat.astray |= {(row_id, turn) for turn in saved.difference(own)}
            self._fits = self._fits or row_id in chat.whole or not saved.isdisjoint(own)

    def warnings(self, all_read: bool) -> Iterator[str]:
        """Yield the warnings for the end: predictions that were missing, and those for no row."""
        for name, chat in self.chats.items():
            if not chat.asked:
                yield f"{name}: this protocol has asked for no prediction"
            if chat.missing:
                yield f"{name}: no prediction for {len(chat.missing):,} turns; they are not scored"
            if chat.astray:
                row_id, turn = min(chat.astray)
                yield f"{name}: {len(chat.astray):,} predictions are for no supporter turn (e.g. {row_id} turn {turn})"
            if chat.whole:
                yield f"{name}: {len(chat.whole):,} predictions without `turn` count for the first supporter turn alone"
        unknown = self._ids - self._seen
        if all_read and unknown:
            yield f"predictions for {len(unknown):,} ids that no row has (e.g. {min(unknown)}) are not used"

    def check(self, example: str) -> None:
        """Raise `UsageError` if no prediction fits a row that was read, or a turn of one; `example` is a row's id."""
        if not self._seen:
            said = f"no prediction is for any of these rows (ids such as {min(self._ids)}, the rows' such as {example})"
            raise UsageError(said, "name the rows that were answered; a row's id is its `id`, else records.row_id(row)")
        if not self._fits:
            row_id, turn = min(place for chat in self.chats.values() for place in chat.astray)
            said = f"no prediction is for a supporter turn of these rows (such as {row_id} turn {turn})"
            raise UsageError(said, "`turn` is the place of the supporter's message in `messages`, where 0 is the first")

    def _read(self, path: Path, name: str | None) -> None:
        from kardia_cli.stream.jsonl import read_all

        count = 0
        models: set[str] = set()
        try:
            content = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            for line in read_all(path):
                place = f"{path}:{line.number}"
                if line.row is None:
                    raise UsageError(f"{place}: {line.error}", _SHAPE)
                count += 1
                found = _prediction(line.row, place)
                said = str(line.row.get("model") or path.stem)
                models.add(said)
                if name is not None and len(models) > 1:
                    several = ", ".join(sorted(models))
                    raise UsageError(f"--name {name}: {path} holds several models ({several})", "leave out --name")
                if found is not None:
                    self._chat(name or said, _identity(line.row, said, content)).add(found)
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror}", "name a JSONL file of predictions") from None
        if not count:
            raise UsageError(f"{path} holds no predictions", _SHAPE)

    def _chat(self, name: str, identity: Mapping[str, Any]) -> Predicted:
        if name not in self.chats:
            self.chats[name] = Predicted(name, identity)
        chat = self.chats[name]
        if chat.identity != identity:  # of several origins: then no one identity is true
            chat.identity = {"name": name}
        return chat


def _identity(row: Row, name: str, content: str) -> Mapping[str, Any]:
    """Return the model as the settings of a score row name it, else the name and the hash of the file."""
    try:
        known = json.loads(str(row.get("settings") or "{}")).get("model")
    except (ValueError, AttributeError):
        known = None
    if isinstance(known, dict) and known:
        return known
    return {"name": name, "predictions": content, **({"built_in": True} if name == "offline" else {})}


def _prediction(row: Row, place: str) -> Prediction | None:
    """Return the prediction of a line, None for a score row without a reply; `UsageError` if it is no prediction."""
    name, turn, text, label = row.get("id"), row.get("turn"), row.get("text"), row.get("label")
    if not isinstance(name, str) or not name:
        raise UsageError(f"{place}: no `id` of a dialogue", _SHAPE)
    if turn is not None and (type(turn) is not int or turn < 0):
        remedy = "scores of whole dialogues hold no reply to judge again" if turn == -1 else _SHAPE
        raise UsageError(f"{place}: turn {turn!r} is no index in messages", remedy)
    for key, value in (("text", text), ("label", label), ("model", row.get("model"))):
        if value is not None and not isinstance(value, str):
            raise UsageError(f"{place}: `{key}` is no text", _SHAPE)
    if text is None and not label:
        raise UsageError(f"{place}: neither `text` nor `label`", _SHAPE)
    said = str(label or "").strip().lower()
    if not is_score_row(row) or text:
        return Prediction(name, turn, text, said, place)
    reason = str(row.get("reason") or "")
    broken = reason.removeprefix(_WHOLE) if reason.startswith(_WHOLE) else ""
    if broken.partition(": ")[0] in ("length", "refusal", "content_filter"):
        return Prediction(name, turn, "", said, place, broken)
    if row["value"] is not None:
        return Prediction(name, turn, "", said, place)
    return Prediction(name, turn, None, said, place) if said else None
