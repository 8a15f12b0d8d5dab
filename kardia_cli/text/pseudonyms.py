"""Irreversible user names: HMAC of a person's record with a secret salt.

The paper replaces user names by "an irreversible hash" and does not say which. A bare hash of a public user name is
found by trying all names, hence the salt: KARDIA_SALT, else one made once and kept in the user's data folder. Whoever
has the same salt gets the same names from the same records; without it no guess can be tested.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from kardia_cli.errors import UsageError

_REMEDY = "set KARDIA_SALT to a secret of your own"


def anon_username(record: str) -> str:
    """Return 16 hex digits for the person of this record (the source's id of them, or the whole record).

    Raises `UsageError` where there is no salt and none can be stored.
    """
    return hmac.new(salt(), record.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]


def salt() -> bytes:
    """Return KARDIA_SALT, else the stored salt, made at the first call; raises `UsageError` if it cannot be kept."""
    given = os.environ.get("KARDIA_SALT")
    if given:
        return os.fsencode(given)
    try:
        path = _salt_file()
        stored = _read(path) or _store(path)
    except (OSError, RuntimeError) as error:
        raise UsageError(f"cannot keep the salt of anonymous names: {error}", _REMEDY) from None
    if not stored:
        raise UsageError(f"the stored salt {path} is empty", f"{_REMEDY}, or remove that file")
    return stored


def data_folder() -> Path:
    """Return kardia's folder in the user's data folder, by the XDG rules (a relative XDG_DATA_HOME is ignored)."""
    data_home = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (data_home if data_home.is_absolute() else Path.home() / ".local" / "share") / "kardia"


def _salt_file() -> Path:
    return data_folder() / "salt"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes().strip()
    except FileNotFoundError:
        return b""


def _store(path: Path) -> bytes:
    """Make a salt, store it, and return the one that is in the file afterwards.

    Commands of one pipe may do this at the same moment. A hard link to a finished file appears whole or not at all and
    never replaces another, so all of them read the salt of the first.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=".salt-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
    finally:
        os.unlink(made)
    return _read(path)
