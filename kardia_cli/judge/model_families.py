"""Families of models behind their names, since judges favour the writing of their own family.

A model's family is that of the weights it was trained from, so a distilled or tuned model counts with its base. The
names are data/model_families.toml (not in the paper); a model that it does not know is a family of its own.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from kardia_cli.text.tables import read_table

HUMAN = "human"
_ENDPOINT = re.compile(r"@https?://.*$")
_SIZE = re.compile(
    r"[-_.](?:awq|gptq|gguf|exl2|fp8|fp16|bf16|int[48]|w\d+a\d+|[348]-?bit|bnb|q\d\w*|mlx|\d+(?:\.\d+)?b)(?![a-z0-9])"
)


def family(name: str) -> str:
    """Return the family of a model by its name: offline, a folder, hf/NAME, PROVIDER/NAME, NAME@URL.

    For a folder its `config.json` decides and, for a run of kardia, the model that the run started from. An unknown
    model gives its bare name without provider, size and quantisation.
    """
    return _family(name.strip(), 0)


def families(name: str) -> frozenset[str]:
    """Return the families of a judge by its label; a panel's names are joined by ` + `."""
    return frozenset(family(part) for part in name.split(" + ") if part.strip())


def is_same_family(first: str, second: str) -> bool:
    """Return True if two models, or a panel and a model, share a family; people (`human`) share none."""
    shared = families(first) & families(second)
    return bool(shared - {HUMAN})


def _family(name: str, depth: int) -> str:
    if depth < 8 and _is_folder(name):
        return _of_folder(Path(name), depth) or _bare(name)
    return _family_of_name(_model_part(name)) or _bare(name)


def _model_part(name: str) -> str:
    """Return a name without provider and address, in lower case."""
    name = _ENDPOINT.sub("", name).lower().removesuffix(" (lexical)")
    parts = [part for part in name.split("/") if part]
    if len(parts) > 1 and parts[0] == "ollama":
        parts = parts[1:]
    last = parts[-1] if parts else name
    return last.removeprefix("ft:").partition(":")[0].replace("_", "-").replace(" ", "-")


def _family_of_name(name: str) -> str:
    """Return the family that a bare name tells ("" for none); of a distilled model the pupil, which is named last."""
    found = [(match.start(), family) for family, words in _patterns().items() for match in words.finditer(name)]
    if not found:
        return ""
    return max(found)[1] if "distill" in name else min(found)[1]


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    names = read_table("model_families")["names"]
    return {family: re.compile(rf"(?<![a-z])(?:{words})(?![a-z]{{2}})") for family, words in names.items()}


def _bare(name: str) -> str:
    return _SIZE.sub("", _model_part(name)) or _model_part(name)


def _of_folder(folder: Path, depth: int) -> str:
    """Return the family of a model folder or run folder; "" where its files say nothing."""
    weights = next((place for place in (folder, folder / "model") if _has_weights(place)), folder)
    config, run = _read(weights / "config.json"), run_config(folder)
    if config.get("kardia_built_in"):
        return "tiny"
    kind = str(config.get("model_type") or "").lower()
    table = read_table("model_families")
    is_shared = kind in table["shared"]["types"]
    by_type = table["types"].get(kind) or ("" if is_shared else _family_of_name(kind.replace("_", "-")))
    return by_type or _of_start(_started_from(weights, config, run), depth) or _family_of_name(_model_part(str(folder)))


def _started_from(weights: Path, config: dict[str, Any], run: dict[str, Any]) -> list[str]:
    adapter = _read(weights / "adapter_config.json")
    names = [(run.get("model") or {}).get("name"), adapter.get("base_model_name_or_path"), config.get("_name_or_path")]
    return [name for name in names if isinstance(name, str) and name]


def _of_start(names: list[str], depth: int) -> str:
    """Return the family of what a model was trained from: a folder that still exists, a known name, or a hub model."""
    for name in names:
        if _is_folder(name) or _family_of_name(_model_part(name)) or name.startswith("hf/"):
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
    """Return the `config.json` of the sft or grpo run that a folder is, or is a part of; {} where it is none."""
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
