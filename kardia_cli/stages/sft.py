"""Refined rows → a model that answers in four spans: supervised fine-tuning by TRL's SFTTrainer.

Each supporter turn is one sample; only its own tokens are learned (prompt and completion columns, so the mask holds
with any chat template). The paper trains on the easy part of the data for 2 epochs; which rows come in is the command's
business. The checkpoint with the lowest loss on a dev part of the people is kept (ours).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kardia_cli.chat.local import context_size
from kardia_cli.errors import UsageError
from kardia_cli.line import Row
from kardia_cli.training import arguments, card, models, reports, runs, samples
from kardia_cli.training.plan import Plan
from kardia_cli.training.settings import Settings

DEV_SAMPLES = 512
"""At most so many samples of the dev part are used for the eval loss, spread evenly."""


def run_sft(
    rows: list[Row],
    run: Path,
    *,
    model: str,
    settings: Settings,
    seed: int,
    fresh: bool,
    say: Callable[[str], None],
    emit: reports.Emit,
) -> dict[str, Any]:
    """Train `model` on `rows` into the run folder, or continue what is there; return the summary of done.json.

    Raises `UsageError` for settings that TRL does not know, rows without a usable turn, or a folder of another run.
    """
    models.require_packages()
    start = models.find(model)
    train_rows, dev_rows = samples.split_dev(rows)
    table = arguments.sft_table(settings, start.tiny, bool(dev_rows))
    plan = Plan(start, table, models.lora_table(settings, start.tiny), seed)
    config = runs.describe("sft", plan, rows)
    opened = runs.open_run(run, config, fresh=fresh, say=say)
    if opened.summary is not None:
        return opened.summary
    say(arguments.told(plan))
    recorder = reports.recorder("sft", emit, opened.metrics)
    with reports.quiet():
        counts = _train(opened, plan, (train_rows, dev_rows), say, recorder)
    summary = {"stage": "sft", "counts": counts, **_results(opened.metrics), "hash": models.hash_of(run)}
    runs.write_text(run / "README.md", card.render(run.name, config, summary, start.tiny))
    return opened.finish(summary)


def _train(
    run: runs.Run,
    plan: Plan,
    parts: tuple[list[Row], list[Row]],
    say: Callable[[str], None],
    recorder: Any,
) -> dict[str, int]:
    from trl import SFTConfig, SFTTrainer

    base = models.base_folder(plan, parts[0], run.folder)
    net, tokenizer, added = models.load(base, plan)
    context = context_size(net, tokenizer)
    limit = min(plan.train.get("max_length") or context, context)
    train, dev = (samples.for_sft(part, tokenizer, limit) for part in parts)
    say(f"train: {train.counts}")
    say(f"dev: {dev.counts}")
    if not train.items:
        raise UsageError("no supporter turn can be trained on", "sft needs rows whose turns are four spans")
    held = samples.spread(dev.items, DEV_SAMPLES)
    without_dev = {} if held else {"eval_strategy": "no", "load_best_model_at_end": False}
    trainer = SFTTrainer(
        model=net,
        args=arguments.trainer_config(SFTConfig, plan, run.checkpoints, max_length=None, **without_dev),
        train_dataset=samples.dataset(train.items),
        eval_dataset=samples.dataset(held) if held else None,
        processing_class=tokenizer,
        peft_config=models.peft_config(plan, net, added),
        callbacks=[recorder],
    )
    reports.fit(trainer, run.checkpoint)
    models.save(trainer.model, tokenizer, run.folder, base, plan.start.name)
    return {**train.counts.as_dict(), "dev_samples": len(held)}


def _results(metrics: Path) -> dict[str, float]:
    """Last training loss and lowest eval loss, from the metrics file (a resumed run has several parts)."""
    logged = reports.read(metrics)
    losses = [row["loss"] for row in logged if "loss" in row]
    evals = [row["eval_loss"] for row in logged if "eval_loss" in row]
    results = {"steps": max((row["step"] for row in logged), default=0)}
    return {**results, **({"loss": losses[-1]} if losses else {}), **({"eval_loss": min(evals)} if evals else {})}
