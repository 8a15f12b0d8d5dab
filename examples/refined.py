"""Do refined dialogues beat their drafts on a judge that refine never asked? And what does each road cost in calls?

Two roads from the same profiles and situations, all offline: `synthesize | refine`, and `synthesize --judge-model`,
which rewrites each turn before the seeker goes on. Kept dialogues are compared with the drafts of the same ids by the
EPITOME facets, whose rules share nothing with the judge that refine asks, and by the planted faults that are left,
slips of the rewriter included. Differences come with a 95 % interval from redrawing people, since one person has
several dialogues.

This shows that refining does what it is there for; the offline speaker is no model of people, so it shows nothing more.
Exits with 1 where either road is not better than the drafts. `make refined` runs it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import mean
from typing import Any

from kardia_cli.metrics.epitome_rules import facets
from kardia_cli.rows import turn_format
from kardia_cli.rows.prompts import supporter_turns
from kardia_cli.screen.console import print_table
from kardia_cli.statistics.agreement import Interval, paired_interval

Row = dict[str, Any]
Measures = dict[str, float]
ROLES = ("seeker", "supporter", "judge", "rewriter")


def kardia(folder: Path, name: str, *arguments: str) -> None:
    """Run one command offline; its rows go to NAME.jsonl, its counts to NAME.json."""
    files = ["-o", f"{name}.jsonl", "--summary", f"{name}.json", "--rejects", f"{name}-rejects.jsonl"]
    subprocess.run([sys.executable, "-m", "kardia_cli", *arguments, "-q", *files], cwd=folder, check=True)


def rows(folder: Path, name: str) -> dict[str, Row]:
    """The rows of a run by id."""
    lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
    return {row["id"]: row for row in (json.loads(line) for line in lines if line)}


def measures(row: Row) -> Measures:
    """Means over a dialogue's supporter turns: each facet 0 to 2, their sum 0 to 6, and planted faults, 0 or 1."""
    planted = [json.loads(note["trace"])["planted"] is not None for note in row["traces"]]
    turns, form = supporter_turns(row), turn_format.declared(row)
    found: defaultdict[str, list[float]] = defaultdict(list)
    for turn in turns:
        said, reply = row["messages"][turn - 1]["content"], form.visible(row["messages"][turn]["content"])
        for name, facet in facets(said, reply).items():
            found[name].append(facet.level)
    each = {name: mean(levels) for name, levels in found.items()}
    return {"facets, sum": sum(each.values()), **each, "planted faults": sum(planted) / len(turns)}


def compared(drafts: Mapping[str, Row], done: Mapping[str, Row]) -> dict[str, tuple[float, float, Interval]]:
    """For each measure: mean of the drafts, mean of what was made of them, and the paired difference."""
    before = {name: measures(drafts[name]) for name in done}
    after = {name: measures(row) for name, row in done.items()}
    result = {}
    for measure in next(iter(after.values()), {}):
        by_person: defaultdict[str, list[float]] = defaultdict(list)
        for name, row in done.items():
            by_person[row["anon_username"]].append(after[name][measure] - before[name][measure])
        pair = [mean(each[name][measure] for name in done) for each in (before, after)]
        result[measure] = (pair[0], pair[1], paired_interval(list(by_person.values())))
    return result


def calls(folder: Path, *names: str) -> Counter[str]:
    """Calls of these runs by role."""
    counts: Counter[str] = Counter()
    for name in names:
        for model in json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["models"]:
            counts.update({role["role"]: role["calls"] + role["cached"] for role in model["roles"]})
    return counts


def made(folder: Path, count: int, seed: int) -> None:
    """Make the drafts, and the dialogues of both roads, in a folder."""
    common = ["--model", "offline", "--seed", str(seed)]
    kardia(folder, "drafts", "synthesize", "builtin", "-n", str(count), *common)
    kardia(folder, "refined", "refine", "drafts.jsonl", "--judge-model", "offline", *common)
    kardia(folder, "grown", "synthesize", "builtin", "-n", str(count), "--judge-model", "offline", *common)


def is_better(results: Mapping[str, tuple[float, float, Interval]]) -> bool:
    """Whether the facets rose and the faults fell, each interval clear of 0."""
    up, down = results["facets, sum"][2].low, results["planted faults"][2].high
    return up is not None and down is not None and up > 0 > down


def report(folder: Path, say: Callable[[str], None] = print) -> bool:
    """Print both tables; whether both roads are better than the drafts."""
    drafts, costs, better = rows(folder, "drafts"), [], []
    for road, name, runs in (
        ("synthesize | refine", "refined", ("drafts", "refined")),
        ("synthesize --judge-model", "grown", ("grown",)),
    ):
        done = rows(folder, name)
        results = compared(drafts, done)
        better.append(is_better(results))
        people = len({row["anon_username"] for row in done.values()})
        print_table(
            f"{road}: {len(done)} of {len(drafts)} kept, {people} people",
            [
                {
                    "a supporter turn": m,
                    "drafts": b,
                    "made of them": a,
                    "difference": d.value,
                    "from": d.low,
                    "to": d.high,
                }
                for m, (b, a, d) in results.items()
            ],
        )
        spent = calls(folder, *runs)
        costs.append({
            "road": road, "kept": len(done), "dropped": len(drafts) - len(done),
            **{role: spent[role] / len(done) for role in ROLES}, "all": spent.total() / len(done),
        })  # fmt: skip
    print_table("calls for each kept dialogue", costs)
    say("both roads beat their drafts" if all(better) else "not every road beats its drafts")
    return all(better)


def main() -> int:
    """Make and compare; 0 where both roads are better."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("-n", type=int, default=200, help="drafts to make (default: 200)")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kardia-refined-") as folder:
        made(Path(folder), chosen.n, chosen.seed)
        return 0 if report(Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
