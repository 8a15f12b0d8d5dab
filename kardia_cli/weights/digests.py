"""Digests of files; those of large files are remembered, so that 15 GB of weights are not read at every start.

A digest is remembered under the file's real path with its size, time of change and inode: `digests.json` in the user's
cache folder. Without that file, or where it cannot be written, everything works and takes longer.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

LARGE = 64 << 20
"""Bytes from which reading a file again costs more than looking its digest up."""
SETTLED = 2.0
"""Seconds since the last change from which a file's time of change can be trusted to show the next one."""
_writing = threading.Lock()


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    if path.stat().st_size <= LARGE:
        return _read(path)
    key, state = str(path.resolve()), _state(path)
    entry = _remembered().get(key)
    if isinstance(entry, dict) and entry.get("state") == state and isinstance(entry.get("sha256"), str):
        return str(entry["sha256"])
    digest = _read(path)
    if _state(path) == state and time.time() - path.stat().st_mtime > SETTLED:
        _remember(key, {"state": state, "sha256": digest})
    return digest


def cache_file() -> Path:
    """Return the file in which digests are remembered."""
    folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(folder) / "kardia" / "digests.json"


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _state(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ino]


def _remembered() -> dict[str, Any]:
    try:
        loaded = json.loads(cache_file().read_bytes())
    except (OSError, ValueError, RuntimeError):  # RuntimeError: a user without a home folder
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _remember(key: str, entry: dict[str, Any]) -> None:
    """Write the entry; files that are gone are dropped."""
    with _writing, contextlib.suppress(OSError, RuntimeError):
        kept = {path: old for path, old in _remembered().items() if Path(path).exists()}
        file = cache_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_name(f"{file.name}.{os.getpid()}")
        partial.write_text(json.dumps({**kept, key: entry}, indent=1, sort_keys=True), encoding="utf-8")
        partial.replace(file)
