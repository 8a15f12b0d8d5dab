"""Time to write a page of many dialogues and to open it in headless Chromium (`python tests/bench/viewer.py 5000`).

The rows are the offline speaker's own judged and rewritten dialogues, repeated under new ids until there are enough.
Opening is from navigation to the first dialogue on the screen, by the browser's own clock; the best of the repeats and
the slowest are printed, then what a key press and a first search cost.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))
import chromium

from kardia_cli.reporting.page.page import page

REPEATS = 5
CLOCK = "Number(document.documentElement.dataset.shown)"
PAINTED = "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"


def rows(count: int) -> list[dict[str, Any]]:
    """So many dialogue rows, critiques and revisions included."""
    kardia = [sys.executable, "-m", "kardia_cli"]
    made = subprocess.run([*kardia, "synthesize", "builtin", "-n", "60", "-q"], capture_output=True, check=True).stdout
    done = subprocess.run([*kardia, "refine", "-q"], input=made, capture_output=True, check=True).stdout
    kinds = [orjson.loads(line) for line in done.splitlines()]
    return [{**kinds[number % len(kinds)], "id": f"row-{number:05}"} for number in range(count)]


async def measure(tab: chromium.Tab, path: Path) -> dict[str, list[float]]:
    """Milliseconds of each step, once a repeat."""
    found: dict[str, list[float]] = {"open": [], "painted": [], "next (j)": [], "first search": [], "search": []}
    await tab.size(1280)
    for _ in range(REPEATS):
        await tab.open(path)
        found["painted"].append(await tab.run(PAINTED))
        found["open"].append(await tab.run(CLOCK))
        press = "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true}))"
        found["next (j)"].append(
            await tab.run(f"(() => {{ const t = performance.now(); {press}; return performance.now() - t; }})()")
        )
        for name, word in (("first search", "windowsill"), ("search", "grateful friend")):
            set_ = (
                f"const s = document.getElementById('search'); s.value = '{word}'; s.dispatchEvent(new Event('input'));"
            )
            waits = "new MutationObserver((_, o) => { o.disconnect(); done(performance.now() - t - 90); })"
            watch = f"{waits}.observe(document.querySelector('#list > div'), {{childList: true}});"
            found[name].append(
                await tab.run(f"new Promise((done) => {{ const t = performance.now(); {set_} {watch} }})")
            )
    return found


def main(count: int) -> None:
    held = rows(count)
    start = time.perf_counter()
    text = page({"title": f"{count} dialogues", "dialogues": held})
    print(f"{count} dialogues: page of {len(text) / 1e6:.1f} MB written in {time.perf_counter() - start:.2f} s")
    if chromium.find() is None:
        print(chromium.WHY_SKIPPED)
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "view.html"
        path.write_text(text, encoding="utf-8")
        found = chromium.walk(Path(folder), lambda tab: measure(tab, path))
    for name, times in found.items():
        print(f"  {name:14} {min(times):7.0f} ms best, {max(times):7.0f} ms slowest of {len(times)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
