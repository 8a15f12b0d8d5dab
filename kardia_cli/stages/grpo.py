"""Rows and rewards → a better model: group-relative policy optimisation by TRL's GRPOTrainer (the paper's Rubric-ERL).

Every seeker turn is a prompt; the model answers it several times and each answer is scored by the rewards that the
command hands over. An answer that one reward could not score counts for none of them. The paper trains on the hard part
of the data; KL weight and lengths are ours. The last state is kept: rewards on training prompts pick no checkpoint.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kardia_cli.chat.local import context_size
from kardia_cli.errors import UsageError
from kardia_cli.line import Row
from kardia_cli.training import arguments, card, models, reports, runs, samples
from kardia_cli.training.plan import Plan
from kardia_cli.training.scoring import Rewards, Scorer
from kardia_cli.training.settings import Settings

EDGE = 5
"""Steps at either end of a run whose mean reward stands in the summary."""


def run_grpo(
    rows: list[Row],
    run: Path,
    *,
    model: str,
    rewards: Rewards,
    settings: Settings,
    seed: int,
    fresh: bool,
    say: Callable[[str], None],
    emit: reports.Emit,
    judged: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Train `model` on the rows' prompts into the run folder, or continue what is there; return done.json's summary.

    `judged` is what config.json says of the rewards' judge. Raises `UsageError` for settings that TRL does not know, too
    few prompts, or a folder of another run; `ProviderError` where nothing can be scored.
    """
    models.require_packages()
    start = models.find(model)
    table = arguments.grpo_table(settings, start.tiny, rewards.weights)
    plan = Plan(start, table, models.lora_table(settings, start.tiny), seed)
    config = runs.describe("grpo", plan, rows, dict(rewards.weights), judged)
    opened = runs.open_run(run, config, fresh=fresh, say=say)
    if opened.summary is not None:
        return opened.summary
    say(arguments.told(plan))
    if start.folder is None:
        say("tiny starts untrained, and grpo only sharpens what sft has taught: name the folder of an sft run")
    recorder = reports.recorder("grpo", emit, opened.metrics)
    with reports.quiet():
        counts = _train(opened, plan, rows, rewards, say, recorder)
    summary = {"stage": "grpo", "counts": counts, **_results(opened.metrics), "hash": models.hash_of(run)}
    runs.write_text(run / "README.md", card.render(run.name, config, summary, start.tiny))
    return opened.finish(summary)


def completions(rows: Sequence[Row], model: str, settings: Settings, weights: Mapping[str, float]) -> int:
    """How many completions the whole training asks the rewards about."""
    table = arguments.grpo_table(settings, models.find(model).tiny, weights)
    contexts = arguments.contexts_per_step(table)
    steps = int(table.get("max_steps") or 0)
    if steps <= 0:
        prompts = sum(1 for row in rows for _ in samples.answerable(row))
        steps = math.ceil(float(table["num_train_epochs"]) * (prompts // contexts))
    return steps * contexts * int(table["num_generations"])


def _train(
    run: runs.Run,
    plan: Plan,
    rows: list[Row],
    rewards: Rewards,
    say: Callable[[str], None],
    recorder: Any,
) -> dict[str, int]:
    from trl import GRPOConfig, GRPOTrainer

    base = models.base_folder(plan, rows, run.folder)
    net, tokenizer, added = models.load(base, plan)
    if added and plan.lora is None:  # TRL loads the reference model from the folder again: it needs the markers too
        base = models.save_base(net, tokenizer, run.folder)
        net, tokenizer, _ = models.load(base, plan)
    limit = context_size(net, tokenizer) - plan.train["max_completion_length"]
    prompts = samples.for_grpo(rows, tokenizer, limit)
    say(f"prompts: {prompts.counts}")
    needed = arguments.contexts_per_step(plan.train)
    if len(prompts.items) < needed:
        raise UsageError(f"{len(prompts.items)} prompts, but one step takes {needed}", _smaller(plan.train))
    with Scorer(rewards, rows, say) as scorer:
        trainer = GRPOTrainer(
            model=net,
            reward_funcs=scorer.functions(),
            args=arguments.trainer_config(GRPOConfig, plan, run.checkpoints),
            train_dataset=samples.dataset(prompts.items),
            processing_class=tokenizer,
            peft_config=models.peft_config(plan, net, added),
            callbacks=[recorder],
        )
        reports.fit(trainer, run.checkpoint)
    models.save(trainer.model, tokenizer, run.folder, base, plan.start.name)
    return prompts.counts.as_dict()


def _smaller(table: dict[str, Any]) -> str:
    batch = table["num_generations"]
    return f"give more rows, or --set train.per_device_train_batch_size={batch} train.gradient_accumulation_steps=1"


def _results(metrics: Path) -> dict[str, float]:
    """Mean reward of the first and last steps and the share of completions that were not scored."""
    logged = [row for row in reports.read(metrics) if "reward" in row]
    if not logged:
        return {"steps": 0}
    rewards = [row["reward"] for row in logged]
    masked = [row.get("masked", 0.0) for row in logged]
    first, last = rewards[:EDGE], rewards[-EDGE:]
    return {
        "steps": logged[-1]["step"],
        "reward_first": sum(first) / len(first),
        "reward_last": sum(last) / len(last),
        "masked": sum(masked) / len(masked),
    }
