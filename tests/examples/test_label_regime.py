"""The measurement of examples/label_regime.py, on a small set: 85 % wrong labels cost hardly more than a few."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from warm import FORKED

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def regime() -> ModuleType:
    """The example as a module."""
    spec = importlib.util.spec_from_file_location("label_regime_example", ROOT / "examples" / "label_regime.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.subprocess = FORKED  # type: ignore[attr-defined]
    return module


def test_many_wrong_labels_leave_rows_easy_and_judge_calls_as_they_were(regime: ModuleType, tmp_path: Path) -> None:
    table = []
    for share in regime.SHARES:
        folder = tmp_path / str(share)
        folder.mkdir()
        regime.make(folder, 12, 0, share)
        table += regime.measure(folder, share)
    assert [line["wrong labels"] > 0.5 for line in table] == [False, False, True, True]
    assert regime.holds(table)


def test_a_bound_that_breaks_is_said(regime: ModuleType) -> None:
    lines = [
        {"road": road, "wrong labels asked": share, "easy": easy, "judge calls per kept": calls}
        for road in regime.ROADS
        for share, easy, calls in ((0.04, 0.9, 8.0), (0.85, 0.9, 10.0))
    ]
    assert regime.holds(lines)
    assert not regime.holds([*lines[:-1], {**lines[-1], "easy": 0.4}])
    assert not regime.holds([*lines[:-1], {**lines[-1], "judge calls per kept": 10.5}])
