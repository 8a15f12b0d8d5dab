"""Raw aiohttp and orjson: what a chat completion costs at the least, in Python, without retries, checks or a ledger."""

from __future__ import annotations

import asyncio

import aiohttp
import common
import orjson


async def main() -> None:
    """Ask for every prompt over one session."""
    prompts, output, base, calls = common.arguments()
    url, headers = f"{base}/chat/completions", {"Content-Type": "application/json", "Authorization": "Bearer bench"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=headers) as session:

        async def ask(row: common.Row) -> str:
            fields = {"model": common.MODEL, "messages": common.messages(row), "temperature": common.TEMPERATURE}
            async with session.post(url, data=orjson.dumps(fields)) as response:
                response.raise_for_status()
                content: str = orjson.loads(await response.read())["choices"][0]["message"]["content"]
                return content

        await common.work_through(prompts, output, calls, ask)


asyncio.run(main())
