"""A cache and a data folder for each test, so that it reads nothing of another test or of the user."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("KARDIA_LEDGER", "KARDIA_MAX_COST", "KARDIA_MODEL", "KARDIA_JUDGE_MODEL"):
        monkeypatch.delenv(name, raising=False)
