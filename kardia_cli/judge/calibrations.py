"""Records of a judge in the user's data folder: its agreement with people, its resistance to probes.

A record is made by a protocol that measures judges (its SPEC has `record`) and is written once, as canonical JSON with
its own hash, so that a record that was changed is noticed. It holds at least

    protocol            which measured it
    judge, judge_hash   the judge's label, and the hash of its weights where it is known
    rubric, read_hash   the rubric's id, and the hash of what the judge reads of it
    headline            what one line can say of it
    ids                 of a record that says how far the judge agrees with people: the figures of each criterion

and no date, so that the same measurement is the same file. A record counts for one judge and one wording of a rubric.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kardia_cli.errors import UsageError
from kardia_cli.text.pseudonyms import data_folder

_KEY = ("judge", "judge_hash", "read_hash")
_MEASURE = "measure the judge anew: kardia evaluate gold.jsonl --protocol calibration --judge-model NAME"


@dataclass(frozen=True, slots=True)
class Record:
    """A stored record: its values, its hash (16 hex digits) and its file."""

    values: Mapping[str, Any]
    hash: str
    path: Path

    def is_of(self, judge_name: str, judge_hash: str, read_hash: str) -> bool:
        """Return True if it was measured on this judge with this wording of a rubric."""
        return tuple(self.values[name] for name in _KEY) == (judge_name, judge_hash, read_hash)


def folder() -> Path:
    """Return the folder of the records: `kardia/calibrations` in the user's data folder."""
    return data_folder() / "calibrations"


def save(values: Mapping[str, Any]) -> Record:
    """Keep a record; the same one again is the same file. `UsageError` where it cannot be written."""
    found = record_hash(values)
    name = f"{values['protocol']}-{_slug(values['judge'])}-{values['read_hash']}-{found}.json"
    text = canonical({**values, "hash": found}) + "\n"
    try:
        path = folder() / name
        for place in (path.parent.parent, path.parent):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(path, text)
    except (OSError, RuntimeError) as error:
        raise UsageError(
            f"cannot keep the record of {values['judge']}: {error}", "set XDG_DATA_HOME to a folder that can be written"
        ) from None
    return Record(dict(values), found, path)


def load(path: Path) -> Record:
    """A record from a file; `UsageError` where there is none, or where it is not as it was written."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", _MEASURE) from None
    except ValueError:
        raise UsageError(f"{path} is no record of a judge: it is not JSON", _MEASURE) from None
    if not _is_record(values):
        raise UsageError(f"{path} is no record of a judge", _MEASURE)
    said = values.pop("hash")
    if said != record_hash(values):
        raise UsageError(f"{path} was changed after it was written: its hash is not {said}", _MEASURE)
    return Record(values, said, path)


def find(judge_name: str, judge_hash: str, read_hash: str) -> list[Record]:
    """The stored records of this judge for this wording of a rubric, ordered by protocol and hash.

    A file that is no whole record does not count.
    """
    found = []
    for path in folder().glob(f"*-{read_hash}-*.json"):
        try:
            record = load(path)
        except UsageError:
            continue
        if record.is_of(judge_name, judge_hash, read_hash):
            found.append(record)
    return sorted(found, key=lambda record: (record.values["protocol"], record.hash))


def given(path: Path, judge_name: str, judge_hash: str, read_hash: str) -> Record:
    """A record from a file that the user names; `UsageError` where it is of another judge or wording."""
    record = load(path)
    if not record.is_of(judge_name, judge_hash, read_hash):
        measured, wording = f"{record.values['judge']} {record.values['judge_hash']}", record.values["read_hash"]
        raise UsageError(
            f"{path} is of {measured.rstrip()} with rubric {record.values['rubric']} {wording}, "
            f"not of {f'{judge_name} {judge_hash}'.rstrip()} with {read_hash}",
            "name the record of this judge and rubric, or leave --calibration out",
        )
    return record


def quote(record: Record) -> str:
    """Return one line on a judge, e.g. `calibration: empathy κ 0.61 [0.52, 0.69] on 240 turns (a1b2…)`."""
    return f"{record.values['protocol']}: {record.values.get('headline') or 'measured'} ({record.hash})"


def record_hash(values: Mapping[str, Any]) -> str:
    """16 hex digits over a record's canonical JSON."""
    return hashlib.sha256(canonical(values).encode()).hexdigest()[:16]


def canonical(values: Mapping[str, Any]) -> str:
    """JSON that is the same text for the same values; `ValueError` for NaN, which no record may hold."""
    return json.dumps(values, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _is_record(values: Any) -> bool:
    if not isinstance(values, dict) or not isinstance(values.get("hash"), str) or not values.get("protocol"):
        return False
    return all(isinstance(values.get(name), str) for name in (*_KEY, "rubric"))


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "_", name).strip("_.")[:80] or "judge"


def _replace(path: Path, text: str) -> None:
    """Write a file in one move: who looks meanwhile sees it whole or not at all."""
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=".record-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(made, path)
