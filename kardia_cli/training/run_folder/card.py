"""The card of a run folder: what was trained on what, by which judge, with which settings, and what it is not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

LIMITS = """\
## Limits

This model is not a therapist, gives no medical or legal advice and must not be the only help that a person in danger
has. It names emotions from text alone and is often wrong; its reasoning span need not be why it answered as it did. The
people in its training data were described by models or wrote for other purposes: it may copy their views of gender,
culture and personality types.
"""
REWARDED = """
Its rewards came from a rule and from a judge that is a model itself: an answer that the judge likes need not help a
person. Look at `samples.jsonl` and at the canaries of the curves before you trust a rise of the reward.
"""
TINY = """\

It is the built-in `tiny` model: it repeats patterns of its training rows, understands nothing and is for trying the
flow only.
"""


def render(
    name: str, config: Mapping[str, Any], summary: Mapping[str, Any], is_tiny: bool, curves: bool = False
) -> str:
    """Markdown for RUN/README.md from the run's `config.json` and `done.json`; `curves`: there is a curves.png."""
    model, rows = config["model"], config["rows"]
    lines = [
        *_front_matter(model["name"], config["stage"]),
        f"# {name}",
        "",
        f"Made by `kardia {config['stage']}` from {_linked(model['name'])}"
        + (f" ({model['hash']})." if model["hash"] else "."),
        "The model is in `model/`" + (", its LoRA adapter in `adapter/`." if config["lora"] else "."),
        "",
        "## Data",
        "",
        f"- rows: {rows['count']} from {rows['people']} people (hash {rows['hash']})",
        *[f"- {source}" for source in rows.get("sources", [])],
        f"- prompt rendering: {config['prompt_hash']}",
        *_items(summary.get("counts", {})),
        "",
        *_judge(config),
        "## Result",
        "",
        *_items({key: value for key, value in summary.items() if isinstance(value, int | float | str)}),
        "",
        *(["![curves](curves.png)", ""] if curves else []),
        "## Settings",
        "",
        f"- seed: {config['seed']}",
        *_items({f"train.{key}": value for key, value in config["train"].items()}),
        *(_items({f"lora.{key}": value for key, value in config["lora"].items()}) if config["lora"] else _full()),
        *_items({f"quantize.{key}": value for key, value in (config.get("quantize") or {}).items()}),
        *_items({f"reward {key}": f"weight {value}" for key, value in config.get("rewards", {}).items()}),
        "",
    ]
    limits = LIMITS + (REWARDED if config.get("judge") else "") + (TINY if is_tiny else "")
    return "\n".join(lines) + "\n" + limits


def _front_matter(base: str, stage: str) -> list[str]:
    """What a model hub reads; a base is named where it is one of the hub."""
    named = [f"base_model: {base.removeprefix('hf/')}"] if base.startswith("hf/") else []
    return [
        "---",
        *named,
        "library_name: transformers",
        "pipeline_tag: text-generation",
        f"tags: [kardia, {stage}]",
        "---",
    ]


def _linked(name: str) -> str:
    if not name.startswith("hf/"):
        return f"`{shown(name)}`"
    return f"[{name.removeprefix('hf/')}](https://huggingface.co/{name.removeprefix('hf/')})"


def shown(name: str) -> str:
    """A model's name without the folders of this machine: what is a path, or may be one, loses all but its end."""
    path = Path(name).expanduser()
    return path.name if name.startswith((".", "/", "~")) or path.is_dir() or name.startswith("runs/") else name


def _judge(config: Mapping[str, Any]) -> list[str]:
    """The judge that the rewards asked: who, by which rubric, and whether it was ever held against people."""
    judge, rubric = config.get("judge"), config.get("rubric")
    if not judge or not rubric:
        return []
    known = ", ".join(config.get("calibration") or []) or "none: how far it agrees with people is not known"
    return [
        "## Judge",
        "",
        f"- judge: {shown(judge['name'])} ({judge['hash'] or 'weights not known'}), one call a {judge['calls']}, "
        f"{judge['samples']} sample{'s' * (judge['samples'] != 1)}",
        *([f"- second looks by: {shown(judge['gate'])}"] if judge.get("gate") else []),
        f"- rubric: {rubric['id']} {rubric['version']} (read {rubric['read_hash']}, policy {rubric['policy_hash']})",
        f"- calibration records: {known}",
        "",
    ]


def _full() -> list[str]:
    return ["- all parameters trained"]


def _items(values: Mapping[str, Any]) -> list[str]:
    return [f"- {key}: {value}" for key, value in values.items()]
