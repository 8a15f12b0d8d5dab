"""The [quantize] table: its defaults, what is refused, and what is missing here."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from small_rows import rows

from kardia_cli.errors import MissingExtra, UsageError
from kardia_cli.stages.sft import run_sft
from kardia_cli.training import models, quantize
from kardia_cli.training.settings import load


def table(*sets: str) -> dict[str, Any] | None:
    settings = load(None, list(sets))
    return quantize.table(settings, models.lora_table(settings, is_tiny=False))


def test_no_quantising_unless_it_is_asked_for() -> None:
    assert table() is None
    assert table("quantize.load_in_4bit=false") is None
    assert quantize.loading(None) == {}
    quantize.require(None)


def test_four_bits_mean_nf4_twice_quantised_computing_in_bfloat16_and_the_user_wins() -> None:
    assert table("quantize.load_in_4bit=true") == quantize.DEFAULTS
    changed = table("quantize.load_in_4bit=true", "quantize.bnb_4bit_quant_type=fp4")
    assert changed == {**quantize.DEFAULTS, "bnb_4bit_quant_type": "fp4"}
    assert table("quantize.load_in_8bit=true") == {"load_in_8bit": True}


def test_the_table_of_a_file_counts_too(tmp_path: Path) -> None:
    file = tmp_path / "sft.toml"
    file.write_text("[quantize]\n")
    assert quantize.table(load(file), {"r": 8}) == quantize.DEFAULTS


def test_a_misspelt_key_names_its_neighbour() -> None:
    with pytest.raises(UsageError) as caught:
        table("quantize.load_in_4bits=true")
    assert "load_in_4bit" in caught.value.remedy


def test_a_quantised_base_needs_a_lora() -> None:
    with pytest.raises(UsageError, match="all parameters are trained"):
        table("quantize.load_in_4bit=true", "lora.r=0")


@pytest.mark.skipif(importlib.util.find_spec("bitsandbytes") is not None, reason="bitsandbytes is installed")
def test_without_bitsandbytes_the_command_says_what_to_install_and_makes_no_run_folder(tmp_path: Path) -> None:
    settings = load(None, ["quantize.load_in_4bit=true", "lora.r=4"])
    with pytest.raises(MissingExtra) as caught:
        run_sft(rows(), tmp_path / "run", model="tiny", settings=settings, seed=0, fresh=False, say=print, emit=print)
    assert "pip install bitsandbytes" in caught.value.remedy
    assert not (tmp_path / "run").exists()


def test_without_a_gpu_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    with pytest.raises(UsageError, match="needs a CUDA GPU"):
        quantize.require(dict(quantize.DEFAULTS))


def test_weights_that_are_spread_over_processes_are_not_quantised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    with pytest.raises(UsageError, match="FSDP or ZeRO-3"):
        quantize.require(dict(quantize.DEFAULTS))
