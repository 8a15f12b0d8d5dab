"""Label sets: the classes that a dialogue may have, with the words that mean the same (TOML of labels/, or one's own).

summary = "…"
kind = "emotion"                        what a label is, in the words of prompts and tables
labels = ["afraid", "angry", …]         in the order of prompts and tables
[aliases]
fear = "afraid"                         read as the label on the right; letter case and spaces never count
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kardia_cli.errors import UsageError

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
        """The label that a word means, letter case and spaces aside; None where it means none of them."""
        plain = " ".join(word.lower().replace("_", " ").split())
        plain = self.aliases.get(plain, plain)
        return plain if plain in self.labels else None


def names() -> list[str]:
    """Names of the label sets that come with kardia, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def load(name: str) -> LabelSet:
    """A label set by name, or from a `.toml` file; `UsageError` with file and reason where it is none."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise UsageError(f"there is no label set {name!r}", f"known: {', '.join(names())}, or a .toml file")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return _checked(path, table)
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
