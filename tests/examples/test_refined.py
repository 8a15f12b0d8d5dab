"""The paired comparison of examples/refined.py: it pairs by id, counts what it says, and holds on a small set."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from warm import FORKED

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def refined() -> ModuleType:
    """The example as a module."""
    spec = importlib.util.spec_from_file_location("refined_example", ROOT / "examples" / "refined.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.subprocess = FORKED  # type: ignore[attr-defined]
    return module


@pytest.fixture(scope="module")
def folder(refined: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen drafts, and the dialogues of both roads."""
    made = tmp_path_factory.mktemp("refined")
    refined.made(made, 16, 0)
    return made


def dialogue(name: str, reply: str, planted: str | None) -> dict[str, Any]:
    said = "I lost my job on Monday and I feel so ashamed."
    messages = [{"role": "user", "content": said}, {"role": "assistant", "content": reply}]
    trace = json.dumps({"planted": planted})
    return {"id": name, "anon_username": name, "messages": messages, "traces": [{"turn": 1, "trace": trace}]}


def test_a_dialogue_is_measured_by_the_facets_and_by_its_planted_faults(refined: ModuleType) -> None:
    warm = refined.measures(dialogue("a", "I am so sorry. What was the hardest moment of that day?", None))
    cold = refined.measures(dialogue("a", "Send three letters a day.", "advice_without_feeling"))
    assert warm["facets, sum"] > cold["facets, sum"]
    assert warm["facets, sum"] == sum(value for name, value in warm.items() if "_" in name or name.endswith("tion"))
    assert (warm["planted faults"], cold["planted faults"]) == (0, 1)


def test_only_dialogues_that_were_kept_are_compared_each_with_its_own_draft(refined: ModuleType) -> None:
    drafts = {
        "a": dialogue("a", "Send three letters a day.", "advice_without_feeling"),
        "b": dialogue("b", "It is.", None),
        "lost": dialogue("lost", "Send three letters a day.", "advice_without_feeling"),
    }
    done = {"a": dialogue("a", "Send a letter.", None), "b": dialogue("b", "It is.", None)}
    before, after, difference = refined.compared(drafts, done)["planted faults"]
    assert (before, after, difference.value) == (0.5, 0, -0.5)


def test_both_roads_leave_far_fewer_planted_faults_than_their_drafts(refined: ModuleType, folder: Path) -> None:
    drafts = refined.rows(folder, "drafts")
    for road in ("refined", "grown"):
        results = refined.compared(drafts, refined.rows(folder, road))
        assert results["planted faults"][2].high < -0.1
        assert results["facets, sum"][2].value > 0


def test_the_tables_name_both_roads_and_their_calls(
    refined: ModuleType, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refined.report(folder)
    said = capsys.readouterr().out
    for words in ("synthesize | refine: ", "synthesize --judge-model: ", "of 16 kept", "rewriter", "planted faults"):
        assert words in said
    assert refined.calls(folder, "drafts")["seeker"] == refined.calls(folder, "drafts")["supporter"] > 0
