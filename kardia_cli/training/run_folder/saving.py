"""Save a trained model: RUN/model, whole, and RUN/adapter beside it where a LoRA was trained.

    adapter    as it was learned, with the name of its base in a form that resolves and tells nothing of this machine
    model      base + adapter merged in float32, then cast once to the base's own number format

Nothing is merged into low-precision weights: a quantised base (QLoRA) is loaded again unquantised for the merge. What
the cast costs is measured on the folder as it lies on the disk, loaded again, and said as a number.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kardia_cli.chat.local.adapter import NOTE
from kardia_cli.training.run_folder import proof
from kardia_cli.training.run_folder.whole_files import replacing, write_json, write_text
from kardia_cli.weights.fingerprint import folder_hash

WORTH_A_WARNING = 0.1
"""Largest change of a token's log-probability (nats) by the cast that is not warned of (ours)."""

COST = "kardia_saved.json"
"""File of RUN/model: number format, largest difference of a log-probability (nats) by the cast, number of texts."""

Say = Callable[[str], None]

_README = """\
# LoRA adapter for {name}

Made by kardia; the base has the hash `{hash}` and `base_model_name_or_path` is {kind}. `kardia … --model` takes this
folder from any working directory. With PEFT alone:

{code}

The merged model, which needs no base, is in `../model`.
"""
_FROM_HUB = """\
    from peft import AutoPeftModelForCausalLM
    model = AutoPeftModelForCausalLM.from_pretrained("…/adapter")"""
_FROM_FOLDER = """\
    import os
    from peft import AutoPeftModelForCausalLM
    os.chdir("…/adapter")  # PEFT looks for the base from the working directory
    model = AutoPeftModelForCausalLM.from_pretrained(".")"""


def save(model: Any, tokenizer: Any, run: Path, base: Path, base_name: str, say: Say | None = None) -> float | None:
    """Write RUN/adapter (of a LoRA) and RUN/model; each appears whole or not at all.

    `base` is the folder that was loaded, `base_name` its name as the user gave it. Returns the largest difference of a
    token's log-probability between the trained model in float32 and the saved one, on the texts that the run's
    checkpoints store; None where none does. `say` gets that number, as a warning where it is above `WORTH_A_WARNING`.
    """
    import torch

    texts = proof.newest(run)
    quantised = bool(getattr(model, "is_quantized", False) or getattr(model, "is_loaded_in_4bit", False))
    notes = []
    if hasattr(model, "merge_and_unload"):
        _save_adapter(model, tokenizer, run / "adapter", base, base_name)
        if quantised:
            learned = proof.log_probs(model, texts)
            model = with_adapter(base, run / "adapter", tokenizer)
            gap = proof.difference(learned, proof.log_probs(model, texts))
            notes.append(f"on the unquantised base they differ by up to {gap:.2g} from the quantised one it learned on")
    model = model.float()
    trained = proof.log_probs(model, texts)
    if hasattr(model, "merge_and_unload"):
        with model.disable_adapter():
            notes.append(f"training moved them by up to {proof.difference(proof.log_probs(model, texts), trained):.2g}")
        model = model.merge_and_unload()
    kept = stored_format(base)
    with replacing(run / "model") as partial:
        _save_whole(model.to(getattr(torch, kept)), tokenizer, partial)
        del model
        lost = _lost(partial, texts, trained) if texts else None
        write_json(partial / COST, {"format": kept, "log_prob_difference": lost, "texts": len(texts)})
    _report(lost, kept, len(texts), notes, say)
    return lost


def cost(run: Path) -> float | None:
    """Return the largest log-probability difference (nats) that `save` stored with RUN/model; None: not known."""
    file = run / "model" / COST
    return json.loads(file.read_text(encoding="utf-8"))["log_prob_difference"] if file.is_file() else None


def save_base(model: Any, tokenizer: Any, run: Path) -> Path:
    """Write RUN/base: the start with the markers added."""
    base = run / "base"
    if not base.is_dir():
        with replacing(base) as partial:
            _save_whole(model, tokenizer, partial)
    return base


def with_adapter(base: Path, adapter: Path, tokenizer: Any) -> Any:
    """The base in float32, unquantised whatever it is on the disk, with the adapter on it (on the CPU)."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    from kardia_cli.rows import turn_format
    from kardia_cli.training.markers import prepare

    model = AutoModelForCausalLM.from_pretrained(base, dtype="float32")
    if getattr(model, "is_quantized", False):
        model = model.dequantize()
    model = model.float()
    prepare(tokenizer, model, turn_format.load("plain"))  # the tokenizer of a run has its markers already
    return PeftModel.from_pretrained(model, adapter).eval()


def stored_format(folder: Path) -> str:
    """The number format that a model folder keeps its weights in (`bfloat16`)."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    inner = config.get("text_config") or {}
    found = config.get("dtype") or config.get("torch_dtype") or inner.get("dtype") or inner.get("torch_dtype")
    return str(found or "float32")


def _save_whole(model: Any, tokenizer: Any, folder: Path) -> None:
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _lost(folder: Path, texts: proof.Ids, trained: list[list[float]]) -> float:
    """Return the difference of the saved folder, computed in float32 with its weights as they are stored."""
    from transformers import AutoModelForCausalLM

    saved = AutoModelForCausalLM.from_pretrained(folder, dtype="float32").eval()
    return proof.difference(trained, proof.log_probs(saved, texts))


def _report(lost: float | None, kept: str, texts: int, notes: list[str], say: Say | None) -> None:
    if say is None:
        return
    if lost is None:
        say(f"saved as {kept}; what the cast costs is not known: no checkpoint stored a text to measure it on")
        return
    more = "".join(f"; {note}" for note in notes)
    line = f"saved as {kept}: log-probabilities of {texts} stored texts move by at most {lost:.2g} nats{more}"
    if lost > WORTH_A_WARNING:
        line = f"warning: {line}; above {WORTH_A_WARNING} the saved model is not quite the trained one"
    say(line)


def _save_adapter(model: Any, tokenizer: Any, folder: Path, base: Path, base_name: str) -> None:
    with replacing(folder) as partial:
        model.save_pretrained(partial, selected_adapters=["default"])
        tokenizer.save_pretrained(partial)
        _name_base(partial, folder, base, base_name)


def _name_base(files: Path, adapter: Path, base: Path, base_name: str) -> None:
    """Say which base the adapter is for. PEFT records the path on this machine; here it is made relative or a name."""
    hub = base_name.startswith("hf/")
    name = base_name.removeprefix("hf/") if hub else relative(base, adapter)
    config = json.loads((files / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = name
    write_text(files / "adapter_config.json", json.dumps(config, indent=2, sort_keys=True) + "\n")
    shown = name if hub else Path(base_name).name
    note = {"name": shown, "hash": folder_hash(base), "local": not hub}
    write_json(files / NOTE, note)
    kind = "its hub name" if hub else "its path from this folder"
    code = _FROM_HUB if hub else _FROM_FOLDER
    write_text(files / "README.md", _README.format(**note, kind=kind, code=code))


def relative(base: Path, adapter: Path) -> str:
    """The way from the adapter's folder to the base, where both lie in one tree (two folders deep or more).

    Else the base's last name alone: a way through the root of the disk would tell whose machine this is.
    """
    ends = [path.resolve() for path in (base, adapter)]
    shared = Path(os.path.commonpath(ends))
    return Path(os.path.relpath(*ends)).as_posix() if len(shared.parts) > 2 else base.name
