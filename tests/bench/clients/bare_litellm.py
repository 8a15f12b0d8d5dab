"""litellm.acompletion as it comes, with its prices read from the package rather than the net, and no retries."""

from __future__ import annotations

import asyncio
import os

import common


async def main() -> None:
    """Ask for every prompt."""
    prompts, output, base, calls = common.arguments()
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    async def ask(row: common.Row) -> str:
        answer = await litellm.acompletion(
            model=f"openai/{common.MODEL}",
            messages=common.messages(row),
            temperature=common.TEMPERATURE,
            api_base=base,
            num_retries=0,
            max_retries=0,
        )
        content: str = answer.choices[0].message.content
        return content

    await common.work_through(prompts, output, calls, ask)


asyncio.run(main())
