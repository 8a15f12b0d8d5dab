"""For all tests: a cache and a data folder of their own, so that nothing of another test or of the user is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("KARDIA_LEDGER", "KARDIA_MAX_COST", "KARDIA_MODEL", "KARDIA_JUDGE_MODEL"):
        monkeypatch.delenv(name, raising=False)
