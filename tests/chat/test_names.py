"""A model name means one thing, and a wrong one names the nearest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kardia_cli.chat.names import resolve
from kardia_cli.errors import UsageError


def folder(path: Path, **config: object) -> Path:
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps(config))
    return path


def test_built_in_names_are_not_real_models() -> None:
    assert [resolve(name).real for name in ("offline", "tiny")] == [False, False]


def test_openai_goes_to_the_endpoint_with_its_own_key() -> None:
    spec = resolve("openai/gpt-4o-mini")
    assert (spec.kind, spec.model, spec.real) == ("http", "gpt-4o-mini", True)
    assert spec.key_names[0] == "OPENAI_API_KEY"


def test_any_name_with_an_address_goes_to_that_address() -> None:
    spec = resolve("hosted_vllm/Qwen/Qwen2.5-7B-Instruct", "http://localhost:8000/v1/")
    assert (spec.kind, spec.model, spec.base) == ("http", "Qwen/Qwen2.5-7B-Instruct", "http://localhost:8000/v1")
    spec = resolve("Qwen/Qwen2.5-7B-Instruct", "http://localhost:8000/v1")
    assert spec.model == "Qwen/Qwen2.5-7B-Instruct"


def test_a_name_may_carry_its_own_address() -> None:
    spec = resolve("my-judge@http://localhost:9000/v1", "http://elsewhere/v1")
    assert (spec.given, spec.model, spec.base) == (
        "my-judge@http://localhost:9000/v1",
        "my-judge",
        "http://localhost:9000/v1",
    )


@pytest.mark.parametrize(
    "name", ["ollama/llama3", "anthropic/claude-sonnet-4-5", "gemini/gemini-2.5-flash", "gpt-4o-mini"]
)
def test_every_other_litellm_name_goes_through_litellm(name: str) -> None:
    assert (resolve(name).kind, resolve(name).model) == ("lite", name)


def test_names_are_resolved_without_importing_litellm() -> None:
    script = (
        "import sys; from kardia_cli.chat.names import resolve; resolve('ollama/x'); "
        "assert 'litellm' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_folder_is_a_local_model_and_a_run_folder_means_its_model(tmp_path: Path) -> None:
    run = folder(tmp_path / "run" / "model", architectures=["X"]).parent
    assert (resolve(str(run)).kind, resolve(str(run)).folder) == ("local", run / "model")
    assert resolve(str(run)).real


def test_a_folder_that_grew_from_tiny_is_not_a_real_model(tmp_path: Path) -> None:
    assert not resolve(str(folder(tmp_path / "m", kardia_built_in="tiny"))).real


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no model"):
        resolve(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("olama/llama3", "ollama/llama3"),
        ("offlin", "offline"),
        ("gpt-4o-minni", "gpt-4o-mini"),
        ("zzz", "give offline"),
        ("runs/none", "existing"),
    ],
)
def test_anything_else_is_an_error_that_names_the_nearest(name: str, remedy: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(name)
    assert remedy in caught.value.remedy


def test_hosted_vllm_without_an_address_says_which_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOSTED_VLLM_API_BASE", raising=False)
    with pytest.raises(UsageError) as caught:
        resolve("hosted_vllm/x")
    assert "--api-base" in caught.value.remedy


def test_an_alias_of_the_config_file_brings_address_and_sampling() -> None:
    aliases = {
        "judge": {"name": "openai/x", "base": "http://h/v1", "sampling": {"temperature": 0}, "reasoning_effort": "low"}
    }
    spec = resolve("judge", None, aliases)
    assert (spec.given, spec.model, spec.base) == ("judge", "x", "http://h/v1")
    assert spec.sampling == {"temperature": 0, "reasoning_effort": "low"}
    with pytest.raises(UsageError, match="unknown key 'bse'"):
        resolve("judge", None, {"judge": {"bse": "x"}})
