"""Preflight: would this tokenizer, template and model carry the turn format from training to serving?

    for finding in check(tokenizer, model, form=form, lora=True):
        print(finding.ok, finding.name, finding.detail, finding.remedy)
    require(tokenizer, model, form=form, lora=plan.lora)  # before a training: UsageError at the first that breaks

On a CPU, in seconds, without touching what it is given: training's own preparation (markers added and made ordinary,
padding settled) is done to a copy first. `prepared=False` looks at a tokenizer as it is, for a model that is only
asked.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kardia_cli.errors import UsageError
from kardia_cli.rows.turn_format import TurnFormat
from kardia_cli.training.markers import add_markers, alike, settle_end, settle_padding
from kardia_cli.training.preflight import model as model_checks
from kardia_cli.training.preflight import template
from kardia_cli.training.preflight import tokenizer as tokenizer_checks
from kardia_cli.training.preflight.findings import Finding, good

__all__ = ["Finding", "check", "check_folder", "require", "table"]


def check(
    tokenizer: Any,
    model: Any = None,
    *,
    form: TurnFormat,
    lora: model_checks.Lora,
    config: Any = None,
    generation_config: Any = None,
    prepared: bool = True,
) -> list[Finding]:
    """All findings on a tokenizer, and on a model where one is given (or its `config`, then without its weights)."""
    return list(_findings(tokenizer, model, form, lora, config, generation_config, prepared))


def require(
    tokenizer: Any,
    model: Any = None,
    *,
    form: TurnFormat,
    lora: model_checks.Lora,
    say: Callable[[str], None] | None = None,
) -> None:
    """Raise `UsageError` with the remedy at the first finding that breaks; say in one line that none does."""
    count = 0
    for finding in _findings(tokenizer, model, form, lora, None, None, True):
        refuse(finding)
        count += 1
    if say is not None:
        say(f"tokens and template: {count} checks passed (--check shows them)")


def refuse(finding: Finding) -> None:
    """Raise `UsageError` for a finding that breaks."""
    if not finding.ok:
        raise UsageError(f"{finding.name}: {finding.detail}", finding.remedy)


def table(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """The findings as rows of a table."""
    return [
        {
            "check": finding.name,
            "result": "ok" if finding.ok else "BREAKS",
            "what": finding.detail,
            "remedy": finding.remedy if not finding.ok else "",
        }
        for finding in findings
    ]


def check_folder(
    folder: Path, *, form: TurnFormat, lora: model_checks.Lora, base: Path | None = None, prepared: bool = True
) -> tuple[list[Finding], Any]:
    """Findings on a model folder from its tokenizer and configs alone, and its config; no weights are read.

    `base` is where the config is (of an adapter: its base). Raises `UsageError` where there is no tokenizer or no
    config of a language model.
    """
    from transformers import AutoConfig, AutoTokenizer, GenerationConfig

    place = base or folder
    try:
        config, tokenizer = AutoConfig.from_pretrained(place), AutoTokenizer.from_pretrained(folder)
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{folder} cannot be checked: {error}", "name a transformers folder with tokenizer") from error
    own = GenerationConfig.from_pretrained(place) if (place / "generation_config.json").is_file() else None
    return check(tokenizer, form=form, lora=lora, config=config, generation_config=own, prepared=prepared), config


def _findings(
    tokenizer: Any,
    model: Any,
    form: TurnFormat,
    lora: model_checks.Lora,
    config: Any,
    generation_config: Any,
    prepared: bool,
) -> Iterator[Finding]:
    ours, config = copy.deepcopy(tokenizer), model.config if model is not None else config
    ends = copy.deepcopy(generation_config or getattr(model, "generation_config", None)) or _generation(config)
    if prepared:
        yield _preparation(ours, ends, form)
    yield from tokenizer_checks.findings(ours, form)
    yield from template.findings(ours, form, ends)
    if config is not None and prepared:
        new = sum(_state_of(tokenizer, marker) == "missing" for marker in form.markers)
        untrained = new or (alike(tokenizer, model, form) if model is not None else 0)
        yield from model_checks.findings(ours if model is None else tokenizer, config, model, lora, untrained, form)


def _generation(config: Any) -> Any:
    """The generation config of a model that was saved without one."""
    from transformers import GenerationConfig

    return GenerationConfig() if config is None else GenerationConfig.from_model_config(config)


def _preparation(tokenizer: Any, generation_config: Any, form: TurnFormat) -> Finding:
    """Do to the copy what training does to the original, and say what that was."""
    before = {marker: _state_of(tokenizer, marker) for marker in form.markers}
    pad, ends = tokenizer.pad_token, generation_config.eos_token_id
    add_markers(tokenizer, form)
    settle_padding(tokenizer, form)
    settle_end(tokenizer, generation_config, form)
    new = sum(state == "missing" for state in before.values())
    special = sum(state == "special" for state in before.values())
    done = [f"{new} markers are added"] if new else []
    done += [f"{special} markers were special tokens and are made ordinary ones"] if special else []
    done += [f"padding is {tokenizer.pad_token!r} in place of {pad!r}"] if tokenizer.pad_token != pad else []
    if generation_config.eos_token_id != ends:
        done.append(f"generation stops at {generation_config.eos_token_id}, not only at {ends}")
    return good("prepared", "training changes: " + "; ".join(done) if done else "nothing needs to be changed")


def _state_of(tokenizer: Any, marker: str) -> str:
    ids = tokenizer.encode(marker, add_special_tokens=False)
    if len(ids) != 1:
        return "missing"
    return "ordinary" if tokenizer.decode(ids, skip_special_tokens=True).strip() else "special"
