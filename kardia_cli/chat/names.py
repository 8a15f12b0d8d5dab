"""Names of models, and the backend that each means.

    offline                             the built-in speaker and judge
    tiny                                the built-in model that sft makes on the spot
    ./runs/grpo                         an existing folder: a model in this process (RUN means RUN/model)
    hf/NAME                             a hub model in this process
    openai/… hosted_vllm/…, --api-base  an OpenAI-compatible endpoint
    ollama/… anthropic/… …              every other name that LiteLLM knows

Any name may carry its own endpoint (`NAME@https://host/v1`) or be an alias, a `[models.NAME]` table of the config
file. Anything else is a `UsageError` that names the nearest.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from kardia_cli.errors import UsageError

BUILT_IN = ("offline", "tiny")
_DIRECT = ("openai", "hosted_vllm")
OPENAI_BASE = "https://api.openai.com/v1"
_ENDPOINT = re.compile(r"^(?P<name>.+)@(?P<base>https?://.+)$")
_ALIAS_KEYS = ("name", "base", "revision", "sampling", "reasoning_effort", "extra_body", "price")


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A resolved name: which backend, what it is asked for, and where. `price` is the alias's own table."""

    given: str
    kind: Literal["offline", "tiny", "local", "hub", "http", "lite"]
    model: str
    base: str | None = None
    key_names: tuple[str, ...] = ()
    sampling: dict[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    provider: str = ""
    revision: str = ""
    price: dict[str, Any] | None = None

    @property
    def real(self) -> bool:
        """False for built-in models and folders trained from `tiny`.

        Offline defaults end where a real model begins.
        """
        return self.kind not in BUILT_IN and not (self.folder is not None and _grew_from_tiny(self.folder))


def resolve(name: str, api_base: str | None = None, aliases: dict[str, dict[str, Any]] | None = None) -> ModelSpec:
    """Return the resolved model name; `UsageError` (exit 2) if it means nothing."""
    if aliases and name in aliases:
        return _from_alias(name, aliases[name])
    endpoint = _ENDPOINT.match(name)
    if endpoint:
        return _http(name, endpoint["name"], endpoint["base"])
    if name == "offline":
        return ModelSpec(name, "offline", name)
    if name == "tiny":
        return ModelSpec(name, "tiny", name)
    if api_base and not _looks_local(name):
        return _http(name, name, api_base)
    if Path(name).is_dir():
        return ModelSpec(name, "local", name, folder=model_folder(Path(name)))
    if name.startswith("hf/"):
        return ModelSpec(name, "hub", name.removeprefix("hf/"))
    return _by_provider(name)


def through_litellm(spec: ModelSpec) -> ModelSpec:
    """Return the same model by LiteLLM (`--via litellm`)."""
    if spec.kind != "http":
        return spec
    return replace(spec, kind="lite", model=f"{spec.provider or 'openai'}/{spec.model}")


def model_folder(path: Path) -> Path:
    """Return the folder with the weights: the path itself, or RUN/model of a run folder."""
    for folder in (path, path / "model"):
        if (folder / "config.json").is_file() and not (folder / "metrics.jsonl").exists():
            return folder
        if (folder / "adapter_config.json").is_file():
            return folder
    raise UsageError(f"{path} holds no model", "name a transformers folder, or a run folder of `kardia sft` or `grpo`")


def _grew_from_tiny(folder: Path) -> bool:
    """Return True if a model folder was trained from the built-in tiny model (`kardia_built_in` in its config)."""
    import json

    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(config.get("kardia_built_in"))


def _looks_local(name: str) -> bool:
    return name.startswith(("./", "../", "/", "~"))


def _http(given: str, name: str, base: str) -> ModelSpec:
    if not urlsplit(base).hostname or urlsplit(base).scheme not in ("http", "https"):
        raise UsageError(f"{base!r} is no address", "give --api-base http://HOST:PORT/v1")
    if urlsplit(base).username or urlsplit(base).password:
        raise UsageError("an address must hold no key or password", "set KARDIA_API_KEY in the environment or in .env")
    provider, slash, rest = name.partition("/")
    known = bool(slash) and (provider in _DIRECT or provider in litellm_providers())
    keys = {"openai": ("OPENAI_API_KEY",), "hosted_vllm": ("HOSTED_VLLM_API_KEY",)}.get(provider, ())
    return ModelSpec(
        given, "http", rest if known else name, base.rstrip("/"), (*keys, "KARDIA_API_KEY"),
        provider=provider if known else "",
    )  # fmt: skip


def _by_provider(name: str) -> ModelSpec:
    import os

    provider, slash, model = name.partition("/")
    if slash and provider == "openai":
        home = os.environ.get("OPENAI_BASE_URL", OPENAI_BASE).rstrip("/")
        return ModelSpec(name, "http", model, home, ("OPENAI_API_KEY",), provider="openai")
    if slash and provider == "hosted_vllm":
        base = os.environ.get("HOSTED_VLLM_API_BASE")
        if not base:
            raise UsageError(f"{name} needs the server's address", "add --api-base http://localhost:8000/v1")
        return _http(name, name, base)
    if slash and provider in litellm_providers():
        return ModelSpec(name, "lite", name, provider=provider)
    if not slash and name in litellm_models():
        return ModelSpec(name, "lite", name, provider=str(litellm_prices()[name].get("litellm_provider", "")))
    if _looks_local(name) or name.startswith("runs/"):
        raise UsageError(f"there is no folder {name}", "name an existing model folder")
    known = [*BUILT_IN, *(f"{item}/…" for item in litellm_providers())] if slash else [*BUILT_IN, *litellm_models()]
    raise UsageError(f"unknown model {name!r}", _nearest_model(name, provider, bool(slash), known))


def _nearest_model(name: str, provider: str, slash: bool, known: list[str]) -> str:
    import difflib

    pool = [item.removesuffix("/…") for item in known] if slash else known
    close = difflib.get_close_matches(provider if slash else name, pool, n=1, cutoff=0.7)
    if close:
        return f"did you mean {close[0]}{name[len(provider) :] if slash else ''}?"
    return "give offline, a model folder, hf/NAME, provider/NAME, or NAME with --api-base"


def _from_alias(alias: str, table: dict[str, Any]) -> ModelSpec:
    from kardia_cli.plugins import nearest

    for key in table:
        if key not in _ALIAS_KEYS:
            raise UsageError(f"[models.{alias}]: unknown key {key!r}", nearest(key, _ALIAS_KEYS))
    target = resolve(str(table.get("name", alias)), table.get("base"))
    sampling = dict(table.get("sampling", {}))
    for key in ("reasoning_effort", "extra_body"):
        if key in table:
            sampling[key] = table[key]
    return replace(
        target, given=alias, sampling=sampling, revision=str(table.get("revision", "")), price=table.get("price")
    )


@cache
def litellm_providers() -> frozenset[str]:
    """Provider names that LiteLLM knows, read from its packaged tables without importing it (importing takes 2 s)."""
    prices = {str(entry.get("litellm_provider")) for entry in litellm_prices().values() if isinstance(entry, dict)}
    listed = _packaged("provider_endpoints_support_backup.json").get("providers", {})
    return frozenset(name for name in prices | set(listed) if " " not in name and name != "None")


def litellm_models() -> frozenset[str]:
    """Bare model names in LiteLLM's table (`gpt-4o-mini`)."""
    return frozenset(name for name, entry in litellm_prices().items() if entry.get("mode") in ("chat", "responses"))


@cache
def litellm_prices() -> dict[str, dict[str, Any]]:
    """LiteLLM's table of models: prices in USD per token, context sizes, modes."""
    return _packaged("model_prices_and_context_window_backup.json")


def _packaged(file: str) -> dict[str, Any]:
    import orjson

    spec = importlib.util.find_spec("litellm")
    if spec is None or spec.origin is None:
        return {}
    path = Path(spec.origin).parent / file
    loaded: dict[str, Any] = orjson.loads(path.read_bytes()) if path.is_file() else {}
    return loaded
