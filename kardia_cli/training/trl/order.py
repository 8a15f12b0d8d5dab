"""The order of the samples is a function of seed and epoch, so that a run that goes on in a later epoch sees the same.

Two samplers are not exactly resumable by themselves (transformers 5.24, trl 1.16): the one that groups by length
draws its order from the global random state, which is another one in the process that goes on; GRPO's draws from a
generator that begins anew there, with the order of the first epoch. Here both are seeded at the beginning of each
epoch.
"""

from __future__ import annotations

from typing import Any


def keeper(seed: int) -> Any:
    """A TrainerCallback that seeds the sampler with seed + epoch (in epoch 0 of GRPO that is TRL's own order)."""
    import torch
    from transformers import TrainerCallback

    class Order(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
        def on_epoch_begin(self, args: Any, state: Any, control: Any, train_dataloader: Any = None, **_: Any) -> None:
            sampler = sampler_of(train_dataloader)
            if sampler is not None:
                sampler.generator = torch.Generator().manual_seed(seed + int((state.epoch or 0) + 1e-6))

    return Order()


def sampler_of(loader: Any) -> Any:
    """The sampler under a data loader's wrappers that draws from a generator and has no epochs of its own, or None."""
    held, found = loader, None
    while held is not None:
        inner = getattr(held, "sampler", None)
        found = inner if hasattr(inner, "generator") and not hasattr(inner, "set_epoch") else found
        held = getattr(held, "batch_sampler", None)
    return found
