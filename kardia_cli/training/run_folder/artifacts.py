"""Artifacts of a run for later readers: samples with their rewards, the environment, the card.

`samples.jsonl` holds kardia rows: the dialogue up to an answer, the answer as its last turn, and a field `sample` that
says what each reward gave it and why; `kardia critique RUN/samples.jsonl` judges them anew. `environment.json` names no
host, user or path.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from kardia_cli import __version__
from kardia_cli.rows.line import Row
from kardia_cli.rows.records import SIX_FIELDS, row_id
from kardia_cli.stream.jsonl import dump
from kardia_cli.training.run_folder import card, saving
from kardia_cli.training.run_folder.runs import SAMPLES, Run
from kardia_cli.training.run_folder.whole_files import read_json, write_json, write_text
from kardia_cli.training.trl import ranks
from kardia_cli.training.trl.reward_functions import Round, Scored

KEPT = 16
"""Answers that are kept of each step, the first ones: two groups of eight. 0 keeps all."""
ENVIRONMENT = "environment.json"
_PACKAGES = (
    "torch",
    "transformers",
    "trl",
    "peft",
    "accelerate",
    "datasets",
    "tokenizers",
    "bitsandbytes",
    "vllm",
    "numpy",
)
_CARRIED = (*SIX_FIELDS, "split", "origin")


class Samples:
    """Writes RUN/samples.jsonl; as a watcher of `scoring.Scorer` it sees each round of completions.

        with Scorer(rewards, rows, say, group, observers=[Samples(run.folder, rows, rewards.weights)]) as scorer: …

    `weights` makes the total of the rewards. A resumed run takes back the rows after its checkpoint and writes them
    again.
    """

    def __init__(
        self, run: Path, rows: Sequence[Row], weights: Mapping[str, float] | None = None, kept: int = KEPT
    ) -> None:
        self._file = run / SAMPLES
        self._rows, self._weights, self._kept = rows, weights or {}, kept

    def __call__(self, step: int, round_: Round, /) -> dict[str, float]:
        """Keep the first answers of a round, but for probes; adds no metric."""
        if not round_.probe:
            self.write(step, round_.texts, round_.rows, round_.turns, round_.scores)
        return {}

    def write(
        self,
        step: int,
        completions: Sequence[str],
        rows: Sequence[int],
        turns: Sequence[int],
        scores: Sequence[Mapping[str, Scored | None]],
    ) -> None:
        """Append the first answers of step `step` (from 1); `rows` and `turns` are indices of rows and of messages."""
        if not ranks.is_first():
            return
        items = list(zip(completions, rows, turns, scores, strict=True))[: self._kept or None]
        made = [self._row(step, number, *item) for number, item in enumerate(items)]
        with self._file.open("ab") as lines:
            lines.write(b"".join(dump(row) for row in made))

    def _row(
        self, step: int, number: int, text: str, at: int, turn: int, scores: Mapping[str, Scored | None]
    ) -> dict[str, Any]:
        row = self._rows[at]
        answered = [*row["messages"][:turn], {"role": "assistant", "content": text}]
        carried = {name: row[name] for name in _CARRIED if name in row}
        sample = {"step": step, "turn": turn, "total": self._total(scores), "rewards": _rewards(scores)}
        return {"id": f"{row_id(row)}/{step}/{number}", **carried, "messages": answered, "sample": sample}

    def _total(self, scores: Mapping[str, Scored | None]) -> float | None:
        """The weighted sum; None where one reward has no value (the answer counted for none), or none was asked."""
        values = {name: score.value if score is not None else None for name, score in scores.items()}
        if not values or not self._weights:
            return None
        known = [(value, self._weights.get(name, 0.0)) for name, value in values.items() if value is not None]
        return sum(value * weight for value, weight in known) if len(known) == len(values) else None


def _rewards(scores: Mapping[str, Scored | None]) -> list[dict[str, Any]]:
    return [
        {"id": name, "value": score.value if score else None, "reason": score.reason if score else "not scored"}
        for name, score in scores.items()
    ]


def environment() -> dict[str, Any]:
    """Versions, platform, threads and GPUs of this machine; no host name, user name or path."""
    import torch

    gpus = [torch.cuda.get_device_properties(number) for number in range(torch.cuda.device_count())]
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "kardia": __version__,
        "processes": ranks.count(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "cuda": torch.version.cuda,
        "gpus": [{"name": gpu.name, "gigabytes": round(gpu.total_memory / 1e9)} for gpu in gpus],
    }


def note_environment(run: Path, step: int) -> None:
    """Add what goes on here from `step` to RUN/environment.json: a resumed run may have seen several machines."""
    file = run / ENVIRONMENT
    before = read_json(file)["sessions"] if file.is_file() else []
    write_json(file, {"sessions": [*before, {"from_step": step, **environment()}]})


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def conclude(
    run: Run, config: Mapping[str, Any], summary: dict[str, Any], is_tiny: bool, say: Callable[[str], None]
) -> dict[str, Any]:
    """Write the card and done.json at the end of a run; return the summary, with what saving cost (nats)."""
    summary = {**summary, "log_prob_difference": saving.cost(run.folder)}
    say(f"curves: kardia report {run.folder} --html page.html")
    write_text(run.folder / "README.md", card.render(run.folder.name, config, summary, is_tiny))
    return run.finish(summary)
