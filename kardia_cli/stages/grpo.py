"""Rows and rewards → a better model: group-relative policy optimisation by TRL's GRPOTrainer (the paper's Rubric-ERL).

Every seeker turn is a prompt; the model answers it several times and each answer is scored by the rewards that the
command hands over. An answer that one reward could not score counts for none of them (`training/masking.py`). The paper
trains on the hard part of the data; KL weight and lengths are ours. The end of the epoch that answers a dev part of the
people best is what the run ends with (`trl/epochs.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kardia_cli.chat.local.chat_template import context_size
from kardia_cli.errors import MissingExtra, UsageError
from kardia_cli.rows.line import Row
from kardia_cli.training import models, quantize, samples
from kardia_cli.training.canaries.canaries import Canaries
from kardia_cli.training.canaries.probe_set import EVERY, SIZE
from kardia_cli.training.canaries.probe_set import choose as choose_probes
from kardia_cli.training.plan import Plan
from kardia_cli.training.preflight import preflight
from kardia_cli.training.run_folder import artifacts, runs, saving
from kardia_cli.training.settings import Settings
from kardia_cli.training.trl import arguments, epochs, fitting, ranks, reports, reward_functions
from kardia_cli.training.trl.reward_functions import Rewards, Round, Scorer
from kardia_cli.weights.fingerprint import folder_hash

if TYPE_CHECKING:
    from kardia_cli.judge import Judge

SHARES = ("masked", "unscored", "groups_dropped", "groups_alike")
"""Metrics of each step whose mean stands in the summary."""
EDGE = 5
"""Steps at either end of a run whose mean reward stands in the summary."""


@dataclass(frozen=True, slots=True)
class CanarySettings:
    """Settings of the canaries.

    `judged` are the rewards that ask a judge, `held_out` is a judge that pays nothing, `tops` the top level of each
    criterion; `stop` ends the run at an alarm of hacking.

    `every`: steps between two probes (0: none), by default `EVERY` where a judge is held out, else five times as many.
    """

    judged: Sequence[str] = ()
    held_out: Judge | None = None
    tops: Mapping[str, float] = field(default_factory=dict)
    stop: bool = False
    every: int | None = None

    @property
    def probe_every(self) -> int:
        """Steps between two probes; 0 where nothing is probed, as without a reward that asks a judge."""
        if not self.judged:
            return 0
        default = EVERY if self.held_out is not None else 5 * EVERY
        return default if self.every is None else self.every


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
    canary_settings: CanarySettings | None = None,
    truncate: bool = False,
    show: Callable[[str, Sequence[Row]], None] = lambda title, rows: None,
) -> dict[str, Any]:
    """Train `model` on the rows' prompts into the run folder, or continue what is there; return done.json's summary.

    `judged` is what config.json says of the rewards' judge; `show` draws a table at the end. Raises `UsageError` for
    settings that TRL does not know, prompts that are too few or (unless `truncate`) too long, or a folder of another
    run; `ProviderError` where too little can be scored; `GateFailed` at an alarm of hacking that is to stop the run.
    """
    say = ranks.console(say)
    start = ranks.shared(lambda: models.find(model))
    table, lora = arguments.grpo_table(settings, start.tiny, rewards.weights), models.lora_table(settings, start.tiny)
    plan = Plan(start, table, lora, seed, quantize.table(settings, lora), **samples.declared(rows))
    quantize.require(plan.quantize)
    _require_vllm(table)
    train, dev = samples.split_dev(rows)
    config = runs.describe("grpo", plan, [*train, *dev], dict(rewards.weights), judged)
    config["dev"] = {"rows": len(dev), "kept": epochs.KEPT if dev else epochs.LAST}
    opened = ranks.shared(lambda: runs.open_run(run, config, fresh=fresh, say=say))
    if opened.summary is not None:
        return opened.summary
    say(arguments.describe_plan(plan))
    if start.folder is None:
        say("tiny starts untrained, and grpo only sharpens what sft has taught: name the folder of an sft run")
    recorder = reports.recorder("grpo", emit, opened.metrics)
    canaries = _canaries(canary_settings or CanarySettings(), train, rewards, say)
    canaries.replay(reports.read(opened.metrics))
    with reports.quiet():
        counts = _train(opened, plan, (train, dev), rewards, canaries, truncate, say, recorder)
    show("canaries", canaries.table())

    def finish() -> dict[str, Any]:
        found = {**_results(opened.metrics), "canaries": canaries.summary()}
        summary = {"stage": "grpo", "counts": counts, **found, "hash": folder_hash(run / "model")}
        return artifacts.conclude(opened, config, summary, start.tiny, say)

    return ranks.shared(finish)


def count_completions(
    rows: Sequence[Row], model: str, settings: Settings, weights: Mapping[str, float], every: int = 0
) -> int:
    """Return how many completions the whole training has scored.

    With a probe of the canaries after `every` steps, and with the dev part at each epoch's end.
    """
    table = arguments.grpo_table(settings, models.find(model).tiny, weights)
    train, dev = samples.split_dev(rows)
    contexts, held = (sum(1 for row in part for _ in samples.answerable(row)) for part in (train, dev))
    steps = arguments.grpo_steps(table, contexts)
    ends = -(-steps // arguments.grpo_steps({**table, "max_steps": 0, "num_train_epochs": 1}, contexts))
    repeated = int(table.get("num_iterations") or 1)
    trained = steps * arguments.contexts_per_step(table) * int(table["num_generations"]) // repeated
    probes = -(-steps // every) + 1 if every else 0  # the start and the last step have one, too
    return trained + probes * len(choose_probes(train)) + ends * min(held, epochs.DEV_CONTEXTS)


def _train(
    run: runs.Run,
    plan: Plan,
    parts: tuple[list[Row], list[Row]],
    rewards: Rewards,
    canaries: Canaries,
    truncate: bool,
    say: Callable[[str], None],
    recorder: Any,
) -> dict[str, int]:
    from trl import GRPOConfig, GRPOTrainer

    rows = [*parts[0], *parts[1]]
    base = ranks.shared(lambda: models.base_folder(plan, parts[0], run.folder))
    net, tokenizer, added = models.load(base, plan)
    if added and (plan.lora is None or plan.train.get("use_vllm")):
        # the reference model, and vLLM, are loaded from the folder again: they need the markers too
        base = ranks.shared(lambda: saving.save_base(net, tokenizer, run.folder))
        net, tokenizer, _ = models.load(base, plan)
    ranks.shared(lambda: preflight.require(tokenizer, net, form=plan.form, lora=plan.lora, say=say))
    limit = room(plan.train, context_size(net, tokenizer))
    prompts = samples.for_grpo(parts[0], tokenizer, limit, truncate)
    dev = samples.for_grpo(parts[1], tokenizer, limit, truncate)
    held = samples.spread(
        [{**item, "row": item["row"] + len(parts[0])} for item in dev.items], epochs.DEV_CONTEXTS
    )  # the dev rows stand after those to train on
    say(f"prompts: {prompts.counts}")
    say(f"dev: {dev.counts}" + (f", {len(held)} are answered at each epoch's end" if held else ""))
    needed = arguments.contexts_per_step(plan.train)
    if len(prompts.items) < needed:
        raise UsageError(f"{len(prompts.items)} prompts, but one step takes {needed}", _smaller(plan.train))
    for line in arguments.briefing("grpo", plan.train, prompts.lengths):
        say(line)
    probes = [item for item in prompts.items if (item["row"], item["turn"]) in set(canaries.prompts)]
    changed = _changed(plan.train, prompts.lengths, canaries.probe_set.every if probes else 0, run.checkpoint is None)
    observer = CanaryObserver(canaries, rewards)
    observers: list[reward_functions.Observer] = [artifacts.Samples(run.folder, rows, rewards.weights), observer]
    with Scorer(rewards, rows, say, int(plan.train["num_generations"]), observers) as scorer:
        observer.run = scorer.run
        changed |= {} if "num_generations_eval" in plan.train else {"num_generations_eval": 1}
        trainer = GRPOTrainer(
            model=net,
            reward_funcs=scorer.functions(),
            args=arguments.trainer_config(GRPOConfig, plan, run.checkpoints, **changed),
            train_dataset=samples.dataset(prompts.items),
            eval_dataset=samples.dataset([{**item, "probe": True} for item in probes]) if probes else None,
            processing_class=tokenizer,
            peft_config=models.peft_config(plan, net, added),
            callbacks=[recorder],
        )
        trainer.add_callback(epochs.keeper(trainer, held, scorer, recorder, say))
        try:
            fitting.fit(trainer, run.checkpoint, say)
        finally:
            say(f"rewards: {scorer.masking}")
    whole = ranks.whole(trainer, lambda: models.load(base, plan)[0])
    ranks.shared(lambda: saving.save(whole, tokenizer, run.folder, base, plan.start.name, say))
    return {**prompts.counts.as_dict(), "dev_contexts": len(held)}


def room(table: Mapping[str, Any], context: int) -> int:
    """Return the tokens a prompt may have, so that it and its completion fit the model, and vLLM's own limit."""
    return min(context, int(table.get("vllm_max_model_length") or context)) - int(table["max_completion_length"])


def _changed(table: Mapping[str, Any], lengths: Sequence[int], every: int, begins: bool) -> dict[str, Any]:
    """Return arguments beside the plan: no thinking before an answer (as in sft), probes, room in vLLM.

    vLLM keeps room for the longest prompt (`lengths`: tokens) and its completion unless the user sets it.

    The probe set is TRL's eval set, one answer a prompt: so it is the trainer that samples, with vLLM where it uses it.
    A run that begins is probed at its start too; one that goes on was.
    """
    changed: dict[str, Any] = {
        "chat_template_kwargs": {"enable_thinking": False, **(table.get("chat_template_kwargs") or {})}
    }
    if table.get("use_vllm") and not table.get("vllm_max_model_length"):
        changed["vllm_max_model_length"] = max(lengths) + int(table["max_completion_length"])
    if every and "eval_strategy" not in table:
        changed |= {"eval_strategy": "steps", "eval_steps": every, "eval_on_start": begins}
        changed |= {"num_generations_eval": 1, "per_device_eval_batch_size": SIZE}
    return changed


def _require_vllm(table: Mapping[str, Any]) -> None:
    """Raise `MissingExtra` where vLLM is to generate and is not installed (TRL needs it in server mode, too)."""
    from importlib.util import find_spec

    if table.get("use_vllm") and find_spec("vllm") is None:
        raise MissingExtra(
            "train.use_vllm needs vllm", "pip install 'trl[vllm]', or leave it out: transformers generates then"
        )


def _canaries(settings: CanarySettings, rows: Sequence[Row], rewards: Rewards, say: Callable[[str], None]) -> Canaries:
    """The canaries; without a reward that asks a judge there is nothing to probe."""
    return Canaries(
        rows, settings.held_out, settings.stop, say,
        weights=rewards.weights, judged=settings.judged, tops=settings.tops,
        probes=SIZE if settings.probe_every else 0, every=settings.probe_every or EVERY,
    )  # fmt: skip


class CanaryObserver:
    """Shows each round of the scorer to the canaries, those of the probe set apart."""

    def __init__(self, canaries: Canaries, rewards: Rewards) -> None:
        self._canaries, self._rewards = canaries, rewards
        self.run: Callable[[Any], Any]

    def __call__(self, step: int, round_: Round, /) -> Mapping[str, float]:
        """The canaries' numbers of a step, or of a probe."""
        prompts = list(zip(round_.rows, round_.turns, strict=True))
        details = [scores or None for scores in round_.scores]
        if round_.probe:
            found: Mapping[str, float] = self.run(self._canaries.probe(prompts, round_.texts, details))
            return found
        return self._canaries.observe(prompts, round_.texts, round_.rewards(list(self._rewards.weights)), details, step)


def _smaller(table: dict[str, Any]) -> str:
    batch = table["num_generations"]
    return f"give more rows, or --set train.per_device_train_batch_size={batch} train.gradient_accumulation_steps=1"


def _results(metrics: Path) -> dict[str, Any]:
    """Return mean rewards of the first and last steps, which end of an epoch is kept, and the means of `SHARES`."""
    logged = reports.read(metrics)
    rounds = [row for row in logged if "masked" in row]
    results = {"steps": max((int(row["step"]) for row in logged), default=0), **epochs.kept(logged)}
    rewards = [row["reward"] for row in rounds if "reward" in row]  # a step that is masked whole has none
    if rewards:
        first, last = rewards[:EDGE], rewards[-EDGE:]
        results |= {"reward_first": sum(first) / len(first), "reward_last": sum(last) / len(last)}
    return results | {name: sum(row.get(name, 0.0) for row in rounds) / len(rounds) for name in SHARES if rounds}
