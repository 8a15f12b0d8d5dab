"""A LoRA adapter folder as a model: the base speaks, changed by the adapter."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from small_rows import rows

from kardia_cli.chat import names
from kardia_cli.chat.local.backend import LocalChat
from kardia_cli.errors import ProviderError
from kardia_cli.rows.request import Reply, Request
from kardia_cli.training import tiny


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(rows(), tmp_path_factory.mktemp("base"), seed=3)


@pytest.fixture(scope="module")
def adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter with random weights, as PEFT saves it: without a tokenizer."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    folder = tmp_path_factory.mktemp("adapter")
    config = LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        get_peft_model(AutoModelForCausalLM.from_pretrained(base), config).save_pretrained(folder)
    return folder


def ask(folder: Path, *limits: int) -> list[Reply]:
    """The greedy replies to one question under these limits, in one batch."""

    async def replies() -> list[Reply]:
        chat = LocalChat(folder)
        question = [{"role": "user", "content": "I cannot sleep."}]
        try:
            requests = [Request(question, "test", sampling={"max_tokens": limit}) for limit in limits]
            return list(await asyncio.gather(*(chat.complete(request) for request in requests)))
        finally:
            await chat.aclose()

    return asyncio.run(replies())


def test_an_adapter_changes_the_reply_and_the_hash(base: Path, adapter: Path) -> None:
    assert ask(adapter, 12)[0].text != ask(base, 12)[0].text
    assert LocalChat(adapter).hash != LocalChat(base).hash


def test_an_adapter_says_what_its_merged_model_says(base: Path, adapter: Path, tmp_path: Path) -> None:
    from peft import AutoPeftModelForCausalLM
    from transformers import AutoTokenizer

    AutoPeftModelForCausalLM.from_pretrained(adapter).merge_and_unload().save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(base).save_pretrained(tmp_path)
    assert ask(tmp_path, 12) == ask(adapter, 12)


def test_rows_of_an_adapter_end_at_their_own_limits(adapter: Path) -> None:
    together = ask(adapter, 3, 6, 12, 12)
    assert together == [ask(adapter, limit)[0] for limit in (3, 6, 12, 12)]


def test_an_adapter_folder_is_a_models_name(adapter: Path) -> None:
    assert names.resolve(str(adapter)).folder == adapter


def test_an_adapter_whose_base_is_gone_says_which(adapter: Path, tmp_path: Path) -> None:
    import json

    config = json.loads((adapter / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = "/no/such/base"
    (tmp_path / "adapter_config.json").write_text(json.dumps(config))
    with pytest.raises(ProviderError, match="/no/such/base"):
        ask(tmp_path, 3)
