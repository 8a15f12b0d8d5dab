"""Where the settings of a run come from and which are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from kardia_cli.errors import UsageError
from kardia_cli.training import models
from kardia_cli.training.settings import Settings, load
from kardia_cli.training.trl import arguments

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_set_wins_over_the_file_and_other_tables_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "sft.toml"
    file.write_text('[train]\nlearning_rate = 1e-4\nmax_steps = 5\n[models.judge]\nname = "x"\n')
    settings = load(file, ["train.learning_rate=3e-4", "lora.r=8"])
    assert settings == Settings({"learning_rate": 3e-4, "max_steps": 5}, {"r": 8})


def test_a_value_is_toml_and_else_a_string() -> None:
    settings = load(None, ["train.bf16=false", "train.optim=adamw_torch", 'lora.target_modules=["q_proj"]'])
    assert settings.train == {"bf16": False, "optim": "adamw_torch"}
    assert settings.lora == {"target_modules": ["q_proj"]}


@pytest.mark.parametrize("text", ["learning_rate=1", "train.learning_rate", "trian.x=1"])
def test_a_setting_without_a_known_table_or_value_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--set"):
        load(None, [text])


def test_a_misspelt_table_of_the_file_names_the_right_one(tmp_path: Path) -> None:
    file = tmp_path / "sft.toml"
    file.write_text("[trian]\nmax_steps = 5\n")
    with pytest.raises(UsageError) as caught:
        load(file)
    assert caught.value.remedy == "did you mean [train]?"


def test_no_lora_table_means_lora_for_a_real_model_and_all_parameters_for_tiny() -> None:
    assert models.lora_table(Settings(), is_tiny=True) is None
    table = models.lora_table(Settings(), is_tiny=False)
    assert table is not None
    assert table["r"] == 16
    assert models.lora_table(load(None, ["lora.r=0"]), is_tiny=False) is None
    assert models.lora_table(load(None, ["lora.r=4"]), is_tiny=True) == {**models.LORA, "r": 4}


@pytest.mark.parametrize(
    ("setting", "remedy"),
    [("train.learning_rat=1", "learning_rate"), ("train.output_dir=x", "run folder"), ("train.seed=3", "--seed")],
)
def test_an_unknown_or_owned_key_of_the_trainer_is_refused_with_a_remedy(setting: str, remedy: str) -> None:
    with pytest.raises(UsageError) as caught:
        arguments.sft_table(load(None, [setting]), is_tiny=True, has_dev=True)
    assert remedy in caught.value.remedy


def test_an_unknown_key_of_lora_names_its_neighbour() -> None:
    with pytest.raises(UsageError) as caught:
        models.lora_table(load(None, ["lora.lora_alfa=3"]), is_tiny=False)
    assert "lora_alpha" in caught.value.remedy


def test_a_real_model_trains_on_the_papers_batches() -> None:
    sft = arguments.sft_table(Settings(), is_tiny=False, has_dev=True)
    assert sft["per_device_train_batch_size"] * sft["gradient_accumulation_steps"] == 128
    assert (sft["num_train_epochs"], sft["learning_rate"]) == (2, 1e-4)
    grpo = arguments.grpo_table(load(None, ["train.per_device_train_batch_size=4"]), is_tiny=False, weights={"a": 1.0})
    assert arguments.contexts_per_step(grpo) == 4
    assert grpo["per_device_train_batch_size"] * grpo["gradient_accumulation_steps"] == 32
    assert (grpo["num_generations"], grpo["learning_rate"], grpo["reward_weights"]) == (8, 1e-6, [1.0])


def test_eight_processes_share_the_32_completions_of_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "8")
    grpo = arguments.grpo_table(Settings(), is_tiny=False, weights={"a": 1.0})
    assert (grpo["per_device_train_batch_size"], grpo["gradient_accumulation_steps"]) == (4, 1)
    assert arguments.contexts_per_step(grpo) == 4


def test_grpo_saves_on_whole_generation_rounds() -> None:
    settings = load(None, ["train.save_steps=5", "train.steps_per_generation=2", "train.num_iterations=2"])
    assert arguments.grpo_table(settings, is_tiny=True, weights={"a": 1.0})["save_steps"] == 8


def test_the_example_files_hold_only_keys_that_trl_and_peft_know() -> None:
    sft, grpo = load(EXAMPLES / "sft.toml"), load(EXAMPLES / "grpo.toml")
    assert arguments.sft_table(sft, is_tiny=False, has_dev=True)["learning_rate"] == sft.train["learning_rate"]
    assert arguments.grpo_table(grpo, is_tiny=False, weights={"a": 1.0})["beta"] == grpo.train["beta"]
    for settings in (sft, grpo):
        table = models.lora_table(settings, is_tiny=False)
        assert table is not None
        assert settings.lora is not None
        assert table["r"] == settings.lora["r"]
