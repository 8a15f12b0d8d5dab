"""Label sets: the classes that a dialogue may have, with the words that mean the same (TOML of labels/, or one's own).

summary = "…"
kind = "feeling"                        what a label is, in the words of prompts and tables
labels = ["afraid", "angry", …]         in the order of prompts and tables
[aliases]
fear = "afraid"                         read as the label on the right; letter case and spaces never count
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kardia_cli.errors import UsageError
from kardia_cli.rows import turn_format

FOLDER = Path(__file__).parents[1] / "labels"
DEFAULT = "empathetic_dialogues"


@dataclass(frozen=True)
class LabelSet:
    """Labels in their order; `aliases` are other words for them."""

    name: str
    labels: tuple[str, ...]
    aliases: Mapping[str, str]
    kind: str = "label"
    summary: str = ""

    def find(self, word: str) -> str | None:
        """Return the label that a word means, letter case and spaces aside; None where it means none of them."""
        plain = " ".join(word.lower().replace("_", " ").split())
        plain = self.aliases.get(plain, plain)
        return plain if plain in self.labels else None


def names() -> list[str]:
    """Return the names of the label sets that come with kardia, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


_files: dict[str, Path] = {}


def load(name: str) -> LabelSet:
    """Return a label set by name, or from a `.toml` file, whose stem then stands for it in this process.

    Raises `UsageError` with file and reason where it is none.
    """
    if name.endswith(".toml"):
        given = _read(Path(name))
        if given.name in names():
            raise UsageError(f"{name} has the name of a label set that comes with kardia", "give the file another name")
        _files[given.name] = Path(name)
        return given
    if name not in _files and name not in names():
        raise UsageError(f"there is no label set {name!r} here", f"known: {', '.join(names())}; or --labels FILE.toml")
    return _read(_files.get(name, FOLDER / f"{name}.toml"))


def of(row: Mapping[str, Any]) -> LabelSet:
    """Return the label set that a row names, else kardia's own."""
    return load(str(row.get("labels") or DEFAULT))


def said(row: Mapping[str, Any], text: str) -> str:
    """Return the label that a turn of this row names, an alias as its label; "" where it names none.

    A word that is no label of the row's set comes back as it is, in lower case.
    """
    word = turn_format.declared(row).label(text)
    return of(row).find(word) or word


def known(name: str, golds: Iterable[str]) -> tuple[str, ...]:
    """Return the labels of a set by name; where it cannot be had, a user's file, the gold labels that occur, sorted."""
    try:
        return load(name).labels
    except UsageError:
        return tuple(sorted(set(filter(None, golds))))


@cache
def _read(path: Path) -> LabelSet:
    try:
        return _checked(path, tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", f"known: {', '.join(names())}, or a .toml file") from None
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise UsageError(f"{path}: {error}", "see kardia_cli/rows/labels.py for what it may hold") from None


def _checked(path: Path, table: Mapping[str, Any]) -> LabelSet:
    unknown = sorted(set(table) - {"summary", "kind", "labels", "aliases"})
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}; known: summary, kind, labels, aliases")
    labels = table.get("labels")
    if not isinstance(labels, list) or len(labels) < 2 or not all(isinstance(each, str) and each for each in labels):
        raise ValueError("`labels` is a list of two words or more")
    for each in labels:
        if each != " ".join(each.lower().split()):
            raise ValueError(f"label {each!r}: labels are written in small letters without outer spaces")
        if labels.count(each) > 1:
            raise ValueError(f"the label {each!r} stands twice")
    aliases = {str(word).lower(): str(label) for word, label in (table.get("aliases") or {}).items()}
    for word, label in aliases.items():
        if label not in labels:
            raise ValueError(f"alias {word!r}: {label!r} is none of the labels")
    return LabelSet(path.stem, tuple(labels), aliases, str(table.get("kind", "label")), str(table.get("summary", "")))
