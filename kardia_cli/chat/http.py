"""OpenAI-compatible endpoints (OpenAI, vLLM, SGLang, llama.cpp, Ollama, `transformers serve`) over aiohttp and orjson.

A direct road, because LiteLLM and the SDKs cost 10 to 30 times the CPU of a call. One session, no cookie jar, no client
per request. A parameter that a provider refuses with 400 is dropped, said once and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson

from kardia_cli.chat.request import Reply, Request, Usage
from kardia_cli.errors import CallFailed, ProviderError

if TYPE_CHECKING:
    import aiohttp

_THINK = re.compile(r"^\s*<think>(.*?)</think>\s*", re.DOTALL)
_DROPPABLE = ("response_format", "seed", "temperature", "top_p", "max_tokens", "reasoning_effort", "stop")


class HttpChat:
    """A model behind `POST {base}/chat/completions`."""

    def __init__(self, model: str, base: str, key: str | None, say: Callable[[str], None] = lambda text: None) -> None:
        self._model, self._base, self._key, self._say = model, base, key, say
        self._session: aiohttp.ClientSession | None = None
        self._dropped: set[str] = set()

    async def complete(self, request: Request) -> Reply:
        """Ask once (twice where a parameter had to be dropped)."""
        while True:
            status, headers, body = await self._post(self._body(request))
            if status == 200:
                return read_reply(body)
            if status == 400 and self._drop_parameter(body, request):
                continue
            raise classify(status, headers, body, self._base, self._model)

    def _body(self, request: Request) -> bytes:
        fields: dict[str, Any] = {"model": self._model, "messages": request.messages, "seed": request.seed % 2**31}
        sampling = dict(request.sampling)
        extra = sampling.pop("extra_body", {})
        fields |= {name: value for name, value in sampling.items() if value is not None} | extra
        if request.schema is not None:
            schema = {"name": request.schema.__name__, "schema": request.schema.model_json_schema()}
            fields["response_format"] = {"type": "json_schema", "json_schema": schema}
        return orjson.dumps({name: value for name, value in fields.items() if name not in self._dropped})

    async def _post(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        import aiohttp

        session = self._open()
        try:
            async with session.post(f"{self._base}/chat/completions", data=body) as response:
                return response.status, dict(response.headers), await response.read()
        except aiohttp.InvalidURL:
            raise ProviderError(f"{self._base!r} is no address", "give --api-base http://HOST:PORT/v1") from None
        except TimeoutError:
            raise CallFailed("timeout", "the endpoint did not answer in time") from None
        except (aiohttp.ClientError, OSError) as error:
            raise CallFailed("connection", f"{type(error).__name__}: {error}") from None

    def _open(self) -> aiohttp.ClientSession:
        import aiohttp

        if self._session is None:
            headers = {"Content-Type": "application/json"}
            if self._key:
                headers["Authorization"] = f"Bearer {self._key}"
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=None),  # the limit wrapper holds the deadline
            )
        return self._session

    def _drop_parameter(self, body: bytes, request: Request) -> bool:
        text = body.decode("utf-8", "replace").lower()
        sent = {*request.sampling, "seed", *(["response_format"] if request.schema else [])}
        for name in _DROPPABLE:
            if name in sent and name not in self._dropped and name in text:
                self._dropped.add(name)
                self._say(f"{self._model} refuses {name!r}: sent without it from here on")
                return True
        return False

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def read_reply(body: bytes) -> Reply:
    """A chat completion as a reply; `length`, content filters and refusals are typed failures, not text."""
    try:
        answer = orjson.loads(body)
        choice = answer["choices"][0]
        message = choice["message"]
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError):
        raise CallFailed("server", "the endpoint's answer is no chat completion") from None
    finish = choice.get("finish_reason") or "stop"
    if message.get("refusal"):
        raise CallFailed("refusal", str(message["refusal"])[:200])
    if finish == "content_filter":
        raise CallFailed("content_filter", "the provider's filter stopped the reply")
    if finish == "length":
        raise CallFailed("length", "the reply was cut at max_tokens; raise it with --model-option max_tokens=N")
    text, thinking = message.get("content") or "", message.get("reasoning_content") or ""
    thought = _THINK.match(text)
    if thought:
        text, thinking = text[thought.end() :], thinking or thought[1].strip()
    used = answer.get("usage") or {}
    usage = Usage(int(used.get("prompt_tokens") or 0), int(used.get("completion_tokens") or 0))
    return Reply(text=text, finish_reason=finish, usage=usage, thinking=thinking)


def classify(status: int, headers: dict[str, str], body: bytes, base: str, model: str) -> Exception:
    """The error that an HTTP status means: this call's (`CallFailed`) or the run's (`ProviderError`)."""
    said = " ".join(body.decode("utf-8", "replace").split())[:200]
    if status in (401, 403):
        return ProviderError(f"{base} refuses the key ({status})", "set the key in the environment or in .env")
    if status == 404:
        return ProviderError(
            f"{base} does not know {model!r} (404: {said})", "check the name, and --api-base (often …/v1)"
        )
    if status == 402 or (status == 429 and "insufficient_quota" in said):
        return ProviderError(f"{base}: no credit left ({status})", "top up, or use another model")
    if status == 429:
        return CallFailed("rate_limit", said, _seconds(headers.get("Retry-After")))
    if status in (408, 409) or status >= 500:
        return CallFailed("server", f"{status}: {said}", _seconds(headers.get("Retry-After")))
    return CallFailed("invalid", f"{status}: {said}")


def _seconds(value: str | None) -> float | None:
    try:
        return None if value is None else max(0.0, float(value))
    except ValueError:
        return None
