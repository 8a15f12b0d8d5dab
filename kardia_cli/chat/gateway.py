"""Access to every model: `Gateway` composes backends with their wrappers, `Chat.ask` is the call."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from kardia_cli.chat import structured
from kardia_cli.chat.ledger.ledger import Ledger, default_path
from kardia_cli.chat.ledger.recorded import Recorded
from kardia_cli.chat.limits.budget import Budget, Caps, Priced
from kardia_cli.chat.limits.limiter import Ceilings, Limiter, StopEvent
from kardia_cli.chat.limits.meter import Meter
from kardia_cli.chat.limits.prices import Price, find_price, is_loopback, is_private_address, may_cost
from kardia_cli.chat.limits.retry import Retry
from kardia_cli.chat.names import ModelSpec, resolve, through_litellm
from kardia_cli.chat.prompting import Prompting
from kardia_cli.errors import KardiaError, UsageError
from kardia_cli.rows.request import Backend, Reply, Request

Via = Literal["auto", "litellm", "transformers"]
CHILD_START = 900.0
"""Seconds more that a call may take whose server is a child process: it may have to be started again first."""


@dataclass(frozen=True, slots=True)
class CallSettings:
    """The user's settings of calls: addresses, ceilings, deadlines (s), ledger, caps, prices, options.

    `ledger` is a file that was named; without one the default of the user's cache folder serves, for real models
    alone. `command` is what was typed.
    """

    api_base: str | None = None
    max_connections: int = 64
    max_retries: int = 4
    timeout: float = 120.0
    options: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, dict[str, Any]] = field(default_factory=dict)
    prices: dict[str, Any] = field(default_factory=dict)
    via: Via = "auto"
    rpm: float | None = None
    tpm: float | None = None
    wait_endpoint: float | None = None
    ledger: Path | None = None
    use_ledger: bool = True
    refresh: bool = False
    max_time: float | None = None
    caps: Caps = field(default_factory=Caps)
    command: str = ""


class Chat:
    """A model that can be asked.

    `name` is as the user gave it, `model` what an alias means; `real` is False for what is built in.
    """

    prompting = Prompting()

    def __init__(
        self,
        spec: ModelSpec,
        backend: Backend,
        content_hash: str,
        options: dict[str, Any],
        rehearsal: Callable[[], Backend | None] = lambda: None,
    ) -> None:
        self.name = spec.given
        self.model = str(spec.folder or spec.model)
        self.hash = content_hash
        self.real = spec.real
        self._backend, self._rehearsal = backend, rehearsal
        self._options = {**spec.sampling, **options}

    @property
    def is_rehearsing(self) -> bool:
        """Return True while the built-in speaker answers in this model's place."""
        return self._rehearsal() is not None

    def prompted(self, prompting: Prompting) -> Chat:
        """Return the same chat, asked in another way where a protocol measures it."""
        other = copy.copy(self)
        other.prompting = prompting
        return other

    def wrapped(self, wrap: Callable[[Backend], Backend]) -> Chat:
        """Return the same chat with its backend wrapped: to watch or to spoil what it answers."""
        other, rehearsal = copy.copy(self), self._rehearsal

        def played() -> Backend | None:
            stand_in = rehearsal()
            return wrap(stand_in) if stand_in is not None else None

        other._backend, other._rehearsal = wrap(self._backend), played
        return other

    async def ask(self, request: Request, check: structured.Check | None = None) -> Reply:
        """Return the reply to a request; with a schema, `parsed` is valid and has passed `check`.

        Raises `CallFailed` (this call) or another `KardiaError` (the run).
        """
        if self._options:
            request = replace(request, sampling={**request.sampling, **self._options})
        return await structured.ask(self._rehearsal() or self._backend, request, check)


class Direct:
    """A model in this process: counted, and stopped with the others; it needs no limiter."""

    def __init__(self, inner: Backend, meter: Meter, stop_event: StopEvent, budget: Budget) -> None:
        self._inner, self._meter, self._stop_event, self._budget = inner, meter, stop_event, budget

    async def complete(self, request: Request) -> Reply:
        """Ask, unless the command is stopping."""
        self._stop_event.check()
        self._budget.count(paid=False)
        self._meter.count_sent()
        loop = asyncio.get_running_loop()
        began = loop.time()
        seconds = None
        try:
            reply = await self._inner.complete(request)
            seconds = loop.time() - began
            return reply.measured(0.0, seconds)
        finally:
            self._meter.count_ended(seconds)

    async def aclose(self) -> None:
        """Close the backend."""
        await self._inner.aclose()


class Counted:
    """A backend whose replies are counted here alone.

    `price` is that of the model that it replaces in a rehearsal; `repairs` False leaves repair turns uncounted.
    """

    def __init__(self, inner: Backend, meter: Meter, price: Price | None = None, repairs: bool = True) -> None:
        self._inner, self._meter, self._price, self._repairs = inner, meter, price, repairs

    async def complete(self, request: Request) -> Reply:
        """Ask and count."""
        reply = await self._inner.complete(request)
        if self._price is not None:
            reply = replace(reply, cost=self._price.cost(reply.usage))
        if self._repairs or not request.attempt:
            self._meter.count_reply(request, reply)
        return reply

    async def aclose(self) -> None:
        """Close the backend."""
        await self._inner.aclose()


class Gateway:
    """The chats of one command: each model is opened once, however many roles it plays."""

    def __init__(self, settings: CallSettings, say: Callable[[str], None] = lambda text: None) -> None:
        self.settings, self._say = settings, say
        self._open: dict[tuple[str, str | None], tuple[Chat, Backend]] = {}
        self._ledger: Ledger | None = None
        self.stop_event = StopEvent()
        self.budget = Budget(settings.caps, self.stop_event, lambda: self._ledger)
        self.meters: list[Meter] = []
        self._rehearsal: dict[str, Meter] | None = None
        if settings.caps.pipe_cost is not None and not settings.use_ledger:
            say("KARDIA_MAX_COST holds for this process alone: without a ledger the others are not known")
        if settings.max_time is not None:
            self.stop_event.deadline = time.monotonic() + settings.max_time

    def spec(self, name: str, api_base: str | None = None) -> ModelSpec:
        """Return the resolved name without opening the model."""
        spec = resolve(name, api_base or self.settings.api_base, self.settings.aliases)
        return through_litellm(spec) if self.settings.via == "litellm" else spec

    def chat(self, name: str, api_base: str | None = None) -> Chat:
        """Return the chat of a model, opened at the first use."""
        key = (name, api_base)
        if key not in self._open:
            spec = self.spec(name, api_base)
            backend, content_hash = self._compose(spec)
            chat = Chat(spec, backend, content_hash, self.settings.options, lambda: self._stand_in(spec))
            self._open[key] = (chat, backend)
        return self._open[key][0]

    @contextlib.contextmanager
    def rehearsing(self) -> Iterator[dict[str, Meter]]:
        """Let the built-in speaker answer for every model while open; yields the counts by model name."""
        self._rehearsal = {}
        try:
            yield self._rehearsal
        finally:
            self._rehearsal = None

    @property
    def is_rehearsing(self) -> bool:
        """True while the built-in speaker answers for every model."""
        return self._rehearsal is not None

    def _stand_in(self, spec: ModelSpec) -> Backend | None:
        if self._rehearsal is None:
            return None
        from kardia_cli.offline.backend import OfflineChat

        meter = self._rehearsal.setdefault(spec.given, Meter(spec.given, free=_is_free(spec)))
        return Counted(OfflineChat(), meter, find_price(spec, self.settings.prices), repairs=False)

    def specs(self) -> list[ModelSpec]:
        """Return the resolved names of the open models."""
        return [self.spec(*key) for key in self._open]

    @property
    def ledger(self) -> Ledger | None:
        """The open ledger, or None."""
        return self._ledger

    def stop(self, error: KardiaError) -> None:
        """Let no further call out; what is in flight comes back and is kept."""
        self.stop_event.set(error)

    async def wait_committed(self) -> None:
        """Wait until every reply that came so far is in the ledger: no row goes out before."""
        if self._ledger is not None:
            await self._ledger.wait_committed()

    async def aclose(self) -> None:
        """Close every backend, then the ledger."""
        for _, backend in self._open.values():
            await backend.aclose()
        self._open.clear()
        if self._ledger is not None:
            ledger, self._ledger = self._ledger, None
            await ledger.aclose()

    def _compose(self, spec: ModelSpec) -> tuple[Backend, str]:
        """Return the backend in its wrappers, and the hash of its weights.

        The only place that composes them: ledger ─▶ retry ─▶ limiter ─▶ budget ─▶ backend.
        """
        settings = self.settings
        meter = Meter(spec.given, free=_is_free(spec))
        self.meters.append(meter)
        backend, content_hash, served = _backend(spec, settings, self._say)
        ledger = self._ledger_for(spec)
        backend = (
            self._guarded(backend, spec, meter) if served else Direct(backend, meter, self.stop_event, self.budget)
        )
        if ledger is None and not spec.real:
            return Counted(backend, meter), content_hash
        reads_facts = spec.kind == "offline"
        identity = _identity(spec, content_hash)
        return Recorded(backend, identity, meter, self.stop_event, ledger, settings.refresh, reads_facts), content_hash

    def _guarded(self, backend: Backend, spec: ModelSpec, meter: Meter) -> Backend:
        settings = self.settings
        price = find_price(spec, settings.prices)
        if price is None and settings.caps.limits_cost and not meter.free:
            self._uncapped(spec)
        elif settings.caps.pipe_cost is not None and not settings.use_ledger:
            remedy = "leave out --no-ledger, or cap each command: --max-cost USD"
            raise UsageError("KARDIA_MAX_COST caps a whole pipe through the ledger, and there is none", remedy)
        where = spec.base or spec.model
        timeout = settings.timeout if not meter.free else settings.timeout + CHILD_START
        ceilings = Ceilings(settings.max_connections, timeout, settings.rpm, settings.tpm, settings.wait_endpoint)
        priced = Priced(backend, self.budget, price, may_cost(spec))
        limiter = Limiter(priced, ceilings, meter, self.stop_event, where, self._say)
        return Retry(limiter, settings.max_retries, meter, self.stop_event, where)

    def _uncapped(self, spec: ModelSpec) -> None:
        """Raise `UsageError` under --max-cost where no price is known.

        On one's own server KARDIA_MAX_COST does not count the model, and that is said.
        """
        if self.settings.caps.cost is None and spec.base and is_private_address(spec.base):
            self._say(f"no price is known for {spec.given}: KARDIA_MAX_COST does not count it")
            return
        raise UsageError(
            f"no price is known for {spec.given}, so no cost can be capped",
            f'add it to the --config file: [prices."{spec.given}"] with input and output, USD per million tokens; '
            "or use --max-calls",
        )

    def _ledger_for(self, spec: ModelSpec) -> Ledger | None:
        """Return the ledger, opened for the first model to be remembered; None for none.

        What is built in is remembered only where a file is named.
        """
        settings = self.settings
        if not settings.use_ledger or (not spec.real and settings.ledger is None):
            return None
        if self._ledger is None:
            try:
                self._ledger = Ledger(settings.ledger or default_path(), settings.command)
            except UsageError as error:
                if settings.ledger is not None or settings.caps.pipe_cost is not None:
                    raise
                self._say(f"{error.message}: nothing will be remembered")
        return self._ledger


def _is_free(spec: ModelSpec) -> bool:
    """Return True for a model in this process, where no call costs money."""
    return spec.kind in ("offline", "local", "hub")


def _identity(spec: ModelSpec, content_hash: str) -> tuple[str, str, str]:
    """Return the model's identity for the ledger: provider or kind, weights or name, revision; never its address."""
    if spec.kind in ("local", "hub"):
        return "weights", content_hash or spec.model, spec.revision
    if spec.kind == "offline":
        return spec.kind, content_hash, spec.revision
    provider = spec.provider or "openai"  # an endpoint with OpenAI's protocol
    return provider, content_hash or spec.model.removeprefix(f"{provider}/"), spec.revision


def _backend(spec: ModelSpec, settings: CallSettings, say: Callable[[str], None]) -> tuple[Backend, str, bool]:
    """Return the backend of a name, the hash of its weights ("" if not known), and True if it is served over HTTP."""
    if spec.kind == "offline":
        from kardia_cli.offline.backend import OfflineChat, source_hash

        return OfflineChat(), source_hash(), False
    if spec.kind in ("local", "hub"):
        return _weights(spec, settings, say)
    if spec.kind == "http":
        from kardia_cli.chat import special_tokens
        from kardia_cli.chat.http import HttpChat
        from kardia_cli.chat.keys import find_key

        base, key = spec.base or "", find_key(*spec.key_names)
        if base.startswith("http://") and not is_loopback(base):
            say(f"{base} is not https: prompts{' and the key' if key else ''} travel readable to everyone on the way")
        ends = special_tokens.ENDS if spec.provider == "hosted_vllm" else ()
        return HttpChat(spec.model, base, key, say, ends), "", True
    if spec.kind == "lite":
        from kardia_cli.chat.keys import find_key
        from kardia_cli.chat.lite import LiteChat

        return LiteChat(spec.model, spec.base, find_key(*spec.key_names)), "", True
    raise UsageError("`tiny` has to be trained before it can speak", "run `kardia sft` and name its folder")


def _weights(spec: ModelSpec, settings: CallSettings, say: Callable[[str], None]) -> tuple[Backend, str, bool]:
    """Return the backend of a model folder or hub model: a vLLM child where one can serve it, else in this process."""
    from kardia_cli.chat.vllm import child

    named = spec.folder or spec.model
    if settings.via == "auto" and spec.real and child.can_serve(spec.folder):
        served = child.VllmChat(named, say, spec.revision)
        return served, served.hash, True
    from kardia_cli.chat.local.backend import LocalChat

    local = LocalChat(named, revision=spec.revision)
    return local, local.hash, False


def pipe_cap() -> float | None:
    """Return KARDIA_MAX_COST, USD for all processes of one pipe, or None; `UsageError` where it is no amount."""
    text = os.environ.get("KARDIA_MAX_COST", "").strip()
    if not text:
        return None
    try:
        cap = float(text)
    except ValueError:
        cap = -1.0
    if not cap >= 0:  # NaN is no amount either
        raise UsageError(f"KARDIA_MAX_COST is {text!r}, no amount", "set it to USD, e.g. KARDIA_MAX_COST=5")
    return cap
