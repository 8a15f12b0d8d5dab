"""The same as kardia.py, over kardia's LiteLLM backend."""

from __future__ import annotations

import asyncio

import kardia

asyncio.run(kardia.main(via="litellm"))
