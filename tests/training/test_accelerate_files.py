"""The files for `accelerate launch` are ones that accelerate takes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "accelerate"


def arguments(name: str) -> argparse.Namespace:
    """What `accelerate launch --config_file …` makes of the file and the command that stands in it."""
    from accelerate.commands.launch import _validate_launch_command, launch_command_parser

    lines = [line.lstrip("# ").rstrip("\\ \n") for line in (FOLDER / name).read_text().splitlines() if line[:1] == "#"]
    at = next(number for number, line in enumerate(lines) if line.startswith("accelerate launch --config_file"))
    words = " ".join(lines[at : at + 2]).split()[2:]
    assert words[1] == f"examples/accelerate/{name}"
    words[1] = str(FOLDER / name)
    found, _, _ = _validate_launch_command(launch_command_parser().parse_args(words))
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.yaml")))
def test_the_command_in_each_file_starts_kardia_as_a_module_with_that_file(name: str) -> None:
    found: Any = arguments(name)
    assert found.module
    assert (found.training_script, found.training_script_args[0]) == ("kardia_cli", "sft")
    assert found.mixed_precision == "bf16"
    assert found.use_fsdp == (name == "fsdp.yaml")
    assert found.use_deepspeed == (name != "fsdp.yaml")
    if found.use_deepspeed:
        assert f"zero{found.zero_stage}.yaml" == name


def test_the_fsdp_file_makes_a_plugin_that_gives_back_a_whole_model(monkeypatch: pytest.MonkeyPatch) -> None:
    from accelerate.utils import FullyShardedDataParallelPlugin
    from accelerate.utils.launch import prepare_multi_gpu_env

    for key, value in prepare_multi_gpu_env(arguments("fsdp.yaml")).items():
        monkeypatch.setenv(key, value)
    plugin = FullyShardedDataParallelPlugin()
    assert plugin.fsdp_version == 2
    assert plugin.reshard_after_forward is True
    assert not plugin.cpu_ram_efficient_loading
    assert not plugin.activation_checkpointing


def test_zero3_gathers_the_weights_that_are_saved() -> None:
    assert arguments("zero3.yaml").zero3_save_16bit_model in (True, "true")
