"""The fingerprint of a model folder: one hash over everything in it that changes what the model says.

    weights, adapter, tokenizer, templates   their bytes
    config.json and the like                 their values, without paths, versions and notes of how they were saved
    generation_config.json                   the end tokens alone: the other defaults there are not used
    the base under an adapter                its folder's hash, or name and revision where it is a hub model

The ledger keeps replies under this hash. So a copied, moved or newly saved folder keeps it, and readmes, optimizer
states and training arguments have no part in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from kardia_cli.weights.digests import digest_of

BYTES = (
    "*.safetensors",
    "tokenizer.json",
    "tokenizer.model",
    "*.tiktoken",
    "tekken.json",
    "spiece.model",
    "vocab.*",
    "merges.txt",
    "*.jinja",
    "additional_chat_templates/*.jinja",
)
"""Files that count with all their bytes."""
PICKLED = ("pytorch_model*.bin", "adapter_model.bin")
"""Weights in the old format; not read if the same folder has safetensors."""
VALUES = (
    "config.json",
    "adapter_config.json",
    "*.index.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.json",
)
"""Files that count with what they say, whatever the order or layout it is said in."""
_PATHS = ("_name_or_path", "name_or_path", "base_model_name_or_path")
_SAVING = ("transformers_version", "peft_version", "inference_mode", "use_cache", "is_local", "local_files_only")
_NO_IDENTITY = frozenset((*_PATHS, *_SAVING))
_SETS = frozenset(("target_modules", "exclude_modules", "modules_to_save"))
"""Keys whose lists PEFT writes in any order."""


def folder_hash(folder: Path) -> str:
    """Return 16 hex digits over all that makes a model folder the model that it is."""
    digest = hashlib.sha256()
    for name, content in sorted(_parts(folder)):
        digest.update(f"{name}\0{content}\0".encode())
    return digest.hexdigest()[:16]


def base_of(folder: Path) -> tuple[str, str]:
    """Return name or path, and revision, of the base model that an adapter folder was made for."""
    config = _json(folder / "adapter_config.json")
    return str(config.get("base_model_name_or_path") or ""), str(config.get("revision") or "")


def tokenizer_source(folder: Path) -> tuple[str, str]:
    """Return folder or name of a model folder's tokenizer, and its revision; an adapter may use its base's."""
    own = any((folder / name).is_file() for name in ("tokenizer_config.json", "tokenizer.json"))
    return (str(folder), "") if own or not is_adapter(folder) else base_of(folder)


def is_adapter(folder: Path) -> bool:
    """Return True if the folder holds an adapter, which needs its base model."""
    return (folder / "adapter_config.json").is_file()


def _parts(folder: Path) -> Iterator[tuple[str, str]]:
    files = _matching(folder, BYTES)
    if not any(path.suffix == ".safetensors" for path in files):
        files += _matching(folder, PICKLED)
    with ThreadPoolExecutor(4, thread_name_prefix="digest") as pool:
        yield from zip((path.relative_to(folder).as_posix() for path in files), pool.map(digest_of, files), strict=True)
    for path in _matching(folder, VALUES):
        yield path.name, _canonical(_json(path))
    if (folder / "generation_config.json").is_file():
        yield "generation_config.json", _canonical(_end_tokens(folder / "generation_config.json"))
    if is_adapter(folder):
        yield "base", _base_identity(folder)


def _matching(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    return sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()})


def _base_identity(folder: Path) -> str:
    name, revision = base_of(folder)
    base = next((path for path in (folder / name, Path(name)) if name and path.is_dir()), None)
    if base is not None and base.resolve() != folder.resolve():
        return folder_hash(base)
    return f"{name}@{revision}"


def _end_tokens(file: Path) -> list[Any]:
    ends = _json(file).get("eos_token_id")
    return sorted(ends, key=str) if isinstance(ends, list) else [ends]


def _canonical(value: Any) -> str:
    return json.dumps(_essence(value), sort_keys=True, ensure_ascii=True)


def _essence(value: Any) -> Any:
    """Return a JSON value without what is no identity, and with sets of names in one order."""
    if isinstance(value, dict):
        kept = {key: _essence(inner) for key, inner in value.items() if key not in _NO_IDENTITY}
        return kept | {key: sorted(kept[key], key=str) for key in _SETS & kept.keys() if isinstance(kept[key], list)}
    return [_essence(inner) for inner in value] if isinstance(value, list) else value


def _json(path: Path) -> dict[str, Any]:
    """Return the table in a JSON file; for what is none, the digest of its bytes (loading the model will complain)."""
    try:
        loaded = json.loads(path.read_bytes())
    except ValueError:
        loaded = None
    return loaded if isinstance(loaded, dict) else {"bytes": digest_of(path)}
