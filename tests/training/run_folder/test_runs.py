"""The run folder: new, continued, finished, refused, moved aside."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.training.plan import Plan, Start
from kardia_cli.training.run_folder import runs, whole_files

CONFIG: dict[str, Any] = {"stage": "sft", "seed": 0, "train": {"learning_rate": 1e-4}, "versions": {"trl": "1"}}


def checkpoint(folder: Path, step: int, without: str = "") -> Path:
    """A checkpoint with the smallest files that are whole: no tensors, empty archives."""
    path = folder / "checkpoints" / f"checkpoint-{step}"
    path.mkdir(parents=True)
    (path / "model.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")
    for name in ("optimizer.pt", "scheduler.pt", "rng_state.pth"):
        zipfile.ZipFile(path / name, "w").close()
    (path / "trainer_state.json").write_text(json.dumps({"global_step": step}))
    if without:
        (path / without).unlink()
    return path


def open_quietly(folder: Path, config: dict[str, Any] = CONFIG, fresh: bool = False) -> tuple[runs.Run, list[str]]:
    said: list[str] = []
    return runs.open_run(folder, config, fresh=fresh, say=said.append), said


def test_a_new_folder_is_begun_with_its_config(tmp_path: Path) -> None:
    run, said = open_quietly(tmp_path / "a" / "run")
    assert whole_files.read_json(run.folder / "config.json") == CONFIG
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
    assert "checkpoint-10 is not whole" in said[0]
    assert "step 9" in said[1]
    assert run.metrics.read_text() == '{"step": 9}\n'


def test_samples_after_the_checkpoint_and_the_end_of_an_earlier_try_are_taken_back(tmp_path: Path) -> None:
    open_quietly(tmp_path)
    checkpoint(tmp_path, 9)
    (tmp_path / "metrics.jsonl").write_text('{"step": 9}\n{"step": 9, "train_runtime": 1.0}\n')
    (tmp_path / "samples.jsonl").write_text('{"sample": {"step": 9}}\n{"sample": {"step": 10}}\n{"sam')
    run, _ = open_quietly(tmp_path)
    assert run.metrics.read_text() == '{"step": 9}\n'
    assert (tmp_path / "samples.jsonl").read_text() == '{"sample": {"step": 9}}\n'


def test_a_run_of_another_number_of_processes_is_not_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_quietly(tmp_path)
    checkpoint(tmp_path, 9)
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match="written by 1 processes"):
        open_quietly(tmp_path)


def test_where_the_metrics_are_sent_besides_may_change(tmp_path: Path) -> None:
    open_quietly(tmp_path)
    run, _ = open_quietly(tmp_path, {**CONFIG, "train": {"learning_rate": 1e-4, "report_to": "tensorboard"}})
    assert run.summary is None


def test_the_description_says_where_the_rows_come_from_without_paths() -> None:
    row = {
        "id": "a",
        "anon_username": "p",
        "origin": [{"part": "profile", "source": "personalitycafe", "licence": "", "consent": ""}],
        "models": [
            {"role": "seeker", "model": "/home/alice/models/qwen", "hash": "1"},
            {"role": "judge", "model": "openai/gpt-x", "hash": ""},
        ],
    }
    job = Plan(Start("tiny", None, "", tiny=True), {}, None, 0)
    assert runs.describe("sft", job, [row, {**row, "id": "b"}])["rows"]["sources"] == [
        "judge: openai/gpt-x: 2 rows",
        "profile: personalitycafe (licence unknown): 2 rows",
        "seeker: qwen: 2 rows",
    ]


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
    assert [whole_files.read_json(tmp_path / name / "config.json")["seed"] for name in ("run.1", "run.2", "run")] == [
        0,
        1,
        2,
    ]


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
        with whole_files.replacing(target) as partial:
            partial.mkdir()
            (partial / "new").touch()
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        half()
    assert [path.name for path in target.iterdir()] == ["old"]
    with whole_files.replacing(target) as partial:
        partial.mkdir()
        (partial / "new").touch()
    assert [path.name for path in target.iterdir()] == ["new"]
