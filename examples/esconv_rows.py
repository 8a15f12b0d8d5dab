"""ESConv as kardia rows: `python examples/esconv_rows.py esc-valid.txt > rows.jsonl`.

Reads the JSON lines of the published parts and the JSON list of FailedESConv.json. Several turns in a row by one side
stay as they are; turns without text are left out. Strategy labels are kept beside the message, survey scores beside the
row. The set is for academic use (CC BY-NC 4.0, Liu et al. 2021).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SIDES = {"usr": "user", "speaker": "user", "sys": "assistant", "listener": "assistant"}
ORIGIN = {"source": "ESConv", "licence": "CC BY-NC 4.0", "consent": ""}


def dialogues(path: Path) -> Iterator[dict[str, Any]]:
    """The dialogues of a file, whichever of the two layouts it has."""
    text = path.read_text(encoding="utf-8")
    if text.lstrip().startswith("["):
        yield from json.loads(text)
    else:
        yield from (json.loads(line) for line in text.split("\n") if line.strip())


def message(turn: dict[str, Any]) -> dict[str, Any]:
    """One turn: the published parts say usr and sys, the failed ones speaker (who seeks) and listener."""
    strategy = turn.get("strategy") or (turn.get("annotation") or {}).get("strategy")
    said = str(turn.get("text") or turn.get("content") or "").strip()
    return {"role": SIDES[turn["speaker"]], "content": said, **({"strategy": strategy} if strategy else {})}


def row(number: int, dialogue: dict[str, Any]) -> dict[str, Any]:
    """A dialogue as a kardia row; ESConv's emotions are none of the 32 labels, so they stay under their own name."""
    messages = [message(turn) for turn in dialogue["dialog"]]
    return {
        "id": f"esconv-{number}",
        "situation": str(dialogue.get("situation") or "").strip(),
        "messages": [said for said in messages if said["content"]],
        "origin": [{"part": part, **ORIGIN} for part in ("situation", "dialogue")],
        "esconv": {name: dialogue.get(name) for name in ("emotion_type", "problem_type", "experience_type")},
    }


def main() -> None:
    """Write the rows of the named files to stdout."""
    for name in sys.argv[1:]:
        for number, dialogue in enumerate(dialogues(Path(name))):
            sys.stdout.write(json.dumps(row(number, dialogue), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
