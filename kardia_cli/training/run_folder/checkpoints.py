"""The checkpoint that a run resumes from: the newest whole one.

Checkpoints are not written in one move, and a trainer ignores a missing optimizer silently, so each part is looked
at: it is there, and a torn file is told by its own length (safetensors) or its missing end (what torch saves is a
zip). The layouts of FSDP (`pytorch_model_fsdp_0/`, `optimizer_0/`) and DeepSpeed (`global_step9/`) count by their
names alone.
"""

from __future__ import annotations

import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kardia_cli.errors import UsageError

STATE = "trainer_state.json"
_OPTIMIZERS = ("optimizer.pt", "optimizer.bin", "optimizer_*", "global_step*")
_WEIGHTS = ("*.safetensors", "pytorch_model_fsdp*", "global_step*")
_RANDOM = "rng_state*.pth"


def newest_complete(checkpoints: Path, say: Callable[[str], None] | None = None) -> Path | None:
    """Return the whole checkpoint with the highest step, or None; report newer ones that are not whole."""
    for path in sorted(checkpoints.glob("checkpoint-*"), key=step_of, reverse=True):
        reason = damage(path)
        if not reason:
            return path
        if say is not None:
            say(f"{path.name} is not whole ({reason}); an earlier one is looked for")
    return None


def step_of(checkpoint: Path) -> int:
    """Return the step in a checkpoint's name."""
    number = checkpoint.name.rpartition("-")[2]
    return int(number) if number.isdigit() else -1


def epoch_of(checkpoint: Path) -> float:
    """Return the epoch at which a checkpoint was saved (1.0: the end of the first); 0 where it is not whole."""
    return float((_state(checkpoint) or {}).get("epoch") or 0)


def is_epoch_end(epoch: float | None) -> bool:
    """Return True where an epoch, as the trainer counts it, is a whole number above 0."""
    return epoch is not None and round(epoch) > 0 and abs(epoch - round(epoch)) < 1e-6


def damage(checkpoint: Path) -> str:
    """Return what a checkpoint lacks for an exact resume ("" where nothing)."""
    state = _state(checkpoint)
    if state is None or state.get("global_step") != step_of(checkpoint):
        return f"no whole {STATE}"
    for name, patterns in {
        "optimizer state": _OPTIMIZERS,
        "scheduler.pt": ("scheduler.pt",),
        "random state": (_RANDOM,),
        "weights": _WEIGHTS,
    }.items():
        if not any(any(checkpoint.glob(pattern)) for pattern in patterns):
            return f"no {name}"
    torn = next((path.name for path in sorted(checkpoint.rglob("*")) if path.is_file() and is_torn(path)), "")
    return (f"{torn} is torn" if torn else "") or _missing_rank(checkpoint) or _missing_best(checkpoint, state)


def is_torn(file: Path) -> bool:
    """Return True where a file of weights or of a trainer's state is cut off; False for other kinds of files."""
    if file.suffix == ".safetensors":
        return _is_torn_safetensors(file)
    return file.suffix in (".pt", ".pth") and not zipfile.is_zipfile(file)


def _is_torn_safetensors(file: Path) -> bool:
    """The file's own header says how long it is: 8 bytes (its length), itself, and the end of the last tensor."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        first = stream.read(8)
        if len(first) < 8 or (length := struct.unpack("<Q", first)[0]) > size:
            return True
        try:
            header = json.loads(stream.read(length))
        except ValueError:
            return True
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    return bool(size != 8 + length + max(ends, default=0))


def check_processes(checkpoint: Path, processes: int) -> None:
    """Raise `UsageError` where another number of processes wrote the checkpoint: each has a random state of its own."""
    wrote = len(list(checkpoint.glob(_RANDOM)))
    if wrote != processes:
        raise UsageError(
            f"{checkpoint.name} was written by {wrote} processes, these are {processes}: the run would not be the same",
            f"launch {wrote} processes, or give --fresh",
        )


def relocate(checkpoint: Path) -> None:
    """Correct the path of the best checkpoint that the trainer noted, where the run folder has moved since."""
    state = _state(checkpoint)
    best = state and state.get("best_model_checkpoint")
    here = checkpoint.parent.resolve()
    if state is None or not best or Path(best).parent == here:
        return
    partial = checkpoint / f"{STATE}.partial"
    partial.write_text(json.dumps({**state, "best_model_checkpoint": str(here / Path(best).name)}, indent=2) + "\n")
    os.replace(partial, checkpoint / STATE)


def last(checkpoint: Path, best: bool) -> Path | None:
    """Return the checkpoint whose weights the run ends with (`best`: the best), or None before the last step.

    A run that was killed while its model was saved has nothing left to train, but transformers would take one more
    step.
    """
    state = _state(checkpoint) or {}
    if state.get("global_step", 0) < state.get("max_steps", float("inf")):
        return None
    chosen = state.get("best_model_checkpoint") if best else None
    return checkpoint.parent / Path(chosen).name if chosen else checkpoint


def _missing_rank(checkpoint: Path) -> str:
    """Of the random states of several processes, the numbers 0, 1, … must all be there."""
    files = list(checkpoint.glob("rng_state_*.pth"))
    expected = {f"rng_state_{rank}.pth" for rank in range(len(files))}
    absent = expected - {path.name for path in files}
    return f"no {min(absent)}" if absent else ""


def _missing_best(checkpoint: Path, state: dict[str, Any]) -> str:
    """The best checkpoint so far is loaded at the end: where it is gone, this one cannot end as it should."""
    best = state.get("best_model_checkpoint")
    name = Path(best).name if best else checkpoint.name
    return "" if (checkpoint.parent / name / STATE).is_file() else f"the best checkpoint, {name}, is gone"


def _state(checkpoint: Path) -> dict[str, Any] | None:
    try:
        state = json.loads((checkpoint / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) else None
