"""Several processes that train one model (`accelerate launch -m kardia_cli sft …`): roles of the first and the others.

The first one does: it reads the rows, opens the run folder, makes the base, writes metrics and model, and says what
there is to say. The others get what it found, train along and are silent.

    rows = ranks.shared(lambda: training.rows(inputs, limit))      # read once, the same on all
    say = ranks.console(say)                                         # silent on the others
    model = ranks.whole(trainer, again)                            # the trained model, put together from its shards

In a process alone, `shared` calls the function and the others hand back what they were given. The processes need one
file system.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from typing import Any, TypeVar

from kardia_cli.errors import KardiaError

Found = TypeVar("Found")


def count() -> int:
    """Processes that `accelerate launch` or torchrun started, on all machines."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_first() -> bool:
    """Return True in the process that reads, writes and prints."""
    return os.environ.get("RANK", "0") == "0"


def console(say: Callable[[str], None]) -> Callable[[str], None]:
    """`say` on the first process, silence on the others."""
    return say if is_first() else _silent


def _silent(_: str) -> None:
    """Say nothing."""


def shared(work: Callable[[], Found]) -> Found:
    """Do `work` on the first process and hand what it returns (it is pickled) to all; the others wait.

    What it raises ends all of them: the first with its message, the others with its exit code and without a word.
    """
    if count() == 1:
        return work()
    box: list[Any] = [None, 1]
    try:
        if is_first():
            box = [work(), 0]
    except KardiaError as error:
        box = [None, error.exit_code]
        raise
    finally:
        _broadcast(box)
    if box[1]:
        raise SystemExit(box[1])
    return box[0]  # type: ignore[no-any-return]


def _broadcast(box: list[Any]) -> None:
    import torch
    from accelerate import PartialState  # type: ignore[import-untyped]
    from accelerate.utils import broadcast_object_list  # type: ignore[import-untyped]

    if not torch.distributed.is_initialized():
        PartialState(cpu=not torch.cuda.is_available())
        atexit.register(_leave)
    broadcast_object_list(box, from_process=0)


def _leave() -> None:
    """Leave the group of processes; without this gloo's threads abort the interpreter at its end."""
    import torch

    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def whole(trainer: Any, again: Callable[[], Any]) -> Any:
    """Return the trained model: the trainer's own, or put together where FSDP or DeepSpeed has sharded it.

    All processes must call it. `again` loads the untrained model, as it was handed to the trainer; it is called on the
    first process, and what was trained (of a LoRA the adapter alone) is written into it. The others get None.
    """
    if not (trainer.is_fsdp_enabled or trainer.is_deepspeed_enabled):
        return trainer.model
    state = trainer.accelerator.get_state_dict(trainer.model_wrapped)
    if not is_first():
        return None
    from transformers.integrations.deepspeed import unset_hf_deepspeed_config

    unset_hf_deepspeed_config()  # under ZeRO-3 transformers would load also this whole model in shards
    model = _with_adapter(again(), trainer.model)
    trained = {name for name, value in model.named_parameters() if value.requires_grad}
    missing = sorted(trained - set(state))
    if missing:
        raise RuntimeError(f"the shards lack {len(missing)} trained parameters, {missing[0]} among them")
    model.load_state_dict({name: state[name] for name in trained}, strict=False)
    return model


def _with_adapter(model: Any, trained: Any) -> Any:
    """The model under an adapter like that of `trained`, where that has one."""
    configs = getattr(trained, "peft_config", None)
    if configs is None:
        return model
    from peft import get_peft_model

    return get_peft_model(model, configs["default"])
