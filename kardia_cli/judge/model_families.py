"""Which family a model is of, behind whatever name: judges favour the writing of their own (ours; a table of names).

A model's family is that of the weights it grew from, so a distilled or tuned model counts with its base. What the table
does not know is a family of its own.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

HUMAN = "human"
_WORDS: dict[str, str] = {
    "gpt": r"(?:chat)?gpt(?!-?(?:2|j|neo|neox|sw3)(?![a-z0-9]))|o[1345](?=-|$)|codex|davinci",
    "claude": r"claude",
    "gemini": r"gemini|(?:\w*[a-z])?gemma|palm|learnlm",
    "llama": r"(?:code|tiny|meta|open)?-?llama|nemotron|vicuna|alpaca",
    "qwen": r"qwen|qwq|qvq",
    "mistral": r"mistral|mixtral|ministral|codestral|devstral|magistral|mathstral|pixtral|voxtral|zephyr",
    "deepseek": r"deepseek",
    "glm": r"(?:chat)?glm",
    "kimi": r"kimi|moonshot",
    "phi": r"phi",
    "grok": r"grok",
    "command": r"command|c4ai|aya",
    "nova": r"nova",
    "granite": r"granite",
    "olmo": r"olmo",
    "yi": r"yi(?=-)",
    "internlm": r"internlm",
    "hunyuan": r"hunyuan",
    "minimax": r"minimax",
    "smollm": r"smollm",
    "offline": r"offline",
    "tiny": r"tiny$",
}
_FAMILIES = [(name, re.compile(rf"(?<![a-z])(?:{words})(?![a-z]{{2}})")) for name, words in _WORDS.items()]
_TYPES: dict[str, str] = {"cohere": "command", "gpt_oss": "gpt", "chatglm": "glm", "mllama": "llama"}
"""`model_type` of a config.json whose words say something else, or nothing."""
_PASSING = frozenset({"gpt2", "gpt_neox", "gpt_neo", "gptj", "gpt_bigcode"})
"""Architectures that many families are built with."""
_ENDPOINT = re.compile(r"@https?://.*$")
_SIZE = re.compile(
    r"[-_.](?:awq|gptq|gguf|exl2|fp8|fp16|bf16|int[48]|w\d+a\d+|[348]-?bit|bnb|q\d\w*|mlx|\d+(?:\.\d+)?b)(?![a-z0-9])"
)


def family(name: str) -> str:
    """The family of a model as users name models: offline, a folder, hf/NAME, provider/ORG/NAME, NAME@URL, a tag of Ollama.

    A folder is asked by its `config.json` and, where it is a run of kardia, by the model that the run started from. An
    unknown model gives its bare name without provider, size and quantisation.
    """
    return _family(name.strip(), 0)


def families(name: str) -> frozenset[str]:
    """The families of a judge by its label; a panel's names are joined by ` + `."""
    return frozenset(family(part) for part in name.split(" + ") if part.strip())


def is_same_family(first: str, second: str) -> bool:
    """Whether two models, or a panel and a model, share a family; people (`human`) are never one's own family."""
    shared = families(first) & families(second)
    return bool(shared - {HUMAN})


def _family(name: str, depth: int) -> str:
    if depth < 8 and _is_folder(name):
        return _of_folder(Path(name), depth) or _bare(name)
    return _known(_said(name)) or _bare(name)


def _said(name: str) -> str:
    """What the name says of the model itself: provider and address taken off, lower case."""
    name = _ENDPOINT.sub("", name).lower().removesuffix(" (lexical)")
    parts = [part for part in name.split("/") if part]
    if len(parts) > 1 and parts[0] == "ollama":
        parts = parts[1:]
    last = parts[-1] if parts else name
    return last.removeprefix("ft:").partition(":")[0].replace("_", "-").replace(" ", "-")


def _known(said: str) -> str:
    """The family that a bare name tells; of a distilled model that of the pupil, which is named last. '' if none."""
    found = [(match.start(), name) for name, words in _FAMILIES for match in words.finditer(said)]
    if not found:
        return ""
    return max(found)[1] if "distill" in said else min(found)[1]


def _bare(name: str) -> str:
    return _SIZE.sub("", _said(name)) or _said(name)


def _of_folder(folder: Path, depth: int) -> str:
    """The family of a model folder or run folder; '' where its files say nothing."""
    weights = next((place for place in (folder, folder / "model") if _has_weights(place)), folder)
    config, run = _read(weights / "config.json"), run_config(folder)
    if config.get("kardia_built_in"):
        return "tiny"
    kind = str(config.get("model_type") or "").lower()
    by_type = _TYPES.get(kind) or ("" if kind in _PASSING else _known(kind.replace("_", "-")))
    return by_type or _of_start(_started_from(weights, config, run), depth) or _known(_said(str(folder)))


def _started_from(weights: Path, config: dict[str, Any], run: dict[str, Any]) -> list[str]:
    adapter = _read(weights / "adapter_config.json")
    names = [(run.get("model") or {}).get("name"), adapter.get("base_model_name_or_path"), config.get("_name_or_path")]
    return [name for name in names if isinstance(name, str) and name]


def _of_start(names: list[str], depth: int) -> str:
    """The family of what a model was trained from: a folder that is still there, a known name, or a hub model."""
    for name in names:
        if _is_folder(name) or _known(_said(name)) or name.startswith("hf/"):
            return _family(name, depth + 1)
    return ""


def _is_folder(name: str) -> bool:
    try:
        return bool(name) and Path(name).is_dir()
    except OSError:  # too long for a path, say
        return False


def _has_weights(folder: Path) -> bool:
    config = _read(folder / "config.json")
    return "model_type" in config or (folder / "adapter_config.json").is_file()


def run_config(folder: Path) -> dict[str, Any]:
    """The `config.json` of the run of sft or grpo that a folder is, or is the `model` or `base` of; {} where it is none."""
    for place in (folder, folder.parent) if folder.name in ("model", "base", "adapter") else (folder,):
        config = _read(place / "config.json")
        if "stage" in config and isinstance(config.get("model"), dict):
            return config
    return {}


def _read(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
