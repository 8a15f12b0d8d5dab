"""The card of a run folder: what was trained on what, with which settings, and what the model is not."""

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
TINY = """\

It is the built-in `tiny` model: it repeats patterns of its training rows, understands nothing and is for trying the
flow only.
"""


def render(name: str, config: Mapping[str, Any], summary: Mapping[str, Any], is_tiny: bool) -> str:
    """Markdown for RUN/README.md from the run's `config.json` and `done.json`."""
    model, rows = config["model"], config["rows"]
    lines = [
        f"# {name}",
        "",
        f"Made by `kardia {config['stage']}` from `{_shown(model['name'])}`"
        + (f" ({model['hash']})." if model["hash"] else "."),
        "",
        "## Data",
        "",
        f"- rows: {rows['count']} from {rows['people']} people (hash {rows['hash']})",
        f"- prompt rendering: {config['prompt_hash']}",
        *_items(summary.get("counts", {})),
        "",
        "## Result",
        "",
        *_items({key: value for key, value in summary.items() if isinstance(value, int | float | str)}),
        "",
        "## Settings",
        "",
        f"- seed: {config['seed']}",
        *_items({f"train.{key}": value for key, value in config["train"].items()}),
        *(_items({f"lora.{key}": value for key, value in config["lora"].items()}) if config["lora"] else _full()),
        *_items({f"reward {key}": f"weight {value}" for key, value in config.get("rewards", {}).items()}),
        "",
    ]
    return "\n".join(lines) + "\n" + LIMITS + (TINY if is_tiny else "")


def _shown(name: str) -> str:
    """A model's name without the folders of this machine."""
    return name if name.startswith("hf/") else Path(name).name


def _full() -> list[str]:
    return ["- all parameters trained"]


def _items(values: Mapping[str, Any]) -> list[str]:
    return [f"- {key}: {value}" for key, value in values.items()]
