"""The openai package (the one that litellm brings), its defaults, no retries."""

from __future__ import annotations

import asyncio

import common
import openai


async def main() -> None:
    """Ask for every prompt over one client."""
    prompts, output, base, calls = common.arguments()
    async with openai.AsyncOpenAI(base_url=base, api_key="bench", max_retries=0) as client:

        async def ask(row: common.Row) -> str:
            answer = await client.chat.completions.create(
                model=common.MODEL, messages=common.messages(row), temperature=common.TEMPERATURE
            )
            return answer.choices[0].message.content or ""

        await common.work_through(prompts, output, calls, ask)


asyncio.run(main())
