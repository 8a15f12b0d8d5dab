"""Which checkpoint a run goes on from: whole ones only, whatever tore the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.training.run_folder import checkpoints


def make(folder: Path, step: int, **state: Any) -> Path:
    """A checkpoint with real files of each kind."""
    import torch
    from safetensors.torch import save_file

    path = folder / f"checkpoint-{step}"
    path.mkdir(parents=True)
    save_file({"weight": torch.arange(64.0)}, path / "model.safetensors")
    for name in ("optimizer.pt", "scheduler.pt", "rng_state.pth"):
        torch.save({"state": torch.arange(64.0)}, path / name)
    (path / "trainer_state.json").write_text(json.dumps({"global_step": step, **state}))
    return path


def test_a_whole_checkpoint_has_no_damage(tmp_path: Path) -> None:
    assert checkpoints.damage(make(tmp_path, 3)) == ""


@pytest.mark.parametrize(
    "part", ["trainer_state.json", "optimizer.pt", "scheduler.pt", "rng_state.pth", "model.safetensors"]
)
@pytest.mark.parametrize("share", [None, 0.0, 0.3, 0.99])
def test_a_part_that_is_missing_or_cut_off_anywhere_is_seen(part: str, share: float | None, tmp_path: Path) -> None:
    whole, torn = make(tmp_path, 2), make(tmp_path, 4)
    file = torn / part
    if share is None:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    said: list[str] = []
    assert checkpoints.newest_complete(tmp_path, said.append) == whole
    assert "checkpoint-4 is not whole" in said[0]
    assert part.split(".")[0].split("_")[0] in said[0] or "weights" in said[0] or "random" in said[0]


def test_of_several_processes_each_needs_its_random_state(tmp_path: Path) -> None:
    path = make(tmp_path, 3)
    (path / "rng_state.pth").rename(path / "rng_state_1.pth")
    (path / "rng_state_2.pth").write_bytes((path / "rng_state_1.pth").read_bytes())
    assert "rng_state_0.pth" in checkpoints.damage(path)


def test_another_number_of_processes_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path, 3)
    checkpoints.check_processes(path, 1)
    with pytest.raises(UsageError, match="written by 1 processes, these are 4"):
        checkpoints.check_processes(path, 4)


def test_a_checkpoint_whose_best_one_is_gone_cannot_end_as_it_should(tmp_path: Path) -> None:
    best = make(tmp_path, 2)
    path = make(tmp_path, 4, best_model_checkpoint=str(best))
    assert checkpoints.damage(path) == ""
    best.rename(tmp_path / "elsewhere")
    assert "checkpoint-2, is gone" in checkpoints.damage(path)


def test_the_note_of_the_best_checkpoint_follows_a_run_folder_that_moved(tmp_path: Path) -> None:
    make(tmp_path / "old", 2)
    make(tmp_path / "old", 4, best_model_checkpoint=str(tmp_path / "old" / "checkpoint-2"))
    (tmp_path / "old").rename(tmp_path / "new")
    path = tmp_path / "new" / "checkpoint-4"
    checkpoints.relocate(path)
    state = json.loads((path / "trainer_state.json").read_text())
    assert state == {"global_step": 4, "best_model_checkpoint": str(tmp_path / "new" / "checkpoint-2")}


def test_a_shard_that_is_torn_is_seen_in_the_folders_of_other_backends_too(tmp_path: Path) -> None:
    path = make(tmp_path, 3)
    (path / "optimizer.pt").unlink()
    (path / "global_step3").mkdir()
    assert checkpoints.damage(path) == ""
    (path / "global_step3" / "zero_pp_rank_0_mp_rank_00_optim_states.pt").write_bytes(b"PK\x03\x04")
    assert "zero_pp_rank_0_mp_rank_00_optim_states.pt is torn" in checkpoints.damage(path)
