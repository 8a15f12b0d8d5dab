"""The run folder of sft and grpo, and what typing the same command again means.

    RUN/config.json        what the run is: model, settings, seed, hashes (written first)
    RUN/checkpoints/       TRL's own, for resuming, each with a stored batch that proves that it was loaded
    RUN/metrics.jsonl      one row a logged step; `kardia report RUN --html page.html` draws them
    RUN/samples.jsonl      answers of grpo with each reward and its reason, as rows that critique reads
    RUN/environment.json   versions and machine, one entry each time that the command was typed
    RUN/tensorboard/       where `--set train.report_to=tensorboard` writes
    RUN/base/              the untrained start, where sft made it
    RUN/adapter/           the LoRA adapter, where one was trained
    RUN/model/             the trained model, whole, with tokenizer and chat template
    RUN/README.md          its card
    RUN/done.json          the summary (written last: a folder without it is unfinished)

An unfinished folder is continued from its newest complete checkpoint, a finished one says so, and a folder whose
`config.json` differs is refused with the differences.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kardia_cli.errors import UsageError
from kardia_cli.rows.line import Row
from kardia_cli.rows.prompts import prompt_hash
from kardia_cli.rows.records import content_hash
from kardia_cli.training.plan import Plan
from kardia_cli.training.run_folder import card
from kardia_cli.training.run_folder.checkpoints import check_processes, newest_complete, relocate, step_of
from kardia_cli.training.run_folder.whole_files import read_json, rewind, write_json
from kardia_cli.training.trl import ranks

CONFIG, DONE, METRICS, CHECKPOINTS = "config.json", "done.json", "metrics.jsonl", "checkpoints"
SAMPLES = "samples.jsonl"
NOTED = ("versions.", "calibration", "train.report_to", "split.")
"""Names in config.json that are noted and may differ when a run goes on."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run folder that is open for training, or finished (`summary` is then what it found)."""

    folder: Path
    checkpoint: Path | None = None
    summary: dict[str, Any] | None = None

    @property
    def metrics(self) -> Path:
        """The metrics file."""
        return self.folder / METRICS

    @property
    def checkpoints(self) -> Path:
        """The folder that the trainer writes its checkpoints to."""
        return self.folder / CHECKPOINTS

    def finish(self, summary: dict[str, Any]) -> dict[str, Any]:
        """Write the summary, which marks the folder as finished."""
        write_json(self.folder / DONE, summary)
        return summary


def describe(
    stage: str,
    plan: Plan,
    rows: Sequence[Row],
    rewards: Mapping[str, float] | None = None,
    judged: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Describe a run for config.json: two runs with the same description are the same run.

    `judged` is what it says of the rewards' judge: its name and hash, the rubric, the hashes of its calibrations.
    """
    people = {str(row.get("anon_username")) for row in rows}
    return {
        "stage": stage,
        "model": {"name": plan.start.name, "hash": plan.start.hash},
        "rows": {"count": len(rows), "people": len(people), "hash": content_hash(*rows), "sources": _sources(rows)},
        "split": dict(sorted(Counter(str(row.get("split") or "by person") for row in rows).items())),
        "prompt_hash": prompt_hash(rows[0] if rows else None),
        "format": plan.format,
        "labels": plan.labels,
        "seed": plan.seed,
        "train": plan.train,
        "lora": plan.lora,
        **({"quantize": plan.quantize} if plan.quantize else {}),
        **({"rewards": dict(rewards)} if rewards is not None else {}),
        **(judged or {}),
        "versions": {name: version(name) for name in ("torch", "transformers", "trl", "peft")},
    }


def _sources(rows: Sequence[Row]) -> list[str]:
    """Return the sources of the rows (`part: source (licence): count`) and the models (`role: model: count`)."""
    found: Counter[str] = Counter()
    for row in rows:
        found.update(
            {f"{at['part']}: {at['source']} ({at['licence'] or 'licence unknown'})" for at in row.get("origin") or []}
        )
        found.update({f"{use['role']}: {card.without_folders(use['model'])}" for use in row.get("models") or []})
    return [f"{name}: {count} rows" for name, count in sorted(found.items())]


def open_run(folder: Path, config: Mapping[str, Any], *, fresh: bool, say: Callable[[str], None]) -> Run:
    """Begin, continue or recognise a run; raise `UsageError` where the folder is another run or no run at all."""
    if fresh:
        _move_aside(folder, say)
    if not folder.exists() or not any(folder.iterdir()):
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / CONFIG, config)
        (folder / METRICS).touch()
        return Run(folder)
    _refuse_differences(folder, config)
    if (folder / DONE).is_file():
        say(f"{folder} is finished; --fresh trains again and moves it aside")
        return Run(folder, summary=read_json(folder / DONE))
    checkpoint = newest_complete(folder / CHECKPOINTS, say)
    step = step_of(checkpoint) if checkpoint else 0
    if checkpoint is not None:
        check_processes(checkpoint, ranks.count())
    _rewind(folder, checkpoint, step)
    say(f"{folder} is unfinished; it goes on from step {step}")
    return Run(folder, checkpoint)


def _rewind(folder: Path, checkpoint: Path | None, step: int) -> None:
    """Take back what was written after the checkpoint: it will be written again."""
    if checkpoint is not None:
        relocate(checkpoint)
    rewind(folder / METRICS, lambda row: row["step"] <= step and "train_runtime" not in row)
    if (folder / SAMPLES).exists():
        rewind(folder / SAMPLES, lambda row: row["sample"]["step"] <= step)


def _move_aside(folder: Path, say: Callable[[str], None]) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / CONFIG).is_file():
        raise UsageError(f"{folder} is not a run folder", "name a new folder; only a run is moved aside")
    number = 1
    while (aside := folder.with_name(f"{folder.name}.{number}")).exists():
        number += 1
    folder.rename(aside)
    say(f"the old run is now {aside}")


def _refuse_differences(folder: Path, config: Mapping[str, Any]) -> None:
    try:
        before = read_json(folder / CONFIG)
    except (OSError, ValueError):
        raise UsageError(f"{folder} is not empty and not a run folder", "name a new folder") from None
    changed = differences(before, json.loads(json.dumps(config)))
    if changed:
        raise UsageError(
            f"{folder} holds a run with other inputs:\n  " + "\n  ".join(changed),
            "type the old command to go on, give --fresh to move the old run aside, or name another folder",
        )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Lines `name: old -> new` for every value that differs.

    Not `versions`, and not `calibration`: measuring the judge once more must not keep a run from going on.
    """
    old, new = dict(_flat(before)), dict(_flat(after))
    names = sorted({*old, *new})
    return [
        f"{name}: {old.get(name, 'not set')} -> {new.get(name, 'not set')}"
        for name in names
        if old.get(name) != new.get(name) and not name.startswith(NOTED)
    ]


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
