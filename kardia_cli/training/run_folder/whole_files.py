"""Files and folders of a run that are whole or not there: written beside under a passing name, then renamed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Fill a new folder under a passing name; it takes its own name when it is whole."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    yield partial
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write a JSON file in one move."""
    write_text(path, json.dumps(values, indent=2, sort_keys=True) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file in one move."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file; `ValueError` where it is none."""
    values = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(values, dict):
        raise ValueError(f"{path} holds no JSON object")
    return values


def rewind(file: Path, keep: Callable[[dict[str, Any]], bool]) -> None:
    """Take out of a file of rows what `keep` refuses, and a torn last line: they will be written again."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []
    kept = [line for line in lines if line.endswith("\n") and keep(json.loads(line))]
    partial = file.with_name(file.name + ".partial")
    partial.write_text("".join(kept), encoding="utf-8")
    os.replace(partial, file)
