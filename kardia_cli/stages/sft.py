"""Refined rows → a model that answers in their format: supervised fine-tuning by TRL's SFTTrainer.

Each supporter turn is one sample; only its own tokens are learned (prompt and completion columns, so the mask holds
with any chat template). The paper trains on the easy part of the data for 2 epochs. The checkpoint with the lowest loss
on a dev part of the people is kept (ours). Several processes train one model together: see `training.ranks`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from kardia_cli.chat.local.chat_template import context_size
from kardia_cli.errors import UsageError
from kardia_cli.rows.line import Row
from kardia_cli.training import models, quantize, samples
from kardia_cli.training.difficulty import Wanted, choose
from kardia_cli.training.plan import Plan, Start
from kardia_cli.training.preflight import preflight
from kardia_cli.training.run_folder import artifacts, runs, saving
from kardia_cli.training.settings import Settings
from kardia_cli.training.trl import arguments, fitting, ranks, reports
from kardia_cli.weights.fingerprint import folder_hash

DEV_SAMPLES = 512
"""At most so many samples of the dev part are used for the eval loss, spread evenly."""


class Parts(NamedTuple):
    """The rows: of the people to train on, and of those kept back for the eval loss."""

    train: list[Row]
    dev: list[Row]


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
    difficulty: Wanted = "auto",
    truncate: bool = False,
) -> dict[str, Any]:
    """Train `model` on `rows` into the run folder, or continue what is there; return the summary of done.json.

    `difficulty` chooses among the rows; `truncate` lets prompts lose their oldest turns where a sample is longer than
    the context. Raises `UsageError` for settings that TRL does not know, rows without a usable turn, samples that are
    too long, or a folder of another run.
    """
    say = ranks.console(say)
    start = ranks.shared(lambda: models.find(model))
    plan, parts = _plan(rows, start, settings, seed, difficulty, say)
    quantize.require(plan.quantize)
    config = runs.describe("sft", plan, [*parts.train, *parts.dev])
    opened = ranks.shared(lambda: runs.open_run(run, config, fresh=fresh, say=say))
    if opened.summary is not None:
        return opened.summary
    say(arguments.describe_plan(plan))
    recorder = reports.recorder("sft", emit, opened.metrics)
    with reports.quiet():
        counts = _train(opened, plan, parts, truncate, say, recorder)

    def finish() -> dict[str, Any]:
        summary = {"stage": "sft", "counts": counts, **_results(opened.metrics), "hash": folder_hash(run / "model")}
        return artifacts.conclude(opened, config, summary, start.tiny, say)

    return ranks.shared(finish)


def _plan(
    rows: list[Row], start: Start, settings: Settings, seed: int, difficulty: Wanted, say: Callable[[str], None]
) -> tuple[Plan, Parts]:
    """Return the resolved tables, and the rows of the wanted difficulty in their two parts."""
    batch = arguments.turns_per_step(arguments.sft_table(settings, start.tiny, True))
    parts = Parts(*samples.split_dev(choose(rows, "sft", difficulty, batch, say)))
    table = arguments.sft_table(settings, start.tiny, bool(parts.dev))
    lora = models.lora_table(settings, start.tiny)
    return Plan(start, table, lora, seed, quantize.table(settings, lora), **samples.declared(rows)), parts


def _train(
    run: runs.Run, plan: Plan, parts: Parts, truncate: bool, say: Callable[[str], None], recorder: Any
) -> dict[str, int]:
    base = ranks.shared(lambda: models.base_folder(plan, parts.train, run.folder))
    net, tokenizer, added = models.load(base, plan)
    ranks.shared(lambda: preflight.require(tokenizer, net, form=plan.form, lora=plan.lora, say=say))
    context = context_size(net, tokenizer)
    limit = arguments.token_limit(plan.train, context)
    train, dev = (samples.for_sft(part, tokenizer, limit, truncate) for part in parts)
    say(f"train: {train.counts}")
    say(f"dev: {dev.counts}")
    if not train.items:
        raise UsageError(
            "no supporter turn can be trained on",
            f"sft needs rows whose turns are in the format {plan.format}; another one: --format",
        )
    found = arguments.measured(plan.train, [*train.lengths, *dev.lengths], context)
    for line in arguments.briefing("sft", {**plan.train, **found}, train.lengths):
        say(line)
    trainer = trainer_for(plan, (net, tokenizer, added), (train, dev), run.checkpoints, found, [recorder])
    fitting.fit(trainer, run.checkpoint, say)
    whole = ranks.whole(trainer, lambda: models.load(base, plan)[0])
    ranks.shared(lambda: saving.save(whole, tokenizer, run.folder, base, plan.start.name, say))
    held = min(len(dev.items), DEV_SAMPLES)
    return {**train.counts.as_dict(), "dev_samples": held, "max_length": found["max_length"]}


def trainer_for(
    plan: Plan,
    loaded: tuple[Any, Any, int],
    parts: tuple[samples.Samples, samples.Samples],
    checkpoints: Path,
    found: dict[str, Any],
    callbacks: list[Any],
) -> Any:
    """TRL's SFTTrainer as sft uses it: `loaded` is model, tokenizer and number of new markers; `parts` train and dev.

    The samples fit already, so TRL is told a `max_length` only where it packs them into rows of it.
    """
    from trl import SFTConfig, SFTTrainer

    net, tokenizer, added = loaded
    held = samples.spread(parts[1].items, DEV_SAMPLES)
    changed = {**found, **({} if held else {"eval_strategy": "no", "load_best_model_at_end": False})}
    if not plan.train["packing"]:
        changed["max_length"] = None
    return SFTTrainer(
        model=net,
        args=arguments.trainer_config(SFTConfig, plan, checkpoints, **changed),
        train_dataset=samples.dataset(parts[0].items),
        eval_dataset=samples.dataset(held) if held else None,
        processing_class=tokenizer,
        peft_config=models.peft_config(plan, net, added),
        callbacks=callbacks,
    )


def _results(metrics: Path) -> dict[str, float]:
    """Last training loss and lowest eval loss, from the metrics file (a resumed run has several parts)."""
    logged = reports.read(metrics)
    losses = [row["loss"] for row in logged if "loss" in row]
    evals = [row["eval_loss"] for row in logged if "eval_loss" in row]
    results = {"steps": max((row["step"] for row in logged), default=0)}
    return {**results, **({"loss": losses[-1]} if losses else {}), **({"eval_loss": min(evals)} if evals else {})}
