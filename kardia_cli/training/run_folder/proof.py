"""Proof that a model is the one that was saved: log-probabilities of a stored batch, computed again.

Beside each checkpoint stands `probe.json`: token ids of a few training texts and the log-probability of each token as
the model gave it at that moment. After a checkpoint was loaded they are computed again; a difference above the
tolerance of the number format stops the run, because what would follow is another run under the same name. The same
texts measure what merging and casting costs (`saving`). Texts, lengths and tolerances are ours.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import Any

from kardia_cli.chat.local.chat_template import encode
from kardia_cli.errors import UsageError

FILE = "probe.json"
TEXTS, TOKENS = 4, 256
"""How many texts are stored, and how many tokens of each."""
TOLERANCE = {"float32": 1e-3, "float16": 2e-2, "bfloat16": 1e-1}
"""Largest difference of a token's log-probability (nats) that is no mismatch, by the weights' number format."""

Ids = list[list[int]]


def batch(trainer: Any) -> Ids:
    """Return the token ids of a trainer's first texts (SFT: prompt and turn, GRPO: prompt), `TOKENS` at most."""
    return [_ids(item, trainer.processing_class)[:TOKENS] for item in islice(iter(trainer.train_dataset), TEXTS)]


def _ids(item: dict[str, Any], tokenizer: Any) -> list[int]:
    if "input_ids" in item:
        return list(item["input_ids"])
    prompt = item["prompt"]
    return list(tokenizer.encode(prompt)) if isinstance(prompt, str) else encode(tokenizer, prompt)


def log_probs(model: Any, ids: Ids) -> list[list[float]]:
    """The log-probability (nats) of each token but the first, text by text, without dropout; draws no random number."""
    import torch

    device = model.get_input_embeddings().weight.device
    found = []
    with _resting(model), torch.no_grad():
        for text in ids:
            row = torch.tensor([text], device=device)
            logits = model(input_ids=row, use_cache=False).logits[0, :-1].float()
            found.append(logits.log_softmax(-1).gather(-1, row[0, 1:, None])[:, 0].tolist())
    return found


@contextmanager
def _resting(model: Any) -> Iterator[None]:
    """The model without dropout; afterwards each module trains again that did before."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        yield
    finally:
        for module in training:
            module.training = True


def difference(one: Sequence[Sequence[float]], two: Sequence[Sequence[float]]) -> float:
    """Return the largest difference of a log-probability (nats); inf where texts differ or a value is not a number."""
    if [len(row) for row in one] != [len(row) for row in two]:
        return float("inf")
    pairs = (pair for rows in zip(one, two, strict=True) for pair in zip(*rows, strict=True))
    gaps = [abs(first - second) for first, second in pairs]
    return float("inf") if any(gap != gap for gap in gaps) else max(gaps, default=0.0)


def write(model: Any, ids: Ids, checkpoint: Path) -> None:
    """Store the batch with the log-probabilities that the model gives now."""
    stored = {"dtype": number_format(model), "ids": ids, "log_probs": log_probs(model, ids)}
    partial = checkpoint / f"{FILE}.partial"
    partial.write_text(json.dumps(stored) + "\n", encoding="utf-8")
    partial.replace(checkpoint / FILE)


def check(model: Any, checkpoint: Path, say: Callable[[str], None] | None = None) -> float | None:
    """Compute a checkpoint's stored batch again and return the largest difference; None where it holds no batch.

    Raises `UsageError` where the difference is above the tolerance, with what is known of the causes.
    """
    file = checkpoint / FILE
    if not file.is_file():
        if say is not None:
            say(f"{checkpoint.name} holds no {FILE}: whether it was loaded as it was saved is not checked")
        return None
    stored = json.loads(file.read_text(encoding="utf-8"))
    found = difference(stored["log_probs"], log_probs(model, stored["ids"]))
    limit = max(TOLERANCE.get(name, 1e-3) for name in (stored["dtype"], number_format(model)))
    if not found <= limit:
        raise _mismatch(checkpoint, stored["dtype"], number_format(model), found, limit)
    if say is not None:
        say(f"{checkpoint.name} is loaded: log-probabilities of its stored texts differ by at most {found:.1e}")
    return found


def _mismatch(checkpoint: Path, before: str, now: str, found: float, limit: float) -> UsageError:
    causes = [f"the weights were {before} and are {now}"] if before != now else []
    causes += changed_versions(checkpoint.parent.parent)
    causes += [
        "the model folder that the run started from is not the one it was",
        "the checkpoint is damaged or was edited",
        "another attention implementation or another kind of device",
    ]
    return UsageError(
        f"{checkpoint.name} does not say what it said when it was saved: log-probabilities of its stored texts "
        f"differ by up to {found:.3g} (at most {limit:g} is rounding in {now}); "
        "going on would be another run. Likely causes:\n  " + "\n  ".join(causes),
        f"undo the cause, or delete {checkpoint.name} to go on from the one before it, or begin anew with --fresh",
    )


def changed_versions(run: Path) -> list[str]:
    """Packages whose version is not the one that config.json of the run folder notes."""
    try:
        noted = json.loads((run / "config.json").read_text(encoding="utf-8")).get("versions") or {}
    except (OSError, ValueError):
        return []
    pairs = ((name, old, _version(name)) for name, old in noted.items())
    return [f"{name} was {old} and is {new}" for name, old, new in pairs if old != new]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def number_format(model: Any) -> str:
    """The number format of a model's weights; the coarsest one where there are several (`bfloat16`)."""
    formats = {str(item.dtype).removeprefix("torch.") for item in model.parameters() if item.is_floating_point()}
    return max(formats, key=lambda name: TOLERANCE.get(name, 0.0), default="float32")


def newest(run: Path) -> Ids:
    """The texts that a run folder's checkpoints store; empty where none does."""
    files = sorted((run / "checkpoints").glob(f"checkpoint-*/{FILE}"))
    return json.loads(files[-1].read_text(encoding="utf-8"))["ids"] if files else []


class Loaded(Exception):
    """The checkpoint is loaded, and that was all that was wanted."""


def keeper(
    trainer: Any, checkpoint: Path | None, say: Callable[[str], None] | None = None, only_load: bool = False
) -> Any:
    """A TrainerCallback: stores the batch at each save, compares it after `checkpoint` was loaded, logs where it saves.

    A mean that is logged over steps on both sides of a checkpoint could not be the same after a resume: so each saved
    step is logged too. Sharded weights (FSDP, DeepSpeed) are neither stored nor compared, which is said.
    """
    from transformers import TrainerCallback

    sharded = trainer.is_fsdp_enabled or trainer.is_deepspeed_enabled

    class Keeper(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
        def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
            if sharded and say is not None and state.is_world_process_zero:
                say("the weights are sharded: whether a checkpoint was loaded as it was saved is not checked")
            elif checkpoint is not None and not sharded:
                check(model, checkpoint, say if state.is_world_process_zero else None)
            if only_load:
                raise Loaded

        def on_save(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
            folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
            if state.is_world_process_zero and not sharded and folder.is_dir():
                write(model, batch(trainer), folder)

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
            control.should_log = control.should_log or control.should_save
            return control

        on_epoch_end = on_step_end

    return Keeper()
