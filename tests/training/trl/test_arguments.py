"""What the samples decide, and what is said before a training starts."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from small_rows import rows

from kardia_cli.errors import UsageError
from kardia_cli.training import samples, tiny
from kardia_cli.training.plan import Plan, Start
from kardia_cli.training.settings import Settings, load
from kardia_cli.training.trl import arguments


def table(*sets: str, packing: bool = False) -> dict[str, Any]:
    """The table of a real model, as on a machine with or without a GPU."""
    found = arguments.sft_table(load(None, [f"train.packing={str(packing).lower()}", *sets]), False, True)
    assert ("gradient_accumulation_steps" in found) != (packing and not any("accumulation" in text for text in sets))
    return found


def test_samples_are_not_packed_on_a_cpu_unless_the_user_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arguments, "_gpu", lambda: False)
    assert arguments.sft_table(Settings(), False, True)["packing"] is False
    assert arguments.sft_table(load(None, ["train.packing=true"]), False, True)["packing"] is True


def test_samples_are_packed_on_a_gpu_unless_the_user_says_no_and_never_for_tiny(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arguments, "_gpu", lambda: True)
    assert arguments.sft_table(Settings(), False, True)["packing"] is True
    assert arguments.sft_table(load(None, ["train.packing=false"]), False, True)["packing"] is False
    assert arguments.sft_table(Settings(), True, True)["packing"] is False


@pytest.mark.parametrize(("longest", "context", "expected"), [(65, 4096, 128), (128, 4096, 128), (130, 140, 140)])
def test_max_length_is_the_longest_sample_rounded_up_and_at_most_the_context(
    longest: int, context: int, expected: int
) -> None:
    assert arguments.measured(table(), [10, longest, 20], context)["max_length"] == expected


def test_an_explicit_max_length_wins_and_the_context_bounds_it() -> None:
    assert arguments.measured(table("train.max_length=100"), [10, 20], 4096)["max_length"] == 100
    assert arguments.token_limit(table("train.max_length=100"), 4096) == 100
    assert arguments.token_limit(table("train.max_length=5000"), 4096) == 4096
    assert arguments.token_limit(table(), 4096) == 4096
    with pytest.raises(UsageError, match="max_length"):
        arguments.token_limit(table("train.max_length=long"), 4096)


@pytest.mark.parametrize("strategy", ["bfd", "wrapped"])
def test_packed_rows_are_counted_as_trl_packs_them(strategy: str) -> None:
    from datasets import Dataset
    from trl.data_utils import pack_dataset

    draw = random.Random(3)
    lengths = [draw.randint(1, 300) for _ in range(2300)]
    packed = pack_dataset(Dataset.from_dict({"input_ids": [[7] * n for n in lengths]}), 300, strategy)
    assert arguments.packs(lengths, 300, strategy) == len(packed)


def test_a_packed_step_still_learns_from_about_128_supporter_turns() -> None:
    lengths = [100] * 4000
    found = arguments.measured(table("train.max_length=400", packing=True), lengths, 4096)
    assert found["gradient_accumulation_steps"] * 4 * 4 == 128
    own = table("train.gradient_accumulation_steps=3", "train.max_length=400", packing=True)
    assert "gradient_accumulation_steps" not in arguments.measured(own, lengths, 4096)


def test_a_run_shorter_than_its_first_checkpoint_is_saved_and_measured_at_its_end() -> None:
    found = arguments.measured(table(), [50] * 1280, 4096)
    assert (found["save_steps"], found["eval_steps"]) == (20, 20)
    assert "save_steps" not in arguments.measured(table(), [50] * 12800, 4096)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(rows(), tmp_path_factory.mktemp("tiny"), seed=0)


def steps_of(trainer: Any) -> int:
    """Steps that transformers' Trainer itself counts before it starts."""
    return int(trainer.set_initial_training_values(trainer.args, trainer.get_train_dataloader())[6])


def plan_of(found: dict[str, Any]) -> Plan:
    return Plan(Start("tiny", None, "", tiny=True), found, None, 0)


@pytest.mark.parametrize(("batch", "accumulation", "epochs"), [(4, 1, 2), (4, 3, 2), (3, 2, 1.5), (64, 2, 1)])
def test_sft_steps_are_counted_as_trl_counts_them(base: Path, batch: int, accumulation: int, epochs: float) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    tokenizer = AutoTokenizer.from_pretrained(base)
    made = samples.for_sft(rows(9), tokenizer, 4096)
    sets = [f"train.per_device_train_batch_size={batch}", f"train.gradient_accumulation_steps={accumulation}"]
    found = table(
        *sets, f"train.num_train_epochs={epochs}", "train.eval_strategy=no", "train.load_best_model_at_end=false"
    )
    trainer = SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(base),
        args=arguments.trainer_config(SFTConfig, plan_of(found), base, max_length=None),
        train_dataset=samples.dataset(made.items),
        processing_class=tokenizer,
    )
    assert arguments.sft_steps(found, len(made.items)) == steps_of(trainer)


@pytest.mark.parametrize(
    "sets", [[], ["steps_per_generation=4"], ["num_iterations=2"], ["gradient_accumulation_steps=4"]]
)
def test_grpo_steps_are_counted_as_trl_counts_them(base: Path, sets: list[str]) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import GRPOConfig, GRPOTrainer

    tokenizer = AutoTokenizer.from_pretrained(base)
    made = samples.for_grpo(rows(9), tokenizer, 4096)
    sets = [
        "per_device_train_batch_size=4",
        "num_generations=4",
        "gradient_accumulation_steps=2",
        "max_steps=-1",
        *sets,
    ]
    settings = load(None, [f"train.{text}" for text in [*sets, "num_train_epochs=3"]])
    found = arguments.grpo_table(settings, is_tiny=True, weights={"a": 1.0})
    trainer = GRPOTrainer(
        model=AutoModelForCausalLM.from_pretrained(base),
        reward_funcs=[lambda completions, **_: [0.0] * len(completions)],
        args=arguments.trainer_config(GRPOConfig, plan_of(found), base),
        train_dataset=samples.dataset(made.items),
        processing_class=tokenizer,
    )
    assert arguments.grpo_steps(found, len(made.items)) == steps_of(trainer)


def test_the_briefing_of_sft_counts_supporter_turns_steps_tokens_and_warm_up() -> None:
    found = table("train.max_length=256")
    lines = "\n".join(arguments.briefing("sft", found, [100, 200] * 6400))
    assert "12,800 samples (supporter turns): 150 tokens on average, the longest 200; max_length 256" in lines
    assert (
        "128 supporter turns a global batch (the paper's is 128; that it counts supporter turns is our reading)"
        in lines
    )
    assert "200 steps of about 19,200 tokens; warm-up takes 6 steps" in lines
    assert "warning" not in lines


def test_the_briefing_of_packed_rows_still_counts_supporter_turns() -> None:
    found = table("train.max_length=400", packing=True)
    lengths = [100] * 4000
    lines = "\n".join(arguments.briefing("sft", {**found, **arguments.measured(found, lengths, 4096)}, lengths))
    assert "packed into 1,000 rows of 400" in lines
    assert "128 supporter turns a global batch" in lines
    assert "64 steps of about 12,800 tokens" in lines


def test_the_briefing_of_grpo_counts_completions_contexts_and_the_most_tokens() -> None:
    found = arguments.grpo_table(load(None, ["train.max_completion_length=100"]), is_tiny=False, weights={"a": 1.0})
    lines = "\n".join(arguments.briefing("grpo", found, [300] * 3200))
    assert "3,200 samples (contexts): prompts of 300 tokens on average, 8 completions each" in lines
    assert "a global batch of 32 completions: 4 contexts of 8 (the paper's is 32, counted in completions" in lines
    assert "1,600 steps of at most 12,800 tokens; warm-up takes 0 steps" in lines


def test_fewer_than_100_steps_are_warned_of_with_what_would_help() -> None:
    found = {**table(), "max_length": 64}
    assert "so few steps: 2 here; give more rows" in arguments.briefing("sft", found, [50] * 128)[-1]
    short = {**table("train.max_steps=7"), "max_length": 64}
    assert "so few steps: 7 here; give a higher train.max_steps" in arguments.briefing("sft", short, [50] * 128)[-1]
