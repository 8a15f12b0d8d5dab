"""The family behind a model's name, in a table of names, and behind a folder's files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kardia_cli.judge.model_families import families, family, is_same_family, run_config


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("gpt", "gpt-4o openai/gpt-4o-mini o1 o3-mini openai/o4-mini azure/gpt-4.1 ft:gpt-4o-mini:acme::abc"),
        ("gpt", "hosted_vllm/openai/gpt-oss-120b chatgpt-4o-latest gpt-5-codex"),
        ("claude", "anthropic/claude-sonnet-4 vertex_ai/claude-3-opus@20240229"),
        ("claude", "bedrock/us.anthropic.claude-3-5-sonnet-20240620-v1:0"),
        ("gemini", "gemini/gemini-2.0-flash hf/google/gemma-3-4b-it medgemma-4b"),
        ("llama", "hosted_vllm/meta-llama/Llama-3.1-8B-Instruct ollama/llama3:8b hf/TheBloke/Llama-2-7B-GGUF"),
        ("llama", "CodeLlama-34b deepseek-ai/DeepSeek-R1-Distill-Llama-70B dolphin-2.9-llama3-8b"),
        ("qwen", "Qwen/Qwen3-8B-AWQ ollama/qwen2.5:7b-instruct-q4_K_M QwQ-32B Qwen2.5-7B@https://host/v1"),
        ("qwen", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"),
        ("mistral", "mistral/mistral-large-latest Mixtral-8x7B Ministral-8B codestral-latest dolphin-mixtral"),
        ("deepseek", "deepseek/deepseek-chat hosted_vllm/deepseek-ai/DeepSeek-V3"),
        ("glm", "zai-org/GLM-4.6 THUDM/chatglm3-6b"),
        ("kimi", "moonshotai/Kimi-K2 moonshot/moonshot-v1-8k"),
        ("phi", "microsoft/Phi-4 phi3:mini"),
        ("grok", "xai/grok-4"),
        ("command", "cohere/command-r-plus c4ai-command-r"),
        ("offline", ["offline", "offline (lexical)"]),
        ("tiny", "tiny"),
    ],
)
def test_a_familys_models_are_known_behind_any_provider_size_and_quantisation(wanted: str, names: Any) -> None:
    for name in names if isinstance(names, list) else names.split():
        assert family(name) == wanted, name


@pytest.mark.parametrize(
    "name", ["sapphire-7b", "dolphin", "astral-7b", "commander-1", "o12", "TinyStories-33M", "mango1"]
)
def test_a_word_inside_another_word_is_no_family(name: str) -> None:
    assert family(name) not in {"phi", "mistral", "command", "gpt", "tiny", "glm"}


def test_an_unknown_model_is_a_family_of_its_own_whatever_its_size_and_quantisation() -> None:
    assert family("hf/org/Mystery-7B-AWQ") == family("other/mystery-13b@http://host:8000/v1") == "mystery"
    assert family("EleutherAI/gpt-j-6b") != family("gpt-4o")


def test_a_panel_shares_a_family_with_each_of_its_members() -> None:
    assert families("gpt-4o + hosted_vllm/Qwen/Qwen3-8B") == {"gpt", "qwen"}
    assert is_same_family("gpt-4o + hosted_vllm/Qwen/Qwen3-8B", "QwQ-32B")
    assert not is_same_family("gpt-4o + claude-sonnet-4", "QwQ-32B")


def test_a_name_that_could_be_no_path_is_still_a_name() -> None:
    assert family("gpt-" + "4" * 5000) == "gpt"
    assert family("") == ""


def test_people_are_nobodys_own_family() -> None:
    assert not is_same_family("human", "human")


def folder(place: Path, **config: Any) -> Path:
    place.mkdir(parents=True)
    (place / "config.json").write_text(json.dumps(config))
    return place


def test_a_folders_config_tells_its_family_whatever_the_folder_is_called(tmp_path: Path) -> None:
    assert family(str(folder(tmp_path / "judged-by-gpt", model_type="qwen3"))) == "qwen"
    assert family(str(folder(tmp_path / "a", model_type="gpt_oss"))) == "gpt"
    assert family(str(folder(tmp_path / "b", model_type="phi3"))) == "phi"
    assert family(str(folder(tmp_path / "c", model_type="gpt_neox", _name_or_path="EleutherAI/pythia-1b"))) == "c"
    assert family(str(folder(tmp_path / "d", model_type="llama", kardia_built_in="tiny"))) == "tiny"


def test_a_folder_whose_config_says_nothing_is_known_by_its_name(tmp_path: Path) -> None:
    assert family(str(folder(tmp_path / "Qwen2.5-7B-GPTQ", model_type="unheard_of"))) == "qwen"
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "config.json").write_text("{")
    assert family(str(tmp_path / "broken")) == "broken"


def test_a_run_folder_is_of_the_family_that_it_started_from(tmp_path: Path) -> None:
    sft = folder(tmp_path / "sft", stage="sft", model={"name": "hf/Qwen/Qwen2.5-7B"})
    folder(sft / "model", model_type="unheard_of")
    grpo = folder(tmp_path / "grpo", stage="grpo", model={"name": str(sft)}, judge={"name": "gpt-4o"})
    folder(grpo / "model", model_type="unheard_of")
    assert family(str(grpo)) == family(str(grpo / "model")) == "qwen"
    assert run_config(grpo)["judge"]["name"] == run_config(grpo / "model")["judge"]["name"] == "gpt-4o"
    assert run_config(tmp_path / "none") == run_config(tmp_path) == {}


def test_an_adapter_is_of_its_bases_family(tmp_path: Path) -> None:
    place = tmp_path / "tuned"
    place.mkdir()
    (place / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "mistralai/Mistral-7B-v0.3"}))
    assert family(str(place)) == "mistral"


def test_a_run_that_names_itself_as_its_start_ends(tmp_path: Path) -> None:
    loop = folder(tmp_path / "loop", stage="grpo", model={"name": str(tmp_path / "loop")})
    assert family(str(loop)) == "loop"
