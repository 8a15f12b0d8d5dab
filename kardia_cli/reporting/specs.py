"""Arguments of report: `NAME=FILE,FILE`, a bare FILE, `-`, or the folder of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kardia_cli.errors import UsageError

METRICS = "metrics.jsonl"


class Spec(NamedTuple):
    """Files under one name; without a name each model of the rows is one. `folder`: a run, not a file."""

    name: str
    files: list[str]
    folder: bool = False


def parse(words: Sequence[str]) -> list[Spec]:
    """Return what each argument names; `UsageError` for a name without a file, a file or stdin named twice."""
    specs = [_spec(word) for word in words]
    alone = [file for spec in specs if not spec.name for file in spec.files]
    for files in [alone, *(spec.files for spec in specs if spec.name)]:
        twice = next((file for file in files if files.count(file) > 1), None)
        if twice is not None and twice != "-":
            raise UsageError(
                f"{twice} is named twice", "several files under one name are its training seeds: name each once"
            )
    if [file for spec in specs for file in spec.files].count("-") > 1:
        raise UsageError("stdin can be read once only", "name a file for one of them")
    named = [spec.name for spec in specs if spec.name and not spec.folder]
    for name in named:
        if named.count(name) > 1:
            raise UsageError(
                f"the name {name} stands twice", f"put the files of its training seeds together: {name}=a,b"
            )
    return specs


def _spec(word: str) -> Spec:
    if Path(word).is_dir():
        return _run(word, Path(word).name or word)
    if Path(word).name == METRICS and Path(word).is_file():
        return _run(str(Path(word).parent), Path(word).resolve().parent.name)
    name, equals, rest = word.partition("=")
    if not equals or Path(word).exists():
        return Spec("", _files(word, word))
    if not name:
        raise UsageError(f"{word!r}: there is no name before the =", "write NAME=FILE")
    if rest and Path(rest).is_dir():
        return _run(rest, name)
    return Spec(name, _files(rest, word))


def _files(text: str, word: str) -> list[str]:
    files = [text] if text and Path(text).exists() else text.split(",")
    if not all(files):
        raise UsageError(f"{word!r}: a file is missing", "write NAME=FILE, or NAME=FILE,FILE for training seeds")
    return files


def _run(folder: str, name: str) -> Spec:
    if not (Path(folder) / METRICS).is_file():
        raise UsageError(
            f"{folder} is a folder without metrics.jsonl", "name a file of score rows, or the folder of a run"
        )
    return Spec(name, [folder], folder=True)
