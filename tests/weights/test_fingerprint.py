"""Who a model folder is: what changes its hash, and what must not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_rows import rows

from kardia_cli.chat.local.backend import LocalChat
from kardia_cli.training import tiny
from kardia_cli.weights.fingerprint import folder_hash


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(rows(), tmp_path_factory.mktemp("model"), seed=3)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "model"))


def edit(file: Path, **values: Any) -> None:
    """Set values of a JSON file, which need not exist."""
    table = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps({**table, **values}))


def flip_last_byte(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


def append(file: Path, text: str = " ") -> None:
    file.write_text((file.read_text() if file.exists() else "") + text)


def add_template(folder: Path) -> None:
    (folder / "additional_chat_templates").mkdir()
    append(folder / "additional_chat_templates" / "tools.jinja", "x")


def lay_out_anew(file: Path) -> None:
    values = json.loads(file.read_text())
    file.write_text(json.dumps(dict(reversed(values.items())), indent=9))


CHANGES: dict[str, Callable[[Path], None]] = {
    "a weight": lambda f: flip_last_byte(f / "model.safetensors"),
    "the tokenizer": lambda f: append(f / "tokenizer.json"),
    "the tokenizer's end token": lambda f: edit(f / "tokenizer_config.json", eos_token="x"),
    "the chat template": lambda f: append(f / "chat_template.jinja"),
    "a chat template in JSON": lambda f: edit(f / "chat_template.json", chat_template="x"),
    "another chat template": add_template,
    "a special token": lambda f: edit(f / "special_tokens_map.json", eos_token="x"),
    "an added token": lambda f: edit(f / "added_tokens.json", x=7),
    "the shape": lambda f: edit(f / "config.json", rms_norm_eps=0.1),
    "an end token of the generation defaults": lambda f: edit(f / "generation_config.json", eos_token_id=[2, 3]),
}
KEEPS: dict[str, Callable[[Path], None]] = {
    "a readme": lambda f: append(f / "README.md", "mine"),
    "notes": lambda f: append(f / "notes.md", "mine"),
    "training arguments": lambda f: append(f / "training_args.bin", "x"),
    "an optimizer's state": lambda f: append(f / "optimizer.pt", "x"),
    "a path in the config": lambda f: edit(f / "config.json", _name_or_path="/somewhere/else"),
    "the version that saved it": lambda f: edit(f / "config.json", transformers_version="9.9"),
    "a temperature among the generation defaults": lambda f: edit(f / "generation_config.json", temperature=0.1),
    "one end token as a list": lambda f: edit(f / "generation_config.json", eos_token_id=[2]),
    "where the tokenizer was loaded from": lambda f: edit(f / "tokenizer_config.json", is_local=True),
    "the layout of the config": lambda f: lay_out_anew(f / "config.json"),
    "the same weights pickled too": lambda f: append(f / "pytorch_model.bin", "x"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_another_hash_where_this_changes(folder: Path, what: str) -> None:
    before = folder_hash(folder)
    CHANGES[what](folder)
    assert folder_hash(folder) != before


@pytest.mark.parametrize("what", KEEPS)
def test_the_same_hash_where_this_changes(folder: Path, what: str) -> None:
    before = folder_hash(folder)
    KEEPS[what](folder)
    assert folder_hash(folder) == before


def test_a_hash_has_16_hex_digits_and_the_backend_shows_it(folder: Path) -> None:
    assert len(folder_hash(folder)) == 16
    assert int(folder_hash(folder), 16)
    assert LocalChat(folder).hash == folder_hash(folder)


def test_a_model_that_was_loaded_and_saved_again_is_the_same(folder: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    AutoModelForCausalLM.from_pretrained(folder).save_pretrained(tmp_path / "again")
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path / "again")
    assert folder_hash(tmp_path / "again") == folder_hash(folder)


def test_the_order_of_layers_counts_though_the_order_of_adapted_modules_does_not(folder: Path) -> None:
    edit(folder / "config.json", layer_types=["full_attention", "sliding_attention"])
    edit(folder / "adapter_config.json", target_modules=["a", "b"])
    before = folder_hash(folder)
    edit(folder / "adapter_config.json", target_modules=["b", "a"])
    assert folder_hash(folder) == before
    edit(folder / "config.json", layer_types=["sliding_attention", "full_attention"])
    assert folder_hash(folder) != before


def test_a_config_that_is_no_json_still_has_a_hash(folder: Path) -> None:
    (folder / "config.json").write_text("{")
    broken = folder_hash(folder)
    (folder / "config.json").write_text("[]")
    assert folder_hash(folder) != broken


class TestAdapter:
    """An adapter is its own bytes and its base."""

    @pytest.fixture
    def adapter(self, folder: Path, tmp_path: Path) -> Path:
        adapter = tmp_path / "adapter"
        adapter.mkdir()
        (adapter / "adapter_model.safetensors").write_bytes(b"weights")
        edit(adapter / "adapter_config.json", base_model_name_or_path=str(folder), r=4)
        return adapter

    def test_a_change_of_its_base_folder_changes_it(self, adapter: Path, folder: Path) -> None:
        before = folder_hash(adapter)
        flip_last_byte(folder / "model.safetensors")
        assert folder_hash(adapter) != before

    def test_where_its_base_folder_lies_does_not(self, adapter: Path, folder: Path, tmp_path: Path) -> None:
        before = folder_hash(adapter)
        folder.rename(tmp_path / "moved")
        edit(adapter / "adapter_config.json", base_model_name_or_path=str(tmp_path / "moved"))
        assert folder_hash(adapter) == before

    def test_a_hub_base_counts_with_name_and_revision(self, adapter: Path) -> None:
        hashes = set()
        for name, revision in (("a/b", None), ("a/c", None), ("a/c", "main"), ("a/c", "v2")):
            edit(adapter / "adapter_config.json", base_model_name_or_path=name, revision=revision)
            hashes.add(folder_hash(adapter))
        assert len(hashes) == 4

    def test_its_rank_changes_it(self, adapter: Path) -> None:
        before = folder_hash(adapter)
        edit(adapter / "adapter_config.json", r=8)
        assert folder_hash(adapter) != before

    def test_one_that_names_itself_as_its_base_has_a_hash(self, adapter: Path) -> None:
        edit(adapter / "adapter_config.json", base_model_name_or_path=str(adapter))
        assert len(folder_hash(adapter)) == 16
