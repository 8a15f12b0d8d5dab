"""Knowledge of evaluate and grpo about their judge: its stored records, its family, its entry in a run folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kardia_cli.errors import UsageError
from kardia_cli.judge import calibrations, rubric_file
from kardia_cli.judge.model_families import families, is_same_family, run_config

if TYPE_CHECKING:
    from kardia_cli.chat.gateway import Gateway
    from kardia_cli.chat.names import ModelSpec
    from kardia_cli.judge import Judge
    from kardia_cli.rows.line import Row


def records(judge: Judge, calibration: Path | None) -> list[calibrations.Record]:
    """Return what was measured on this judge with this rubric: the stored records, or the one of a named file."""
    key = (judge.name, judge.hash, judge.rubric.read_hash)
    return [calibrations.given(calibration, *key)] if calibration else calibrations.find(*key)


def quotes(judge: Judge, known: Sequence[calibrations.Record]) -> list[str]:
    """A line for each record; it says where the judge was asked in another manner than here."""
    return [f"judge {judge.name}, {calibrations.quote(record)}{_other_manner(judge, record)}" for record in known]


def _other_manner(judge: Judge, record: calibrations.Record) -> str:
    manner = judge.manner
    calls, samples = record.values.get("calls", manner.calls), record.values.get("samples", manner.samples)
    if (calls, samples) == (manner.calls, manner.samples):
        return ""
    there, here = _manner(calls, samples), _manner(manner.calls, manner.samples)
    return f"; measured with {there}, here {here}"


def _manner(calls: str, samples: int) -> str:
    return f"one call a {calls} and {samples} sample{'s' * (samples != 1)}"


def keep(
    judge: Judge, record: Callable[[Sequence[Row], Judge], dict[str, Any]] | None, scores: Sequence[Row]
) -> calibrations.Record | None:
    """Store what a protocol that measures judges found; None where it keeps nothing, or nothing was scored."""
    if record is None or not any(row["value"] is not None for row in scores):
        return None
    return calibrations.save(record(scores, judge))


def for_training(
    judge: Judge, calibration: Path | None, required: bool, say: Callable[[str], None], warn: Callable[[str], None]
) -> list[calibrations.Record]:
    """The records of the judge that is to be a reward; says them, or warns that there is no calibration.

    Raises `UsageError` with the command to run where one is required.
    """
    known = records(judge, calibration)
    for line in quotes(judge, known):
        say(line)
    if not any(record.values.get("ids") for record in known):
        lacking = f"judge {judge.name} has no calibration for rubric {judge.rubric.id} {judge.rubric.read_hash}"
        if required:
            raise UsageError(lacking, f"measure it first: {_command(judge)}")
        warn(f"{lacking}: how far it agrees with people is not known ({_command(judge)})")
    return known


def _command(judge: Judge) -> str:
    """Return the command line that measures this judge, asked as it is here."""
    named = " ".join(f"--judge-model {chat.name}" for chat in judge.chats)
    rubric = judge.rubric.id if judge.rubric.id in rubric_file.names() else "FILE.yaml"
    manner = f"--judge-calls {judge.manner.calls} --judge-samples {judge.manner.samples}"
    return f"kardia evaluate gold.jsonl --protocol calibration {named} --rubric {rubric} {manner}"


def described(judge: Judge, known: Sequence[calibrations.Record], gateway: Gateway) -> dict[str, Any]:
    """Return the judge's entry in a run folder's config.json: name, manner, rubric, and its records."""
    rubric, manner = judge.rubric, judge.manner
    return {
        "judge": {
            "name": judge.name,
            "model": " + ".join(_told(gateway.spec(chat.name)) for chat in judge.chats),
            "hash": judge.hash,
            "gate": judge.gate.name if judge.gate else "",
            "calls": manner.calls,
            "samples": manner.samples,
            "quotes": manner.quotes,
        },
        "rubric": {
            "id": rubric.id,
            "version": rubric.version,
            "read_hash": rubric.read_hash,
            "policy_hash": rubric.policy_hash,
        },
        "calibration": [record.hash for record in known],
    }


def relations(judge: Judge, models: Sequence[str], gateway: Gateway) -> Iterator[str]:
    """A warning for each measured model whose reward came from the judge's family, and for each that is of it."""
    own = " + ".join(_told(gateway.spec(chat.name)) for chat in judge.chats)
    for name in models:
        told = _told(gateway.spec(name))
        paid_by = run_config(Path(name)).get("judge") or {}
        rewarding = str(paid_by.get("model") or paid_by.get("name") or "")
        if rewarding and is_same_family(own, rewarding):
            yield (
                f"{name} was trained on rewards by {paid_by['name']}, of the judge's own family "
                f"({_shared(own, rewarding)}): "
                "it may please this judge more than people; judge it by another family, too"
            )
        if is_same_family(own, told):
            yield (
                f"judge {judge.name} and {name} are of one family ({_shared(own, told)}): "
                "a judge may favour its own; judge it by another family, too"
            )


def _shared(first: str, second: str) -> str:
    return ", ".join(sorted(families(first) & families(second)))


def _told(spec: ModelSpec) -> str:
    """Return the model behind a name, without alias and address: a folder, or the name that is asked for."""
    return str(spec.folder) if spec.folder is not None else spec.model
