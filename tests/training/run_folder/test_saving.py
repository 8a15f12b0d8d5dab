"""What a training leaves: a whole model, merged in float32 and cast once, and an adapter that finds its base."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_rows import rows

from kardia_cli.chat.local import adapter as local_adapter
from kardia_cli.errors import ProviderError
from kardia_cli.training import tiny
from kardia_cli.training.run_folder import proof, saving
from kardia_cli.weights.fingerprint import folder_hash

TEXTS = [[5, 60, 70, 80, 90, 100, 110], [7, 8, 9]]


def base(folder: Path, dtype: str) -> Path:
    """A tiny model that keeps its weights in this number format."""
    import torch
    from transformers import AutoModelForCausalLM

    tiny.build(rows(), folder, seed=3)
    AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype)).save_pretrained(folder)
    return folder


def loaded(folder: Path) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder, dtype="float32").eval()
    return model, AutoTokenizer.from_pretrained(folder)


def with_lora(model: Any, size: float) -> Any:
    """The model under an adapter that was trained, so to speak: random weights of this size."""
    import torch
    from peft import LoraConfig, get_peft_model

    adapted = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM")).eval()
    torch.manual_seed(1)
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=size)
    return adapted


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder whose checkpoint stores texts."""
    folder = tmp_path / "runs" / "sft"
    checkpoint = folder / "checkpoints" / "checkpoint-3"
    checkpoint.mkdir(parents=True)
    (checkpoint / proof.FILE).write_text(json.dumps({"dtype": "float32", "ids": TEXTS, "log_probs": []}))
    return folder


def test_an_adapter_is_merged_in_float32_and_cast_once_to_the_bases_format(run: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    start = base(tmp_path / "base", "bfloat16")
    model, tokenizer = loaded(start)
    adapted = with_lora(model, 0.05)
    layer = adapted.base_model.model.model.layers[0].mlp.up_proj
    change = layer.get_delta_weight("default").detach().clone()
    expected = (layer.base_layer.weight.detach() + change).to(torch.bfloat16)
    said: list[str] = []
    lost = saving.save(adapted, tokenizer, run, start, str(start), say=said.append)
    saved = load_file(run / "model" / "model.safetensors")
    assert {value.dtype for value in saved.values()} == {torch.bfloat16}
    assert torch.equal(saved["model.layers.0.mlp.up_proj.weight"], expected)
    assert lost is not None
    assert 1e-4 < lost < saving.WORTH_A_WARNING
    assert f"move by at most {lost:.2g} nats; training moved them by up to" in said[0]
    assert saving.cost(run) == lost


def test_nothing_is_lost_where_the_base_is_float32(run: Path, tmp_path: Path) -> None:
    start = base(tmp_path / "base", "float32")
    model, tokenizer = loaded(start)
    lost = saving.save(with_lora(model, 0.05), tokenizer, run, start, str(start))
    assert lost is not None
    assert lost < 1e-4


def test_a_cast_that_costs_more_is_a_warning_with_the_number(run: Path, tmp_path: Path) -> None:
    start = base(tmp_path / "base", "bfloat16")
    model, tokenizer = loaded(start)
    model.lm_head.weight.data *= 1.003
    model.model.norm.weight.data *= 40  # far logits: the same rounding moves them more
    said: list[str] = []
    lost = saving.save(model, tokenizer, run, start, str(start), say=said.append)
    assert lost is not None
    assert lost > saving.WORTH_A_WARNING
    assert said[0].startswith("warning: saved as bfloat16")
    assert f"{lost:.2g}" in said[0]


def test_a_model_of_which_all_was_trained_is_cast_and_measured_alike(run: Path, tmp_path: Path) -> None:
    start = base(tmp_path / "base", "bfloat16")
    model, tokenizer = loaded(start)
    model.lm_head.weight.data *= 1.003
    lost = saving.save(model, tokenizer, run, start, "hf/some/model")
    assert lost is not None
    assert 0 < lost < saving.WORTH_A_WARNING
    assert not (run / "adapter").exists()


def test_without_a_stored_text_the_cost_is_said_to_be_unknown(tmp_path: Path) -> None:
    start = base(tmp_path / "base", "float32")
    said: list[str] = []
    (tmp_path / "run").mkdir()
    assert saving.save(*loaded(start), tmp_path / "run", start, str(start), say=said.append) is None
    assert "not known" in said[0]


def saved_adapter(run: Path, start: Path, name: str) -> Path:
    model, tokenizer = loaded(start)
    saving.save(with_lora(model, 0.05), tokenizer, run, start, name)
    return run / "adapter"


def test_an_adapter_opens_from_any_working_directory_and_names_no_path_of_this_machine(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from peft import AutoPeftModelForCausalLM

    adapter = saved_adapter(run, base(tmp_path / "base", "float32"), str(tmp_path / "base"))
    for file in adapter.iterdir():
        assert str(tmp_path) not in file.read_bytes().decode("utf-8", "ignore"), file.name
    assert json.loads((adapter / "adapter_config.json").read_text())["base_model_name_or_path"] == "../../../base"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    here = proof.log_probs(local_adapter.load(adapter, dtype="float32").eval(), TEXTS)
    merged, _ = loaded(run / "model")
    assert proof.difference(here, proof.log_probs(merged, TEXTS)) < 1e-4
    monkeypatch.chdir(adapter)
    alone = AutoPeftModelForCausalLM.from_pretrained(".").eval()
    assert proof.difference(here, proof.log_probs(alone, TEXTS)) == 0


def test_an_adapter_moves_with_its_tree(run: Path, tmp_path: Path) -> None:
    saved_adapter(run, base(tmp_path / "base", "float32"), "base")
    (tmp_path / "moved").mkdir()
    for name in ("runs", "base"):
        (tmp_path / name).rename(tmp_path / "moved" / name)
    adapter = tmp_path / "moved" / "runs" / "sft" / "adapter"
    assert local_adapter.base_folder(adapter) == (tmp_path / "moved" / "base").resolve()


def test_an_adapter_is_not_put_on_another_model(run: Path, tmp_path: Path) -> None:
    start = base(tmp_path / "base", "float32")
    adapter = saved_adapter(run, start, str(start))
    made_for = folder_hash(start)
    model, _ = loaded(start)
    model.lm_head.weight.data *= 1.5
    model.save_pretrained(start)
    with pytest.raises(ProviderError, match=f"made for base .{made_for}.*another model"):
        local_adapter.base_folder(adapter)


def test_a_base_that_is_gone_is_named_with_its_hash(run: Path, tmp_path: Path) -> None:
    start = base(tmp_path / "base", "float32")
    adapter = saved_adapter(run, start, str(start))
    start.rename(tmp_path / "away")
    with pytest.raises(ProviderError, match=r"base of .* is not here: base"):
        local_adapter.load(adapter)


def test_a_base_of_the_hub_keeps_its_name(run: Path, tmp_path: Path) -> None:
    adapter = saved_adapter(run, base(tmp_path / "cache", "float32"), "hf/some/model")
    assert json.loads((adapter / "adapter_config.json").read_text())["base_model_name_or_path"] == "some/model"
    assert local_adapter.base_folder(adapter) is None


@pytest.mark.parametrize(
    ("where", "adapter", "way"),
    [
        ("/srv/models/qwen", "/srv/runs/sft/adapter", "qwen"),
        ("/home/alice/models/qwen", "/home/alice/runs/sft/adapter", "../../../models/qwen"),
        ("/home/alice/models/qwen", "/data/runs/sft/adapter", "qwen"),
        ("/data/p/runs/sft/base", "/data/p/runs/sft/adapter", "../base"),
    ],
)
def test_the_way_to_a_base_tells_nothing_above_the_tree_they_share(where: str, adapter: str, way: str) -> None:
    assert saving.relative(Path(where), Path(adapter)) == way


def test_a_quantised_base_is_loaded_unquantised_for_the_merge(run: Path, tmp_path: Path) -> None:
    """The merged weights are the unquantised base plus what the adapter learned, whatever it learned on."""
    pytest.importorskip("bitsandbytes")
    import torch
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    start = base(tmp_path / "base", "bfloat16")
    bits = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float32)
    model = AutoModelForCausalLM.from_pretrained(start, quantization_config=bits, dtype="float32")
    adapted = with_lora(model, 0.05)
    layer = adapted.base_model.model.model.layers[0].mlp.up_proj
    change = layer.get_delta_weight("default").detach().float()
    said: list[str] = []
    _, tokenizer = loaded(start)
    saving.save(adapted, tokenizer, run, start, str(start), say=said.append)
    name = "model.layers.0.mlp.up_proj.weight"
    before = load_file(start / "model.safetensors")[name].float()
    assert torch.equal(load_file(run / "model" / "model.safetensors")[name], (before + change).to(torch.bfloat16))
    assert "quantization_config" not in json.loads((run / "model" / "config.json").read_text())
    assert "from the quantised one it learned on" in said[0]
