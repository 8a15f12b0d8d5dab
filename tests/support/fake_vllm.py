"""Stands for `vllm serve`: the same flags, /health, /v1/models and chat completions, and a worker that it spawns.

What it is to do and where it notes what it saw come from the environment: FAKE_VLLM_NOTES is a folder, FAKE_VLLM one of
"" (serve), "die" (end at the start, with an error), "die once" (the first one ends at its second request), "hang"
(never be ready), "stubborn" (ignore SIGTERM).
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from aiohttp import web

NOTES = Path(os.environ["FAKE_VLLM_NOTES"])
MODE = os.environ.get("FAKE_VLLM", "")


def note(kind: str, what: object) -> None:
    """Add a line to a file of notes."""
    with (NOTES / kind).open("a") as file:
        file.write(json.dumps(what) + "\n")


def flag(name: str) -> str:
    """The value after a flag of the command line."""
    return sys.argv[sys.argv.index(name) + 1]


def served() -> list[str]:
    """The names it answers to."""
    adapters = [flag("--lora-modules").split("=")[0]] if "--lora-modules" in sys.argv else []
    return [flag("--served-model-name"), *adapters]


def refuses_key(request: web.Request) -> bool:
    return request.headers.get("Authorization") != f"Bearer {os.environ['VLLM_API_KEY']}"


async def health(request: web.Request) -> web.Response:
    return web.Response(status=503 if MODE == "hang" else 200)


async def models(request: web.Request) -> web.Response:
    if refuses_key(request):
        return web.Response(status=401)
    return web.json_response({"data": [{"id": name, "max_model_len": 300} for name in served()]})


async def chat(request: web.Request) -> web.Response:
    body = await request.json()
    if refuses_key(request) or body["model"] not in served():
        return web.Response(status=401)
    note("asked", body)
    first = len((NOTES / "command").read_text().splitlines()) == 1
    if MODE == "die once" and first and len((NOTES / "asked").read_text().splitlines()) > 1:
        print("CUDA error: an illegal memory access", flush=True)
        os._exit(1)
    await asyncio.sleep(0.05)
    message = {"role": "assistant", "content": f"to {body['messages'][-1]['content']}"}
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    return web.json_response({"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage})


def main() -> None:
    note("command", sys.argv[1:])
    note("key", os.environ["VLLM_API_KEY"])
    note("pids", os.getpid())
    if MODE == "die":
        print("loading\nValueError: no room on the GPU for this model", flush=True)
        sys.exit(1)
    if MODE == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note("pids", subprocess.Popen(["sleep", "600"]).pid)
    app = web.Application()
    app.add_routes([web.get("/health", health), web.get("/v1/models", models), web.post("/v1/chat/completions", chat)])
    web.run_app(app, host=flag("--host"), port=int(flag("--port")), print=None, handle_signals=MODE != "stubborn")


if __name__ == "__main__":
    main()
