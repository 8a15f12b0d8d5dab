"""False alarms of grpo's canaries on an honest policy: simulated runs of 60 steps of the offline speaker.

.venv/bin/python tests/bench/canary_alarms.py [RUNS]      (200 runs of each kind: ten minutes on one core)
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))

import canary_streams
from canary_streams import GROUP, PROMPTS, Said, Step, bank, rows, step_of, stream

from kardia_cli.training.canaries.canaries import Canaries

STEPS = 60
KINDS: dict[str, Callable[[int], Iterator[Step]]] = {
    "as it was (10 % faulty), 32": lambda seed: stream(seed, STEPS, 32),
    "as it was (10 % faulty), 64": lambda seed: stream(seed, STEPS, 64),
    "faulty 50 % to 0, 32": lambda seed: stream(seed, STEPS, 32, faults=(0.5, 0.0)),
    "faulty 50 % to 0, 64": lambda seed: stream(seed, STEPS, 64, faults=(0.5, 0.0)),
    "spans broken 80 % to 0, 32": lambda seed: stream(seed, STEPS, 32, broken=(0.8, 0.0)),
    "spans broken 80 % to 0, 64": lambda seed: stream(seed, STEPS, 64, broken=(0.8, 0.0)),
    "keener on what the judge likes, 32": lambda seed: sharpened(seed, 32),
    "keener on what the judge likes, 64": lambda seed: sharpened(seed, 64),
}
"""What the policy does, and completions a step."""


def sharpened(seed: int, size: int) -> Iterator[Step]:
    """Replies drawn by softmax of their reward, colder step by step."""
    rng = random.Random(seed)
    for step in range(STEPS):
        keen = 12 * step / (STEPS - 1)
        numbers = [number for number in rng.sample(range(PROMPTS), size // GROUP) for _ in range(GROUP)]
        yield step_of([(number, 1) for number in numbers], [_drawn(number, keen, rng) for number in numbers])


def _drawn(number: int, keen: float, rng: random.Random) -> Said:
    pool = bank()[number, False] + bank()[number, True]
    return rng.choices(pool, [math.exp(keen * (said.score.value or 0.0)) for said in pool])[0]


def main(runs: int) -> None:
    """Print, for each kind of run, how many rang and what."""
    canary_streams.EACH = 32
    for kind, steps in KINDS.items():
        began, rang, hacked = time.perf_counter(), Counter[str](), 0
        for seed in range(runs):
            bird = Canaries(rows(), None, False, lambda _: None)
            for step in steps(seed):
                bird.observe(*step)
            rang.update(alarm.canary for alarm in bird.alarms)
            hacked += any(alarm.stops for alarm in bird.alarms)
        took = time.perf_counter() - began
        print(f"{kind:<36} {hacked} of {runs} runs rang for a hack; all alarms {dict(rang)}; {took:.0f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
