"""Headless Chromium by its debugging protocol, over the aiohttp that kardia has anyway: no driver to install.

`find()` is the browser's path or None: KARDIA_CHROMIUM, else the usual names on PATH. A `Browser` is one process with
its own empty profile; `Tab.requests` holds the address of everything a page asked for, and `Tab.errors` what it threw.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless_shell")
WHY_SKIPPED = "no Chromium on PATH (Debian: apt-get install chromium; or set KARDIA_CHROMIUM)"
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
    "--remote-debugging-port=0",
)  # fmt: skip


def find() -> str | None:
    """Where a Chromium is, or None."""
    named = os.environ.get("KARDIA_CHROMIUM")
    return named if named else next(filter(None, map(shutil.which, NAMES)), None)


class Tab:
    """One page. `run` evaluates an expression and gives its value; `press` and `type` are real key events."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            said = message.json()
            if "id" in said:
                self._waiting.pop(said["id"]).set_result(said)
            elif said["method"] == "Network.requestWillBeSent":
                self.requests.append(said["params"]["request"]["url"])
            elif said["method"] == "Runtime.exceptionThrown":
                self.errors.append(str(said["params"]["exceptionDetails"]))
            elif said["method"] == "Log.entryAdded" and said["params"]["entry"]["level"] == "error":
                self.errors.append(said["params"]["entry"]["text"])
            elif said["method"] == "Page.javascriptDialogOpening":
                self.errors.append("a dialog opened: " + said["params"]["message"])
                asyncio.create_task(self.call("Page.handleJavaScriptDialog", accept=True))  # noqa: RUF006

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol, and its result."""
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        said = await asyncio.wait_for(future, 60)
        if "error" in said:
            raise RuntimeError(f"{method}: {said['error']}")
        return dict(said["result"])

    async def run(self, expression: str) -> Any:
        said = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in said:
            raise RuntimeError(said["exceptionDetails"].get("exception", {}).get("description", expression))
        return said["result"].get("value")

    async def open(self, path: Path, fragment: str = "") -> None:
        """Load a file and wait until it shows its first view."""
        await self.call("Page.navigate", url="about:blank")
        await self.call("Page.navigate", url=path.resolve().as_uri() + fragment)
        for _ in range(1200):
            if await self.run("document.documentElement?.dataset?.shown !== undefined"):
                return
            if self.errors:
                raise RuntimeError(self.errors[0])
            await asyncio.sleep(0.02)
        raise TimeoutError(f"{path.name} showed nothing")

    async def size(self, width: int, height: int = 900, dark: bool = False) -> None:
        """The window's size in CSS pixels, and what the person's system prefers."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 700
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        await self.call("Emulation.setEmulatedMedia", features=scheme)

    async def press(self, key: str) -> None:
        """A key as a keyboard sends it: `j`, `/`, `Enter`, `Escape`, `ArrowDown`, …"""
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        code = {"Enter": 13, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40, "Tab": 9}.get(key, ord(key[0].upper()))
        await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **text)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    async def type(self, text: str) -> None:
        await self.call("Input.insertText", text=text)

    async def until(self, expression: str) -> Any:
        """Wait until the expression is true; its value. `TimeoutError` after five seconds."""
        for _ in range(250):
            value = await self.run(expression)
            if value:
                return value
            await asyncio.sleep(0.02)
        raise TimeoutError(expression)

    async def picture(self, path: Path) -> None:
        said = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(said["data"]))


@contextlib.asynccontextmanager
async def tab(folder: Path) -> AsyncIterator[Tab]:
    """A fresh browser with one tab; its profile and its downloads lie in `folder`."""
    program = find()
    assert program is not None, WHY_SKIPPED
    profile = folder / "profile"
    process = await asyncio.create_subprocess_exec(
        program, *FLAGS, f"--user-data-dir={profile}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        port = await _port(profile)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [page for page in await answer.json() if page["type"] == "page"]
            async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                made = Tab(socket)
                for domain in ("Page", "Runtime", "Network", "Log"):
                    await made.call(f"{domain}.enable")
                await made.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
                yield made
                made._reader.cancel()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _port(profile: Path) -> int:
    for _ in range(1500):
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            return int((profile / "DevToolsActivePort").read_text().split()[0])
        await asyncio.sleep(0.02)
    raise TimeoutError("Chromium did not start")


def walk(folder: Path, steps: Callable[[Tab], Coroutine[Any, Any, Any]]) -> Any:
    """Run `steps` with a fresh tab; the value they return."""

    async def go() -> Any:
        async with tab(folder) as made:
            return await steps(made)

    return asyncio.run(go())
