"""The one door to every model: `open_chat` composes a backend with its wrappers, `Chat.ask` is the call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from kardia_cli.chat import structured
from kardia_cli.chat.names import ModelSpec, resolve
from kardia_cli.chat.request import Backend, Reply, Request
from kardia_cli.errors import UsageError


@dataclass(frozen=True, slots=True)
class CallSettings:
    """What the user set about calls: ceilings, deadlines (s), the address, and options for every request."""

    api_base: str | None = None
    max_connections: int = 16
    max_retries: int = 4
    timeout: float = 120.0
    options: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, dict[str, Any]] = field(default_factory=dict)


class Chat:
    """A model that can be asked. `name` is as the user gave it; `real` is False for what is built in."""

    def __init__(self, spec: ModelSpec, backend: Backend, content_hash: str, options: dict[str, Any]) -> None:
        self.name = spec.given
        self.hash = content_hash
        self.real = spec.real
        self._backend = backend
        self._options = {**spec.sampling, **options}

    async def ask(self, request: Request, check: structured.Check | None = None) -> Reply:
        """The reply to a request; with a schema, `parsed` is valid and has passed `check`.

        Raises `CallFailed` (this call) or `ProviderError` (the run).
        """
        if self._options:
            request = replace(request, sampling={**request.sampling, **self._options})
        return await structured.ask(self._backend, request, check)


class Switchboard:
    """The chats of one command: each model is opened once, however many roles it plays."""

    def __init__(self, settings: CallSettings, say: Callable[[str], None] = lambda text: None) -> None:
        self._settings, self._say = settings, say
        self._open: dict[tuple[str, str | None], tuple[Chat, Backend]] = {}

    def spec(self, name: str, api_base: str | None = None) -> ModelSpec:
        """What a name means, without opening it."""
        return resolve(name, api_base or self._settings.api_base, self._settings.aliases)

    def chat(self, name: str, api_base: str | None = None) -> Chat:
        """The chat of a model, opened at the first use."""
        key = (name, api_base)
        if key not in self._open:
            spec = self.spec(name, api_base)
            backend, content_hash = _backend(spec, self._say)
            wrapped = _wrap(backend, spec, self._settings)
            self._open[key] = (Chat(spec, wrapped, content_hash, self._settings.options), wrapped)
        return self._open[key][0]

    async def aclose(self) -> None:
        """Close every backend."""
        for _, backend in self._open.values():
            await backend.aclose()
        self._open.clear()


def _backend(spec: ModelSpec, say: Callable[[str], None]) -> tuple[Backend, str]:
    """The backend that a name means, and the hash of what answers there (empty where nobody knows)."""
    if spec.kind == "offline":
        from kardia_cli.chat.offline.backend import OfflineChat, source_hash

        return OfflineChat(), source_hash()
    if spec.kind in ("local", "hub"):
        from kardia_cli.chat.local import LocalChat

        local = LocalChat(spec.folder or spec.model)
        return local, local.hash
    if spec.kind == "http":
        from kardia_cli.chat.http import HttpChat
        from kardia_cli.chat.keys import find

        return HttpChat(spec.model, spec.base or "", find(*spec.key_names), say), ""
    if spec.kind == "lite":
        from kardia_cli.chat.lite import LiteChat

        return LiteChat(spec.model, spec.base), ""
    raise UsageError("`tiny` has to be trained before it can speak", "run `kardia sft` and name its folder")


def _wrap(backend: Backend, spec: ModelSpec, settings: CallSettings) -> Backend:
    from kardia_cli.chat.retry import Limit, Retry

    if not spec.real:
        return backend
    timeout = settings.timeout if spec.kind in ("http", "lite") else 24 * 3600.0
    limited = Limit(backend, settings.max_connections, timeout)
    return Retry(limited, settings.max_retries, spec.base or spec.model)
