"""The model card of a run folder, RUN/README.md, by huggingface_hub's classes and the template `data/model_card.md`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any


def render(name: str, config: Mapping[str, Any], summary: Mapping[str, Any], is_tiny: bool) -> str:
    """Return the Markdown of a card from the run's `config.json` and `done.json`."""
    from huggingface_hub import ModelCard

    template = files("kardia_cli").joinpath("data", "model_card.md").read_text(encoding="utf-8")
    judge = config.get("judge") or {}
    card = ModelCard.from_template(
        _metadata(name, config, summary),
        template_str=template,
        name=name,
        config={"judge": None, "rubric": None, "calibration": [], **config},
        base=_base(config["model"]["name"]),
        judge=without_folders(judge.get("name", "")),
        gate=without_folders(judge.get("gate") or ""),
        counts=summary.get("counts", {}),
        results={key: value for key, value in summary.items() if isinstance(value, int | float | str)},
        settings=_settings(config),
        is_tiny=is_tiny,
    )
    return str(card) + "\n"


def _metadata(name: str, config: Mapping[str, Any], summary: Mapping[str, Any]) -> Any:
    """Return the card's head for a model hub: a base that is on the hub, and the loss on held-out people (of sft)."""
    from huggingface_hub import EvalResult, ModelCardData

    base = str(config["model"]["name"])
    results = None
    if "eval_loss" in summary:
        results = [
            EvalResult(
                task_type="text-generation", dataset_type="kardia", dataset_name="supporter turns of held-out people",
                metric_type="loss", metric_value=summary["eval_loss"],
            )
        ]  # fmt: skip
    return ModelCardData(
        base_model=base.removeprefix("hf/") if base.startswith("hf/") else None,
        library_name="transformers",
        pipeline_tag="text-generation",
        tags=["kardia", config["stage"]],
        model_name=name if results else None,
        eval_results=results,
    )


def _base(name: str) -> str:
    """Return the base as Markdown: a link where it is on the hub."""
    if not name.startswith("hf/"):
        return f"`{without_folders(name)}`"
    return f"[{name.removeprefix('hf/')}](https://huggingface.co/{name.removeprefix('hf/')})"


def without_folders(name: str) -> str:
    """Return a model's name without the folders of this machine: of a path, or what may be one, its last part."""
    path = Path(name).expanduser()
    is_path = name.startswith((".", "/", "~", "runs/")) or path.is_dir()
    return path.name if is_path else name


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    tables = {table: config.get(table) or {} for table in ("train", "lora", "quantize")}
    weights = {f"reward {name}": f"weight {weight}" for name, weight in config.get("rewards", {}).items()}
    return {f"{table}.{key}": value for table, values in tables.items() for key, value in values.items()} | weights
