"""The built-in tiny model: its tokenizer, its markers, its bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_rows import rows

from kardia_cli.chat.local.chat_template import encode
from kardia_cli.rows import prompts
from kardia_cli.training import tiny
from kardia_cli.weights.fingerprint import folder_hash
from tests.support.four_spans import MARKERS


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(rows(), tmp_path_factory.mktemp("tiny"), seed=1)


@pytest.fixture(scope="module")
def tokenizer(base: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(base)


def test_any_text_round_trips(tokenizer: Any) -> None:
    text = "Grüße, 你好 🙂\tx\n\n  two spaces \u2028 end"
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


@pytest.mark.parametrize("marker", MARKERS)
def test_each_marker_is_one_token_that_survives_decoding_without_special_tokens(marker: str, tokenizer: Any) -> None:
    ids = tokenizer.encode(marker, add_special_tokens=False)
    assert len(ids) == 1
    assert tokenizer.decode(ids, skip_special_tokens=True) == marker


def test_instructions_that_all_prompts_share_cost_a_token_a_line(tokenizer: Any) -> None:
    system = prompts.conversation(rows()[0])[0]["content"]
    last_line = system.split("\n")[-1]
    assert len(last_line) > 20
    assert len(tokenizer.encode(last_line, add_special_tokens=False)) == 1
    assert tokenizer.decode(tokenizer.encode(system, add_special_tokens=False)) == system


def test_a_prompt_ends_where_the_assistant_begins(tokenizer: Any) -> None:
    text = tokenizer.decode(encode(tokenizer, [{"role": "user", "content": "Hello"}]))
    assert text == "<|im_start|>user\nHello<|im_end|><|im_start|>assistant\n"


def test_padding_is_not_the_end_of_a_turn(tokenizer: Any) -> None:
    assert tokenizer.pad_token_id != tokenizer.eos_token_id


def test_the_same_rows_and_seed_give_the_same_model_and_another_seed_another(base: Path, tmp_path: Path) -> None:
    again = tiny.build(rows(), tmp_path / "again", seed=1)
    other = tiny.build(rows(), tmp_path / "other", seed=2)
    assert folder_hash(again) == folder_hash(base)
    assert folder_hash(other) != folder_hash(base)


def test_a_folder_tells_whether_it_grew_from_tiny(base: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    assert tiny.is_tiny(base)
    assert not tiny.is_tiny(tmp_path)
