"""`--check` of sft, grpo and evaluate: tables on stdout, exit 0 or 2, nothing trained and nothing written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tokenizers_by_hand as by_hand
from small_rows import rows
from warm import Warm, training_commands

from kardia_cli.cli import check
from kardia_cli.errors import UsageError
from kardia_cli.rows import turn_format
from kardia_cli.screen.console import Console
from kardia_cli.training import tiny
from kardia_cli.training.settings import load


@pytest.fixture(scope="module")
def warm() -> Warm:
    return training_commands()


def model_folder(folder: Path, tokenizer: Any, rows: int | None = None) -> Path:
    """A folder as of a model whose weights are not there."""
    tokenizer.save_pretrained(folder)
    config = by_hand.config(tokenizer, rows=rows)
    config.architectures, config.dtype = ["Qwen2ForCausalLM"], "bfloat16"
    config.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("stage", ["sft", "grpo"])
def test_a_training_is_examined_without_weights_or_rows(
    stage: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = model_folder(tmp_path / "model", by_hand.byte_level())
    before = sorted(folder.iterdir())
    check.training(stage, str(folder), load(None, []), Console("kardia"))
    said = capsys.readouterr()
    assert "rows of all eight markers move" in said.out
    assert "at least" in said.out
    assert "assumed" in said.err
    assert "all 14 checks passed" in said.err
    assert sorted(folder.iterdir()) == before


def test_rows_tell_how_long_samples_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = model_folder(tmp_path / "model", by_hand.byte_level())
    check.training("sft", str(folder), load(None, []), Console("kardia"), rows())
    assert "assumed" not in capsys.readouterr().err


def test_settings_change_what_is_examined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = model_folder(tmp_path / "model", by_hand.byte_level())
    check.training("sft", str(folder), load(None, ["lora.r=0"]), Console("kardia"))
    assert "full training" in capsys.readouterr().out
    with pytest.raises(UsageError, match="one step"):
        check.training("sft", str(folder), load(None, ["lora.modules_to_save=[]"]), Console("kardia"))


def test_the_built_in_model_is_made_for_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    check.training("grpo", "tiny", load(None, []), Console("kardia"), rows())
    assert "saved and loaded it is the same" in capsys.readouterr().out


def test_a_model_that_breaks_is_refused_with_the_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = model_folder(tmp_path / "model", by_hand.byte_level(None))
    with pytest.raises(UsageError, match="there is none") as caught:
        check.training("sft", str(folder), load(None, []), Console("kardia"))
    assert "chat_template.jinja" in caught.value.remedy
    assert "BREAKS" in capsys.readouterr().out


def test_a_training_that_cannot_fit_is_a_warning_with_flags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = model_folder(tmp_path / "model", by_hand.byte_level(), rows=10_000)
    file = folder / "config.json"
    config = json.loads(file.read_text()) | {"hidden_size": 32768, "intermediate_size": 131072, "num_hidden_layers": 90}
    config.pop("layer_types")
    file.write_text(json.dumps(config))
    check.training("sft", str(folder), load(None, ["lora.r=0"]), Console("kardia"))
    said = capsys.readouterr().err
    assert "are free here" in said
    assert "lora.r=16" in said


def test_an_endpoint_has_nothing_to_examine(capsys: pytest.CaptureFixture[str]) -> None:
    check.measuring(["offline"], turn_format.load("kardia"), Console("kardia"))
    assert "nothing to check here" in capsys.readouterr().err


def test_what_cannot_be_trained_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be trained"):
        check.training("sft", "offline", load(None, []), Console("kardia"))


def test_sft_check_exits_0_and_leaves_no_folder(tmp_path: Path, warm: Warm) -> None:
    done = warm.run(tmp_path, "sft", "--check", "-o", "run")
    assert done.returncode == 0, done.stderr
    assert "end of turn" in done.stdout
    assert not list(tmp_path.iterdir())


def test_grpo_check_exits_2_where_a_check_fails(tmp_path: Path, warm: Warm) -> None:
    model_folder(tmp_path / "model", by_hand.word_piece())
    done = warm.run(tmp_path, "grpo", "--check", "--model", "model")
    assert done.returncode == 2, done.stderr
    assert "comes back as" in done.stderr
    assert "BREAKS" in done.stdout
    assert "Traceback" not in done.stderr


def test_evaluate_check_looks_at_a_model_as_it_is(tmp_path: Path, warm: Warm) -> None:
    tiny.build(rows(), tmp_path / "good", seed=1)
    model_folder(tmp_path / "bad", by_hand.byte_level(pad="<|im_end|>"))
    done = warm.run(tmp_path, "evaluate", "--check", "--model", "good", "--model", "bad")
    assert done.returncode == 2, done.stderr
    assert "preflight of good" in done.stdout
    assert "never learns to stop" in done.stderr
    assert warm.run(tmp_path, "evaluate", "--check", "--model", "good").returncode == 0
