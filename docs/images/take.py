"""Take the pictures of these pages from the page of `make demo`: `make pictures`.

Needs a Chromium (tests/support/chromium.py).

report.png    the figures          1100 × 720
reading.png   a dialogue, opened   1280 × 860
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "support"))

import chromium  # noqa: E402  # it is on the path since the line above


async def take(tab: chromium.Tab, page: Path) -> None:
    """Photograph both views of a report page."""
    await tab.size(1100, 720)
    await tab.open(page)
    await tab.picture(HERE / "report.png")
    await tab.size(1280, 860)
    await tab.run("document.querySelector('nav button[data-view=dialogues]').click()")
    for key in "jjjo":  # a dialogue with a rewritten turn, all its spans
        await asyncio.sleep(0.3)
        await tab.press(key)
    await asyncio.sleep(0.3)
    await tab.picture(HERE / "reading.png")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        chromium.walk(Path(folder), lambda tab: take(tab, Path(sys.argv[1])))
