"""What do wrong labels cost? Easy rows, drafts that pass and judge calls, with few or many wrong labels in drafts.

Drafts do not know the dialogue's label. The offline speaker names a wrong one in about 6 % of its turns;
`--model-option wrong_label_share=0.85` makes it 85 %, which is about what GPT-4o does by our reading of a figure of
the paper. A wrong label alone is corrected without a rewrite and without a verdict, so neither difficulty nor judge
calls should follow it.

Exits with 1 where, at 85 %, fewer than half of the rows are easy, or a kept dialogue takes more than 1.3 times the
judge calls that it takes at 4 %. `make label-regime` runs it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kardia_cli.rows import labels
from kardia_cli.rows.prompts import supporter_turns
from kardia_cli.screen.console import print_table

Row = dict[str, Any]
SHARES = (0.04, 0.85)
LEAST_EASY, MOST_CALLS = 0.5, 1.3
ROADS = {"synthesize | refine": ("refined",), "synthesize | critique | refine": ("judged", "judged-refined")}


def kardia(folder: Path, name: str, *arguments: str) -> None:
    """Run one command offline; its rows go to NAME.jsonl, its counts to NAME.json."""
    files = ["-o", f"{name}.jsonl", "--summary", f"{name}.json", "--rejects", f"{name}-rejects.jsonl"]
    subprocess.run([sys.executable, "-m", "kardia_cli", *arguments, "-q", *files], cwd=folder, check=True)


def rows(folder: Path, name: str) -> list[Row]:
    """Return the rows of a run."""
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").split("\n") if line]


def judge_calls(folder: Path, names: Sequence[str]) -> int:
    """Return the judge's calls in these runs."""
    counted: Counter[str] = Counter()
    for name in names:
        for model in json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["models"]:
            counted.update({role["role"]: role["calls"] + role["cached"] for role in model["roles"]})
    return counted["judge"]


def make(folder: Path, count: int, seed: int, share: float) -> None:
    """Make drafts with this share of wrong labels in a folder, and the dialogues of both roads."""
    common = ["--model", "offline", "--seed", str(seed)]
    # About 4 % are wrong unasked: the planted faults.
    asked = ["--model-option", f"wrong_label_share={share}"] if share > min(SHARES) else []
    kardia(folder, "drafts", "synthesize", "builtin", "-n", str(count), *common, *asked)
    kardia(folder, "refined", "refine", "drafts.jsonl", "--judge-model", "offline", *common)
    kardia(folder, "judged", "critique", "drafts.jsonl", "--judge-model", "offline", "--seed", str(seed))
    kardia(folder, "judged-refined", "refine", "judged.jsonl", "--judge-model", "offline", *common)


def measure(folder: Path, share: float) -> list[Row]:
    """Return a line for each road."""
    drafts, table = rows(folder, "drafts"), []
    labelled = [labels.said(row, row["messages"][turn]["content"]) not in ("", row["emotion"]) for row in drafts
                for turn in supporter_turns(row)]  # fmt: skip
    for road, runs in ROADS.items():
        kept = rows(folder, runs[-1])
        first = [critique for row in kept for critique in passing(row)]
        table.append({
            "road": road, "wrong labels asked": share, "wrong labels": sum(labelled) / len(labelled),
            "kept": len(kept), "easy": sum(row["difficulty"] == "easy" for row in kept) / len(kept),
            "drafts that pass": sum(first) / len(first),
            "judge calls per kept": judge_calls(folder, runs) / len(kept),
        })  # fmt: skip
    return table


def passing(row: Row) -> list[bool]:
    """Return for each supporter turn whether its draft passed, its label corrected or not: no rewrite was needed."""
    rewritten = {note["turn"] for note in row["revisions"] if note["kind"] == "rewrite"}
    return [turn not in rewritten for turn in supporter_turns(row)]


def holds(table: Sequence[Row]) -> bool:
    """Return True where every road keeps both bounds at the larger share."""
    held = True
    for road in ROADS:
        low, high = sorted(
            (line for line in table if line["road"] == road), key=lambda line: line["wrong labels asked"]
        )
        held &= high["easy"] >= LEAST_EASY
        held &= high["judge calls per kept"] <= MOST_CALLS * low["judge calls per kept"]
    return held


def main() -> int:
    """Make, measure and print; 0 where the bounds hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("-n", type=int, default=200, help="drafts to make (default: 200)")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    table: list[Row] = []
    for share in SHARES:
        with tempfile.TemporaryDirectory(prefix="kardia-labels-") as folder:
            make(Path(folder), chosen.n, chosen.seed, share)
            table += measure(Path(folder), share)
    print_table("what wrong labels cost", table)
    held = holds(table)
    said = "the bounds hold" if held else f"a bound breaks: easy >= {LEAST_EASY}, calls <= {MOST_CALLS} times"
    sys.stdout.write(f"{said}\n")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
