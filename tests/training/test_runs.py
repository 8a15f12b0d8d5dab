"""The run folder: new, continued, finished, refused, moved aside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.training import runs

CONFIG: dict[str, Any] = {"stage": "sft", "seed": 0, "train": {"learning_rate": 1e-4}, "versions": {"trl": "1"}}


def checkpoint(folder: Path, step: int, without: str = "") -> Path:
    path = folder / "checkpoints" / f"checkpoint-{step}"
    path.mkdir(parents=True)
    for name in ("model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth"):
        (path / name).touch()
    (path / "trainer_state.json").write_text(json.dumps({"global_step": step}))
    if without:
        (path / without).unlink()
    return path


def open_quietly(folder: Path, config: dict[str, Any] = CONFIG, fresh: bool = False) -> tuple[runs.Run, list[str]]:
    said: list[str] = []
    return runs.open_run(folder, config, fresh=fresh, say=said.append), said


def test_a_new_folder_is_begun_with_its_config(tmp_path: Path) -> None:
    run, said = open_quietly(tmp_path / "a" / "run")
    assert runs.read_json(run.folder / "config.json") == CONFIG
    assert (run.checkpoint, run.summary, said) == (None, None, [])


@pytest.mark.parametrize(
    "part", ["trainer_state.json", "optimizer.pt", "scheduler.pt", "rng_state.pth", "model.safetensors"]
)
def test_an_unfinished_run_goes_on_from_the_newest_checkpoint_that_is_whole(part: str, tmp_path: Path) -> None:
    open_quietly(tmp_path)
    whole = checkpoint(tmp_path, 9)
    checkpoint(tmp_path, 5)
    checkpoint(tmp_path, 10, without=part)
    (tmp_path / "metrics.jsonl").write_text('{"step": 9}\n{"step": 10}\n{"step": 1')
    run, said = open_quietly(tmp_path)
    assert run.checkpoint == whole
    assert "step 9" in said[0]
    assert run.metrics.read_text() == '{"step": 9}\n'


def test_a_torn_trainer_state_is_no_checkpoint(tmp_path: Path) -> None:
    torn = checkpoint(tmp_path, 3)
    (torn / "trainer_state.json").write_text('{"global_')
    assert runs.newest_complete(tmp_path / "checkpoints") is None


def test_a_finished_run_says_so_and_gives_its_summary(tmp_path: Path) -> None:
    run, _ = open_quietly(tmp_path)
    run.finish({"steps": 3})
    again, said = open_quietly(tmp_path)
    assert again.summary == {"steps": 3}
    assert "finished" in said[0]


def test_other_settings_are_refused_with_old_and_new_value(tmp_path: Path) -> None:
    open_quietly(tmp_path)
    with pytest.raises(UsageError, match=r"train.learning_rate: 0.0001 -> 0.001") as caught:
        open_quietly(tmp_path, {**CONFIG, "train": {"learning_rate": 1e-3}})
    assert "--fresh" in caught.value.remedy


def test_other_versions_of_libraries_do_not_stop_a_run(tmp_path: Path) -> None:
    open_quietly(tmp_path)
    run, _ = open_quietly(tmp_path, {**CONFIG, "versions": {"trl": "2"}})
    assert run.summary is None


def test_fresh_moves_each_old_run_aside(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    for seed in range(3):
        open_quietly(folder, {**CONFIG, "seed": seed}, fresh=True)
    assert [runs.read_json(tmp_path / name / "config.json")["seed"] for name in ("run.1", "run.2", "run")] == [0, 1, 2]


@pytest.mark.parametrize("fresh", [True, False])
def test_a_folder_that_is_no_run_is_left_alone(fresh: bool, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"not a run folder|not empty"):
        open_quietly(tmp_path, fresh=fresh)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_folder_that_replaces_another_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "old").touch()

    def half() -> None:
        with runs.replacing(target) as partial:
            partial.mkdir()
            (partial / "new").touch()
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        half()
    assert [path.name for path in target.iterdir()] == ["old"]
    with runs.replacing(target) as partial:
        partial.mkdir()
        (partial / "new").touch()
    assert [path.name for path in target.iterdir()] == ["new"]
