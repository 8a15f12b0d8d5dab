"""Every provider that LiteLLM knows, through LiteLLM (imported here alone: it takes 2 to 3 s and 140 MB)."""

from __future__ import annotations

import os
from typing import Any

from kardia_cli.chat import keys
from kardia_cli.chat.responses import read_choice, read_logprobs, read_usage, retry_after_of
from kardia_cli.errors import CallFailed, ProviderError, Why
from kardia_cli.rows.request import Reply, Request, json_schema


class LiteChat:
    """A model by its LiteLLM name."""

    def __init__(self, model: str, base: str | None = None, key: str | None = None) -> None:
        self._model, self._base = model, base
        self._key = key or ("none" if base else None)  # an endpoint of one's own may take any; LiteLLM wants one
        self._library: Any = None

    async def complete(self, request: Request) -> Reply:
        """Ask once; the wrappers retry."""
        library = self._load()
        fields: dict[str, Any] = {"seed": request.seed % 2**31, **request.sampling}
        if request.schema is not None:
            schema = {"name": request.schema.__name__, "schema": json_schema(request.schema)}
            fields["response_format"] = {"type": "json_schema", "json_schema": schema}
        try:
            answer = await library.acompletion(
                model=self._model,
                messages=request.messages,
                api_base=self._base,
                api_key=self._key,
                num_retries=0,
                max_retries=0,
                **fields,
            )
        except Exception as error:  # noqa: BLE001  # every provider's own tree; classified here, at the boundary, once
            if isinstance(error, library.ContentPolicyViolationError):
                return Reply("", finish_reason="content_filter")
            raise self._classified(error) from None
        return self._read(answer)

    async def prepare(self) -> None:
        """Import LiteLLM before any call is timed: seconds in which nothing else runs."""
        self._load()

    def _load(self) -> Any:
        if self._library is None:
            os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else the import opens a connection
            os.environ.setdefault("LITELLM_MODE", "PRODUCTION")  # else the import loads .env as a whole
            keys.export()
            import litellm

            litellm.suppress_debug_info = True
            litellm.drop_params = True
            self._library = litellm
        return self._library

    def _classified(self, error: Exception) -> Exception:
        library, said = self._library, " ".join(str(error).split())[:200]
        stops = (library.AuthenticationError, library.PermissionDeniedError, library.NotFoundError)
        if isinstance(error, stops):
            return ProviderError(f"{self._model}: {said}", "check the model's name and the provider's key")
        if "credentials" in said or "api_key" in said:
            return ProviderError(f"{self._model}: {said}", "set the provider's key in the environment or in .env")
        types: list[tuple[type[Exception], Why]] = [
            (library.ContextWindowExceededError, "invalid"),
            (library.Timeout, "timeout"),
            (library.RateLimitError, "rate_limit"),
            (library.BadRequestError, "invalid"),
            (library.APIConnectionError, "connection"),
        ]
        why: Why = next((why for kind, why in types if isinstance(error, kind)), "server")
        answer = getattr(error, "response", None)
        retry_after = (
            retry_after_of(getattr(answer, "headers", None) or {}) if why in ("rate_limit", "server") else None
        )
        return CallFailed(why, said, retry_after, unreached=why == "connection" and "annot connect" in said)

    def _read(self, answer: Any) -> Reply:
        choice = answer.choices[0]
        message = {
            name: getattr(choice.message, name, None)
            for name in ("content", "refusal", "reasoning_content", "reasoning")
        }
        finish, text, thinking = read_choice(choice.finish_reason, message)
        text = text.lstrip() if thinking else text  # LiteLLM takes the think block out and leaves its line break
        logs = getattr(choice, "logprobs", None)
        logs = logs.model_dump() if logs is not None and not isinstance(logs, dict) else logs
        return Reply(
            text, finish_reason=finish, usage=read_usage(answer.usage.model_dump() if answer.usage else {}),
            thinking=thinking, logprobs=read_logprobs(logs),
        )  # fmt: skip

    async def aclose(self) -> None:
        """LiteLLM keeps its clients in a module-wide cache; close those of this loop."""
        if self._library is not None:
            await self._library.close_litellm_async_clients()
