"""`--check` of sft, grpo and evaluate: preflight of tokenizer and template, and memory.

    if check:
        return _check.training("sft", model, load(common.config, settings or []), training.console, rows)

Needs no weights (of a hub model only the small files are fetched) and writes no run folder; tables on stdout, where
they are what was asked for. Exit 0, or 2 with the first finding that breaks; memory only warns, because the machine
that trains may be another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from kardia_cli.errors import UsageError
from kardia_cli.rows.line import Row
from kardia_cli.screen.console import Console, print_table

if TYPE_CHECKING:
    from kardia_cli.rows.turn_format import TurnFormat
    from kardia_cli.training.plan import Plan, Start
    from kardia_cli.training.preflight.findings import Finding
    from kardia_cli.training.settings import Settings

ASSUMED = {"sft": 1000, "grpo": 800, "evaluate": 800}
"""Tokens of the longest sample (sft) or prompt where no rows tell (ours)."""
ANSWER = 320
"""Tokens that evaluate's protocol lets a model answer with."""
_FILES = ["*.json", "*.jinja", "*.txt", "*.model"]


def training(
    stage: Literal["sft", "grpo"], model: str, settings: Settings, console: Console, rows: Sequence[Row] = ()
) -> None:
    """Show what training `model` with these settings would meet; `rows`, where given, tell the lengths.

    Raises `UsageError` where a check fails.
    """
    from kardia_cli.training import tiny
    from kardia_cli.training.plan import Start
    from kardia_cli.training.preflight import preflight

    with _folder(model, rows) as folder:
        start = Start(model, folder, "", tiny=tiny.is_tiny(folder))
        plan = _plan(stage, start, settings, rows)
        findings, config = preflight.check_folder(folder, form=plan.form, lora=plan.lora, base=_base(folder))
        print_table(f"preflight of {model} for {stage}", preflight.table(findings))
        _memory(stage, config, plan, _tokens(stage, plan, folder, config, rows, console), console)
    _conclude(findings, console)


def measuring(models: Sequence[str], form: TurnFormat, console: Console) -> None:
    """Show whether models can be measured in this process: tokenizers and templates as they are, memory.

    Raises `UsageError` where a check fails.
    """
    from kardia_cli.chat import names
    from kardia_cli.training.plan import Plan, Start
    from kardia_cli.training.preflight import preflight

    findings: list[Finding] = []
    for model in dict.fromkeys(models):
        if names.resolve(model).kind not in ("local", "hub", "tiny"):
            console.say(f"{model} is built in or asked as it is served: nothing to check here")
            continue
        with _folder(model, ()) as folder:
            found, config = preflight.check_folder(folder, form=form, lora=False, base=_base(folder), prepared=False)
            findings += found
            print_table(f"preflight of {model} for evaluate", preflight.table(found))
            table = {"per_device_train_batch_size": 32, "max_completion_length": ANSWER}
            _memory(
                "evaluate", config, Plan(Start(model, folder, "", False), table, None, 0), ASSUMED["evaluate"], console
            )
    _conclude(findings, console)


def _conclude(findings: Sequence[Finding], console: Console) -> None:
    broken = [finding for finding in findings if not finding.ok]
    if broken:
        first = broken[0]
        count = f"{len(broken)} of {len(findings)} checks fail"
        raise UsageError(f"{count}; {first.name}: {first.detail}", first.remedy)
    console.say(f"all {len(findings)} checks passed")


@contextmanager
def _folder(name: str, rows: Sequence[Row]) -> Iterator[Path]:
    """The folder with a model's tokenizer and configs; `tiny` is made from the rows, else from the built-in ones."""
    from kardia_cli.chat import names
    from kardia_cli.chat.local.generate import without_bars
    from kardia_cli.stream import embedded
    from kardia_cli.training import tiny

    spec = names.resolve(name)
    if spec.kind == "tiny":
        with TemporaryDirectory(prefix="kardia-check-") as place:
            with without_bars():
                folder = tiny.build(list(rows) or list(embedded.rows("dialogues")), Path(place) / "tiny", seed=0)
            yield folder
    elif spec.kind == "hub":
        yield _fetch(spec.model, spec.revision)
    elif spec.folder is not None:
        yield spec.folder
    else:
        raise UsageError(f"{name} cannot be trained here", "name `tiny`, a model folder or hf/NAME")


def _fetch(name: str, revision: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, revision=revision or None, allow_patterns=_FILES))
    except Exception as error:
        raise UsageError(
            f"the hub does not give {name}: {error}", "check the name, the network and HF_TOKEN"
        ) from error


def _base(folder: Path) -> Path:
    """The folder with the config: of an adapter that of its base."""
    from kardia_cli.chat.local.adapter import base_folder
    from kardia_cli.weights.fingerprint import is_adapter

    found = base_folder(folder) if is_adapter(folder) else folder
    if found is None:
        raise UsageError(f"{folder} is an adapter on a hub model", "name the merged model beside it")
    return found


def _plan(stage: Literal["sft", "grpo"], start: Start, settings: Settings, rows: Sequence[Row]) -> Plan:
    from kardia_cli.training import models, quantize, samples
    from kardia_cli.training.plan import Plan
    from kardia_cli.training.trl import arguments

    if stage == "sft":
        table = arguments.sft_table(settings, start.tiny, True)
    else:
        table = arguments.grpo_table(settings, start.tiny, {})
    lora = models.lora_table(settings, start.tiny)
    return Plan(start, table, lora, 0, quantize.table(settings, lora), **samples.declared(rows))


def _tokens(
    stage: Literal["sft", "grpo"], plan: Plan, folder: Path, config: Any, rows: Sequence[Row], console: Console
) -> int:
    """Return the tokens of the longest sample or prompt of the rows; without rows an assumption, with a message."""
    from transformers import AutoTokenizer

    from kardia_cli.training import samples

    context = int(getattr(config.get_text_config(), "max_position_embeddings", None) or 1_000_000)
    limit = min(int(plan.train.get("max_length") or context), context)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if rows and tokenizer.chat_template:
        make = samples.for_sft if stage == "sft" else samples.for_grpo
        lengths = make(rows, tokenizer, limit, True).lengths
        if lengths:
            return max(lengths)
    tokens = min(ASSUMED[stage], limit)
    console.say(
        f"memory for {'samples' if stage == 'sft' else 'prompts'} of {tokens:,} tokens (assumed; rows would tell)"
    )
    return tokens


def _memory(stage: Literal["sft", "grpo", "evaluate"], config: Any, plan: Plan, tokens: int, console: Console) -> None:
    from kardia_cli.training.memory import parts, prediction

    try:
        found = prediction.predict(config, plan, stage=stage, tokens=tokens)
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        console.warn(f"memory is not predicted for this architecture: {type(error).__name__}: {error}")
        return
    print_table(f"memory of {stage}", found.table())
    if found.fits:
        return
    least, there = found.total / parts.GIB, found.free.size / parts.GIB
    console.warn(f"warning: at least {least:.1f} GiB are needed, {there:.1f} are free here; what would help:")
    for line in found.advice:
        console.warn(f"  {line}")
