"""Precision and recall of the risk screen on examples/danger.jsonl: hand-written sentences and the dangers in them.

    python examples/danger.py [FILE]

A line of FILE is {"text": ..., "kinds": [...]}, with no kind where there is no danger. The sentences were written
for kardia and were at hand when its phrases were written, so on other texts both figures are lower.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from kardia_cli.text import risk


def main(file: Path) -> None:
    """Print, for each kind and for all together, how many are there, recall, how many are said, and precision."""
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    told = [(set(row["kinds"]), {sign.kind for sign in risk.signs(row["text"])}) for row in rows]
    lines = [f"{len(rows)} texts of {file.name}, {sum(not kinds for kinds, _ in told)} of them without danger", ""]
    lines.append(f"{'kind':16}{'there':>7}{'recall':>9}{'said':>7}{'precision':>11}")
    for name in (*risk.KINDS, "any"):
        there = [bool(kinds if name == "any" else name in kinds) for kinds, _ in told]
        said = [bool(found if name == "any" else name in found) for _, found in told]
        hits = sum(one and other for one, other in zip(there, said, strict=True))
        lines.append(f"{name:16}{sum(there):>7}{hits / sum(there):>9.3f}{sum(said):>7}{hits / sum(said):>11.3f}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("danger.jsonl"))
