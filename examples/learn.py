"""Does reinforcement learning earn its keep after SFT? Five seeds, on a CPU, with the commands a user would type.

    people, situations ─ synthesize ─▶ drafts ─ sft ─▶ SFT ─┬─ grpo ───────────────────▶ GRPO
                                                            └─ grpo, learning rate 0 ──▶ control

The drafts are the offline speaker's and are not refined: a share of their turns has a planted fault (the share is
printed), and so is learned by SFT. Each point is measured by `kardia evaluate` on people whom no training saw, with
sampled replies (temperature 1, noise of its own for each point: also the control's replies differ from SFT's). The mean
reward is the one that grpo pays: a third each for format, emotion and rubric, by the offline judge.

The interval that decides is Student's over the seeds' differences from SFT; beside it stands one from redrawing
people (all replies to a person together, the seeds' differences averaged). Exits with 1 unless GRPO's excludes 0 from
above and the control's includes 0. Writes learn.json, learn.html (the curves of all runs) and the runs to OUT; typed
again, trainings that ended are kept and the others begin anew.

It shows that the training works, not that it helps anyone: speaker and judge are rules. `make learn` runs it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from kardia_cli.rows.records import split_of
from kardia_cli.screen.console import print_table
from kardia_cli.statistics import paired_difference
from kardia_cli.statistics.agreement import paired_interval
from kardia_cli.stream import embedded

Row = dict[str, Any]
WORK = ("florist", "baker", "nurse", "driver", "teacher", "welder", "clerk", "plumber", "painter", "tailor")
PLACES = (
    "by the harbour", "on the hill", "behind the station", "near the old mill", "at the edge of town", "over a bakery",
    "beside the park", "in a tall house",
)  # fmt: skip
TYPES = ("INFP", "ISTJ", "ENFJ", "ESTP")
EMOTIONS = ("anxious", "proud", "lonely", "grateful", "angry", "sad", "joyful", "guilty")
"""The situations used: with 8 of the 32 labels a model of 0.2 million parameters gets somewhere in a minute."""
POINTS = ("sft", "control", "grpo")
QUIET = {
    "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "KARDIA_SALT": "kardia-makefile",
    "MALLOC_TRIM_THRESHOLD_": "2000000000", "MALLOC_MMAP_THRESHOLD_": "2000000000",
}  # fmt: skip
GRPO = {
    "learning_rate": 8e-4,
    "beta": 0.02,
    "per_device_train_batch_size": 64,
    "num_generations": 8,
    "max_completion_length": 200,
}
"""64 completions a step and beta above 0: with less it drifts. The other settings are `tiny`'s own."""


@dataclass(frozen=True)
class Plan:
    """The size of the experiment and its folder.

    `dialogues` counts drafts, `draws` the sampled replies to each held-out turn, `jobs` processes side by side.
    """

    out: Path
    dialogues: int = 1600
    sft_steps: int = 400
    grpo_steps: int = 50
    draws: int = 2
    seeds: Sequence[int] = (0, 1, 2, 3, 4)
    jobs: int = 2

    def run(self, seed: int, point: str) -> Path:
        """The run folder of a seed's point."""
        return self.out / f"seed-{seed}" / point


def kardia(*arguments: object) -> None:
    """One command, as a process of its own; its log is shown only where it fails."""
    command = [sys.executable, "-m", "kardia_cli", *map(str, arguments)]
    done = subprocess.run(command, env={**QUIET, **os.environ}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stderr[-2000:]}")


def read(path: Path) -> list[Row]:
    """The rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, rows: Sequence[Row]) -> Path:
    """Write rows as JSONL."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def people() -> list[Row]:
    """Eighty short made-up people: enough that a test split by people has some, short so that prompts are."""
    return [
        {
            "source_id": f"learn-{number}",
            "person": f"MBTI: {TYPES[number % len(TYPES)]}\nAbout: I am a {WORK[number % len(WORK)]} and live "
            f"{PLACES[number // len(WORK)]}.\nSignature: One day after the other.",
        }
        for number in range(len(WORK) * len(PLACES))
    ]


def drafts(plan: Plan) -> list[Row]:
    """Make the drafts, one exchange each, in OUT/drafts.jsonl."""
    situations = [row for row in embedded.rows("situations") if row["emotion"] in EMOTIONS]
    raw, met = write(plan.out / "people.jsonl", people()), write(plan.out / "situations.jsonl", situations)
    made, profiles = plan.out / "drafts.jsonl", plan.out / "profiles.jsonl"
    kardia("build-profiles", raw, "--force", "-o", profiles)
    kardia(
        "synthesize", profiles, "--scenarios", met, "-n", plan.dialogues, "--max-exchanges", 1,
        "--model", "offline", "--force", "-o", made,
    )  # fmt: skip
    return read(made)


def planted(rows: Sequence[Row]) -> float:
    """Share of supporter turns with a planted fault."""
    notes = [json.loads(note["trace"])["planted"] is not None for row in rows for note in row["traces"]]
    return mean(notes)


def train(plan: Plan, seed: int, point: str) -> None:
    """Train one point of a seed; its metrics are in the run folder."""
    run, common = plan.run(seed, point), [plan.out / "drafts.jsonl", "--seed", seed, "--set", "train.save_strategy=no"]
    run.parent.mkdir(parents=True, exist_ok=True)
    if point == "sft":
        steps = [f"train.max_steps={plan.sft_steps}", "train.per_device_train_batch_size=8", "train.eval_strategy=no"]
        kardia("sft", *common, "-o", run, "--model", "tiny", "--difficulty", "all", *_sets(steps))
        return
    table = {**GRPO, "max_steps": plan.grpo_steps, **({"learning_rate": 0.0} if point == "control" else {})}
    rewards = ["--reward", "format=1", "--reward", "emotion=1", "--reward", "rubric=1", "--judge-model", "offline"]
    sets = _sets([f"train.{key}={value}" for key, value in table.items()])
    kardia("grpo", *common, "-o", run, "--model", plan.run(seed, "sft"), *rewards, *sets)


def _sets(settings: Sequence[str]) -> list[str]:
    return [part for setting in settings for part in ("--set", setting)]


def measure(plan: Plan, seed: int, point: str) -> list[Row]:
    """Score the rows of the people held out with a point's model.

    A reply's noise comes from the row's id, so each point has ids of its own.
    """
    run = plan.run(seed, point)
    held = [row for row in read(plan.out / "drafts.jsonl") if split_of(row) == "test"] * plan.draws
    named = [{**row, "id": f"{row['id']}-{point}-{seed}-{number}"} for number, row in enumerate(held)]
    rows, scores = write(run.with_suffix(".rows.jsonl"), named), run.with_suffix(".scores.jsonl")
    kardia(
        "evaluate", rows, "--model", run, "--judge-model", "offline", "--with", "temperature=1", "--with",
        "max_tokens=200", "--force", "-o", scores,
    )  # fmt: skip
    rows.unlink()
    return [
        {"id": row["id"], "anon_username": row["anon_username"]} | score
        for row, score in zip(held, read(scores), strict=True)
    ]


def learn(plan: Plan) -> dict[tuple[int, str], list[Row]]:
    """Train and measure every point of every seed, `jobs` at a time: all SFT first, since the others start from it."""
    with ThreadPoolExecutor(plan.jobs) as pool:
        waits: dict[tuple[int, str], Future[list[Row]]] = {}

        def point_of(seed: int, point: str) -> list[Row]:
            if point != "sft":
                waits[seed, "sft"].result()  # was handed out before this one: it runs or is done
            began = time.monotonic()
            train(plan, seed, point)
            scores = measure(plan, seed, point)
            say(f"seed {seed}, {point}: {time.monotonic() - began:.0f} s, mean reward {figures(scores)['reward']:.3f}")
            return scores

        order = [(seed, "sft") for seed in plan.seeds]
        order += [(seed, point) for seed in plan.seeds for point in POINTS[1:]]
        for key in order:
            waits[key] = pool.submit(point_of, *key)
        return {key: wait.result() for key, wait in waits.items()}


def figures(scores: Sequence[Row]) -> dict[str, float]:
    """Means over the scored replies of a point."""
    parts = [{part["id"]: part["value"] for part in row["parts"]} for row in scores if row["value"] is not None]
    of_parts = {name: mean(each[name] for each in parts) for name in ("format", "emotion", "rubric")}
    return {"reward": mean(row["value"] for row in scores if row["value"] is not None), **of_parts}


def over_seeds(differences: Sequence[float]) -> tuple[float | None, float | None]:
    """Student's 95 % interval of the mean; (None, None) for fewer than two seeds."""
    found = paired_difference([0.0] * len(differences), differences, range(len(differences)))
    return found.low, found.high


def compare(found: Mapping[tuple[int, str], list[Row]], seeds: Sequence[int], point: str) -> dict[str, Any]:
    """A point's difference from SFT: by seed, with the interval over seeds, and with the one from redrawing people."""
    means = [figures(found[seed, point])["reward"] - figures(found[seed, "sft"])["reward"] for seed in seeds]
    by_person: defaultdict[str, list[float]] = defaultdict(list)
    for scores in zip(*(zip(found[seed, point], found[seed, "sft"], strict=True) for seed in seeds), strict=True):
        pairs = [
            after["value"] - before["value"]
            for after, before in scores
            if None not in (after["value"], before["value"])
        ]
        if pairs:
            by_person[scores[0][0]["anon_username"]].append(mean(pairs))
    low, high = over_seeds(means)
    people = paired_interval(list(by_person.values()))
    return {
        "difference": mean(means), "low": low, "high": high, "by seed": means, "people": len(by_person),
        "low, people": people.low, "high, people": people.high,
    }  # fmt: skip


def verdict(versus: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return True where GRPO's interval over seeds lies above 0 and the control's holds 0."""
    grpo, control = versus["grpo"], versus["control"]
    if None in (grpo["low"], control["low"]):
        return False
    return bool(grpo["low"] > 0 and control["low"] <= 0 <= control["high"])


def table(result: Mapping[str, Any]) -> list[Row]:
    """One line for each point: means over seeds, then its difference from SFT."""
    lines = []
    for point in POINTS:
        line: Row = {"point": point, **result["means"][point]}
        versus = result["versus sft"].get(point, {})
        names = {
            "minus SFT": "difference",
            "from": "low",
            "to": "high",
            "people: from": "low, people",
            "people: to": "high, people",
        }
        lines.append(line | {shown: versus.get(name) for shown, name in names.items()})
    return lines


def say(text: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{text}\n")


def main() -> int:
    """Learn, measure, show; 0 where GRPO earns its keep and the control does not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("-o", "--out", type=Path, default=Path("out/learn"))
    parser.add_argument("--dialogues", type=int, default=Plan.dialogues, help="drafts to make")
    parser.add_argument("--sft-steps", type=int, default=Plan.sft_steps)
    parser.add_argument("--grpo-steps", type=int, default=Plan.grpo_steps)
    parser.add_argument("--draws", type=int, default=Plan.draws, help="sampled replies to each held-out turn")
    parser.add_argument("--seeds", type=int, nargs="+", default=Plan.seeds, help="two or more seeds")
    parser.add_argument("--jobs", type=int, default=2, help="trainings side by side, one thread each")
    plan, began = Plan(**vars(parser.parse_args())), time.monotonic()
    plan.out.mkdir(parents=True, exist_ok=True)
    rows = drafts(plan)
    share = planted(rows)
    found = learn(plan)
    by_seed = [{point: figures(found[seed, point]) for point in POINTS} for seed in plan.seeds]
    means = {
        point: {name: mean(each[point][name] for each in by_seed) for name in by_seed[0][point]} for point in POINTS
    }
    versus = {point: compare(found, plan.seeds, point) for point in POINTS[1:]}
    result = {
        "plan": {**asdict(plan), "out": str(plan.out)}, "grpo": GRPO, "planted faults": share, "means": means,
        "by seed": by_seed, "versus sft": versus, "passed": verdict(versus), "seconds": time.monotonic() - began,
    }  # fmt: skip
    (plan.out / "learn.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    page = plan.out / "learn.html"
    runs = [f"{point}-{seed}={plan.run(seed, point)}" for point in POINTS for seed in plan.seeds]
    kardia("report", *runs, "--html", page, "--force")
    replies = len(found[plan.seeds[0], "sft"])
    title = f"{replies} sampled replies to {versus['grpo']['people']} held-out people, {len(plan.seeds)} seeds"
    print_table(f"{title}; {share:.1%} of the drafts' turns have a planted fault", table(result))
    say(f"{result['seconds']:.0f} s; curves: {page}")
    say(
        "GRPO earns its keep, the control does not"
        if result["passed"]
        else "not shown: an interval is on the wrong side"
    )
    return 0 if result["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
