"""OpenAI-compatible endpoints (OpenAI, vLLM, SGLang, llama.cpp, Ollama, `transformers serve`) over aiohttp and orjson.

A direct road, because LiteLLM and the SDKs cost 10 to 30 times the CPU of a call. One session, no cookie jar, no client
per request. A parameter that a provider refuses with 400 is dropped, said once and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from kardia_cli.chat.responses import classify, read_quota, read_reply
from kardia_cli.chat.special_tokens import cut
from kardia_cli.errors import CallFailed, ProviderError
from kardia_cli.rows.request import Reply, Request, json_schema

if TYPE_CHECKING:
    import aiohttp

_DROPPABLE = re.compile(
    r"\b(response_format|json_schema|seed|temperature|top_p|max_tokens|reasoning_effort|stop|logprobs|top_logprobs"
    r"|skip_special_tokens)\b"
)
_TOO_LONG = ("context length", "context_length", "too long", "too large", "maximum context")
CONNECT_TIMEOUT = 10.0


class HttpChat:
    """A model behind `POST {base}/chat/completions`.

    Where `ends` are given (a vLLM server), free text is asked for with its special tokens, and these ends are cut off.
    """

    def __init__(
        self,
        model: str,
        base: str,
        key: str | None,
        say: Callable[[str], None] = lambda text: None,
        ends: Sequence[str] = (),
    ) -> None:
        self._model, self._base, self._key, self._say = model, base.rstrip("/"), key, say
        self._ends = ends
        self._session: aiohttp.ClientSession | None = None
        self._url: Any = None
        self._refused: dict[str, str] = {}  # parameter -> what it is called here instead ('' where it is left out)

    async def complete(self, request: Request) -> Reply:
        """Ask once (again where a parameter had to be dropped)."""
        while True:
            sent = self._fields(request)
            status, headers, body = await self._post(orjson.dumps(sent))
            if status == 200:
                reply = read_reply(body, read_quota(headers))
                return replace(reply, text=cut(reply.text, self._ends)) if "skip_special_tokens" in sent else reply
            if status == 400 and self._drop_parameter(body, sent):
                continue
            answer = classify(status, headers, body, self._base, self._model)
            if isinstance(answer, Reply):
                return answer
            raise answer

    def _fields(self, request: Request) -> dict[str, Any]:
        fields: dict[str, Any] = {"model": self._model, "messages": request.messages, "seed": request.seed % 2**31}
        if self._ends and request.schema is None:
            fields["skip_special_tokens"] = False
        for name, value in request.sampling.items():
            if name == "extra_body":
                fields |= value
            elif value is not None:
                fields[name] = value
        if request.schema is not None:
            schema = {"name": request.schema.__name__, "schema": json_schema(request.schema)}
            fields["response_format"] = {"type": "json_schema", "json_schema": schema}
        for name, instead in self._refused.items():
            value = fields.pop(name, None)
            if instead and value is not None:
                fields[instead] = value
        return fields

    async def _post(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        import aiohttp

        session = self._open()
        try:
            async with session.post(self._url, data=body) as response:
                return response.status, response.headers, await response.read()
        except aiohttp.InvalidURL:
            raise ProviderError(f"{self._base!r} is no address", "give --api-base http://HOST:PORT/v1") from None
        except aiohttp.ClientConnectorError as error:
            raise CallFailed("connection", f"cannot connect: {error.os_error}", unreached=True) from None
        except TimeoutError as error:
            unreached = isinstance(error, aiohttp.ConnectionTimeoutError)
            raise CallFailed("timeout", "the endpoint did not answer in time", unreached=unreached) from None
        except (aiohttp.ClientError, OSError) as error:
            raise CallFailed("connection", f"the connection was lost ({type(error).__name__})") from None

    async def prepare(self) -> None:
        """Import aiohttp before any call is timed.

        Else the first answers seem to have queued, and the window stays small.
        """
        self._open()

    async def probe(self) -> bool:
        """Return True if the endpoint answers at all, and not as a proxy does for a server that is gone."""
        import aiohttp

        self._open()
        try:
            timeout = aiohttp.ClientTimeout(total=CONNECT_TIMEOUT)
            async with self._open().get(f"{self._base}/models", timeout=timeout) as response:
                return response.status not in (502, 503, 504)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    def _open(self) -> aiohttp.ClientSession:
        import aiohttp
        from yarl import URL

        if self._session is None:
            headers = {"Content-Type": "application/json"}
            if self._key:
                headers["Authorization"] = f"Bearer {self._key}"
            self._url = URL(f"{self._base}/chat/completions")
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=headers,
                # The limiter holds the deadline of a call.
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT),
            )
        return self._session

    def _drop_parameter(self, body: bytes, sent: Mapping[str, Any]) -> bool:
        """Take a refused parameter out of this call and all that follow; False if none of those sent is named."""
        text = body.decode("utf-8", "replace").lower()
        if any(words in text for words in _TOO_LONG):
            return False
        for name in dict.fromkeys(_DROPPABLE.findall(text)):
            name = "response_format" if name == "json_schema" else name
            if name not in sent:
                continue
            if name not in self._refused:  # several calls in flight may be told the same
                other = "max_completion_tokens"
                self._refused[name] = other if name == "max_tokens" and other in text else ""
                how = f"as {self._refused[name]!r}" if self._refused[name] else "without it"
                self._say(f"{self._model} refuses {name!r}: sent {how} from here on")
            return True
        return False

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
