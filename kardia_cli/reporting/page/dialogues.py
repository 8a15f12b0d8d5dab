"""Records of the page, made from rows of any stage: each is a short JSON text that is read when it is opened.

A profile alone is a record without messages; a talk that a protocol simulated is one of its own for each model.

A record keeps what a reader sees and what a gold row needs (`messages` can be rebuilt letter by letter). Findings that
were looked for and not found are counted, not kept; texts that many rows share (profiles, system prompts) are kept once
for the whole page, in `texts`, and a record holds their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

import orjson

from kardia_cli.errors import UsageError
from kardia_cli.rows import turn_format
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import row_id, split_of
from kardia_cli.rows.turn_format import TurnFormat

Record = dict[str, Any]
WORST_FIRST = ("FAIL", "ABSTAIN", "PASS", "SOLVED")
EXCERPT = 110
"""Letters of the situation (else of the first turn) that the list shows."""
PERSON, SITUATION = "\ue000", "\ue001"
"""What stands in a kept system prompt for the row's own profile and situation, so that many rows share one text."""
_TEXTS = (
    "mbti", "emotion", "situation", "anon_username", "split", "strategy", "difficulty", "author",
    "hidden_intention", "intention_kind", "stop_reason",
)  # fmt: skip
_RECORDS = ("origin", "models", "human", "risk", "thoughts")
"""Fields that are lists of records; what else stands in such a list of a foreign file is not shown."""


class Compact(NamedTuple):
    """All that a page holds of its rows: `lines` has one for each of `records`, in the same order."""

    lines: list[list[Any]]
    records: list[Record]
    texts: list[str]


class Texts:
    """Texts kept once; `number` gives a text's place."""

    def __init__(self) -> None:
        self.kept: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self.kept.setdefault(text, len(self.kept))


def compact(rows: Iterable[Row], scores: Iterable[Row] = ()) -> Compact:
    """Return rows of any stage (score rows, too) as records, with the replies of `scores` at their turns.

    A score row finds its dialogue by `id`; where there is none, its reply alone makes a record. Its own `messages` are
    a talk with that model, and always make one. A row of `rows` that is a reply alone (a saved prediction) is taken
    like one.
    """
    texts = Texts()
    records: dict[str, Record] = {}
    replies = []
    for row in rows:
        if not _list(row, "messages") and not row.get("person") and ("text" in row or "label" in row):
            replies.append(row)
            continue
        # A file of dialogues may name one id twice (two samples of one turn): both are shown.
        record = read_row(row, texts)
        while record["id"] in records:
            record["id"] += "'"
        records[record["id"]] = record
    for score in (*replies, *scores):
        record = _record_of(score, records, texts)
        record.setdefault("answers", []).append(_answer(score))
    listed, kept = list(records.values()), list(texts.kept)
    return Compact([_line(record, kept) for record in listed], listed, kept)


def _record_of(score: Row, records: dict[str, Record], texts: Texts) -> Record:
    """The record of a score row's dialogue, made where there is none yet."""
    name = str(score.get("id") or row_id(score))
    if not _list(score, "messages"):
        if name not in records:
            records[name] = read_row({**score, "id": name}, texts)
        return records[name]
    # The id does not name the model: raters may see it.
    own = next(each for at in count(1) if (each := name if at == 1 else f"{name} · {at}") not in records)
    models = [{"role": "supporter", "model": _model(score), "hash": ""}]
    return records.setdefault(own, read_row({**score, "id": own, "models": models}, texts))


def read_row(row: Row, texts: Texts) -> Record:
    """One row's record: fields that are empty are left out."""
    record: Record = {"id": row_id(row)}
    record |= {name: str(row[name]) for name in _TEXTS if row.get(name) not in (None, "")}
    if row.get("split") is None and row.get("anon_username"):
        record["part"] = split_of(row)
    if row.get("person"):
        record["person"] = texts.number(str(row["person"]))
    record["messages"] = [_message(item, row, texts) for item in _records(row, "messages")]
    kept: dict[str, Any] = {
        "critiques": [critique(item) for item in _records(row, "critiques")],
        "revisions": [_revision(item, form_of(row)) for item in _records(row, "revisions")],
        "traces": [item for item in _records(row, "traces") if _says_something(item)],
        **{name: _records(row, name) for name in _RECORDS},
        "emotions": [mood for mood in _list(row, "emotions") if isinstance(mood, int | float)],
        "broken": [str(each) for each in _list(row, "broken")],
        "resolved": row.get("resolved") is True,
        "sample": row["sample"] if isinstance(row.get("sample"), Mapping) else None,
    }
    return record | {name: value for name, value in kept.items() if value}


def _list(row: Mapping[str, Any], name: str) -> list[Any]:
    value = row.get(name)
    return value if isinstance(value, list) else []


def _records(row: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [item for item in _list(row, name) if isinstance(item, Mapping)]


def form_of(row: Mapping[str, Any]) -> TurnFormat:
    """Return the format of a row; the plain one where it names a file that is not at hand: its turns stay texts."""
    try:
        return turn_format.declared(row)
    except UsageError:
        return turn_format.load("plain")


def turn_text(text: str, form: TurnFormat) -> Record:
    """A supporter's text: its `spans`, or `text` with what is `broken` about it where it shows markers.

    `format` is named where it is not kardia's own.
    """
    named = {} if form.name == turn_format.DEFAULT or form.is_plain else {"format": form.name}
    found = {} if form.is_plain else form.read(text)
    if not found:
        broken = form.error(text) if form.has_marker(text) else ""
        return {"text": text, **named, "broken": broken} if broken else {"text": text}
    # The letters must come back as they were; where the page's way of writing spans differs, the text is kept beside.
    kept = {} if form.render(found) == text else {"text": text}
    return {"spans": list(found.values()), **kept, **named}


def _message(message: Mapping[str, Any], row: Row, texts: Texts) -> Record:
    role, content = str(message.get("role") or ""), str(message.get("content") or "")
    if role == "assistant":
        return {"role": role, **turn_text(content, form_of(row))}
    if role == "system":
        return {"role": role, "shared": texts.number(_template(content, row))}
    return {"role": role, "text": content}


def _template(text: str, row: Row) -> str:
    for mark, name in ((PERSON, "person"), (SITUATION, "situation")):
        value = row.get(name)
        if isinstance(value, str) and value and mark not in text:
            text = text.replace(value, mark)
    return text


def critique(given: Mapping[str, Any]) -> Record:
    """A critique less its findings of nothing, whose number stays as `clear`."""
    names = ("turn", "revision", "rubric", "rubric_version", "rubric_hash", "policy_hash", "judge", "calls", "samples")
    record: Record = {
        name: given[name] for name in (*names, "verdict", "score", "solved") if given.get(name) is not None
    }
    findings = _records(given, "findings")
    record["levels"] = [
        {name: value for name, value in level.items() if value not in (None, [], 0, "") or name == "level"}
        for level in _records(given, "levels")
    ]
    record["found"] = [dict(item) for item in findings if item.get("present") or _abstained(item)]
    record["clear"] = sum(item.get("present") is False for item in findings)
    return record | {name: given[name] for name in ("gates", "panel") if given.get(name)}


def _abstained(finding: Mapping[str, Any]) -> bool:
    return finding.get("present") is None and not str(finding.get("detail") or "").startswith("not asked")


def _revision(given: Mapping[str, Any], form: TurnFormat) -> Record:
    kept = {name: given.get(name) for name in ("turn", "revision", "kind", "reason")}
    if given.get("kind") == "tail":
        return {**kept, "tail": str(given.get("before") or "")}
    return {
        **kept,
        "before": turn_text(str(given.get("before") or ""), form),
        "after": turn_text(str(given.get("after") or ""), form),
    }


def _says_something(trace: Any) -> bool:
    """True if a strategy's note holds more than nulls."""
    try:
        held = orjson.loads(trace["trace"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return isinstance(trace, Mapping) and bool(trace.get("trace"))
    return any(value is not None for value in held.values()) if isinstance(held, dict) else bool(held)


def _answer(score: Row) -> Record:
    """A model's reply to one turn, with what it was given for it."""
    record = {
        "turn": score.get("turn", -1),
        "name": _model(score),
        **turn_text(str(score.get("text") or ""), form_of(score)),
        **{
            name: score[name] for name in ("value", "reason", "label", "parts") if score.get(name) not in (None, "", [])
        },
    }
    given = score.get("critique")
    return record | ({"critique": critique(given)} if isinstance(given, Mapping) else {})


def _model(score: Row) -> str:
    """Return the report's name of the model that gave a scored reply."""
    return str(score.get("name") or score.get("model") or "?")


def latest(critiques: Sequence[Record]) -> dict[int, Record]:
    """Return the valid critique of each turn: the last one of its last revision."""
    standing: dict[int, Record] = {}
    for item in critiques:
        turn = item.get("turn", -1)
        if turn not in standing or item.get("revision", 0) >= standing[turn].get("revision", 0):
            standing[turn] = item
    return standing


def _line(record: Record, texts: Sequence[str]) -> list[Any]:
    """Return a line of the list: id, emotion, verdict, split, models, risk, flagged, turns, excerpt, aside, answers.

    The verdict is the dialogue's own (where it was not judged, that of all answers; of a simulated talk, how it ended);
    `answers` has each model's worst one. A simulated talk is called by what its person hoped for; for `mbti` see
    `_aside`.
    """
    own, answered = list(latest(record.get("critiques", [])).values()), record.get("answers", [])
    by_model: dict[str, list[Record]] = {}
    for answer in answered:
        by_model.setdefault(answer["name"], []).extend([answer["critique"]] if "critique" in answer else [])
    given = [item for items in by_model.values() for item in items]
    models = [use.get("model") for use in record.get("models", []) if use.get("role") in ("supporter", "rewriter")]
    models += [answer["name"] for answer in answered]
    spoken = [message for message in record["messages"] if message["role"] == "assistant"]
    return [
        record["id"],
        record.get("emotion") or record.get("hidden_intention", ""),
        worst(own or given) or record.get("stop_reason", ""),
        record.get("split") or record.get("part", ""),
        sorted({str(name) for name in models if name}),
        int(bool(record.get("risk"))),
        int(_flagged([*own, *given]) or any("broken" in message for message in spoken)),
        len(spoken) or len({answer["turn"] for answer in answered}),
        _excerpt(record, texts),
        _aside(record),
        {name: worst(items) for name, items in by_model.items() if items},
    ]


def _aside(record: Record) -> str:
    """Return what tells lines of one person apart: a talk's model, a sample's step and reward, else the MBTI type."""
    sample, answers = record.get("sample", {}), record.get("answers", [])
    if "emotions" in record and answers:
        return str(answers[0]["name"])
    total = sample.get("total")
    paid = f" · {total:.2f}" if isinstance(total, int | float) else ""
    return f"step {sample['step']}{paid}" if "step" in sample else str(record.get("mbti", ""))


def _excerpt(record: Record, texts: Sequence[str]) -> str:
    """Return the situation; else the first words said, the first reply, the profile."""
    said = [message["text"] for message in record["messages"] if message["role"] == "user"]
    said += [form_of(answer).visible(written(answer)) for answer in record.get("answers", [])[:1]]
    person = texts[record["person"]] if "person" in record else ""
    text = " ".join(str(record.get("situation") or next(filter(None, [*said, person]), "")).split())
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1].rstrip() + "…"


def worst(critiques: Iterable[Record]) -> str:
    """The worst verdict among these; empty where there is none."""
    verdicts = {item.get("verdict") for item in critiques}
    return next((name for name in WORST_FIRST if name in verdicts), "")


def written(turn: Record) -> str:
    """The letters of a kept turn, as they stood in its row."""
    return str(turn["text"]) if "text" in turn else _rendered(turn)


def _rendered(turn: Record) -> str:
    form = form_of(turn)
    return form.render(dict(zip((span.name for span in form.spans), turn["spans"], strict=True)))


def _flagged(critiques: Sequence[Record]) -> bool:
    """True if a person should look: a gate is disputed, or a judge graded nothing."""
    disputed = any(look.get("agrees") is False for item in critiques for look in item.get("gates", []))
    return disputed or any(item.get("verdict") == "ABSTAIN" for item in critiques)
