"""What kardia's training costs over a bare TRL script: `python tests/bench/training.py [--rounds N] [--only sft|grpo]`.

The same tiny model, samples and settings on both sides, each measurement a process of its own, in alternating order;
the times are TRL's own `train_runtime` (no imports), the peak is the process's resident memory. Ratios are medians of
paired rounds, and all that matters: on a machine that does other work too, single figures mean little.

    sft    `kardia sft` against SFTTrainer in 20 lines: tokens a second at least 0.97, peak memory at most 1.05 grpo
    `kardia grpo` with a judge that takes 200 ms, against GRPOTrainer with rewards that do nothing: a step takes at
           most 1.05 times what the bare one takes and one such latency, so the calls of a step must overlap each other.
           The learning rate is 0 on both sides, so that both sample the same completions; the canaries' probes are off.

The judge is a server in this process, so its own work counts against kardia too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from report import Bar, Cell, Report, Table, as_text

HERE = Path(__file__).parent
LATENCY = 0.2
JUDGED = 1 / 3
"""Least judge calls for each completion, else the judge is hardly measured (broken spans need none)."""
ALIKE = 0.02
"""How far the tokens seen may differ: batches are drawn in another order."""
SFT = {
    "max_steps": 120, "per_device_train_batch_size": 8, "learning_rate": 5e-3, "adam_beta2": 0.99, "warmup_steps": 20,
    "train_sampling_strategy": "group_by_length", "logging_steps": 40, "eval_strategy": "no", "save_strategy": "no",
}  # fmt: skip
GRPO = {
    "max_steps": 8, "per_device_train_batch_size": 64, "num_generations": 8, "max_completion_length": 200, "beta": 0.02,
    "learning_rate": 0.0, "lr_scheduler_type": "constant", "temperature": 0.7, "logging_steps": 1,
    "save_strategy": "no",
}  # fmt: skip
QUIET = {
    "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "KARDIA_SALT": "bench", "NO_COLOR": "1",
    "OPENAI_API_KEY": "bench", "MALLOC_TRIM_THRESHOLD_": "2000000000", "MALLOC_MMAP_THRESHOLD_": "2000000000",
}  # fmt: skip


def spent(command: Sequence[object], folder: Path) -> float:
    """Run a command to its end; its peak resident memory (MiB)."""
    with (folder / "log.txt").open("w+") as log:
        child = subprocess.Popen(
            list(map(str, command)), stdout=log, stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, **QUIET}
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            log.seek(0)
            raise SystemExit(f"{command} ended with {child.returncode}:\n{log.read()[-2000:]}")
    return usage.ru_maxrss / 1024


def kardia(folder: Path, stage: str, run: str, table: Mapping[str, object], *more: object) -> dict[str, float]:
    """One training by the command, from the drafts in the folder: seconds, tokens seen and peak memory."""
    sets = [part for key, value in table.items() for part in ("--set", f"train.{key}={value}")]
    command = [
        "-m",
        "kardia_cli",
        stage,
        folder / "drafts.jsonl",
        "-o",
        folder / run,
        "--split",
        "all",
        "--fresh",
        "-q",
    ]
    peak = spent([sys.executable, *command, *sets, *more], folder)
    rows = [json.loads(line) for line in (folder / run / "metrics.jsonl").read_text().splitlines()]
    seconds = next(row["train_runtime"] for row in reversed(rows) if "train_runtime" in row)
    return {"seconds": seconds, "tokens": max(row.get("num_tokens", 0) for row in rows), "peak": peak}


def bare(
    folder: Path, stage: str, table: Mapping[str, object], start: Path, lora: Mapping[str, object] | None = None
) -> dict[str, float]:
    """The same by a script that knows TRL alone."""
    (folder / "bare.json").write_text(json.dumps({"train": table, "lora": lora, "start": str(start)}))
    peak = spent([sys.executable, HERE / "training_bare.py", stage, folder], folder)
    return {**json.loads((folder / "bare-result.json").read_text()), "peak": peak}


def prepare(folder: Path) -> None:
    """Drafts, a model that was trained a little, and the samples of both stages as plain JSON."""
    synthesize = ["synthesize", "builtin", "-n", "400", "--max-exchanges", "1", "-o", folder / "drafts.jsonl"]
    spent([sys.executable, "-m", "kardia_cli", *synthesize], folder)
    kardia(folder, "sft", "start", {**SFT, "max_steps": 900}, "--difficulty", "all")
    spent([sys.executable, HERE / "training_bare.py", "prepare", folder], folder)


def alternating(rounds: int, sides: Mapping[str, Any]) -> list[dict[str, dict[str, float]]]:
    """Measure each side once a round, in turned order every other round."""
    found = []
    for number in range(rounds):
        names = list(sides) if number % 2 == 0 else list(sides)[::-1]
        found.append({name: sides[name]() for name in names})
        sys.stderr.write(f"round {number + 1}: " + json.dumps(found[-1]) + "\n")
    return found


def sft(folder: Path, rounds: int) -> Report:
    """Tokens a second and peak memory."""
    found = alternating(rounds, {
        "bare": lambda: bare(folder, "sft", SFT, folder / "start" / "base"),
        "kardia": lambda: kardia(
            folder, "sft", "sft", SFT, "--model", folder / "start" / "base", "--difficulty", "all"
        ),
    })  # fmt: skip
    for each in found:
        if abs(each["bare"]["tokens"] / each["kardia"]["tokens"] - 1) > ALIKE:
            return Report(notes=[f"FAILED: the sides did not see as many tokens: {each}"])
    speed = median(_speed(each["kardia"]) / _speed(each["bare"]) for each in found)
    memory = median(each["kardia"]["peak"] / each["bare"]["peak"] for each in found)
    rows: list[list[Cell]] = [
        [
            name,
            median(_speed(each[name]) for each in found),
            median(each[name]["peak"] for each in found),
        ]
        for name in ("bare", "kardia")
    ]
    table = Table(f"sft, {rounds} rounds, medians", ("side", "tokens/s", "peak MiB"), rows)
    bars = [Bar("sft: tokens a second, of bare TRL", 0.97, speed, at_least=True), Bar("sft: peak memory", 1.05, memory)]
    return Report([table], bars)


def _speed(found: Mapping[str, float]) -> float:
    return found["tokens"] / found["seconds"]


def grpo(folder: Path, rounds: int) -> Report:
    """Seconds a step, with a judge that takes 200 ms."""
    sys.path.insert(0, str(HERE.parents[1]))
    from tests.support import chat_server as server  # type: ignore[import-untyped,unused-ignore]

    with server.beside(server.slow(LATENCY, server.player())) as script:
        judge = ["--judge-model", "openai/judge", "--api-base", script.base, "--no-ledger", "--yes", "--probe-every", 0]
        start = folder / "start"
        found = alternating(rounds, {
            "bare": lambda: bare(folder, "grpo", GRPO, start / "model"),
            "kardia": lambda: kardia(folder, "grpo", "grpo", GRPO, "--model", start, *judge),
        })  # fmt: skip
        calls = len(script.asked) / rounds / int(str(GRPO["max_steps"]))
        most = script.most_in_flight
    steps = int(str(GRPO["max_steps"]))
    each_step = {name: [each[name]["seconds"] / steps for each in found] for name in ("bare", "kardia")}
    pairs = list(zip(each_step["kardia"], each_step["bare"], strict=True))
    tokens = {name: median(each[name]["tokens"] for each in found) for name in each_step}
    if abs(tokens["bare"] / tokens["kardia"] - 1) > 5 * ALIKE:
        return Report(notes=[f"FAILED: the sides did not sample as many tokens: {tokens}"])
    if calls < JUDGED * int(str(GRPO["per_device_train_batch_size"])):
        return Report(notes=[f"FAILED: only {calls:.0f} judge calls a step: too few replies have whole spans"])
    rows: list[list[Cell]] = [[name, median(values), tokens[name]] for name, values in each_step.items()]
    table = Table(f"grpo, {rounds} rounds, medians", ("side", "s a step", "tokens"), rows)
    bars = [
        Bar("grpo: step, of (bare TRL + one latency)", 1.05, median(mine / (other + LATENCY) for mine, other in pairs)),
        Bar("grpo: step, of bare TRL", 1.05, median(mine / other for mine, other in pairs)),
    ]
    note = f"grpo: {calls:.0f} judge calls a step, at most {most} at once; the second bar is for steps of 5 s or more"
    return Report([table], bars, [note])


def main() -> int:
    """Measure and print; 1 where the sides did not do the same work."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("sft", "grpo"))
    given, whole = parser.parse_args(), Report()
    with tempfile.TemporaryDirectory(prefix="kardia-training-") as name:
        folder = Path(name)
        prepare(folder)
        for stage, measure in (("sft", sft), ("grpo", grpo)):
            if given.only in (None, stage):
                whole.add(measure(folder, given.rounds))
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    whole.notes.append(f"load averages at the end: {load} on {os.cpu_count()} cores")
    sys.stdout.write(as_text(whole) + "\n")
    return 1 if any(note.startswith("FAILED") for note in whole.notes) else 0


if __name__ == "__main__":
    sys.exit(main())
