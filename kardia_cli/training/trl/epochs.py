"""The ends of epochs of a grpo run: each is scored on the dev part and kept, and the best is what the run ends with.

The paper reports the best checkpoint across its two epochs and does not say on which set it was picked (Kardia-R1,
section 2.1); here it is the mean total reward of one sampled answer a dev context, by TRL's own evaluation. The slot of
TRL's eval set belongs to the canaries' probes, so the dev part is evaluated by a callback of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kardia_cli.training.run_folder.checkpoints import is_epoch_end, step_of
from kardia_cli.training.samples import Sample, dataset
from kardia_cli.training.trl import ranks

if TYPE_CHECKING:
    from kardia_cli.training.trl.reward_functions import Scorer

DEV_CONTEXTS = 64
"""At most so many contexts of the dev part are answered at each epoch's end, spread evenly."""
KEPT = "the end of the epoch with the highest mean total reward on the dev part"
LAST = "the last state (no dev part: the rows are of one person)"


def keeper(trainer: Any, dev: Sequence[Sample], scorer: Scorer, recorder: Any, say: Callable[[str], None]) -> Any:
    """Return a TrainerCallback that scores the dev samples at each epoch's end (the last step's, too) and saves there.

    The trainer loads the best of these checkpoints at its end. `save_total_limit` counts the newest checkpoints; ends
    of epochs are kept beside them. `recorder` is the run's own (`reports.recorder`).
    """
    from transformers import TrainerCallback

    answered = dataset([{**item, "dev": True} for item in dev]) if dev else None
    limit, trainer.args.save_total_limit = trainer.args.save_total_limit, None
    trainer.args.load_best_model_at_end = answered is not None

    class Epochs(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if not is_epoch_end(state.epoch) and state.global_step < state.max_steps:
                return
            if str(args.save_strategy.value) != "no":
                control.should_save = True
            if answered is None:
                return
            asked = control.should_log, control.should_evaluate
            recorder.is_paused = True
            trainer.evaluate(answered, metric_key_prefix="dev")
            recorder.is_paused = False
            trainer.model.train()  # TRL logs by this flag, and the step's own log is still to come
            control.should_log, control.should_evaluate = asked  # evaluating takes them back
            found = _means(scorer)
            if not found:
                say(f"step {state.global_step}: no answer of the dev part could be scored")
                return
            recorder.write(state, found)
            is_best = state.best_metric is None or found["dev_reward"] > state.best_metric
            if is_best:
                state.best_metric, state.best_global_step = found["dev_reward"], state.global_step
            say(
                f"step {state.global_step}, epoch {state.epoch:.2f}: mean reward {found['dev_reward']:.3f} on "
                f"{len(dev)} dev contexts" + (", the best so far" if is_best else "")
            )

        def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.is_world_process_zero and limit:
                _rotate(Path(args.output_dir), limit)

    return Epochs()


def _means(scorer: Scorer) -> dict[str, float]:
    """Return the mean total and the mean of each reward over the scored answers of the dev part; {} where none is."""
    given, scorer.dev = scorer.dev, []
    if ranks.count() > 1:
        from accelerate.utils import gather_object  # type: ignore[import-untyped]

        given = gather_object(given)
    known = [values for values in given if values is not None]
    if not known:
        return {}
    means = {name: sum(values[name] for values in known) / len(known) for name in known[0]}
    total = sum(scorer.weights[name] * mean for name, mean in means.items())
    return {"dev_reward": total, **{f"dev_rewards/{name}": mean for name, mean in means.items()}}


def _rotate(checkpoints: Path, limit: int) -> None:
    """Remove all checkpoints but the newest `limit` and the ends of epochs."""
    from kardia_cli.training.run_folder.checkpoints import epoch_of

    found = sorted(checkpoints.glob("checkpoint-*"), key=step_of)
    for folder in found[:-limit]:
        if not is_epoch_end(epoch_of(folder)):
            shutil.rmtree(folder, ignore_errors=True)


def kept(logged: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the summary says of the model that a run ends with, from the rows of its metrics file."""
    scored = [row for row in logged if "dev_reward" in row]
    if not scored:
        return {"kept": LAST}
    best = max(scored, key=lambda row: row["dev_reward"])
    return {
        "kept": f"step {best['step']}, the best of {len(scored)} ends of epochs by mean reward on the dev part",
        "dev_reward": best["dev_reward"],
    }
