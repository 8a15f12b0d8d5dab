"""Predicted memory: what can be counted exactly, against sums by hand."""

from __future__ import annotations

from typing import Any

import pytest

from kardia_cli.training.memory import prediction
from kardia_cli.training.memory.free import Free, free
from kardia_cli.training.memory.parts import GIB, Memory
from kardia_cli.training.memory.prediction import Machine, cache_size, count
from kardia_cli.training.plan import Plan, Start

LORA = {"r": 16, "lora_alpha": 32, "target_modules": "all-linear"}
SFT = {"per_device_train_batch_size": 4, "gradient_accumulation_steps": 32}
GRPO = {
    "per_device_train_batch_size": 8, "gradient_accumulation_steps": 32, "num_generations": 8,
    "max_completion_length": 384, "beta": 0.005,
}  # fmt: skip
CARD = 80 * GIB
GPU = Machine(gpu=True, number=2, card=CARD)


def config(kind: str, **sizes: Any) -> Any:
    from transformers import AutoConfig

    return AutoConfig.for_model(kind, **sizes)


@pytest.fixture(scope="module")
def half() -> Any:
    """The shape of Qwen2.5-0.5B."""
    return config(
        "qwen2", vocab_size=151936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24,
        num_attention_heads=14, num_key_value_heads=2, tie_word_embeddings=True, dtype="bfloat16",
    )  # fmt: skip


@pytest.fixture(scope="module")
def seven() -> Any:
    """The shape of Qwen2.5-7B."""
    return config(
        "qwen2", vocab_size=152064, hidden_size=3584, intermediate_size=18944, num_hidden_layers=28,
        num_attention_heads=28, num_key_value_heads=4, tie_word_embeddings=False, dtype="bfloat16",
    )  # fmt: skip


def predict(
    shape: Any, train: dict[str, Any], lora: dict[str, Any] | None = None, *, stage: prediction.Stage = "sft",
    tokens: int = 1000, gib: float = 79, machine: Machine = GPU, quantize: dict[str, Any] | None = None, **more: Any,
) -> Memory:  # fmt: skip
    plan = Plan(Start("x", None, "", False), train, lora, 0, quantize)
    there = Free(int(gib * GIB), "a card")
    return prediction.predict(shape, plan, stage=stage, tokens=tokens, machine=machine, available=there, **more)


def size(found: Memory, *names: str) -> float:
    return sum(part.size for part in found.parts if part.name in names)


def test_parameters_are_counted_as_published(half: Any, seven: Any) -> None:
    assert count(half).all == 494_032_768
    assert count(half).vocabulary == 151936 * 896
    assert count(seven).all == 7_615_616_512
    assert 16 * count(seven).rank == 40_370_176


def test_a_lora_on_two_projections_counts_these_alone(seven: Any) -> None:
    assert 8 * count(seven, ["q_proj", "v_proj"]).rank == 8 * 28 * (3584 + 3584 + 3584 + 512)


def test_full_training_keeps_16_bytes_a_parameter(half: Any) -> None:
    found = predict(half, SFT)
    assert size(found, "weights", "gradients", "optimiser") == 16 * 494_032_768
    assert found.total == 16 * 494_032_768 + size(found, "logits")


def test_lora_keeps_the_base_in_two_bytes_and_learns_adapter_and_vocabulary(seven: Any) -> None:
    found = predict(seven, SFT, LORA)
    vocabulary, adapter = 2 * 152064 * 3584, 40_370_176
    assert size(found, "weights") == 2 * 7_615_616_512
    assert size(found, "trained copies") == size(found, "gradients") == 4 * adapter + 2 * vocabulary
    assert size(found, "optimiser") == 2 * (4 * adapter + 2 * vocabulary)


def test_markers_that_are_trained_already_spare_the_vocabulary(seven: Any) -> None:
    assert size(predict(seven, SFT, LORA, untrained=0), "gradients") == 4 * 40_370_176


def test_four_bit_shrinks_the_linear_layers_to_about_half_a_byte(seven: Any) -> None:
    found = predict(seven, SFT, LORA, quantize={"load_in_4bit": True})
    linear, rest = count(seven).linear, count(seven).all - count(seven).linear
    assert size(found, "weights") == pytest.approx(0.52 * linear + 2 * rest)


def test_a_cheap_optimiser_is_a_quarter(half: Any) -> None:
    usual, few = (size(predict(half, {**SFT, **more}), "optimiser") for more in ({}, {"optim": "adamw_bnb_8bit"}))
    assert few == usual / 4


def test_sharding_splits_what_its_stage_splits(half: Any) -> None:
    alone = predict(half, SFT)
    zero2 = predict(half, SFT, machine=Machine(True, 8, 2, 2, CARD))
    fsdp = predict(half, SFT, machine=Machine(True, 8, 3, 2, CARD))
    assert size(zero2, "weights") == size(alone, "weights")
    assert size(zero2, "optimiser") == pytest.approx(size(alone, "optimiser") / 8, abs=1)
    assert size(fsdp, "weights") == pytest.approx(size(alone, "weights") / 8, abs=1)
    assert size(fsdp, "logits") == size(alone, "logits")


def test_a_token_of_the_seven_billion_model_takes_56_kib_of_cache(seven: Any) -> None:
    assert cache_size(seven, 2) == 2 * 28 * 4 * 128 * 2
    found = predict(seven, GRPO, LORA, stage="grpo", tokens=616)
    assert size(found, "key-value cache") == 57344 * 256 * 1000


def test_the_logits_of_a_step_are_those_of_a_tile_where_trl_computes_them_in_tiles(
    half: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trl.trainer import utils

    monkeypatch.setattr(utils, "add_fused_lm_head", None, raising=False)
    assert size(predict(half, SFT), "logits") == 4000 * 32768 * (2 + 8)
    packed = {**SFT, "packing": True, "max_length": 3000}
    assert size(predict(half, packed), "logits") == 4096 * 32768 * (2 + 8)
    monkeypatch.delattr(utils, "add_fused_lm_head")
    assert size(predict(half, SFT), "logits") == 4000 * 151936 * (2 + 8)
    assert size(predict(half, packed), "logits") == 12000 * 151936 * (2 + 8)


def test_generation_and_training_take_turns(seven: Any) -> None:
    found = predict(seven, GRPO, LORA, stage="grpo", tokens=900)
    sums = {
        phase: sum(part.size for part in found.parts if part.phase == phase)
        for phase in ("always", "training", "generation")
    }
    assert found.total == sums["always"] + max(sums["training"], sums["generation"])
    assert min(sums.values()) > 0


def test_a_reference_is_a_second_model_only_for_full_training_with_beta(half: Any) -> None:
    assert size(predict(half, GRPO, stage="grpo"), "reference") == 4 * 494_032_768
    assert size(predict(half, {**GRPO, "beta": 0.0}, stage="grpo"), "reference") == 0
    assert size(predict(half, GRPO, LORA, stage="grpo"), "reference") == 0


def test_vllm_in_the_same_process_takes_its_share_of_the_card_and_none_elsewhere(seven: Any) -> None:
    colocated = {**GRPO, "use_vllm": True, "vllm_gpu_memory_utilization": 0.35}
    awake = predict(seven, colocated, LORA, stage="grpo")
    asleep = predict(seven, {**colocated, "vllm_enable_sleep_mode": True}, LORA, stage="grpo")
    server = predict(seven, {**colocated, "vllm_mode": "server"}, LORA, stage="grpo")
    assert size(awake, "vLLM") == int(0.35 * CARD)
    assert size(server, "vLLM", "key-value cache") == 0
    assert awake.total > asleep.total
    small = predict(seven, {**colocated, "vllm_gpu_memory_utilization": 0.1}, LORA, stage="grpo")
    assert "too little for its weights" in next(part.note for part in small.parts if part.name == "vLLM")


def test_what_fits_needs_no_advice(half: Any) -> None:
    found = predict(half, SFT)
    assert found.fits
    assert found.advice == ()


def test_a_lora_is_named_where_seven_billion_do_not_fit_and_needless_flags_are_not(seven: Any) -> None:
    found = predict(seven, SFT)
    assert not found.fits
    assert len(found.advice) == 1
    assert found.advice[0].startswith("--set lora.r=16: at least")
    assert found.advice[0].endswith("fits")


def test_on_a_small_card_several_flags_come_together(seven: Any) -> None:
    found = predict(seven, {**GRPO, "gradient_checkpointing": False}, stage="grpo", gib=22)
    text = "\n".join(found.advice)
    for flag in ("lora.r=16", "quantize.load_in_4bit=true", "generation_batch_size"):
        assert flag in text
    assert found.advice[-1].endswith("fits")


def test_a_smaller_batch_keeps_the_global_one(seven: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from trl.trainer import utils

    monkeypatch.delattr(utils, "add_fused_lm_head", raising=False)
    line = predict(seven, {**SFT, "per_device_train_batch_size": 16}, LORA, tokens=4000, gib=50).advice[0]
    assert "per_device_train_batch_size=4" in line
    assert "gradient_accumulation_steps=128" in line


def test_without_a_reference_is_offered_where_that_is_enough(half: Any) -> None:
    needed = predict(half, GRPO, stage="grpo").total / GIB
    found = predict(
        half, {**GRPO, "per_device_train_batch_size": 1, "gradient_accumulation_steps": 8}, stage="grpo", gib=9
    )
    assert needed > 9
    assert any("train.beta=0.0" in line for line in found.advice)


def test_where_nothing_is_enough_that_is_said(seven: Any) -> None:
    assert "more GPUs" in predict(seven, SFT, gib=2).advice[-1]
    assert "vllm serve" in predict(seven, {"per_device_train_batch_size": 32}, stage="evaluate", gib=2).advice[-1]


def test_the_table_ends_with_the_lower_bound_and_what_is_free(half: Any) -> None:
    found = predict(half, SFT)
    table = found.table()
    assert [row["what"] for row in table[-2:]] == ["at least", "free"]
    assert "activations come on top" in table[-2]["how"]
    assert table[-2]["GiB"] == found.total / GIB
    assert {row["when"] for row in table[:-2]} == {"always", "training"}


def test_free_memory_is_that_of_this_machine() -> None:
    there = free()
    assert 0 < there.size < 2**50
    assert there.where
